/** The carbon book's part in the ledger: what its entries add to records, decisions, emission lines, held lines and totals. */
import type { AppendInput, Entry, Json } from '../journal/types.ts';
import { faultPoint } from '../kernel/faults.ts';
import { IMPORT_KIND } from '../ledger/posting.ts';
import { entryStream, loadRecords } from '../ledger/records.ts';
import type { Book, PostContext } from '../ledger/types.ts';
import type { StreamDefinition } from '../streams/types.ts';
import { applyBaseYear } from './base-year/ledger.ts';
import { BASE_YEAR_KINDS } from './base-year/statements.ts';
import { inChunks, settled } from './batches.ts';
import { probeAgain, rowsProbe } from './bounds.ts';
import { CHECK_STREAMS } from './checks/streams.ts';
import { totals } from './checksums.ts';
import { factors } from './factors/stream.ts';
import {
  concernedBy,
  entityParameters,
  entityRules,
  type KnownEntities,
  knownEntities,
  reasonsOf,
} from './knownEntities.ts';
import { applyChoices, compiledChoices, MATCHING_KINDS } from './matching/ledger.ts';
import { namedByOwnFactors } from './matching/ownNames.ts';
import { conditionSql, type Refinement, refined, refinementBy } from './matching/refine.ts';
import { ADOPT_KIND, adopt, decideAgain, decideNew, starterReleases } from './matching.ts';
import { ADOPT_METHODOLOGY_KIND, applyMethodology, METHODOLOGY_KINDS } from './methodology/ledger.ts';
import { insertComponents } from './methods/ledger.ts';
import { entities, ownership } from './organisation/streams.ts';
import {
  decisions,
  insertConvertedLines,
  insertHeld,
  insertOtherLines,
  insertSplitLines,
  insertWholeLines,
  reverseHeld,
  reverseHeldUnder,
  reverseLines,
  reverseLinesUnder,
  type Source,
  SPLIT_KG_MAX,
  SPLIT_QUANTITY_MAX,
} from './postings.ts';
import { applyImport, IMPORT_FACTORS_KIND } from './releases/imported.ts';
import { SCOPE2_STREAMS } from './scope2/streams.ts';
import { postFew } from './smallPostings.ts';
import { insertSmallTotals, SMALL_ROWS_MAX } from './smallTotals.ts';
import { applyMoneyEntry, decidesByMoney, lookUpRates, MONEY_KINDS } from './spend/ledger.ts';
import { type Place, read, run } from './sql.ts';
import { activities } from './streams.ts';
import { CARBON_TABLE_NAMES, CARBON_TABLES, LINE_KG_MAX, MASSES, type Mass } from './tables.ts';
import {
  DECIDED_AGAIN,
  DECIDED_BEFORE,
  FEW_LINES,
  isNarrow,
  type KnownSums,
  type MassesDecidedAgain,
  massesDecidedAgain,
  standing,
  sumsDecidedAgain,
  takenBackOf,
} from './takenBack.ts';
import { ALL_MASSES, insertTotals } from './totals.ts';

/** Raised with every change of tables or rules. */
const SCHEMA_VERSION = 21;
/** Rows of a batch up to which it is worth looking at its own decisions alone. */
const FEW_ROWS = 10_000;

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

type Lane =
  | 'activities'
  | 'base_year'
  | 'entities'
  | 'stated'
  | 'factors'
  | 'matching'
  | 'methodology'
  | 'money'
  | 'own_factors'
  | 'release'
  | 'scope2';

function lane(entry: Entry): Lane | undefined {
  if (entry.kind === ADOPT_KIND) return 'factors';
  if (MATCHING_KINDS.includes(entry.kind)) return 'matching';
  if (METHODOLOGY_KINDS.includes(entry.kind)) return 'methodology';
  if (BASE_YEAR_KINDS.includes(entry.kind)) return 'base_year';
  if (entryStream(entry) === factors.name) return 'own_factors';
  if (entry.kind === IMPORT_FACTORS_KIND) return 'release';
  if (MONEY_KINDS.includes(entry.kind)) return 'money';
  const stream = entryStream(entry);
  if (SCOPE2_STREAMS.some(({ name }) => name === stream)) return 'scope2';
  if (STATED_STREAMS.some(({ name }) => name === stream)) return 'stated';
  return stream === 'activities' || stream === 'entities' ? stream : undefined;
}

