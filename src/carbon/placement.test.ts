/** In which scope and category lines stand when the activity states a category. */
import { describe, expect, test } from 'vitest';
import { gwpSet } from './catalogue/gwp.ts';
import { loadCatalogue } from './catalogue/load.ts';
import { decide, indexFactors } from './decide.ts';
import { FLAGS } from './tables.ts';

const index = indexFactors(
  loadCatalogue().factors.filter(({ release }) => release === 'uk-desnz-2025'),
  gwpSet,
);

/** scope.category of each line, those beside the scopes left out; `!` where the stated category is ignored. */
function placed(activity: string, unit: string, category: string, calculation = ''): string[] {
  const decision = decide(
    {
      activity,
      unit,
      currency: '',
      country: 'GB',
      region: '',
      category,
      hasQuantity: true,
      hasAmount: false,
      calculation,
    },
    2025,
    index,
  );
  if ('held' in decision) throw new Error(decision.detail);
  return decision.lines
    .filter(({ scope }) => scope !== 0)
    .map((line) => `${line.scope}.${line.category}${(line.flags & FLAGS.category_ignored) === 0 ? '' : '!'}`);
}

const DIESEL = ['Diesel (average biofuel blend)', 'l'] as const;
const POWER = ['Electricity, United Kingdom', 'kWh'] as const;
const CAR = ['Business travel, car, average, unknown fuel', 'km'] as const;
const FREIGHT = ['Freight, HGV, all HGVs, average laden', 'tkm'] as const;

describe('a category that is stated', () => {
  test.each([
    ['nothing: one’s own fuel', ...DIESEL, '', ['1.0', '3.3']],
    ['4: fuel of a carrier, its upstream with it', ...DIESEL, '4', ['3.4', '3.4']],
    ['14: power of franchises', ...POWER, '14', ['3.14', '3.14', '3.14', '3.14']],
    ['2 may mean the scope: ignored and flagged', ...POWER, '2', ['2.0!', '3.3', '3.3', '3.3']],
    ['5 is about waste: ignored and flagged', ...DIESEL, '5', ['1.0!', '3.3']],
    ['7: a car of travellers that commute, upstream with it', ...CAR, '7', ['3.7', '3.7']],
    ['nothing: the category of the factor', ...CAR, '', ['3.6', '3.6']],
    ['9: freight that customers pay', ...FREIGHT, '9', ['3.9', '3.9']],
    ['11 is none of freight: ignored and flagged', ...FREIGHT, '11', ['3.4!', '3.4']],
  ] as const)('%s', (_, activity, unit, category, lines) => {
    expect(placed(activity, unit, category)).toEqual(lines);
  });

  test('methods with a category of their own take what goes along, where it may stand there', () => {
    expect(placed(...CAR, '6', 'commuting')).toEqual(['3.7', '3.7']);
    // Fuel that is sold: its upstream was bought, category 3.
    expect(placed('Petrol (average biofuel blend)', 'l', '11', 'sold-fuel')).toEqual(['3.11', '3.3']);
    expect(placed(...POWER, '13', 'leased-share')).toEqual(['3.13']);
  });
});
