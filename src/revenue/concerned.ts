/**
 * Whom a change of settings can concern at all: only they are derived anew. Whoever is left out has the same movements under both settings;
 * the tests change settings on random books and compare with books that had them from the beginning.
 */
import { RENEWAL_CENTS_MAX } from './derivationLines.ts';
import { LINKED_SQL } from './linkedSql.ts';
import { needsTransactions, type RevenueSettings } from './rules/index.ts';

/** Where those whom one entry concerns are gathered while it is posted: no part of the ledger. */
export const CONCERNED_TABLE = 'concerned_customers';
/** And those whom SQL leaves to the rules in TypeScript. */
export const LEFT_TABLE = 'customers_left_to_rules';

/** Customers of whom a cancellation was stated apart from lines. */
const CANCELLED_APART =
  'SELECT cityHash64(source, customer_external_id) AS customer_hash FROM subscription_cancellations';

/**
 * Customers who have, or had, a cancellation, stated with a line or apart: those whom a choice about cancellations concerns. SQL of their
 * hashes; `among` is a condition over `customer_hash` that lines are looked at by.
 */
const cancellingCustomers = (among: string): string => `
  SELECT customer_hash FROM invoices WHERE ${among} AND cancelled_at IS NOT NULL
  UNION ALL ${CANCELLED_APART}`;

/** Customers who were ever billed in another currency than `currency`. */
export const billedOtherwise = (currency: string, among: string): string =>
  `SELECT customer_hash FROM invoices WHERE ${among} AND currency != '${currency}'`;

/** Customers who were ever billed in more than one currency. */
export const billedInSeveral = (among: string): string => `
  SELECT customer_hash
  FROM invoices
  WHERE ${among}
  GROUP BY customer_hash
  HAVING uniqExact(currency) > 1
  SETTINGS optimize_aggregation_in_order = 1`;

/**
 * SQL of the hashes of the customers whom the change may concern; null: everyone. Windows, cancellations and the account's currency concern
 * some only, as long as payments and churn without renewal have no say in MRR.
 */
export function concernedBy(
  before: RevenueSettings,
  after: RevenueSettings,
  seq: number,
  among: string,
): string | null {
  const both = [before, after];
  if (both.some((each) => needsTransactions(each) || churnsByItself(each))) return null;
  const changed = (Object.keys(after) as Array<keyof RevenueSettings>).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const parts = ['SELECT customer_hash FROM invoices WHERE 0'];
  for (const name of changed) {
    switch (name) {
      // Of reports alone.
      case 'weekStartOn':
      case 'ltvChurnWindow':
        break;
      case 'classificationWindowMinutes':
        parts.push(changesNearEachOther(both, seq, among));
        break;
      case 'churnWhenZeroMrr':
        // What rates do stands between the rows of a group.
        if (both.some((each) => each.currency !== null)) return null;
        parts.push(atZero(before.churnWhenZeroMrr, seq, among));
        break;
      case 'churnRecognition':
        // R27: when a cancellation was decided is stated apart from lines only.
        parts.push(both.some(endsWithPeriod) ? cancellingCustomers(among) : CANCELLED_APART);
        break;
      case 'currency':
      case 'fxDate': {
        const currency = before.currency ?? after.currency;
        if (before.currency !== null && after.currency !== null && before.currency !== after.currency) return null;
        if (currency !== null) parts.push(billedOtherwise(currency, among));
        break;
      }
      default:
        return null;
    }
  }
  return [...parts, LINKED_SQL].join('\nUNION ALL\n');
}

const endsWithPeriod = (settings: RevenueSettings): boolean => settings.churnRecognition === 'end_of_service_period';

/** R28. */
const churnsByItself = (settings: RevenueSettings): boolean =>
  [settings, ...Object.values(settings.sources)].some(({ autoChurnDays }) => (autoChurnDays ?? null) !== null);

/**
 * R20: customers who, by what is posted, fell to 0 or rose from it while subscribed; where that is churn already, everyone who churned or came
 * back, as movements do not tell who was still subscribed.
 */
const atZero = (churns: boolean, seq: number, among: string): string => `
  SELECT customer_hash
  FROM movements
  WHERE ${among}
    AND seq < ${seq}
    AND ${
      churns
        ? `type IN ('churn', 'reactivation')`
        : `((type = 'contraction' AND mrr_after = 0) OR (type = 'expansion' AND mrr_before = 0))`
    }`;

