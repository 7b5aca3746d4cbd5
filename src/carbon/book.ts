/** The carbon book's part in the ledger: what its entries add to records, decisions, emission lines, held lines and totals. */
import type { AppendInput, Entry, Json } from '../journal/types.ts';
import { faultPoint } from '../kernel/faults.ts';
import { entryStream, loadRecords } from '../ledger/records.ts';
import type { Book, PostContext } from '../ledger/types.ts';
import { applyChoices, MATCHING_KINDS } from './matching/ledger.ts';
import { ADOPT_KIND, adopt, decideAgain, decideNew, starterReleases } from './matching.ts';
import {
  decisions,
  INSERT_TOTALS,
  insertHeld,
  insertOtherLines,
  insertSplitLines,
  insertWholeLines,
  isLong,
  reverseHeld,
  reverseLines,
  type Source,
  SPLIT_KG_MAX,
  SPLIT_QUANTITY_MAX,
} from './postings.ts';
import { type Place, read, run } from './sql.ts';
import { activities, entities } from './streams.ts';
import { CARBON_TABLE_NAMES, CARBON_TABLES, LINE_KG_MAX, MASSES, type Mass } from './tables.ts';

/** Raised with every change of tables or rules. */
const SCHEMA_VERSION = 2;
/** Activities that one statement reverses or posts again: bounds the memory of its join. */
const REPOST_ROWS_MAX = 1_000_000;
/** Rows of a batch up to which it is worth looking at its own decisions alone. */
const FEW_ROWS = 10_000;
const HASHES = 2n ** 64n;

/** What every account states when it is created: the shipped factor releases, adopted. */
export async function openingEntries(actor: string): Promise<AppendInput[]> {
  return [{ kind: ADOPT_KIND, actor, payload: starterReleases() as unknown as Json }];
}

export const carbonBook: Book = {
  name: 'carbon',
  schemaVersion: SCHEMA_VERSION,
  tables: CARBON_TABLES,
  tableNames: CARBON_TABLE_NAMES,
  concerns: (entry) => lane(entry) !== undefined,
  post,
  totals,
};

type Lane = 'activities' | 'entities' | 'factors' | 'matching';

function lane(entry: Entry): Lane | undefined {
  if (entry.kind === ADOPT_KIND) return 'factors';
  if (MATCHING_KINDS.includes(entry.kind)) return 'matching';
  const stream = entryStream(entry);
  return stream === 'activities' || stream === 'entities' ? stream : undefined;
}

/** Entries of activities that follow each other are posted together; entities and factors change the rules, so they go one by one. */
async function post(context: PostContext, entries: readonly Entry[]): Promise<void> {
  let at = 0;
  while (at < entries.length) {
    const entry = entries[at]!;
    const kind = lane(entry);
    if (kind === 'activities') {
      let end = at + 1;
      while (end < entries.length && lane(entries[end]!) === 'activities') end += 1;
      await postActivities(context, entries.slice(at, end));
      at = end;
      continue;
    }
    if (kind === 'entities') await postEntities(context, entry);
    if (kind === 'factors') await postAdoption(context, entry);
    if (kind === 'matching') await postChoices(context, entry);
    at += 1;
  }
}

interface Probe {
  largest: number;
  posted: string;
  reversed: string;
  split: string;
  long: string;
}

