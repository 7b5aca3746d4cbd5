/** Subscriptions that invoices created. A cancellation stands on a line (`cancelled_at`) or is a record of its own; stated here, it is the latter. */
import { subscriptionCancellations } from '../../customerStreams.ts';
import { invoices } from '../../streams.ts';
import { cancellationsOf } from '../cancellations.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { customerRow, mergedMembers } from '../customerRows.ts';
import { notFound } from '../errors.ts';
import { Fields } from '../fields.ts';
import { customerId, dataSourceId, partsOf, planId, subscriptionId } from '../ids.ts';
import type { LineRow } from '../invoiceRows.ts';
import { currentRecords } from '../ledgerReads.ts';
import { pageOf, pageRequest } from '../pages.ts';
import { fromLedger, milliseconds, parseTime } from '../times.ts';
import type { CombinedPayload } from '../voiding.ts';
import { postEntry, valuesOf } from '../writes.ts';

export function subscriptionRoutes(route: Route, context: ApiContext): void {
  route('GET', '/import/customers/:uuid/subscriptions', 200, async (call) => {
    const row = await customerRow(context, call, call.params.uuid!);
    const read = await context.read(call);
    // Those of customers that were merged into it are its own.
    const owners = [
      { place: row.key_hash, source: row.source, externalId: row.external_id },
      ...((await mergedMembers(read, [row])).get(row.key_hash) ?? []),
    ];
    const lines = await linesOf(context, call, owners.map(({ place }) => place).join(', '));
    const groups = [...Map.groupBy(lines, idOf).entries()].sort(([a, [one]], [b, [other]]) =>
      before([one!.subscription_external_id, a], [other!.subscription_external_id, b]) ? -1 : 1,
    );
    const request = pageRequest(call.query, 2);
    const rest = groups.filter(
      ([id, [line]]) =>
        request.after === null || before(request.after as [string, string], [line!.subscription_external_id, id]),
    );
    const start = request.page === null ? 0 : (request.page - 1) * request.perPage;
    const found = rest.slice(start, start + request.perPage + 1);
    const { rows, tail } = pageOf(
      request,
      found,
      ([id, [line]]) => [line!.subscription_external_id, id],
      groups.length,
    );
    const own = new Map<string, string[]>();
    for (const { source, externalId: customer } of owners) {
      for (const [name, dates] of await cancellationsOf(read, { source, customer })) {
        own.set(subscriptionId(source, customer, name), dates);
      }
    }
    return {
      customer_uuid: call.params.uuid,
      subscriptions: rows.map(([id, group]) => describe(call, group, own.get(id) ?? [])),
      ...tail,
    };
  });

  route('PATCH', '/import/subscriptions/:uuid', 202, async (call) => {
    const fields = new Fields(call.body);
    const appended = fields.has('cancelled_at') ? fields.time('cancelled_at', { required: true }) : null;
    const replacing = fields.has('cancellation_dates');
    const dates = fields.texts('cancellation_dates').flatMap((text, i) => {
      const time = parseTime(text);
      if (time === null) fields.wrong(`cancellation_dates[${i}]`, `is no date or time: ${text}`);
      return time === null ? [] : [milliseconds(time)];
    });
    if (appended === null && !replacing) fields.required('cancelled_at');
    fields.check();
    const lines = await subscriptionLines(context, call, call.params.uuid!);
    const own = await ownCancellations(context, call, lines[0]!);
    const now = cancellations(lines, own);
    const wanted = new Set([...(replacing ? dates : now), ...(appended ? [appended] : [])]);
    await setCancellations(context, call, lines, own, wanted);
    const after = await subscriptionLines(context, call, call.params.uuid!);
    const described = describe(call, after, await ownCancellations(context, call, after[0]!));
    return { ...described, customer_uuid: customerId(after[0]!.source, after[0]!.customer_external_id) };
  });
}

const idOf = (line: LineRow) => subscriptionId(line.source, line.customer_external_id, line.subscription_external_id);

/** By external id, then by id. */
const before = (a: readonly [string, string], b: readonly [string, string]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** Lines of subscriptions and trials of the customers at these places, oldest statement first. */
async function linesOf(context: ApiContext, call: Call, places: string): Promise<LineRow[]> {
  return currentRecords<LineRow>(await context.read(call), 'invoices', {
    where: `customer_hash IN (${places}) AND type IN ('subscription', 'trial')`,
    // A line that does not count says nothing about a cancellation either: it comes first and is used last.
    orderBy: `excluded = '', service_period_start, origin_seq, origin_row`,
  });
}

/** `given`: the id, also without its prefix, as the metrics' subscriptions carry it. */
async function subscriptionLines(context: ApiContext, call: Call, given: string): Promise<LineRow[]> {
  const id = given.startsWith('sub_') ? given : `sub_${given}`;
  const parts = partsOf('sub', id);
  if (!parts) throw notFound('Subscription');
  const lines = (await linesOf(context, call, parts.place)).filter(
    (line) => subscriptionId(line.source, line.customer_external_id, line.subscription_external_id) === id,
  );
  if (lines.length === 0) throw notFound('Subscription');
  return lines;
}

async function ownCancellations(context: ApiContext, call: Call, line: LineRow): Promise<string[]> {
  const of = { source: line.source, customer: line.customer_external_id };
  const all = await cancellationsOf(await context.read(call), of);
  return all.get(line.subscription_external_id) ?? [];
}

function cancellations(lines: readonly LineRow[], own: readonly string[]): string[] {
  const dates = lines.flatMap((line) => fromLedger(line.cancelled_at as string | null) ?? []);
  return [...new Set([...dates, ...own])].sort();
}

/** What is no longer wanted is taken off lines and records, what is new is a record: all by one entry. */
async function setCancellations(
  context: ApiContext,
  call: Call,
  lines: readonly LineRow[],
  own: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<void> {
  const { source, customer_external_id, subscription_external_id } = lines[0]!;
  const key = { customer_external_id, subscription_external_id };
  const before = new Set(cancellations(lines, own));
  const added = [...wanted].filter((date) => !before.has(date));
  const cleared = lines.filter((line) => {
    const date = fromLedger(line.cancelled_at as string | null);
    return date !== null && !wanted.has(date);
  });
  const kept = own.filter((date) => wanted.has(date));
  const lost = kept.length < own.length;
  if (added.length === 0 && cleared.length === 0 && !lost) return;
  const rows = [...(lost ? kept : []), ...added].map((date) => ({ ...key, cancelled_at: date }));
  const entry = postEntry(subscriptionCancellations, source, rows);
  const payload = entry.payload as unknown as CombinedPayload;
  if (lost) payload.voids = [{ stream: 'subscription_cancellations', matches: [key] }];
  if (cleared.length > 0) {
    const restated = cleared.map((line) => ({ ...valuesOf(invoices, line), cancelled_at: null }));
    const { rows: lineRows } = postEntry(invoices, source, restated).payload as unknown as CombinedPayload;
    payload.with = [{ stream: 'invoices', rows: lineRows }];
  }
  await context.state(call, entry);
}

function describe(call: Call, lines: readonly LineRow[], own: readonly string[]) {
  const last = lines.at(-1)!;
  const { source, customer_external_id: customer, subscription_external_id: name } = last;
  return {
    uuid: subscriptionId(source, customer, name),
    external_id: name,
    subscription_set_external_id: last.attributes.subscription_set_external_id ?? null,
    plan_uuid: last.plan_external_id === '' ? null : planId(source, last.plan_external_id),
    data_source_uuid: dataSourceId(call.account.id, source),
    cancellation_dates: cancellations(lines, own),
  };
}
