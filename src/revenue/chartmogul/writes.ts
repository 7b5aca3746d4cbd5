/** Entries about records, checked before they are stated: what is in the journal must load. */
import type { Json } from '../../journal/types.ts';
import { PATCH_KIND, type PatchPayload, POST_KIND, type PostPayload } from '../../ledger/index.ts';
import { parseRows } from '../../streams/index.ts';
import type { StreamDefinition } from '../../streams/types.ts';
import { ApiError, type FieldError } from './errors.ts';
import type { LedgerRow } from './ledgerReads.ts';
import { VOID_KIND, type VoidPayload } from './voiding.ts';

export type Row = Record<string, Json>;
export interface EntryInput {
  kind: string;
  payload: Json;
}

/** `records.post` of rows without the fields that are null. 422 when a row does not hold together; `place` names the row. */
export function postEntry(
  definition: StreamDefinition,
  source: string,
  rows: readonly Row[],
  place: (row: number) => string = () => '',
): EntryInput {
  const stated = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
  check(definition, stated, place);
  const payload: PostPayload = { stream: definition.name, source, rows: stated };
  return { kind: POST_KIND, payload: payload as unknown as Json };
}

/** `records.patch`; `before` are the current rows that the changes were decided on: with them the outcome is checked. */
export function patchEntry(
  definition: StreamDefinition,
  source: string,
  changes: PatchPayload['changes'],
  before: readonly LedgerRow[],
): EntryInput {
  const after = before.map((row) => {
    const matching = changes.filter(({ match }) => Object.entries(match).every(([name, value]) => row[name] === value));
    return Object.assign(valuesOf(definition, row), ...matching.map(({ set }) => set)) as Row;
  });
  check(definition, after, () => '');
  const payload: PatchPayload = { stream: definition.name, source, changes };
  return { kind: PATCH_KIND, payload: payload as unknown as Json };
}

export function voidEntry(source: string, voids: VoidPayload['voids']): EntryInput {
  return { kind: VOID_KIND, payload: { source, voids } as unknown as Json };
}

function check(definition: StreamDefinition, rows: readonly Row[], place: (row: number) => string): void {
  const errors: FieldError[] = parseRows(definition, rows).flatMap(({ problems }, i) =>
    problems.map((problem) => ({
      param: `${place(i)}${problem.column}`,
      code: 'invalid',
      message: `${place(i)}${problem.column} ${problem.reason}${problem.value === '' ? '' : ` Given: ${problem.value}.`}`,
    })),
  );
  if (errors.length > 0) throw new ApiError(422, errors[0]!.message, errors);
}

/** A row of the ledger as it would be posted. */
export function valuesOf(definition: StreamDefinition, row: LedgerRow): Row {
  const values: Row = {};
  for (const { name, type } of definition.columns) {
    const value = row[name] ?? null;
    values[name] = type === 'datetime' && typeof value === 'string' ? `${value.replace(' ', 'T')}Z` : value;
  }
  for (const [name, value] of Object.entries((row.attributes ?? {}) as Row)) values[`attributes.${name}`] = value;
  return values;
}

/** Claims on external ids, as they stand in entries: what is created over this API is created once. */
export function claim(kind: string, source: string, externalId: string): string {
  return `${kind}/${encodeURIComponent(source)}/${externalId}`;
}