/** Streams that change no line: what they state is applied when a statement is read. */
const STATED_STREAMS = [ownership, ...CHECK_STREAMS];

function statedStream(entry: Entry): StreamDefinition {
  const stream = entryStream(entry);
  return STATED_STREAMS.find(({ name }) => name === stream)!;
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
    if (kind === 'stated') await loadRecords(context, statedStream(entry), [entry]);
    if (kind === 'factors') await postAdoption(context, entry);
    if (kind === 'matching') await postChoices(context, entry);
    if (kind === 'money') await postMoney(context, entry);
    if (kind === 'own_factors') await postOwnFactors(context, entry);
    if (kind === 'release') await applyImport(context, entry);
    if (kind === 'methodology') await postMethodology(context, entry);
    if (kind === 'base_year') await applyBaseYear(context, entry);
    if (kind === 'scope2') await loadRecords(context, scope2Stream(entry), [entry]);
    at += 1;
  }
}

interface Probe {
  largest: number;
  together: number;
  posted: string;
  reversed: string;
  /** Rows whose quantity a method calculates. */
  methods: string;
  /** Reversals of rows that the same batch has brought. */
  own: string;
  /** Reversed rows of a small batch: key_hash, origin_seq, origin_row, seq. */
  reversals?: Array<[string, string, number, string]>;
  /** Rows of entities that are not among the stated ones, or did not exist then. */
  strangers: string;
  split: string;
  long: string;
}

/** Reversed rows that a statement names: finding them again costs more than their names. */
const REVERSALS_NAMED_MAX = 500;

