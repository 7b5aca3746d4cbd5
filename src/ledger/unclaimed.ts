/**
 * Which records may be there without a claim. What is created one by one over an API claims its external ids; what comes in files or in lots does
 * not, so whether an id is taken has to be looked up in the ledger too. Every entry that brings such records therefore leaves a mark, in its
 * own transaction: where there is none the look is spared, and where there is one it tells up to which entry the ledger must have posted for
 * the look to be true. A creation is stated on condition that no later one was made.
 */
import type { Pool } from 'pg';
import type { AppendInput, Journal } from '../journal/types.ts';
import { IMPORT_KIND } from './posting.ts';
import { POST_KIND } from './records.ts';

/** Made for accounts that are older than marks (migration 0103): anything up to its entry may have come without a claim. */
const BEFORE_MARKS = 'before marks';

const markOf = (stream: string, source: string): string => `unclaimed/${stream}/${source}`;

/** Marks of which one was made when records of the stream and data source may be there that nobody claimed. */
export function unclaimedMarks(stream: string, source: string): string[] {
  return [BEFORE_MARKS, markOf(stream, source)];
}

/** Last entries that made the marks; 0 where none did. */
export async function lastMarked(
  pg: Pool,
  accountId: number,
  marks: readonly string[],
): Promise<Record<string, number>> {
  const { rows } = await pg.query<{ claim: string; seq: string }>(
    'SELECT claim, seq FROM claims WHERE account_id = $1 AND claim = ANY ($2)',
    [accountId, marks],
  );
  const made = new Map(rows.map(({ claim, seq }) => [claim, Number(seq)]));
  return Object.fromEntries(marks.map((mark) => [mark, made.get(mark) ?? 0]));
}

/** The journal whose entries leave marks: everybody states through it, so that nobody can forget to. */
export function markingUnclaimed(journal: Journal): Journal {
  return {
    ...journal,
    append: (accountId, input) => journal.append(accountId, marking(input)),
    appendAll: (accountId, inputs) => journal.appendAll(accountId, inputs.map(marking)),
  };
}

function marking(input: AppendInput): AppendInput {
  if (input.claims !== undefined || (input.kind !== POST_KIND && input.kind !== IMPORT_KIND)) return input;
  const { stream, source, with: more } = input.payload as unknown as Brought;
  const marks = [stream, ...(more ?? []).map((part) => part.stream)].map((each) => markOf(each, source));
  return { ...input, marks: [...(input.marks ?? []), ...marks] };
}

/** What both kinds of payload have in common; `with` are the further streams of one entry. */
interface Brought {
  stream: string;
  source: string;
  with?: Array<{ stream: string }>;
}
