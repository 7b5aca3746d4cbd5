/**
 * The lines of a few activities, worked out here. A handful of short reads side by side and one insert beside those of the totals
 * take the place of statements that calculate: every statement of the engine costs 15 to 50 ms of planning however little it reads.
 * What is not plain (see {@link postFew}) is left to the statements of `postings.ts`; the lines are those that they would write.
 */
import { faultPoint } from '../kernel/faults.ts';
import { settled } from './batches.ts';
import { knownEntities, mayBeUsed } from './knownEntities.ts';
import { compiledChoices } from './matching/ledger.ts';
import { refined, refinementBy } from './matching/refine.ts';
import { addUp, type LineRow, SMALL_ROWS_MAX, scaled, written } from './smallTotals.ts';
import { insertRows, type Place, read } from './sql.ts';
import {
  FAST_COEFFICIENT_SCALE,
  FAST_QUANTITY_SCALE,
  FLAGS,
  LINE_KG_MAX,
  MASS_SCALE,
  MASSES,
  type Mass,
  QUANTITY_SCALE,
} from './tables.ts';

/** Lines nearer to the limit are left to the statements: whether one is beyond it must not hang on how a float is read. */
const SURELY_IN_RANGE_KG = LINE_KG_MAX / 2;
const DAY_MS = 86_400_000;

interface ActivityRow {
  seq: string;
  sign: number;
  origin_seq: string;
  origin_row: number;
  key_hash: string;
  entity: string;
  descriptor: string;
  start_date: string;
  last_date: string;
  quantity: string | null;
  amount: string | null;
  method: string;
  data_quality: string;
  supplier: string;
}

type DecisionRow = {
  descriptor: string;
  year: number;
  match: string;
  class: string;
  flags: number;
  fast: number;
  reach: number;
  held: string;
  fx: string;
  basis: string;
  scope: number;
  country: string;
  kind: string;
} & Record<`c_${Mass}`, string>;

/** A row of `emissions`. */
type Line = Omit<LineRow, 'country' | 'kind' | 'scope'> & {
  origin_seq: string;
  origin_row: number;
  key_hash: string;
  part: number;
  day: number;
  days: number;
};

/** What the totals need of a decision. */
type Meaning = Pick<DecisionRow, 'country' | 'kind' | 'scope'>;

/**
 * Writes the lines of what entries first..last have added to `activities` and reversed there, and adds them up. False, and nothing
 * written, unless all of it is plain: few rows, of known entities, decided already, within one month, with a product that is exact in
 * 128 bits, nothing held back before or after, and no row reversed that the same entries have brought.
 */
export async function postFew(place: Place, first: number, last: number): Promise<boolean> {
  const refinement = refinementBy((await compiledChoices(place, first)).further);
  const [rows, known] = await Promise.all([
    read<ActivityRow>(
      place,
      `SELECT seq, sign, origin_seq, origin_row, key_hash, entity, descriptor, start_date,
         coalesce(end_date, start_date) AS last_date, quantity, amount, method, data_quality, supplier
       FROM ${refined('activities', refinement)}
       WHERE seq BETWEEN {first:UInt64} AND {last:UInt64}
       LIMIT ${SMALL_ROWS_MAX + 1}`,
      { first, last },
    ),
    knownEntities(place, last),
  ]);
  if (rows.length > SMALL_ROWS_MAX) return false;
  const gone = rows.filter(({ sign }) => sign === -1);
  const [decided, standing, held] = await Promise.all([
    decisionsAbout(
      place,
      last,
      rows.filter(({ sign }) => sign === 1).map(({ descriptor }) => descriptor),
    ),
    gone.length === 0 ? [] : read<Line>(place, `SELECT ${LINE_COLUMNS} FROM emissions WHERE ${of(gone)}`),
    gone.length === 0 ? [] : read(place, `SELECT 1 AS one FROM held WHERE ${of(gone)} LIMIT 1`),
  ]);
  if (held.length > 0) return false;
  const added: Line[] = [];
  const meanings = new Map<string, Meaning>(decided.map((decision) => [decision.match, decision]));
  const reversedBy = new Map<string, string>();
  for (const row of rows) {
    if (row.sign === -1) {
      if (Number(row.origin_seq) >= first) return false;
      reversedBy.set(originOf(row), row.seq);
      continue;
    }
    if (!mayBeUsed(known, row.entity, dayOf(row.start_date), dayOf(row.last_date))) return false;
    const year = Number(row.start_date.slice(0, 4));
    const lines = plainLines(
      row,
      decided.filter((decision) => decision.descriptor === row.descriptor && decision.year === year),
    );
    if (lines === undefined) return false;
    added.push(...lines);
  }
  const reversed = reversals(standing, reversedBy);
  await learn(
    place,
    meanings,
    reversed.map(({ match }) => match),
  );
  await faultPoint('carbon.matched');
  const lines = [...added, ...reversed];
  if (lines.length === 0) return true;
  const writing = insertRows(
    place,
    'emissions',
    lines.map((line) => ({ ...line })),
  ).then(async () => {
    if (added.length > 0) await faultPoint('carbon.posted');
    if (reversed.length > 0) await faultPoint('carbon.reversed');
  });
  const adding = addUp(
    place,
    lines.map((line) => {
      const { country, kind, scope } = meanings.get(line.match)!;
      return { ...line, country, kind, scope };
    }),
  );
  await settled([writing, adding]);
  return true;
}