async function postActivities(context: PostContext, entries: readonly Entry[]): Promise<void> {
  const first = entries[0]!.seq;
  const last = entries.at(-1)!.seq;
  const small = entries.every((entry) => entry.kind !== IMPORT_KIND);
  // Read meanwhile: no record has a say in it.
  const choices = small ? compiledChoices(context, first) : undefined;
  choices?.catch(() => {});
  const knowing = knownEntities(context, last);
  knowing.catch(() => {});
  await loadRecords(context, activities, entries);
  if (small && entries.length <= SMALL_ROWS_MAX && (await postFew(context, first, last))) return;
  const probes = rowsProbe('{last:UInt64}', await knowing);
  const probing = read<Probe>(
    context,
    `
    SELECT countIf(sign = 1) AS posted, countIf(sign = -1) AS reversed, countIf(sign = 1 AND method != '') AS methods,
      countIf(sign = -1 AND origin_seq >= {first:UInt64}) AS own,
      ${probes.columns},
      sum(size) AS together
      ${small ? `, groupArrayIf(${REVERSALS_NAMED_MAX + 1})((toString(key_hash), origin_seq, origin_row, seq), sign = -1) AS reversals` : ''}
    FROM activities AS a
    WHERE seq BETWEEN {first:UInt64} AND {last:UInt64}`,
    { first, last, ...probes.parameters },
  );
  const where = "seq BETWEEN {first:UInt64} AND {last:UInt64} AND sign = 1 AND method = ''";
  const refinement = await refinementAsOf(context, first);
  const rowsToPost = refined(`(SELECT * FROM activities WHERE ${where})`, refinement);
  // What is posted row by row is nearly always decided already: the decisions are read while it is found out whether that is so.
  const early = small ? readDecisions(context, rowsToPost, last, { first, last }) : undefined;
  const deciding = small ? decideNew(context, { first, last, table: 'activities' }) : undefined;
  await settled([probing, early, deciding]);
  const [probe] = await probing;
  const known = (await deciding) === 0 ? await early : undefined;
  const rows = Number(probe?.posted ?? 0);
  const reversed = Number(probe?.reversed ?? 0);
  const progress = (stage: string) =>
    context.onProgress?.(last, { stage, rows, rowsTotal: rows, bytes: 0, bytesTotal: null });
  let sums: KnownSums = ALL_MASSES;

  const post = async (): Promise<void> => {
    if (rows === 0) return;
    progress('matching activities');
    if (!small) await decideNew(context, { first, last, table: 'activities' });
    await faultPoint('carbon.matched');
    progress('calculating emissions');
    const has = {
      rows,
      split: Number(probe!.split) > 0,
      long: Number(probe!.long) > 0,
      largest: Number(probe!.largest),
      strangers: Number(probe!.strangers) > 0,
    };
    const { present, reachMax } = await insertPostings(context, rowsToPost, last, { first, last }, has, known);
    const calculated = Number(probe!.methods);
    if (calculated > 0) {
      progress('calculating by methods');
      await insertComponents(context, first, last);
      await decideNew(context, { first, last, table: 'components' });
      const rowsOf = '(SELECT * FROM components WHERE seq BETWEEN {first:UInt64} AND {last:UInt64})';
      const components = refined(rowsOf, refinement);
      await insertPostings(context, components, last, { first, last }, { ...UNKNOWN_ROWS, rows: calculated });
    }
    const together = Number(probe!.together);
    if (calculated === 0 && reversed === 0 && rows > FEW_ROWS) {
      sums = { present, narrow: isNarrow(together, reachMax) };
    }
    await faultPoint('carbon.posted');
  };
  const reverse = async (): Promise<void> => {
    if (reversed === 0) return;
    progress('reversing what was superseded');
    await inChunks(reversed, async (chunk) => {
      const origins =
        reversed <= REVERSALS_NAMED_MAX && probe?.reversals
          ? namedOrigins(probe.reversals)
          : `
        SELECT key_hash, origin_seq, origin_row, seq AS by_seq
        FROM activities
        WHERE seq BETWEEN {first:UInt64} AND {last:UInt64} AND sign = -1 AND ${chunk}`;
      const held = () => run(context, reverseHeld(origins), { first, last });
      const beside = small ? held() : undefined;
      beside?.catch(() => {});
      await run(context, reverseLines(origins), { first, last });
      await faultPoint('carbon.reversed');
      await (beside ?? held());
    });
  };
  // What was there before can be reversed while the new lines are written; lines of this very batch only afterwards.
  if (small && Number(probe?.own ?? 0) === 0) await settled([post(), reverse()]);
  else {
    await post();
    await reverse();
  }
  if (rows > 0 || reversed > 0) {
    progress('adding up');
    if (small && rows + reversed <= SMALL_ROWS_MAX) await insertSmallTotals(context, first, last);
    else await insertTotals(context, first, last, sums, rows + reversed <= FEW_ROWS);
  }
}

function namedOrigins(reversals: NonNullable<Probe['reversals']>): string {
  const rows = reversals.map(([key, seq, row, by]) => `(${key}, ${seq}, ${row}, ${by})`).join(', ');
  return `SELECT * FROM values('key_hash UInt64, origin_seq UInt64, origin_row UInt32, by_seq UInt64', ${rows})`;
}

/**
 * Entities that become known release what was held for them; entities that are no longer known, had closed before an activity began or
 * had not opened when it ended hold back what was posted.
 */
async function postEntities(context: PostContext, entry: Entry): Promise<void> {
  const before = await knownEntities(context, entry.seq - 1);
  await loadRecords(context, entities, [entry]);
  const after = await knownEntities(context, entry.seq);
  const concerned = concernedBy(before, after);
  if (concerned) await repost(context, entry.seq, concerned.condition, concerned.parameters);
}

async function postAdoption(context: PostContext, entry: Entry): Promise<void> {
  await adopt(context, entry);
  if (await decideAgain(context, entry.seq)) await repostDecidedAgain(context, entry.seq);
}

/** Decisions and rules of people: what they touch is matched and posted again. */
async function postChoices(context: PostContext, entry: Entry): Promise<void> {
  const before = await refinementAsOf(context, entry.seq - 1);
  const { added, removed } = await applyChoices(context, entry);
  const after = await refinementAsOf(context, entry.seq);
  const moved = movedBy(before, after);
  if (moved !== undefined) {
    // Rows for which a further condition begins or ends to count have another descriptor from here on.
    for (const table of ['activities', 'components'] as const) {
      await decideNew(context, { first: 0, last: entry.seq - 1, table, by: entry.seq, where: moved });
    }
  }
  const decided = await decideAgain(context, entry.seq, { choices: [...added, ...removed] });
  if (decided || moved !== undefined) await repostDecidedAgain(context, entry.seq, moved);
}

