/** The SQL of metrics and cohorts against plain TypeScript over the movements of the oracle, on random histories with corrections. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../../test/support/engines.ts';
import { historyArbitrary, PLANS } from '../../../test/support/revenue-histories.ts';
import type { Engines } from '../../engines/types.ts';
import { dayOfInstant, monthOf } from '../../kernel/dates.ts';
import { amountText } from '../money.ts';
import { DEFAULT_REVENUE_SETTINGS, type InvoiceRow, type Movement, oracleBook, type Step } from '../rules/index.ts';
import { hundredths, percentage, retentionOfCohort } from '../rules/metrics.ts';
import { MOVEMENT_TYPES } from '../statement.ts';
import { entry, type Row, type TestLedger, testLedger } from '../testing/ledger.ts';
import {
  activities,
  cohorts,
  customerSubscriptions,
  explainCohorts,
  explainMetric,
  type MetricName,
  metrics,
} from './index.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const CURRENCY = 'EUR';
const UNTIL = '2040-12-31';
const RANGE = { from: '2023-03-15', to: '2026-02-10' };
const NAMES: MetricName[] = [
  'mrr',
  'mrr_new_business',
  'mrr_expansion',
  'mrr_contraction',
  'mrr_churn',
  'mrr_reactivation',
  'customers',
  'new_customers',
  'churned_customers',
  'nrr',
  'grr',
];

/** MRR by customer over the movements that `counts`; who is no customer is left out, who fell to 0 and stays subscribed is one. */
function mrrOf(movements: readonly Movement[], counts: (day: string) => boolean): Map<string, bigint> {
  const totals = new Map<string, bigint>();
  const last = new Map<string, string>();
  for (const { customer, amount, instant, type } of movements) {
    if (!counts(dayOfInstant(instant))) continue;
    totals.set(customer, (totals.get(customer) ?? 0n) + amount);
    last.set(customer, type);
  }
  return new Map([...totals].filter(([customer, mrr]) => mrr !== 0n || last.get(customer) === 'contraction'));
}

const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((sum, amount) => sum + amount, 0n);

function expectedValues(movements: readonly Movement[], from: string, to: string): Record<string, string | null> {
  const start = mrrOf(movements, (day) => day < from);
  const end = mrrOf(movements, (day) => day <= to);
  const within = movements.filter(({ instant }) => dayOfInstant(instant) >= from && dayOfInstant(instant) <= to);
  const flow = (type: string) => String(total(within.filter((each) => each.type === type).map(({ amount }) => amount)));
  const churned = new Set(within.filter(({ type }) => type === 'churn').map(({ customer }) => customer));
  const { net, gross } = retentionOfCohort(start, end);
  return {
    mrr: String(total(end.values())),
    mrr_new_business: flow('new_biz'),
    mrr_expansion: flow('expansion'),
    mrr_contraction: flow('contraction'),
    mrr_churn: flow('churn'),
    mrr_reactivation: flow('reactivation'),
    customers: String(end.size),
    new_customers: String(new Set(within.filter(({ type }) => type === 'new_biz').map((each) => each.customer)).size),
    churned_customers: String([...start.keys()].filter((each) => !end.has(each) && churned.has(each)).length),
    nrr: total(start.values()) === 0n ? null : hundredths(net),
    grr: total(start.values()) === 0n ? null : hundredths(gross),
  };
}