const LINE_COLUMNS = `seq, sign, origin_seq, origin_row, key_hash, part, entity, month, day, days, match, class, used, flags,
  data_quality, supplier, ${MASSES.join(', ')}`;

/** Condition on what stands about some records. */
function of(records: readonly ActivityRow[]): string {
  const origins = records.map((row) => `(toUInt64('${row.key_hash}'), ${row.origin_seq}, ${row.origin_row})`);
  return `(key_hash, origin_seq, origin_row) IN (${origins.join(', ')})`;
}

const DECISION_COLUMNS = `descriptor, year, match, class, flags, fast, reach, held, fx, basis, scope, country, kind,
  ${MASSES.map((mass) => `c_${mass}`).join(', ')}`;

/** The decisions about some descriptors that are in force as of `seq`. */
async function decisionsAbout(place: Place, seq: number, descriptors: readonly string[]): Promise<DecisionRow[]> {
  if (descriptors.length === 0) return [];
  const named = [...new Set(descriptors)].map((descriptor) => `toUInt64('${descriptor}')`);
  const rows = await read<DecisionRow & { sign: number }>(
    place,
    `SELECT sign, ${DECISION_COLUMNS} FROM matches WHERE seq <= {seq:UInt64} AND descriptor IN (${named.join(', ')})`,
    { seq },
  );
  const retired = new Set(rows.filter(({ sign }) => sign === -1).map(({ match }) => match));
  return rows.filter(({ sign, match }) => sign === 1 && !retired.has(match));
}

const dayOf = (date: string): number => Date.parse(date) / DAY_MS;

const originOf = (row: { key_hash: string; origin_seq: string; origin_row: number }): string =>
  `${row.key_hash} ${row.origin_seq} ${row.origin_row}`;

/** The lines of an activity as `insertWholeLines` writes them; undefined when it is not the whole of what it leads to. */
function plainLines(row: ActivityRow, decided: readonly DecisionRow[]): Line[] | undefined {
  const month = `${row.start_date.slice(0, 7)}-01`;
  if (row.method !== '' || decided.length === 0 || !row.last_date.startsWith(row.start_date.slice(0, 7)))
    return undefined;
  const lines: Line[] = [];
  for (const decision of decided) {
    const used = decision.basis === 'spend' ? row.amount : row.quantity;
    if (used === null || decision.held !== '' || decision.fx !== '' || decision.fast !== 1) return undefined;
    if (!(Math.abs(Number(used)) * decision.reach <= SURELY_IN_RANGE_KG)) return undefined;
    const units = scaled(used, QUANTITY_SCALE);
    const beyond = 10n ** BigInt(QUANTITY_SCALE - FAST_QUANTITY_SCALE);
    if (units % beyond !== 0n) return undefined;
    const quantity = units / beyond;
    lines.push({
      seq: row.seq,
      sign: 1,
      origin_seq: row.origin_seq,
      origin_row: row.origin_row,
      key_hash: row.key_hash,
      part: 0,
      entity: row.entity,
      month,
      day: Number(row.start_date.slice(8, 10)),
      days: (Date.parse(row.last_date) - Date.parse(row.start_date)) / DAY_MS + 1,
      match: decision.match,
      class: decision.class,
      used,
      flags: decision.flags + (units < 0n ? FLAGS.negative : 0),
      data_quality: row.data_quality,
      supplier: row.supplier,
      ...masses((mass) => quantity * scaled(decision[`c_${mass}`], FAST_COEFFICIENT_SCALE)),
    });
  }
  return lines;
}

/** As `reverseLines` writes them: what is in force of each reversed record, by line. */
function reversals(standing: readonly Line[], reversedBy: ReadonlyMap<string, string>): Line[] {
  const groups = new Map<string, Line[]>();
  for (const line of standing) {
    const key = `${originOf(line)} ${line.part} ${line.match}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  const total = (group: readonly Line[], of: (line: Line) => bigint) => group.reduce((sum, line) => sum + of(line), 0n);
  return [...groups.values()]
    .filter((group) => group.reduce((sum, { sign }) => sum + sign, 0) === 1)
    .map((group) => ({
      ...group[0]!,
      seq: reversedBy.get(originOf(group[0]!))!,
      sign: -1,
      used: written(-total(group, ({ used }) => scaled(used, QUANTITY_SCALE)), QUANTITY_SCALE),
      ...masses((mass) => -total(group, (line) => scaled(line[mass], MASS_SCALE))),
    }));
}

const masses = (of: (mass: Mass) => bigint): Record<Mass, string> =>
  Object.fromEntries(MASSES.map((mass) => [mass, written(of(mass), MASS_SCALE)])) as Record<Mass, string>;

/** Adds the decisions that are no longer in force, under which reversed lines stand. */
async function learn(place: Place, meanings: Map<string, Meaning>, matches: readonly string[]): Promise<void> {
  const missing = [...new Set(matches)].filter((match) => !meanings.has(match));
  if (missing.length === 0) return;
  const found = await read<Meaning & { match: string }>(
    place,
    `SELECT DISTINCT match, country, kind, scope
     FROM matches
     WHERE sign = 1 AND match IN (${missing.map((match) => `toUInt64('${match}')`).join(', ')})`,
  );
  for (const { match, ...meaning } of found) meanings.set(match, meaning);
}