/** Descriptors as of an entry. */
async function refinementAsOf(place: Place, seq: number): Promise<Refinement> {
  return refinementBy((await compiledChoices(place, seq)).further);
}

/** True in SQL for rows whose descriptor differs; undefined when none can. */
function movedBy(before: Refinement, after: Refinement): string | undefined {
  const [was, is] = [before, after].map(({ conditions }) => new Set(conditions.map(({ key }) => key)));
  const changed = [
    ...before.conditions.filter(({ key }) => !is!.has(key)),
    ...after.conditions.filter(({ key }) => !was!.has(key)),
  ];
  return changed.length === 0 ? undefined : `(${changed.map(conditionSql).join(' OR ')})`;
}

/** What is adopted decides on factors from here on: what it decides otherwise is posted again. */
async function postMethodology(context: PostContext, entry: Entry): Promise<void> {
  await applyMethodology(context, entry);
  if (entry.kind !== ADOPT_METHODOLOGY_KIND) return;
  if (await decideAgain(context, entry.seq)) await repostDecidedAgain(context, entry.seq);
}

/** Instruments, residual mixes and own generation are allocated when a statement is read: nothing is posted but their records. */
function scope2Stream(entry: Entry) {
  const stream = entryStream(entry);
  return SCOPE2_STREAMS.find(({ name }) => name === stream)!;
}

/** Factors that the account states: what they decide otherwise is posted again. */
async function postOwnFactors(context: PostContext, entry: Entry): Promise<void> {
  await loadRecords(context, factors, [entry]);
  const named = await namedByOwnFactors(context, entry.seq);
  if (await decideAgain(context, entry.seq, { named })) await repostDecidedAgain(context, entry.seq);
}

/** Rates and price indices: what is converted or deflated by them is posted again. */
async function postMoney(context: PostContext, entry: Entry): Promise<void> {
  const rated = await applyMoneyEntry(context, entry);
  const decided =
    (await decidesByMoney(context, entry)) && (await decideAgain(context, entry.seq, { onlyAmounts: true }));
  if (!rated && !decided) return;
  const changed = [
    'descriptor IN (SELECT descriptor FROM matches WHERE seq = {by:UInt64})',
    `(start_date IN (SELECT day FROM rates_used WHERE seq = {by:UInt64})
      AND descriptor IN (SELECT descriptor FROM matches WHERE fx != ''))`,
  ];
  await repost(context, entry.seq, changed.join(' OR '), {});
}

/** `moved`: further rows, whose descriptor is another one from here on; else those decided again have kept theirs. */
async function repostDecidedAgain(context: PostContext, by: number, moved?: string): Promise<void> {
  const decided = `descriptor IN ${DECIDED_AGAIN}`;
  await repost(context, by, moved === undefined ? decided : `${decided} OR ${moved}`, {}, moved === undefined);
}

/** Reverses the postings of all live activities for which `condition` holds, and posts them again by the rules as of `by`. */
async function repost(
  context: PostContext,
  by: number,
  condition: string,
  parameters: Record<string, unknown>,
  decidedAgain = false,
): Promise<void> {
  const [refinement, masses] = await Promise.all([
    refinementAsOf(context, by),
    decidedAgain ? massesDecidedAgain(context, by) : undefined,
  ]);
  const plain = await repostActivities(context, by, `method = '' AND (${condition})`, parameters, refinement, masses);
  const calculated = await repostComponents(context, by, condition, parameters, refinement);
  if (!plain && !calculated) return;
  const known = plain && masses && !calculated ? sumsDecidedAgain(masses, plain.together) : ALL_MASSES;
  const takenBack = plain && masses && !plain.few ? await takenBackOf(context, by) : undefined;
  await insertTotals(context, by, by, { ...known, takenBack });
}