/** Posts a history with a wrong amount that is corrected and an invoice that is deleted again; gives what stands in the end. */
async function posted(
  rows: readonly InvoiceRow[],
): Promise<{ ledger: TestLedger; movements: Movement[]; steps: Step[]; seq: number }> {
  const ledger = await testLedger(engines);
  const [first, ...rest] = rows;
  const last = rest.at(-1);
  await ledger.post(
    entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
    entry(2, 'invoices', { rows: [{ ...first!, amount_in_cents: '77777' }, ...rest] as unknown as Row[] }),
  );
  await ledger.post(entry(3, 'invoices', { rows: [first!] as unknown as Row[] }));
  if (last) {
    const { invoice_external_id, external_id } = last;
    await ledger.post(entry(4, 'invoices', { keys: [{ invoice_external_id, external_id }] }));
  }
  // A corrected line is the last one stated, also among the lines of its invoice (R7).
  const { movements, steps } = oracleBook([...rest.slice(0, -1), first!], PLANS);
  const here = ({ currency }: Movement | Step) => currency === CURRENCY;
  return { ledger, movements: movements.filter(here), steps: steps.filter(here), seq: 4 };
}

test('metrics, cohorts and activities agree with plain TypeScript; identities 1, 2, 4, 5, 8', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary({ customersMax: 6 }), async ({ rows }) => {
      const { ledger, movements, steps, seq } = await posted(rows);
      const read = ledger.read(seq);
      for (const interval of ['day', 'week', 'month', 'year'] as const) {
        const range = interval === 'day' ? { from: '2023-02-25', to: '2023-03-05' } : RANGE;
        const report = await metrics(read, { ...range, names: NAMES, interval, currency: CURRENCY, until: UNTIL });
        for (const { from, to, values } of report.buckets) expect(values).toEqual(expectedValues(movements, from, to));
        for (const [i, { values }] of report.buckets.entries()) {
          const flows = MOVEMENT_NAMES.map((name) => BigInt(values[name]!));
          const before = report.buckets[i - 1];
          if (before) expect(BigInt(values.mrr!)).toBe(BigInt(before.values.mrr!) + total(flows));
          if (values.grr != null) {
            expect(Number(values.grr)).toBeLessThanOrEqual(Math.min(100, Number(values.nrr)));
          }
        }
      }
      for (const partitionBy of ['plan', 'data_source', 'billing_interval']) {
        const { buckets, parts } = await metrics(read, {
          ...RANGE,
          names: ['mrr'],
          currency: CURRENCY,
          until: UNTIL,
          partitionBy,
        });
        for (const [i, { values }] of buckets.entries()) {
          expect(total(parts.map((part) => BigInt(part.buckets[i]!.values.mrr!)))).toBe(BigInt(values.mrr!));
        }
      }
      // Kept entry by entry, and read at once.
      const trials = async (at: number, until: string) => {
        const names: MetricName[] = ['trial_to_paid', 'trial_days'];
        const report = await metrics(ledger.read(at), { ...RANGE, names, currency: CURRENCY, until });
        return report.buckets.map(({ values }) => values);
      };
      for (const at of [2, 3]) await trials(at, UNTIL);
      expect(await trials(seq, UNTIL)).toEqual(await trials(seq, '2040-12-30'));
      await expectPlans(read, steps);
      await expectCohorts(read, movements);
      await expectActivities(read, movements);
      await ledger.drop();
    }),
    { numRuns: 8 },
  );
}, 240_000);

const MOVEMENT_NAMES = [
  'mrr_new_business',
  'mrr_expansion',
  'mrr_contraction',
  'mrr_churn',
  'mrr_reactivation',
] as const;

