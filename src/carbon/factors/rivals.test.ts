/** Own factors of one name that say different things of the same days. */
import { expect, test } from 'vitest';
import { gwpSet } from '../catalogue/gwp.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import type { Factor } from '../catalogue/types.ts';
import { decide, indexFactors, OWN_RELEASE } from '../decide.ts';

const [published] = loadCatalogue().factors.filter(({ id }) => id === 'uk-desnz-2025/natural-gas/kwh-gross-cv');
const own = (id: string, co2eSource: string, validFrom: string, validTo: string): Factor => ({
  ...published!,
  id: `own/${id}`,
  release: OWN_RELEASE,
  name: 'Bracket',
  aliases: [],
  validFrom,
  validTo,
  co2eSource,
});
const decided = (...factors: Factor[]) => {
  const row = { activity: 'bracket', unit: 'kWh (Gross CV)', currency: '', country: 'GB', region: '', category: '' };
  const index = indexFactors([published!, ...factors], gwpSet);
  const decision = decide({ ...row, hasQuantity: true, hasAmount: false }, 2025, index);
  return 'held' in decision ? `${decision.held}: ${decision.detail}` : decision.lines[0]!.factor.id;
};
const until2026 = own('a', '1', '2024-01-01', '2026-01-01');

test.each<[what: string, second: Factor, expected: string, first?: Factor]>([
  [
    'other figures for days of both',
    own('b', '2', '2025-07-01', ''),
    'several_factors: own/a and own/b; decide on one, state a rule, or name one by its id',
  ],
  [
    'other figures from the middle of the year',
    own('b', '2', '2025-07-01', ''),
    'several_factors: own/a and own/b; decide on one, state a rule, or name one by its id',
    own('a', '1', '2024-01-01', '2025-07-01'),
  ],
  ['the same figures', own('b', '1', '2025-07-01', ''), 'own/a'],
  ['other figures afterwards', own('b', '2', '2026-01-01', ''), 'own/a'],
  [
    'another unit',
    { ...own('b', '2', '2025-01-01', ''), unit: { ...published!.unit, code: 'kWh of another kind' } },
    'own/a',
  ],
  ['another place', { ...own('b', '2', '2025-01-01', ''), region: 'FR' }, 'own/a'],
])('a second factor with %s', (_, second, expected, first = until2026) => {
  expect(decided(first, second)).toBe(expected);
});
