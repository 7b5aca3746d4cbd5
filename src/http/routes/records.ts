/** Records: stated as JSON, read back as they stand now or stood then, taken back by key. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Appended, Json } from '../../journal/types.ts';
import { FootingError } from '../../kernel/errors.ts';
import { jsonSchema, type StreamDefinition } from '../../streams/index.ts';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import { documentedAs, TAGS } from '../openapi.ts';
import { pathOf } from '../problems.ts';
import { answeredFromCache, seqToRead } from '../reading.ts';
import { AsOf, Next, Page, problemAnswers, SourceName, StatedSchema } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { streamNamed } from './streams.ts';

const strict = { additionalProperties: false } as const;
const IDEMPOTENCY_KEY_CHARACTERS_MAX = 200;

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: IDEMPOTENCY_KEY_CHARACTERS_MAX,
      description: 'The same request with the same key is done once; another request with it is refused with 409',
    }),
  ),
});

/** Keys that Footing makes for entries of its own: nobody else may take them first. */
const OWN_KEYS = /^(import|opening|stripe):/;

interface Position {
  after: string;
  asOf: number;
}

/** Every stream has routes of its own, so that OpenAPI shows its very columns. */
export function recordRoutes(app: Scope, context: HttpContext): void {
  const { streams } = context.footing;
  for (const stream of streams) streamRoutes(app, context, stream);
  // Whoever names a stream that is none is told which there are.
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/api/records/:name',
    config: { access: 'read' },
    schema: { hide: true, params: Type.Object({ name: Type.String() }) },
    handler: async (request) => streamNamed(streams, (request.params as { name: string }).name),
  });
}

function streamRoutes(app: Scope, context: HttpContext, stream: StreamDefinition): void {
  const { footing, limits } = context;
  const url = `/api/records/${stream.name}`;
  const Row = Type.Unsafe<Record<string, Json>>(jsonSchema(stream));
  // Rows are shown as they should be, and let through as they are: the stream says what is wrong with them, row by row.
  const anyRow = Type.Record(Type.String(), Type.Unknown(), { maxProperties: 1_000 });
  const rowsOf = (item: Type.TSchema) => Type.Array(item, { minItems: 1, maxItems: limits.recordRowsMax });

  app.post(
    url,
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.records],
        summary: `State ${stream.name}`,
        description: 'All rows are taken or none. A row whose key exists supersedes the earlier one.',
        headers: IdempotencyHeaders,
        body: Type.Object(
          { source: Type.Optional(SourceName), rows: documentedAs(rowsOf(anyRow), rowsOf(Row)) },
          strict,
        ),
        response: { 201: StatedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { source, rows } = request.body as { source?: string; rows: Array<Record<string, Json>> };
      const appended = await footing.records.post(accountOf(request), {
        stream: stream.name,
        ...(source === undefined ? {} : { source }),
        rows,
        actor: actorOf(request),
        ...idempotencyOf(request),
      });
      return sendStated(reply, appended, rows.length);
    },
  );

  app.delete(
    url,
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.records],
        summary: `Take ${stream.name} back`,
        description: 'The records stay readable as of earlier entries. All keys must exist; else nothing is done.',
        headers: IdempotencyHeaders,
        body: Type.Object(
          {
            source: Type.Optional(SourceName),
            keys: rowsOf(
              Type.Object(
                Object.fromEntries(stream.key.map((name) => [name, Type.String({ maxLength: 1_000 })])),
                strict,
              ),
            ),
          },
          strict,
        ),
        response: { 200: StatedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { source, keys } = request.body as { source?: string; keys: Array<Record<string, string>> };
      const removal = { stream: stream.name, ...(source === undefined ? {} : { source }), keys };
      const idempotency = idempotencyOf(request);
      const seq = await seqToRead(context, accountOf(request), undefined);
      await footing.records.checkKnown(await footing.read(accountOf(request), stream.book, seq), {
        ...removal,
        ...(idempotency.idempotency && { idempotencyKey: idempotency.idempotency.key }),
      });
      const appended = await footing.records.remove(accountOf(request), {
        ...removal,
        actor: actorOf(request),
        ...idempotency,
      });
      return sendStated(reply, appended, keys.length, 200);
    },
  );

  app.get(
    url,
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.records],
        summary: `${stream.title}, as they stand`,
        querystring: Type.Object(
          { source: Type.Optional(SourceName), ...keyParameters(stream), as_of: AsOf, ...Page },
          strict,
        ),
        response: {
          200: Type.Object({ rows: Type.Array(documentedAs(anyRow, RecordRow(Row))), next: Next }, strict),
          ...problemAnswers,
        },
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const { source, as_of, limit, cursor, ...key } = request.query as {
        source?: string;
        as_of?: number;
        limit: number;
        cursor?: string;
      } & Record<string, string>;
      checkWholeKey(stream, key);
      const scope = JSON.stringify(['records', accountId, stream.name, source ?? null, as_of ?? null, key]);
      const position = cursor === undefined ? null : context.cursors.open<Position>(scope, cursor);
      const asOf = position?.asOf ?? (await seqToRead(context, accountId, as_of));
      if (answeredFromCache(context, request, reply, asOf)) return reply;
      const found = await footing.records.list(await footing.read(accountId, stream.book, asOf), {
        stream: stream.name,
        limit,
        ...(source === undefined ? {} : { source }),
        ...(Object.keys(key).length === 0 ? {} : { key }),
        ...(position === null ? {} : { after: position.after }),
      });
      const next = found.next === null ? null : context.cursors.seal(scope, { after: found.next, asOf });
      return { rows: found.rows.map(shownRow), next };
    },
  );
}

