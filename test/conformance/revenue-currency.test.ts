/** W29 to W34 of the revenue specification: rates never become movements. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOfInstant } from '../../src/kernel/dates.ts';
import { Rational } from '../../src/kernel/rational.ts';
import { roundHalfAway } from '../../src/revenue/rules/exact.ts';
import {
  type InvoiceRow,
  type Movement,
  oracleBook,
  oracleMovements,
  type Rate,
  type RevenueSettings,
  type Step,
  type ValuedLine,
} from '../../src/revenue/rules/index.ts';
import { historyArbitrary } from '../support/revenue-histories.ts';
import { month, PLANS, told } from './revenue-cases.ts';

/** USD→EUR: 0.92 from 1 March 2026, 0.95 from 1 April; none before. */
const rate: Rate = (from, to, day) => {
  if (from !== 'USD' || to !== 'EUR' || day < '2026-03-01') return null;
  return Rational.parse(day < '2026-04-01' ? '0.92' : '0.95');
};

function inEuro(rows: InvoiceRow[], settings: Partial<RevenueSettings> = {}) {
  const { movements, warnings } = oracleBook(rows, PLANS, { currency: 'EUR', ...settings }, { rate });
  const words = movements.map(
    ({ currency, instant, type, amount }) =>
      `${type} ${amount}${currency === 'EUR' ? '' : ` ${currency}`} on ${dayOfInstant(instant)}`,
  );
  return {
    movements: words.filter((each) => !each.startsWith('fx')),
    fx: words.filter((each) => each.startsWith('fx')).map((each) => each.slice(3)),
    warnings: warnings.map(({ code }) => code).filter((code) => code === 'rate-missing'),
  };
}

describe('one account currency', () => {
  test.each<[string, InvoiceRow[], string[], string[]]>([
    [
      'W29 renewal at another rate',
      [month('2026-03-01', 10_000), month('2026-04-01', 10_000)],
      ['new_biz 9200 on 2026-03-01'],
      ['300 on 2026-04-01'],
    ],
    [
      'W30 expansion at another rate',
      [month('2026-03-01', 10_000), month('2026-04-01', 15_000)],
      ['new_biz 9200 on 2026-03-01', 'expansion 4750 on 2026-04-01'],
      ['300 on 2026-04-01'],
    ],
    [
      'W31 churn at the rate of its date',
      [month('2026-03-01', 10_000), month('2026-04-01', 10_000, { cancelled_at: '2026-04-20' })],
      ['new_biz 9200 on 2026-03-01', 'churn -9500 on 2026-04-20'],
      ['300 on 2026-04-01'],
    ],
    [
      'churn of a line that was never renewed: the rate of the churn date, the rest is fx',
      [month('2026-03-01', 10_000, { cancelled_at: '2026-04-20' })],
      ['new_biz 9200 on 2026-03-01', 'churn -9500 on 2026-04-20'],
      ['300 on 2026-04-20'],
    ],
    [
      'a subscription changes to the account currency',
      [month('2026-03-01', 10_000), month('2026-04-01', 9600, { currency: 'EUR' })],
      ['new_biz 9200 on 2026-03-01', 'expansion 100 on 2026-04-01'],
      ['300 on 2026-04-01'],
    ],
  ])('%s', (_name, rows, movements, fx) => {
    expect(inEuro(rows)).toEqual({ movements, fx, warnings: [] });
  });

  test('W34 without a rate a line stays in its own currency and is reported, once per subscription; the latest earlier rate is taken', () => {
    expect(inEuro([month('2026-01-01', 10_000), month('2026-02-01', 10_000)])).toEqual({
      movements: ['new_biz 10000 USD on 2026-01-01'],
      fx: [],
      warnings: ['rate-missing'],
    });
    expect(inEuro([month('2026-03-20', 10_000)]).movements).toEqual(['new_biz 9200 on 2026-03-20']);
  });

  test('with its first rate a subscription leaves the statement of its own currency', () => {
    expect(inEuro([month('2026-02-01', 10_000), month('2026-03-01', 10_000)])).toEqual({
      movements: ['new_biz 9200 on 2026-03-01', 'new_biz 10000 USD on 2026-02-01', 'churn -10000 USD on 2026-03-01'],
      fx: [],
      warnings: ['rate-missing'],
    });
  });

  test('the day whose rate counts is a setting', () => {
    const late = month('2026-03-20', 10_000, { date: '2026-04-02' });
    expect(inEuro([late]).movements).toEqual(['new_biz 9200 on 2026-03-20']);
    expect(inEuro([late], { fxDate: 'invoice_date' }).movements).toEqual(['new_biz 9500 on 2026-03-20']);
    expect(inEuro([late], { fxDate: 'period_end' }).movements).toEqual(['new_biz 9500 on 2026-03-20']);
    expect(
      inEuro([month('2026-03-01', 10_000), { ...late, amount_in_cents: '15000' }], { fxDate: 'invoice_date' }),
    ).toEqual({
      movements: ['new_biz 9200 on 2026-03-01', 'expansion 4750 on 2026-03-20'],
      fx: ['300 on 2026-03-20'],
      warnings: [],
    });
  });

  test('currencies with other minor units', () => {
    const yen: Rate = (from, to) => (from === 'JPY' && to === 'EUR' ? Rational.parse('0.00625') : null);
    const { movements } = oracleBook(
      [month('2026-03-01', 16_000, { currency: 'JPY' })],
      PLANS,
      { currency: 'EUR' },
      { rate: yen },
    );
    expect(told(movements)).toEqual(['new_biz 10000 on 2026-03-01']);
  });

  test('W32, W33 the recorded accounts: what rates did is what movements leave over', () => {
    const fx = (start: bigint, end: bigint, movements: bigint[]) => end - start - movements.reduce((a, b) => a + b, 0n);
    expect(fx(383_859_969n, 670_280_904n, [572_899n, 286_342_340n, -226_820n, -64_750n, 5000n])).toBe(-207_734n);
    expect(fx(68_604_881n, 68_954_549n, [977_000n, 1_559_209n, -770_875n, -1_730_666n, 315_000n])).toBe(0n);
  });
});

