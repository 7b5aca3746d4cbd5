/** W35 to W54 of the revenue specification: movements of customers, and the readings that settle what it leaves open. */
import { describe, expect, test } from 'vitest';
import { dayOfInstant, formatInstant, parseInstant } from '../../src/kernel/dates.ts';
import {
  bookOf,
  type InvoiceRow,
  joinedLines,
  keyOf,
  movementWords,
  oracleBook,
  oracleMovements,
  type RevenueSettings,
  readLines,
} from '../../src/revenue/rules/index.ts';
import { finalMrr, line, month, PLANS, told, values } from './revenue-cases.ts';

interface Case {
  name: string;
  rows: InvoiceRow[];
  settings?: Partial<RevenueSettings>;
  expected: string[];
}

const s2 = { subscription_external_id: 's2' };
const planSwitch = () => [
  month('2026-01-01', 5000, { subscription_external_id: 'A', cancelled_at: '2026-03-10T10:00:00Z' }),
  month('2026-03-10T10:20:00Z', 8000, { subscription_external_id: 'B' }),
];
const laterSwitch = () => [
  month('2026-01-01', 5000, { subscription_external_id: 'A', cancelled_at: '2026-03-10T10:00:00Z' }),
  month('2026-03-12T10:00:00Z', 8000, { subscription_external_id: 'B' }),
];

