/** What is said of decisions and rules that name no factor in force, or a unit that the factors do not take. */
import { describe, expect, test } from 'vitest';
import type { FootingError } from '../../kernel/errors.ts';
import { gwpSet } from '../catalogue/gwp.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import { decide, indexFactors } from '../decide.ts';
import { checkDecisions, checkRules } from './check.ts';
import type { DecisionInput } from './choices.ts';

const index = indexFactors(loadCatalogue().factors, gwpSet);

const said = (check: () => void): string[] => {
  try {
    check();
  } catch (error) {
    return (error as FootingError).problems.map(({ field, reason, remedy }) => `${field} ${reason}. ${remedy}`);
  }
  return [];
};
const decision = (target: Partial<DecisionInput>): DecisionInput =>
  ({ activity: 'Gas, Leeds', ...target }) as DecisionInput;

describe('a name that no factor has', () => {
  test.each([
    [{ family: 'Natrual gas' }, '"Natural gas"'],
    [{ family: 'taxi, regular' }, '"Taxi, regular taxi"'],
    [{ factor: 'uk-desnz-2025/natral-gas/kwh' }, '"Natural gas"'],
  ])('%o is answered with %s', (target, meant) => {
    const [problem] = said(() => checkDecisions([decision(target)], index));
    expect(problem).toContain(`Did you mean the family ${meant}`);
  });

  test('nothing is offered for what resembles nothing, and nothing beyond the first twenty', () => {
    const strange = said(() => checkDecisions([decision({ family: 'zzqx' })], index));
    expect(strange).toEqual([
      '/decisions/0/family is not the name of a factor that is in force. See /api/carbon/factors, or `footing factors search`',
    ]);
    const many = said(() =>
      checkRules(
        Array.from({ length: 21 }, (_, i) => ({ rule: `r${i}`, when: [], family: 'Natrual gas' })),
        index,
      ),
    );
    expect(many.map((problem) => problem.includes('Did you mean'))).toEqual([...Array(20).fill(true), false]);
  });
});

test('of a unit that does not convert, all that do are named', () => {
  const family = 'Diesel (average biofuel blend)';
  expect(said(() => checkDecisions([decision({ family, unit: 'h' })], index))).toEqual([
    '/decisions/0/unit h measures time and kWh (Gross CV) measures energy. State kWh (Gross CV), kWh (Net CV), l or t, or another factor',
  ]);
  expect(said(() => checkDecisions([decision({ family, unit: 'l' })], index))).toEqual([]);
});

test('an activity whose unit does not convert is held with all units that its factors take in its country', () => {
  const held = (unit: string, country: string) =>
    decide(
      {
        activity: 'Natural gas',
        unit,
        currency: '',
        country,
        region: '',
        category: '',
        hasQuantity: true,
        hasAmount: false,
      },
      2025,
      index,
    );
  expect(held('kWh', 'GB')).toEqual({
    held: 'unit_mismatch',
    detail:
      'kWh states no calorific basis where gross calorific value is needed; their ratio depends on the fuel; state the quantity in kWh (Gross CV), kWh (Net CV), m3 or t',
  });
});
