/**
 * Whom a change of settings can concern at all: only they are derived anew. Whoever is left out has the same movements under both settings;
 * the tests change settings on random books and compare with books that had them from the beginning.
 */
import { LINKED_SQL } from './linkedSql.ts';
import { needsTransactions, type RevenueSettings } from './rules/index.ts';

/** Customers of whom a cancellation was stated apart from lines. */
const CANCELLED_APART =
  'SELECT cityHash64(source, customer_external_id) AS customer_hash FROM subscription_cancellations';

/**
 * Customers who have, or had, a cancellation, stated with a line or apart: those whom a choice about cancellations concerns. SQL of their
 * hashes; `among` is a condition over `customer_hash` that lines are looked at by.
 */
export const cancellingCustomers = (among: string): string => `
  SELECT customer_hash FROM invoices WHERE ${among} AND cancelled_at IS NOT NULL
  UNION ALL ${CANCELLED_APART}`;

/** Customers who were ever billed in another currency than `currency`. */
export const billedOtherwise = (currency: string, among: string): string =>
  `SELECT customer_hash FROM invoices WHERE ${among} AND currency != '${currency}'`;

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
 * R17: where no two instants at which something may happen are within the wider of two windows, every instant is a group of its own under
 * both. Looked at are more instants than count, and everyone whose cancellations are stated apart from lines.
 */
function changesNearEachOther(settings: readonly RevenueSettings[], seq: number, among: string): string {
  const window = Math.max(...settings.map(({ classificationWindowMinutes }) => classificationWindowMinutes)) * 60_000;
  const columns = [
    'service_period_start',
    'cancelled_at',
    ...(settings.some(endsWithPeriod) ? ['service_period_end'] : []),
  ];
  // NULLs are not gathered.
  const instants = columns.map((column) => `groupArray(toUnixTimestamp64Milli(${column}))`).join(', ');
  return `
  SELECT customer_hash
  FROM (
    SELECT customer_hash
    FROM invoices
    WHERE ${among} AND seq <= ${seq}
    GROUP BY customer_hash
    HAVING arrayExists(x -> x > 0 AND x <= ${window}, arrayDifference(arraySort(arrayConcat(${instants}))))
    SETTINGS optimize_aggregation_in_order = 1
  )
  UNION ALL ${CANCELLED_APART}`;
}
