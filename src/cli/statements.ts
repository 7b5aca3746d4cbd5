/** Both statements as text: aligned, thousands separated, units shown, totals ruled off. */

import { Decimal } from '../kernel/decimal.ts';
import { printBoundary } from './boundary.ts';
import { bold, type Column, counted, dim, grouped, minorUnits, print, safe, table, wrapped } from './output.ts';
import { currencyMinorUnits, type InventoryView, type MrrFigure, type MrrView } from './views.ts';

const right = 'right' as const;

const MOVEMENTS: ReadonlyArray<[type: string, title: string]> = [
  ['new_biz', 'New business'],
  ['expansion', 'Expansion'],
  ['contraction', 'Contraction'],
  ['churn', 'Churn'],
  ['reactivation', 'Reactivation'],
  ['fx', 'FX'],
];

export function printMrr(statement: MrrView): void {
  print(
    bold(`Recurring revenue per month, ${statement.from} to ${statement.to}`) +
      dim(`  as of entry ${statement.seq}${cutAt(statement)}`),
  );
  if (statement.currencies.length === 0) print('There are no movements.');
  for (const { currency, buckets } of statement.currencies) {
    const first = buckets[0];
    const last = buckets.at(-1);
    if (!first || !last) continue;
    print();
    // Where nothing is converted there is nothing to show of rates.
    const shown = MOVEMENTS.filter(
      ([type]) =>
        type !== 'fx' || buckets.some(({ movements }) => movements.fx !== undefined && movements.fx.cents !== '0'),
    );
    const columns: Column[] = [
      { title: currency },
      { title: 'Start', align: right },
      ...shown.map(([, title]) => ({ title, align: right })),
      { title: 'End', align: right },
      { title: 'Customers', align: right },
    ];
    const rows = buckets.map((bucket) => [
      bucket.bucket,
      grouped(bucket.start.amount),
      ...shown.map(([type]) => grouped(bucket.movements[type]?.amount ?? '')),
      grouped(bucket.end.amount),
      grouped(String(bucket.customers)),
    ]);
    const sums = shown.map(([type]) =>
      buckets.reduce((sum, bucket) => sum + BigInt((bucket.movements[type] as MrrFigure).cents), 0n),
    );
    const decimals = currencyMinorUnits(currency);
    const total = [
      'Total',
      grouped(first.start.amount),
      ...sums.map((sum) => minorUnits(String(sum), decimals)),
      grouped(last.end.amount),
      grouped(String(last.customers)),
    ];
    print(table(columns, rows, { total }));
  }
}

/** Said where the range goes on after the day up to which movements are counted. */
export const cutAt = ({ to, until }: { to: string; until: string }): string =>
  until < to ? `, counted until ${until}` : '';

/** References worth a look: the newest movements that there are, largest kinds of change first. */
export function mrrRefs(statement: MrrView): string[] {
  const refs: string[] = [];
  for (const { buckets } of statement.currencies) {
    for (const bucket of [...buckets].reverse()) {
      for (const type of ['churn', 'contraction', 'new_biz']) {
        const figure = bucket.movements[type];
        if (figure?.ref && figure.cents !== '0') refs.push(figure.ref);
      }
      if (refs.length >= 3) return refs;
    }
  }
  return refs;
}

const SCOPES: Record<string, string> = {
  1: 'Scope 1, direct',
  2: 'Scope 2, purchased energy',
  3: 'Scope 3, value chain',
  outside: 'Outside the scopes',
};
/** Names of the GHG Protocol's Scope 3 Standard. */
const CATEGORIES: Record<string, string> = {
  1: 'Purchased goods and services',
  2: 'Capital goods',
  3: 'Fuel- and energy-related',
  4: 'Upstream transportation',
  5: 'Waste in operations',
  6: 'Business travel',
  7: 'Employee commuting',
  8: 'Upstream leased assets',
  9: 'Downstream transportation',
  10: 'Processing of sold products',
  11: 'Use of sold products',
  12: 'End of life of sold products',
  13: 'Downstream leased assets',
  14: 'Franchises',
  15: 'Investments',
};
/** Tonnes are shown to the kilogram. */
const TONNE_DECIMALS = 3;

