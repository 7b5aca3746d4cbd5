/** Figures, activities and subscriptions as ChartMogul's clients read them: kebab-case keys, whole numbers and percentages as JSON numbers. */
import { dayOfInstant } from '../../kernel/dates.ts';
import { isFootingError } from '../../kernel/errors.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import type { Activity, CustomerSubscription } from '../metrics/index.ts';
import type { Call } from './context.ts';
import { ApiError, badParameter } from './errors.ts';
import { bareId, customerId, dataSourceId, placeOf, subscriptionId } from './ids.ts';
import { currentCondition } from './ledgerReads.ts';
import { parseTime, zoned } from './times.ts';

/** Digits as a JSON number, also where a double would round them. */
export function exactNumber(digits: string): unknown {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : rawJson(digits);
}

/** `16.70` as 16.7 and `0.00` as 0.0: a decimal number for clients that tell 0 and 0.0 apart. */
export const percentNumber = (text: string): unknown => rawJson(text.replace(/0$/, ''));

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** The day that a query parameter names: a date, or an instant in the account's time zone. Errors: 400 with the parameter. */
export function dayParameter(call: Call, name: string, required: true): string;
export function dayParameter(call: Call, name: string, required: boolean): string | undefined;
export function dayParameter(call: Call, name: string, required: boolean): string | undefined {
  return dayOf(call, call.query[name], name, required);
}

export function dayOf(call: Call, text: string | undefined, name: string, required: boolean): string | undefined {
  if (text === undefined || text === '') {
    if (required) throw badParameter(name, `Parameter "${name}" is missing`, 'missing');
    return undefined;
  }
  const time = parseTime(text);
  if (time === null) throw badParameter(name, `${name} must be a date such as 2026-01-31, not "${text.slice(0, 40)}"`);
  return /^\d{4}-\d\d-\d\d$/.test(text.trim()) ? text.trim() : dayOfInstant(time, call.account.timeZone);
}

/** Parameters of the figures by the names that these clients give them. */
const QUERY_NAMES: Record<string, string> = { from: 'start-date', to: 'end-date', after: 'cursor', limit: 'per_page' };

/** Runs a reading; what does not hold together is 400 and names the query parameter. */
export async function reading<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!isFootingError(error) || !['invalid', 'too_large'].includes(error.code)) throw error;
    const errors = error.problems.map((problem) => ({
      param: QUERY_NAMES[problem.field ?? ''] ?? problem.field ?? 'base',
      code: 'invalid',
      message: `${problem.reason}${problem.value === undefined ? '' : ` Given: ${problem.value}.`}`,
    }));
    const detail = errors[0] === undefined ? (error.remedy ?? '') : errors[0].message;
    throw new ApiError(400, `${error.message}. ${detail}`.trim(), errors);
  }
}

/** subscription_set_external_id by `<source>\0<customer>\0<subscription>`, as lines state it. */
export async function subscriptionSets(
  read: ReadContext,
  customers: Iterable<{ source: string; externalId: string }>,
): Promise<Map<string, string>> {
  const places = [...new Set([...customers].map(({ source, externalId }) => placeOf(source, externalId)))];
  if (places.length === 0) return new Map();
  const where = `customer_hash IN (${places.join(', ')}) AND attributes['subscription_set_external_id'] != ''`;
  const rows = await select<{ name: string; set: string }>(
    read.engines,
    read.database,
    `SELECT
       source || '\\0' || customer_external_id || '\\0' || subscription_external_id AS name,
       argMax(attributes['subscription_set_external_id'], (origin_seq, origin_row)) AS set
     FROM invoices
     WHERE ${currentCondition('invoices', where)}
     GROUP BY name`,
    { seq: read.seq },
  );
  return new Map(rows.map((row) => [row.name, row.set]));
}

export const setKey = (source: string, customer: string, subscription: string): string =>
  `${source}\u0000${customer}\u0000${subscription}`;

/** The UUID of an activity says whose it is, so that it can be found again. */
export const activityId = (activity: Activity): string => bareId(activity.customerHash, 'activity', activity.id);

const text = (value: string): string | null => (value === '' ? null : value);

/** One entry of /activities. */
export function describeActivity(call: Call, activity: Activity, sets: ReadonlyMap<string, string>) {
  const { source, customerExternalId: customer, subscriptionExternalId: subscription } = activity;
  return {
    uuid: activityId(activity),
    ...movement(call, activity),
    'customer-name': activity.customerName,
    'customer-uuid': customerId(source, customer),
    'customer-external-id': customer,
    'subscription-external-id': text(subscription),
    'subscription-set-external-id': sets.get(setKey(source, customer, subscription)) ?? null,
    'plan-external-id': text(activity.planExternalId),
    'billing-connector-uuid': dataSourceId(call.account.id, source),
  };
}

/** What both kinds of activities say. */
export function movement(call: Call, activity: Activity) {
  return {
    date: zoned(Date.parse(activity.date), call.account.timeZone),
    type: activity.type,
    description: activity.description,
    'activity-mrr-movement': exactNumber(activity.movement),
    'activity-mrr': exactNumber(activity.mrr),
    'activity-arr': exactNumber(activity.arr),
    currency: activity.currency,
  };
}

/** A 64-bit hash as an integer that JavaScript clients read exactly. */
export const numberOfHash = (hash: string): number => Number(BigInt(hash) >> 12n) + 1;

/** One entry of a customer's /subscriptions. Its uuid is that of the subscription without prefix. */
export function describeSubscription(call: Call, each: CustomerSubscription, sets: ReadonlyMap<string, string>) {
  const customer = each.customerExternalId;
  return {
    id: numberOfHash(each.id),
    uuid: subscriptionId(each.source, customer, each.externalId).slice('sub_'.length),
    external_id: each.externalId,
    subscription_set_external_id: sets.get(setKey(each.source, customer, each.externalId)) ?? null,
    plan: each.planName || each.planExternalId,
    quantity: /^-?\d+$/.test(each.quantity) ? exactNumber(each.quantity) : Number(each.quantity),
    mrr: exactNumber(each.mrr),
    arr: exactNumber(each.arr),
    status: each.status,
    'billing-cycle': each.billingCycle?.unit ?? null,
    'billing-cycle-count': each.billingCycle?.count ?? null,
    'start-date': zoned(Date.parse(each.startDate), call.account.timeZone),
    'end-date': zoned(Date.parse(each.endDate), call.account.timeZone),
    currency: each.currency,
  };
}
