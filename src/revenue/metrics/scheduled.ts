/**
 * What subscription events announce: starts, changes and cancellations that are dated after `until` and are in no line yet. They are in
 * committed MRR alone (M10).
 *
 * The rules decide what they come to: each subscription is derived with its lines, and once more with the events among them as lines and
 * cancellations; the difference is theirs. So a line that is dated later than an event takes its place.
 */
import { addDays, type Day, dayOfInstant, startOfDay } from '../../kernel/dates.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import { rateTable } from '../../rates/index.ts';
import { dataSourceId } from '../chartmogul/ids.ts';
import { keyOf, oracleBook, type PlanRow, type StatedRow } from '../rules/index.ts';
import { type ObjectAsOf, statedAsOf } from '../stated/asOf.ts';
import { customerCondition, planCondition } from './conditions.ts';
import { current } from './current.ts';
import type { Range } from './flows.ts';
import { bound, type Scope } from './scope.ts';
import { customerLabel, planLabel } from './source.ts';

const CANCELS = 'subscription_cancellation_scheduled';
/** What takes back which announcement of the same subscription, where it names no event. */
const TAKEN_BACK_BY: Readonly<Record<string, string>> = {
  subscription_start_scheduled: 'scheduled_subscription_start_retracted',
  subscription_update_scheduled: 'scheduled_subscription_update_retracted',
  subscription_cancellation_scheduled: 'scheduled_subscription_cancellation_retracted',
};
/** A line of an event has a period; how long it is matters to nothing, as nothing renews it. */
const PERIOD_DAYS = 1;

interface Announced {
  source: string;
  customer: string;
  subscription: string;
  row: StatedRow;
}

/** Cents by part and bucket that events add to committed MRR. Nothing where no bucket ends after `until`. */
export async function announced(scope: Scope, range: Range): Promise<Map<string, bigint[]>> {
  const { read, settings, until, currency } = scope;
  if (range.to <= until) return new Map();
  const events = await announcements(scope, range.to);
  if (events.length === 0) return new Map();
  const [lines, plans] = await Promise.all([linesOf(read, events), plansOf(read)]);
  const currencies = [...new Set([...lines, ...events.map(({ row }) => row)].map((row) => row.currency))];
  const table =
    settings.currency === null
      ? null
      : await rateTable(read.engines.pg, read.accountId, read.seq, [settings.currency, ...currencies]);
  const facts =
    table === null ? {} : { rate: (from: string, to: string, day: string) => table.rate(from, to, day)?.rate ?? null };
  const stepsOf = (rows: readonly StatedRow[]) => oracleBook(rows, plans, settings, facts).steps;
  const before = stepsOf(lines);
  const after = stepsOf([...lines, ...events.map(({ row }) => row)]);
  const changes = new Map<string, { who: string[]; cents: bigint[] }>();
  for (const [sign, steps] of [
    [-1n, before],
    [1n, after],
  ] as const) {
    const ofSubscription = Map.groupBy(
      steps.filter((step) => step.currency === currency),
      (step) => keyOf(step.source, step.customer, step.subscription),
    );
    for (const each of ofSubscription.values()) {
      for (const [i, { to }] of range.buckets.entries()) {
        if (to <= until) continue;
        const end = startOfDay(addDays(to, 1), scope.timeZone);
        const last = each.filter(({ instant }) => instant < end).at(-1);
        if (last === undefined || last.after === 0n) continue;
        const who = [last.source, last.customer, last.plan];
        const known = changes.get(keyOf(...who)) ?? { who, cents: range.buckets.map(() => 0n) };
        known.cents[i]! += sign * last.after;
        changes.set(keyOf(...who), known);
      }
    }
  }
  return byPart(scope, [...changes.values()], range.buckets.length);
}

