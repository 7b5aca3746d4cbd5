/** Cancellations that stand in no line: records of their own, stated for a subscription or following from subscription events. */
import type { ReadContext } from '../../ledger/index.ts';
import { subscriptionCancellations } from '../customerStreams.ts';
import type { Fields as StatedFields } from '../stated/apply.ts';
import type { StatedObject } from '../stated/store.ts';
import type { ApiContext, Call } from './context.ts';
import { currentRecords } from './ledgerReads.ts';
import { fromLedger } from './times.ts';
import type { CombinedPayload } from './voiding.ts';
import { postEntry } from './writes.ts';

/** Instants by subscription of one customer, ascending. */
export async function cancellationsOf(
  read: ReadContext,
  { source, customer }: { source: string; customer: string },
): Promise<Map<string, string[]>> {
  const rows = await currentRecords<{ subscription_external_id: string; cancelled_at: string }>(
    read,
    'subscription_cancellations',
    {
      where: 'source = {source:String} AND customer_external_id = {customer:String}',
      parameters: { source, customer },
      orderBy: 'subscription_external_id, cancelled_at',
    },
  );
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const dates = found.get(row.subscription_external_id) ?? [];
    found.set(row.subscription_external_id, [...dates, fromLedger(row.cancelled_at)!]);
  }
  return found;
}

type Event = Pick<StatedObject, 'id' | 'createdSeq' | 'body'>;
const EVENTS_MAX = 10_000;

/**
 * The records that an event's change adds and takes away; undefined when it is none of cancellations. A cancellation counts unless its
 * event is disabled, or retracted by another that is not disabled itself.
 */
export async function cancellationChange(
  context: ApiContext,
  call: Call,
  before: StatedObject | null,
  after: StatedFields | null,
): Promise<CombinedPayload | undefined> {
  const bodies = [before?.body, after].filter((body): body is StatedFields => body !== undefined && body !== null);
  if (
    !bodies.some(({ event_type: type }) => type === 'subscription_cancelled' || type === 'subscription_event_retracted')
  ) {
    return undefined;
  }
  const source = await context.sources.find(call, String(bodies[0]!.data_source_uuid));
  if (!source) return undefined;
  const subscriptions = Map.groupBy(bodies, keyOf);
  const rows: CancellationRow[] = [];
  const gone: CancellationRow[] = [];
  for (const [same] of subscriptions.values()) {
    const where = {
      data_source_uuid: source.id,
      customer_external_id: String(same!.customer_external_id),
      subscription_external_id: String(same!.subscription_external_id),
    };
    const events: Event[] = await context.stated.list(call.account.id, 'subscription_event', {
      where,
      limit: EVENTS_MAX,
    });
    const others = events.filter(({ id }) => id !== before?.id);
    const changed: Event = { id: before?.id ?? '', createdSeq: before?.createdSeq ?? -1, body: after ?? {} };
    const then = counted(others, after !== null && keyOf(after) === keyOf(same!) ? changed : null);
    const now = counted(events, null);
    const stated = (at: string, row: CancellationRow) => now.get(at)?.scheduled_at === row.scheduled_at;
    rows.push(...[...then].filter(([at, row]) => !stated(at, row)).map(([, row]) => row));
    gone.push(...[...now].filter(([at]) => !then.has(at)).map(([, row]) => row));
  }
  if (rows.length === 0 && gone.length === 0) return undefined;
  const payload = postEntry(subscriptionCancellations, source.name, rows).payload as unknown as CombinedPayload;
  if (gone.length > 0) {
    payload.voids = [{ stream: 'subscription_cancellations', matches: keysOfRecords(gone) }];
  }
  return payload;
}

const keyOf = (body: StatedFields): string =>
  JSON.stringify([body.customer_external_id ?? '', body.subscription_external_id ?? '']);

type CancellationRow = {
  customer_external_id: string;
  subscription_external_id: string;
  cancelled_at: string;
  scheduled_at: string;
};

/** Cancellations by their instant. */
function counted(events: readonly Event[], changed: Event | null): Map<string, CancellationRow> {
  const live = [...events, ...(changed ? [changed] : [])].filter(({ body }) => body.disabled !== true);
  const retracted = new Set(
    live
      .filter(({ body }) => body.event_type === 'subscription_event_retracted')
      .map(({ body }) => String(body.retracted_event_id ?? '')),
  );
  const rows = live
    .filter(({ body }) => body.event_type === 'subscription_cancelled')
    .filter(
      ({ body, createdSeq }) => !retracted.has(String(body.external_id ?? '-')) && !retracted.has(String(createdSeq)),
    )
    .map(({ body }) => ({
      customer_external_id: String(body.customer_external_id),
      subscription_external_id: String(body.subscription_external_id),
      cancelled_at: String(body.effective_date),
      scheduled_at: String(body.event_date),
    }));
  return new Map(rows.map((row) => [row.cancelled_at, row]));
}

/** What a void must match, in the notation of the ledger. */
function keysOfRecords(rows: readonly CancellationRow[]): Array<Record<string, string>> {
  return rows.map(({ customer_external_id, subscription_external_id, cancelled_at }) => ({
    customer_external_id,
    subscription_external_id,
    cancelled_at: cancelled_at.replace('T', ' ').replace('Z', ''),
  }));
}