const cases: Case[] = [
  {
    name: 'W35 two subscriptions start together',
    rows: [month('2026-01-01', 2000), month('2026-01-01', 1000, s2)],
    expected: ['new_biz 2000 on 2026-01-01', 'new_biz 1000 on 2026-01-01'],
  },
  {
    name: 'W35 with window 0',
    rows: [month('2026-01-01', 2000), month('2026-01-01', 1000, s2)],
    settings: { classificationWindowMinutes: 0 },
    expected: ['new_biz 2000 on 2026-01-01', 'new_biz 1000 on 2026-01-01'],
  },
  {
    name: 'W36 a further subscription',
    rows: [month('2026-01-01', 5000), month('2026-02-01', 1500, s2)],
    expected: ['new_biz 5000 on 2026-01-01', 'expansion 1500 on 2026-02-01'],
  },
  {
    name: 'W37, W38 one of two cancelled, then the other',
    rows: [
      month('2026-01-01', 2000, { cancelled_at: '2026-03-01' }),
      month('2026-01-01', 1000, { ...s2, cancelled_at: '2026-02-01' }),
    ],
    expected: [
      'new_biz 2000 on 2026-01-01',
      'new_biz 1000 on 2026-01-01',
      'contraction -1000 on 2026-02-01',
      'churn -2000 on 2026-03-01',
    ],
  },
  {
    name: 'W39 switch within the window',
    rows: planSwitch(),
    expected: ['new_biz 5000 on 2026-01-01', 'expansion 3000 on 2026-03-10'],
  },
  {
    name: 'W39 with window 0',
    rows: planSwitch(),
    settings: { classificationWindowMinutes: 0 },
    expected: ['new_biz 5000 on 2026-01-01', 'churn -5000 on 2026-03-10', 'reactivation 8000 on 2026-03-10'],
  },
  {
    name: 'W40 switch two days later',
    rows: laterSwitch(),
    expected: ['new_biz 5000 on 2026-01-01', 'churn -5000 on 2026-03-10', 'reactivation 8000 on 2026-03-12'],
  },
  {
    name: 'W42 late renewal',
    rows: [month('2026-02-01', 5000), month('2026-03-10', 5000)],
    expected: ['new_biz 5000 on 2026-02-01'],
  },
  {
    name: 'W43 no renewal, auto-churn 30 days',
    rows: [line('2026-02-01', '2026-03-01', 5000)],
    settings: { autoChurnDays: 30 },
    expected: ['new_biz 5000 on 2026-02-01', 'churn -5000 on 2026-03-31'],
  },
  {
    name: 'W43 no renewal, auto-churn off',
    rows: [line('2026-02-01', '2026-03-01', 5000)],
    expected: ['new_biz 5000 on 2026-02-01'],
  },
  {
    name: 'auto-churn: a renewal on the very day comes first',
    rows: [line('2026-02-01', '2026-03-01', 5000), line('2026-03-31', '2026-04-30', 5000)],
    settings: { autoChurnDays: 30 },
    expected: ['new_biz 5000 on 2026-02-01', 'churn -5000 on 2026-05-30'],
  },
  {
    name: 'W44 price at renewal',
    rows: [month('2026-01-01', 5000), month('2026-02-01', 7000)],
    expected: ['new_biz 5000 on 2026-01-01', 'expansion 2000 on 2026-02-01'],
  },
  {
    name: 'W45 coupon in the first month',
    rows: [month('2026-01-01', 8000), month('2026-02-01', 10_000)],
    expected: ['new_biz 8000 on 2026-01-01', 'expansion 2000 on 2026-02-01'],
  },
  {
    name: 'W46 yearly to monthly',
    rows: [line('2026-01-01', '2027-01-01', 96_000, { plan_external_id: 'yearly' }), month('2027-01-01', 10_000)],
    expected: ['new_biz 8000 on 2026-01-01', 'expansion 2000 on 2027-01-01'],
  },
  {
    name: 'W47 cancelled in the middle, immediate',
    rows: [month('2026-03-01', 3000, { cancelled_at: '2026-03-15' })],
    expected: ['new_biz 3000 on 2026-03-01', 'churn -3000 on 2026-03-15'],
  },
  {
    name: 'W47 at the end of the service period',
    rows: [month('2026-03-01', 3000, { cancelled_at: '2026-03-15' })],
    settings: { churnRecognition: 'end_of_service_period' },
    expected: ['new_biz 3000 on 2026-03-01', 'churn -3000 on 2026-04-01'],
  },
  {
    name: 'end of service period: cancelled after it, the cancellation counts',
    rows: [month('2026-03-01', 3000, { cancelled_at: '2026-04-15' })],
    settings: { churnRecognition: 'end_of_service_period' },
    expected: ['new_biz 3000 on 2026-03-01', 'churn -3000 on 2026-04-15'],
  },
  {
    name: 'end of service period: resumed before it',
    rows: [month('2026-03-01', 3000, { cancelled_at: '2026-03-15' }), month('2026-03-20', 3500)],
    settings: { churnRecognition: 'end_of_service_period' },
    expected: ['new_biz 3000 on 2026-03-01', 'expansion 500 on 2026-03-20'],
  },
  {
    name: 'W48 cancelled at the only start',
    rows: [month('2026-03-01', 5000, { cancelled_at: '2026-03-01' })],
    expected: [],
  },
  {
    name: 'W48b cancelled before the first line',
    rows: [month('2026-03-15', 5000, { cancelled_at: '2026-03-01' })],
    expected: ['new_biz 5000 on 2026-03-15'],
  },
  {
    name: 'W49 the cancellation taken back',
    rows: [month('2026-01-01', 5000, { cancelled_at: '' }), month('2026-03-01', 5000)],
    expected: ['new_biz 5000 on 2026-01-01'],
  },
  {
    name: 'W50 return of the same subscription',
    rows: [month('2026-03-01', 3000, { cancelled_at: '2026-03-15' }), month('2026-04-05', 4000)],
    expected: ['new_biz 3000 on 2026-03-01', 'churn -3000 on 2026-03-15', 'reactivation 4000 on 2026-04-05'],
  },
  {
    name: 'W53 paused',
    rows: [month('2026-01-01', 5000), month('2026-02-01', 0)],
    expected: ['new_biz 5000 on 2026-01-01', 'contraction -5000 on 2026-02-01'],
  },
  {
    name: 'W53 with churn_when_zero_mrr',
    rows: [month('2026-01-01', 5000), month('2026-02-01', 0)],
    settings: { churnWhenZeroMrr: true },
    expected: ['new_biz 5000 on 2026-01-01', 'churn -5000 on 2026-02-01'],
  },
  {
    name: 'a free subscription begins to be paid',
    rows: [month('2026-01-01', 0), month('2026-02-01', 900)],
    expected: ['new_biz 900 on 2026-02-01'],
  },
  {
    name: 'paused and paid again',
    rows: [month('2026-01-01', 900), month('2026-02-01', 0), month('2026-03-01', 700)],
    expected: ['new_biz 900 on 2026-01-01', 'contraction -900 on 2026-02-01', 'expansion 700 on 2026-03-01'],
  },
  {
    name: 'paused and paid again, with churn_when_zero_mrr',
    rows: [month('2026-01-01', 900), month('2026-02-01', 0), month('2026-03-01', 700)],
    settings: { churnWhenZeroMrr: true },
    expected: ['new_biz 900 on 2026-01-01', 'churn -900 on 2026-02-01', 'reactivation 700 on 2026-03-01'],
  },
  {
    name: 'paused, cancelled, paid again (R23)',
    rows: [month('2026-01-01', 900), month('2026-02-01', 0, { cancelled_at: '2026-02-15' }), month('2026-03-01', 700)],
    expected: [
      'new_biz 900 on 2026-01-01',
      'contraction -900 on 2026-02-01',
      'churn 0 on 2026-02-15',
      'reactivation 700 on 2026-03-01',
    ],
  },
  {
    name: 'a free subscription beside the cancelled paid one: still subscribed',
    rows: [month('2026-01-01', 0, s2), month('2026-01-01', 900, { cancelled_at: '2026-02-15' })],
    expected: ['new_biz 900 on 2026-01-01', 'contraction -900 on 2026-02-15'],
  },
  {
    name: 'cancelled and started again at one instant, same price (R15)',
    rows: [month('2026-01-01', 900, { cancelled_at: '2026-02-01' }), month('2026-02-01', 900)],
    expected: ['new_biz 900 on 2026-01-01'],
  },
  {
    name: 'both subscriptions cancelled together: two churns of one group',
    rows: [
      month('2026-01-01', 2000, { cancelled_at: '2026-02-01T00:30:00Z' }),
      month('2026-01-01', 1000, { ...s2, cancelled_at: '2026-02-01' }),
    ],
    expected: [
      'new_biz 2000 on 2026-01-01',
      'new_biz 1000 on 2026-01-01',
      'churn -1000 on 2026-02-01',
      'churn -2000 on 2026-02-01',
    ],
  },
  {
    name: 'later start of equal rank replaces; event_order, then date, then name',
    rows: [
      month('2026-01-01', 100, { event_order: '9', date: '2025-12-01' }),
      month('2026-01-01', 200, { date: '2026-02-01' }),
      month('2026-01-01', 300, { date: '2026-01-15' }),
    ],
    expected: ['new_biz 100 on 2026-01-01'],
  },
];

