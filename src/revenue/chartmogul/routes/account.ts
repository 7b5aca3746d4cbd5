/** Ping and account. */
import type { Json } from '../../../journal/types.ts';
import type { RevenueSettings } from '../../rules/index.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { ApiError, type FieldError } from '../errors.ts';
import { accountUuid } from '../ids.ts';

/** What figures here follow, under ChartMogul's names. */
const SETTINGS: Record<string, (settings: RevenueSettings) => Json> = {
  churn_recognition: ({ churnRecognition }) => churnRecognition,
  churn_when_zero_mrr: ({ churnWhenZeroMrr }) => churnWhenZeroMrr,
  auto_churn_subscription: ({ autoChurnDays }) => autoChurnDays !== null,
  refund_handling: ({ refundHandling }) => refundHandling,
  proximate_movement_reclassification: ({ classificationWindowMinutes }) => classificationWindowMinutes > 0,
};

export function accountRoutes(route: Route, context: ApiContext): void {
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
    const settings = await context.settings(call);
    return {
      ...describe(call),
      week_start_on: settings.weekStartOn,
      ...Object.fromEntries(included.map((name) => [name, SETTINGS[name]!(settings)])),
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
