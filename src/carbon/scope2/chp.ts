/** Arithmetic for purchased heat and power: the split of a combined plant's emissions, and losses on the way. All exact. */
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';

/** Efficiencies of separate generation when the plant's are not known: GHG Protocol, allocation of emissions from CHP. */
export const HEAT_EFFICIENCY = '0.8';
export const POWER_EFFICIENCY = '0.35';

export interface ChpInput {
  /** Emissions of the plant, any unit of mass. */
  emissions: string;
  /** Heat and power that it delivers, in the same unit of energy. */
  heat: string;
  power: string;
  /** `efficiency`: by the fuel that separate generation would take; `energy`: by energy content. */
  method?: 'efficiency' | 'energy';
  heatEfficiency?: string;
  powerEfficiency?: string;
}

/** E_heat = E (H/eH) / (H/eH + P/eP); the rest is the power's. @throws FootingError `invalid` when nothing is delivered. */
export function splitChp(input: ChpInput): { heat: Rational; power: Rational } {
  const { method = 'efficiency' } = input;
  const efficiency = (value: string | undefined, other: string) =>
    method === 'energy' ? Rational.ONE : Rational.parse(value ?? other);
  const [eH, eP] = [
    efficiency(input.heatEfficiency, HEAT_EFFICIENCY),
    efficiency(input.powerEfficiency, POWER_EFFICIENCY),
  ];
  const [heat, power] = [Rational.parse(input.heat), Rational.parse(input.power)];
  if ([heat, power].some((energy) => energy.sign() < 0) || [eH, eP].some((each) => each.sign() <= 0)) {
    throw new FootingError('invalid', 'Heat and power must be 0 or more, and efficiencies above 0.');
  }
  const fuel = heat.div(eH).add(power.div(eP));
  if (fuel.isZero())
    throw new FootingError('invalid', 'A plant that delivers neither heat nor power has nothing to split.');
  const emissions = Rational.parse(input.emissions);
  const ofHeat = emissions.mul(heat.div(eH)).div(fuel);
  return { heat: ofHeat, power: emissions.sub(ofHeat) };
}

/**
 * Emissions of transmission and distribution losses: E x L / (1 - L). The loss rate relates to generation, the bill to what
 * arrived. @throws FootingError `invalid` for a rate outside 0 to 1.
 */
export function lossEmissions(emissions: string, lossOfGeneration: string): Rational {
  const loss = Rational.parse(lossOfGeneration);
  if (loss.sign() < 0 || loss.cmp(Rational.ONE) >= 0) {
    throw new FootingError('invalid', 'A loss rate is a share of generation: 0 or more, and less than 1.');
  }
  return Rational.parse(emissions).mul(loss).div(Rational.ONE.sub(loss));
}