async function postActivities(context: PostContext, entries: readonly Entry[]): Promise<void> {
  const first = entries[0]!.seq;
  const last = entries.at(-1)!.seq;
  await loadRecords(context, activities, entries);
  const [probe] = await read<Probe>(
    context,
    `
    SELECT countIf(sign = 1) AS posted, countIf(sign = -1) AS reversed,
      countIf(sign = 1 AND toYYYYMM(start_date) != toYYYYMM(coalesce(end_date, start_date))) AS split,
      countIf(sign = 1 AND (${isLong('quantity')} OR ${isLong('amount')})) AS long,
      max(greatest(abs(toFloat64(coalesce(quantity, 0))), abs(toFloat64(coalesce(amount, 0))))) AS largest
    FROM activities AS a
    WHERE seq BETWEEN {first:UInt64} AND {last:UInt64}`,
    { first, last },
  );
  const rows = Number(probe?.posted ?? 0);
  const progress = (stage: string) =>
    context.onProgress?.(last, { stage, rows, rowsTotal: rows, bytes: 0, bytesTotal: null });
  if (rows > 0) {
    progress('matching activities');
    await decideNew(context, first, last);
    await faultPoint('carbon.matched');
    progress('calculating emissions');
    const where = 'seq BETWEEN {first:UInt64} AND {last:UInt64} AND sign = 1';
    await insertPostings(
      context,
      `(SELECT * FROM activities WHERE ${where})`,
      first,
      { first, last },
      {
        rows,
        split: Number(probe!.split) > 0,
        long: Number(probe!.long) > 0,
        largest: Number(probe!.largest),
      },
    );
    await faultPoint('carbon.posted');
  }
  const reversed = Number(probe?.reversed ?? 0);
  if (reversed > 0) {
    progress('reversing what was superseded');
    await inChunks(reversed, async (chunk) => {
      const origins = `
        SELECT key_hash, origin_seq, origin_row, seq AS by_seq
        FROM activities
        WHERE seq BETWEEN {first:UInt64} AND {last:UInt64} AND sign = -1 AND ${chunk}`;
      await run(context, reverseLines(origins), { first, last });
      await faultPoint('carbon.reversed');
      await run(context, reverseHeld(origins), { first, last });
    });
  }
  if (rows > 0 || reversed > 0) {
    progress('adding up');
    await insertTotals(context, first, last);
  }
}

/** Entities that become known release what was held for them; entities that are no longer known hold back what was posted. */
async function postEntities(context: PostContext, entry: Entry): Promise<void> {
  const before = await knownEntities(context, entry.seq - 1);
  await loadRecords(context, entities, [entry]);
  const after = await knownEntities(context, entry.seq);
  const [was, is] = [new Set(before), new Set(after)];
  const changed = [...before.filter((name) => !is.has(name)), ...after.filter((name) => !was.has(name))];
  if (changed.length === 0) return;
  // With no entities stated all are accepted: the first statement and the last withdrawal concern all the others.
  const condition =
    before.length > 0 && after.length > 0 ? 'entity IN {names:Array(String)}' : 'entity NOT IN {names:Array(String)}';
  await repost(context, entry.seq, condition, { names: changed });
}

async function postAdoption(context: PostContext, entry: Entry): Promise<void> {
  await adopt(context, entry);
  if (await decideAgain(context, entry.seq)) await repostDecidedAgain(context, entry.seq);
}

/** Decisions and rules of people: what they touch is matched and posted again. */
async function postChoices(context: PostContext, entry: Entry): Promise<void> {
  const { added, removed } = await applyChoices(context, entry);
  if (await decideAgain(context, entry.seq, [...added, ...removed])) await repostDecidedAgain(context, entry.seq);
}

async function repostDecidedAgain(context: PostContext, by: number): Promise<void> {
  await repost(context, by, 'descriptor IN (SELECT descriptor FROM matches WHERE seq = {by:UInt64})', {});
}

/** Reverses the postings of all live activities for which `condition` holds, and posts them again by the rules as of `by`. */
async function repost(
  context: PostContext,
  by: number,
  condition: string,
  parameters: Record<string, unknown>,
): Promise<void> {
  const [live] = await read<{ rows: string }>(
    context,
    `SELECT count() AS rows FROM activities WHERE seq < {by:UInt64} AND sign = 1 AND ${condition}`,
    { by, ...parameters },
  );
  const rows = Number(live?.rows ?? 0);
  if (rows === 0) return;
  await inChunks(rows, async (chunk) => {
    const where = `sign = 1 AND seq < {by:UInt64} AND ${chunk} AND ${condition}
      AND (key_hash, origin_seq, origin_row) NOT IN (
        SELECT key_hash, origin_seq, origin_row FROM activities WHERE sign = -1 AND seq < {by:UInt64} AND ${chunk})`;
    const origins = `SELECT key_hash, origin_seq, origin_row, {by:UInt64} AS by_seq FROM activities WHERE ${where}`;
    await run(context, reverseLines(origins), { by, ...parameters });
    await run(context, reverseHeld(origins), { by, ...parameters });
    const source = `(SELECT * REPLACE ({by:UInt64} AS seq) FROM (SELECT * FROM activities WHERE ${where}))`;
    await insertPostings(
      context,
      source,
      by,
      { by, ...parameters },
      {
        rows,
        split: true,
        long: true,
        largest: Number.POSITIVE_INFINITY,
      },
    );
  });
  await insertTotals(context, by, by);
}

interface DecisionProbe {
  held_count: string;
  reach_max: number;
  slow: string;
  spend: string;
  [present: string]: string | number;
}