/** MRR by plan is what the subscriptions on it come to, also after a change of plan at the same price; every part foots by itself. */
async function expectPlans(read: Parameters<typeof cohorts>[0], steps: readonly Step[]): Promise<void> {
  const names = [...MOVEMENT_NAMES, 'mrr', 'customers', 'nrr', 'grr', 'churned_customers'] as MetricName[];
  const about = { ...RANGE, names, currency: CURRENCY, until: UNTIL };
  const { parts } = await metrics(read, { ...about, partitionBy: 'plan' });
  const dated = datedSteps(steps);
  const mrrOn = (plans: readonly string[], to: string) => {
    const last = new Map<string, Step>();
    for (const [step, instant] of dated) {
      if (dayOfInstant(instant) <= to) last.set(`${step.customer} ${step.subscription}`, step);
    }
    return total([...last.values()].filter(({ plan }) => plans.includes(plan)).map(({ after }) => after));
  };
  const expectFooting = (buckets: (typeof parts)[number]['buckets'], plans: readonly string[]) => {
    for (const [i, { to, values }] of buckets.entries()) {
      expect([plans, to, values.mrr]).toEqual([plans, to, String(mrrOn(plans, to))]);
      const before = buckets[i - 1];
      const flows = total(MOVEMENT_NAMES.map((name) => BigInt(values[name]!)));
      if (before) expect(BigInt(values.mrr!)).toBe(BigInt(before.values.mrr!) + flows);
      if (values.grr != null) expect(Number(values.grr)).toBeLessThanOrEqual(Math.min(100, Number(values.nrr)));
      expect(BigInt(values.churned_customers!)).toBeLessThanOrEqual(BigInt(before?.values.customers ?? 1_000));
    }
  };
  for (const { part, buckets } of parts) expectFooting(buckets, [part]);
  // Two plans together: going from one to the other is no churn there.
  const two = parts.slice(0, 2).map(({ part }) => part);
  if (two.length < 2) return;
  const filters = `plan~ANY~${two.map((plan) => `'${plan}'`).join(',')}`;
  expectFooting((await metrics(read, { ...about, filters })).buckets, two);
}

/**
 * Steps in order with the instant on which each counts: the one on which the movement of its group of changes is dated, so that parts add
 * up to the whole where a group of an hour goes over midnight.
 */
function datedSteps(steps: readonly Step[]): Array<[Step, number]> {
  const window = DEFAULT_REVENUE_SETTINGS.classificationWindowMinutes * 60_000;
  const moves = ({ before, after }: Step) => before !== after;
  return [...Map.groupBy(steps, ({ customer }) => customer).values()].flatMap((unordered) => {
    const ofCustomer = [...unordered].sort((a, b) => a.instant - b.instant);
    const groups: Step[][] = [];
    for (const step of ofCustomer.filter(moves)) {
      const group = groups.at(-1);
      if (group && step.instant <= group[0]!.instant + window) group.push(step);
      else groups.push([step]);
    }
    return ofCustomer.map((step): [Step, number] => {
      const group = groups.find((each) => each[0]!.instant <= step.instant && step.instant <= each.at(-1)!.instant);
      if (!group) return [step, step.instant];
      const oneSign = new Set(group.map(({ before, after }) => after > before)).size === 1;
      if (!oneSign) return [step, group.at(-1)!.instant];
      const last = group.findLast(({ subscription }) => subscription === step.subscription)?.instant ?? 0;
      return [step, Math.max(step.instant, last)];
    });
  });
}

async function expectCohorts(read: Parameters<typeof cohorts>[0], movements: readonly Movement[]): Promise<void> {
  const report = await cohorts(read, {
    kind: 'mrr',
    from: '2023-01',
    to: '2024-12',
    last: '2025-12',
    currency: CURRENCY,
    until: UNTIL,
  });
  const monthOfNew = new Map(
    movements
      .filter(({ type }) => type === 'new_biz')
      .map((each) => [each.customer, monthOf(dayOfInstant(each.instant))]),
  );
  for (const cohort of report.cohorts) {
    const members = movements.filter(({ customer }) => monthOfNew.get(customer) === cohort.month);
    expect(cohort.customers).toBe(new Set(members.map(({ customer }) => customer)).size);
    const opening = total(members.filter(({ type }) => type === 'new_biz').map(({ amount }) => amount));
    expect(cohort.newBusiness).toBe(String(opening));
    for (const [i, cell] of cohort.cells.entries()) {
      const end = mrrOf(members, (day) => monthOf(day) <= cell.month);
      expect([cell.mrr, cell.customers]).toEqual([String(total(end.values())), end.size]);
      expect(cell.percent).toBe(
        opening === 0n ? null : i === 0 ? '100.00' : hundredths(percentage(total(end.values()), opening)),
      );
    }
  }
}

