/** Statements of both books, what is held back, and the walk from any figure to its source. */
import { Type } from 'typebox';
import {
  entriesAboutIn,
  explainBaseYear,
  explainInventory,
  explainScope2,
  heldBack,
  isBaseYearRef,
  isInventoryRef,
  isScope2Ref,
} from '../../carbon/index.ts';
import { minorUnits } from '../../kernel/currency.ts';
import { addDays, addMonthsToMonth, monthOf } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ReadContext, RecordSource } from '../../ledger/types.ts';
import {
  DailyTotals,
  explainRevenue,
  INTERVALS,
  listWarnings,
  type Money,
  type MrrBucket,
  type MrrStatement,
  movementMonths,
  mrrStatement,
  STATEMENT_ROWS,
  type StatementInterval,
  UnpostedTotals,
} from '../../revenue/index.ts';
import { explainCohorts, explainMetric, isCohortsRef, isMetricRef } from '../../revenue/metrics/index.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { bookOfRecordRef, explainRecord, isRecordRef } from '../explainRecord.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, openRead, seqToRead } from '../reading.ts';
import { AsOf, Day, DecimalText, ExplanationSchema, Next, Nullable, Page, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { explanationView } from '../views.ts';
import { explainDifferenceRef, isDifferenceRef } from './differenceRefs.ts';
import { held } from './figureSchemas.ts';
import { todayOf } from './metricParameters.ts';

const strict = { additionalProperties: false } as const;
/** Months that a statement shows when nobody says from when to when. */
const MONTHS_DEFAULT = 12;
const REF_CHARACTERS_MAX = 4_000;

const DayOrMonth = Type.String({
  pattern: '^\\d{4}-\\d{2}(-\\d{2})?$',
  description: 'Day or month, inclusive',
  examples: ['2025-01'],
});

const FigureSchema = Type.Object(
  {
    cents: Type.String({ description: 'Whole minor units' }),
    amount: DecimalText,
    ref: Nullable(Type.String({ description: 'For /api/explain; null where the bucket is only a part of its period' })),
  },
  strict,
);

const MrrSchema = Type.Object(
  {
    seq: Type.Integer(),
    from: Day,
    to: Day,
    interval: Type.Enum([...INTERVALS]),
    until: Type.String({ description: 'Movements after this day are not counted' }),
    currencies: Type.Array(
      Type.Object(
        {
          currency: Type.String(),
          buckets: Type.Array(
            Type.Object(
              {
                bucket: Type.String(),
                from: Day,
                to: Day,
                start: FigureSchema,
                movements: Type.Object(
                  Object.fromEntries(STATEMENT_ROWS.map((type) => [type, FigureSchema])) as Record<
                    (typeof STATEMENT_ROWS)[number],
                    typeof FigureSchema
                  >,
                  strict,
                ),
                end: FigureSchema,
                customers: Type.Integer({
                  description: 'Customers at the end: who pays, or was reduced to 0 and is still subscribed',
                }),
                postings: Type.Integer(),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
      { description: 'One statement per currency; amounts of different currencies are never added' },
    ),
  },
  { ...strict, description: 'start + movements = end, always' },
);

const HeldSchema = Type.Object(
  {
    groups: Type.Array(
      Type.Object(
        {
          ...held,
          detail: Type.String(),
          activity: Type.String(),
          country: Type.String(),
          region: Type.String(),
        },
        strict,
      ),
    ),
    total: Type.Integer({ description: 'Groups in all' }),
    next: Next,
  },
  strict,
);

const WarningsSchema = Type.Object(
  {
    warnings: Type.Array(Type.Record(Type.String(), Type.String())),
    total: Type.Integer(),
    next: Next,
  },
  strict,
);

export function reportRoutes(app: Scope, context: HttpContext): void {
  const { footing } = context;
  const dailyTotals = new DailyTotals();
  const unposted = new UnpostedTotals(footing, dailyTotals);

  /** The sums as of an entry that is not posted yet, where they are known without waiting for that. */
  async function aheadOfPosting(accountId: number, seq: number): ReturnType<UnpostedTotals['of']> {
    try {
      return await unposted.of(accountId, seq);
    } catch (error) {
      // What is wrong with the ledger or an entry is for those to say who wait for it.
      footing.engines.log.warn({ err: error, accountId, seq }, 'a statement ahead of posting could not be made');
      return null;
    }
  }

  app.get(
    '/api/reports/mrr',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Monthly recurring revenue and what moved it',
        querystring: Type.Object(
          {
            from: Type.Optional(DayOrMonth),
            to: Type.Optional(
              Type.String({
                pattern: '^\\d{4}-\\d{2}(-\\d{2})?$',
                examples: ['2025-12'],
                description: 'Day or month, inclusive; default: the newest month in which anything moved, until today',
              }),
            ),
            interval: Type.Enum([...INTERVALS], { default: 'month' }),
            currency: Type.Optional(Type.String({ pattern: '^[A-Za-z]{3}$', description: 'Default: all' })),
            until: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Default: today' })),
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: MrrSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { from, interval, currency, until = await todayOf(context, accountOf(request)) } = request.query;
      const accountId = accountOf(request);
      const seq = await seqToRead(context, accountId, request.query.as_of);
      // What the range is by default follows from the journal and from `until`, so the two are all that the ETag needs.
      if (answeredFromCache(context, request, reply, seq, { until })) return reply;
      const range = { interval: interval as StatementInterval, until };
      if (from !== undefined && request.query.to !== undefined && currency === undefined) {
        const ahead = await aheadOfPosting(accountId, seq);
        if (ahead !== null) {
          const totals = { of: async () => ahead.totals };
          return mrrView(await mrrStatement(ahead.read, { from, to: request.query.to, ...range }, totals));
        }
      }
      const read = await footing.read(accountId, 'revenue', seq);
      const code = currency?.toUpperCase();
      if (code !== undefined) await checkCurrency(read, code);
      const { to } =
        request.query.to === undefined ? await defaultEnd(read, { from, until, code }) : { to: request.query.to };
      const asked = {
        from: from ?? addMonthsToMonth(to.slice(0, 7), 1 - MONTHS_DEFAULT),
        to,
        ...range,
        ...(code === undefined ? {} : { currency: code }),
      };
      const statement = await mrrStatement(read, asked, dailyTotals);
      return mrrView(statement);
    },
  );

  app.get(
    '/api/reports/held',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Activities that are held back, by what they say and why',
        querystring: Type.Object({ as_of: AsOf, ...Page }, strict),
        response: { 200: HeldSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { limit } = request.query;
      const walk = await openWalk(request.query, 'held', accountOf(request));
      if (answeredFromCache(context, request, reply, walk.seq)) return reply;
      const { groups, total } = await heldBack(
        await footing.read(accountOf(request), 'carbon', walk.seq),
        limit,
        walk.offset,
      );
      return { groups, total, next: walk.next(groups.length, limit, total) };
    },
  );

  app.get(
    '/api/reports/warnings',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'What is odd in the billing data',
        querystring: Type.Object(
          { code: Type.Optional(Type.String({ maxLength: 100 })), as_of: AsOf, ...Page },
          strict,
        ),
        response: { 200: WarningsSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { limit, code } = request.query;
      const walk = await openWalk(request.query, `warnings ${code ?? ''}`, accountOf(request));
      if (answeredFromCache(context, request, reply, walk.seq)) return reply;
      const found = await listWarnings(await footing.read(accountOf(request), 'revenue', walk.seq), {
        limit,
        offset: walk.offset,
        ...(code === undefined ? {} : { code }),
      });
      const warnings = found.warnings.map((warning) => ({ ...warning }));
      return { warnings, total: found.total, next: walk.next(warnings.length, limit, found.total) };
    },
  );

  app.get(
    '/api/explain',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Where a figure comes from, one step at a time',
        querystring: Type.Object(
          {
            ref: Type.String({
              minLength: 1,
              maxLength: REF_CHARACTERS_MAX,
              description: 'A `ref` of a statement or of an explanation',
              examples: ['mrr/2025-04/EUR/contraction'],
            }),
            as_of: AsOf,
            offset: Type.Optional(Type.Integer({ minimum: 0, description: 'Steps to leave out at the beginning' })),
          },
          strict,
        ),
        response: { 200: ExplanationSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { ref, offset } = request.query;
      if (isRecordRef(ref)) {
        const read = await openRead(context, request, reply, bookOfRecordRef(footing, ref));
        return read === null ? reply : explanationView(await explainRecord(footing, read, ref));
      }
      if (isBaseYearRef(ref)) {
        const read = await openRead(context, request, reply, 'carbon');
        if (read === null) return reply;
        const entriesAbout = entriesAboutIn(footing.journal, read.accountId);
        const node = await explainBaseYear(read, ref, { entriesAbout, ...(offset === undefined ? {} : { offset }) });
        return explanationView(node);
      }
      if (isDifferenceRef(ref)) {
        const read = await openRead(context, request, reply, 'carbon');
        if (read === null) return reply;
        const node = await explainDifferenceRef(read, ref, {
          readAt: (seq) => footing.read(read.accountId, 'carbon', seq),
          ...(offset === undefined ? {} : { offset }),
        });
        return explanationView(node);
      }
      const scope2 = isScope2Ref(ref);
      const carbon = scope2 || isInventoryRef(ref);
      const read = await openRead(context, request, reply, carbon ? 'carbon' : 'revenue');
      if (read === null) return reply;
      const node = scope2
        ? await explainScope2(read, ref, {
            source: (stream, seq, row) => sourceOf(read, stream, seq, row),
            ...(offset === undefined ? {} : { offset }),
          })
        : carbon
          ? await explainInventory(read, ref, {
              source: (seq, row) => sourceOf(read, 'activities', seq, row),
              ...(offset === undefined ? {} : { offset }),
            })
          : isCohortsRef(ref)
            ? await explainCohorts(read, ref)
            : isMetricRef(ref)
              ? await explainMetric(read, ref, (stream, seq, row) => sourceOf(read, stream, seq, row))
              : await explainRevenue(read, ref, (stream, seq, row) => sourceOf(read, stream, seq, row));
      return explanationView(node);
    },
  );

  function sourceOf(read: ReadContext, stream: string, seq: number, row: number): Promise<RecordSource> {
    return footing.records.source(read, stream, seq, row);
  }

  /** Paging by offset, as of one entry from the first page to the last. */
  async function openWalk(query: { cursor?: string; as_of?: number }, name: string, accountId: number) {
    const scope = JSON.stringify([name, accountId, query.as_of ?? null]);
    const position =
      query.cursor === undefined ? null : context.cursors.open<{ seq: number; offset: number }>(scope, query.cursor);
    const seq = position?.seq ?? (await seqToRead(context, accountId, query.as_of));
    const offset = position?.offset ?? 0;
    return {
      seq,
      offset,
      next: (shownNow: number, limit: number, total: number) =>
        shownNow === limit && offset + limit < total
          ? context.cursors.seal(scope, { seq, offset: offset + limit })
          : null,
    };
  }
}

/** A currency in which nothing was ever billed is refused by name: a statement of it would look like one of nothing. */
async function checkCurrency(read: ReadContext, code: string): Promise<void> {
  const { currencies } = await movementMonths(read);
  const known = Object.keys(currencies);
  if (known.includes(code) || (known.length === 0 && minorUnits(code) !== undefined)) return;
  throw new FootingError('invalid', `Nothing in this book moves in ${shown(code)}.`, {
    problems: [
      {
        field: 'currency',
        value: shown(code),
        reason: minorUnits(code) === undefined ? 'is no currency of ISO 4217' : 'has no movements',
        ...(known.length === 0 ? {} : { remedy: `Use ${known.join(', ')}.` }),
      },
    ],
  });
}

/** The newest month that has movements up to `until`, so that a book that ends earlier is not shown as months without any. */
async function defaultEnd(
  read: ReadContext,
  { from, until, code }: { from: string | undefined; until: string; code: string | undefined },
): Promise<{ to: string }> {
  const { currencies } = await movementMonths(read, until);
  const newest = Object.entries(currencies)
    .filter(([currency]) => code === undefined || currency === code)
    .map(([, month]) => month)
    .sort()
    .at(-1);
  const to = newest ?? monthOf(until);
  return { to: from !== undefined && from.slice(0, 7) > to ? monthOf(until) : to };
}

function mrrView(statement: MrrStatement) {
  return {
    ...statement,
    currencies: statement.currencies.map(({ currency, buckets }) => ({
      currency,
      buckets: buckets.map((bucket) => bucketView(bucket, currency, statement)),
    })),
  };
}

function bucketView(bucket: MrrBucket, currency: string, { interval, until }: MrrStatement) {
  const whole = isWhole(bucket, interval) && bucket.to <= until;
  const figure = (money: Money, name: string) => ({
    ...money,
    ref: whole ? `mrr/${bucket.bucket}/${currency}/${name}` : null,
  });
  return {
    ...bucket,
    start: figure(bucket.start, 'start'),
    movements: Object.fromEntries(STATEMENT_ROWS.map((type) => [type, figure(bucket.movements[type], type)])) as Record<
      (typeof STATEMENT_ROWS)[number],
      ReturnType<typeof figure>
    >,
    end: figure(bucket.end, 'end'),
  };
}

const FIRST_MONTHS: Record<StatementInterval, readonly string[] | null> = {
  day: null,
  week: [],
  month: ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'],
  quarter: ['01', '04', '07', '10'],
  year: ['01'],
};

/** Whether the bucket is a whole period that a reference can name: weeks have no names, and the range may cut the ends. */
function isWhole({ from, to }: MrrBucket, interval: StatementInterval): boolean {
  const months = FIRST_MONTHS[interval];
  if (months === null) return true;
  return [from, addDays(to, 1)].every((day) => day.endsWith('-01') && months.includes(day.slice(5, 7)));
}
