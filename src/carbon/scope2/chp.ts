/** Arithmetic for purchased heat and power: the split of a combined plant's emissions, and losses on the way. All exact. */
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';

/** Efficiencies of separate generation when the plant's are not known: GHG Protocol, allocation of emissions from CHP. */
export const HEAT_EFFICIENCY = '0.8';
export const POWER_EFFICIENCY = '0.35';

/** °C of the surroundings, where nothing else is said. */
export const REFERENCE_TEMPERATURE = '15';
const KELVIN = Rational.parse('273.15');

/**
 * `efficiency`: by the fuel that separate generation would take; `energy`: by energy content; `work_potential`: by the work that the
 * heat could do at most between its temperature and that of the surroundings (Carnot), against the power.
 */
export const CHP_METHODS = ['efficiency', 'energy', 'work_potential'] as const;
export type ChpMethod = (typeof CHP_METHODS)[number];

export interface ChpInput {
  /** Emissions of the plant, any unit of mass. */
  emissions: string;
  /** Heat and power that it delivers, in the same unit of energy. */
  heat: string;
  power: string;
  method?: ChpMethod;
  heatEfficiency?: string;
  powerEfficiency?: string;
  /** °C of the delivered heat, and of the surroundings. */
  heatTemperature?: string;
  referenceTemperature?: string;
}

/** E_heat = E (H/eH) / (H/eH + P/eP); the rest is the power's. @throws FootingError `invalid` when nothing is delivered. */
export function splitChp(input: ChpInput): { heat: Rational; power: Rational } {
  const { method = 'efficiency' } = input;
  const efficiency = (value: string | undefined, other: string) =>
    method === 'efficiency' ? Rational.parse(value ?? other) : Rational.ONE;
  const [eH, eP] = [
    efficiency(input.heatEfficiency, HEAT_EFFICIENCY),
    efficiency(input.powerEfficiency, POWER_EFFICIENCY),
  ];
  const [heat, power] = [Rational.parse(input.heat), Rational.parse(input.power)];
  if ([heat, power].some((energy) => energy.sign() < 0) || [eH, eP].some((each) => each.sign() <= 0)) {
    throw new FootingError('invalid', 'Heat and power must be 0 or more, and efficiencies above 0.');
  }
  const ofHeatAlone = method === 'work_potential' ? heat.mul(workPotential(input)) : heat.div(eH);
  const fuel = ofHeatAlone.add(power.div(eP));
  if (fuel.isZero())
    throw new FootingError('invalid', 'A plant that delivers neither heat nor power has nothing to split.');
  const emissions = Rational.parse(input.emissions);
  const ofHeat = emissions.mul(ofHeatAlone).div(fuel);
  return { heat: ofHeat, power: emissions.sub(ofHeat) };
}

/** 1 − T0 / T, temperatures in kelvin. */
function workPotential({ heatTemperature, referenceTemperature = REFERENCE_TEMPERATURE }: ChpInput): Rational {
  if (heatTemperature === undefined) {
    throw new FootingError('invalid', 'The work potential of heat depends on its temperature.', {
      problems: [{ field: 'heat_temperature', reason: 'is missing', remedy: 'Give it in °C, such as 150' }],
    });
  }
  const [hot, cold] = [heatTemperature, referenceTemperature].map((text) => Rational.parse(text).add(KELVIN));
  if (cold!.sign() <= 0 || hot!.cmp(cold!) <= 0) {
    throw new FootingError('invalid', 'Heat does work only when it is warmer than its surroundings.', {
      problems: [
        { field: 'heat_temperature', value: heatTemperature, reason: `is not above ${referenceTemperature} °C` },
      ],
    });
  }
  return Rational.ONE.sub(cold!.div(hot!));
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