/** Events that stand: not disabled, not taken back, after `until` and up to `to`, as the rows that they would be billed by. */
async function announcements({ read, until, timeZone }: Scope, to: Day): Promise<Announced[]> {
  const stated = await statedAsOf(read.engines.pg, read.accountId, 'subscription_event', read.seq);
  const events = stated.filter(({ fields }) => fields.disabled !== true);
  const retractions = events.filter(({ fields }) => String(fields.event_type).endsWith('_retracted'));
  const pending = events.filter((event) => {
    if (TAKEN_BACK_BY[String(event.fields.event_type)] === undefined) return false;
    const day = dayOfInstant(Date.parse(String(event.fields.effective_date)), timeZone);
    return day > until && day <= to && !retractions.some((retraction) => takesBack(retraction, event));
  });
  if (pending.length === 0) return [];
  const nameOf = await sourceNames(read);
  return pending.flatMap((event) => {
    const source = nameOf.get(String(event.fields.data_source_uuid));
    return source === undefined ? [] : [announcedBy(event, source)];
  });
}

/** A retraction names its event, or stands for the announcements of its kind that its subscription had by then. */
function takesBack({ fields: retraction }: ObjectAsOf, { createdSeq, id, fields }: ObjectAsOf): boolean {
  if (retraction.data_source_uuid !== fields.data_source_uuid) return false;
  if (retraction.retracted_event_id) {
    return [String(createdSeq), id, fields.external_id].includes(String(retraction.retracted_event_id));
  }
  return (
    retraction.event_type === TAKEN_BACK_BY[String(fields.event_type)] &&
    retraction.customer_external_id === fields.customer_external_id &&
    retraction.subscription_external_id === fields.subscription_external_id &&
    String(retraction.event_date) >= String(fields.event_date)
  );
}

function announcedBy({ createdSeq, fields }: ObjectAsOf, source: string): Announced {
  const text = (name: string) => (fields[name] === undefined || fields[name] === null ? '' : String(fields[name]));
  const at = text('effective_date');
  const cancels = text('event_type') === CANCELS;
  const row: StatedRow = {
    source,
    customer_external_id: text('customer_external_id'),
    subscription_external_id: text('subscription_external_id'),
    // Before every invoice: one with a line of the same start takes its place (R8).
    invoice_external_id: '',
    external_id: `event ${createdSeq}`,
    date: text('event_date'),
    currency: text('currency'),
    type: cancels ? 'one_time' : 'subscription',
    amount_in_cents: cancels ? '0' : text('amount_in_cents') || '0',
    ...(cancels
      ? { cancelled_at: at }
      : {
          plan_external_id: text('plan_external_id'),
          tax_amount_in_cents: text('tax_amount_in_cents'),
          event_order: text('event_order'),
          service_period_start: at,
          service_period_end: new Date(Date.parse(at) + PERIOD_DAYS * 86_400_000).toISOString(),
        }),
  };
  return { source, customer: row.customer_external_id, subscription: row.subscription_external_id!, row };
}

async function sourceNames(read: ReadContext): Promise<Map<string, string>> {
  const [rows, stated] = await Promise.all([
    select<{ source: string }>(
      read.engines,
      read.database,
      `SELECT DISTINCT toString(source) AS source
       FROM (SELECT source FROM customers WHERE seq <= {seq:UInt64} UNION ALL SELECT source FROM invoices WHERE seq <= {seq:UInt64})`,
      { seq: read.seq },
    ),
    statedAsOf(read.engines.pg, read.accountId, 'data_source', read.seq),
  ]);
  const names = [...rows.map(({ source }) => source), ...stated.map(({ fields }) => String(fields.name))];
  return new Map(names.map((name) => [dataSourceId(read.accountId, name), name]));
}

