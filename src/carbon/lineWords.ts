/** The arithmetic of a line in words, with the names of the gases. */
import { Decimal } from '../kernel/decimal.ts';
import { loadCatalogue } from './catalogue/load.ts';
import type { Factor, GwpSetName } from './catalogue/types.ts';
import { type Figures, figuresOf, type SumRow } from './figures.ts';
import { FLAGS, GASES, type Gas } from './tables.ts';

/** A line in force with what its decision and its record say. */
export type LineRow = SumRow & {
  origin_seq: string;
  origin_row: number;
  part: number;
  match: string;
  entity: string;
  month: string;
  day: number;
  days: number;
  used: string;
  line_flags: number;
  data_quality: string;
  seq: string;
  activity: string;
  scope: number;
  category: number;
  method: string;
  factor_id: string;
  unit: string;
  stated_unit: string;
  currency: string;
  basis: string;
  ratio: string;
  chosen_by: string;
  calculation: string;
  fx: string;
  descriptor: string;
  key_hash: string;
  year: number;
  external_id: string;
  quantity: string | null;
  amount: string | null;
  start_date: string;
  end_date: string;
};

export const GAS_WORDS: Record<Gas, string> = {
  co2_fossil: 'CO2, fossil',
  co2_biogenic: 'CO2, biogenic (in no total)',
  ch4_fossil: 'CH4, fossil',
  ch4_non_fossil: 'CH4, non-fossil and combustion',
  n2o: 'N2O',
  co2e_unsplit: 'CO2e that the source does not split',
  other_kg: 'other gas',
};
/** In a sentence that says itself that it is in no total. */
const BESIDE_WORDS: Partial<Record<Gas, string>> = { co2_biogenic: 'biogenic CO2' };

/** "12,000 kWh x 0.177 kg CO2e per kWh = 2,124 kg CO2e; factor …" */
export function formula(row: LineRow, factor: Factor | undefined, figures: Figures, gwp: GwpSetName): string {
  const unit = row.basis === 'spend' ? row.currency : row.stated_unit;
  const stated = row.basis === 'spend' ? row.amount : row.quantity;
  let words = '';
  if ((row.line_flags & FLAGS.split) !== 0) {
    words += `${row.days} of the days from ${row.start_date} to ${row.end_date}: ${grouped(row.used)} of ${grouped(stated ?? '')} ${unit}. `;
  }
  words += `${grouped(row.used)} ${unit}`;
  if (row.fx !== '') words += `, converted by ${row.fx.replace('>', ' to ')} of ${row.start_date},`;
  if (row.ratio !== '1') words += ` × ${row.ratio} ${row.unit}/${unit}`;
  if (factor) {
    const perUnit = figuresOf([factorRow(factor)], gwp);
    words += row.scope === 0 ? masses(perUnit, figures, row.unit) : product(perUnit, figures, row.unit);
    const release = loadCatalogue().release(factor.release);
    words += `; factor ${factor.name}, ${factor.region}, ${release ? `${release.publisher} ${release.year}` : factor.release}`;
  }
  if (gwp !== row.gwp_source) words += `; restated from ${row.gwp_source} to ${gwp} out of the masses of the gases`;
  return `${words}.`;
}

const product = (perUnit: Figures, { co2e_kg }: Figures, unit: string): string =>
  ` × ${perUnit.co2e_kg} kg CO2e/${unit} = ${grouped(co2e_kg)} kg CO2e`;

/** Beside the scopes it is the mass of each gas that counts: their CO2e is in no total. */
function masses(perUnit: Figures, { gases_kg }: Figures, unit: string): string {
  const gases = GASES.filter((gas) => perUnit.gases_kg[gas] !== '0');
  const each = gases.map(
    (gas) =>
      `${perUnit.gases_kg[gas]} kg ${BESIDE_WORDS[gas] ?? GAS_WORDS[gas]}/${unit} = ${grouped(gases_kg[gas])} kg`,
  );
  return ` × ${each.join(', × ')}, beside the scopes and in no total`;
}

/** One unit of a factor, as a row of sums. */
export function factorRow(factor: Factor): SumRow {
  const { other_gas, ...masses } = factor.gases;
  // The factor's own total, or what it amounts to under its own potentials when it publishes none.
  const own = { gwp_source: '', other_gas, lines: '1', ...masses, co2e_source: '0' } as SumRow;
  const total = factor.co2eSource ?? figuresOf([own], factor.gwpSource).co2e_kg;
  return { ...own, gwp_source: factor.gwpSource, co2e_source: total };
}

/** Thousands set apart, all digits kept. */
export function grouped(decimal: string): string {
  const [whole = '', fraction] = Decimal.parse(decimal === '' ? '0' : decimal)
    .toString()
    .split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`);
}