test.each(cases)('$name', ({ rows, settings, expected }) => {
  expect(told(oracleMovements(rows, PLANS, settings))).toEqual(expected);
  expect(told(oracleMovements(rows.toReversed(), PLANS, settings))).toEqual(expected);
});

describe('ties and edges', () => {
  const movementsOf = (rows: InvoiceRow[], settings: Partial<RevenueSettings> = {}) =>
    told(oracleMovements(rows, PLANS, settings));

  test('R21 a net movement is named after the greatest subscription of the last instant', () => {
    const rows = [
      month('2026-01-01', 100, { subscription_external_id: 'b', cancelled_at: '2026-02-01' }),
      month('2026-01-01', 70, { subscription_external_id: 'c' }),
      month('2026-02-01', 50, { subscription_external_id: 'a' }),
    ];
    for (const order of [rows, rows.toReversed()]) {
      const [, , net] = oracleMovements(order, PLANS);
      expect([net?.type, net?.amount, net?.subscription]).toEqual(['contraction', -50n, 'b']);
    }
  });

  test('R8 of equal start and event_order the later invoice date wins over the name', () => {
    const rows = [
      month('2026-01-01', 200, { invoice_external_id: 'a', date: '2026-01-02' }),
      month('2026-01-01', 100, { invoice_external_id: 'b', date: '2026-01-01' }),
    ];
    expect(movementsOf(rows)).toEqual(['new_biz 200 on 2026-01-01']);
    const sameDate = rows.map((row) => ({ ...row, date: '2026-01-01' }));
    expect(movementsOf(sameDate)).toEqual(['new_biz 100 on 2026-01-01']);
  });

  test('R13 with a later line, a cancellation at the first start comes before it and has no effect', () => {
    const rows = [month('2026-01-01', 500, { cancelled_at: '2026-01-01' }), month('2026-02-01', 600)];
    expect(movementsOf(rows)).toEqual(['new_biz 500 on 2026-01-01', 'expansion 100 on 2026-02-01']);
  });

  test('R13 counts every start, also where two invoices share the only one', () => {
    const rows = [month('2026-01-01', 500, { cancelled_at: '2026-01-01' }), month('2026-01-01', 600)];
    expect(movementsOf(rows)).toEqual([]);
  });

  test('R26 a line at the very end of the service period comes after the cancellation', () => {
    const rows = [
      month('2026-03-01', 3000, { cancelled_at: '2026-03-15' }),
      month('2026-04-01', 700, { prorated: 'true' }),
    ];
    expect(movementsOf(rows, { churnRecognition: 'end_of_service_period' })).toEqual([
      'new_biz 3000 on 2026-03-01',
      'contraction -2300 on 2026-04-01',
    ]);
  });

  test('R28 what happens on the day of auto-churn prevents it', () => {
    const rows = [line('2026-02-01', '2026-03-01', 5000), line('2026-03-31', '2026-05-01', 310, { prorated: 'true' })];
    // 310 × 30 days of April ÷ 31 days
    expect(movementsOf(rows, { autoChurnDays: 30 }).slice(0, 2)).toEqual([
      'new_biz 5000 on 2026-02-01',
      'expansion 300 on 2026-03-31',
    ]);
  });
});

