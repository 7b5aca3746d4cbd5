/**
 * The totals of a few lines, added up here: one statement that reads them instead of five that group them. Every statement of the
 * engine costs some 15 ms of planning however little it reads. The rows are those that `totals` in totals.ts would write.
 */
import { settled } from './batches.ts';
import { insertRows, type Place, read } from './sql.ts';
import { FLAG_NAMES, FLAGS, MASS_SCALE, MASSES, type Mass, QUANTITY_SCALE } from './tables.ts';

/** Activities up to which a batch is added up here. */
export const SMALL_ROWS_MAX = 200;

/** What of a line decides where it is added. */
export type LineRow = {
  seq: string;
  sign: number;
  entity: string;
  month: string;
  match: string;
  class: string;
  flags: number;
  used: string;
  data_quality: string;
  supplier: string;
  country: string;
  kind: string;
  scope: number;
} & Record<Mass, string>;

interface Sum {
  keys: Record<string, string>;
  lines: number;
  flags: number[];
  used: bigint;
  masses: bigint[];
}

/** Adds the lines of the entries first..last to the tables of totals. */
export async function insertSmallTotals(place: Place, first: number, last: number): Promise<void> {
  const lines = await read<LineRow>(
    place,
    `
    SELECT e.seq AS seq, e.sign AS sign, toString(e.entity) AS entity, toString(e.month) AS month, toString(e.match) AS match,
      toString(e.class) AS class, e.flags AS flags, toString(e.used) AS used, toString(e.data_quality) AS data_quality,
      toString(e.supplier) AS supplier, m.country AS country, toString(m.kind) AS kind, m.scope AS scope,
      ${MASSES.map((mass) => `toString(e.${mass}) AS ${mass}`).join(', ')}
    FROM (SELECT * FROM emissions WHERE seq BETWEEN {first:UInt64} AND {last:UInt64}) AS e
    INNER JOIN (
      SELECT DISTINCT match, country, kind, scope
      FROM matches
      WHERE sign = 1 AND held = ''
        AND match IN (SELECT match FROM emissions WHERE seq BETWEEN {first:UInt64} AND {last:UInt64})
    ) AS m ON e.match = m.match`,
    { first, last },
  );
  await addUp(place, lines);
}

/** Adds lines to the tables of totals. All inserts have ended when it ends, whatever became of each. */
export async function addUp(place: Place, lines: readonly LineRow[]): Promise<void> {
  if (lines.length === 0) return;
  const inventory = new Sums();
  const classes = new Sums();
  const matches = new Sums();
  const facets = new Sums();
  const energy = new Sums();
  for (const line of lines) {
    const { seq, entity, month, match, class: of, kind } = line;
    inventory.add({ seq, entity, month, class: of }, line);
    classes.add({ seq, month, class: of }, line);
    matches.add({ seq, month, match }, line);
    const year = `${month.slice(0, 4)}-01-01`;
    for (const [span, at] of [
      ['', month],
      ['_year', year],
    ] as const) {
      facets.add({ seq, facet: `country${span}`, value: line.country, entity, month: at, meaning: kind }, line);
      facets.add({ seq, facet: `data_quality${span}`, value: line.data_quality, entity, month: at, meaning: of }, line);
    }
    facets.add({ seq, facet: 'supplier', value: line.supplier, entity: '', month, meaning: of }, line);
    if (line.scope === 2) energy.add({ seq, entity, month, match }, line);
  }
  await settled([
    insertRows(place, 'inventory_totals', inventory.rows('flags', 'used')),
    insertRows(place, 'class_totals', classes.rows('flags', 'used')),
    insertRows(place, 'match_totals', matches.rows('flags', 'used')),
    insertRows(place, 'facet_totals', facets.rows('flags', 'used')),
    insertRows(place, 'energy_totals', energy.rows('used')),
  ]);
}

class Sums {
  private readonly sums = new Map<string, Sum>();

  add(keys: Record<string, string>, line: LineRow): void {
    const key = JSON.stringify(Object.values(keys));
    let sum = this.sums.get(key);
    if (!sum) {
      sum = { keys, lines: 0, flags: FLAG_NAMES.map(() => 0), used: 0n, masses: MASSES.map(() => 0n) };
      this.sums.set(key, sum);
    }
    sum.lines += line.sign;
    for (const [i, name] of FLAG_NAMES.entries()) if ((line.flags & FLAGS[name]) !== 0) sum.flags[i]! += line.sign;
    sum.used += scaled(line.used, QUANTITY_SCALE);
    for (const [i, mass] of MASSES.entries()) if (line[mass] !== '0') sum.masses[i]! += scaled(line[mass], MASS_SCALE);
  }

  rows(...more: ReadonlyArray<'flags' | 'used'>): Array<Record<string, unknown>> {
    return [...this.sums.values()].map(({ keys, lines, flags, used, masses }) => ({
      ...keys,
      lines,
      ...(more.includes('flags') && Object.fromEntries(FLAG_NAMES.map((name, i) => [`lines_${name}`, flags[i]]))),
      ...(more.includes('used') && { used: written(used, QUANTITY_SCALE) }),
      ...Object.fromEntries(MASSES.map((mass, i) => [mass, written(masses[i]!, MASS_SCALE)])),
    }));
  }
}

/** A decimal as a whole number of 10^-scale. */
export function scaled(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}

/** A whole number of 10^-scale as a decimal. */
export function written(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
