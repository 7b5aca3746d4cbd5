/**
 * The statements that turn activities into emission lines, held lines, reversals and totals. Everything is INSERT ... SELECT:
 * no row passes through Node.
 *
 * A line is quantity x coefficient, exact where that fits 128 bits (at most 6 decimals x at most 18), else a fraction in 256-bit
 * integers rounded half-even once to 24 decimals. A period over several months is split by days: the part that ends on day d
 * takes H(line x d / days) - H(line x (d of the part before) / days), H = half-even at 24 decimals, so parts add up to the line.
 */
import { RATES_IN_FORCE } from './spend/table.ts';
import { FAST_QUANTITY_SCALE, FLAGS, LINE_KG_MAX, MASS_SCALE, MASSES, type Mass, QUANTITY_SCALE } from './tables.ts';

/** A subquery of activities with their `seq` as the postings are to carry it. */
export interface Source {
  rows: string;
  /** Condition on the alias `a`: the entity is stated and existed, the activity may be used. */
  entityKnown: string;
  /** Arguments of multiIf: the reason when it may not. */
  entityReasons: string;
  /** Seq up to which decisions count. */
  seq: number;
  /** False when no decision asks for the amount: then the quantity is read alone. */
  spend: boolean;
  /** The largest coefficient of any decision that counts, kg per unit. */
  reachMax: number;
  /** Masses that are not zero in every decision; the others are written as 0. */
  present: ReadonlySet<Mass>;
  /** True when the rows are so few that their decisions are looked up one by one. */
  few: boolean;
  /** Rows with the descriptors of all rows, where that is a short list. */
  descriptors?: string | undefined;
  /** True when some activity may be out of range. */
  heavy: boolean;
  /** True when some entity is not known; else entityKnown holds for all rows. */
  unknownEntities: boolean;
  /** True when some decision converts at the rate of the day. */
  converted: boolean;
}

const EMISSION_COLUMNS = `seq, sign, origin_seq, origin_row, key_hash, part, entity, month, day, days, match, class, used, flags,
  data_quality, supplier, ${MASSES.join(', ')}`;
const LAST_DAY = 'coalesce(a.end_date, a.start_date)';
const ONE_MONTH = `toYYYYMM(a.start_date) = toYYYYMM(${LAST_DAY})`;
const POWER_12 = 'toInt256(1000000000000)';

/** Quantities and reach below which a split line stays within 128 bits, whatever its days. */
export const SPLIT_QUANTITY_MAX = 1e20;
export const SPLIT_KG_MAX = 1e10;

/** Decisions in force, one row per (descriptor, year, line); of a few rows, only those about their descriptors. */
export function decisions(columns: string, rows?: string): string {
  return `(
    SELECT ${columns}
    FROM matches
    WHERE seq <= {decided:UInt64}
      AND sign = 1${rows === undefined ? '' : `\n      AND descriptor IN (SELECT descriptor FROM ${rows})`}
      AND match NOT IN (SELECT match FROM matches WHERE sign = -1 AND seq <= {decided:UInt64})
  )`;
}

function used(source: Source): string {
  return source.spend
    ? `if(m.basis = 'spend', assumeNotNull(a.amount), assumeNotNull(a.quantity))`
    : 'assumeNotNull(a.quantity)';
}

function decisionColumns(source: Source, fractions: boolean): string {
  const coefficients = [...source.present].map((mass) => (fractions ? `n_${mass}` : `c_${mass}`));
  return [
    'descriptor',
    'year',
    'match',
    'class',
    'flags',
    'fast',
    'reach',
    'held',
    'basis',
    'fx',
    ...(fractions ? ['den'] : []),
    ...coefficients,
  ].join(', ');
}

function lookedUp(source: Source): string | undefined {
  return source.few ? source.rows : source.descriptors;
}

const inRange = `abs(toFloat64(used)) * m.reach <= ${LINE_KG_MAX}`;
const shortQuantity = `used = CAST(used AS Decimal(38, ${FAST_QUANTITY_SCALE}))`;
const splitFits = `abs(toFloat64(used)) < ${SPLIT_QUANTITY_MAX} AND abs(toFloat64(used)) * m.reach < ${SPLIT_KG_MAX}`;
const product = (mass: Mass) => `CAST(used AS Decimal(38, ${FAST_QUANTITY_SCALE})) * m.c_${mass}`;

