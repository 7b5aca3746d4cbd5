/** Files: handed in as the body of a request, stated as an entry, then followed while the ledger posts them. */
import { Type } from 'typebox';
import type { ImportRequest } from '../../footing.ts';
import { FootingError, type Problem, shown } from '../../kernel/errors.ts';
import type { ReadOptions, RejectedRow } from '../../streams/types.ts';
import { leaveBodiesAsStreams, uploadOf } from '../bodies.ts';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import type { EventLog } from '../events.ts';
import { TAGS } from '../openapi.ts';
import {
  DryRunSchema,
  ImportSchema,
  Next,
  Page,
  problemAnswers,
  Seq,
  SourceName,
  StatedImportSchema,
} from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { importView, progressView, readOptionsView } from '../views.ts';
import { streamNamed } from './streams.ts';

const strict = { additionalProperties: false } as const;
/** Problems listed in the answer when a file is refused as a whole. */
const PROBLEMS_LISTED_MAX = 100;

const ImportQuery = Type.Object(
  {
    source: Type.Optional(SourceName),
    file_name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'Name to remember the file by' }),
    ),
    mode: Type.Enum(['rows', 'all', 'dry-run'], {
      default: 'rows',
      description:
        'rows: good rows go in and bad ones are reported. all: one bad row refuses the file. dry-run: only look.',
    }),
    again: Type.Optional(
      Type.Boolean({
        description: 'Import although the same file was imported before, after its rows were taken back, say',
      }),
    ),
    format: Type.Optional(Type.Enum(['csv', 'ndjson', 'json', 'xlsx', 'parquet'])),
    compression: Type.Optional(Type.Enum(['none', 'gzip'])),
    encoding: Type.Optional(Type.Enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'])),
    delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
    quote: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
    decimal: Type.Optional(Type.Enum(['.', ','])),
    date_order: Type.Optional(Type.Enum(['iso', 'dmy', 'mdy'])),
    amounts: Type.Optional(
      Type.Enum(['cents', 'units'], {
        description:
          'How columns of minor units are written: cents (default) 49900, or units 499.00, with no more decimals than the currency of the row has',
      }),
    ),
    sheet: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    mapping: Type.Optional(
      Type.String({
        maxLength: 20_000,
        description: 'JSON object: header of the file to column; null leaves a header out',
        examples: ['{"Kunde":"customer_external_id","Notiz":null}'],
      }),
    ),
    remember_mapping: Type.Optional(
      Type.Boolean({ description: 'Use the mapping for later files of this stream and source' }),
    ),
  },
  strict,
);

const SeqParams = Type.Object({ seq: Seq });

