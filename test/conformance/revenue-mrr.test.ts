/** W01 to W28 of the revenue specification: the MRR of lines, proration, invoice state. */
import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../src/kernel/dates.ts';
import {
  DEFAULT_INVOICE_RULES,
  type InvoicePayments,
  type InvoiceRow,
  type InvoiceRules,
  invoiceKey,
  lineWords,
  oracleBook,
  oracleMovements,
  type RevenueSettings,
} from '../../src/revenue/rules/index.ts';
import { arr } from '../../src/revenue/rules/metrics.ts';
import { finalMrr, line, month, PLANS, told, values } from './revenue-cases.ts';

const mrrOf = (...rows: InvoiceRow[]) => finalMrr(oracleMovements(rows, PLANS));

describe('normalisation', () => {
  const cases: Array<[name: string, rows: InvoiceRow[], mrr: bigint]> = [
    ['W01 monthly', [month('2026-01-01', 4900)], 4900n],
    ['W02 yearly', [line('2026-01-01', '2027-01-01', 100_000, { plan_external_id: 'yearly' })], 8333n],
    ['W03 quarterly', [line('2026-01-01', '2026-04-01', 29_700, { plan_external_id: 'quarterly' })], 9900n],
    ['W04 weekly', [line('2026-01-01', '2026-01-08', 1000, { plan_external_id: 'weekly' })], 4345n],
    ['W05 daily', [line('2026-01-01', '2026-01-02', 100, { plan_external_id: 'daily' })], 3042n],
    ['W06 28 days', [line('2026-01-01', '2026-01-29', 2800, { plan_external_id: 'four-weekly' })], 3042n],
    ['W07 two years', [line('2026-01-01', '2028-01-01', 240_000, { plan_external_id: 'two-years' })], 10_000n],
    ['W08 quantity is only stored', [month('2026-01-01', 10_000, { quantity: '10' })], 10_000n],
    [
      'W09 tax is subtracted, the discount is not',
      [month('2026-01-01', 5000, { discount_amount_in_cents: '1000', tax_amount_in_cents: '900' })],
      4100n,
    ],
    ['W10 full coupon', [month('2026-01-01', 0)], 0n],
    ['W11 length of the service period', [line('2026-05-01', '2026-05-31', 10_000)], 10_000n],
    ['W12 the plan wins', [line('2026-05-01', '2026-06-01', 1000, { plan_external_id: 'weekly' })], 4345n],
    [
      'W13 set-up fee',
      [
        month('2026-01-01', 4900, { invoice_external_id: 'i' }),
        month('2026-01-01', 50_000, { invoice_external_id: 'i', type: 'one_time' }),
      ],
      4900n,
    ],
    ['W14 trial', [month('2026-01-01', 0, { type: 'trial' })], 0n],
    ['W15 usage as subscription', [month('2026-01-01', 4200)], 4200n],
    ['W15 usage as one-time', [month('2026-01-01', 4200, { type: 'one_time' })], 0n],
    [
      'W16 three subscriptions',
      [
        line('2026-01-01', '2027-01-01', 120_000, { plan_external_id: 'yearly', subscription_external_id: 'a' }),
        month('2026-01-01', 4900, { subscription_external_id: 'b' }),
        line('2026-01-01', '2026-04-01', 9000, { plan_external_id: 'quarterly', subscription_external_id: 'c' }),
      ],
      17_900n,
    ],
    [
      'W17 lines of one invoice add up',
      [
        month('2026-01-01', 5000, { invoice_external_id: 'i' }),
        month('2026-01-01', -1000, { invoice_external_id: 'i' }),
      ],
      4000n,
    ],
    ['half a cent goes away from zero', [line('2026-01-01', '2027-01-01', 6, { plan_external_id: 'yearly' })], 1n],
  ];
  test.each(cases)('%s', (_name, rows, mrr) => {
    expect(mrrOf(...rows)).toBe(mrr);
  });

  test.each([
    ['W01', [month('2026-01-01', 4900)], 58_800n],
    [
      'W02 twelve times the rounded MRR',
      [line('2026-01-01', '2027-01-01', 100_000, { plan_external_id: 'yearly' })],
      99_996n,
    ],
    ['W09', [month('2026-01-01', 5000, { discount_amount_in_cents: '1000', tax_amount_in_cents: '900' })], 49_200n],
  ])('%s ARR', (_name, rows, expected) => {
    expect(arr(mrrOf(...rows))).toBe(expected);
  });

  test('W14 a trial has no movement, and neither has what comes once', () => {
    const once = month('2026-01-01', 50_000, { type: 'one_time' });
    expect(oracleMovements([month('2026-01-01', 0, { type: 'trial' }), once], PLANS)).toEqual([]);
  });

  test('half a negative cent goes away from zero, before lines are added', () => {
    const facts = { plan_external_id: 'yearly', invoice_external_id: 'i' };
    const rows = [line('2026-01-01', '2027-01-01', 42, facts), line('2026-01-01', '2027-01-01', -6, facts)];
    expect(oracleBook(rows, PLANS).valued.map((each) => each.mrr)).toEqual([4n, -1n]);
  });

  test('W10 a full coupon for a paying customer is a contraction', () => {
    const rows = [month('2026-01-01', 5000), month('2026-02-01', 0)];
    expect(told(oracleMovements(rows, PLANS))).toEqual([
      'new_biz 5000 on 2026-01-01',
      'contraction -5000 on 2026-02-01',
    ]);
  });

  test('the formula is told with its numbers', () => {
    const [weekly] = oracleBook([line('2026-01-01', '2026-01-08', 1000, { plan_external_id: 'weekly' })], PLANS).valued;
    expect(lineWords(weekly!)).toBe('(1000 − 0) × 365/84 = 4345 cents a month (plan Weekly)');
  });
});

