/** W29 to W34 of the revenue specification: rates never become movements. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOfInstant } from '../../src/kernel/dates.ts';
import { Rational } from '../../src/kernel/rational.ts';
import { roundHalfAway } from '../../src/revenue/rules/exact.ts';
import {
  convertedBook,
  type InvoiceRow,
  oracleBook,
  oracleMovements,
  type Rate,
  revenueSettings,
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

function inEuro(...rows: InvoiceRow[]) {
  const book = convertedBook(oracleBook(rows, PLANS).steps, { currency: 'EUR', rate }, revenueSettings());
  return {
    movements: told(book.movements),
    fx: book.fx.map((each) => `${each.amount} on ${dayOfInstant(each.instant)}`),
    unconverted: book.unconverted.length,
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
    expect(inEuro(...rows)).toEqual({ movements, fx, unconverted: 0 });
  });

  test('W34 without a rate a line stays out and is reported', () => {
    expect(inEuro(month('2026-02-01', 10_000))).toEqual({ movements: [], fx: [], unconverted: 1 });
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
      const { steps } = oracleBook(rows, plans);
      const { movements, fx, unconverted } = convertedBook(steps, { currency, rate: moving }, revenueSettings());
      expect(unconverted).toEqual([]);
      const expected = finalMrr(steps, currency);
      for (const customer of new Set(rows.map((row) => row.customer_external_id))) {
        const parts = [...movements, ...fx].filter((each) => each.customer === customer);
        expect(parts.reduce((sum, each) => sum + each.amount, 0n)).toBe(expected.get(customer) ?? 0n);
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
    const mrr = lines.reduce((sum, each) => sum + roundHalfAway(each.exact.mul(rateOfLine(each, currency))), 0n);
    totals.set(first!.customer, (totals.get(first!.customer) ?? 0n) + (mrr > 0n ? mrr : 0n));
  }
  return totals;
}

function rateOfLine({ line, start }: ValuedLine, currency: string): Rational {
  return line.currency === currency ? Rational.ONE : moving(line.currency, currency, dayOfInstant(start))!;
}

test('identity 7: with a single currency there is no fx and nothing changes', () => {
  fc.assert(
    fc.property(historyArbitrary(), ({ rows, plans }) => {
      const euro = rows.map((row) => ({ ...row, currency: 'EUR' }));
      const book = oracleBook(euro, plans);
      const converted = convertedBook(book.steps, { currency: 'EUR', rate: () => null }, revenueSettings());
      expect(converted.fx).toEqual([]);
      expect(converted.movements.map(({ type, amount, instant, order }) => ({ type, amount, instant, order }))).toEqual(
        oracleMovements(euro, plans).map(({ type, amount, instant, order }) => ({ type, amount, instant, order })),
      );
    }),
    { numRuns: 200 },
  );
});
