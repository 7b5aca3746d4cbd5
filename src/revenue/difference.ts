/** What is posted compared with what the records amount to by SQL: to post the difference, or to prove that there is none. */
import { type PostContext, select } from '../ledger/index.ts';
import { leftToRules, sqlKnows } from './circumstances.ts';
import { DERIVED_COLUMNS, derivationSql, SIGNED_COLUMNS } from './derivation.ts';
import { LINKED_SQL } from './linkedSql.ts';
import { linkedCustomers } from './links.ts';
import type { RevenueSettings } from './rules/index.ts';
import { revenueSettingsAsOf } from './settings/index.ts';

/**
 * Lines derived in one query: bounds its memory to some 500 megabytes. The more lines at once the less is spent on planning, which takes
 * half a second of every query; to compare with what is posted takes memory as well.
 */
export const BUCKET_LINES_MAX = { fresh: 2_000_000, compared: 1_000_000 } as const;
/** Below so many lines, looking for renewals that can be left out costs more than it saves. */
export const SKIP_RENEWALS_LINES_MIN = 20_000;
/** Memory of one derivation; two run side by side, each on one thread. */
export const DERIVATION_SETTINGS =
  'SETTINGS join_use_nulls = 0, max_bytes_before_external_sort = 800000000, max_threads = 1';

export interface DifferenceScope {
  /** SQL condition over `customer_hash`. */
  customers: string;
  /** Records and postings of entries up to this one. */
  upTo: number;
  /** Of those that the derivation by SQL knows. */
  settings: RevenueSettings;
  /** Whether cancellations are stated apart from lines. */
  cancellations: boolean;
  skipRenewals: boolean;
  /** False when nothing can be posted yet. */
  present: boolean;
}

/**
 * SELECT of the derived columns (amounts not signed) and `net`: 1 for what should be posted and is not, -1 for what is posted and should
 * not be.
 */
export function differenceSql({ present, upTo, ...scope }: DifferenceScope): string {
  const content = DERIVED_COLUMNS.join(', ');
  const wanted = derivationSql({ ...scope, seq: upTo });
  if (!present) return `SELECT ${content}, 1 AS net FROM (${wanted})`;
  const unsigned = DERIVED_COLUMNS.map((column) =>
    SIGNED_COLUMNS.has(column) ? `${column} * sign AS ${column}` : column,
  ).join(', ');
  // view(): the columns are grouped by as columns, not as all that they are computed from, which takes seconds to plan.
  const posted = (table: string) =>
    `SELECT ${unsigned}, -sign AS weight FROM (SELECT * FROM ${table} WHERE ${scope.customers} AND seq <= ${upTo})`;
  return `SELECT ${content}, sum(weight) AS net
     FROM (
       SELECT ${content}, 1 AS weight FROM view(${wanted})
       UNION ALL ${posted('movements')}
       UNION ALL ${posted('steps')}
       UNION ALL ${posted('warnings')}
     )
     GROUP BY ${content}
     HAVING net != 0`;
}

/** Conditions that divide all customers into parts of about so many lines. */
export function buckets(lines: number, linesMax: number = BUCKET_LINES_MAX.compared): string[] {
  const count = Math.max(1, Math.ceil(lines / linesMax));
  const width = 2n ** 64n / BigInt(count);
  return Array.from({ length: count }, (_, i) => {
    const low = BigInt(i) * width;
    const high = i === count - 1 ? 2n ** 64n - 1n : low + width - 1n;
    return `customer_hash BETWEEN ${low} AND ${high}`;
  });
}

/**
 * How many movements and warnings, as of `seq`, are posted and should not be, or should be and are not, by the derivation in SQL of the
 * whole book. What few customers are touched by is posted by other means (incremental.ts): this is the proof of one by the other. Linked
 * customers, those whose currencies are converted, and books under settings that only the rules in TypeScript know have no second
 * derivation: they are not looked at.
 */
export async function unprovedPostings(context: PostContext, seq: number): Promise<number> {
  const { engines, database } = context;
  const settings = await revenueSettingsAsOf(engines.pg, context.accountId, seq);
  if (!sqlKnows(settings)) return 0;
  const { any, cancellations } = await linkedCustomers(context, seq);
  const [size] = await select<{ lines: string }>(
    engines,
    database,
    'SELECT count() AS lines FROM invoices WHERE seq <= {seq:UInt64}',
    { seq },
  );
  const lines = Number(size?.lines ?? 0);
  let unproved = 0;
  for (const bucket of buckets(lines)) {
    const others = leftToRules(settings, bucket);
    const unlinked = any ? ` AND customer_hash NOT IN (${LINKED_SQL})` : '';
    const customers = `(${bucket}${unlinked}${others === null ? '' : ` AND NOT ${others}`})`;
    const skipRenewals = lines > SKIP_RENEWALS_LINES_MIN;
    const scope = { customers, upTo: seq, settings, cancellations, skipRenewals, present: true };
    const [found] = await select<{ rows: string }>(
      engines,
      database,
      `SELECT count() AS rows FROM (${differenceSql(scope)}) ${DERIVATION_SETTINGS}`,
    );
    unproved += Number(found?.rows ?? 0);
  }
  return unproved;
}
