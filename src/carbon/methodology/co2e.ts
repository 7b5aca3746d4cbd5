/** CO2e of a sum of masses under a set of potentials and a methodology's rule for methane; exact. */
import { Decimal } from '../../kernel/decimal.ts';
import { invariant } from '../../kernel/errors.ts';
import type { Rational } from '../../kernel/rational.ts';
import { gwpSet } from '../catalogue/gwp.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import type { SumRow } from '../figures.ts';
import type { MethaneRule } from './methodology.ts';

/**
 * Under the source's own set the CO2e that it publishes, else masses x potentials. A rule that gives methane another potential
 * than the source did counts by the masses.
 */
export function co2eUnder(sums: SumRow, gwp: GwpSetName, methane: MethaneRule = 'by_source'): Decimal {
  const row = underRule(sums, methane);
  if (row.gwp_source === gwp) return Decimal.parse(row.co2e_source);
  const set = potentials(gwp);
  let total = Decimal.ZERO;
  for (const [gas, potential] of set.gases) {
    const mass = row[gas];
    if (mass !== '0') total = total.add(Decimal.parse(mass).mul(potential));
  }
  if (row.other_kg !== '0') {
    const potential = gwpSet(gwp).of(row.other_gas);
    if (potential) total = total.add(Decimal.parse(row.other_kg).mul(exact(potential)));
  }
  return total;
}

/** The masses as the rule has them: methane of one origin counted as that of the other, and then by mass. */
export function underRule(sums: SumRow, methane: MethaneRule): SumRow {
  if (methane === 'by_source') return sums;
  const [from, to] = methane === 'all_fossil' ? CH4.toReversed() : CH4;
  if (sums[from!] === '0') return sums;
  const together = Decimal.parse(sums[from!]).add(Decimal.parse(sums[to!]));
  return { ...sums, gwp_source: '', [from!]: '0', [to!]: together.toString() };
}

const CH4 = ['ch4_fossil', 'ch4_non_fossil'] as const;

type Weighted = 'co2_fossil' | 'ch4_fossil' | 'ch4_non_fossil' | 'n2o' | 'co2e_unsplit';
const known = new Map<GwpSetName, { gases: Array<[Weighted, Decimal]> }>();

function potentials(gwp: GwpSetName): { gases: Array<[Weighted, Decimal]> } {
  let made = known.get(gwp);
  if (!made) {
    const set = gwpSet(gwp);
    made = {
      gases: [
        ['co2_fossil', exact(set.co2)],
        ['ch4_fossil', exact(set.ch4Fossil)],
        ['ch4_non_fossil', exact(set.ch4NonFossil)],
        ['n2o', exact(set.n2o)],
        ['co2e_unsplit', Decimal.ONE],
      ],
    };
    known.set(gwp, made);
  }
  return made;
}

function exact(potential: Rational): Decimal {
  const decimal = potential.toExactDecimal();
  invariant(decimal !== undefined, `the potential ${potential} is no decimal`);
  return decimal;
}