async function expectActivities(read: Parameters<typeof cohorts>[0], movements: readonly Movement[]): Promise<void> {
  for (const newestFirst of [false, true]) {
    const seen = [];
    let after: string | undefined;
    for (;;) {
      const page = await activities(read, { currency: CURRENCY, newestFirst, after, limit: 7 });
      seen.push(...page.activities);
      if (!page.more) break;
      after = page.activities.at(-1)!.position;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(movements.length);
    const inOrder = newestFirst ? seen.reverse() : seen;
    expect(inOrder.map(({ date }) => date)).toEqual(inOrder.map(({ date }) => date).sort());
    for (const type of MOVEMENT_TYPES) {
      expect(total(seen.filter((each) => each.type === type).map((each) => BigInt(each.movement)))).toBe(
        total(movements.filter((each) => each.type === type).map(({ amount }) => amount)),
      );
    }
  }
}

test('subscriptions, the feed of one customer, and a ratio as its parts', async () => {
  const ledger = await testLedger(engines);
  const line = (more: Row): Row => ({
    customer_external_id: 'c1',
    invoice_external_id: 'i1',
    external_id: 'l1',
    date: '2026-01-01',
    currency: CURRENCY,
    type: 'subscription',
    subscription_external_id: 's1',
    plan_external_id: 'monthly-team',
    service_period_start: '2026-01-01',
    service_period_end: '2026-02-01',
    amount_in_cents: '5000',
    ...more,
  });
  await ledger.post(
    entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
    entry(2, 'customers', { rows: [{ external_id: 'c1', name: 'Nordlicht GmbH' }] }),
    entry(3, 'invoices', {
      rows: [
        line({}),
        line({
          invoice_external_id: 'i2',
          service_period_start: '2026-02-01',
          service_period_end: '2026-03-01',
          amount_in_cents: '7000',
          plan_external_id: 'monthly-pro',
          quantity: '3',
        }),
        line({
          invoice_external_id: 'i3',
          subscription_external_id: 's2',
          plan_external_id: 'yearly-team',
          service_period_start: '2026-01-10',
          service_period_end: '2027-01-10',
          amount_in_cents: '12000',
          cancelled_at: '2026-02-20T12:00:00Z',
        }),
        line({ invoice_external_id: 'i4', customer_external_id: 'c2', amount_in_cents: '2001' }),
      ],
    }),
  );
  const read = ledger.read(3);
  const customer = { source: 'default', externalId: 'c1' };
  const subscriptions = await customerSubscriptions(read, customer, '2026-06-30');
  expect(subscriptions.map(({ id, ...rest }) => rest)).toEqual([
    {
      source: 'default',
      customerExternalId: 'c1',
      externalId: 's1',
      planExternalId: 'monthly-pro',
      planName: 'Pro monthly',
      billingCycle: { count: 1, unit: 'month' },
      quantity: '3',
      currency: CURRENCY,
      mrr: '7000',
      arr: '84000',
      status: 'active',
      startDate: '2026-01-01T00:00:00Z',
      endDate: '2026-03-01T00:00:00Z',
    },
    {
      source: 'default',
      customerExternalId: 'c1',
      externalId: 's2',
      planExternalId: 'yearly-team',
      planName: 'Team yearly',
      billingCycle: { count: 1, unit: 'year' },
      quantity: '1',
      currency: CURRENCY,
      mrr: '1000',
      arr: '12000',
      status: 'inactive',
      startDate: '2026-01-10T00:00:00Z',
      endDate: '2026-02-20T12:00:00Z',
    },
  ]);
  expect((await customerSubscriptions(read, customer, '2026-02-01')).map(({ status }) => status)).toEqual([
    'active',
    'active',
  ]);

  const feed = await activities(read, { customer, from: '2026-01-02', to: '2026-02-20', newestFirst: true, limit: 10 });
  expect(
    feed.activities.map(({ type, movement, mrr, arr, customerName }) => [type, movement, mrr, arr, customerName]),
  ).toEqual([
    ['contraction', '-1000', '7000', '84000', 'Nordlicht GmbH'],
    ['expansion', '2000', '8000', '96000', 'Nordlicht GmbH'],
    ['expansion', '1000', '6000', '72000', 'Nordlicht GmbH'],
  ]);
  expect(feed.activities[1]!.description).toContain('replaced plan Team monthly at 50.00');
  await expect(activities(read, { after: 'WzFd', limit: 10 })).rejects.toMatchObject({ code: 'invalid' });
  await expect(activities(read, { limit: 0 })).rejects.toMatchObject({ problems: [{ field: 'limit' }] });

  const arpa = await explainMetric(read, 'metric/arpa/2026-02/EUR');
  expect([arpa.value, arpa.unit]).toEqual(['45.00', 'EUR']);
  expect(arpa.children.map(({ ref, value }) => [ref, value])).toEqual([
    ['mrr/2026-02/EUR/end', '90.01'],
    ['metric/customers/2026-02/EUR', '2'],
  ]);
  const churn = await explainMetric(read, 'metric/mrr_churn_rate/2026-02/EUR');
  expect(churn.value).toBe('-12.50');
  expect(churn.children.map(({ value }) => value)).toEqual(['0.00', '-10.00', '20.00', '0.00', '80.01']);

  // The foot of the table of cohorts: weighed together are those that are old enough.
  const range = 'from=2026-01&to=2026-02&last=2026-02&until=2026-02-28';
  const foot = (column: string) => explainCohorts(read, `cohorts/${column}/EUR?${range}`);
  const { cohorts: table } = await cohorts(read, {
    kind: 'mrr',
    from: '2026-01',
    to: '2026-02',
    currency: 'EUR',
    until: '2026-02-28',
  });
  const later = await foot('mrr/1');
  const old = table.filter(({ cells }) => cells.length > 1);
  expect(later.children.map(({ ref, value }) => [ref, value])).toEqual(
    old.map(({ month, cells }) => [
      `metric/mrr/2026-02/EUR?filters=cohort%7EANY%7E%27${month}%27`,
      amountText(BigInt(cells[1]!.mrr), 'EUR'),
    ]),
  );
  const sum = (of: readonly string[]) => of.reduce((total, each) => total + BigInt(each), 0n);
  expect([later.value, later.unit]).toEqual([
    hundredths(percentage(sum(old.map(({ cells }) => cells[1]!.mrr)), sum(old.map(({ newBusiness }) => newBusiness)))),
    '%',
  ]);
  // What it lists is what the cells' own explanations say.
  for (const { ref, value } of later.children) expect((await explainMetric(read, ref!)).value).toBe(value);
  for (const column of ['customers/size', 'mrr/new_business']) {
    const whole = await foot(column);
    expect(whole.children.length).toBe(table.length);
    for (const { ref, value } of whole.children) expect((await explainMetric(read, ref!)).value).toBe(value);
  }
  expect((await foot('customers/size')).value).toBe(
    String(table.reduce((total, { customers }) => total + customers, 0)),
  );
  for (const ref of ['cohorts/mrr/1/EUR', `cohorts/fame/1/EUR?${range}`, `cohorts/mrr/last/EUR?${range}`]) {
    await expect(explainCohorts(read, ref)).rejects.toMatchObject({ code: 'not_found' });
  }
  for (const ref of ['metric/arpa/2026-13/EUR', 'metric/fame/2026-02/EUR', 'metric/arpa/2026-02/euro', 'metric/arpa']) {
    await expect(explainMetric(read, ref)).rejects.toMatchObject({ code: 'not_found' });
  }
  await ledger.drop();
});

test('what is scheduled is committed', async () => {
  const ledger = await testLedger(engines);
  const line = (customer: string, start: string, more: Row = {}): Row => ({
    customer_external_id: customer,
    invoice_external_id: `${customer}-${start}`,
    external_id: 'l',
    date: start,
    currency: CURRENCY,
    type: 'subscription',
    subscription_external_id: customer,
    plan_external_id: 'monthly-team',
    service_period_start: start,
    service_period_end: `${Number(start.slice(0, 4)) + 1}${start.slice(4)}`,
    amount_in_cents: '5000',
    ...more,
  });
  await ledger.post(
    entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
    entry(2, 'invoices', {
      rows: [
        line('c1', '2026-01-01', { cancelled_at: '2026-05-10T00:00:00Z' }),
        line('c2', '2026-01-01'),
        line('c3', '2026-04-20', { amount_in_cents: '700' }),
        line('c2', '2026-05-01', { amount_in_cents: '9000' }),
      ],
    }),
  );
  const { buckets } = await metrics(ledger.read(2), {
    names: ['mrr', 'committed_mrr'],
    from: '2026-03',
    to: '2026-05',
    currency: CURRENCY,
    until: '2026-04-15',
  });
  expect(buckets.map(({ values }) => [values.mrr, values.committed_mrr])).toEqual([
    ['10000', '10000'],
    ['10000', '10700'],
    ['10000', '9700'],
  ]);
  await ledger.drop();
});

test('changes of one hour that go over midnight are in the parts on the day of the whole', async () => {
  const ledger = await testLedger(engines);
  const line = (subscription: string, plan: string, start: string, more: Row = {}): Row => ({
    customer_external_id: 'c1',
    invoice_external_id: `${subscription}-${start}`,
    external_id: 'l',
    date: start,
    currency: CURRENCY,
    type: 'subscription',
    subscription_external_id: subscription,
    plan_external_id: plan,
    service_period_start: start,
    service_period_end: '2027-01-01',
    ...more,
  });
  await ledger.post(
    entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
    entry(2, 'invoices', {
      rows: [
        line('s1', 'monthly-team', '2026-01-01', { amount_in_cents: '5000' }),
        line('s1', 'monthly-pro', '2026-03-31T23:50:00Z', { amount_in_cents: '2000' }),
        line('s2', 'yearly-team', '2026-04-01T00:10:00Z', { amount_in_cents: '12000' }),
        // Both rise: each counts on its own day.
        line('s1', 'monthly-team', '2026-04-30T23:50:00Z', { amount_in_cents: '2500' }),
        line('s2', 'yearly-team', '2026-05-01T00:10:00Z', { amount_in_cents: '24000' }),
      ],
    }),
  );
  const about = {
    names: ['mrr', 'mrr_contraction'] as MetricName[],
    from: '2026-03',
    to: '2026-05',
    currency: CURRENCY,
  };
  const { buckets, parts } = await metrics(ledger.read(2), { ...about, partitionBy: 'plan' });
  const mrr = (of: typeof buckets) => of.map(({ values }) => values.mrr);
  expect(mrr(buckets)).toEqual(['5000', '3500', '4500']);
  expect(parts.map((each) => [each.part, mrr(each.buckets)])).toEqual([
    ['monthly-pro', ['0', '0', '0']],
    ['monthly-team', ['5000', '2500', '2500']],
    ['yearly-team', ['0', '1000', '2000']],
  ]);
  const fallen = await explainMetric(
    ledger.read(2),
    'metric/mrr_contraction/2026-04/EUR?filters=plan~ANY~%27monthly-pro%27,%27monthly-team%27',
  );
  expect([fallen.value, fallen.children.map(({ title, value }) => [title, value])]).toEqual([
    '-30.00',
    [['contraction, c1, 2026-04-01', '-30.00']],
  ]);
  await ledger.drop();
});
