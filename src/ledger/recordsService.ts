import type { Engines } from '../engines/types.ts';
import type { Appended, Journal, Json } from '../journal/types.ts';
import { FootingError, type Problem, shown } from '../kernel/errors.ts';
import { parseRows, readRow } from '../streams/index.ts';
import type { StreamDefinition } from '../streams/types.ts';
import { IMPORT_KIND } from './posting.ts';
import { keyCondition, unknownKeysSql } from './recordKeys.ts';
import {
  DEFAULT_SOURCE,
  DELETE_KIND,
  type DeletePayload,
  type ImportPayload,
  PATCH_KIND,
  POST_KIND,
  type PostPayload,
} from './records.ts';
import { select } from './sql.ts';
import type { ReadContext, RecordSource } from './types.ts';

export const POST_ROWS_MAX = 10_000;
export const SOURCE_CHARACTERS_MAX = 100;
const PROBLEMS_SHOWN_MAX = 100;

/** The definition of a stream by name; `not_found` names the ones there are. */
export function findStream(streams: readonly StreamDefinition[], name: string): StreamDefinition {
  const definition = streams.find((stream) => stream.name === name);
  if (!definition) {
    throw new FootingError('not_found', `There is no stream "${shown(name)}"`, {
      remedy: `Streams are: ${streams.map((stream) => stream.name).join(', ')}.`,
    });
  }
  return definition;
}

/** A data source's name: 1 to SOURCE_CHARACTERS_MAX printable characters without leading or trailing space. */
export function checkSource(source: string): string {
  if (!/^[^\s\p{C}]([^\p{C}]*[^\s\p{C}])?$/u.test(source) || source.length > SOURCE_CHARACTERS_MAX) {
    throw new FootingError('invalid', 'The data source has no usable name', {
      problems: [
        {
          field: 'source',
          value: shown(source),
          reason: `It must have 1 to ${SOURCE_CHARACTERS_MAX} printable characters.`,
        },
      ],
    });
  }
  return source;
}

/** @throws FootingError `invalid` naming every key that lacks a part, or has one that it should not */
function checkKeys(definition: StreamDefinition, keys: ReadonlyArray<Record<string, string>>): void {
  const problems: Problem[] = [];
  for (const [i, key] of keys.entries()) {
    for (const name of definition.key) {
      if (typeof key[name] !== 'string' || key[name] === '') {
        problems.push({
          field: name,
          row: i + 1,
          value: shown(key[name] ?? ''),
          reason: 'Part of the key is missing.',
        });
      }
    }
    const [parsed] = parseRows(definition, [key]);
    for (const { column, ...problem } of parsed!.problems) {
      const stated = definition.key.includes(column) && typeof key[column] === 'string' && key[column] !== '';
      if (stated) problems.push({ field: column, row: i + 1, ...problem });
    }
    for (const name of Object.keys(key)) {
      if (!definition.key.includes(name)) {
        problems.push({ field: name, row: i + 1, reason: `The key is ${definition.key.join(', ')}.` });
      }
    }
  }
  if (problems.length > 0) throw notGood('The keys do not hold together', problems);
}