export function printInventory(statement: InventoryView): void {
  const { from, to } = statement;
  const period = from || to ? `, ${from ?? 'beginning'} to ${to ?? 'end'}` : ', all periods';
  print(bold(`Greenhouse-gas inventory${period}, ${statement.gwp}`) + dim(`  as of entry ${statement.seq}`));
  print();
  const columns: Column[] = [
    ...statement.group_by.map((dimension) => ({ title: dimension.charAt(0).toUpperCase() + dimension.slice(1) })),
    { title: 't CO2e', align: right },
    { title: 'Lines', align: right },
  ];
  const figures = (row: { co2e_t: string; lines: number }) => [tonnes(row.co2e_t), grouped(String(row.lines))];
  const inScopes = statement.rows.filter((row) => row.keys.scope !== 'outside');
  const rows = inScopes.map((row, i) => [
    ...statement.group_by.map((dimension, column) => {
      const repeats = column === 0 && inScopes[i - 1]?.keys[dimension] === row.keys[dimension];
      return repeats && statement.group_by.length > 1 ? '' : keyText(dimension, row.keys[dimension] ?? '');
    }),
    ...figures(row),
  ]);
  const label = (text: string) => statement.group_by.map((_, i) => (i === 0 ? text : ''));
  print(table(columns, rows, { total: [...label('Total, scopes 1 to 3'), ...figures(statement.total)] }));
  const { rest, rows_total } = statement;
  if (rest.rows > 0)
    print(
      `Shown are ${grouped(String(statement.rows.length))} of ${grouped(String(rows_total))} rows; the others hold ${tonnes(rest.co2e_t)} t CO2e.`,
    );
  print();
  printScope2(statement);
  const biogenic = thousandth(statement.outside.gases_kg.co2_biogenic ?? '0');
  const memo = statement.outside.co2e_t;
  const gases = memo === '0' ? '' : `, and ${tonnes(memo)} t CO2e of gases outside the Kyoto basket, in no total`;
  print(`Beside the scopes: ${tonnes(biogenic)} t biogenic CO2${gases}.`);
  const restated = statement.total.not_restatable_kg;
  if (restated !== '0')
    print(`${tonnes(thousandth(restated))} t come from sources that cannot be restated to ${statement.gwp}.`);
  const flags = Object.entries(statement.total.flags).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (flags.length > 0) {
    const said = flags.map(([flag, lines]) => `${flag.replaceAll('_', ' ')} ${grouped(String(lines))}`);
    print(wrapped(`Lines with a flag, which the explanation of each spells out: ${said.join(', ')}.`, ''));
  }
  for (const { words, lines, quantity, unit, amount, currency } of statement.held) {
    const sums = [
      quantity === null || quantity === '0' ? '' : `${grouped(quantity)} ${unit}`.trim(),
      amount === null || amount === '0' ? '' : `${grouped(amount)} ${currency}`.trim(),
    ].filter((text) => text !== '');
    print(`Held back, in no total: ${counted(lines, 'line')}, ${safe(sums.join(', '))}: ${safe(words)}.`);
  }
  print(dim('Tonnes are rounded to the kilogram here, kWh to whole ones; --json has every digit.'));
  printBoundary(statement.boundary ?? null);
}

/** Scope 2 by both methods; the table above has the location-based one. */
function printScope2(statement: InventoryView): void {
  const { scope_2: both } = statement;
  if (!both || both.kwh === '0') return;
  print('Scope 2 by both methods, and the total of scopes 1 to 3 with either:');
  const rows = [
    ['Location-based', tonnes(both.location_based.co2e_t), tonnes(both.total_location_based.co2e_t)],
    ['Market-based', tonnes(both.market_based.co2e_t), tonnes(both.total_market_based.co2e_t)],
  ];
  print(
    table([{ title: '' }, { title: 'Scope 2, t CO2e', align: right }, { title: 'Total, t CO2e', align: right }], rows),
  );
  print(`Instruments and own generation cover ${both.covered_percent ?? '0'} % of ${wholeUnits(both.kwh)} kWh.`);
  for (const note of both.notes) print(wrapped(note, ''));
  print();
  printMarketRows(statement, both);
}

/** Where scope 2 alone is shown, by something: the market-based figure by the same. */
function printMarketRows({ group_by, total }: InventoryView, both: NonNullable<InventoryView['scope_2']>): void {
  const told = group_by.filter((dimension) => !['scope', 'category', 'method'].includes(dimension));
  if (told.length === 0 || total.co2e_t !== both.location_based.co2e_t) return;
  const byGas = told.includes('gas');
  const columns: Column[] = [
    ...told.map((dimension) => ({ title: dimension.charAt(0).toUpperCase() + dimension.slice(1) })),
    // Energy has no gas.
    ...(byGas ? [] : [{ title: 'kWh', align: right }]),
    { title: 'Market-based, t CO2e', align: right },
  ];
  const figures = (kwh: string, co2e: string) => [...(byGas ? [] : [wholeUnits(kwh)]), tonnes(co2e)];
  const rows = both.rows.map(({ keys, kwh, co2e_t }) => [
    ...told.map((dimension) => keyText(dimension, keys[dimension] ?? '')),
    ...figures(kwh, co2e_t),
  ]);
  const label = told.map((_, i) => (i === 0 ? 'Total' : ''));
  print(table(columns, rows, { total: [...label, ...figures(both.kwh, both.market_based.co2e_t)] }));
  print();
}

export function printSuggestions(refs: readonly string[]): void {
  if (refs.length === 0) return;
  print();
  print('Where a figure comes from:');
  for (const ref of refs) print(`  footing explain '${ref}'`);
}

const wholeUnits = (text: string): string => Decimal.parse(text).toGrouped(0);
const tonnes = (text: string): string => Decimal.parse(text).toGrouped(TONNE_DECIMALS);
const thousandth = (kilograms: string): string => Decimal.parse(kilograms).mul(Decimal.parse('0.001')).toString();

function keyText(dimension: string, key: string): string {
  if (dimension === 'scope') return SCOPES[key] ?? key;
  if (dimension === 'category') return key === '' ? '' : `${key} ${CATEGORIES[key] ?? ''}`.trim();
  return key === '' ? '(not stated)' : key;
}
