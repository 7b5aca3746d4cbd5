/** Saved, named filters: stated as entries (`segment.create`, `.update`, `.delete`), read as of any entry. */
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ReadContext } from '../../ledger/index.ts';
import { newId } from '../chartmogul/ids.ts';
import { type ObjectAsOf, statedAsOf } from '../stated/asOf.ts';
import type { StatedStore } from '../stated/store.ts';
import { type Filter, parseFilter } from './filters.ts';

export const SEGMENT_NAME_CHARACTERS_MAX = 100;

export interface Segment {
  id: string;
  name: string;
  /** As written; see filters.ts. */
  filters: string;
  description: string;
}

/** Segments as of read.seq, by name. */
export async function segments(read: ReadContext): Promise<Segment[]> {
  const found = await statedAsOf(read.engines.pg, read.accountId, 'segment', read.seq);
  return found.map(segmentOf).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function segmentOf({ id, fields }: ObjectAsOf): Segment {
  return {
    id,
    name: String(fields.name),
    filters: String(fields.filters),
    description: String(fields.description ?? ''),
  };
}

/** The conditions of a segment (by name or id) and of a filter together. Errors: `not_found` for the segment, `invalid` for the filter. */
export async function filterWithin(
  read: ReadContext,
  segment: string | undefined,
  filters: string | undefined,
): Promise<Filter> {
  const own = filters === undefined ? [] : parseFilter(filters);
  if (segment === undefined) return own;
  const found = (await segments(read)).find(({ id, name }) => name === segment || id === segment);
  if (!found) {
    throw new FootingError('not_found', `There is no segment "${shown(segment)}"`, {
      problems: [{ field: 'segment', value: shown(segment), reason: 'is not among the saved segments' }],
      remedy: 'GET /api/segments lists them.',
    });
  }
  return [...parseFilter(found.filters), ...own];
}

export interface SegmentInput {
  name: string;
  filters: string;
  description?: string | undefined;
}

/**
 * States a segment under its name: a new one, or another filter for the one that has the name. Gives it with its entry's seq order.
 * Errors: `invalid` for names and filters that are none.
 */
export async function saveSegment(
  store: StatedStore,
  accountId: number,
  actor: string,
  { name, filters, description = '' }: SegmentInput,
): Promise<{ segment: Segment; created: boolean }> {
  checkName(name);
  if (parseFilter(filters).length === 0) {
    throw new FootingError('invalid', 'A segment has at least one condition', {
      problems: [{ field: 'filters', value: '', reason: 'holds no condition' }],
    });
  }
  const fields = { name, filters, description };
  const [known] = await store.list(accountId, 'segment', { where: { name }, limit: 1 });
  const made = known
    ? await store.update(accountId, actor, 'segment', known.id, fields)
    : // Of two requests that make the same name at the same time, one is told that there is such a segment.
      await store.create(accountId, actor, 'segment', newId(), fields, { claims: [claimOf(name)] });
  return { segment: { id: made.id, name, filters, description }, created: !known };
}

/** Error `not_found` when there is no such segment. */
export async function removeSegment(store: StatedStore, accountId: number, actor: string, name: string): Promise<void> {
  const found =
    (await store.list(accountId, 'segment', { where: { name }, limit: 1 }))[0] ??
    (await store.get(accountId, 'segment', name));
  if (!found) throw new FootingError('not_found', `There is no segment "${shown(name)}"`);
  await store.remove(accountId, actor, 'segment', found.id, { releases: [claimOf(String(found.body.name))] });
}

const claimOf = (name: string): string => `segment\n${name}`;

function checkName(name: string): void {
  if (name.trim() === name && name !== '' && name.length <= SEGMENT_NAME_CHARACTERS_MAX) return;
  throw new FootingError('invalid', 'A segment cannot have that name', {
    problems: [
      {
        field: 'name',
        value: shown(name),
        reason: `It has 1 to ${SEGMENT_NAME_CHARACTERS_MAX} characters and no blanks around it.`,
      },
    ],
  });
}
