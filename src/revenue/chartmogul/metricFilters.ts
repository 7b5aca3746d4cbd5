/** Which customers and subscriptions a metric is of: `filters`, `geo` and `plans`. What names nothing is refused, not ignored. */
import { COUNTRIES } from '../../kernel/country.ts';
import type { ReadContext } from '../../ledger/index.ts';
import { type Filter, type FilterCondition, parseFilter } from '../metrics/index.ts';
import type { ApiContext, Call } from './context.ts';
import { badParameter } from './errors.ts';
import { currentRecords, inTexts } from './ledgerReads.ts';
import { reading } from './metricAnswers.ts';

const LIST_MAX = 1_000;

/** The filter of the query. Errors: 400 with the parameter and the part that is not understood. */
export async function filterOf(context: ApiContext, call: Call, read: ReadContext): Promise<Filter> {
  const text = await withoutPlanGroups(context, call, call.query.filters ?? '');
  const filter = eitherPlan(await reading((async () => parseFilter(text))()));
  const countries = listParameter(call, 'geo').map((code) => code.toUpperCase());
  const unknown = countries.find((code) => !COUNTRIES.has(code));
  if (unknown !== undefined) throw badParameter('geo', `geo: "${unknown}" is no country of ISO 3166-1 alpha-2`);
  if (countries.length > 0) {
    filter.push({ name: 'country', level: 'customer', kind: 'text', operator: 'ANY', values: countries });
  }
  const plans = listParameter(call, 'plans');
  if (plans.length > 0) {
    const values = await planKeys(context, call, read, plans);
    filter.push({ name: 'plan', level: 'subscription', kind: 'text', operator: 'ANY', values });
  }
  return filter;
}

const PLAN_GROUPS = /(^|~AND~)plan_group~(ANY|NONE|EQ|NOT_EQ)~((?:'(?:[^']|'')*'\s*,?\s*)+)/g;
const LISTS: Record<string, string> = { EQ: 'ANY', NOT_EQ: 'NONE' };

/** Writes `plan_group~ANY~'Gold'` (name or UUID) as the plans of the group. */
async function withoutPlanGroups(context: ApiContext, call: Call, text: string): Promise<string> {
  if (!text.includes('plan_group~')) return text;
  const groups = await context.stated.list(call.account.id, 'plan_group', { limit: 100_000 });
  const plansOf = async (name: string): Promise<string[]> => {
    const group = groups.find(({ id, body }) => body.name === name || id === name);
    if (!group) throw badParameter('filters', `filters: there is no plan group "${name.slice(0, 100)}"`, 'not_found');
    const plans = group.body.plans as string[];
    // A plan that was deleted keeps its UUID here, which is no plan's key: it selects nothing.
    return Promise.all(plans.map(async (id) => (await context.references.plan(call, id))?.externalId ?? id));
  };
  const written: string[] = [];
  for (const [, , operator, names] of text.matchAll(PLAN_GROUPS)) {
    const quoted = names!.match(/'(?:[^']|'')*'/g) ?? [];
    const lists = await Promise.all(quoted.map((name) => plansOf(name.slice(1, -1).replaceAll("''", "'"))));
    const keys = lists.flat().map((key) => `'${key.replaceAll("'", "''")}'`);
    written.push(`plan~${LISTS[operator!] ?? operator}~${keys.join(',')}`);
  }
  return text.replace(PLAN_GROUPS, (_match, before: string) => `${before}${written.shift()}`);
}

/** Conditions on plans hold when one of them does. */
function eitherPlan(filter: Filter): FilterCondition[] {
  const wants = ({ name, operator }: FilterCondition) => name === 'plan' && (operator === 'ANY' || operator === 'EQ');
  const plans = filter.filter(wants);
  if (plans.length < 2) return [...filter];
  const values = [...new Set(plans.flatMap((each) => each.values))];
  return [...filter.filter((each) => !wants(each)), { ...plans[0]!, operator: 'ANY', values }];
}

/** Keys or names of plans, each of which there is. */
async function planKeys(context: ApiContext, call: Call, read: ReadContext, plans: readonly string[]) {
  const wanted = await Promise.all(
    plans.map(
      async (text) => (text.startsWith('pl_') && (await context.references.plan(call, text))?.externalId) || text,
    ),
  );
  const known = await currentRecords<{ external_id: string; name: string }>(read, 'plans', {
    columns: 'external_id, name',
    where: `external_id IN (${inTexts(wanted)}) OR name IN (${inTexts(wanted)})`,
  });
  for (const text of wanted) {
    if (!known.some((plan) => plan.external_id === text || plan.name === text)) {
      throw badParameter('plans', `plans: there is no plan "${text.slice(0, 100)}"`, 'not_found');
    }
  }
  return [...new Set(wanted)];
}

function listParameter(call: Call, name: string): string[] {
  const list = (call.query[name] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (list.length > LIST_MAX) throw badParameter(name, `${name} takes at most ${LIST_MAX} values`);
  return list;
}