/** States records row by row (JSON), voids them, reads them back and finds where they came from. */
export function openRecords(engines: Engines, journal: Journal, streams: readonly StreamDefinition[]) {
  return {
    async post(
      accountId: number,
      input: {
        stream: string;
        source?: string;
        rows: ReadonlyArray<Record<string, Json>>;
        actor: string;
        idempotency?: { key: string; requestHash: string };
      },
    ): Promise<Appended> {
      const definition = findStream(streams, input.stream);
      const source = checkSource(input.source ?? DEFAULT_SOURCE);
      checkCount(input.rows.length, 'rows');
      const problems: Problem[] = [];
      for (const [i, parsed] of parseRows(definition, input.rows).entries()) {
        for (const { column, ...problem } of parsed.problems) problems.push({ field: column, row: i + 1, ...problem });
      }
      if (problems.length > 0) throw notGood(problemsInRows(problems.length, input.rows.length), problems);
      const payload: PostPayload = { stream: definition.name, source, rows: [...input.rows] };
      return journal.append(accountId, {
        kind: POST_KIND,
        actor: input.actor,
        payload: payload as unknown as Json,
        ...(input.idempotency && { idempotency: input.idempotency }),
      });
    },

    async remove(
      accountId: number,
      input: {
        stream: string;
        source?: string;
        keys: ReadonlyArray<Record<string, string>>;
        actor: string;
        idempotency?: { key: string; requestHash: string };
      },
    ): Promise<Appended> {
      const definition = findStream(streams, input.stream);
      const source = checkSource(input.source ?? DEFAULT_SOURCE);
      checkCount(input.keys.length, 'keys');
      checkKeys(definition, input.keys);
      const payload: DeletePayload = { stream: definition.name, source, keys: [...input.keys] };
      return journal.append(accountId, {
        kind: DELETE_KIND,
        actor: input.actor,
        payload: payload as unknown as Json,
        ...(input.idempotency && { idempotency: input.idempotency }),
      });
    },

    /**
     * Refuses keys that no record has as of read.seq, naming their rows: who takes back what is not there means something else. A request
     * whose idempotency key is known was judged when it was first made.
     * @throws FootingError `not_found`
     */
    async checkKnown(
      read: ReadContext,
      input: { stream: string; source?: string; keys: ReadonlyArray<Record<string, string>>; idempotencyKey?: string },
    ): Promise<void> {
      if (input.idempotencyKey !== undefined) {
        const made = await engines.pg.query(
          'SELECT 1 FROM journal_entries WHERE account_id = $1 AND idempotency_key = $2',
          [read.accountId, input.idempotencyKey],
        );
        if (made.rows.length > 0) return;
      }
      const definition = findStream(streams, input.stream);
      const source = checkSource(input.source ?? DEFAULT_SOURCE);
      checkKeys(definition, input.keys);
      const { sql, parameters } = unknownKeysSql(definition, source, input.keys);
      const unknown = await select<{ place: number | string }>(engines, read.database, sql, {
        seq: read.seq,
        ...parameters,
      });
      if (unknown.length === 0) return;
      const problems = unknown.slice(0, PROBLEMS_SHOWN_MAX).map(({ place }) => ({
        row: Number(place) + 1,
        field: definition.key.join(', '),
        value: shown(definition.key.map((name) => input.keys[Number(place)]![name]).join(', ')),
        reason: `No record of the source ${source} has this key.`,
      }));
      throw new FootingError(
        'not_found',
        `${unknown.length} of ${input.keys.length} keys are not there; nothing was taken back.`,
        {
          problems,
          remedy: 'Leave these rows out, or name the data source that they belong to',
        },
      );
    },

    /**
     * Current records as of read.seq, in the order of (key hash, origin). `next` is the cursor of the following page or null.
     */
    async list(
      read: ReadContext,
      query: { stream: string; source?: string; key?: Record<string, string>; after?: string; limit: number },
    ): Promise<{ rows: Array<Record<string, Json>>; next: string | null }> {
      const definition = findStream(streams, query.stream);
      const [hash, originSeq, originRow] = (query.after ?? '0.0.0').split('.');
      const keyed = query.key ? keyCondition(definition, query.source ?? DEFAULT_SOURCE, [query.key]) : undefined;
      const ofSource = !keyed && query.source !== undefined ? 'AND source = {source:String}' : '';
      const rows = await select<Record<string, Json>>(
        engines,
        read.database,
        `SELECT * EXCEPT (seq, sign, key_hash), toString(key_hash) AS cursor_hash
         FROM ${definition.name}
         WHERE sign = 1
           AND seq <= {seq:UInt64}
           AND (key_hash, origin_seq, origin_row) > ({hash:UInt64}, {origin_seq:UInt64}, {origin_row:UInt32})
           ${ofSource}
           ${keyed ? `AND ${keyed.condition}` : ''}
           AND (origin_seq, origin_row) NOT IN (
             SELECT origin_seq, origin_row
             FROM ${definition.name}
             WHERE sign = -1 AND seq <= {seq:UInt64} ${keyed ? `AND ${keyed.condition}` : ''}
           )
         ORDER BY key_hash, origin_seq, origin_row
         LIMIT {limit:UInt32}`,
        {
          seq: read.seq,
          hash,
          origin_seq: originSeq,
          origin_row: originRow,
          limit: query.limit + 1,
          ...(query.source !== undefined && { source: query.source }),
          ...keyed?.parameters,
        },
      );
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      const next =
        rows.length > query.limit && last ? `${last.cursor_hash}.${last.origin_seq}.${last.origin_row}` : null;
      for (const row of page) {
        delete row.cursor_hash;
      }
      return { rows: page, next };
    },

    /** Where a record came from: its entry and its row as it stood there. */
    async source(read: ReadContext, stream: string, originSeq: number, originRow: number): Promise<RecordSource> {
      const definition = findStream(streams, stream);
      const entry = await journal.get(read.accountId, originSeq);
      const base = {
        entrySeq: entry.seq,
        entryKind: entry.kind,
        recordedAt: entry.recordedAt,
        actor: entry.actor,
        row: originRow,
      };
      if (entry.kind === IMPORT_KIND && entry.evidence !== null) {
        const payload = entry.payload as unknown as ImportPayload;
        const kept = await engines.pg.query<{ row_index: string }>(
          'SELECT row_index FROM import_results WHERE account_id = $1 AND seq = $2',
          [read.accountId, originSeq],
        );
        const index = kept.rows[0] ? JSON.parse(kept.rows[0].row_index) : null;
        const path = await engines.evidence.path(entry.evidence);
        const cells = await readRow(path, definition, payload.options, originRow, index ?? undefined);
        return { ...base, evidence: entry.evidence, fileName: payload.file.name, cells };
      }
      if (entry.kind === PATCH_KIND) {
        return { ...base, evidence: null, fileName: null, cells: await patchedCells(read, definition, base) };
      }
      const posted = recordsIn(entry.payload);
      const rows =
        posted.stream === stream ? posted.rows : (posted.with ?? []).find((part) => part.stream === stream)?.rows;
      const stated = rows?.[originRow - 1];
      if (!stated) throw new FootingError('not_found', `Entry ${originSeq} has no row ${originRow}`);
      const cells = Object.fromEntries(
        Object.entries(stated).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      );
      return { ...base, evidence: entry.evidence, fileName: posted.file?.name ?? null, cells };
    },
  };
}

