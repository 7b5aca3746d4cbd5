/** Checks of data: `footing check carbon`. */
import { type Command, Option } from 'commander';
import { Decimal } from '../../kernel/decimal.ts';
import { bold, type Column, dim, grouped, print, printJson, table } from '../output.ts';
import { type CommonOptions, command, group, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

interface CheckOptions extends CommonOptions {
  from?: string;
  to?: string;
  approach?: string;
  parent?: string;
  only?: string;
  limit: number;
}

type Row = Record<string, string | number | null>;
interface Summary {
  seq: number;
  [figure: string]: number | string | null;
}

/** Checks with rows of their own, and the columns that are printed. */
const DETAILS: Record<string, Array<[column: string, title: string]>> = {
  periods: [
    ['kind', ''],
    ['entity', 'Entity'],
    ['activity', 'Activity'],
    ['meter', 'Meter'],
    ['from', 'From'],
    ['to', 'To'],
    ['before', 'After activity'],
    ['after', 'Before activity'],
  ],
  outliers: [
    ['entity', 'Entity'],
    ['month', 'Month'],
    ['scope', 'Scope'],
    ['value', 'Value'],
    ['median', 'Median'],
    ['times', 'Times'],
    ['against', 'Against'],
  ],
  units: [
    ['external_id', 'Activity'],
    ['entity', 'Entity'],
    ['activity', 'What'],
    ['quantity', 'Quantity'],
    ['unit', 'Unit'],
    ['words', ''],
  ],
  duplicates: [
    ['external_ids', 'Activities'],
    ['count', 'Count'],
    ['entity', 'Entity'],
    ['activity', 'What'],
    ['quantity', 'Quantity'],
    ['amount', 'Amount'],
    ['start_date', 'From'],
  ],
  negatives: [
    ['external_id', 'Activity'],
    ['entity', 'Entity'],
    ['activity', 'What'],
    ['quantity', 'Quantity'],
    ['unit', 'Unit'],
    ['amount', 'Amount'],
    ['currency', 'Currency'],
    ['start_date', 'From'],
  ],
};
/** Columns of figures, and the decimals that are printed; null: all there are. */
const NUMBERS: Record<string, number | null> = {
  quantity: null,
  amount: null,
  value: 3,
  median: 3,
  co2e_t: 3,
  co2e_kg: 3,
  lines: 0,
  count: 0,
};
const columnOf = (name: string, title: string): Column => (name in NUMBERS ? { title, align: 'right' } : { title });
function textOf(column: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(', ');
  const decimals = NUMBERS[column];
  if (decimals === undefined) return String(value);
  return decimals === null ? grouped(String(value)) : Decimal.parse(String(value)).toGrouped(decimals);
}
const SCREENING: Array<[column: string, title: string]> = [
  ['category', ''],
  ['name', 'Category'],
  ['status', 'Status'],
  ['co2e_t', 't CO2e'],
  ['lines', 'Lines'],
  ['reason', 'Reason'],
  ['problem', 'Problem'],
];
const QUALITY: Array<[column: string, title: string]> = [
  ['data_quality', 'Data quality'],
  ['kind', 'Kind'],
  ['co2e_kg', 'kg CO2e'],
  ['percent', 'Percent'],
  ['lines', 'Lines'],
];
const CHECKS = ['completeness', ...Object.keys(DETAILS), 'quality', 'screening'];

const FIGURES: Array<[figure: string, words: string, check: string]> = [
  ['missing_months', 'months without an energy that the entity has in other months', 'completeness'],
  ['partial_months', 'months whose bills do not cover every day', 'completeness'],
  ['entities_without_energy', 'sites and assets without any energy', 'completeness'],
  ['gaps_and_overlaps', 'gaps and overlaps between bills of one meter', 'periods'],
  ['intensity_outliers', 'months far from their history or their peers', 'outliers'],
  ['unit_outliers', 'quantities whose unit may be wrong', 'units'],
  ['duplicates', 'groups of activities that may have been stated twice', 'duplicates'],
  ['negatives', 'negative quantities or amounts', 'negatives'],
  ['categories_without_reason', 'categories of scope 3 without figures or a fitting reason', 'screening'],
];

export function checkCommand(): Command {
  const made = group('check', 'Checks of the data that is stated', ['footing check carbon']);
  made.addCommand(carbonCommand());
  return made;
}

function carbonCommand(): Command {
  return withAsOf(
    withAccount(
      command('carbon', 'What is missing, doubled, or far from its like in the activity data', [
        'footing check carbon --from 2025-01 --to 2025-12',
        'footing check carbon --only completeness --from 2025-01 --to 2025-12',
        'footing check carbon --only outliers --json',
      ]),
    ),
  )
    .option('--from <month>', 'first month')
    .option('--to <month>', 'last month')
    .addOption(new Option('--only <check>', 'one check with its findings').choices(CHECKS))
    .option('--approach <approach>', 'equity, financial or operational, for checks of emissions')
    .option('--parent <entity>', 'reporting parent')
    .option('--limit <count>', 'findings to list', wholeNumber, 50)
    .action(async (options: CheckOptions) => {
      await onAccount(options, async (client) => {
        const { only } = options;
        const period = { from: options.from, to: options.to };
        const bounded = { ...period, approach: options.approach, parent: options.parent };
        const parameters =
          only === undefined || only === 'quality' || only === 'screening'
            ? bounded
            : only === 'completeness'
              ? { ...period, limit: options.limit }
              : {
                  ...(only === 'periods' ? period : only === 'outliers' ? bounded : {}),
                  limit: options.limit,
                };
        const path = `/api/carbon/checks${only === undefined ? '' : `/${only}`}`;
        const found = await client.get<Row>(path, { ...parameters, as_of: options.asOf });
        if (options.json) return printJson(found);
        if (only === undefined) return printSummary(found as Summary);
        printDetail(only, found as unknown as Detail);
      });
    });
}

function printSummary(summary: Summary): void {
  print(bold('Checks of the activity data') + dim(`  as of entry ${summary.seq}`));
  print();
  const rows = FIGURES.map(([figure, words, check]) => [
    grouped(String(summary[figure])),
    words,
    summary[figure] === 0 ? '' : `footing check carbon --only ${check}`,
  ]);
  print(table([{ title: 'Found', align: 'right' }, { title: 'What' }, { title: 'Which' }], rows));
  print();
  print(
    `Of the emissions ${share(summary.estimated_percent)} are estimated and ${share(summary.primary_percent)} come from primary data (scope 3: ${share(summary.scope_3_primary_percent)}).`,
  );
  if (summary.score !== null) print(`Mean data quality by emissions: ${summary.score} of 1 (very good) to 5 (poor).`);
}

const share = (percent: string | number | null | undefined): string => (percent === null ? '0 %' : `${percent} %`);

interface Detail {
  findings?: Row[];
  total?: number;
  months?: string[];
  rows?: Array<{
    entity: string;
    activity: string;
    cells: Array<{ month: string; state: string }>;
    missing: number;
    partial: number;
  }>;
  entities_without?: string[];
  categories?: Row[];
  shares?: Row[];
  by_category?: Row[];
  financed?: Array<{ currency: string; outstanding: string; scored_percent: string | null; score: string | null }>;
  spend?: Array<{ currency: string; amount: string; primary_percent: string | null }>;
}

const MARKS: Record<string, string> = { complete: '■', partial: '◧', missing: '·', outside: ' ' };

function printDetail(check: string, found: Detail): void {
  const columns = DETAILS[check];
  if (columns) {
    if (found.findings!.length === 0) {
      print('Nothing found.');
      return;
    }
    const rows = found.findings!.map((row) => columns.map(([column]) => textOf(column, row[column])));
    print(
      table(
        columns.map(([column, title]) => columnOf(column, title)),
        rows,
      ),
    );
    if (found.total! > rows.length) print(`… ${grouped(String(found.total))} in all; --limit shows more.`);
    return;
  }
  if (check === 'completeness') {
    printGrid(found);
    return;
  }
  const listed = check === 'screening' ? found.categories! : found.shares!;
  const columnsOf = check === 'screening' ? SCREENING : QUALITY;
  print(
    table(
      columnsOf.map(([column, title]) => columnOf(column, title)),
      listed.map((row) =>
        columnsOf.map(([column]) => textOf(column, row[column] === 'not_screened' ? '' : row[column])),
      ),
    ),
  );
  if (check !== 'quality') {
    print(
      dim('Tonnes are rounded to the kilogram here. Status and reason of a category: footing import screening FILE'),
    );
    return;
  }
  print();
  const fields = ['scope', 'category', 'co2e_kg', 'primary_percent', 'estimated_percent'];
  print(
    table(
      ['Scope', 'Category', 'kg CO2e', 'Primary, %', 'Estimated, %'].map((title, i) => ({
        title,
        ...(i < 2 ? {} : { align: 'right' as const }),
      })),
      (found.by_category ?? []).map((row) => fields.map((column) => textOf(column, row[column]))),
    ),
  );
  for (const { currency, amount, primary_percent } of found.spend ?? [])
    print(`By spend ${share(primary_percent)} of ${grouped(amount)} ${currency} is from primary data.`);
  for (const { currency, outstanding, scored_percent, score } of found.financed ?? [])
    print(
      score === null
        ? `Financed emissions: none of ${`${grouped(outstanding)} ${currency}`.trim()} outstanding has a score (PCAF).`
        : `Financed emissions: data quality ${score} of 1 to 5 by outstanding amounts (PCAF), of ${share(scored_percent)} of ${grouped(outstanding)} ${currency}.`,
    );
}

function printGrid({ months = [], rows = [], entities_without: without = [] }: Detail): void {
  if (rows.length === 0) {
    print('No energy in these months.');
    return;
  }
  print(`${months[0]} to ${months.at(-1)}, a mark a month: ■ complete, ◧ some days, · missing`);
  print();
  const lines = rows.map((row) => [
    row.entity,
    row.activity,
    row.cells.map(({ state }) => MARKS[state] ?? '?').join(''),
    String(row.missing),
    String(row.partial),
  ]);
  const columns = ['Entity', 'Energy', 'Months', 'Missing', 'Partial'].map((title) => ({ title }));
  print(table(columns, lines));
  if (without.length > 0) print(`Without any energy: ${without.join(', ')}.`);
}
