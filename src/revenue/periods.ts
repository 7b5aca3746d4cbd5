/**
 * What a movement says about the periods that it falls in, so that retention and churn are plain sums of movements: what its customer
 * paid when each period began, and whether the customer is lost to it. The same in SQL (one array per customer) and in TypeScript (one
 * movement after the other).
 */
import { type Day, dayNumber } from '../kernel/dates.ts';
import { bucketOf, bucketSql, type StatementInterval, type WeekStart } from './buckets.ts';

interface Period {
  name: string;
  interval: StatementInterval;
  weekStart: WeekStart;
}

export const PERIODS: readonly Period[] = [
  { name: 'day', interval: 'day', weekStart: 'monday' },
  { name: 'week', interval: 'week', weekStart: 'monday' },
  { name: 'week_sunday', interval: 'week', weekStart: 'sunday' },
  { name: 'month', interval: 'month', weekStart: 'monday' },
  { name: 'quarter', interval: 'quarter', weekStart: 'monday' },
  { name: 'year', interval: 'year', weekStart: 'monday' },
];

/** Name of the period that an interval of a report means. */
export function periodName(interval: StatementInterval, weekStart: WeekStart): string {
  return interval === 'week' && weekStart === 'sunday' ? 'week_sunday' : interval;
}

/**
 * Columns of a movement. `opening_x`: MRR of the customer before its first movement of the period; {@link AT_ZERO} of one who was
 * reduced to 0 and is still subscribed, and so counts as a customer. `lost_x`: 1 where the movement makes a customer of the period's start
 * one who churned in it and is none at its end, -1 where it takes that back.
 */
export const PERIOD_COLUMNS: readonly string[] = [
  ...PERIODS.map(({ name }) => `opening_${name}`),
  ...PERIODS.map(({ name }) => `lost_${name}`),
];

/** What stands for the MRR of a customer who was reduced to 0 and is still subscribed (R38); 0 is that of one who is none. */
export const AT_ZERO = -1;

/** SQL of the number of a period that a Date32 expression falls in. */
export function periodSql({ interval, weekStart }: Period, day: string): string {
  return bucketSql(interval, weekStart, day);
}

/** What the marks are made of. Amounts in cents. */
export interface MovedDay {
  day: Day;
  /** Of the movement. */
  type: string;
  mrrAfter: bigint;
}

/** MRR after each movement, with AT_ZERO. What exchange rates do leaves a customer at zero where it was. */
function standings(movements: readonly MovedDay[]): bigint[] {
  let standing = 0n;
  return movements.map(({ type, mrrAfter }) => {
    const remains = type === 'contraction' || (type === 'fx' && standing === BigInt(AT_ZERO));
    standing = mrrAfter === 0n && remains ? BigInt(AT_ZERO) : mrrAfter;
    return standing;
  });
}

const DAYS_KEPT_MAX = 20_000;
const numbersKept = new Map<Day, readonly number[]>();

/** Numbers of the periods that a day is in. Movements come on few days, again and again. */
function periodsOf(day: Day): readonly number[] {
  let numbers = numbersKept.get(day);
  if (numbers === undefined) {
    const known = dayNumber(day);
    numbers = PERIODS.map(({ interval, weekStart }) => bucketOf(known, interval, weekStart).number);
    if (numbersKept.size >= DAYS_KEPT_MAX) numbersKept.clear();
    numbersKept.set(day, numbers);
  }
  return numbers;
}

/** Values of {@link PERIOD_COLUMNS}, one row per movement, of one customer's movements in their order. */
export function periodMarks(movements: readonly MovedDay[]): Array<Array<string | number>> {
  const after = standings(movements);
  const columns = PERIODS.map((_, which) => {
    let period = Number.NaN;
    let opening = 0n;
    let churned = false;
    let lost = false;
    return movements.map(({ day, type }, i) => {
      const number = periodsOf(day)[which]!;
      if (number !== period) [period, opening, churned, lost] = [number, after[i - 1] ?? 0n, false, false];
      churned ||= type === 'churn';
      const lostBefore = lost;
      lost = opening !== 0n && churned && after[i] === 0n;
      return { opening: String(opening), lost: Number(lost) - Number(lostBefore) };
    });
  });
  return movements.map((_, i) => [
    ...columns.map((column) => column[i]!.opening),
    ...columns.map((column) => column[i]!.lost),
  ]);
}
