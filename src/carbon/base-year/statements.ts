/**
 * What people state about base years, each as a journal entry: the base year with its recalculation policy, events that the books
 * cannot know, targets. Checked here, kept as stated.
 */
import { dayParts } from '../../kernel/dates.ts';
import { FootingError, type Problem, shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { GWP_SET_NAMES } from '../catalogue/gwp.ts';
import { APPROACHES } from '../methodology/methodology.ts';
import { EVENT_CAUSES, MOVES, SCOPES } from './names.ts';
import type { BaseYearEventInput, BaseYearInput, TargetInput } from './shapes.ts';

export const BASE_YEAR_KIND = 'base_year.state';
export const BASE_YEAR_EVENT_KIND = 'base_year.event';
export const WITHDRAW_EVENT_KIND = 'base_year.withdraw_event';
export const TARGET_KIND = 'target.state';
export const WITHDRAW_TARGET_KIND = 'target.withdraw';
export const BASE_YEAR_KINDS: readonly string[] = [
  BASE_YEAR_KIND,
  BASE_YEAR_EVENT_KIND,
  WITHDRAW_EVENT_KIND,
  TARGET_KIND,
  WITHDRAW_TARGET_KIND,
];

/** Years of an average base period. */
export const BASE_YEARS_MAX = 5;
const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const AMOUNT = /^-?\d{1,15}(\.\d{1,12})?$/;
const PERCENT = /^\d{1,3}(\.\d{1,6})?$/;

/** Collects everything that does not hold, then refuses it at once. */
function checker(what: string) {
  const problems: Problem[] = [];
  return {
    expect(holds: boolean, field: string, value: unknown, reason: string, remedy?: string): void {
      if (!holds)
        problems.push({
          field,
          value: shown(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
          reason,
          ...(remedy === undefined ? {} : { remedy }),
        });
    },
    done(): void {
      if (problems.length > 0) throw new FootingError('invalid', `${what} cannot be stated like that.`, { problems });
    },
  };
}

/** @throws FootingError `invalid` naming everything that does not hold. */
export function checkBaseYear(input: BaseYearInput, head: number): void {
  const { expect, done } = checker('A base year');
  expect(NAME.test(input.name), 'name', input.name, 'is not made of lower-case letters, digits, dots and hyphens');
  const months = monthsFrom(input.from, input.to);
  expect(
    months !== null && months > 0 && months % 12 === 0 && months <= 12 * BASE_YEARS_MAX,
    'to',
    `${input.from} to ${input.to}`,
    `is not a period of 1 to ${BASE_YEARS_MAX} whole years`,
    'Give the first and the last month, such as 2020-01 and 2020-12',
  );
  expect((APPROACHES as readonly string[]).includes(input.approach), 'approach', input.approach, 'is not known');
  expect((GWP_SET_NAMES as readonly string[]).includes(input.gwp), 'gwp', input.gwp, 'is not known');
  expect(
    PERCENT.test(input.threshold_percent) && Rational.parse(input.threshold_percent).cmp(Rational.parse('100')) <= 0,
    'threshold_percent',
    input.threshold_percent,
    'must be a number of percent from 0 to 100',
    'GHG Protocol leaves it to the organisation; 5 is usual',
  );
  expect(distinctScopes(input.test_scopes), 'test_scopes', input.test_scopes, 'must be some of 1, 2, 3, each once');
  expect(
    input.as_of === null || (input.as_of > 0 && input.as_of <= head),
    'as_of',
    input.as_of,
    `is not an entry of this journal, which ends at ${head}`,
  );
  done();
}

export function checkEvent(input: BaseYearEventInput, known: readonly string[], head: number): void {
  const { expect, done } = checker('An event of the base year');
  expect(NAME.test(input.id), 'id', input.id, 'is not made of lower-case letters, digits, dots and hyphens');
  expectKnown(expect, input.base_year, known);
  expect(isDay(input.day), 'day', input.day, 'is not a day', 'Write it like 2024-07-01');
  expect((EVENT_CAUSES as readonly string[]).includes(input.cause), 'cause', input.cause, 'is not known');
  expect(input.title.trim() !== '', 'title', input.title, 'is empty: say what happened');
  const given = [input.entries, input.changes, input.moved].filter((one) => one !== undefined).length;
  expect(given === 1, 'entries', '', 'exactly one of entries, changes and moved says what it amounts to');
  for (const seq of input.entries ?? []) {
    expect(Number.isInteger(seq) && seq > 0 && seq <= head, 'entries', seq, `is not an entry; the last one is ${head}`);
  }
  expect(input.entries === undefined || input.entries.length > 0, 'entries', [], 'names no entry');
  for (const { scope, co2e_t } of input.changes ?? []) {
    expect((SCOPES as readonly string[]).includes(scope), 'changes.scope', scope, 'must be 1, 2 or 3');
    expect(AMOUNT.test(co2e_t), 'changes.co2e_t', co2e_t, 'is not an amount in tonnes');
  }
  expect(
    input.changes === undefined ||
      (input.changes.length > 0 && new Set(input.changes.map(({ scope }) => scope)).size === input.changes.length),
    'changes',
    input.changes,
    'must name each scope that changes once',
  );
  if (input.moved) {
    const { where, direction } = input.moved;
    expect(
      (MOVES as readonly string[]).includes(direction),
      'moved.direction',
      direction,
      'must be outsourced or insourced',
    );
    expect(
      Object.values(where).some((values) => (values?.length ?? 0) > 0),
      'moved.where',
      where,
      'names nothing: give an entity, an activity or a country',
    );
  }
  done();
}

export function checkTarget(input: TargetInput, known: ReadonlyArray<{ name: string; lastYear: number }>): void {
  const { expect, done } = checker('A target');
  expect(NAME.test(input.name), 'name', input.name, 'is not made of lower-case letters, digits, dots and hyphens');
  expectKnown(
    expect,
    input.base_year,
    known.map(({ name }) => name),
  );
  const base = known.find(({ name }) => name === input.base_year);
  expect(
    base === undefined || (Number.isInteger(input.target_year) && input.target_year > base.lastYear),
    'target_year',
    input.target_year,
    `does not lie after the base year, ${base?.lastYear}`,
  );
  expect(distinctScopes(input.scopes), 'scopes', input.scopes, 'must be some of 1, 2, 3, each once');
  const { reduction_percent: reduction, annual_percent: annual } = input;
  expect(
    (reduction === undefined) !== (annual === undefined),
    'reduction_percent',
    reduction ?? '',
    'exactly one of reduction_percent and annual_percent is needed',
    'Give what is reduced by the target year, or what is reduced a year',
  );
  for (const [field, value] of [
    ['reduction_percent', reduction],
    ['annual_percent', annual],
  ] as const) {
    if (value === undefined) continue;
    const number = PERCENT.test(value) ? Rational.parse(value) : null;
    expect(
      number !== null && number.sign() > 0 && number.cmp(Rational.parse('100')) <= 0,
      field,
      value,
      'must be above 0 and at most 100 percent of the base',
    );
  }
  expect(
    (input.kind === 'intensity') === (input.per !== undefined),
    'per',
    input.per ?? '',
    input.kind === 'intensity'
      ? 'is missing: an intensity needs what emissions are divided by'
      : 'an absolute target is divided by nothing',
  );
  for (const [year, value] of Object.entries(input.per?.values ?? {})) {
    expect(/^\d{4}$/.test(year), 'per.values', year, 'is not a year');
    expect(AMOUNT.test(value) && Rational.parse(value).sign() > 0, 'per.values', value, 'must be an amount above 0');
  }
  expect(
    input.per === undefined || base === undefined || input.per.values[String(base.lastYear)] !== undefined,
    'per.values',
    input.per?.values,
    `lacks the base year, ${base?.lastYear}`,
  );
  done();
}

function expectKnown(
  expect: (holds: boolean, field: string, value: unknown, reason: string, remedy?: string) => void,
  name: string,
  known: readonly string[],
): void {
  expect(
    known.includes(name),
    'base_year',
    name,
    known.length === 0 ? 'no base year is stated yet' : `is not stated; there is ${known.join(', ')}`,
    'State the base year first',
  );
}

const distinctScopes = (scopes: readonly string[]): boolean =>
  scopes.length > 0 &&
  new Set(scopes).size === scopes.length &&
  scopes.every((scope) => (SCOPES as readonly string[]).includes(scope));

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    dayParts(text);
    return true;
  } catch {
    return false;
  }
}

/** Months from the first to the last, both inclusive; null when one is none. */
export function monthsFrom(from: string, to: string): number | null {
  if (!MONTH.test(from) || !MONTH.test(to)) return null;
  const count = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));
  return count(to) - count(from) + 1;
}
