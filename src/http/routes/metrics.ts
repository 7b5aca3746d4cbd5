/** Metrics of recurring revenue, cohorts, and the feed of what moved it. */
import { Type } from 'typebox';
import { addMonthsToMonth, type Day } from '../../kernel/dates.ts';
import {
  INTERVALS,
  MOVEMENT_TYPES,
  type MovementType,
  postedSettings,
  type StatementInterval,
} from '../../revenue/index.ts';
import {
  activities,
  COHORT_KINDS,
  type CohortKind,
  cohorts,
  filterWithin,
  METRIC_NAMES,
  METRIC_NAMES_DEFAULT,
  METRICS,
  type MetricBucket,
  type MetricName,
  type MetricsReport,
  metricRef,
  metrics,
  type OfWhat,
  PARTITIONS,
  type WeekStart,
} from '../../revenue/metrics/index.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, seqToRead } from '../reading.ts';
import { AsOf, Day as DaySchema, Month, Next, Nullable, Page, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { asSettled, Currency, DayOnly, DayOrMonth, Meant, openMetrics, todayOf } from './metricParameters.ts';

const strict = { additionalProperties: false } as const;
/** Months that a report shows when nobody says from when to when. */
const MONTHS_DEFAULT = 12;

const ValueSchema = Type.Object(
  {
    value: Nullable(Type.String({ description: 'As its unit says; null where there is nothing to divide by' })),
    change: Type.String({
      description: 'Percentage change from the bucket before; 0.00 for the first one and after 0',
    }),
    ref: Nullable(
      Type.String({
        description: 'For /api/explain; null of periods that have not begun',
      }),
    ),
  },
  strict,
);
const BucketSchema = Type.Object(
  {
    bucket: Type.String(),
    from: DaySchema,
    to: DaySchema,
    metrics: Type.Record(Type.String(), ValueSchema),
  },
  strict,
);
const MetricsSchema = Type.Object(
  {
    seq: Type.Integer(),
    from: DaySchema,
    to: DaySchema,
    interval: Type.Enum([...INTERVALS]),
    currency: Type.String(),
    time_zone: Type.String(),
    until: Type.String({ description: 'Movements after this day are not counted' }),
    metrics: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          title: Type.String(),
          unit: Type.String({ description: 'cents: minor units; count; percent; ratio' }),
          words: Type.String({ description: 'How it is calculated' }),
        },
        strict,
      ),
    ),
    buckets: Type.Array(BucketSchema),
    parts: Type.Array(Type.Object({ part: Type.String(), buckets: Type.Array(BucketSchema) }, strict), {
      description: 'What partition_by tells apart; MRR of the parts adds up to the whole',
    }),
  },
  strict,
);