const moving: Rate = (from, to, day) => {
  const base: Record<string, bigint> = { EUR: 100n, USD: 92n, GBP: 117n };
  const drift = BigInt(Number(day.slice(5, 7)) * 3 + Number(day.slice(8)) + from.charCodeAt(0) - to.charCodeAt(0));
  return new Rational(base[from]! * 1000n + drift, base[to]! * 1000n);
};

test('identity 1 with rates: end = start + movements + fx for every customer, to the cent', () => {
  fc.assert(
    fc.property(historyArbitrary(), fc.constantFrom('EUR', 'USD', 'GBP'), ({ rows, plans }, currency) => {
      const { steps, movements, warnings } = oracleBook(rows, plans, { currency }, { rate: moving });
      expect(warnings.filter(({ code }) => code === 'rate-missing')).toEqual([]);
      const expected = finalMrr(steps, currency);
      for (const customer of new Set(rows.map((row) => row.customer_external_id))) {
        const ofCustomer = movements.filter((each) => each.customer === customer);
        expect(ofCustomer.reduce((sum, each) => sum + each.amount, 0n)).toBe(expected.get(customer) ?? 0n);
      }
    }),
    { numRuns: 200 },
  );
});

/** MRR by customer at the end of all steps: the lines that run last, each converted and rounded on its own. */
function finalMrr(steps: readonly Step[], currency: string): Map<string, bigint> {
  const last = new Map<string, Step>();
  for (const step of steps.toSorted((a, b) => a.instant - b.instant)) {
    last.set(JSON.stringify([step.customer, step.subscription, step.currency]), step);
  }
  const bySubscription = Map.groupBy(last.values(), (step) => JSON.stringify([step.customer, step.subscription]));
  const totals = new Map<string, bigint>();
  for (const [first, ...others] of bySubscription.values()) {
    const lines = [first!, ...others].flatMap((step) => step.linesAfter);
    const mrr = lines.reduce((sum, each) => sum + roundHalfAway(nativeExact(each).mul(rateOfLine(each, currency))), 0n);
    totals.set(first!.customer, (totals.get(first!.customer) ?? 0n) + (mrr > 0n ? mrr : 0n));
  }
  return totals;
}

/** The line's MRR as it was billed, worked out anew. */
function nativeExact({ line, perMonth, factor }: ValuedLine): Rational {
  return new Rational(line.amount - line.tax).mul(perMonth).mul(factor);
}

function rateOfLine({ line, start }: ValuedLine, currency: string): Rational {
  return line.currency === currency ? Rational.ONE : moving(line.currency, currency, dayOfInstant(start))!;
}

test('identity 7: with a single currency there is no fx and nothing changes', () => {
  fc.assert(
    fc.property(historyArbitrary(), ({ rows, plans }) => {
      const euro = rows.map((row) => ({ ...row, currency: 'EUR' }));
      const told = (each: Movement) => [each.type, each.amount, each.instant, each.order, each.subscription];
      const converted = oracleMovements(euro, plans, { currency: 'EUR' }, { rate: () => null });
      expect(converted.map(told)).toEqual(oracleMovements(euro, plans).map(told));
    }),
    { numRuns: 200 },
  );
});