/** The rows of a source for which a condition holds that every row of interest meets: spares joining the others. */
function only(source: Source, condition: string): string {
  return `(SELECT * FROM ${source.rows} AS a WHERE ${condition})`;
}

/** The larger of quantity and amount, as far as a comparison needs it. */
const SIZE = 'greatest(abs(toFloat64(coalesce(a.quantity, 0))), abs(toFloat64(coalesce(a.amount, 0))))';
/** True when a column has more decimals than the 128-bit product takes. */
export const isLong = (column: string) =>
  `coalesce(a.${column} != CAST(a.${column} AS Nullable(Decimal(38, ${FAST_QUANTITY_SCALE}))), 0)`;

/** Lines of activities within one month whose product is exact in 128 bits: nearly all. */
export function insertWholeLines(source: Source): string {
  return `
INSERT INTO emissions (${EMISSION_COLUMNS})
SELECT
  a.seq, 1, a.origin_seq, a.origin_row, a.key_hash, 0, a.entity,
  a.start_date - (toDayOfMonth(a.start_date) - 1),
  toDayOfMonth(a.start_date),
  toUInt16(toInt32(${LAST_DAY}) - toInt32(a.start_date) + 1),
  m.match, m.class,
  ${used(source)} AS used,
  m.flags + if(used < 0, ${FLAGS.negative}, 0),
  a.data_quality, a.supplier,
  ${MASSES.map((mass) => (source.present.has(mass) ? product(mass) : '0')).join(',\n  ')}
FROM ${source.rows} AS a
INNER JOIN ${decisions(decisionColumns(source, false), lookedUp(source))} AS m
  ON a.descriptor = m.descriptor AND toYear(a.start_date) = m.year
WHERE ${ONE_MONTH}
  AND m.fast AND m.held = ''
  AND ${source.entityKnown}
  AND ${shortQuantity}
  AND ${inRange}`;
}

/** Lines of activities over several months whose arithmetic stays within 128 bits. */
export function insertSplitLines(source: Source): string {
  const whole = (mass: Mass) => `reinterpretAsInt128(${product(mass)})`;
  return `
INSERT INTO emissions (${EMISSION_COLUMNS})
SELECT
  ${partColumns(source)},
  ${MASSES.map((mass) => (source.present.has(mass) ? asMass(share(whole(mass), mass)) : '0')).join(',\n  ')}
FROM ${parts(only(source, `NOT (${ONE_MONTH})`))} AS a
INNER JOIN ${decisions(decisionColumns(source, false), lookedUp(source))} AS m
  ON a.descriptor = m.descriptor AND toYear(a.part_first) = m.year
WHERE m.fast AND m.held = ''
  AND a.months > 1
  AND ${source.entityKnown}
  AND ${shortQuantity}
  AND ${splitFits}`;
}

/** All other lines: coefficients that are fractions, quantities with many decimals, very large lines. */
export function insertOtherLines(source: Source): string {
  const candidates = `
    a.descriptor IN (SELECT descriptor FROM matches WHERE NOT fast AND held = '')
    OR ${isLong('quantity')} OR ${isLong('amount')}
    OR NOT (${SIZE} < ${SPLIT_QUANTITY_MAX} AND ${SIZE} * ${source.reachMax} < ${SPLIT_KG_MAX})`;
  return roundedLines(
    source,
    `
    SELECT ${roundedColumns(source)}, units AS priced
    FROM ${parts(only(source, candidates))} AS a
    INNER JOIN ${decisions(decisionColumns(source, true), lookedUp(source))} AS m
      ON a.descriptor = m.descriptor AND toYear(a.part_first) = m.year
    WHERE m.held = '' AND m.fx = ''
      AND ${source.entityKnown}
      AND ${inRange}
      AND NOT (m.fast AND ${shortQuantity} AND (a.months = 1 OR (${splitFits})))`,
  );
}

/** Rates that are stated, by pair and day. */
const STATED_RATES = `(SELECT * FROM ${RATES_IN_FORCE} WHERE num != 0)`;

