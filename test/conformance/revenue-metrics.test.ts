/** W55 to W65 of the revenue specification (recorded figures), the flows of scenario A (W66 to W76), and W88, W89. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InvoiceRow, oracleMovements } from '../../src/revenue/rules/index.ts';
import {
  arpa,
  arr,
  averageSalePrice,
  customerChurnRate,
  type Flows,
  grossMrrChurnRate,
  grossRevenueRetentionByFlows,
  hundredths,
  lifetimeValue,
  monthlyStatement,
  netMrrChurnRate,
  netOf,
  netRevenueRetentionByFlows,
  percentageChange,
  quickRatio,
  retentionOfCohort,
} from '../../src/revenue/rules/metrics.ts';
import { historyArbitrary } from '../support/revenue-histories.ts';
import { line, month, PLANS } from './revenue-cases.ts';

const flows = (
  new_biz: bigint,
  expansion: bigint,
  contraction: bigint,
  churn: bigint,
  reactivation: bigint,
): Flows => ({
  new_biz,
  expansion,
  contraction,
  churn,
  reactivation,
  fx: 0n,
});
const W33 = flows(977_000n, 1_559_209n, -770_875n, -1_730_666n, 315_000n);
const W33_START = 68_604_881n;

describe('recorded figures', () => {
  test('W55 ARPA is cut, ARR is twelve times MRR', () => {
    expect(arpa(68_604_881n, 1097n)).toBe(62_538n);
    expect(arr(68_604_881n)).toBe(823_258_572n);
    expect(arpa(0n, 0n)).toBe(0n);
  });

  test.each([
    ['W56', 32n, 1097n, '2.92'],
    ['W57', 10n, 585n, '1.71'],
    ['nobody at the start', 3n, 0n, '0.00'],
  ])('%s customer churn rate', (_name, lost, customers, expected) => {
    expect(hundredths(customerChurnRate(lost, customers))).toBe(expected);
  });

  test('W58 net MRR churn includes reactivation', () => {
    expect(hundredths(netMrrChurnRate(W33, W33_START))).toBe('0.91');
    expect(hundredths(netMrrChurnRate({ ...W33, reactivation: 0n }, W33_START))).toBe('1.37');
    expect(hundredths(grossMrrChurnRate(W33, W33_START))).toBe('3.65');
  });

  test('W59 net MRR churn may be far below 0', () => {
    const recorded = flows(572_899n, 286_342_340n, -226_820n, -64_750n, 5000n);
    expect(hundredths(netMrrChurnRate(recorded, 383_859_969n))).toBe('-74.52');
  });

  test.each([
    ['W60', 62_538n, 285n, 2_194_315n],
    ['W61', 1_113_423n, 171n, 65_112_456n],
    ['W62', 656_170n, 56n, 117_173_214n],
    ['W65', 5000n, 0n, 0n],
  ])('%s lifetime value', (_name, arpaCents, churn, expected) => {
    expect(lifetimeValue(arpaCents, churn)).toBe(expected);
  });

  test.each([
    [865_500n, 38n, 22_776n],
    [977_000n, 32n, 30_531n],
    [572_899n, 26n, 22_035n],
    [0n, 0n, 0n],
  ])('W63 average sale price of %s by %s', (newBusiness, customers, expected) => {
    expect(averageSalePrice(newBusiness, customers)).toBe(expected);
  });

  test.each([
    [56n, 171n, '205.36'],
    [-17n, -7452n, '-43735.29'],
    [46_107n, 22_035n, '-52.21'],
    [68_604_881n, 68_954_549n, '0.51'],
    [0n, 5n, '0.00'],
  ])('W64 change from %s to %s', (previous, value, expected) => {
    expect(hundredths(percentageChange(value, previous))).toBe(expected);
  });

  test('W88 quick ratio, W89 retention by flows', () => {
    expect(hundredths(quickRatio(W33)!)).toBe('1.14');
    expect(hundredths(quickRatio(W33, 'exclude')!)).toBe('1.01');
    expect(quickRatio(flows(5n, 0n, 0n, 0n, 0n))).toBeNull();
    expect(hundredths(netRevenueRetentionByFlows(W33, W33_START))).toBe('98.63');
    expect(hundredths(grossRevenueRetentionByFlows(W33, W33_START))).toBe('96.35');
  });
});

describe('scenario A', () => {
  const c = (customer: string, facts: Partial<InvoiceRow> = {}) => ({ customer_external_id: customer, ...facts });
  const c6 = month('2026-03-06', 6000, c('c6', { cancelled_at: '2026-03-20' }));
  const rows = [
    ...['01', '02', '03'].map((number) => month(`2026-${number}-01`, 5000, c('c1'))),
    month('2026-04-01', 7000, c('c1')),
    line('2026-01-10', '2027-01-10', 120_000, c('c2', { plan_external_id: 'yearly' })),
    month('2026-01-15', 3000, c('c3')),
    month('2026-02-15', 3000, c('c3', { cancelled_at: '2026-03-15' })),
    month('2026-04-05', 4000, c('c3')),
    month('2026-02-01', 2000, c('c4')),
    month('2026-02-01', 1000, c('c4', { subscription_external_id: 's2', cancelled_at: '2026-03-01' })),
    line('2026-02-10', '2026-05-10', 29_700, c('c5', { plan_external_id: 'quarterly' })),
    month('2026-02-20', 0, c('c6', { type: 'trial' })),
    c6,
    month('2026-02-05', 8000, c('c7')),
    month('2026-03-05', 5000, c('c7')),
  ];
  const statement = (of: InvoiceRow[]) => monthlyStatement(oracleMovements(of, PLANS), '2026-01', '2026-04');
  const column = (name: keyof Flows | 'mrrEnd' | 'mrrStart') => statement(rows).map((each) => each[name]);

  test('W66 movements and MRR by month', () => {
    expect(column('new_biz')).toEqual([18_000n, 20_900n, 6000n, 0n]);
    expect(column('expansion')).toEqual([0n, 0n, 0n, 2000n]);
    expect(column('contraction')).toEqual([0n, 0n, -4000n, 0n]);
    expect(column('churn')).toEqual([0n, 0n, -9000n, 0n]);
    expect(column('reactivation')).toEqual([0n, 0n, 0n, 4000n]);
    expect(column('mrrEnd')).toEqual([18_000n, 38_900n, 31_900n, 37_900n]);
    expect(column('mrrEnd').map(arr)).toEqual([216_000n, 466_800n, 382_800n, 454_800n]);
  });

  test('W67 to W69 rates by month', () => {
    const months = statement(rows);
    expect(months.map((each) => hundredths(netMrrChurnRate(each, each.mrrStart)))).toEqual([
      '0.00',
      '0.00',
      '33.42',
      '-18.81',
    ]);
    expect(months.map((each) => hundredths(grossMrrChurnRate(each, each.mrrStart)))).toEqual([
      '0.00',
      '0.00',
      '33.42',
      '0.00',
    ]);
    expect([3n, 6n, 5n, 6n].map((customers, index) => arpa(months[index]!.mrrEnd, customers))).toEqual([
      6000n,
      6483n,
      6380n,
      6316n,
    ]);
    expect([3n, 3n, 1n, 0n].map((customers, index) => averageSalePrice(months[index]!.new_biz, customers))).toEqual([
      6000n,
      6967n,
      6000n,
      0n,
    ]);
    expect(lifetimeValue(6380n, customerChurnRate(1n, 6n))).toBe(38_272n);
    expect(months.slice(1).map((each) => hundredths(netRevenueRetentionByFlows(each, each.mrrStart)))).toEqual([
      '100.00',
      '66.58',
      '106.27',
    ]);
    expect(months.map((each) => quickRatio(each))).toEqual([null, null, 46n, null]);
  });

  test('retention of the closed cohort', () => {
    const mrrAt = (before: string) => {
      const totals = new Map<string, bigint>();
      for (const each of oracleMovements(rows, PLANS)) {
        if (each.instant >= Date.parse(before)) continue;
        totals.set(each.customer, (totals.get(each.customer) ?? 0n) + each.amount);
      }
      return new Map([...totals].filter(([, mrr]) => mrr > 0n));
    };
    const retention = (start: string, end: string) => {
      const { net, gross } = retentionOfCohort(mrrAt(start), mrrAt(end));
      return [hundredths(net), hundredths(gross)];
    };
    expect(retention('2026-02-01', '2026-03-01')).toEqual(['100.00', '100.00']);
    expect(retention('2026-03-01', '2026-04-01')).toEqual(['82.01', '82.01']);
    expect(retention('2026-04-01', '2026-05-01')).toEqual(['106.27', '100.00']);
  });

  test('W76 without the invoice of c6', () => {
    const march = statement(rows.filter((row) => row !== c6))[2]!;
    expect([march.new_biz, march.churn]).toEqual([0n, -3000n]);
    expect(hundredths(netMrrChurnRate(march, march.mrrStart))).toBe('17.99');
  });
});

test('identities 1 and 4 month by month on random histories', () => {
  fc.assert(
    fc.property(historyArbitrary(), fc.integer({ min: 1, max: 500 }), ({ rows, plans }, customers) => {
      const euro = oracleMovements(rows, plans).filter((each) => each.currency === 'EUR');
      const months = monthlyStatement(euro, '2023-01', '2034-12');
      for (const [index, each] of months.entries()) {
        expect(each.mrrEnd).toBe(each.mrrStart + netOf(each));
        expect(each.mrrStart).toBe(months[index - 1]?.mrrEnd ?? 0n);
        const average = arpa(each.mrrEnd, BigInt(customers));
        expect(average * BigInt(customers) <= each.mrrEnd && each.mrrEnd < (average + 1n) * BigInt(customers)).toBe(
          true,
        );
      }
    }),
    { numRuns: 100 },
  );
});

test('identity 5: gross retention is at most 100 and at most the net one', () => {
  const mrr = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.bigInt({ min: 0n, max: 100_000n }));
  fc.assert(
    fc.property(mrr, mrr, (start, end) => {
      const { net, gross } = retentionOfCohort(new Map(Object.entries(start)), new Map(Object.entries(end)));
      expect(gross <= 10_000n && gross <= net).toBe(true);
    }),
  );
});

describe('the same facts, as other vendors would read them otherwise', () => {
  test('W84 of 12 who cancel one had joined and one came back within the month: 10 of 100 are lost', () => {
    const start = Array.from({ length: 100 }, (_, i) => ({ customer_external_id: `a${i + 1}` }));
    const rows = start.map((facts, i) =>
      month('2026-01-01', 1000, { ...facts, ...(i < 11 && { cancelled_at: '2026-02-10' }) }),
    );
    const back = month('2026-02-20', 1000, { customer_external_id: 'a11' });
    const joined = month('2026-02-05', 1000, { customer_external_id: 'n1', cancelled_at: '2026-02-25' });
    const movements = oracleMovements([...rows, back, joined], PLANS);
    expect(movements.filter(({ type }) => type === 'churn')).toHaveLength(12);
    const mrrAt = (before: string) => {
      const totals = new Map<string, bigint>();
      for (const each of movements) {
        if (each.instant < Date.parse(before))
          totals.set(each.customer, (totals.get(each.customer) ?? 0n) + each.amount);
      }
      return new Map([...totals].filter(([, mrr]) => mrr > 0n));
    };
    const [atStart, atEnd] = [mrrAt('2026-02-01'), mrrAt('2026-03-01')];
    const lost = [...atStart.keys()].filter((customer) => !atEnd.has(customer));
    expect(hundredths(customerChurnRate(BigInt(lost.length), BigInt(atStart.size)))).toBe('10.00');
  });

  test('W85 a coupon of the first month: 8000, then 10000', () => {
    const months = monthlyStatement(
      oracleMovements([month('2026-01-01', 8000), month('2026-02-01', 10_000)], PLANS),
      '2026-01',
      '2026-02',
    );
    expect(months.map(({ mrrEnd }) => mrrEnd)).toEqual([8000n, 10_000n]);
  });

  test('W86 a cancellation before the end of what was billed counts on its day, or then where that is set', () => {
    const rows = [line('2026-03-01', '2026-04-01', 3000, { cancelled_at: '2026-03-15' })];
    const churned = (churnRecognition: 'immediate' | 'end_of_service_period') =>
      oracleMovements(rows, PLANS, { churnRecognition })
        .filter(({ type }) => type === 'churn')
        .map(({ instant }) => new Date(instant).toISOString().slice(0, 10));
    expect(churned('immediate')).toEqual(['2026-03-15']);
    expect(churned('end_of_service_period')).toEqual(['2026-04-01']);
  });
});