describe('proration', () => {
  const running = () => month('2026-03-01', 5000);
  const cases: Array<[name: string, rows: InvoiceRow[], told: string[]]> = [
    [
      'W18 seat added',
      [running(), line('2026-03-16', '2026-04-01', 1500, { prorated: 'true', proration_type: 'differential' })],
      ['new_biz 5000 on 2026-03-01', 'expansion 2906 on 2026-03-16'],
    ],
    [
      'W19 upgrade by credit and charge, then the renewal',
      [
        running(),
        line('2026-03-17', '2026-04-01', -2419, { prorated: 'true', invoice_external_id: 'u' }),
        line('2026-03-17', '2026-04-01', 3871, { prorated: 'true', invoice_external_id: 'u' }),
        month('2026-04-01', 8000),
      ],
      ['new_biz 5000 on 2026-03-01', 'expansion 3001 on 2026-03-17', 'contraction -1 on 2026-04-01'],
    ],
    [
      'W20 the same as one full line',
      [running(), line('2026-03-17', '2026-04-01', 3871, { prorated: 'true', proration_type: 'full' })],
      ['new_biz 5000 on 2026-03-01', 'expansion 3000 on 2026-03-17'],
    ],
    [
      'W21 add-on to a yearly plan',
      [
        line('2026-01-01', '2027-01-01', 60_000, { plan_external_id: 'yearly' }),
        line('2026-07-01', '2027-01-01', 6000, { plan_external_id: 'yearly', prorated: 'true' }),
      ],
      ['new_biz 5000 on 2026-01-01', 'expansion 992 on 2026-07-01'],
    ],
    [
      'W22 seat removed',
      [running(), line('2026-03-16', '2026-04-01', -1500, { prorated: 'true', tax_amount_in_cents: '0' })],
      ['new_biz 5000 on 2026-03-01', 'contraction -2906 on 2026-03-16'],
    ],
    [
      'differential_mrr is not scaled',
      [running(), line('2026-03-16', '2026-04-01', 1500, { prorated: 'true', proration_type: 'differential_mrr' })],
      ['new_biz 5000 on 2026-03-01', 'expansion 1500 on 2026-03-16'],
    ],
    [
      'the full period before a month end is clamped: 28 February to 31 March',
      [running(), line('2026-03-16', '2026-03-31', 1500, { prorated: 'true' })],
      // 1500 × 31 / 15
      ['new_biz 5000 on 2026-03-01', 'expansion 3100 on 2026-03-16'],
    ],
    [
      'proration_type without prorated means nothing',
      [running(), line('2026-03-16', '2026-04-01', 1500, { prorated: 'false', proration_type: 'differential' })],
      ['new_biz 5000 on 2026-03-01', 'contraction -3500 on 2026-03-16'],
    ],
  ];
  test.each(cases)('%s', (_name, rows, expected) => {
    expect(told(oracleMovements(rows, PLANS))).toEqual(expected);
  });

  test.each(['true', 'false'])('W23 a line with end ≤ start is invalid (prorated %s)', (prorated) => {
    const book = oracleBook([running(), line('2026-03-16', '2026-03-16', 1500, { prorated })], PLANS);
    expect(told(book.movements)).toEqual(['new_biz 5000 on 2026-03-01']);
    expect(book.warnings.map((each) => each.code)).toEqual(['line-invalid-period']);
  });

  test('a running value below 0 is kept, shows as 0 and is reported', () => {
    const credit = { prorated: 'true', proration_type: 'differential_mrr' };
    const rows = [
      running(),
      line('2026-03-10', '2026-04-01', -8000, credit),
      line('2026-03-20', '2026-04-01', 8000, credit),
    ];
    const book = oracleBook(rows, PLANS);
    expect(values(book.steps)).toEqual([
      '5000 from 2026-03-01T00:00:00.000Z',
      '0 from 2026-03-10T00:00:00.000Z',
      '5000 from 2026-03-20T00:00:00.000Z',
    ]);
    expect(told(book.movements).slice(1)).toEqual(['contraction -5000 on 2026-03-10', 'expansion 5000 on 2026-03-20']);
    expect(book.warnings.map((each) => each.code)).toEqual(['negative-mrr']);
  });

  test('of prorated lines in one invoice, event_order decides, then row order', () => {
    const invoice = { invoice_external_id: 'u', prorated: 'true' };
    const added = (order?: string) =>
      line('2026-03-01', '2026-04-01', 700, { ...invoice, ...(order ? { event_order: order } : {}) });
    const full = (order?: string) =>
      line('2026-03-01', '2026-04-01', 3100, {
        ...invoice,
        proration_type: 'full',
        ...(order ? { event_order: order } : {}),
      });
    expect(mrrOf(added(), full())).toBe(3100n);
    expect(mrrOf(full(), added())).toBe(3800n);
    expect(mrrOf(added('2'), full('1'))).toBe(3800n);
    expect(mrrOf(full('2'), added('1'))).toBe(3100n);
  });
});