describe('the classification window', () => {
  const after = (ms: number) => {
    const rows = [
      month('2026-01-01', 5000, { cancelled_at: '2026-03-10T10:00:00Z' }),
      month(formatInstant(parseInstant('2026-03-10T10:00:00Z') + ms), 8000, s2),
    ];
    return told(oracleMovements(rows, PLANS)).length;
  };

  test('includes its last instant and nothing after it', () => {
    expect([after(3_600_000), after(3_600_001)]).toEqual([2, 3]);
  });

  test('counts from the first change and does not extend itself', () => {
    const rows = [0, 40, 80, 120].map((minutes, index) =>
      month(formatInstant(parseInstant('2026-01-01') + minutes * 60_000), 100 * (index + 1)),
    );
    expect(told(oracleMovements(rows, PLANS))).toEqual(['new_biz 200 on 2026-01-01', 'expansion 200 on 2026-01-01']);
  });

  test('a net of 0 emits nothing, and the next start is still new business', () => {
    const rows = [month('2026-01-01', 500, { cancelled_at: '2026-01-01T00:30:00Z' }), month('2026-05-01', 600)];
    expect(told(oracleMovements(rows, PLANS))).toEqual(['new_biz 600 on 2026-05-01']);
  });
});

describe('dates', () => {
  test('W51 the day is that of the account’s time zone', () => {
    const [movement] = oracleMovements([month('2026-03-31T23:30:00Z', 5000)], PLANS);
    expect(dayOfInstant(movement!.instant, 'Europe/Berlin')).toBe('2026-04-01');
    expect(dayOfInstant(movement!.instant)).toBe('2026-03-31');
  });

  test('W54 a service that starts in the future has its movement there', () => {
    const movements = oracleMovements([month('2030-01-01', 5000)], PLANS);
    expect(finalMrr(movements.filter((each) => each.instant <= parseInstant('2029-12-31T23:59:59.999Z')))).toBe(0n);
    expect(told(movements)).toEqual(['new_biz 5000 on 2030-01-01']);
  });
});

