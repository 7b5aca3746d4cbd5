/**
 * The carbon book's tables. Masses are kg, Decimal(38, 24); the potentials of the gases are applied when a statement is
 * read. What a line *is* (scope, category, factor, unit …) stands once, in the decision (`matches`) that it refers to.
 */

import { clickhouseTable } from '../streams/index.ts';
import { BASE_YEAR_STATEMENTS } from './base-year/table.ts';
import { CHECK_STREAMS } from './checks/streams.ts';
import { factors } from './factors/stream.ts';
import { CHOICES } from './matching/table.ts';
import { METHODOLOGIES, METHODOLOGIES_ADOPTED } from './methodology/table.ts';
import { COMPONENTS } from './methods/table.ts';
import { ENTITIES, OWNERSHIP } from './organisation/table.ts';
import { IMPORTED_RELEASES } from './releases/table.ts';
import { SCOPE2_STREAMS } from './scope2/streams.ts';
import { MONEY_STATED, RATES_USED } from './spend/table.ts';

/** Greenhouse gases of a line, in the order of the tables' columns. */
export const GASES = [
  'co2_fossil',
  'co2_biogenic',
  'ch4_fossil',
  'ch4_non_fossil',
  'n2o',
  'co2e_unsplit',
  'other_kg',
] as const;
export type Gas = (typeof GASES)[number];

/** The gases, and the CO2e under the source's own set of potentials. */
export const MASSES = [...GASES, 'co2e_source'] as const;
export type Mass = (typeof MASSES)[number];

/** Digits after the point of a mass in kg. */
export const MASS_SCALE = 24;
/** Digits after the point of a quantity or an amount, as the stream takes them. */
export const QUANTITY_SCALE = 12;
/** Digits after the point for which quantity x coefficient is one 128-bit product. */
export const FAST_QUANTITY_SCALE = 6;
export const FAST_COEFFICIENT_SCALE = 18;
/** A line of more is held back: 10^10 t, a quarter of what the whole world emits in a year. */
export const LINE_KG_MAX = 1e13;

/** Facts about a line that a reader must know; bits of `flags`. */
export const FLAGS = {
  region_fallback: 1,
  foreign_region: 2,
  year_fallback: 4,
  negative: 8,
  split: 16,
  spend: 32,
  co2e_only: 64,
  region_assumed: 128,
  companion_missing: 256,
  category_ignored: 512,
  part_missing: 1024,
  not_deflated: 2048,
  unit_assumed: 4096,
  text_match: 8192,
  margins_included: 16384,
  fuel_conversion: 32768,
  part_of_country: 65536,
} as const;
export type Flag = keyof typeof FLAGS;
export const FLAG_NAMES = Object.keys(FLAGS) as Flag[];

export const FLAG_WORDS: Record<Flag, string> = {
  region_fallback: 'the factor is that of a wider region than the one stated',
  foreign_region: 'the factor is that of another country, because none exists for the one stated',
  part_of_country: 'the factor is that of a part of the country, because none exists for the whole',
  year_fallback: 'the factor is that of another year, the nearest that exists',
  negative: 'the quantity is negative: a correction',
  split: 'the period covers several months; the quantity is split by days',
  spend: 'calculated from the amount spent, not from a quantity',
  co2e_only: 'the source gives CO2e without its gases; it cannot be restated to another set of potentials',
  region_assumed: 'no country is stated; the only region that has such a factor was taken',
  companion_missing: 'a factor that goes along with this one (upstream, biogenic) does not convert from this unit',
  category_ignored: 'the scope-3 category that is stated is not one that the factor allows',
  part_missing: 'an input is missing, so that a part of the emissions is not in it',
  not_deflated: 'the amount is of another year than the prices of the factor, and no price index is stated for them',
  unit_assumed: 'the unit means different amounts in different places; it was read as the methodology says',
  text_match: 'the factor was chosen because its name is similar, by the threshold of the methodology',
  fuel_conversion: 'the unit was converted by density or heating value of the fuel',
  margins_included: 'the factor is per basic price; margins and taxes were not taken out of the amount',
};

/** Why an activity is held back. */
export const HOLD_WORDS: Record<string, string> = {
  unknown_activity: 'no factor goes by this name',
  unknown_unit: 'the unit is not known',
  ambiguous_unit: 'the unit means different amounts in different places',
  unit_mismatch: 'the unit does not convert to that of the factor',
  unknown_currency: 'the currency is not known',
  no_spend_factor: 'there is no factor for an amount of this currency',
  unknown_country: 'the country is not known',
  country_missing: 'no country is stated, and factors of several regions go by this name',
  no_factor_for_region: 'no factor of this name is meant for this region',
  no_factor_for_year: 'no factor of this name is within five years of the activity',
  several_factors: 'several factors of the account go by this name in the same year, with different figures',
  no_potential: 'the set of potentials of the source has no value for the gas',
  input_problem: 'an input of the calculation method is missing or wrong',
  no_rate: 'no exchange rate is stated for this day or an earlier one',
  unknown_entity: 'the entity is not among those stated',
  entity_closed: 'the entity had closed before the activity began',
  entity_not_open: 'the entity had not opened when the activity ended',
  left_out: 'left out by a decision',
  chosen_factor_missing: 'the factor that was chosen is in none of the adopted releases',
  out_of_range: 'the result is larger than any activity can be',
};