/** Emission lines and held lines of the activities in `rows`. Statements that would find nothing are not run. */
async function insertPostings(
  context: PostContext,
  rows: string,
  seq: number,
  parameters: Record<string, unknown>,
  has: { rows: number; split: boolean; long: boolean; largest: number },
): Promise<void> {
  const decided = Number(parameters.last ?? seq);
  // Of a few rows, only their own decisions: that spares most of the statements below.
  const theirs = has.rows <= FEW_ROWS ? `WHERE descriptor IN (SELECT descriptor FROM ${rows})` : '';
  const [[probe], known] = await Promise.all([
    read<DecisionProbe>(
      context,
      `
      SELECT countIf(held != '') AS held_count, countIf(held = '' AND NOT fast) AS slow,
        countIf(basis = 'spend' AND held = '') AS spend, max(reach) AS reach_max,
        ${MASSES.map((mass) => `countIf(n_${mass} != 0) AS has_${mass}`).join(', ')}
      FROM ${decisions('*')}
      ${theirs}`,
      { ...parameters, decided },
    ),
    knownEntities(context, seq),
  ]);
  const heaviest = has.largest * Number(probe!.reach_max);
  const source: Source = {
    rows,
    entityKnown: known.length === 0 ? '1' : 'a.entity IN {known:Array(String)}',
    seq,
    spend: Number(probe!.spend) > 0,
    reachMax: Number(probe!.reach_max),
    present: new Set(MASSES.filter((mass: Mass) => Number(probe![`has_${mass}`]) > 0)),
  };
  const all = { ...parameters, decided, ...(known.length > 0 && { known }) };
  const others =
    has.long ||
    Number(probe!.slow) > 0 ||
    (has.split && !(heaviest < SPLIT_KG_MAX && has.largest < SPLIT_QUANTITY_MAX));
  const holds = known.length > 0 || Number(probe!.held_count) > 0 || !(heaviest <= LINE_KG_MAX);
  if (source.present.size > 0) {
    await run(context, insertWholeLines(source), all);
    if (has.split) await run(context, insertSplitLines(source), all);
    if (others) await run(context, insertOtherLines(source), all);
  }
  if (holds) await run(context, insertHeld(source), all);
}

async function insertTotals(context: PostContext, first: number, last: number): Promise<void> {
  await Promise.all(INSERT_TOTALS.map((statement) => run(context, statement, { first, last })));
}

async function knownEntities(place: Place, seq: number): Promise<string[]> {
  const rows = await read<{ external_id: string }>(
    place,
    `SELECT external_id FROM entities WHERE seq <= {seq:UInt64} GROUP BY external_id HAVING sum(sign) > 0 ORDER BY external_id`,
    { seq },
  );
  return rows.map((row) => row.external_id);
}

/** Runs `work` over ranges of key_hash that hold about REPOST_ROWS_MAX of `rows` rows each. */
async function inChunks(rows: number, work: (condition: string) => Promise<void>): Promise<void> {
  const chunks = BigInt(Math.max(1, Math.ceil(rows / REPOST_ROWS_MAX)));
  if (chunks === 1n) return work('1');
  for (let i = 0n; i < chunks; i += 1n) {
    const from = (HASHES * i) / chunks;
    const to = (HASHES * (i + 1n)) / chunks - 1n;
    await work(`key_hash BETWEEN toUInt64('${from}') AND toUInt64('${to}')`);
  }
}

/** Exact sums and an order-independent hash of the lines of every table, so that any changed amount is found. */
async function totals(context: PostContext, seq: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of CARBON_TABLE_NAMES) {
    const content = table === 'activities' ? '* EXCEPT attributes, mapKeys(attributes), mapValues(attributes)' : '*';
    const [row] = await read<{ lines: string; hash: string }>(
      context,
      `SELECT count() AS lines, toString(sum(cityHash64(tuple(${content})))) AS hash FROM ${table} WHERE seq <= {seq:UInt64}`,
      { seq },
    );
    found[`${table} lines`] = row!.lines;
    found[`${table} hash`] = row!.hash;
  }
  const [sums] = await read<Record<string, string>>(
    context,
    `SELECT ${MASSES.map((mass) => `toString(sum(toDecimal256(${mass}, 24))) AS ${mass}`).join(', ')} FROM emissions WHERE seq <= {seq:UInt64}`,
    { seq },
  );
  for (const mass of MASSES) found[`emissions ${mass} kg`] = sums![mass]!;
  return found;
}
