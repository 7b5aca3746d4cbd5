/**
 * A methodology: the rules by which an inventory is made, under a name and a version. A version never changes; stating the
 * name again makes the next one. `default@1` is what holds when nothing is stated.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError, type Problem, shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { GWP_SET_NAMES } from '../catalogue/gwp.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { DEFAULT_POLICIES, type DecisionPolicies, GAP_YEARS_MAX, TIME_POLICIES } from './policies.ts';

/** How entities are counted: all of each, or by the GHG Protocol's three approaches as seen from a parent. */
export const APPROACHES = ['none', 'equity', 'financial', 'operational'] as const;
export type Approach = (typeof APPROACHES)[number];

/** Period within which an instrument and the consumption that it covers must lie. */
export const GRANULARITIES = ['year', 'month'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Which potential methane takes: as the gas of each factor says, or one for all. */
export const METHANE_RULES = ['by_source', 'all_non_fossil', 'all_fossil'] as const;
export type MethaneRule = (typeof METHANE_RULES)[number];

export interface Scope2Policy {
  granularity: Granularity;
  /** Months by which the vintage of certificates may lie before the period of use, or after it. */
  vintageMonthsBefore: number;
  vintageMonthsAfter: number;
  /** Markets of several countries: an instrument of one may be used in the others. */
  markets: Record<string, readonly string[]>;
}

export interface MethodologyContent extends DecisionPolicies {
  gwp: GwpSetName;
  approach: Approach;
  /** Entity from which shares are seen; empty: the one owner whom nobody owns, and for the approach `none`. */
  parent: string;
  /** Releases that may be used; null = all that are adopted. */
  releases: readonly string[] | null;
  methane: MethaneRule;
  scope2: Scope2Policy;
  /** Share of carbon that is oxidised where the source says nothing. */
  oxidation: string;
  /** Mass of CO2 per mass of carbon. */
  carbonToCo2: string;
  /** Net over gross calorific value. */
  netGross: { gas: string; liquid: string; coal: string };
}

export interface Methodology extends MethodologyContent {
  name: string;
  version: number;
}

/**
 * Countries whose guarantees of origin are traded in one system (Association of Issuing Bodies); users commonly treat them as one
 * market. A methodology may say otherwise.
 */
const EUROPE = 'AT BE CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LT LU LV NL NO PT RS SE SI SK'.split(' ');

export const DEFAULT_METHODOLOGY: Methodology = {
  name: 'default',
  version: 1,
  ...DEFAULT_POLICIES,
  gwp: 'AR5',
  approach: 'none',
  parent: '',
  releases: null,
  methane: 'by_source',
  scope2: {
    granularity: 'year',
    vintageMonthsBefore: 0,
    vintageMonthsAfter: 0,
    markets: { Europe: EUROPE, 'North America': ['US', 'CA'] },
  },
  oxidation: '1',
  carbonToCo2: '44.0095/12.0107',
  netGross: { gas: '0.90', liquid: '0.95', coal: '0.95' },
};

export const NAME_CHARACTERS_MAX = 100;
const NAME = /^[a-z0-9][a-z0-9._-]*$/;
const MONTHS_MAX = 24;

/** What a person states: any of the parameters, in the API's notation; the rest is as in `default@1`. */
export interface MethodologyInput {
  gwp?: GwpSetName;
  approach?: Approach;
  parent?: string;
  releases?: string[] | null;
  time?: DecisionPolicies['time'];
  gap_years_max?: number;
  geography?: { world?: boolean; other_countries?: boolean; assume_only?: boolean };
  radiative_forcing?: DecisionPolicies['radiativeForcing'];
  units?: Record<string, string>;
  threshold?: string | null;
  fx?: DecisionPolicies['fx'];
  deflate?: boolean;
  methane?: MethaneRule;
  scope2?: {
    granularity?: string;
    vintage_months_before?: number;
    vintage_months_after?: number;
    markets?: Record<string, string[]>;
  };
  oxidation?: string;
  carbon_to_co2?: string;
  net_gross?: { gas?: string; liquid?: string; coal?: string };
}

/** `name@version` of a methodology. */
export const methodologyId = ({ name, version }: Pick<Methodology, 'name' | 'version'>): string => `${name}@${version}`;

/** @throws FootingError `invalid` for a name that cannot be one. */
export function checkName(name: string): string {
  if (name.length <= NAME_CHARACTERS_MAX && NAME.test(name) && name !== DEFAULT_METHODOLOGY.name) return name;
  throw new FootingError('invalid', `A methodology cannot be called ${shown(name)}.`, {
    problems: [
      {
        field: 'name',
        value: shown(name),
        reason:
          name === DEFAULT_METHODOLOGY.name
            ? 'is the name of what holds when nothing is stated'
            : 'is not made of lower-case letters, digits, dots, hyphens and underscores',
        remedy: 'Write it like group-2025',
      },
    ],
  });
}

/**
 * The content that an input amounts to, on top of `base`.
 * @throws FootingError `invalid` naming every parameter that does not hold.
 */
export function contentOf(input: MethodologyInput, base: MethodologyContent = DEFAULT_METHODOLOGY): MethodologyContent {
  const problems: Problem[] = [];
  const oneOf = <T extends string>(field: string, value: string | undefined, allowed: readonly T[], other: T): T => {
    if (value === undefined) return other;
    if ((allowed as readonly string[]).includes(value)) return value as T;
    problems.push({ field, value: shown(value), reason: `must be one of ${allowed.join(', ')}` });
    return other;
  };
  const months = (field: string, value: number | undefined, other: number): number => {
    if (value === undefined) return other;
    if (Number.isInteger(value) && value >= 0 && value <= MONTHS_MAX) return value;
    problems.push({ field, value: String(value), reason: `must be a whole number of 0 to ${MONTHS_MAX} months` });
    return other;
  };
  const ratio = (field: string, value: string | undefined, other: string, most = '1'): string => {
    if (value === undefined) return other;
    const number = tryRational(value);
    if (number && number.sign() > 0 && number.cmp(Rational.parse(most)) <= 0) return value;
    problems.push({ field, value: shown(value), reason: `must be a number above 0 and at most ${most}` });
    return other;
  };
  const granularity = input.scope2?.granularity;
  if (granularity === 'hour') {
    problems.push({
      field: 'scope2.granularity',
      value: 'hour',
      reason: 'is not offered: activities and instruments are stated by day, not by hour',
      remedy: 'Use year or month',
    });
  }
  const gap = input.gap_years_max;
  if (gap !== undefined && !(Number.isInteger(gap) && gap >= 0 && gap <= 50)) {
    problems.push({ field: 'gap_years_max', value: String(gap), reason: 'must be a whole number of 0 to 50 years' });
  }
  const { threshold } = input;
  if (threshold !== undefined && threshold !== null && !/^(0\.\d{1,4}|1)$/.test(threshold)) {
    problems.push({
      field: 'threshold',
      value: shown(threshold),
      reason: 'must be a score between 0 and 1, such as 0.9',
    });
  }
  const markets = input.scope2?.markets ?? base.scope2.markets;
  const seen = new Map<string, string>();
  for (const [market, countries] of Object.entries(markets)) {
    for (const country of countries) {
      const other = seen.get(country);
      if (other !== undefined && other !== market) {
        problems.push({ field: 'scope2.markets', value: country, reason: `is in the markets ${other} and ${market}` });
      }
      if (!/^[A-Z]{2}$/.test(country)) {
        problems.push({
          field: 'scope2.markets',
          value: shown(country),
          reason: 'is not an ISO 3166 code of a country',
        });
      }
      seen.set(country, market);
    }
  }
  const approach = oneOf('approach', input.approach, APPROACHES, base.approach);
  const parent = approach === 'none' ? '' : (input.parent ?? base.parent);
  const content: MethodologyContent = {
    gwp: oneOf('gwp', input.gwp, GWP_SET_NAMES, base.gwp),
    approach,
    parent,
    releases:
      input.releases === undefined ? base.releases : input.releases === null ? null : [...input.releases].sort(),
    time: oneOf('time', input.time, TIME_POLICIES, base.time),
    gapYearsMax: gap ?? base.gapYearsMax,
    geography: {
      world: input.geography?.world ?? base.geography.world,
      otherCountries: input.geography?.other_countries ?? base.geography.otherCountries,
      assumeOnly: input.geography?.assume_only ?? base.geography.assumeOnly,
    },
    radiativeForcing: oneOf(
      'radiative_forcing',
      input.radiative_forcing,
      ['as_stated', 'included', 'excluded'],
      base.radiativeForcing,
    ),
    units: input.units ?? base.units,
    threshold: threshold === undefined ? base.threshold : threshold,
    fx: oneOf('fx', input.fx, ['transaction_date', 'year_average'], base.fx),
    deflate: input.deflate ?? base.deflate,
    methane: oneOf('methane', input.methane, METHANE_RULES, base.methane),
    scope2: {
      granularity:
        granularity === 'hour'
          ? base.scope2.granularity
          : oneOf('scope2.granularity', granularity, GRANULARITIES, base.scope2.granularity),
      vintageMonthsBefore: months(
        'scope2.vintage_months_before',
        input.scope2?.vintage_months_before,
        base.scope2.vintageMonthsBefore,
      ),
      vintageMonthsAfter: months(
        'scope2.vintage_months_after',
        input.scope2?.vintage_months_after,
        base.scope2.vintageMonthsAfter,
      ),
      markets,
    },
    oxidation: ratio('oxidation', input.oxidation, base.oxidation),
    carbonToCo2: ratio('carbon_to_co2', input.carbon_to_co2, base.carbonToCo2, '4'),
    netGross: {
      gas: ratio('net_gross.gas', input.net_gross?.gas, base.netGross.gas),
      liquid: ratio('net_gross.liquid', input.net_gross?.liquid, base.netGross.liquid),
      coal: ratio('net_gross.coal', input.net_gross?.coal, base.netGross.coal),
    },
  };
  if (problems.length > 0) throw new FootingError('invalid', 'The methodology does not hold together.', { problems });
  return content;
}

/** What decides on factors: equal for two methodologies whose inventories differ in no factor. */
export function decisionKey(content: MethodologyContent): string {
  const { time, gapYearsMax, geography, radiativeForcing, units, threshold, fx, deflate, releases } = content;
  const { oxidation, carbonToCo2, netGross } = content;
  return JSON.stringify([
    time,
    gapYearsMax,
    geography.world,
    geography.otherCountries,
    geography.assumeOnly,
    radiativeForcing,
    Object.entries(units).sort(),
    threshold,
    fx,
    deflate,
    releases,
    oxidation,
    carbonToCo2,
    [netGross.gas, netGross.liquid, netGross.coal],
  ]);
}

/** The gap of `default@1`, for documents. */
export const DEFAULT_GAP_YEARS_MAX = GAP_YEARS_MAX;

function tryRational(text: string): Rational | undefined {
  const [num = '', den] = text.split('/');
  if (!Decimal.tryParse(num) || (den !== undefined && !Decimal.tryParse(den))) return undefined;
  if (den !== undefined && Decimal.parse(den).isZero()) return undefined;
  return Rational.parse(text);
}
