/** What one unit of an activity comes to, ready to be multiplied: exact coefficients of every line that the matching gives. */
import { Decimal, divideRounded, powerOfTen } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import { gwpSet } from '../catalogue/gwp.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { weighted } from '../coefficients.ts';
import type { Decision, Line } from '../decide.ts';
import { GASES, type Gas, LINE_KG_MAX, MASS_SCALE } from '../tables.ts';

/** A number per unit of activity: a decimal where it is one, else a fraction. */
export interface Coefficient {
  num: bigint;
  /** `num` as a machine integer where that is exact, else NaN. */
  small: number;
  /** 1 for a decimal. */
  den: bigint;
  /** Digits after the point of num. */
  scale: number;
}

export interface PlanLine {
  line: Line;
  /** Gases that the line has. */
  gases: ReadonlyArray<[gas: Gas, coefficient: Coefficient]>;
  co2e: Coefficient;
  /** True when the set of potentials has no value for the line's other gas, which then counts 0. */
  withoutPotential: boolean;
}

export interface Plan {
  lines: readonly PlanLine[];
  chosenBy: string;
  basis: Line['basis'];
  /** `EUR>USD` where the amount is converted at the rate of its day first; else ''. */
  fx: string;
  /** CO2e in the scopes per unit: what outside of them is, is in no total. */
  total: Coefficient;
  /** Largest mass per unit, kg: about, for the check of the range. */
  reach: number;
}

export function planOf(decision: Extract<Decision, { lines: Line[] }>, gwp: GwpSetName): Plan {
  const set = gwpSet(gwp);
  let total = Rational.ZERO;
  let reach = 0;
  const lines = decision.lines.map((line): PlanLine => {
    const { factor, coefficients } = line;
    const co2e =
      factor.gwpSource === gwp ? coefficients.co2e_source : weighted(coefficients, factor.gases.other_gas, set);
    if (line.scope !== 0) total = total.add(co2e);
    const gases = GASES.filter((gas) => !coefficients[gas].isZero());
    for (const value of [co2e, ...gases.map((gas) => coefficients[gas])])
      reach = Math.max(reach, Math.abs(Number(value.toDecimal(30).toString())));
    return {
      line,
      gases: gases.map((gas) => [gas, coefficientOf(coefficients[gas])]),
      co2e: coefficientOf(co2e),
      withoutPotential: factor.gwpSource !== gwp && !coefficients.other_kg.isZero() && !set.of(factor.gases.other_gas),
    };
  });
  return {
    lines,
    chosenBy: decision.chosenBy ?? '',
    basis: decision.lines[0]!.basis,
    fx: decision.lines[0]!.fx,
    total: coefficientOf(total),
    reach,
  };
}

function coefficientOf(value: Rational): Coefficient {
  const decimal = value.toExactDecimal();
  if (!decimal) return { num: value.num, small: Number.NaN, den: value.den, scale: 0 };
  const small = Number(decimal.mantissa);
  const exact = Number.isSafeInteger(small);
  return { num: decimal.mantissa, small: exact ? small : Number.NaN, den: 1n, scale: decimal.scale };
}

/** True when the result is no larger than a line may be. */
export function inRange(plan: Pick<Plan, 'reach'>, quantity: Decimal): boolean {
  return Math.abs(Number(quantity.mantissa)) * 10 ** -quantity.scale * plan.reach <= LINE_KG_MAX;
}

/** quantity x coefficient, kg: exact where 24 decimals hold it, else rounded half-even to them once. */
export function times(quantity: Decimal, { num, den, scale }: Coefficient): Decimal {
  const product = quantity.mantissa * num;
  const places = quantity.scale + scale;
  if (den === 1n) {
    const exact = new Decimal(product, places);
    return places <= MASS_SCALE ? exact : exact.rescale(MASS_SCALE, 'half-even');
  }
  return new Decimal(
    divideRounded(product * powerOfTen(MASS_SCALE), den * powerOfTen(places), 'half-even'),
    MASS_SCALE,
  );
}
