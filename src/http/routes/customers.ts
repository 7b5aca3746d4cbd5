/** Customers with what they pay: the list, one of them, its invoices. */
import { Type } from 'typebox';
import {
  CUSTOMER_SORTS,
  type CustomerPosition,
  type CustomerSort,
  countCustomers,
  customerDetail,
  customerInvoices,
  INVOICES_MAX,
  listCustomers,
} from '../../revenue/metrics/index.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, Next, Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { Currency, DayOnly, Meant, openMetrics } from './metricParameters.ts';

const strict = { additionalProperties: false } as const;
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;

const CustomerSchema = Type.Object(
  {
    source: Type.String(),
    external_id: Type.String(),
    name: Type.String(),
    company: Type.String(),
    email: Type.String(),
    country: Type.String(),
    owner: Type.String(),
    status: Type.Enum(['active', 'cancelled', 'lead'], {
      description:
        'active: pays, or was reduced to 0 and is still subscribed; cancelled: paid once and is no customer any more; lead: never paid',
    }),
    currency: Type.String(),
    mrr: Type.String({ description: 'Minor units of the currency' }),
    plans: Type.Array(Type.String(), { description: 'Keys of the plans that it pays for' }),
    customer_since: Nullable(Type.String({ description: 'First paid day' })),
    last_movement: Nullable(Type.String({ description: 'Day of the last movement' })),
  },
  strict,
);
const ListSchema = Type.Object(
  {
    seq: Type.Integer(),
    currency: Type.String(),
    until: Type.String(),
    total: Nullable(Type.Integer({ description: 'How many there are in all; on the first page only' })),
    customers: Type.Array(CustomerSchema),
    next: Next,
  },
  strict,
);

const ChangeSchema = Type.Object(
  {
    at: Type.String(),
    currency: Type.String(),
    plan: Type.String(),
    mrr_before: Type.String(),
    mrr_after: Type.String(),
  },
  { ...strict, description: 'A step of the subscription: what it came to, from that instant on' },
);
const SubscriptionSchema = Type.Object(
  {
    source: Type.String(),
    external_id: Type.String(),
    plan: Type.String(),
    plan_name: Type.String(),
    interval: Nullable(Type.String({ description: 'Of the plan, such as 1 month' })),
    quantity: Type.String(),
    currency: Type.String(),
    mrr: Type.String({ description: 'Minor units; what it paid last when it is inactive' }),
    status: Type.Enum(['active', 'inactive']),
    start: Type.String(),
    end: Type.String({ description: 'When it was cancelled; otherwise the end of its last service period' }),
    changes: Type.Array(ChangeSchema),
  },
  strict,
);
const DetailSchema = Type.Object(
  {
    seq: Type.Integer(),
    until: Type.String(),
    record: Type.Record(Type.String(), Nullable(Type.String()), {
      description: 'As stated; source and external_id always',
    }),
    attributes: Type.Record(Type.String(), Type.String()),
    tags: Type.Array(Type.String()),
    balances: Type.Array(
      Type.Object(
        {
          currency: Type.String(),
          mrr: Type.String(),
          since: Type.String(),
          last_movement: Type.String(),
          movements: Type.Integer(),
        },
        strict,
      ),
    ),
    subscriptions: Type.Array(SubscriptionSchema),
  },
  strict,
);