test('W41 connected subscriptions are one history, whichever of them the other counts as', () => {
  const lines = readLines(laterSwitch(), PLANS);
  const connected = (from: string, into: string) =>
    bookOf(
      joinedLines(lines, {
        customers: new Map(),
        subscriptions: new Map([[keyOf('', 'c1', from), { source: '', customer: 'c1', subscription: into }]]),
      }),
    );
  const one = ['new_biz 5000 on 2026-01-01', 'expansion 3000 on 2026-03-12'];
  expect(told(connected('A', 'B').movements)).toEqual(one);
  expect(told(connected('B', 'A').movements)).toEqual(one);
  expect(connected('A', 'B').movements.map(({ subscription }) => subscription)).toEqual(['B', 'B']);
});

describe('W52 merged customers', () => {
  const merged = (rows: InvoiceRow[]) =>
    bookOf(
      joinedLines(readLines(rows, PLANS), {
        customers: new Map([[keyOf('', 'Y'), { source: '', customer: 'X' }]]),
        subscriptions: new Map(),
      }),
    ).movements;

  test('who comes back under another name comes back', () => {
    const rows = [
      month('2026-01-01', 2000, { customer_external_id: 'X', cancelled_at: '2026-03-10' }),
      month('2026-04-01', 3000, { customer_external_id: 'Y', subscription_external_id: 's2' }),
    ];
    const before = ['new_biz 2000 on 2026-01-01', 'churn -2000 on 2026-03-10'];
    expect(told(oracleMovements(rows, PLANS))).toEqual([...before, 'new_biz 3000 on 2026-04-01']);
    expect(told(merged(rows))).toEqual([...before, 'reactivation 3000 on 2026-04-01']);
    expect(merged(rows).map(({ customer, subscription }) => `${customer} ${subscription}`)).toEqual([
      'X s1',
      'X s1',
      'X s2',
    ]);
  });

  test('subscriptions of one name stay two', () => {
    const rows = [
      month('2026-01-01', 2000, { customer_external_id: 'X' }),
      month('2026-02-01', 3000, { customer_external_id: 'Y' }),
    ];
    expect(merged(rows).map(({ type, amount, subscription }) => `${type} ${amount} ${subscription}`)).toEqual([
      'new_biz 2000 s1',
      'expansion 3000 Y/s1',
    ]);
  });
});

describe('currencies apart (R16)', () => {
  const rows = () => [
    month('2026-01-01', 1000),
    month('2026-02-01', 900, { currency: 'EUR' }),
    month('2026-03-01', 1100),
  ];

  test('a subscription that changes currency leaves one statement and enters the other', () => {
    const movements = oracleMovements(rows(), PLANS);
    const of = (currency: string) => told(movements.filter((each) => each.currency === currency));
    expect(of('USD')).toEqual([
      'new_biz 1000 on 2026-01-01',
      'churn -1000 on 2026-02-01',
      'reactivation 1100 on 2026-03-01',
    ]);
    expect(of('EUR')).toEqual(['new_biz 900 on 2026-02-01', 'churn -900 on 2026-03-01']);
  });

  test('a prorated addition in another currency stands beside it', () => {
    const added = line('2026-01-16', '2026-02-01', 800, { currency: 'EUR', prorated: 'true' });
    const movements = oracleMovements([month('2026-01-01', 1000), added], PLANS);
    expect(told(movements)).toEqual(['new_biz 1550 on 2026-01-16', 'new_biz 1000 on 2026-01-01']);
  });
});

