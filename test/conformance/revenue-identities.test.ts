/** The identities of the revenue specification on random histories, and on every short sequence of events. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOfInstant, formatInstant, monthOfInstant, parseInstant } from '../../src/kernel/dates.ts';
import {
  type Book,
  type InvoiceRow,
  type Movement,
  movementWords,
  oracleBook,
  oracleMovements,
  type RevenueSettings,
} from '../../src/revenue/rules/index.ts';
import { everyShapeHistory, historyArbitrary, SHAPES } from '../support/revenue-histories.ts';
import { line, PLANS } from './revenue-cases.ts';

const settingsArbitrary: fc.Arbitrary<Partial<RevenueSettings>> = fc.record({
  churnRecognition: fc.constantFrom('immediate' as const, 'end_of_service_period' as const, 'when_scheduled' as const),
  churnWhenZeroMrr: fc.boolean(),
  autoChurnDays: fc.constantFrom(null, 1, 30, 90),
  classificationWindowMinutes: fc.constantFrom(0, 1, 60, 10_080),
});

const sum = (movements: readonly Movement[]) => movements.reduce((total, each) => total + each.amount, 0n);

/** Customer and currency, as one text. */
const whose = (each: { customer: string; currency: string }) => `${each.customer} ${each.currency}`;

/** MRR by customer and currency from the step functions, without looking at movements. */
function mrrFromSteps(book: Book, until: number): Map<string, bigint> {
  const values = new Map<string, { whose: string; instant: number; after: bigint }>();
  for (const step of book.steps) {
    if (step.instant > until) continue;
    const key = `${whose(step)} ${step.subscription}`;
    const known = values.get(key);
    if (!known || known.instant < step.instant) {
      values.set(key, { whose: whose(step), instant: step.instant, after: step.after });
    }
  }
  const totals = new Map<string, bigint>();
  for (const each of values.values()) totals.set(each.whose, (totals.get(each.whose) ?? 0n) + each.after);
  return totals;
}

/** Who runs some subscription right after each instant at which one of the customer's begins or ends, ascending. */
function subscribedFromSteps(book: Book, key: string): Array<[instant: number, subscribed: boolean]> {
  const running = new Set<string>();
  const steps = book.steps.filter((step) => whose(step) === key).sort((a, b) => a.instant - b.instant);
  const after = new Map<number, boolean>();
  for (const step of steps) {
    if (step.runningAfter) running.add(step.subscription);
    else running.delete(step.subscription);
    after.set(step.instant, running.size > 0);
  }
  return [...after];
}

