/**
 * What was read of the activities that are held back, kept until others are: on a large book all of them are read for one sum, and nearly
 * every statement shows it. A figure is a function of the entries: what was read as of one is right until the next that holds or releases.
 */
import type { Engines } from '../engines/types.ts';
import type { ReadContext } from '../ledger/types.ts';
import { read } from './sql.ts';

/** Answers that are kept of one ledger; each is of ROWS_KEPT_MAX rows at most. */
const ANSWERS_MAX = 50;
/** Rows of an answer that is kept: some 500 bytes each. */
const ROWS_KEPT_MAX = 2_000;
/** Ledgers of which answers are kept. */
const LEDGERS_MAX = 20;

interface Kept {
  /** Entry as of which `last` was looked up. */
  seq: number;
  /** Last entry up to `seq` that has held or released anything; 0 for none. */
  last: number;
  answers: Map<string, unknown>;
}

const ledgers = new WeakMap<Engines, Map<string, Kept>>();

/**
 * `make`'s answer as of context.seq, or the one that it gave before when nothing was held or released in between. Answers of more rows
 * than are kept are made anew each time.
 */
export async function keptWhileHeld<T extends readonly unknown[] | { rows: readonly unknown[] }>(
  context: ReadContext,
  question: string,
  make: () => Promise<T>,
): Promise<T> {
  const kept = ofLedger(context);
  const last = await lastHeld(context, kept);
  const key = `${last} ${question}`;
  const known = kept.answers.get(key);
  if (known !== undefined) return known as T;
  const answer = await make();
  const rows: readonly unknown[] = 'rows' in answer ? answer.rows : answer;
  if (rows.length > ROWS_KEPT_MAX) return answer;
  if (kept.answers.size >= ANSWERS_MAX) kept.answers.delete(kept.answers.keys().next().value!);
  kept.answers.set(key, answer);
  return answer;
}

function ofLedger({ engines, database }: ReadContext): Kept {
  const known = ledgers.get(engines) ?? new Map<string, Kept>();
  ledgers.set(engines, known);
  let kept = known.get(database);
  if (kept === undefined) {
    if (known.size >= LEDGERS_MAX) known.delete(known.keys().next().value!);
    kept = { seq: 0, last: 0, answers: new Map() };
    known.set(database, kept);
  }
  return kept;
}

/** Only what came since it was last looked up is read; what is asked of an earlier time is looked up by itself. */
async function lastHeld(context: ReadContext, kept: Kept): Promise<number> {
  const { seq } = context;
  if (seq === kept.seq) return kept.last;
  const after = seq > kept.seq ? kept.seq : 0;
  const before = after === 0 ? 0 : kept.last;
  const [row] = await read<{ last: string }>(
    context,
    'SELECT max(seq) AS last FROM held WHERE seq > {after:UInt64} AND seq <= {seq:UInt64}',
    { after, seq },
  );
  const last = Number(row!.last) || before;
  if (seq > kept.seq) Object.assign(kept, { seq, last });
  return last;
}