/** Posts activities again; `few`: little was reversed; `together`: as in repostAs. Undefined when there are none. */
async function repostActivities(
  context: PostContext,
  by: number,
  condition: string,
  parameters: Record<string, unknown>,
  refinement: Refinement,
  masses: MassesDecidedAgain | undefined,
): Promise<{ together: number; few: boolean } | undefined> {
  const table = refined('activities', refinement);
  const decidedAgain = masses !== undefined;
  const reverse = async (chunk: string): Promise<void> => {
    for (const statement of reverseLinesUnder(DECIDED_BEFORE, chunk, masses?.before)) {
      await run(context, statement, { by });
    }
    await run(context, reverseHeldUnder(DECIDED_BEFORE, chunk), { by });
  };
  // While few lines are reversed, what takes their place is posted.
  const stand = decidedAgain ? await standing(context, by) : Number.POSITIVE_INFINITY;
  const few = stand <= FEW_LINES;
  const again = { table, condition, parameters, decidedAgain };
  const posting = repostAs(context, by, again, few ? { rowsMax: stand } : { rowsMax: stand, reverse });
  await settled([few ? reverse('1') : undefined, posting]);
  const together = await posting;
  return together === undefined ? undefined : { together, few };
}

/**
 * Posts activities again; `reverse`: what stands of them is reversed beside it, range by range; `rowsMax`: they are not more. The sum of the
 * larger of quantity and amount of each, or undefined when there are none.
 */
async function repostAs(
  context: PostContext,
  by: number,
  {
    table,
    condition,
    parameters,
    decidedAgain,
  }: { table: string; condition: string; parameters: Record<string, unknown>; decidedAgain: boolean },
  { rowsMax, reverse }: { rowsMax: number; reverse?: (chunk: string) => Promise<void> },
): Promise<number | undefined> {
  const { rows, together, ...has } = await probeAgain(
    context,
    by,
    rowsMax,
    `${table} AS a WHERE ${condition}`,
    parameters,
  );
  if (rows === 0) return undefined;
  const descriptors = decidedAgain ? DECIDED_AGAIN : undefined;
  const decided = rows <= FEW_ROWS ? undefined : await readDecisions(context, descriptors, by, { by, ...parameters });
  await inChunks(rows, async (chunk) => {
    const where = `sign = 1 AND seq < {by:UInt64} AND ${chunk} AND ${condition}
      AND (key_hash, origin_seq, origin_row) NOT IN (
        SELECT key_hash, origin_seq, origin_row FROM activities WHERE sign = -1 AND seq < {by:UInt64} AND ${chunk})`;
    if (!decidedAgain) {
      const origins = `SELECT key_hash, origin_seq, origin_row, {by:UInt64} AS by_seq FROM ${table} WHERE ${where}`;
      await run(context, reverseLines(origins), { by, ...parameters });
      await run(context, reverseHeld(origins), { by, ...parameters });
    }
    const source = `(SELECT * REPLACE ({by:UInt64} AS seq) FROM (SELECT * FROM ${table} WHERE ${where}))`;
    const posting = insertPostings(context, source, by, { by, ...parameters }, { rows, ...has }, decided, descriptors);
    // What stands under decisions is told without what takes its place.
    await settled([posting, decidedAgain ? reverse?.(chunk) : undefined]);
  });
  return together;
}

/** Rows of which nothing is known but how many they are. */
const UNKNOWN_ROWS = { split: true, long: true, largest: Number.POSITIVE_INFINITY, strangers: true };

/** The same of the quantities that methods have calculated: an activity is posted again as a whole. */
async function repostComponents(
  context: PostContext,
  by: number,
  condition: string,
  parameters: Record<string, unknown>,
  refinement: Refinement,
): Promise<boolean> {
  const table = refined('components', refinement);
  const concerned = `
    SELECT DISTINCT key_hash, origin_seq, origin_row
    FROM ${table}
    WHERE seq < {by:UInt64}
      AND (${condition})
      AND (key_hash, origin_seq, origin_row) NOT IN (
        SELECT key_hash, origin_seq, origin_row FROM activities WHERE sign = -1 AND seq < {by:UInt64})`;
  const [live] = await read<{ rows: string }>(context, `SELECT count() AS rows FROM (${concerned})`, {
    by,
    ...parameters,
  });
  const rows = Number(live?.rows ?? 0);
  if (rows === 0) return false;
  const origins = `SELECT *, {by:UInt64} AS by_seq FROM (${concerned})`;
  await run(context, reverseLines(origins), { by, ...parameters });
  await run(context, reverseHeld(origins), { by, ...parameters });
  const source = `(
    SELECT * REPLACE ({by:UInt64} AS seq)
    FROM (SELECT * FROM ${table} WHERE (key_hash, origin_seq, origin_row) IN (${concerned})))`;
  await insertPostings(context, source, by, { by, ...parameters }, { ...UNKNOWN_ROWS, rows });
  return true;
}

