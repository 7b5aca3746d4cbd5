/**
 * Subscriptions that invoices created. Their cancellations stand on their lines (`cancelled_at`): stating one is a patch of a line, so
 * that the derivation has one place to look, and a subscription has at most as many cancellations as lines.
 */
import type { PatchPayload } from '../../../ledger/index.ts';
import { invoices } from '../../streams.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { customerRow } from '../customerRows.ts';
import { notFound, refused } from '../errors.ts';
import { Fields } from '../fields.ts';
import { customerId, dataSourceId, partsOf, placeOf, planId, subscriptionId } from '../ids.ts';
import type { LineRow } from '../invoiceRows.ts';
import { currentRecords } from '../ledgerReads.ts';
import { pageOf, pageRequest } from '../pages.ts';
import { fromLedger, milliseconds, parseTime } from '../times.ts';
import { patchEntry } from '../writes.ts';

export function subscriptionRoutes(route: Route, context: ApiContext): void {
  route('GET', '/import/customers/:uuid/subscriptions', 200, async (call) => {
    const row = await customerRow(context, call, call.params.uuid!);
    const lines = await linesOf(context, call, placeOf(row.source, row.external_id));
    const groups = [...Map.groupBy(lines, (line) => `${line.source}\u0000${line.subscription_external_id}`).values()];
    groups.sort((a, b) => (a[0]!.subscription_external_id < b[0]!.subscription_external_id ? -1 : 1));
    const request = pageRequest(call.query, 1);
    const rest = groups.filter(
      ([line]) => request.after === null || line!.subscription_external_id > request.after[0]!,
    );
    const start = request.page === null ? 0 : (request.page - 1) * request.perPage;
    const found = rest.slice(start, start + request.perPage + 1);
    const { rows, tail } = pageOf(request, found, ([line]) => [line!.subscription_external_id], groups.length);
    return {
      customer_uuid: call.params.uuid,
      subscriptions: rows.map((group) => describe(call, group)),
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
    const wanted = [...new Set([...(replacing ? dates : cancellations(lines)), ...(appended ? [appended] : [])])];
    await setCancellations(context, call, lines, wanted.sort());
    const after = await subscriptionLines(context, call, call.params.uuid!);
    return { ...describe(call, after), customer_uuid: customerId(after[0]!.source, after[0]!.customer_external_id) };
  });
}

/** Lines of subscriptions and trials of the customer, oldest statement first. */
async function linesOf(context: ApiContext, call: Call, place: string): Promise<LineRow[]> {
  return currentRecords<LineRow>(await context.read(call), 'invoices', {
    where: `customer_hash = ${place} AND type IN ('subscription', 'trial')`,
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

function cancellations(lines: readonly LineRow[]): string[] {
  const dates = lines.flatMap((line) => fromLedger(line.cancelled_at as string | null) ?? []);
  return [...new Set(dates)].sort();
}

/** One date on each of the last lines; what stood on the others is taken away. */
async function setCancellations(context: ApiContext, call: Call, lines: readonly LineRow[], dates: readonly string[]) {
  if (dates.length > lines.length) {
    throw refused(
      'cancellation_dates',
      `A subscription with ${lines.length} line items has at most ${lines.length} cancellation dates, not ${dates.length}`,
    );
  }
  const changes: PatchPayload['changes'] = [];
  const changed: LineRow[] = [];
  for (const [i, line] of lines.entries()) {
    const date = dates[i - (lines.length - dates.length)] ?? null;
    if (fromLedger(line.cancelled_at as string | null) === date) continue;
    changed.push(line);
    changes.push({
      match: { invoice_external_id: line.invoice_external_id, external_id: line.external_id },
      set: { cancelled_at: date },
    });
  }
  if (changes.length > 0) await context.state(call, patchEntry(invoices, lines[0]!.source, changes, changed));
}

function describe(call: Call, lines: readonly LineRow[]) {
  const last = lines.at(-1)!;
  const { source, customer_external_id: customer, subscription_external_id: name } = last;
  return {
    uuid: subscriptionId(source, customer, name),
    external_id: name,
    subscription_set_external_id: last.attributes.subscription_set_external_id ?? null,
    plan_uuid: last.plan_external_id === '' ? null : planId(source, last.plan_external_id),
    data_source_uuid: dataSourceId(call.account.id, source),
    cancellation_dates: cancellations(lines),
  };
}