export function importRoutes(app: Scope, context: HttpContext): void {
  const { footing, limits } = context;
  const { imports } = footing;

  app.register(async (uploads: Scope) => {
    leaveBodiesAsStreams(uploads as never);
    uploads.post(
      '/api/imports/:stream',
      {
        config: { access: 'write', body: 'stream' },
        bodyLimit: limits.uploadBytesMax,
        schema: {
          tags: [TAGS.imports],
          summary: 'Import a file',
          description:
            'The body is the file as it is, of any content type. Everything about how to read it is found out unless it is ' +
            'said. When 202 is answered the file and the entry that names it are safe; the ledger posts it now.',
          params: Type.Object({ stream: Type.String({ maxLength: 100 }) }),
          querystring: ImportQuery,
          response: {
            200: Type.Union([StatedImportSchema, DryRunSchema]),
            202: StatedImportSchema,
            ...problemAnswers,
          },
        },
      },
      async (request, reply) => {
        const accountId = accountOf(request);
        const { query } = request;
        const stream = streamNamed(footing.streams, request.params.stream);
        const outcome = await imports.start(accountId, {
          stream: stream.name,
          ...(query.source === undefined ? {} : { source: query.source }),
          fileName: query.file_name ?? `${stream.name}`,
          actor: actorOf(request),
          mode: query.mode as ImportRequest['mode'],
          options: readOptions(query),
          again: query.again ?? false,
          rememberMapping: query.remember_mapping ?? false,
          body: uploadOf(request, limits),
        });
        if (outcome.state === 'refused') throw refusal(outcome.counts, outcome.rejected);
        if (outcome.state === 'dry-run') {
          return reply.code(200).send({
            outcome: 'dry-run',
            counts: outcome.counts,
            rejected: outcome.rejected,
            held: outcome.held && {
              rows: outcome.held.rows,
              reasons: outcome.held.reasons,
              not_told: outcome.held.notTold,
            },
            options: readOptionsView(outcome.options),
            notes: outcome.notes,
            preview: outcome.preview,
          });
        }
        const status = await imports.status(accountId, outcome.seq);
        setSeq(reply, outcome.seq);
        reply.header('location', `/api/imports/${outcome.seq}`);
        return reply.code(outcome.state === 'stated' ? 202 : 200).send({
          outcome: outcome.state,
          import: importView(status),
          ...(outcome.state === 'stated' ? { options: readOptionsView(outcome.options), notes: outcome.notes } : {}),
        });
      },
    );
  });

  app.get(
    '/api/imports',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.imports],
        summary: 'Imports, newest first',
        querystring: Type.Object(Page, strict),
        response: {
          200: Type.Object({ imports: Type.Array(ImportSchema), next: Next }, strict),
          ...problemAnswers,
        },
      },
    },
    async (request) => {
      const accountId = accountOf(request);
      const { limit, cursor } = request.query;
      const scope = JSON.stringify(['imports', accountId]);
      const before = cursor === undefined ? undefined : context.cursors.open<number>(scope, cursor);
      const found = await imports.list(accountId, { limit: limit + 1, ...(before === undefined ? {} : { before }) });
      const page = found.slice(0, limit);
      const next = found.length > limit ? context.cursors.seal(scope, page.at(-1)!.seq) : null;
      return { imports: page.map(importView), next };
    },
  );

  app.get(
    '/api/imports/:seq',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.imports],
        summary: 'How an import stands',
        params: SeqParams,
        response: { 200: ImportSchema, ...problemAnswers },
      },
    },
    async (request) => importView(await imports.status(accountOf(request), request.params.seq)),
  );

  app.get(
    '/api/imports/:seq/rejects.csv',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.imports],
        summary: 'All rejected rows with what is wrong with them, as a file to correct and import again',
        produces: ['text/csv'],
        params: SeqParams,
      },
    },
    async (request, reply) => {
      const { seq } = request.params;
      const rejects = await imports.rejectsCsv(accountOf(request), seq);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="rejects-${seq}.csv"`)
        .send(rejects);
    },
  );

  app.get(
    '/api/imports/:seq/events',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.imports],
        summary: 'Progress of an import as server-sent events',
        description:
          'Events `status` (the import) and `progress`, then one `posted` or `failed` with the import. `Last-Event-ID` is honoured.',
        produces: ['text/event-stream'],
        params: SeqParams,
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const { seq } = request.params;
      const status = importView(await imports.status(accountId, seq));
      const topic = `import:${accountId}:${seq}`;
      const log = context.events.of(topic, (begun) => {
        begun.add('status', status);
        follow(begun, topic, accountId, seq);
      });
      context.events.send(request, reply, accountId, log);
    },
  );

  function follow(log: EventLog, topic: string, accountId: number, seq: number): void {
    const unlisten = footing.ledger.onProgress((ofAccount, _book, ofSeq, progress) => {
      if (ofAccount === accountId && ofSeq === seq) log.add('progress', progressView(progress));
    });
    imports
      .finished(accountId, seq)
      .then((status) => log.end(status.state, importView(status)))
      .catch((error: unknown) => {
        footing.engines.log.error({ err: error, seq }, 'import cannot be followed');
        log.end('failed', null);
      })
      .finally(() => {
        unlisten();
        context.events.release(topic);
      });
  }
}

function readOptions(query: Type.Static<typeof ImportQuery>): ReadOptions {
  const { format, compression, encoding, delimiter, quote, decimal, date_order, amounts, sheet, mapping } = query;
  const given = {
    format,
    compression,
    encoding,
    delimiter,
    quote,
    decimal,
    dateOrder: date_order,
    amounts,
    sheet,
    mapping: mapping === undefined ? undefined : parseMapping(mapping),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ReadOptions;
}

function parseMapping(text: string): Record<string, string | null> {
  let mapping: unknown;
  try {
    mapping = JSON.parse(text);
  } catch {
    mapping = undefined;
  }
  const isMapping =
    typeof mapping === 'object' &&
    mapping !== null &&
    !Array.isArray(mapping) &&
    Object.values(mapping).every((column) => column === null || typeof column === 'string');
  if (isMapping) return mapping as Record<string, string | null>;
  throw new FootingError('invalid', 'The mapping is not a JSON object of header to column.', {
    problems: [{ field: 'mapping', value: shown(text), reason: 'must be a JSON object with text or null as values' }],
  });
}

function refusal(counts: { rows: number; rejected: number }, rejected: readonly RejectedRow[]): FootingError {
  const problems: Problem[] = rejected.flatMap(({ row, problems }) =>
    problems.map(({ column, value, reason, remedy }) => ({
      row,
      field: column,
      value: shown(value),
      reason,
      ...(remedy === undefined ? {} : { remedy }),
    })),
  );
  const listed = problems.slice(0, PROBLEMS_LISTED_MAX);
  const more = listed.length < problems.length ? ` The first ${listed.length} problems are listed.` : '';
  return new FootingError(
    'invalid',
    `${counts.rejected} of ${counts.rows} ${counts.rows === 1 ? 'row' : 'rows'} ${counts.rejected === 1 ? 'is' : 'are'} bad, so nothing of the file was taken.${more}`,
    { problems: listed, remedy: 'Correct the rows, or import with mode=rows to take the good ones.' },
  );
}