/** Throws unless everything that must hold for any history holds. */
function expectIdentities(book: Book, settings: Partial<RevenueSettings> = {}): void {
  const window = (settings.classificationWindowMinutes ?? 60) * 60_000;
  const byCustomer = Map.groupBy(book.movements, whose);
  const finals = mrrFromSteps(book, Number.POSITIVE_INFINITY);
  for (const [key, mrr] of finals) expect(sum(byCustomer.get(key) ?? [])).toBe(mrr);

  for (const [key, movements] of byCustomer) {
    const groups = [...Map.groupBy(movements, (each) => each.group)].sort(([a], [b]) => a - b);
    expect(groups.map(([number]) => number)).toEqual(groups.map((_, index) => index + 1));
    let mrr = 0n;
    let customer = false;
    let fellToZero: number | null = null;
    const subscribed = subscribedFromSteps(book, key);
    const leavesBetween = (since: number, until: number) =>
      subscribed.find(([instant, runs]) => instant > since && instant < until && !runs)?.[0];
    for (const [number, group] of groups) {
      const [first] = group;
      // Identity 1 at the end of every group, where the movements must agree with the step functions.
      expect(first!.mrrBefore).toBe(mrr);
      mrr += sum(group);
      expect(first!.mrrAfter).toBe(mrr);
      expect(mrr).toBeGreaterThanOrEqual(0n);
      const last = Math.max(...group.flatMap((each) => each.steps.map((step) => step.instant)));
      const begin = Math.min(...group.flatMap((each) => each.steps.map((step) => step.instant)));
      expect(last - begin).toBeLessThanOrEqual(window);
      expect(mrrFromSteps(book, last).get(key)).toBe(mrr);
      // One type a group, the sign that goes with it, and new business first and only once.
      expect(new Set(group.map((each) => each.type)).size).toBe(1);
      const rises = ['new_biz', 'expansion', 'reactivation'].includes(first!.type);
      // Who fell to 0 and stayed subscribed leaves when nothing runs any more, by a churn of 0 (R38).
      const leaving: boolean = first!.type === 'churn' && first!.amount === 0n;
      if (leaving) expect(first!.instant).toBe(leavesBetween(fellToZero!, Number.POSITIVE_INFINITY));
      else if (customer && fellToZero !== null) expect(leavesBetween(fellToZero, begin)).toBe(undefined);
      if (!leaving) for (const each of group) expect(each.amount > 0n).toBe(rises);
      expect(first!.type === 'new_biz').toBe(number === 1);
      // Identity 2: one becomes a customer by new business, reactivation or expansion from 0, and stops being one by churn alone.
      if (first!.mrrBefore > 0n) expect(customer).toBe(true);
      if (first!.type === 'new_biz' || first!.type === 'reactivation') expect(customer).toBe(false);
      if (first!.type === 'churn') expect([customer, mrr]).toEqual([true, 0n]);
      expect([first!.activeBefore, first!.activeAfter]).toEqual([customer, first!.type !== 'churn']);
      customer = first!.type !== 'churn';
      fellToZero = customer && mrr === 0n ? last : null;
    }
    if (fellToZero !== null) expect(leavesBetween(fellToZero, Number.POSITIVE_INFINITY)).toBe(undefined);
  }
}

