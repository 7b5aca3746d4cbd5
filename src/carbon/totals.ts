/**
 * The statements that add the lines of some entries to the tables of totals. Everything is INSERT ... SELECT, and each row carries
 * the seq of its entry.
 *
 * Lines are grouped four times, each time by as few bytes as tell the groups apart: a key of eight bytes is grouped twice as fast
 * as the names themselves. What is coarser (without data quality, without entities, by year) is added up from those results.
 */
import { type Place, read, runSideBySide } from './sql.ts';
import { FLAG_NAMES, FLAGS, MASS_SCALE, MASSES, QUANTITY_SCALE } from './tables.ts';
import { type KnownSums, restOf, type TakenBack, takeBack } from './takenBack.ts';

const FLAG_COLUMNS = FLAG_NAMES.map((flag) => `lines_${flag}`).join(', ');
const MASS_COLUMNS = MASSES.join(', ');
const SUM_COLUMNS = `lines, ${FLAG_COLUMNS}, used, ${MASS_COLUMNS}`;

/** What is known of a batch before its lines are added up. */
export interface BatchSums extends KnownSums {
  /** Reversals that are not added up line by line, because what was added up before is taken back. */
  takenBack?: TakenBack | undefined;
}

export const ALL_MASSES: KnownSums = { present: new Set(MASSES), narrow: false };

/** Bits of a hash that tell the names of a batch apart. */
type Bits = 16 | 32 | 64;

export interface Sums extends BatchSums {
  /** Bits of the flags that some line of the batch bears. */
  flags: number;
  /** True when all lines are of one entry: then it is no part of the grouping. */
  oneEntry: boolean;
  entityBits: Bits;
  supplierBits: Bits;
  qualityBits: Bits;
  matchBits: Bits;
  classBits: Bits;
  /** Of pairs of country and kind. */
  countryBits: Bits;
  /** True when hardly any two lines of scope 2 are of one entity, month and decision: they are written as they are. */
  energyApart: boolean;
}

/** Keys that are right whatever the batch. */
export const ANY_SUMS: Sums = {
  ...ALL_MASSES,
  flags: 0xffff,
  oneEntry: false,
  entityBits: 64,
  supplierBits: 64,
  qualityBits: 64,
  matchBits: 64,
  classBits: 64,
  countryBits: 64,
  energyApart: false,
};

/** Adds the lines of the entries first..last to the tables of totals. `few`: nothing is looked up before. */
export async function insertTotals(
  place: Place,
  first: number,
  last: number,
  known: BatchSums = ALL_MASSES,
  few = false,
): Promise<void> {
  const [found, energyApart] = few
    ? [ANY_SUMS, false]
    : await Promise.all([sumsOf(place, first, last), known.takenBack !== undefined && energyIsApart(place, last)]);
  const sums = { ...found, ...known, energyApart };
  for (const together of totals({ ...sums, oneEntry: first === last })) {
    await runSideBySide(place, together, { first, last });
  }
}

const BATCH = 'seq BETWEEN {first:UInt64} AND {last:UInt64}';
const DECIDED = "sign = 1 AND held = ''";

/** A whole number of so many bits that stands for a value; equal values have equal ones. */
const code = (hash: string, bits: Bits) => (bits === 64 ? hash : `toUInt${bits}(${hash})`);
const nameCode = (column: string, bits: Bits) => code(`cityHash64(${column})`, bits);

/** Flags of a batch, and how few bits of their hashes tell its names apart. */
async function sumsOf(place: Place, first: number, last: number): Promise<Sums> {
  const told = (hash: string, from: string) => `
    SELECT count() AS n, uniqExact(toUInt16(h)) AS n16, uniqExact(toUInt32(h)) AS n32
    FROM (SELECT DISTINCT ${hash} AS h FROM ${from})`;
  const names = (column: string) =>
    told(`cityHash64(${column})`, `(SELECT DISTINCT ${column} FROM emissions WHERE ${BATCH})`);
  const decisions = (hash: string) =>
    told(hash, `(SELECT DISTINCT match, class, country, kind FROM matches WHERE ${DECIDED})`);
  const parts = {
    entityBits: names('entity'),
    supplierBits: names('supplier'),
    qualityBits: names('data_quality'),
    matchBits: decisions('match'),
    classBits: decisions('class'),
    countryBits: decisions('cityHash64(country, kind)'),
  };
  const [flags, rows] = await Promise.all([
    read<{ flags: string | number }>(place, `SELECT groupBitOr(flags) AS flags FROM emissions WHERE ${BATCH}`, {
      first,
      last,
    }),
    read<{ name: keyof typeof parts; n: string; n16: string; n32: string }>(
      place,
      Object.entries(parts)
        .map(([name, part]) => `SELECT '${name}' AS name, * FROM (${part})`)
        .join('\nUNION ALL\n'),
      { first, last },
    ),
  ]);
  const bits = rows.map(({ name, n, n16, n32 }) => [name, n === n16 ? 16 : n === n32 ? 32 : 64] as const);
  return { ...ANY_SUMS, ...Object.fromEntries(bits), flags: Number(flags[0]?.flags ?? 0) };
}