/**
 * Parts that hold more than this together are not merged. Loads write parts about as large, and merging them would cost more than
 * writing them did; what small entries add is merged up to here.
 */
const MERGE_BYTES_MAX = 32 * 1024 * 1024;
const MERGES = `SETTINGS max_bytes_to_merge_at_max_space_in_pool = ${MERGE_BYTES_MAX}`;

const ACTIVITIES = `
CREATE TABLE IF NOT EXISTS activities (
  seq UInt64, origin_seq UInt64, origin_row UInt32, sign Int8,
  source LowCardinality(String),
  key_hash UInt64 DEFAULT cityHash64(source, external_id),
  external_id String,
  entity LowCardinality(String) DEFAULT '',
  activity LowCardinality(String),
  quantity Nullable(Decimal(38, 12)),
  unit LowCardinality(String) DEFAULT '',
  amount Nullable(Decimal(38, 12)),
  currency LowCardinality(String) DEFAULT '',
  start_date Date32,
  end_date Nullable(Date32),
  country LowCardinality(String) DEFAULT '',
  region LowCardinality(String) DEFAULT '',
  supplier LowCardinality(String) DEFAULT '',
  category LowCardinality(String) DEFAULT '',
  data_quality LowCardinality(String) DEFAULT '',
  method LowCardinality(String) DEFAULT '',
  notes String DEFAULT '',
  attributes Map(String, String),
  descriptor UInt64 DEFAULT cityHash64(
    activity, unit, currency, country, region, category, quantity IS NULL, amount IS NULL),
  INDEX seq_range seq TYPE minmax GRANULARITY 1
) ENGINE = MergeTree ORDER BY (key_hash, origin_seq, origin_row)
${MERGES}`;

/** Releases in force: one row (sign 1) per adoption, its reversal when a later entry adopts another set. */
const RELEASES = `
CREATE TABLE IF NOT EXISTS releases (
  seq UInt64, sign Int8, release String, hash String
) ENGINE = MergeTree ORDER BY (seq, release)`;

/**
 * One decision per descriptor, calendar year and line: the factor and what one unit of activity amounts to, or why it is held.
 * A mass is quantity x c (when \`fast\`), else quantity x n / den, rounded half-even to 24 decimals.
 */
const MATCHES = `
CREATE TABLE IF NOT EXISTS matches (
  seq UInt64, sign Int8,
  decided_seq UInt64,
  descriptor UInt64, year UInt16, line UInt8,
  match UInt64 DEFAULT cityHash64(descriptor, year, line, decided_seq),
  activity String, stated_unit String, currency String, country String, region String, stated_category String,
  has_quantity UInt8, has_amount UInt8,
  calculation String, component UInt8, problem String, calculation_flags UInt32, facts Array(UInt64),
  fingerprint String,
  held String, detail String,
  basis String,
  scope UInt8, category UInt8, method String,
  factor_id String, release String, unit String, ratio String,
  factor_region String, factor_year Int16,
  gwp_source String, other_gas String,
  class UInt64 DEFAULT cityHash64(scope, category, method, gwp_source, other_gas, if(scope = 2, concat(unit, ' ', ratio), '')),
  kind UInt64 DEFAULT cityHash64(scope, gwp_source, other_gas, if(scope = 2, concat(unit, ' ', ratio), '')),
  flags UInt32,
  chosen_by String,
  fx String,
  fast UInt8, reach Float64, den Int256,
  ${MASSES.map((m) => `c_${m} Decimal(38, 18), n_${m} Int256`).join(',\n  ')}
) ENGINE = MergeTree ORDER BY (descriptor, year, line)`;

const EMISSIONS = `
CREATE TABLE IF NOT EXISTS emissions (
  seq UInt64, sign Int8, origin_seq UInt64, origin_row UInt32,
  key_hash UInt64,
  part UInt16,
  entity LowCardinality(String),
  month Date32, day UInt8, days UInt16,
  match UInt64, class UInt64,
  used Decimal(38, 12),
  flags UInt32,
  data_quality LowCardinality(String),
  supplier LowCardinality(String),
  ${MASSES.map((m) => `${m} Decimal(38, 24)`).join(', ')},
  INDEX seq_range seq TYPE minmax GRANULARITY 1
) ENGINE = MergeTree ORDER BY (key_hash, origin_seq, origin_row)
${MERGES}`;