/** Lines of amounts that are converted at the rate of their first day: the converted amount is rounded half-even to 12 decimals. */
export function insertConvertedLines(source: Source): string {
  return roundedLines(
    source,
    `
    SELECT ${roundedColumns(source)}, ${halfEven('units * m.num', 'm.rate_den', 'fx')} AS priced
    FROM ${parts(only(source, "a.descriptor IN (SELECT descriptor FROM matches WHERE fx != '')"))} AS a
    INNER JOIN (
      SELECT d.*, r.day AS rate_day, r.num AS num, r.den AS rate_den
      FROM ${decisions(decisionColumns(source, true), lookedUp(source))} AS d
      INNER JOIN ${STATED_RATES} AS r ON d.fx = r.pair
    ) AS m
      ON a.descriptor = m.descriptor AND toYear(a.part_first) = m.year AND a.start_date = m.rate_day
    WHERE m.held = ''
      AND ${source.entityKnown}
      AND ${inRange}
      AND abs(toFloat64(used)) * m.reach * toFloat64(m.num) / toFloat64(m.rate_den) <= ${LINE_KG_MAX}`,
  );
}

/**
 * Lines of rows that carry what the factor applies to as `priced`, in units of 10^-12. The product is rounded in a layer of its own
 * and its shares are taken of that: ClickHouse repeats an expression wherever its name is used, and one within another takes seconds
 * to be analysed.
 */
function roundedLines(source: Source, rows: string): string {
  const present = [...source.present];
  const lines = present.map(
    (mass) => `${halfEven(`priced * n_${mass} * ${POWER_12}`, 'den', `l_${mass}`)} AS w_${mass}`,
  );
  return `
INSERT INTO emissions (${EMISSION_COLUMNS})
SELECT
  a.seq, 1, a.origin_seq, a.origin_row, a.key_hash, a.part, a.entity, a.month, toDayOfMonth(a.part_first), a.days, a.match, a.class,
  ${asQuantity(shareOf('units', 'u'))},
  a.decision_flags + if(a.used < 0, ${FLAGS.negative}, 0) + if(a.months > 1, ${FLAGS.split}, 0),
  a.data_quality, a.supplier,
  ${MASSES.map((mass) => (source.present.has(mass) ? asMass(shareOf(`w_${mass}`, mass)) : '0')).join(',\n  ')}
FROM (
  SELECT *${lines.map((line) => `,\n    ${line}`).join('')}
  FROM (${rows})
) AS a`;
}

/** What a row of `roundedLines` carries besides `priced`. */
function roundedColumns(source: Source): string {
  const own =
    'seq, origin_seq, origin_row, key_hash, part, entity, month, part_first, days, months, total, through, before'
      .split(', ')
      .concat('data_quality', 'supplier')
      .map((column) => `a.${column} AS ${column}`);
  const decided = ['match', 'class', 'den', ...[...source.present].map((mass) => `n_${mass}`)].map(
    (column) => `m.${column} AS ${column}`,
  );
  return [
    ...own,
    ...decided,
    'm.flags AS decision_flags',
    `${used(source)} AS used`,
    'toInt256(reinterpretAsInt128(used)) AS units',
  ].join(', ');
}

/** Activities that give no line, with the reason; split like lines, so that what is held adds up too. */
export function insertHeld(source: Source): string {
  const candidates = [
    ...(source.unknownEntities ? [`NOT (${source.entityKnown})`] : []),
    "a.descriptor IN (SELECT descriptor FROM matches WHERE held != '')",
    ...(source.converted ? ["a.descriptor IN (SELECT descriptor FROM matches WHERE fx != '')"] : []),
    ...(source.heavy ? [`NOT (${SIZE} * ${source.reachMax} <= ${LINE_KG_MAX})`] : []),
  ].join('\n    OR ');
  const unrated = source.converted
    ? `(m.fx != '' AND (m.fx, a.start_date) NOT IN (SELECT pair, day FROM ${STATED_RATES}))`
    : '0';
  return `
INSERT INTO held (
  seq, sign, origin_seq, origin_row, key_hash, part, entity, month, days, match, reason, quantity, unit, amount, currency)
SELECT
  a.seq, 1, a.origin_seq, a.origin_row, a.key_hash, a.part, a.entity, a.month, a.days, m.match,
  multiIf(
    ${source.entityReasons}m.held != '', m.held, ${unrated}, 'no_rate', 'out_of_range') AS reason,
  if(isNull(a.quantity), NULL, ${sharedQuantity('assumeNotNull(a.quantity)', 'hq')}),
  a.unit,
  if(isNull(a.amount), NULL, ${sharedQuantity('assumeNotNull(a.amount)', 'ha')}),
  a.currency
FROM ${parts(only(source, candidates))} AS a
INNER JOIN ${decisions('descriptor, year, match, held, reach, basis, line, fx', lookedUp(source))} AS m
  ON a.descriptor = m.descriptor AND toYear(a.part_first) = m.year
WHERE m.line = 0
  AND (
    NOT (${source.entityKnown})
    OR m.held != ''
    OR ${unrated}
    OR abs(toFloat64(if(m.basis = 'spend', coalesce(a.amount, 0), coalesce(a.quantity, 0)))) * m.reach > ${LINE_KG_MAX}
  )`;
}

