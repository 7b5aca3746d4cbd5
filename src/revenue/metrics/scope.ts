/** What a report is about: which ledger, currency, days, customers and subscriptions, and by what it is told apart. */
import { type Day, knownTimeZone } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ReadContext, SqlParameters } from '../../ledger/index.ts';
import type { WeekStart } from '../buckets.ts';
import type { Filter } from './filters.ts';

export const PARTITIONS = [
  'country',
  'state',
  'city',
  'owner',
  'data_source',
  'mrr_band',
  'plan',
  'billing_interval',
] as const;
/** Of the above, those that tell apart subscriptions of one customer. */
export const SUBSCRIPTION_PARTITIONS: readonly string[] = ['plan', 'billing_interval'];
/** Parts of one report. */
export const PARTS_MAX = 1_000;

export interface Scope {
  read: ReadContext;
  /** ISO 4217. */
  currency: string;
  /** Movements after this day are not counted. */
  until: Day;
  timeZone: string;
  weekStart: WeekStart;
  filter: Filter;
  partitionBy: string | null;
  /** Values bound to the SQL; filled as conditions are written. */
  parameters: SqlParameters;
}

/** Everything about a scope has a default but the currency. Errors: `invalid` for an unknown zone or partition. */
export function scopeOf(
  read: ReadContext,
  given: {
    currency: string;
    until: Day;
    timeZone?: string | undefined;
    weekStart?: WeekStart | undefined;
    filter?: Filter | undefined;
    partitionBy?: string | null | undefined;
  },
): Scope {
  const partitionBy = given.partitionBy ?? null;
  if (partitionBy !== null && !isPartition(partitionBy)) {
    throw new FootingError('invalid', `Nothing can be told apart by "${shown(partitionBy)}"`, {
      problems: [
        {
          field: 'partition_by',
          value: shown(partitionBy),
          reason: `It is one of ${PARTITIONS.join(', ')} or custom.<name>.`,
        },
      ],
    });
  }
  const currency = given.currency.toUpperCase();
  const timeZone = knownTimeZone(given.timeZone ?? 'UTC');
  return {
    read,
    currency,
    until: given.until,
    timeZone,
    weekStart: given.weekStart ?? 'monday',
    filter: given.filter ?? [],
    partitionBy,
    parameters: { seq: read.seq, currency, until: given.until, zone: timeZone },
  };
}

function isPartition(name: string): boolean {
  return (PARTITIONS as readonly string[]).includes(name) || /^custom\..+$/.test(name);
}

/** Binds a value and gives its place in the SQL. */
export function bound(scope: Scope, value: unknown, type: string): string {
  const name = `v${Object.keys(scope.parameters).length}`;
  scope.parameters[name] = value;
  return `{${name}:${type}}`;
}

/** The calendar day of an instant in the scope's time zone. */
export const dayOf = (scope: Scope, instant: string): string =>
  scope.timeZone === 'UTC' ? `toDate32(${instant})` : `toDate32(${instant}, {zone:String})`;

/** Whether the filter or the partition look into customers: some of their subscriptions count and others do not. */
export const bySubscription = (scope: Scope): boolean =>
  scope.filter.some((each) => each.level === 'subscription' && each.name !== 'currency') ||
  SUBSCRIPTION_PARTITIONS.includes(scope.partitionBy ?? '');
