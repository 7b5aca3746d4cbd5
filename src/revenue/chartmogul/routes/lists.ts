/** Lists of stated objects: filters, cursor, page. */
import type { StatedKind } from '../../stated/apply.ts';
import type { ListOptions, StatedObject } from '../../stated/store.ts';
import type { ApiContext, Call } from '../context.ts';
import { numberPart, pageOf, pageRequest } from '../pages.ts';

/**
 * One page of stated objects, newest first, and what stands beside it in the answer: with page numbers where they are asked for, and on the
 * first page of `numbered` lists.
 */
export async function statedPage(
  context: ApiContext,
  call: Call,
  kind: StatedKind,
  filters: Omit<ListOptions, 'limit' | 'after' | 'offset'>,
  numbered = false,
): Promise<{ objects: StatedObject[]; tail: Record<string, string | number | boolean | null> }> {
  const request = pageRequest(call.query, 2);
  const after = request.after && { createdSeq: numberPart(request.after[0]!), id: request.after[1]! };
  const found = await context.stated.list(call.account.id, kind, {
    ...filters,
    ...(after && { after }),
    ...(request.page !== null && { offset: (request.page - 1) * request.perPage }),
    limit: request.perPage + 1,
  });
  const counted = request.page !== null || (numbered && request.after === null);
  const total = counted ? await context.stated.count(call.account.id, kind, filters) : undefined;
  const { rows, tail } = pageOf(request, found, ({ createdSeq, id }) => [String(createdSeq), id], total);
  return { objects: rows, tail };
}

/** The filters of the query that have a value. */
export function given(call: Call, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = call.query[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}