/** Reverses what is in force of the origins in `origins` (a SELECT of key_hash, origin_seq, origin_row, by_seq). */
export function reverseLines(origins: string): string {
  return `
INSERT INTO emissions (${EMISSION_COLUMNS})
SELECT
  r.by_seq, -1, e.origin_seq, e.origin_row, e.key_hash, e.part, any(e.entity), any(e.month), any(e.day), any(e.days), e.match, any(e.class),
  -sum(e.used), any(e.flags), any(e.data_quality), any(e.supplier),
  ${MASSES.map((mass) => `-sum(e.${mass})`).join(', ')}
FROM emissions AS e
INNER JOIN (${origins}) AS r
  ON e.key_hash = r.key_hash AND e.origin_seq = r.origin_seq AND e.origin_row = r.origin_row
WHERE (e.key_hash, e.origin_seq, e.origin_row) IN (SELECT key_hash, origin_seq, origin_row FROM (${origins}))
GROUP BY r.by_seq, e.origin_seq, e.origin_row, e.key_hash, e.part, e.match
HAVING sum(e.sign) = 1`;
}

export function reverseHeld(origins: string): string {
  return `
INSERT INTO held (
  seq, sign, origin_seq, origin_row, key_hash, part, entity, month, days, match, reason, quantity, unit, amount, currency)
SELECT
  r.by_seq, -1, h.origin_seq, h.origin_row, h.key_hash, h.part, any(h.entity), any(h.month), any(h.days), h.match,
  h.reason, -sum(h.quantity), any(h.unit), -sum(h.amount), any(h.currency)
FROM held AS h
INNER JOIN (${origins}) AS r
  ON h.key_hash = r.key_hash AND h.origin_seq = r.origin_seq AND h.origin_row = r.origin_row
WHERE (h.key_hash, h.origin_seq, h.origin_row) IN (SELECT key_hash, origin_seq, origin_row FROM (${origins}))
GROUP BY r.by_seq, h.origin_seq, h.origin_row, h.key_hash, h.part, h.match, h.reason
HAVING sum(h.sign) = 1`;
}

/**
 * The lines in force that stand under some decisions (a SELECT of `match`), reversed by entry `by`; no activity is looked up. Lines that were
 * never reversed are all in force: grouping them costs four times as much as all the rest. The others are added up. `present`: masses
 * that are not 0 in every line.
 */
export function reverseLinesUnder(
  decisions: string,
  chunk: string,
  present: ReadonlySet<Mass> = new Set(MASSES),
): string[] {
  const line = 'cityHash64(e.key_hash, e.origin_seq, e.origin_row, e.part, e.match)';
  const under = `e.seq < {by:UInt64} AND ${chunk} AND e.match IN (${decisions})`;
  const reversed = `SELECT ${line} FROM emissions AS e WHERE e.sign = -1 AND ${under}`;
  return [
    `
INSERT INTO emissions (${EMISSION_COLUMNS})
SELECT
  {by:UInt64}, -1, e.origin_seq, e.origin_row, e.key_hash, e.part, e.entity, e.month, e.day, e.days, e.match, e.class, -e.used,
  e.flags, e.data_quality, e.supplier, ${MASSES.map((mass) => (present.has(mass) ? `-e.${mass}` : '0')).join(', ')}
FROM emissions AS e
WHERE e.sign = 1 AND ${under} AND ${line} NOT IN (${reversed})`,
    `
INSERT INTO emissions (${EMISSION_COLUMNS})
SELECT
  {by:UInt64}, -1, e.origin_seq, e.origin_row, e.key_hash, e.part, any(e.entity), any(e.month), any(e.day), any(e.days), e.match,
  any(e.class), -sum(e.used), any(e.flags), any(e.data_quality), any(e.supplier),
  ${MASSES.map((mass) => (present.has(mass) ? `-sum(e.${mass})` : '0')).join(', ')}
FROM emissions AS e
WHERE ${under} AND ${line} IN (${reversed})
GROUP BY e.origin_seq, e.origin_row, e.key_hash, e.part, e.match
HAVING sum(e.sign) = 1`,
  ];
}