/**
 * R17: where no two instants at which something may happen are within the wider of two windows, every instant is a group of its own under
 * both. Looked at are more instants than count, and everyone whose cancellations are stated apart from lines. First by all instants, which is
 * quick and leaves a fifth of a book; of those by the instants without renewals, where these are no matter of rates or of the end of what was billed.
 */
function changesNearEachOther(settings: readonly RevenueSettings[], seq: number, among: string): string {
  const window = Math.max(...settings.map(({ classificationWindowMinutes }) => classificationWindowMinutes)) * 60_000;
  const instantOf = (column: string) => `toUnixTimestamp64Milli(${column})`;
  const near = (instants: string) =>
    `arrayExists(x -> x > 0 AND x <= ${window}, arrayDifference(arraySort(${instants})))`;
  const ends = settings.some(endsWithPeriod);
  const columns = ['service_period_start', 'cancelled_at', ...(ends ? ['service_period_end'] : [])];
  // NULLs are not gathered.
  const nearby = `
    SELECT customer_hash
    FROM invoices
    WHERE ${among} AND seq <= ${seq}
    GROUP BY customer_hash
    HAVING ${near(`arrayConcat(${columns.map((column) => `groupArray(${instantOf(column)})`).join(', ')})`)}
    SETTINGS optimize_aggregation_in_order = 1`;
  return `
  ${ends || settings.some(({ currency }) => currency !== null) ? nearby : stepsNearby(`customer_hash IN (${nearby})`, seq, near)}
  UNION ALL ${CANCELLED_APART}`;
}

/**
 * Of customers those with steps near each other. No step is a plain line that repeats its predecessor in the subscription (same plan, currency
 * and net amount) when both stand alone at their instants: see significantLines. A line that was reversed stands at its instant twice: neither it nor what repeats it
 * is left out.
 */
function stepsNearby(customers: string, seq: number, near: (instants: string) => string): string {
  const net = 'amount_in_cents - ifNull(tax_amount_in_cents, 0)';
  const shifted = (array: string, by: number, none: string) =>
    by < 0
      ? `arrayPopFront(arrayPushBack(${array}, ${none}))`
      : Array.from({ length: by }).reduce<string>((sum) => `arrayPopBack(arrayPushFront(${sum}, ${none}))`, array);
  const never = 'toInt64(-9000000000000000)';
  return `
  SELECT customer_hash
  FROM (
    SELECT
      customer_hash,
      arraySort(groupArrayArray(arrayConcat(
        if(
          isNull(service_period_start), [],
          [(
            cityHash64(subscription_external_id),
            toUnixTimestamp64Milli(assumeNotNull(service_period_start)),
            if(
              type = 'subscription' AND excluded = '' AND NOT ifNull(prorated, false) AND ifNull(service_period_end > service_period_start, false)
                AND ${net} BETWEEN 0 AND ${RENEWAL_CENTS_MAX},
              cityHash64(source, plan_external_id, currency, ${net}),
              toUInt64(0)
            )
          )]
        ),
        if(
          isNull(cancelled_at), [],
          [(cityHash64(subscription_external_id), toUnixTimestamp64Milli(assumeNotNull(cancelled_at)), toUInt64(0))]
        )
      ))) AS happenings
    FROM invoices
    WHERE ${customers} AND seq <= ${seq}
    GROUP BY customer_hash
    SETTINGS optimize_aggregation_in_order = 1
  )
  WHERE ${near(`arrayFilter(
    (at, s, f, s1, at1, f1, s2, at2, s_next, at_next) -> NOT (
      f != 0 AND f = f1 AND s = s1 AND at1 < at AND NOT (s2 = s AND at2 = at1) AND NOT (s_next = s AND at_next = at)
    ),
    happenings.2, happenings.1, happenings.3,
    ${shifted('happenings.1', 1, 'toUInt64(0)')}, ${shifted('happenings.2', 1, never)}, ${shifted('happenings.3', 1, 'toUInt64(0)')},
    ${shifted('happenings.1', 2, 'toUInt64(0)')}, ${shifted('happenings.2', 2, never)},
    ${shifted('happenings.1', -1, 'toUInt64(0)')}, ${shifted('happenings.2', -1, never)}
  )`)}`;
}
