/** Which entries make movements otherwise, and which customers each of them touches. */
import type { Entry, Json } from '../journal/types.ts';
import { DELETE_KIND, POST_KIND, type PostContext } from '../ledger/index.ts';
import { partOfStream, statedStreams, voidedStreams } from './chartmogul/voiding.ts';
import { type Circumstances, statesRates, statesSettings } from './circumstances.ts';
import { concernedBy } from './concerned.ts';
import { CONNECTED } from './linkedSql.ts';

/** Streams whose records the entry states or voids. */
export function streamsOf(entry: Entry): string[] {
  return [...new Set([...statedStreams(entry), ...voidedStreams(entry)])];
}

/** Streams of which every row names customers whose movements it may change. */
const BY_CUSTOMER = ['invoices', 'subscription_cancellations', 'customer_merges', 'subscription_connections'];

/** Whether the entry can make movements otherwise. */
export function changesMovements(entry: Entry, circumstances: Circumstances): boolean {
  if (statesSettings(entry)) return circumstances.settingsMatter(entry.seq);
  if (statesRates(entry)) return circumstances.settings(entry.seq).currency !== null;
  return streamsOf(entry).some(
    (stream) =>
      stream === 'plans' ||
      BY_CUSTOMER.includes(stream) ||
      (stream === 'transactions' && circumstances.needTransactions(entry.seq)),
  );
}

/** Entries that touch customers whom their rows do not name: they are derived alone. */
export function touchesOthers(entry: Entry): boolean {
  return statesSettings(entry) || statesRates(entry) || streamsOf(entry).includes('plans');
}

/** Rows and keys that an entry names, where it touches no other customers than theirs; infinite where that is not so. */
export function rowsNamed(entry: Entry): number {
  if (touchesOthers(entry) || voidedStreams(entry).length > 0) return Number.POSITIVE_INFINITY;
  if (entry.kind !== POST_KIND && entry.kind !== DELETE_KIND) return Number.POSITIVE_INFINITY;
  return streamsOf(entry)
    .filter((stream) => BY_CUSTOMER.includes(stream) || stream === 'transactions')
    .reduce((sum, stream) => {
      const { rows = [], keys = [] } = partOfStream(entry, stream).payload as { rows?: Json[]; keys?: Json[] };
      return sum + rows.length + keys.length;
    }, 0);
}

/**
 * SQL of the hashes of the customers whom entries (ascending) touch: those whose rows they state or reverse, who are on a plan that they change,
 * whose currency they give another rate, whom their settings may concern. `among` is a condition over `customer_hash`. Null: everyone.
 */
export async function touchedBy(
  context: PostContext,
  entries: readonly Entry[],
  circumstances: Circumstances,
  among = '1',
): Promise<string | null> {
  const [first, last] = [entries[0]!.seq, entries.at(-1)!.seq];
  if (entries.some(statesSettings)) {
    return first === last
      ? concernedBy(circumstances.settings(first - 1), circumstances.settings(last), last, among)
      : null;
  }
  const within = first === last ? `seq = ${first}` : `seq BETWEEN ${first} AND ${last}`;
  const streams = new Set(entries.flatMap(streamsOf));
  const parts: string[] = [];
  const named = (table: string, hash: string) =>
    parts.push(
      `SELECT customer_hash FROM (SELECT ${hash} AS customer_hash FROM ${table} WHERE ${within}) WHERE ${among}`,
    );
  if (streams.has('invoices')) parts.push(`SELECT customer_hash FROM invoices WHERE ${among} AND ${within}`);
  if (streams.has('plans')) {
    parts.push(
      `SELECT customer_hash
       FROM invoices
       WHERE ${among}
         AND seq <= ${last}
         AND (source, plan_external_id) IN (SELECT source, external_id FROM plans WHERE ${within})`,
    );
  }
  if (streams.has('transactions') && circumstances.needTransactions(last)) {
    parts.push(
      `SELECT customer_hash
       FROM invoices
       WHERE ${among}
         AND seq <= ${last}
         AND (source, invoice_external_id) IN (SELECT source, invoice_external_id FROM transactions WHERE ${within})`,
    );
  }
  const own = 'cityHash64(source, customer_external_id)';
  if (streams.has('subscription_cancellations')) named('subscription_cancellations', own);
  if (streams.has('customer_merges')) {
    named('customer_merges', `arrayJoin([${own}, cityHash64(into_source, into_external_id)])`);
  }
  if (streams.has('subscription_connections')) named('subscription_connections', `arrayJoin([${own}, ${CONNECTED}])`);
  if (entries.some(statesRates)) parts.push(await touchedByRates(context, entries.at(-1)!, circumstances, among));
  // An entry that states nothing of these kinds touches nobody.
  return parts.length === 0 ? 'SELECT customer_hash FROM invoices WHERE 0' : parts.join('\nUNION ALL\n');
}

/** Customers with something in another currency on or after the first day that has another rate. */
async function touchedByRates(
  { engines, accountId }: PostContext,
  entry: Entry,
  circumstances: Circumstances,
  among: string,
): Promise<string> {
  const { rows } = await engines.pg.query<{ day: string | null }>(
    `SELECT to_char(min(date), 'YYYY-MM-DD') AS day FROM exchange_rates WHERE account_id = $1 AND seq = $2`,
    [accountId, entry.seq],
  );
  const day = rows[0]?.day;
  if (day === null || day === undefined) return 'SELECT customer_hash FROM invoices WHERE 0';
  const settings = circumstances.settings(entry.seq);
  const lasting =
    settings.fxDate === 'period_end' ||
    settings.churnRecognition === 'end_of_service_period' ||
    settings.refundHandling !== 'cash_flow_only' ||
    [settings, ...Object.values(settings.sources)].some(({ autoChurnDays }) => autoChurnDays);
  const from = `toDateTime64('${day} 00:00:00', 3, 'UTC')`;
  // With these settings something may happen to a line long after its start: everyone in another currency is looked at.
  const since = lasting
    ? '1'
    : `(service_period_start >= ${from} OR cancelled_at >= ${from} OR date >= ${from}
        OR customer_hash IN (SELECT cityHash64(source, customer_external_id) FROM subscription_cancellations WHERE cancelled_at >= ${from}))`;
  return `SELECT customer_hash
     FROM invoices
     WHERE ${among} AND seq <= ${entry.seq} AND currency != '${settings.currency}' AND ${since}`;
}
