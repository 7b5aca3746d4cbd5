/** What a dry run tells of activities beside their rows: how many would be held back, and why. Nothing is stated or posted. */
import type { HeldForecast } from '../ledger/dryRun.ts';
import type { ReadContext } from '../ledger/types.ts';
import { entityParameters, entityRules, knownEntities, reasonsOf } from './knownEntities.ts';
import { type DescriptorRow, descriptorOf } from './matching/descriptor.ts';
import { refinementBy } from './matching/refine.ts';
import { matchingState } from './matching/state.ts';
import { read } from './sql.ts';
import { HOLD_WORDS } from './tables.ts';

/** Activities that are named for a reason. */
const EXAMPLES_MAX = 3;
/**
 * Rows of `table` (columns as those of `activities`) that decisions in force would hold back. A row is held when one of its years is; the
 * reason is that of the first. Rows for a calculation method are only counted (`notTold`): what they need is seen when they are calculated.
 * Nor is foreseen what hangs on the row's own number or day: an exchange rate that is missing, a line that is too large.
 */
export async function heldForecast(context: ReadContext, table: string): Promise<HeldForecast> {
  const state = await matchingState(context, context.seq);
  const { facts } = refinementBy(state.choices.further);
  const known = await knownEntities(context, context.seq);
  const rules = entityRules(known);
  const entity = rules.length === 0 ? "''" : `multiIf(${reasonsOf(rules)}'')`;
  const rows = await read<
    DescriptorRow & { method: number; by_entity: string; first_year: number; last_year: number; rows: string }
  >(
    context,
    `
    SELECT activity, unit, currency, country, region, category, method != '' AS method, quantity IS NOT NULL AS has_quantity,
      amount IS NOT NULL AS has_amount, ${facts} AS facts, '' AS calculation, 0 AS component, '' AS problem, 0 AS calculation_flags,
      ${entity} AS by_entity,
      toYear(start_date) AS first_year, toYear(coalesce(end_date, start_date)) AS last_year, count() AS rows
    FROM ${table} AS a
    GROUP BY ALL
    ORDER BY rows DESC, activity, unit, country`,
    { seq: context.seq, ...(known.names.length > 0 && entityParameters(known)) },
  );
  const found = new Map<string, { rows: number; examples: Set<string> }>();
  let notTold = 0;
  for (const row of rows) {
    if (Number(row.method) === 1 && row.by_entity === '') {
      notTold += Number(row.rows);
      continue;
    }
    const reason = row.by_entity === '' ? reasonOf(row) : row.by_entity;
    if (reason === undefined) continue;
    const group = found.get(reason) ?? { rows: 0, examples: new Set() };
    found.set(reason, group);
    group.rows += Number(row.rows);
    if (group.examples.size < EXAMPLES_MAX) group.examples.add(row.activity);
  }
  const reasons = [...found].map(([reason, group]) => ({
    reason,
    words: HOLD_WORDS[reason] ?? reason,
    rows: group.rows,
    examples: [...group.examples],
  }));
  reasons.sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1));
  return { rows: reasons.reduce((sum, each) => sum + each.rows, 0), reasons, notTold };

  function reasonOf(row: DescriptorRow & { first_year: number; last_year: number }): string | undefined {
    for (let year = Number(row.first_year); year <= Number(row.last_year); year += 1) {
      const decision = state.decide(descriptorOf(row), year);
      if ('held' in decision) return decision.held;
    }
    return undefined;
  }
}