describe('random histories', () => {
  test('movements foot to the step functions at every group, under all settings', () => {
    fc.assert(
      fc.property(historyArbitrary(), settingsArbitrary, ({ rows, plans }, settings) => {
        expectIdentities(oracleBook(rows, plans, settings), settings);
      }),
      { numRuns: 400 },
    );
  });

  test('identity 3: day buckets add up to months, months to the whole, in any time zone', () => {
    fc.assert(
      fc.property(
        historyArbitrary(),
        fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Apia', 'America/St_Johns'),
        ({ rows, plans }, zone) => {
          const movements = oracleMovements(rows, plans);
          const key = (each: Movement, bucket: string) => `${each.type} ${each.currency} ${bucket}`;
          const days = Map.groupBy(movements, (each) => key(each, dayOfInstant(each.instant, zone)));
          const months = Map.groupBy(movements, (each) => key(each, monthOfInstant(each.instant, zone)));
          for (const [bucket, inMonth] of months) {
            const parts = [...days].filter(([day]) => day.slice(0, -3) === bucket).map(([, inDay]) => sum(inDay));
            expect(parts.reduce((total, part) => total + part, 0n)).toBe(sum(inMonth));
          }
          expect([...months.values()].map(sum).reduce((total, part) => total + part, 0n)).toBe(sum(movements));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('identity 6: the order of import does not matter (the rows of one invoice keep theirs)', () => {
    fc.assert(
      fc.property(historyArbitrary(), fc.infiniteStream(fc.nat()), ({ rows, plans }, random) => {
        const invoices = [...Map.groupBy(rows, (row) => row.invoice_external_id).values()];
        const reordered = invoices
          .map((invoice) => ({ invoice, place: random.next().value! }))
          .sort((a, b) => a.place - b.place)
          .flatMap(({ invoice }) => invoice);
        expect(essence(oracleMovements(reordered, plans))).toEqual(essence(oracleMovements(rows, plans)));
      }),
      { numRuns: 200 },
    );
  });

  test('customers do not touch each other, nor do currencies of plain lives', () => {
    fc.assert(
      fc.property(historyArbitrary(), ({ rows, plans }) => {
        const apart = [...Map.groupBy(rows, (row) => row.customer_external_id).keys()].sort().flatMap((customer) =>
          oracleMovements(
            rows.filter((row) => row.customer_external_id === customer),
            plans,
          ),
        );
        expect(essence(apart)).toEqual(essence(oracleMovements(rows, plans)));
      }),
      { numRuns: 100 },
    );
  });

  test('identity 6: deleting everything leaves nothing', () => {
    expect(oracleBook([], PLANS)).toEqual({ lines: [], valued: [], steps: [], movements: [], warnings: [] });
  });
});

describe('every shape', () => {
  const { rows, plans } = everyShapeHistory();
  const book = oracleBook(rows, plans);

  test('foots, and is told in words', () => {
    expectIdentities(book);
    for (const movement of book.movements) expect(movementWords(movement)).toMatch(/ of \d+\.\d\d on \d+ \w+ \d{4}: ./);
  });

  test('there are at least 200, and together they meet every movement and every warning', () => {
    expect(SHAPES.length).toBeGreaterThanOrEqual(200);
    expect([...new Set(book.movements.map((each) => each.type))].sort()).toEqual([
      'churn',
      'contraction',
      'expansion',
      'new_biz',
      'reactivation',
    ]);
    expect([...new Set(book.warnings.map((each) => each.code))].sort()).toEqual([
      'cancellation-without-effect',
      'currency-changed',
      'equal-start',
      'line-invalid-period',
      'line-plan-unknown',
      'negative-mrr',
      'subscription-never-counted',
    ]);
  });
});

describe('every sequence of up to four events', () => {
  // Instants 20 minutes apart within an hour and days apart otherwise come from the position in the sequence.
  const spacings = [0, 20 * 60_000, 86_400_000];
  type Event = (at: string, end: string) => InvoiceRow;
  const events: Record<string, Event> = {
    'A 100': (at, end) => line(at, end, 100, { subscription_external_id: 'A' }),
    'A 60': (at, end) => line(at, end, 60, { subscription_external_id: 'A' }),
    'A 0': (at, end) => line(at, end, 0, { subscription_external_id: 'A' }),
    'A -70 prorated': (at, end) =>
      line(at, end, -70, { subscription_external_id: 'A', prorated: 'true', proration_type: 'differential_mrr' }),
    'A cancelled': (at, end) => line(at, end, 1, { subscription_external_id: 'A', type: 'one_time', cancelled_at: at }),
    'B 40': (at, end) => line(at, end, 40, { subscription_external_id: 'B' }),
    'B cancelled': (at, end) => line(at, end, 1, { subscription_external_id: 'B', type: 'one_time', cancelled_at: at }),
  };
  const names = Object.keys(events);
  const sequences = (length: number): string[][] =>
    length === 0 ? [[]] : sequences(length - 1).flatMap((shorter) => names.map((name) => [...shorter, name]));
  const rowsOf = (sequence: readonly string[], spacing: number) =>
    sequence.map((name, index) => {
      const at = parseInstant('2026-01-01') + index * spacing;
      return events[name]!(formatInstant(at), formatInstant(at + 30 * 86_400_000));
    });

  test.each(spacings)('foots in either order of import, %d ms apart', (spacing) => {
    for (const length of [1, 2, 3, 4]) {
      for (const sequence of sequences(length)) {
        const rows = rowsOf(sequence, spacing);
        const book = oracleBook(rows, PLANS);
        expectIdentities(book);
        expect(essence(oracleMovements(rows.toReversed(), PLANS)), sequence.join(', ')).toEqual(
          essence(book.movements),
        );
      }
    }
  });

  test('a cancellation always ends what ran before it, and only that', () => {
    for (const sequence of sequences(3)) {
      const book = oracleBook(rowsOf([...sequence, 'A cancelled'], 86_400_000), PLANS);
      const ofA = book.steps.filter((step) => step.subscription === 'A').at(-1);
      expect(ofA?.runningAfter ?? false, sequence.join(', ')).toBe(false);
      const b = sequence.findLast((name) => name.startsWith('B'));
      expect(sum(book.movements), sequence.join(', ')).toBe(b === 'B 40' ? 40n : 0n);
    }
  });
});

/** What a posting is made of. */
function essence(movements: readonly Movement[]): unknown[] {
  return movements.map(({ source, customer, currency, instant, order, type, amount, subscription, group }) => ({
    source,
    customer,
    currency,
    instant,
    order,
    type,
    amount,
    subscription,
    group,
  }));
}