/** The same of what is held back. */
export function reverseHeldUnder(decisions: string, chunk: string): string {
  return `
INSERT INTO held (
  seq, sign, origin_seq, origin_row, key_hash, part, entity, month, days, match, reason, quantity, unit, amount, currency)
SELECT
  {by:UInt64}, -1, h.origin_seq, h.origin_row, h.key_hash, h.part, any(h.entity), any(h.month), any(h.days), h.match,
  h.reason, -sum(h.quantity), any(h.unit), -sum(h.amount), any(h.currency)
FROM held AS h
WHERE h.seq < {by:UInt64} AND ${chunk} AND h.match IN (${decisions})
GROUP BY h.origin_seq, h.origin_row, h.key_hash, h.part, h.match, h.reason
HAVING sum(h.sign) = 1`;
}

/** One row per calendar month of each activity. \`before\` and \`through\` count days from the first day of the activity. */
function parts(rows: string): string {
  return `(
    SELECT
      *,
      toUInt32(toInt32(last_day) - toInt32(start_date) + 1) AS total,
      toUInt16(dateDiff('month', start_date, last_day) + 1) AS months,
      arrayJoin(range(months)) AS part,
      addMonths(start_date - (toDayOfMonth(start_date) - 1), part) AS month,
      if(part = 0, start_date, month) AS part_first,
      least(last_day, addMonths(month, 1) - 1) AS part_last,
      toUInt16(toInt32(part_last) - toInt32(part_first) + 1) AS days,
      toUInt32(toInt32(part_first) - toInt32(start_date)) AS before,
      toUInt32(toInt32(part_last) - toInt32(start_date) + 1) AS through
    FROM (SELECT *, coalesce(end_date, start_date) AS last_day FROM ${rows})
  )`;
}

/** Columns up to the masses. `used` names the whole quantity in the rest of the statement; the column takes the part's share. */
function partColumns(source: Source): string {
  return `a.seq, 1, a.origin_seq, a.origin_row, a.key_hash, a.part, a.entity, a.month, toDayOfMonth(a.part_first), a.days, m.match, m.class,
  ${sharedQuantity(`(${used(source)} AS used)`, 'u')},
  m.flags + if(used < 0, ${FLAGS.negative}, 0) + if(a.months > 1, ${FLAGS.split}, 0),
  a.data_quality, a.supplier`;
}

/** Part of a whole (an integer) that falls to the days of the row. */
function share(whole: string, name: string): string {
  return shareBetween(`(${whole} AS w_${name})`, `w_${name}`, name);
}

/** The same of a column. */
function shareOf(column: string, name: string): string {
  return shareBetween(`a.${column}`, `a.${column}`, name);
}

/** `first` and `again`: the whole where it is met first, and after that. */
function shareBetween(first: string, again: string, name: string): string {
  return `(${halfEven(`${first} * a.through`, 'a.total', `t_${name}`)})
    - (${halfEven(`${again} * a.before`, 'a.total', `b_${name}`)})`;
}

function sharedQuantity(value: string, name: string): string {
  return asQuantity(share(`toInt256(reinterpretAsInt128(${value}))`, name));
}

function asQuantity(units: string): string {
  return `reinterpret(toInt128(${units}), 'Decimal(38, ${QUANTITY_SCALE})')`;
}

/** x / d for integers, rounded half-even. `d` is positive. */
function halfEven(x: string, d: string, name: string): string {
  const rest = `(x_${name} - q_${name} * ${d})`;
  const twice = `(2 * if(x_${name} < 0, -${rest}, ${rest}) AS r_${name})`;
  return `(intDiv((${x}) AS x_${name}, ${d}) AS q_${name})
    + multiIf(${twice} < ${d}, 0, r_${name} = ${d} AND q_${name} % 2 = 0, 0, x_${name} < 0, -1, 1)`;
}

/** An integer number of 10^-24 kg as Decimal(38, 24). */
function asMass(units: string): string {
  return `reinterpret(toInt128(${units}), 'Decimal(38, ${MASS_SCALE})')`;
}