const HELD = `
CREATE TABLE IF NOT EXISTS held (
  seq UInt64, sign Int8, origin_seq UInt64, origin_row UInt32,
  key_hash UInt64,
  part UInt16,
  entity LowCardinality(String),
  month Date32, days UInt16,
  match UInt64,
  reason LowCardinality(String),
  quantity Nullable(Decimal(38, 12)), unit LowCardinality(String),
  amount Nullable(Decimal(38, 12)), currency LowCardinality(String),
  INDEX seq_range seq TYPE minmax GRANULARITY 1
) ENGINE = MergeTree ORDER BY (key_hash, origin_seq, origin_row)
${MERGES}`;

const flagCounts = FLAG_NAMES.map((flag) => `lines_${flag} Int64`).join(', ');
const totalMasses = MASSES.map((m) => `${m} Decimal(76, 24)`).join(', ');

/**
 * Sums of lines by entity, month and class (scope, category, method, set of potentials, other gas; of scope 2 the unit too, so that `used`
 * says how much energy it is).
 */
const INVENTORY_TOTALS = `
CREATE TABLE IF NOT EXISTS inventory_totals (
  seq UInt64, entity LowCardinality(String), month Date32, class UInt64,
  lines Int64, ${flagCounts}, used Decimal(76, 12),
  ${totalMasses},
  INDEX seq_range seq TYPE minmax GRANULARITY 1
) ENGINE = MergeTree ORDER BY (class, month, entity)`;

/** The same without entities: what most statements ask for, in a few thousand rows. */
const CLASS_TOTALS = `
CREATE TABLE IF NOT EXISTS class_totals (
  seq UInt64, month Date32, class UInt64,
  lines Int64, ${flagCounts}, used Decimal(76, 12),
  ${totalMasses}
) ENGINE = MergeTree ORDER BY (class, month)`;

/** Sums of lines by decision and month. */
const MATCH_TOTALS = `
CREATE TABLE IF NOT EXISTS match_totals (
  seq UInt64, month Date32, match UInt64,
  lines Int64, ${flagCounts}, used Decimal(76, 12),
  ${totalMasses}
) ENGINE = MergeTree ORDER BY (match, month)`;

/**
 * Sums of lines by one further thing that a line says (`facet`): `country` by entity, month and kind (scope, set of potentials, other
 * gas, unit in scope 2); `data_quality` by entity, month and class; `supplier` by month and class, without entities. `meaning` is the kind or the class.
 * `country_year` and `data_quality_year` are the same by calendar year; `month` is its first.
 */
const FACET_TOTALS = `
CREATE TABLE IF NOT EXISTS facet_totals (
  seq UInt64, facet LowCardinality(String), value LowCardinality(String),
  entity LowCardinality(String), month Date32, meaning UInt64,
  lines Int64, ${flagCounts}, used Decimal(76, 12),
  ${totalMasses},
  INDEX seq_range seq TYPE minmax GRANULARITY 1
) ENGINE = MergeTree ORDER BY (facet, meaning, month, entity)`;

/** Sums of the lines of scope 2 by entity, month and decision: what instruments are allocated to. */
const ENERGY_TOTALS = `
CREATE TABLE IF NOT EXISTS energy_totals (
  seq UInt64, entity LowCardinality(String), month Date32, match UInt64,
  lines Int64, used Decimal(76, 12),
  ${totalMasses}
) ENGINE = MergeTree ORDER BY (entity, month, match)`;

export const CARBON_TABLES: readonly string[] = [
  ACTIVITIES,
  ENTITIES,
  OWNERSHIP,
  clickhouseTable(factors),
  COMPONENTS,
  IMPORTED_RELEASES,
  RATES_USED,
  MONEY_STATED,
  RELEASES,
  CHOICES,
  MATCHES,
  EMISSIONS,
  HELD,
  INVENTORY_TOTALS,
  CLASS_TOTALS,
  MATCH_TOTALS,
  FACET_TOTALS,
  ENERGY_TOTALS,
  METHODOLOGIES,
  METHODOLOGIES_ADOPTED,
  BASE_YEAR_STATEMENTS,
  ...SCOPE2_STREAMS.map((stream) => clickhouseTable(stream)),
  ...CHECK_STREAMS.map((stream) => clickhouseTable(stream)),
];

export const CARBON_TABLE_NAMES = [
  'activities',
  'entities',
  'ownership',
  'factors',
  'components',
  'imported_releases',
  'rates_used',
  'money_stated',
  'releases',
  'choices',
  'matches',
  'emissions',
  'held',
  'inventory_totals',
  'class_totals',
  'match_totals',
  'facet_totals',
  'energy_totals',
  'methodologies',
  'methodologies_adopted',
  'base_year_statements',
  'instruments',
  'residual_mixes',
  'own_generation',
  'screening',
] as const;