/** Lines of scope 2 from which it pays to look whether adding them up spares rows. */
const ENERGY_LINES_MIN = 100_000;
/** Share of the lines that adding up must spare. */
const SPARED_SHARE = 0.3;

/** Asked of entries that are posted alone, so that a rebuild writes the same rows whatever else it takes together. */
async function energyIsApart(place: Place, seq: number): Promise<boolean> {
  const [found] = await read<{ lines: string; groups: string }>(
    place,
    `SELECT count() AS lines, uniq(entity, month, match) AS groups
     FROM emissions
     WHERE seq = {seq:UInt64} AND sign = 1 AND class IN (SELECT class FROM matches WHERE scope = 2)`,
    { seq },
  );
  const [lines, groups] = [Number(found!.lines), Number(found!.groups)];
  return lines >= ENERGY_LINES_MIN && groups > lines * (1 - SPARED_SHARE);
}

/** The statements, in groups that may run side by side: each group reads what the one before it has written. */
export function totals(sums: Sums): string[][] {
  const { flags, oneEntry, narrow, takenBack } = sums;
  const rest = restOf(takenBack);
  // What is taken back is not added up: then the lines are those that were posted.
  const present = (takenBack?.partialClasses.length === 0 ? sums.posted : undefined) ?? sums.present;
  const sum = (column: string, scale: number) => (narrow ? `sum(${column})` : `sum(toDecimal256(${column}, ${scale}))`);
  const seq = oneEntry ? '{last:UInt64} AS entry' : 'seq AS entry';
  const counted = FLAG_NAMES.filter((flag) => (flags & FLAGS[flag]) !== 0);
  const counts = counted
    .map((flag) => `, sum(if(bitAnd(flags, ${FLAGS[flag]}) = 0, 0, sign)) AS lines_${flag}`)
    .join('');
  const masses = [...present].map((mass) => `, ${sum(mass, MASS_SCALE)} AS sum_${mass}`).join('');
  const shownCounts = FLAG_NAMES.map((flag) => (counted.includes(flag) ? `s.lines_${flag}` : '0')).join(', ');
  const shownMasses = MASSES.map((mass) => (present.has(mass) ? `s.sum_${mass}` : '0')).join(', ');
  const used = `, ${sum('used', QUANTITY_SCALE)} AS sum_used`;
  /** Sums of the lines by some codes; `month` and `seq` are part of every grouping. */
  const grouped = (keys: Record<string, string>, more: string, from = `emissions WHERE ${BATCH}${rest.byClass}`) => `(
  SELECT ${seq}, ${MONTH_NUMBER} AS month_number, ${Object.entries(keys)
    .map(([name, key]) => `${key} AS ${name}`)
    .join(', ')},
    sum(sign) AS lines${used}${more}${masses}
  FROM ${from}
  GROUP BY ${oneEntry ? '' : 'seq, '}month_number, ${Object.keys(keys).join(', ')})`;
  const names = (column: string, bits: Bits) =>
    `(SELECT ${column} AS name, ${nameCode(column, bits)} AS key FROM (SELECT DISTINCT ${column} FROM emissions WHERE ${BATCH}))`;
  const decisions = (columns: string, key: string) =>
    `(SELECT DISTINCT ${columns}, ${key} AS key FROM matches WHERE ${DECIDED})`;
  const { entityBits, supplierBits, qualityBits, matchBits, classBits, countryBits } = sums;
  const entity = nameCode('entity', entityBits);
  const ofClass = code('class', classBits);
  const ofMatch = code('match', matchBits);
  const facet = `INSERT INTO facet_totals (seq, facet, value, entity, month, meaning, ${SUM_COLUMNS})`;
  const ofEnergy = `emissions WHERE ${BATCH}${rest.byMatch} AND class IN (SELECT class FROM matches WHERE scope = 2)`;
  const energy = `INSERT INTO energy_totals (seq, entity, month, match, lines, used, ${MASS_COLUMNS})`;
  const energyAddedUp = `
${energy}
SELECT s.entry, e.name, ${FIRST_OF_MONTH}, m.match, s.lines, s.sum_used, ${shownMasses}
FROM ${grouped({ e: entity, m: ofMatch }, '', ofEnergy)} AS s
INNER JOIN ${names('entity', entityBits)} AS e ON s.e = e.key
INNER JOIN ${decisions('match', ofMatch)} AS m ON s.m = m.key`;
  const energyAsItIs = `
${energy}
SELECT seq, entity, month, match, sign, used, ${MASSES.map((mass) => (present.has(mass) ? mass : '0')).join(', ')}
FROM ${ofEnergy}`;
  return [
    // From the lines, the dearest first.
    [
      `
${facet}
SELECT s.entry, 'country', c.country, e.name, ${FIRST_OF_MONTH}, c.kind, s.lines, ${shownCounts}, s.sum_used, ${shownMasses}
FROM ${grouped(
        { e: entity, c: 'm.key' },
        counts,
        `(SELECT * FROM emissions WHERE ${BATCH}${rest.byCountry}) AS t
  INNER JOIN ${decisions('match', code('cityHash64(country, kind)', countryBits))} AS m ON t.match = m.match`,
      )} AS s
INNER JOIN ${names('entity', entityBits)} AS e ON s.e = e.key
INNER JOIN ${decisions('country, kind', code('cityHash64(country, kind)', countryBits))} AS c ON s.c = c.key`,
      sums.energyApart ? energyAsItIs : energyAddedUp,
      `
INSERT INTO match_totals (seq, month, match, ${SUM_COLUMNS})
SELECT s.entry, ${FIRST_OF_MONTH}, m.match, s.lines, ${shownCounts}, s.sum_used, ${shownMasses}
FROM ${grouped({ m: ofMatch }, counts, `emissions WHERE ${BATCH}${rest.byMatch}`)} AS s
INNER JOIN ${decisions('match', ofMatch)} AS m ON s.m = m.key`,
      `
${facet}
SELECT s.entry, 'data_quality', q.name, e.name, ${FIRST_OF_MONTH}, c.class, s.lines, ${shownCounts}, s.sum_used, ${shownMasses}
FROM ${grouped({ e: entity, c: ofClass, q: nameCode('data_quality', qualityBits) }, counts)} AS s
INNER JOIN ${names('entity', entityBits)} AS e ON s.e = e.key
INNER JOIN ${names('data_quality', qualityBits)} AS q ON s.q = q.key
INNER JOIN ${decisions('class', ofClass)} AS c ON s.c = c.key`,
      `
${facet}
SELECT s.entry, 'supplier', n.name, '', ${FIRST_OF_MONTH}, c.class, s.lines, ${shownCounts}, s.sum_used, ${shownMasses}
FROM ${grouped({ n: nameCode('supplier', supplierBits), c: ofClass }, counts)} AS s
INNER JOIN ${names('supplier', supplierBits)} AS n ON s.n = n.key
INNER JOIN ${decisions('class', ofClass)} AS c ON s.c = c.key`,
      ...(takenBack === undefined ? [] : takeBack(takenBack, { flags: counted, present: sums.present })),
    ],
    [
      `
INSERT INTO inventory_totals (seq, entity, month, class, ${SUM_COLUMNS})
SELECT seq, entity, month, meaning, ${ADDED}
FROM facet_totals
WHERE facet = 'data_quality' AND ${BATCH}
GROUP BY seq, entity, month, meaning`,
      `
${facet}
SELECT seq, concat(facet, '_year'), value, entity, makeDate32(toYear(month), 1, 1) AS year, meaning, ${ADDED}
FROM facet_totals
WHERE facet IN ('country', 'data_quality') AND ${BATCH}
GROUP BY seq, facet, value, entity, year, meaning`,
    ],
    [
      `
INSERT INTO class_totals (seq, month, class, ${SUM_COLUMNS})
SELECT seq, month, class, ${ADDED}
FROM inventory_totals
WHERE ${BATCH}
GROUP BY seq, month, class`,
    ],
  ];
}

/** A month as two bytes, and back: to keep the month itself beside every group costs a third of the grouping. */
const MONTH_NUMBER = 'toUInt16(toRelativeMonthNum(month))';
const FIRST_OF_MONTH = 'makeDate32(intDiv(s.month_number - 1, 12), (s.month_number - 1) % 12 + 1, 1)';

/** The sums of totals. */
const ADDED = `sum(lines), ${FLAG_NAMES.map((flag) => `sum(lines_${flag})`).join(', ')}, sum(used),
  ${MASSES.map((mass) => `sum(${mass})`).join(', ')}`;