const CohortsSchema = Type.Object(
  {
    seq: Type.Integer(),
    kind: Type.Enum([...COHORT_KINDS]),
    currency: Type.String(),
    until: Type.String(),
    cohorts: Type.Array(
      Type.Object(
        {
          month: Type.String(),
          customers: Type.Integer({ description: 'Size of the cohort' }),
          new_business: Type.String({ description: 'MRR that they began with, in minor units' }),
          cells: Type.Array(
            Type.Object(
              {
                month: Type.String(),
                percent: Nullable(Type.String()),
                customers: Type.Integer({ description: 'Paying at the end of the month' }),
                mrr: Type.String({ description: 'At the end of the month, in minor units' }),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
  },
  { ...strict, description: 'A cohort is the customers whose first paid subscription began in the month' },
);

const ActivitiesSchema = Type.Object(
  {
    activities: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          date: Type.String(),
          type: Type.Enum([...MOVEMENT_TYPES]),
          description: Type.String(),
          currency: Type.String(),
          movement: Type.String({ description: 'Minor units, signed' }),
          mrr: Type.String({ description: 'MRR of the customer after it' }),
          arr: Type.String(),
          source: Type.String(),
          customer_external_id: Type.String(),
          customer_name: Type.String(),
          subscription_external_id: Type.String(),
          plan_external_id: Type.String(),
          invoice_external_id: Type.String(),
          ref: Type.String({ description: 'For /api/explain' }),
        },
        strict,
      ),
    ),
    next: Next,
  },
  strict,
);

export function metricRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/metrics',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Metrics of recurring revenue over time',
        querystring: Type.Object(
          {
            names: Type.String({
              maxLength: 2_000,
              default: METRIC_NAMES_DEFAULT.join(','),
              description: `Comma-separated: ${METRIC_NAMES.join(', ')}`,
            }),
            from: Type.Optional(DayOrMonth),
            to: Type.Optional(DayOrMonth),
            interval: Type.Enum([...INTERVALS], { default: 'month' }),
            week_start: Type.Optional(
              Type.Enum(['monday', 'sunday'], { description: 'Default: that of the revenue settings' }),
            ),
            currency: Currency,
            ...Meant,
            partition_by: Type.Optional(
              Type.String({ maxLength: 300, description: `${PARTITIONS.join(', ')} or custom.<name>` }),
            ),
            until: Type.Optional(DayOnly),
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: MetricsSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const opened = await openMetrics(context, request, reply);
      if (opened === null) return reply;
      const { read, account, to, until, currency, filter } = opened;
      const report = await metrics(read, {
        names: query.names!.split(',').map((name) => name.trim()) as MetricName[],
        from: query.from ?? addMonthsToMonth(to.slice(0, 7), 1 - MONTHS_DEFAULT),
        to,
        interval: query.interval as StatementInterval,
        weekStart: (query.week_start as WeekStart | undefined) ?? (await postedSettings(read)).weekStartOn,
        currency,
        timeZone: account.timeZone,
        filters: filter,
        partitionBy: query.partition_by,
        until,
      });
      return metricsView(report, { filters: query.filters, segment: query.segment, partitionBy: query.partition_by });
    },
  );

  app.get(
    '/api/metrics/cohorts',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Cohorts by the month of the first paid subscription',
        querystring: Type.Object(
          {
            kind: Type.Enum([...COHORT_KINDS], { default: 'customers' }),
            from: Type.Optional(Month),
            to: Type.Optional(Month),
            last: Type.Optional(Month),
            currency: Currency,
            ...Meant,
            until: Type.Optional(DayOnly),
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: CohortsSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const opened = await openMetrics(context, request, reply);
      if (opened === null) return reply;
      const { read, account, to, until, currency, filter } = opened;
      const report = await cohorts(read, {
        kind: query.kind as CohortKind,
        from: query.from ?? addMonthsToMonth(to, 1 - MONTHS_DEFAULT),
        to,
        // Who names the end of the range wants no columns after it.
        last: query.last ?? query.to,
        currency,
        timeZone: account.timeZone,
        filters: filter,
        until,
      });
      return {
        ...report,
        cohorts: report.cohorts.map(({ newBusiness, ...cohort }) => ({ ...cohort, new_business: newBusiness })),
      };
    },
  );

  app.get(
    '/api/metrics/activities',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'What moved recurring revenue, one movement at a time',
        querystring: Type.Object(
          {
            from: Type.Optional(DayOnly),
            to: Type.Optional(Type.String({ ...DayOnly, description: 'Last day; default: today' })),
            type: Type.Optional(Type.Enum([...MOVEMENT_TYPES])),
            currency: Type.Optional(Type.String({ pattern: '^[A-Za-z]{3}$', description: 'Default: all' })),
            customer_external_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
            source: Type.Optional(
              Type.String({
                maxLength: 200,
                description: 'Data source of the customers; default: all, of a customer that is named: default',
              }),
            ),
            ...Meant,
            order: Type.Enum(['date', '-date'], { default: 'date', description: '-date: newest first' }),
            as_of: AsOf,
            ...Page,
          },
          strict,
        ),
        response: { 200: ActivitiesSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { cursor, limit, ...query } = request.query;
      const accountId = accountOf(request);
      const scope = JSON.stringify(['activities', accountId, query]);
      const position =
        cursor === undefined ? null : context.cursors.open<{ seq: number; after: string }>(scope, cursor);
      const seq = position?.seq ?? (await seqToRead(context, accountId, query.as_of));
      // What is scheduled has not moved anything yet: who wants it names the day.
      const to = (query.to as Day | undefined) ?? (await todayOf(context, accountId));
      if (answeredFromCache(context, request, reply, seq, { to })) return reply;
      const customer = query.customer_external_id;
      const read = await context.footing.read(accountId, 'revenue', seq);
      const account = await asSettled(context, read);
      const found = await activities(read, {
        filter: await filterWithin(read, query.segment, query.filters),
        conditionsIn: account.currency,
        customer: customer === undefined ? undefined : { source: query.source ?? 'default', externalId: customer },
        source: query.source,
        type: query.type as MovementType | undefined,
        currency: query.currency,
        from: query.from as Day | undefined,
        to,
        timeZone: account.timeZone,
        newestFirst: query.order === '-date',
        after: position?.after,
        limit: limit!,
      });
      const last = found.activities.at(-1);
      return {
        activities: found.activities.map((each) => ({
          id: each.id,
          date: each.date,
          type: each.type,
          description: each.description,
          currency: each.currency,
          movement: each.movement,
          mrr: each.mrr,
          arr: each.arr,
          source: each.source,
          customer_external_id: each.customerExternalId,
          customer_name: each.customerName,
          subscription_external_id: each.subscriptionExternalId,
          plan_external_id: each.planExternalId,
          invoice_external_id: each.invoiceExternalId,
          ref: each.ref,
        })),
        next: found.more && last ? context.cursors.seal(scope, { seq, after: last.position }) : null,
      };
    },
  );
}

function metricsView(report: MetricsReport, { partitionBy, ...whole }: OfWhat) {
  const bucketView = (bucket: MetricBucket, of: OfWhat) => ({
    bucket: bucket.bucket,
    from: bucket.from,
    to: bucket.to,
    metrics: Object.fromEntries(
      report.names.map((name) => [
        name,
        { value: bucket.values[name] ?? null, change: bucket.changes[name] ?? '0.00', ref: refOf(bucket, name, of) },
      ]),
    ),
  });
  const refOf = (bucket: MetricBucket, name: MetricName, of: OfWhat) => {
    if (bucket.from > report.until) return null;
    const cut = !bucket.whole || bucket.to > report.until;
    const last = [bucket.to, report.until].sort()[0]!;
    return metricRef(name, cut ? `${bucket.from}..${last}` : bucket.bucket, report.currency, of);
  };
  return {
    seq: report.seq,
    from: report.from,
    to: report.to,
    interval: report.interval,
    currency: report.currency,
    time_zone: report.timeZone,
    until: report.until,
    metrics: report.names.map((name) => ({
      name,
      title: METRICS[name].title,
      unit: METRICS[name].unit,
      words: METRICS[name].words,
    })),
    buckets: report.buckets.map((bucket) => bucketView(bucket, whole)),
    parts: report.parts.map(({ part, buckets }) => ({
      part,
      buckets: buckets.map((bucket) => bucketView(bucket, { ...whole, partitionBy, part })),
    })),
  };
}
