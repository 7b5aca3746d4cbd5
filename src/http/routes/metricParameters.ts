/** What metrics, cohorts, activities and lists of customers have in common: range, currency, filter and segment. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Account } from '../../journal/types.ts';
import { type Day, dayOfInstant, monthOf } from '../../kernel/dates.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { postedSettings, revenueSettingsAsOf } from '../../revenue/index.ts';
import { type Filter, filterWithin } from '../../revenue/metrics/index.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { openRead } from '../reading.ts';

const FILTER_CHARACTERS_MAX = 4_000;

export const DayOrMonth = Type.String({
  pattern: '^\\d{4}-\\d{2}(-\\d{2})?$',
  description: 'Day or month, inclusive',
  examples: ['2026-01'],
});
export const DayOnly = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', examples: ['2026-03-31'] });
export const Currency = Type.Optional(
  Type.String({
    pattern: '^[A-Za-z]{3}$',
    description: "ISO 4217; default: that of the revenue settings, or the account's. Currencies are never added",
  }),
);
/** Which customers and subscriptions are meant. */
export const Meant = {
  filters: Type.Optional(
    Type.String({
      maxLength: FILTER_CHARACTERS_MAX,
      description: 'name~OPERATOR~value, joined by ~AND~',
      examples: ["country~ANY~'DE','FR'~AND~mrr~GTE~150"],
    }),
  ),
  segment: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'A saved segment, by name or id; its conditions hold beside `filters`',
    }),
  ),
};

interface MetricQuery {
  to?: string;
  until?: string;
  currency?: string;
  filters?: string;
  segment?: string;
}

export interface MetricRead {
  read: ReadContext;
  account: Account;
  /** Last day or month of the range; this month when the request names none. */
  to: string;
  until: Day;
  currency: string;
  filter: Filter;
}

/** What a report of metrics reads from and is about; null when 304 has been sent. */
export async function openMetrics(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<MetricRead | null> {
  const query = request.query as MetricQuery;
  const today = await todayOf(context, accountOf(request));
  const { to = monthOf(today), until = today } = query;
  const asked = query.currency ?? '';
  const read = await openRead(context, request, reply, 'revenue', { until, to, asked });
  if (read === null) return null;
  const account = await asSettled(context, read);
  const currency = (query.currency ?? account.currency).toUpperCase();
  return { read, account, to, until, currency, filter: await filterWithin(read, query.segment, query.filters) };
}

/** The account in the currency and time zone that its figures are in: those of its settings as of the entry that is read. */
export async function asSettled(context: HttpContext, read: ReadContext): Promise<Account> {
  const [account, { currency, timeZone }] = await Promise.all([
    context.footing.accounts.get(read.accountId),
    postedSettings(read),
  ]);
  return { ...account, currency: currency ?? account.currency, timeZone };
}

/** Today in the time zone of the account's settings. */
export async function todayOf({ footing }: HttpContext, accountId: number): Promise<Day> {
  const { timeZone } = await revenueSettingsAsOf(footing.engines.pg, accountId, Number.MAX_SAFE_INTEGER);
  return dayOfInstant(Date.now(), timeZone);
}
