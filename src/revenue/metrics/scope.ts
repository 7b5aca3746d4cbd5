/** What a report is about: which ledger, currency, days, customers and subscriptions, and by what it is told apart. */
import { type Day, knownTimeZone } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ReadContext, SqlParameters } from '../../ledger/index.ts';
import type { WeekStart } from '../buckets.ts';
import { postedSettings } from '../circumstances.ts';
import type { RevenueSettings } from '../rules/index.ts';
import type { Filter } from './filters.ts';
import { planIsMeant, planPart, reportedPlans } from './plans.ts';
import { changesTogether } from './together.ts';

export const PARTITIONS = [
  'country',
  'state',
  'city',
  'owner',
  'data_source',
  'currency',
  'mrr_band',
  'customer_status',
  'tag',
  'plan',
  'plan_group',
  'billing_interval',
] as const;
/** Of the above, those that tell apart subscriptions of one customer. */
export const SUBSCRIPTION_PARTITIONS: readonly string[] = ['plan', 'plan_group', 'billing_interval'];
/** Parts of one report. */
export const PARTS_MAX = 1_000;

export interface Scope {
  read: ReadContext;
  /** ISO 4217. */
  currency: string;
  /** Movements after this day are not counted. */
  until: Day;
  /** Days of records are those of this zone; those of movements are of the settings' zone. */
  timeZone: string;
  weekStart: WeekStart;
  /** By which the movements were derived. */
  settings: RevenueSettings;
  filter: Filter;
  partitionBy: string | null;
  /** Plans with whether they are meant and the part that each is in; null when subscriptions are not told apart. */
  plans: ReadonlyArray<{ hash: string; part: string; meant: boolean }> | null;
  /** Whether some customer has changes within one window of classification, which then count together; only asked where subscriptions are told apart. */
  changesTogether: boolean;
  /** Values bound to the SQL; filled as conditions are written. */
  parameters: SqlParameters;
}

/** Everything about a scope has a default but the currency. Errors: `invalid` for an unknown zone or partition. */
export async function scopeOf(
  read: ReadContext,
  given: {
    currency: string;
    until: Day;
    timeZone?: string | undefined;
    weekStart?: WeekStart | undefined;
    filter?: Filter | undefined;
    partitionBy?: string | null | undefined;
  },
): Promise<Scope> {
  const partitionBy = given.partitionBy === 'region' ? 'country' : (given.partitionBy ?? null);
  const filter = given.filter ?? [];
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
  const settings = await postedSettings(read);
  const timeZone = knownTimeZone(given.timeZone ?? settings.timeZone);
  const apart = tellsSubscriptionsApart(filter, partitionBy);
  return {
    read,
    currency,
    until: given.until,
    timeZone,
    weekStart: given.weekStart ?? settings.weekStartOn,
    settings,
    filter,
    partitionBy,
    changesTogether: apart && (await changesTogether(read, settings.classificationWindowMinutes)),
    plans: apart
      ? (await reportedPlans(read)).map((plan) => ({
          hash: plan.hash,
          part: planPart(plan, partitionBy),
          meant: planIsMeant(plan, filter),
        }))
      : null,
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
function tellsSubscriptionsApart(filter: Filter, partitionBy: string | null): boolean {
  return (
    filter.some((each) => each.level === 'subscription' && each.name !== 'currency') ||
    SUBSCRIPTION_PARTITIONS.includes(partitionBy ?? '')
  );
}

/** Whether what is billed in several currencies is seen in one: then the currency of a movement does not tell in what was billed. */
export const converts = (scope: Scope): boolean => scope.settings.currency === scope.currency;

export const bySubscription = (scope: Scope): boolean => scope.plans !== null;