interface DecisionProbe {
  held_count: string;
  converted: string;
  reach_max: number;
  slow: string;
  spend: string;
  [present: string]: string | number;
}

/** What the decisions that count for some rows have in common, and the entities that are known. */
interface Decided {
  probe: DecisionProbe;
  known: KnownEntities;
}

async function readDecisions(
  context: PostContext,
  rows: string | undefined,
  seq: number,
  parameters: Record<string, unknown>,
): Promise<Decided> {
  const [[probe], known] = await Promise.all([
    read<DecisionProbe>(
      context,
      `
      SELECT countIf(held != '') AS held_count, countIf(fx != '') AS converted, countIf(held = '' AND NOT fast) AS slow,
        countIf(basis = 'spend' AND held = '') AS spend, max(reach) AS reach_max,
        ${MASSES.map((mass) => `countIf(n_${mass} != 0) AS has_${mass}`).join(', ')}
      FROM ${decisions('*', rows)}`,
      { ...parameters, decided: Number(parameters.last ?? seq) },
    ),
    knownEntities(context, seq),
  ]);
  return { probe: probe!, known };
}

/** Emission lines and held lines of the activities in `rows`. Statements that would find nothing are not run. */
async function insertPostings(
  context: PostContext,
  rows: string,
  seq: number,
  parameters: Record<string, unknown>,
  has: { rows: number; split: boolean; long: boolean; largest: number; strangers: boolean },
  decided?: Decided,
  descriptors?: string,
): Promise<{ present: ReadonlySet<Mass>; reachMax: number }> {
  const few = has.rows <= FEW_ROWS;
  const { probe, known } = decided ?? (await readDecisions(context, few ? rows : descriptors, seq, parameters));
  const heaviest = has.largest * Number(probe.reach_max);
  const unknownEntities = known.names.length > 0 && has.strangers;
  const rules = unknownEntities ? entityRules(known) : [];
  const source: Source = {
    rows,
    entityKnown: rules.length === 0 ? '1' : rules.map(({ condition }) => condition).join(' AND '),
    entityReasons: reasonsOf(rules),
    seq,
    spend: Number(probe.spend) > 0,
    reachMax: Number(probe.reach_max),
    present: new Set(MASSES.filter((mass: Mass) => Number(probe[`has_${mass}`]) > 0)),
    few,
    descriptors,
    heavy: !(heaviest <= LINE_KG_MAX),
    unknownEntities,
    converted: Number(probe.converted) > 0,
  };
  if (source.converted) await lookUpRates(context, rows, Number(parameters.last ?? seq), parameters);
  const all = {
    ...parameters,
    decided: Number(parameters.last ?? seq),
    ...(unknownEntities && entityParameters(known)),
  };
  const others =
    has.long || Number(probe.slow) > 0 || (has.split && !(heaviest < SPLIT_KG_MAX && has.largest < SPLIT_QUANTITY_MAX));
  const holds = source.converted || unknownEntities || Number(probe.held_count) > 0 || source.heavy;
  const statements = [
    ...(source.present.size > 0 ? [insertWholeLines(source)] : []),
    ...(source.present.size > 0 && has.split ? [insertSplitLines(source)] : []),
    ...(source.present.size > 0 && others ? [insertOtherLines(source)] : []),
    ...(source.present.size > 0 && source.converted ? [insertConvertedLines(source)] : []),
    ...(holds ? [insertHeld(source)] : []),
  ];
  if (few) await settled(statements.map((statement) => run(context, statement, all)));
  else for (const statement of statements) await run(context, statement, all);
  return { present: source.present, reachMax: source.reachMax };
}
