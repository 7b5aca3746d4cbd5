/** Plan groups. */
import type { Json } from '../../../journal/types.ts';
import type { StatedObject } from '../../stated/store.ts';
import { type ApiContext, type Call, changing, type Route } from '../context.ts';
import { ApiError, type FieldError, notFound, refused } from '../errors.ts';
import { Fields } from '../fields.ts';
import { newId } from '../ids.ts';
import { planPage } from '../planRows.ts';
import { statedPage } from './lists.ts';

const MISSING = () => notFound('Plan group');
export const GROUP_PLANS_MAX = 1_000;

export function planGroupRoutes(route: Route, context: ApiContext): void {
  const find = async (call: Call): Promise<StatedObject> => {
    const group = await context.stated.get(call.account.id, 'plan_group', call.params.uuid!);
    if (!group) throw MISSING();
    return group;
  };

  route('POST', '/plan_groups', 200, async (call) => {
    const fields = new Fields(call.body);
    const name = fields.text('name')?.trim() ?? '';
    const plans = fields.texts('plans');
    fields.check();
    refuseBlank({ name: name === '', plan_ids: plans.length === 0 });
    await checkPlans(context, call, plans);
    const created = await context.stated.create(call.account.id, call.actor, 'plan_group', newId('plg'), {
      name,
      plans: [...new Set(plans)],
    });
    return describe(created);
  });
  route('GET', '/plan_groups', 200, async (call) => {
    const { objects, tail } = await statedPage(context, call, 'plan_group', {}, true);
    return { plan_groups: objects.map(describe), ...tail };
  });
  route('GET', '/plan_groups/:uuid', 200, async (call) => describe(await find(call)));
  route('GET', '/plan_groups/:uuid/plans', 200, async (call) => {
    const group = await find(call);
    return planPage(context, call, group.body.plans as string[]);
  });
  route('PATCH', '/plan_groups/:uuid', 200, async (call) => {
    const fields = new Fields(call.body);
    const name = fields.has('name') ? (fields.text('name')?.trim() ?? '') : undefined;
    const plans = fields.has('plans') ? fields.texts('plans') : undefined;
    fields.check();
    refuseBlank({ name: name === '', plan_ids: plans?.length === 0 });
    if (plans) await checkPlans(context, call, plans);
    const changes: Record<string, Json> = {
      ...(name !== undefined && { name }),
      ...(plans && { plans: [...new Set(plans)] }),
    };
    return describe(
      await changing(
        context.stated.update(call.account.id, call.actor, 'plan_group', call.params.uuid!, changes),
        MISSING,
      ),
    );
  });
  route('DELETE', '/plan_groups/:uuid', 204, (call) =>
    changing(context.stated.remove(call.account.id, call.actor, 'plan_group', call.params.uuid!), MISSING),
  );
}

/** ChartMogul's own shape for blank fields, beside the common one. */
function refuseBlank(blank: { name: boolean; plan_ids: boolean }): void {
  const errors: FieldError[] = [
    ...(blank.name ? [{ param: 'name', code: 'blank', message: "Name can't be blank" }] : []),
    ...(blank.plan_ids ? [{ param: 'plan_ids', code: 'blank', message: "Plan ids can't be blank" }] : []),
  ];
  if (errors.length > 0) {
    throw new ApiError(422, errors[0]!.message, errors, Object.fromEntries(errors.map((e) => [e.param, [e.message]])));
  }
}

async function checkPlans(context: ApiContext, call: Call, plans: readonly string[]): Promise<void> {
  if (plans.length > GROUP_PLANS_MAX) throw refused('plans', `A plan group has at most ${GROUP_PLANS_MAX} plans`);
  for (const [i, id] of plans.entries()) {
    if (!(await context.references.plan(call, id))) throw refused(`plans[${i}]`, `Plan not found: ${id}`, 'not_found');
  }
}

function describe({ id, body }: StatedObject) {
  return { uuid: id, name: body.name ?? '', plans_count: (body.plans as string[]).length };
}