/** An entry about something else may state records beside it. */
function recordsIn(payload: Json): PostedPayload {
  const { records } = payload as { records?: Json };
  return (records ?? payload) as unknown as PostedPayload;
}

/** What a book's posts may have beside their rows: rows of further streams, and the document that they were read from. */
interface PostedPayload extends PostPayload {
  with?: Array<{ stream: string; rows: PostPayload['rows'] }>;
  file?: { name: string; bytes: number };
}

/** What a patch made of a record: the entry states only the change. */
async function patchedCells(
  { engines, database }: ReadContext,
  definition: StreamDefinition,
  { entrySeq, row }: { entrySeq: number; row: number },
): Promise<Record<string, string>> {
  const [found] = await select<Record<string, Json>>(
    engines,
    database,
    `SELECT *
     FROM ${definition.name}
     WHERE origin_seq = {origin_seq:UInt64} AND origin_row = {origin_row:UInt32} AND sign = 1
     LIMIT 1`,
    { origin_seq: entrySeq, origin_row: row },
  );
  if (!found) throw new FootingError('not_found', `Entry ${entrySeq} has no row ${row}`);
  const stated: Array<[string, Json | undefined]> = [
    ...definition.columns.map(({ name }): [string, Json | undefined] => [name, found[name]]),
    ...Object.entries((found.attributes ?? {}) as Record<string, string>).map(([name, value]): [string, Json] => [
      `attributes.${name}`,
      value,
    ]),
  ];
  return Object.fromEntries(
    stated.flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  );
}

function checkCount(count: number, what: string): void {
  if (count < 1 || count > POST_ROWS_MAX) {
    throw new FootingError(
      count < 1 ? 'invalid' : 'too_large',
      `There must be 1 to ${POST_ROWS_MAX} ${what}, not ${count}`,
      {
        remedy: count < 1 ? `Send at least one.` : 'Send them in several requests, or import a file.',
      },
    );
  }
}

const problemsInRows = (problems: number, rows: number): string =>
  `${problems} ${problems === 1 ? 'problem' : 'problems'} in ${rows} ${rows === 1 ? 'row' : 'rows'}`;

function notGood(message: string, problems: Problem[]): FootingError {
  const hidden = problems.length - PROBLEMS_SHOWN_MAX;
  return new FootingError('invalid', hidden > 0 ? `${message}; the first ${PROBLEMS_SHOWN_MAX} are listed` : message, {
    problems: problems.slice(0, PROBLEMS_SHOWN_MAX),
    remedy: 'Nothing was stated. Correct the rows and send them again.',
  });
}
