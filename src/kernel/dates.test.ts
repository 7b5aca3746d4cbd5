import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  addMonthsToMonth,
  DAY_MS,
  dayFromNumber,
  dayNumber,
  dayOfInstant,
  daysBetween,
  daysByMonth,
  formatInstant,
  knownTimeZone,
  monthDays,
  monthRange,
  parseInstant,
  startOfDay,
} from './dates.ts';
import { FootingError } from './errors.ts';

const dayNumbers = fc.integer({ min: dayNumber('1900-01-01'), max: dayNumber('2299-12-31') });
const instants = fc.integer({ min: parseInstant('1900-01-01'), max: parseInstant('2299-12-31') });
const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'America/Sao_Paulo',
);

describe('days', () => {
  test('numbers and days are each other’s inverse, and agree with Temporal', () => {
    fc.assert(
      fc.property(dayNumbers, (number) => {
        const day = dayFromNumber(number);
        expect(dayNumber(day)).toBe(number);
        expect(Temporal.PlainDate.from('1970-01-01').add({ days: number }).toString()).toBe(day);
      }),
    );
  });

  test('differences', () => {
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
    expect(daysBetween('2023-03-01', '2023-02-28')).toBe(-1);
    expect(addDays('2023-12-31', 1)).toBe('2024-01-01');
  });

  test.each(['2023-02-29', '2023-13-01', '2023-00-10', '2023-04-31', '0000-01-01', '2023-1-1', '', '20230101'])(
    'no such day: %s',
    (day) => {
      expect(() => dayNumber(day)).toThrow(FootingError);
    },
  );
});

describe('months', () => {
  test('first and last day', () => {
    expect(monthDays('2024-02')).toEqual({ first: '2024-02-01', last: '2024-02-29' });
    expect(() => monthDays('2024-13')).toThrow(FootingError);
  });

  test('ranges run over years and are empty backwards', () => {
    expect(monthRange('2023-11', '2024-02')).toEqual(['2023-11', '2023-12', '2024-01', '2024-02']);
    expect(monthRange('2024-02', '2024-01')).toEqual([]);
    expect(addMonthsToMonth('2024-01', -1)).toBe('2023-12');
    expect(addMonthsToMonth('2024-01', -13)).toBe('2022-12');
  });

  test('a bill’s days by month', () => {
    expect(daysByMonth('2024-01-30', '2024-03-01')).toEqual([
      { month: '2024-01', days: 2 },
      { month: '2024-02', days: 29 },
      { month: '2024-03', days: 1 },
    ]);
    expect(daysByMonth('2024-01-02', '2024-01-01')).toEqual([]);
  });

  test('days by month add up to the days', () => {
    fc.assert(
      fc.property(dayNumbers, fc.integer({ min: 0, max: 1500 }), (from, length) => {
        const parts = daysByMonth(dayFromNumber(from), dayFromNumber(from + length));
        expect(parts.reduce((total, part) => total + part.days, 0)).toBe(length + 1);
      }),
    );
  });
});

describe('instants', () => {
  test.each([
    ['2026-03-31', '2026-03-31T00:00:00.000Z'],
    ['2026-03-31T23:30:00+02:00', '2026-03-31T21:30:00.000Z'],
    ['2026-03-31T23:30:00.1Z', '2026-03-31T23:30:00.100Z'],
    ['2026-03-31 23:30:00.123000-0530', '2026-04-01T05:00:00.123Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, expected) => {
    expect(formatInstant(parseInstant(text))).toBe(expected);
  });

  test.each([
    '2026-03-31T23:30:00',
    '2026-03-31T24:00:00Z',
    '2026-03-31T23:60:00Z',
    '2026-02-30T00:00:00Z',
    '2026-03-31T00:00:00.0001Z',
    '2026-03-31T00:00:00+25:00',
    'yesterday',
  ])('not an instant: %s', (text) => {
    expect(() => parseInstant(text)).toThrow(FootingError);
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        expect(parseInstant(formatInstant(instant))).toBe(instant);
      }),
    );
  });

  test('the local day agrees with Temporal and lies between the days’ own starts', () => {
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const day = dayOfInstant(instant, zone);
        const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
        expect(day).toBe(zoned.toPlainDate().toString());
        expect(startOfDay(day, zone)).toBeLessThanOrEqual(instant);
        expect(startOfDay(addDays(day, 1), zone)).toBeGreaterThan(instant);
      }),
      { numRuns: 300 },
    );
  });

  test('a day may have 23 or 25 hours', () => {
    const hours = (day: string) =>
      (startOfDay(addDays(day, 1), 'Europe/Berlin') - startOfDay(day, 'Europe/Berlin')) / (DAY_MS / 24);
    expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-06-01')]).toEqual([23, 25, 24]);
  });

  test('an unknown time zone is refused', () => {
    expect(() => knownTimeZone('Europe/Atlantis')).toThrow(FootingError);
    expect(knownTimeZone('Europe/Vienna')).toBe('Europe/Vienna');
  });
});
