/** What a factor, a release and a table of warming potentials are once they are loaded. The files: catalogue/README.md. */
import type { Rational } from '../../kernel/rational.ts';
import type { Unit } from '../../kernel/units.ts';

/** `outside` = biogenic CO2 and gases outside the Kyoto basket: reported beside the scopes, never in them. */
export type Scope = '1' | '2' | '3' | 'outside';

/** Report of the IPCC whose 100-year potentials are meant. */
export type GwpSetName = 'AR4' | 'AR5' | 'AR6';

export type LifeCycleStage =
  | 'combustion'
  | 'fugitive'
  | 'generation'
  | 'generation-life-cycle'
  | 'transmission'
  | 'upstream'
  | 'transport'
  | 'cradle-to-gate'
  | 'cradle-to-shelf'
  | 'use'
  | 'end-of-life';

/** Name of the method in the sense of the GHG Protocol. */
export type Method = 'fuel' | 'distance' | 'average-data' | 'spend-based';

/** Masses of gas in kg per one unit of activity; decimals as strings, `0` where there is none. */
export interface GasVector {
  co2_fossil: string;
  /** Outside the scopes, whatever the scope of the factor is. */
  co2_biogenic: string;
  /** Methane of fossil origin that escapes unburnt (fugitive, process): takes the fossil potential. */
  ch4_fossil: string;
  /** All other methane, that of *combustion of any fuel* included: takes the non-fossil potential. */
  ch4_non_fossil: string;
  n2o: string;
  /** CO2e that the source does not split by gas: cannot be restated to another GWP set. */
  co2e_unsplit: string;
  /** Name of one further gas or blend as it stands in the GWP tables; empty when there is none. */
  other_gas: string;
  other_kg: string;
}

export interface Factor {
  /** Stable over loads: `release/slug/unit`. */
  id: string;
  release: string;
  /** The activity name that this factor is for; factors of one name differ in unit, region or validity. */
  name: string;
  /** Other names for the same; unlike `name` an alias may be shared by factors of several regions. */
  aliases: readonly string[];
  /** Name of the factor along with which this one is drawn in (WTT, biogenic CO2 of the same fuel); empty = it stands alone. */
  accompanies: string;
  scope: Scope;
  /** Scope-3 category 1 to 15, else null. */
  category: number | null;
  /** Further scope-3 categories in which the factor may be used when the activity says so. */
  alsoCategories: readonly number[];
  method: Method;
  lifeCycleStage: LifeCycleStage;
  unit: Unit;
  /** ISO 3166 country, `US-CAMX` style subregion, or `GLO`. */
  region: string;
  /** ISO dates, half-open: valid on validFrom, no longer on validTo. */
  validFrom: string;
  validTo: string;
  gases: GasVector;
  /** kg CO2e per unit as the source publishes it; null when it publishes none. */
  co2eSource: string | null;
  /** CO2e of the methane and of the nitrous oxide as published, where the masses were derived from them. */
  co2eOfCh4Source: string | null;
  co2eOfN2oSource: string | null;
  /** The set that the source calculated with. */
  gwpSource: GwpSetName;
  /** True when gas masses = published CO2e of the gas / its potential, at 12 decimals. */
  derivedFromCo2e: boolean;
  /** Table or sheet, and row or key, in the publisher's document. */
  sourceTable: string;
  sourceRow: string;
  notes: string;
  /** Half-width of the 95 % interval in per cent, where the source states one. */
  uncertaintyPercent?: string;
  /** Every gas that the source states, of a release that an account imported: by the names of the tables of potentials. */
  allGases?: ReadonlyMap<string, string>;
}

/** One publication of one publisher, as it stands in `catalogue/releases/<id>/release.json`. */
export interface Release {
  id: string;
  title: string;
  publisher: string;
  year: number;
  /** Version and date of the publication. */
  edition: string;
  licence: string;
  licenceUrl: string;
  attribution: string;
  url: string;
  gwpSource: GwpSetName;
  notes: string[];
  /** Release with the same content and more: new accounts take that one. */
  supersededBy?: string;
  /** What the importer read and what became of it; rows that are not factors are counted by reason. */
  counts: { rowsRead: number; factors: number; left: Record<string, number> };
  /** SHA-256 of factors.csv, hex. */
  contentHash: string;
}

export interface GwpSet {
  name: GwpSetName;
  co2: Rational;
  ch4Fossil: Rational;
  ch4NonFossil: Rational;
  n2o: Rational;
  /** Potential of a named gas or blend; undefined when the set has no value for it. */
  of(gas: string): Rational | undefined;
  /** Potential of a gas as a component of a blend: outside the Kyoto basket it counts nothing in the scopes. */
  inBlend(component: string): Rational;
}
