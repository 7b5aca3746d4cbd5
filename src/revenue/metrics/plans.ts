/**
 * Plans as a report sees them: which of them a filter means, and into which part each falls. Plans are few, so both are decided here, and the
 * queries are told the outcome plan by plan.
 */
import { type ReadContext, select } from '../../ledger/index.ts';
import { planId } from '../chartmogul/ids.ts';
import { statedAsOf } from '../stated/asOf.ts';
import { current } from './current.ts';
import type { FilterCondition } from './filters.ts';

export interface ReportedPlan {
  /** cityHash64(source, external_id). */
  hash: string;
  externalId: string;
  name: string;
  /** "1 month" */
  interval: string;
  /** Names of its groups, in order. */
  groups: string[];
}

/** Plans and groups as of read.seq. */
export async function reportedPlans(read: ReadContext): Promise<ReportedPlan[]> {
  const [rows, groups] = await Promise.all([
    select<{ hash: string; source: string; external_id: string; name: string; billing_interval: string }>(
      read.engines,
      read.database,
      `SELECT toString(key_hash) AS hash, source, external_id, name, concat(toString(interval_count), ' ', interval_unit) AS billing_interval
       FROM plans
       WHERE ${current('plans')}
       ORDER BY source, external_id`,
      { seq: read.seq },
    ),
    statedAsOf(read.engines.pg, read.accountId, 'plan_group', read.seq),
  ]);
  const groupsOf = new Map<string, string[]>();
  for (const { fields } of groups) {
    for (const plan of fields.plans as string[]) {
      groupsOf.set(plan, [...(groupsOf.get(plan) ?? []), String(fields.name)].sort());
    }
  }
  return rows.map((row) => ({
    hash: row.hash,
    externalId: row.external_id,
    name: row.name,
    interval: row.billing_interval,
    groups: groupsOf.get(planId(row.source, row.external_id)) ?? [],
  }));
}

/** Whether a plan is meant. Conditions on plans (by key, name or group) combine with OR, as ChartMogul's do; intervals with AND. */
export function planIsMeant(plan: ReportedPlan, conditions: readonly FilterCondition[]): boolean {
  const of = (...names: string[]) => conditions.filter((each) => names.includes(each.name));
  const byPlan = of('plan', 'plan_group').map((each) =>
    fulfils(each, each.name === 'plan' ? [plan.externalId, plan.name] : plan.groups),
  );
  const byInterval = of('billing_interval').map((each) => fulfils(each, [plan.interval]));
  return (byPlan.length === 0 || byPlan.includes(true)) && !byInterval.includes(false);
}

/** A condition on any of several texts; a negative one holds when its opposite does not. */
function fulfils({ operator, values }: FilterCondition, texts: readonly string[]): boolean {
  const contains = (text: string) => text.toLowerCase().includes(values[0]!.toLowerCase());
  switch (operator) {
    case 'ANY':
    case 'EQ':
      return texts.some((text) => values.includes(text));
    case 'NONE':
    case 'NOT_EQ':
      return !texts.some((text) => values.includes(text));
    case 'CONTAINS':
      return texts.some(contains);
    case 'NOT_CONTAINS':
      return !texts.some(contains);
    case 'IS':
      return texts.every((text) => text === '');
    default:
      return texts.some((text) => text !== '');
  }
}

/** The part of a plan: its key, its interval, or its first group by name ('' without one). */
export function planPart(plan: ReportedPlan, partitionBy: string | null): string {
  if (partitionBy === 'plan') return plan.externalId;
  if (partitionBy === 'billing_interval') return plan.interval;
  if (partitionBy === 'plan_group') return plan.groups[0] ?? '';
  return '';
}