describe('warnings', () => {
  const codes = (...rows: InvoiceRow[]) => oracleBook(rows, PLANS).warnings.map((each) => each.code);

  test.each<[string, InvoiceRow[], string[]]>([
    ['W48', [month('2026-03-01', 5000, { cancelled_at: '2026-03-01' })], ['subscription-never-counted']],
    ['W48b', [month('2026-03-15', 5000, { cancelled_at: '2026-03-01' })], ['cancellation-without-effect']],
    ['equal start', [month('2026-01-01', 1), month('2026-01-01', 2)], ['equal-start']],
    ['negative sum', [month('2026-01-01', 5), month('2026-02-01', -5)], ['negative-mrr']],
    ['unknown plan', [month('2026-01-01', 5, { plan_external_id: 'nope' })], ['line-plan-unknown']],
    ['no period', [line('', '', 5, { date: '2026-01-01' })], ['line-invalid-period']],
    ['change of currency', [month('2026-01-01', 5), month('2026-02-01', 5, { currency: 'EUR' })], ['currency-changed']],
    ['nothing wrong', [month('2026-01-01', 5, { cancelled_at: '2026-01-15' }), month('2026-02-01', 5)], []],
  ])('%s', (_name, rows, expected) => {
    expect(codes(...rows)).toEqual(expected);
  });
});

describe('decisions in words', () => {
  const words = (...rows: InvoiceRow[]) =>
    oracleMovements(rows, PLANS)
      .map((each) => movementWords(each))
      .at(-1);
  const team = { plan_external_id: 'team', invoice_external_id: 'INV-1' };
  const plans = ['Team', 'Pro'].map((name) => ({
    external_id: name.toLowerCase(),
    name,
    interval_count: '1',
    interval_unit: 'month',
  }));

  test('a plan replaced by another', () => {
    const rows = [
      month('2026-03-01', 19_800, team),
      month('2026-04-01', 14_900, { plan_external_id: 'pro', invoice_external_id: 'INV-2231' }),
    ];
    expect(movementWords(oracleMovements(rows, plans)[1]!)).toBe(
      'contraction of 49.00 on 1 April 2026: plan Pro at 149.00 replaced plan Team at 198.00, invoice INV-2231 line 1',
    );
  });

  test('start, cancellation, addition, net', () => {
    const start = month('2026-03-01', 5000, { invoice_external_id: 'I1' });
    expect(words(start)).toBe(
      'new business of 50.00 on 1 March 2026: plan Monthly at 50.00 started on subscription s1, invoice I1 line 1',
    );
    expect(words({ ...start, cancelled_at: '2026-03-15' })).toBe(
      'churn of 50.00 on 15 March 2026: subscription s1, plan Monthly at 50.00, was cancelled at 2026-03-15T00:00:00.000Z',
    );
    const added = line('2026-03-16', '2026-04-01', 1500, { prorated: 'true', invoice_external_id: 'I2' });
    expect(words(start, added)).toBe(
      'expansion of 29.06 on 16 March 2026: +29.06 prorated on subscription s1 (50.00 to 79.06), invoice I2 line 1',
    );
    expect(words(...planSwitch())).toContain('(net of 2 changes within the classification window)');
  });
});

test('step values are shown at their instants', () => {
  const book = oracleBook(
    [month('2026-03-01', 3000, { cancelled_at: '2026-03-15' }), month('2026-04-05', 4000)],
    PLANS,
  );
  expect(values(book.steps)).toEqual([
    '3000 from 2026-03-01T00:00:00.000Z',
    '0 from 2026-03-15T00:00:00.000Z',
    '4000 from 2026-04-05T00:00:00.000Z',
  ]);
});