/** Lines and cancellations of the subscriptions, as rows of the stream. */
async function linesOf(read: ReadContext, events: readonly Announced[]): Promise<StatedRow[]> {
  const named = [
    ...new Map(events.map((each) => [keyOf(each.source, each.customer, each.subscription), each])).values(),
  ];
  const list = (column: 'source' | 'customer' | 'subscription') => named.map((each) => each[column]);
  const values = {
    seq: read.seq,
    sources: list('source'),
    customers: list('customer'),
    subscriptions: list('subscription'),
  };
  const meant = `(toString(source), customer_external_id, subscription_external_id) IN (
    SELECT arrayJoin(arrayZip({sources:Array(String)}, {customers:Array(String)}, {subscriptions:Array(String)}))
  )`;
  const instant = (column: string) => `ifNull(formatDateTime(${column}, '%Y-%m-%dT%H:%i:%S.%fZ'), '')`;
  const [lines, cancellations] = await Promise.all([
    select<StatedRow>(
      read.engines,
      read.database,
      `SELECT
         toString(source) AS source, customer_external_id, invoice_external_id, external_id, toString(type) AS type,
         toString(currency) AS currency, subscription_external_id, toString(plan_external_id) AS plan_external_id,
         toString(amount_in_cents) AS amount_in_cents, ifNull(toString(tax_amount_in_cents), '') AS tax_amount_in_cents,
         if(ifNull(prorated, false), 'true', '') AS prorated, toString(proration_type) AS proration_type,
         ifNull(toString(event_order), '') AS event_order, ${instant('invoices.date')} AS date,
         ${instant('invoices.service_period_start')} AS service_period_start,
         ${instant('invoices.service_period_end')} AS service_period_end,
         ${instant('invoices.cancelled_at')} AS cancelled_at
       FROM invoices
       WHERE ${current('invoices', meant)} AND excluded = ''
       ORDER BY origin_seq, origin_row`,
      values,
    ),
    select<{ source: string; customer: string; subscription: string; at: string }>(
      read.engines,
      read.database,
      `SELECT
         toString(source) AS source, customer_external_id AS customer, subscription_external_id AS subscription, ${instant('cancelled_at')} AS at
       FROM subscription_cancellations
       WHERE ${current('subscription_cancellations', meant)}`,
      values,
    ),
  ]);
  return [
    ...lines,
    ...cancellations.map(({ source, customer, subscription, at }) => ({
      source,
      customer_external_id: customer,
      subscription_external_id: subscription,
      invoice_external_id: '',
      external_id: `cancelled ${at}`,
      date: at,
      currency: lines.find((line) => line.customer_external_id === customer)?.currency ?? '',
      type: 'one_time',
      amount_in_cents: '0',
      cancelled_at: at,
    })),
  ];
}

function plansOf(read: ReadContext): Promise<PlanRow[]> {
  return select<PlanRow>(
    read.engines,
    read.database,
    `SELECT toString(source) AS source, external_id, name, toString(interval_count) AS interval_count, toString(interval_unit) AS interval_unit
     FROM plans
     WHERE ${current('plans')}`,
    { seq: read.seq },
  );
}

/** The amounts of the customers and plans that the report is about, in its parts. */
async function byPart(
  given: Scope,
  changes: ReadonlyArray<{ who: string[]; cents: bigint[] }>,
  buckets: number,
): Promise<Map<string, bigint[]>> {
  const scope: Scope = { ...given, parameters: { ...given.parameters } };
  const column = (i: number) =>
    bound(
      scope,
      changes.map(({ who }) => who[i]!),
      'Array(String)',
    );
  const label = scope.plans === null ? null : planLabel(scope);
  const ofCustomer = customerLabel(scope);
  const rows = await select<{ part: string; place: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT ${label === null || label === `''` ? ofCustomer.label : label} AS part, toString(place) AS place
     FROM (
       SELECT
         row.1 AS source, row.2 AS customer_external_id, row.3 AS plan_external_id, row.4 AS place,
         cityHash64(source, customer_external_id) AS customer_hash, {currency:String} AS currency
       FROM (
         SELECT arrayJoin(arrayZip(${column(0)}, ${column(1)}, ${column(2)}, range(toUInt32(${changes.length})))) AS row
       )
     ) AS announced ${ofCustomer.join}
     WHERE ${customerCondition(scope)} AND ${planCondition(scope)}`,
    scope.parameters,
  );
  const parts = new Map<string, bigint[]>();
  for (const { part, place } of rows) {
    const sums = parts.get(part) ?? Array.from({ length: buckets }, () => 0n);
    for (const [i, cents] of changes[Number(place)]!.cents.entries()) sums[i]! += cents;
    parts.set(part, sums);
  }
  return parts;
}