const InvoicesSchema = Type.Object(
  {
    invoices: Type.Array(
      Type.Object(
        {
          external_id: Type.String(),
          date: Type.String(),
          due_date: Nullable(Type.String()),
          currency: Type.String(),
          amount: Type.String({ description: 'Minor units, sum of the lines, tax included' }),
          tax: Type.String(),
          ref: Type.String({ description: 'For explanations' }),
          lines: Type.Array(
            Type.Object(
              {
                external_id: Type.String(),
                type: Type.String(),
                subscription_external_id: Type.String(),
                plan_external_id: Type.String(),
                service_period_start: Nullable(Type.String()),
                service_period_end: Nullable(Type.String()),
                amount: Type.String(),
                tax: Nullable(Type.String()),
                excluded: Type.String({ description: 'Why it makes no MRR although it is kept; empty: it counts' }),
                description: Type.String(),
                ref: Type.String({ description: 'For /api/explain' }),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
    next: Next,
  },
  strict,
);

const CustomerPath = Type.Object(
  { source: Type.String({ maxLength: 200 }), external_id: Type.String({ maxLength: 1_000 }) },
  strict,
);

export function customerRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/customers',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Customers with what they pay',
        description: 'Customers with a record of their own or with movements.',
        querystring: Type.Object(
          {
            q: Type.Optional(
              Type.String({ maxLength: 200, description: 'Part of a key, name, company or e-mail address' }),
            ),
            ...Meant,
            sort: Type.Enum([...CUSTOMER_SORTS], { default: 'mrr' }),
            order: Type.Optional(Type.Enum(['asc', 'desc'], { description: 'Default: desc; by name asc' })),
            currency: Currency,
            until: Type.Optional(DayOnly),
            as_of: AsOf,
            limit: Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT }),
            cursor: Type.Optional(Type.String({ description: '`next` of the page before' })),
          },
          strict,
        ),
        response: { 200: ListSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { cursor, limit, as_of: asked, ...query } = request.query;
      const scope = JSON.stringify(['customers', accountOf(request), asked ?? null, query]);
      const position =
        cursor === undefined
          ? null
          : context.cursors.open<{ seq: number; until: string; after: CustomerPosition }>(scope, cursor);
      // A list is read as of one entry and one day, however many pages it takes.
      if (position) Object.assign(request.query, { as_of: position.seq, until: position.until });
      const opened = await openMetrics(context, request, reply);
      if (opened === null) return reply;
      const { read, until, currency, filter } = opened;
      const meant = { currency, until, filter, search: query.q };
      const [page, total] = await Promise.all([
        listCustomers(read, {
          ...meant,
          sort: query.sort as CustomerSort,
          descending: (query.order ?? (query.sort === 'name' ? 'asc' : 'desc')) === 'desc',
          after: position?.after,
          limit: limit!,
        }),
        position === null ? countCustomers(read, meant) : null,
      ]);
      return {
        seq: read.seq,
        currency,
        until,
        total,
        customers: page.customers.map(({ hash, ...customer }) => ({
          source: customer.source,
          external_id: customer.externalId,
          name: customer.name,
          company: customer.company,
          email: customer.email,
          country: customer.country,
          owner: customer.owner,
          status: customer.status,
          currency,
          mrr: customer.mrr,
          plans: customer.plans,
          customer_since: customer.customerSince,
          last_movement: customer.lastMovement,
        })),
        next:
          page.position === null ? null : context.cursors.seal(scope, { seq: read.seq, until, after: page.position }),
      };
    },
  );

  app.get(
    '/api/customers/:source/:external_id',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'A customer: record, balances, subscriptions with every change',
        params: CustomerPath,
        querystring: Type.Object({ until: Type.Optional(DayOnly), as_of: AsOf }, strict),
        response: { 200: DetailSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const opened = await openMetrics(context, request, reply);
      if (opened === null) return reply;
      const { read, until } = opened;
      const { source, external_id: externalId } = request.params;
      const detail = await customerDetail(read, { source, externalId }, until);
      return {
        seq: read.seq,
        until,
        record: detail.record,
        attributes: detail.attributes,
        tags: detail.tags,
        balances: detail.balances.map(({ lastMovement, ...balance }) => ({ ...balance, last_movement: lastMovement })),
        subscriptions: detail.subscriptions.map((each) => ({
          source: each.source,
          external_id: each.externalId,
          plan: each.planExternalId,
          plan_name: each.planName,
          interval: each.billingCycle === null ? null : `${each.billingCycle.count} ${each.billingCycle.unit}`,
          quantity: each.quantity,
          currency: each.currency,
          mrr: each.mrr,
          status: each.status,
          start: each.startDate,
          end: each.endDate,
          changes: each.changes.map(({ mrrBefore, mrrAfter, ...change }) => ({
            ...change,
            mrr_before: mrrBefore,
            mrr_after: mrrAfter,
          })),
        })),
      };
    },
  );

  app.get(
    '/api/customers/:source/:external_id/invoices',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Invoices of a customer with their lines, newest first',
        params: CustomerPath,
        querystring: Type.Object(
          {
            as_of: AsOf,
            limit: Type.Integer({ minimum: 1, maximum: INVOICES_MAX, default: LIMIT_DEFAULT }),
            cursor: Type.Optional(Type.String({ description: '`next` of the page before' })),
          },
          strict,
        ),
        response: { 200: InvoicesSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { cursor, limit, as_of: asked } = request.query;
      const { source, external_id: externalId } = request.params;
      const scope = JSON.stringify(['invoices', accountOf(request), asked ?? null, source, externalId]);
      const position =
        cursor === undefined ? null : context.cursors.open<{ seq: number; after: [string, string] }>(scope, cursor);
      if (position) Object.assign(request.query, { as_of: position.seq });
      const read = await openRead(context, request, reply, 'revenue');
      if (read === null) return reply;
      const page = await customerInvoices(read, { source, externalId }, { after: position?.after, limit: limit! });
      const last = page.invoices.at(-1);
      return {
        invoices: page.invoices.map((invoice) => ({
          external_id: invoice.externalId,
          date: invoice.date,
          due_date: invoice.dueDate,
          currency: invoice.currency,
          amount: invoice.amount,
          tax: invoice.tax,
          ref: invoice.ref,
          lines: invoice.lines.map((line) => ({
            external_id: line.externalId,
            type: line.type,
            subscription_external_id: line.subscriptionExternalId,
            plan_external_id: line.planExternalId,
            service_period_start: line.servicePeriodStart,
            service_period_end: line.servicePeriodEnd,
            amount: line.amount,
            tax: line.tax,
            excluded: line.excluded,
            description: line.description,
            ref: line.ref,
          })),
        })),
        next:
          page.more && last
            ? context.cursors.seal(scope, { seq: read.seq, after: [last.date, last.externalId] })
            : null,
      };
    },
  );
}
