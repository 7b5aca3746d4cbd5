/** The stream `factors`: emission factors that an account states itself: of suppliers, footprints of products, its own measurements. */
import { FootingError } from '../../kernel/errors.ts';
import { findUnit } from '../../kernel/units.ts';
import type { ColumnDefinition, ParsedRow, RowProblem, StreamDefinition } from '../../streams/types.ts';
import { GWP_SET_NAMES, gwpSet } from '../catalogue/gwp.ts';

const STAGES = [
  'combustion',
  'fugitive',
  'generation',
  'generation-life-cycle',
  'transmission',
  'upstream',
  'transport',
  'cradle-to-gate',
  'cradle-to-shelf',
  'use',
  'end-of-life',
] as const;
const METHODS = ['fuel', 'distance', 'average-data', 'spend-based', 'supplier-specific'] as const;

const mass = (name: string, description: string, example = ''): ColumnDefinition => ({
  name,
  type: 'decimal',
  description,
  example,
});

export const factors: StreamDefinition = {
  name: 'factors',
  book: 'carbon',
  title: 'Own factors',
  key: ['external_id'],
  kept: 'record',
  columns: [
    {
      name: 'external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      aliases: ['id', 'factor_id'],
      description: 'Your key of the factor; activities, decisions and rules name it as own/<external_id>',
      example: 'PCF-STEEL-4711',
    },
    {
      name: 'name',
      type: 'text',
      required: true,
      charactersMax: 500,
      description: 'Name under which activities find it; factors of one name differ in unit, region or validity',
      example: 'Steel sheet, Nordstahl',
    },
    {
      name: 'unit',
      type: 'text',
      required: true,
      charactersMax: 100,
      description: 'Per what: kg, kWh (Gross CV), each, EUR, USD (2022 purchaser price) …',
      example: 'kg',
    },
    mass('co2e_kg', 'kg CO2e per unit as the source states it', '1.92'),
    mass('co2_kg', 'kg fossil CO2 per unit; with CH4 and N2O, 0 where there is none'),
    mass('ch4_kg', 'kg CH4 of combustion or biogenic origin per unit'),
    mass('n2o_kg', 'kg N2O per unit'),
    mass('ch4_fossil_kg', 'kg CH4 that escapes unburnt from a fossil source, per unit'),
    mass('co2_biogenic_kg', 'kg biogenic CO2 per unit, shown outside the scopes'),
    {
      name: 'other_gas',
      type: 'text',
      charactersMax: 100,
      description: 'One further gas or blend by its name, such as HFC-134a',
      example: '',
    },
    mass('other_gas_kg', 'kg of it per unit'),
    {
      name: 'gwp_set',
      type: 'enum',
      values: GWP_SET_NAMES,
      default: 'AR5',
      description: 'Set of potentials that the source calculated its CO2e with',
      example: 'AR6',
    },
    {
      name: 'scope',
      type: 'enum',
      values: ['1', '2', '3', 'outside'],
      default: '3',
      description: 'Scope of the emissions; `outside` = beside the scopes',
      example: '3',
    },
    {
      name: 'category',
      type: 'integer',
      description: 'Scope-3 category 1 to 15; empty = 1 in scope 3',
      example: '1',
    },
    {
      name: 'method',
      type: 'enum',
      values: METHODS,
      description:
        'Method in the sense of the GHG Protocol; empty = supplier-specific, or spend-based per unit of money where no supplier is named',
      example: 'supplier-specific',
    },
    {
      name: 'life_cycle_stage',
      type: 'enum',
      values: STAGES,
      default: 'cradle-to-gate',
      description: 'What of the life cycle it holds',
      example: 'cradle-to-gate',
    },
    {
      name: 'region',
      type: 'text',
      charactersMax: 20,
      default: 'GLO',
      description: 'Country or subregion that it is meant for; GLO = everywhere',
      example: 'SE',
    },
    { name: 'valid_from', type: 'date', description: 'First day; empty = always', example: '2025-01-01' },
    { name: 'valid_to', type: 'date', description: 'First day on which it is no longer valid', example: '2026-01-01' },
    { name: 'supplier', type: 'text', charactersMax: 255, description: 'Of whom', example: 'Nordstahl AB' },
    {
      name: 'uncertainty_percent',
      type: 'decimal',
      description: 'Half-width of the 95 % interval, per cent',
      example: '7',
    },
    {
      // `source` is a word of every record: the data source.
      name: 'source_document',
      type: 'text',
      aliases: ['document', 'reference'],
      charactersMax: 500,
      description: 'Document that it is taken from',
      example: 'EPD S-P-01234, table 3',
    },
    { name: 'notes', type: 'text', description: 'What a reader must know', example: 'Verified by a third party' },
  ],
  checks: [
    {
      kind: 'anyOf',
      groups: [['co2e_kg'], ['co2_kg'], ['other_gas_kg'], ['ch4_fossil_kg'], ['co2_biogenic_kg']],
      reason: 'no emission is stated',
      remedy: 'Give co2e_kg, or the masses of the gases',
    },
    {
      kind: 'together',
      columns: ['co2_kg', 'ch4_kg', 'n2o_kg'],
      reason: 'a gas is missing: CO2, CH4 and N2O are stated together, 0 where there is none',
    },
    {
      kind: 'together',
      columns: ['other_gas', 'other_gas_kg'],
      reason: 'the further gas has no name or no mass',
    },
    { kind: 'notAfter', first: 'valid_from', last: 'valid_to', reason: 'the factor ends before it begins' },
  ],
  check: problemsOf,
};

function problemsOf({ values }: ParsedRow): RowProblem[] {
  const found: RowProblem[] = [];
  const text = (column: string) => String(values[column] ?? '');
  const unit = findUnit(text('unit'));
  if ('problem' in unit) {
    const { reason, remedy } = unit.problem;
    found.push({ column: 'unit', value: text('unit'), reason, ...(remedy === undefined ? {} : { remedy }) });
  }
  for (const column of [
    'co2e_kg',
    'co2_kg',
    'ch4_kg',
    'n2o_kg',
    'ch4_fossil_kg',
    'co2_biogenic_kg',
    'other_gas_kg',
    'uncertainty_percent',
  ]) {
    if (text(column).startsWith('-')) found.push({ column, value: text(column), reason: 'is below zero' });
  }
  const category = values.category;
  if (typeof category === 'bigint' && (category < 1n || category > 15n)) {
    found.push({ column: 'category', value: String(category), reason: 'is not a scope-3 category, 1 to 15' });
  }
  const gas = text('other_gas');
  if (gas !== '' && gwpSetOf(text('gwp_set'))?.of(gas) === undefined) {
    found.push({
      column: 'other_gas',
      value: gas,
      reason: `${text('gwp_set')} has no potential for it`,
      remedy: 'Write it as in the tables of potentials, such as HFC-134a or R-410A',
    });
  }
  return found;
}

function gwpSetOf(name: string) {
  try {
    return gwpSet(name as 'AR5');
  } catch (error) {
    if (error instanceof FootingError) return undefined;
    throw error;
  }
}
