/** Ping and account. */
import type { Json } from '../../../journal/types.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { ApiError, type FieldError } from '../errors.ts';
import { accountUuid } from '../ids.ts';

/** What ChartMogul's account settings are here until the account states others (an entry `revenue_settings.…`). */
const DEFAULTS: Record<string, Json> = {
  churn_recognition: 'immediate',
  churn_when_zero_mrr: false,
  auto_churn_subscription: false,
  refund_handling: 'ignore',
  proximate_movement_reclassification: true,
};

export function accountRoutes(route: Route, context: ApiContext): void {
  route('GET', '/ping', 200, async () => ({ data: 'pong!' }));
  route('GET', '/account', 200, async (call) => {
    const included = (call.query.include ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const unknown = included.filter((name) => DEFAULTS[name] === undefined);
    if (unknown.length > 0) {
      const errors: FieldError[] = unknown.map((name) => ({
        param: 'include',
        code: 'invalid',
        message: `Invalid include parameter: ${name}`,
      }));
      throw new ApiError(400, `Invalid include parameter: ${unknown.join(', ')}`, errors);
    }
    const stated = (await context.stated.get(call.account.id, 'revenue_settings', 'account'))?.body ?? {};
    return {
      ...describe(call),
      week_start_on: stated.week_start_on ?? 'monday',
      ...Object.fromEntries(included.map((name) => [name, stated[name] ?? DEFAULTS[name]])),
    };
  });
}

/** The day on which the account's weeks start. */
export async function weekStartOf(context: ApiContext, call: Call): Promise<'monday' | 'sunday'> {
  const stated = (await context.stated.get(call.account.id, 'revenue_settings', 'account'))?.body ?? {};
  return stated.week_start_on === 'sunday' ? 'sunday' : 'monday';
}

function describe({ account }: Call) {
  return {
    id: accountUuid(account.id, account.slug),
    name: account.name,
    currency: account.currency,
    time_zone: account.timeZone,
  };
}
