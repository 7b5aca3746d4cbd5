/** Ping and account. */
import type { Json } from '../../../journal/types.ts';
import type { Call, Route } from '../context.ts';
import { ApiError, type FieldError } from '../errors.ts';
import { accountUuid } from '../ids.ts';

/** What figures here follow, in ChartMogul's words. Nothing changes it yet, so nothing else is ever answered. */
const SETTINGS: Record<string, Json> = {
  churn_recognition: 'immediate',
  churn_when_zero_mrr: false,
  auto_churn_subscription: false,
  refund_handling: 'ignore',
  proximate_movement_reclassification: true,
};

/** The day on which weeks start, here and in metrics by week. */
export const WEEK_START = 'monday';

export function accountRoutes(route: Route): void {
  route('GET', '/ping', 200, async () => ({ data: 'pong!' }));
  route('GET', '/account', 200, async (call) => {
    const included = (call.query.include ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const unknown = included.filter((name) => SETTINGS[name] === undefined);
    if (unknown.length > 0) {
      const errors: FieldError[] = unknown.map((name) => ({
        param: 'include',
        code: 'invalid',
        message: `Invalid include parameter: ${name}`,
      }));
      throw new ApiError(400, `Invalid include parameter: ${unknown.join(', ')}`, errors);
    }
    return {
      ...describe(call),
      week_start_on: WEEK_START,
      ...Object.fromEntries(included.map((name) => [name, SETTINGS[name]])),
    };
  });
}

function describe({ account }: Call) {
  return {
    id: accountUuid(account.id, account.slug),
    name: account.name,
    currency: account.currency,
    time_zone: account.timeZone,
  };
}