describe('invoice state and refunds', () => {
  const invoice = () => month('2026-01-01', 5000, { invoice_external_id: 'i' });

  const payments = (found: Partial<InvoicePayments>) =>
    new Map([[invoiceKey('', 'i'), { paid: false, refunds: [], ...found }]]);
  const handling = (rules: Partial<InvoiceRules>): Partial<RevenueSettings> => {
    const both = { ...DEFAULT_INVOICE_RULES, ...rules };
    return { invoiceHandling: { automatic: both, manual: both } };
  };
  const movements = (
    rows: InvoiceRow[],
    settings: Partial<RevenueSettings> = {},
    found: Partial<InvoicePayments> = {},
  ) => told(oracleMovements(rows, PLANS, settings, { payments: payments(found) }));
  const refund = (amount: bigint | null, day = '2026-01-20') => ({ refunds: [{ at: parseInstant(day), amount }] });

  test('W24 a refund is cash flow: MRR stays until cancelled', () => {
    expect(movements([invoice()], {}, refund(5000n))).toEqual(['new_biz 5000 on 2026-01-01']);
  });

  test('R34 or it lowers what the refunded invoice makes: to nothing, in part, and until the next invoice', () => {
    const settings = { refundHandling: 'contraction_or_churn' as const };
    const start = 'new_biz 5000 on 2026-01-01';
    expect(movements([invoice()], settings, refund(5000n))).toEqual([start, 'churn -5000 on 2026-01-20']);
    expect(movements([invoice()], settings, refund(null))).toEqual([start, 'churn -5000 on 2026-01-20']);
    expect(movements([invoice()], settings, refund(2000n))).toEqual([start, 'contraction -2000 on 2026-01-20']);
    expect(movements([invoice(), month('2026-02-01', 5000)], settings, refund(2000n))).toEqual([
      start,
      'contraction -2000 on 2026-01-20',
      'expansion 2000 on 2026-02-01',
    ]);
    // After the next invoice has taken its place, a refund of the old one changes nothing.
    expect(movements([invoice(), month('2026-02-01', 5000)], settings, refund(5000n, '2026-02-10'))).toEqual([start]);
    const twice = { refunds: [...refund(2000n).refunds, ...refund(3000n, '2026-01-25').refunds] };
    expect(movements([invoice()], settings, twice)).toEqual([
      start,
      'contraction -2000 on 2026-01-20',
      'churn -3000 on 2026-01-25',
    ]);
  });

  test('W25, W26 an open invoice counts from its payment on where only paid ones count, dated at the service start', () => {
    expect(movements([invoice()])).toEqual(['new_biz 5000 on 2026-01-01']);
    expect(movements([invoice()], handling({ createdWhen: 'paid' }))).toEqual([]);
    expect(movements([invoice()], handling({ createdWhen: 'paid' }), { paid: true })).toEqual([
      'new_biz 5000 on 2026-01-01',
    ]);
    // Only later invoices wait for their payment.
    const dearer = [month('2025-12-01', 4000), invoice()];
    expect(movements(dearer, handling({ updatedWhen: 'paid' }))).toEqual(['new_biz 4000 on 2025-12-01']);
    expect(movements(dearer, handling({ updatedWhen: 'paid' }), { paid: true })).toEqual([
      'new_biz 4000 on 2025-12-01',
      'expansion 1000 on 2026-01-01',
    ]);
    expect(movements([invoice()], handling({ updatedWhen: 'paid' }))).toEqual(['new_biz 5000 on 2026-01-01']);
  });

  test('how an invoice is collected, and where it comes from, decides which rules hold for it', () => {
    const rules = { ...DEFAULT_INVOICE_RULES, createdWhen: 'paid' as const };
    const manual = { invoiceHandling: { automatic: DEFAULT_INVOICE_RULES, manual: rules } };
    const byHand = { ...invoice(), collection_method: 'manual' };
    expect(movements([invoice()], manual)).toEqual(['new_biz 5000 on 2026-01-01']);
    expect(movements([byHand], manual)).toEqual([]);
    expect(movements([{ ...byHand, source: 'shop' }], { sources: { shop: manual } })).toEqual([]);
    expect(movements([byHand], { sources: { shop: manual } })).toEqual(['new_biz 5000 on 2026-01-01']);
  });

  test('W27, W28 the lines of a void or disabled invoice are not there, unless the settings say so', () => {
    const excluded = (state: string, settings = {}) => movements([{ ...invoice(), excluded: state }], settings);
    const counted = ['new_biz 5000 on 2026-01-01'];
    expect(excluded('voided')).toEqual([]);
    expect(excluded('written_off')).toEqual([]);
    expect(excluded('disabled')).toEqual([]);
    expect(excluded('')).toEqual(counted);
    expect(excluded('voided', handling({ voidPrevents: false }))).toEqual(counted);
    expect(excluded('written_off', handling({ writeOffPrevents: false }))).toEqual(counted);
    expect(excluded('disabled', handling({ voidPrevents: false, writeOffPrevents: false }))).toEqual([]);
  });

  test('a wholly refunded invoice is not there where refunds prevent', () => {
    const settings = handling({ refundPrevents: true });
    expect(movements([invoice()], settings, refund(4999n))).toEqual(['new_biz 5000 on 2026-01-01']);
    expect(movements([invoice()], settings, refund(5000n))).toEqual([]);
    expect(movements([invoice()], settings, refund(null))).toEqual([]);
  });
});