/** A line of an invoice says by which reference it is explained, instead of showing the hash that the reference is made of. */
function shownRow({ customer_hash, ...row }: Record<string, Json>): Record<string, Json> {
  if (customer_hash === undefined) return row;
  return { ...row, ref: `line/${customer_hash}/${row.origin_seq}.${row.origin_row}` };
}

/** A row as it is read back: its columns and where it was stated. */
function RecordRow(row: object): object {
  const { properties } = row as { properties: Record<string, object> };
  const place = { source: { type: 'string' }, origin_seq: { type: 'string' }, origin_row: { type: 'integer' } };
  return { type: 'object', properties: { ...properties, ...place } };
}

/** The columns that make a stream's key, as query parameters. */
function keyParameters(stream: StreamDefinition): Record<string, Type.TSchema> {
  return Object.fromEntries(
    stream.key.map((name) => {
      const column = stream.columns.find((candidate) => candidate.name === name);
      return [name, Type.Optional(Type.String({ maxLength: 1_000, description: column?.description ?? name }))];
    }),
  );
}

function checkWholeKey(stream: StreamDefinition, key: Record<string, string>): void {
  const missing = stream.key.filter((name) => key[name] === undefined);
  if (missing.length === 0 || missing.length === stream.key.length) return;
  throw new FootingError('invalid', 'Only a part of the key is given.', {
    problems: missing.map((field) => ({ field, reason: 'is missing' })),
  });
}

export function idempotencyOf(request: FastifyRequest): { idempotency?: { key: string; requestHash: string } } {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') return {};
  if (OWN_KEYS.test(key)) {
    throw new FootingError('invalid', 'An Idempotency-Key may not begin with `import:`, `opening:` or `stripe:`.', {
      problems: [{ field: 'Idempotency-Key', value: key, reason: 'Footing itself makes such keys.' }],
    });
  }
  if (request.bodyHash === null) throw new FootingError('malformed', 'The request has an Idempotency-Key but no body.');
  const requestHash = createHash('sha256')
    .update(`${request.method} ${pathOf(request)} ${request.bodyHash}`)
    .digest('hex');
  return { idempotency: { key, requestHash } };
}

export function sendStated(
  reply: FastifyReply,
  { entry, replayed }: Appended,
  rows: number,
  status = 201,
): FastifyReply {
  setSeq(reply, entry.seq);
  if (replayed) reply.header('idempotency-replayed', 'true');
  return reply
    .code(status)
    .header('location', `/api/journal/${entry.seq}`)
    .send({ seq: entry.seq, hash: entry.hash, recorded_at: entry.recordedAt, rows });
}
