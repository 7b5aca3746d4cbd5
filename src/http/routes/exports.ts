/** Tables as files. */
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { carbonExports } from '../../carbon/index.ts';
import { addMonthsToMonth, monthOf } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportTable,
  exported,
  MEDIA_TYPES,
  recordTable,
} from '../../ledger/index.ts';
import { INTERVALS, revenueExports } from '../../revenue/index.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { asSettled, Currency, DayOnly, DayOrMonth, Meant, todayOf } from './metricParameters.ts';

const strict = { additionalProperties: false } as const;
/** Months that a report covers when nobody says from when to when. */
const MONTHS_DEFAULT = 12;

const TableSchema = Type.Object(
  {
    name: Type.String(),
    title: Type.String(),
    book: Type.Enum(['revenue', 'carbon']),
    columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() }, strict)),
  },
  strict,
);

export function exportRoutes(app: Scope, context: HttpContext): void {
  const tables: readonly ExportTable[] = [
    ...context.footing.streams.filter(({ kept }) => kept === 'record').map(recordTable),
    ...revenueExports,
    ...carbonExports,
  ];

  app.get(
    '/api/export',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'The tables that can be exported',
        response: { 200: Type.Object({ tables: Type.Array(TableSchema) }, strict), ...problemAnswers },
      },
    },
    async () => ({
      tables: tables.map(({ name, title, book, columns }) => ({ name, title, book, columns: [...columns] })),
    }),
  );

  app.get(
    '/api/export/:table',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'A table as a file: CSV, NDJSON, Parquet or XLSX',
        description:
          'The records of a stream as they stand, movements, customer_balances, mrr_statement, metrics, emissions or factors_in_force, as of an entry. ' +
          'The same entry gives the same bytes. from, to, interval, currency, filters and segment are for the reports.',
        params: Type.Object({ table: Type.String({ maxLength: 100 }) }, strict),
        querystring: Type.Object(
          {
            format: Type.Enum([...EXPORT_FORMATS], { default: 'csv' }),
            from: Type.Optional(DayOrMonth),
            to: Type.Optional(DayOrMonth),
            interval: Type.Optional(Type.Enum([...INTERVALS])),
            currency: Currency,
            until: Type.Optional(DayOnly),
            ...Meant,
            as_of: AsOf,
          },
          strict,
        ),
        response: {
          200: {
            description: 'The file',
            content: Object.fromEntries(
              Object.values(MEDIA_TYPES).map((type) => [
                type.split(';')[0],
                { schema: { type: 'string', format: 'binary' } },
              ]),
            ),
          },
          ...problemAnswers,
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const table = tables.find(({ name }) => name === request.params.table);
      if (!table) {
        throw new FootingError('not_found', `There is no table "${shown(request.params.table)}" to export.`, {
          remedy: `There are ${tables.map(({ name }) => name).join(', ')}.`,
        });
      }
      const today = await todayOf(context, accountOf(request));
      const { to = monthOf(today), until = today } = query;
      const read = await openRead(context, request, reply, table.book, { until, to });
      if (read === null) return reply;
      const account = await asSettled(context, read);
      const format = query.format as ExportFormat;
      const bytes = exported(read, table, format, {
        from: query.from ?? addMonthsToMonth(to.slice(0, 7), 1 - MONTHS_DEFAULT),
        to,
        interval: query.interval,
        currency: query.currency ?? account.currency,
        timeZone: account.timeZone,
        until,
        filters: query.filters,
        segment: query.segment,
      });
      // What is wrong with the request shows before the first bytes: then the answer is a problem document.
      const iterator = bytes[Symbol.asyncIterator]();
      const first = await iterator.next();
      reply.header('content-disposition', `attachment; filename="${table.name}-${read.seq}.${format}"`);
      return reply.type(MEDIA_TYPES[format]).send(Readable.from(continued(first, iterator)) as never);
    },
  );
}

async function* continued(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    // A reader that went away ends the query.
    await rest.return?.();
  }
}
