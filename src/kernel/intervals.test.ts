import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { DAY_MS, formatInstant, parseInstant } from './dates.ts';
import { FootingError } from './errors.ts';
import { addInterval, addIntervalToDay, fullPeriodMs, interval } from './intervals.ts';

const month = interval(1, 'month');
const instants = fc.integer({ min: parseInstant('1950-01-01'), max: parseInstant('2200-01-01') });
const intervals = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  unit: fc.constantFrom('day' as const, 'month' as const, 'year' as const),
});

test('months clamp to the last day and are counted from the anchor', () => {
  const anchor = parseInstant('2026-01-31T10:30:00Z');
  const ends = [1, 2, 3, -2].map((times) => formatInstant(addInterval(anchor, month, times)).slice(0, 16));
  expect(ends).toEqual(['2026-02-28T10:30', '2026-03-31T10:30', '2026-04-30T10:30', '2025-11-30T10:30']);
  expect(addIntervalToDay('2024-02-29', interval(1, 'year'))).toBe('2025-02-28');
  expect(addIntervalToDay('2024-03-31', month, -1)).toBe('2024-02-29');
  expect(addIntervalToDay('2024-12-30', interval(7, 'day'))).toBe('2025-01-06');
});

test('full periods', () => {
  expect(fullPeriodMs(parseInstant('2026-04-01'), month) / DAY_MS).toBe(31);
  expect(fullPeriodMs(parseInstant('2026-03-31'), month) / DAY_MS).toBe(31);
  expect(fullPeriodMs(parseInstant('2024-03-01'), interval(1, 'year')) / DAY_MS).toBe(366);
  expect(fullPeriodMs(parseInstant('2026-04-01'), interval(2, 'day')) / DAY_MS).toBe(2);
});

test('agrees with Temporal', () => {
  fc.assert(
    fc.property(instants, intervals, fc.integer({ min: -40, max: 40 }), (instant, step, times) => {
      const from = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO('UTC');
      const expected = from.add({ [`${step.unit}s`]: step.count * times }).epochMilliseconds;
      expect(addInterval(instant, step, times)).toBe(expected);
      expect(addIntervalToDay(from.toPlainDate().toString(), step, times)).toBe(
        from
          .toPlainDate()
          .add({ [`${step.unit}s`]: step.count * times })
          .toString(),
      );
    }),
  );
});

test.each([0, -1, 1.5, Number.NaN])('no interval of %s', (count) => {
  expect(() => interval(count, 'month')).toThrow(FootingError);
});

test('leaving the calendar is refused', () => {
  expect(() => addIntervalToDay('9999-12-31', month)).toThrow(FootingError);
});
