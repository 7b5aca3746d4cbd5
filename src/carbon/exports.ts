/** What of the carbon book can be exported beside its records: emission lines, what is held back, the factors in force. */
import { type ExportRow, type ExportTable, type SqlColumn, sqlRows, standing, withoutSql } from '../ledger/index.ts';
import { factorsInForce } from './matching.ts';
import { MASSES } from './tables.ts';

const text = (name: string): SqlColumn => ({ name, type: 'text' });
const integer = (name: string): SqlColumn => ({ name, type: 'integer' });
const decimal = (name: string): SqlColumn => ({ name, type: 'decimal' });

/** Facts of the decision that a line follows. */
const DECIDED = [
  'scope',
  'category',
  'method',
  'factor_id',
  'release',
  'unit',
  'factor_region',
  'factor_year',
  'gwp_source',
  'other_gas',
];
const OF_LINE = ['entity', 'month', 'days', 'part', 'used', 'data_quality', 'supplier', 'flags', ...MASSES];

const EMISSION_COLUMNS: readonly SqlColumn[] = [
  text('external_id'),
  text('entity'),
  { name: 'month', type: 'date' },
  integer('days'),
  integer('part'),
  decimal('used'),
  text('data_quality'),
  text('supplier'),
  integer('flags'),
  ...DECIDED.map((name) => (['scope', 'category', 'factor_year'].includes(name) ? integer(name) : text(name))),
  ...MASSES.map((mass) => decimal(mass)),
  integer('origin_seq'),
  integer('origin_row'),
];

const emissions: ExportTable = {
  name: 'emissions',
  title: 'Emission lines',
  book: 'carbon',
  columns: EMISSION_COLUMNS.map(withoutSql),
  rows: (read) =>
    sqlRows(
      read,
      EMISSION_COLUMNS,
      `(
        SELECT ${[...OF_LINE, 'origin_seq', 'origin_row', 'day'].map((name) => `line.${name} AS ${name}`).join(', ')},
          ${DECIDED.map((name) => `decided.${name} AS ${name}`).join(', ')}, stated.external_id AS external_id
        FROM ${standing(
          'emissions',
          ['key_hash', 'match', 'origin_seq', 'origin_row', 'day', ...OF_LINE],
          new Set(['used', ...MASSES]),
        )} AS line
        LEFT ANY JOIN (SELECT match, ${DECIDED.join(', ')} FROM matches WHERE seq <= {seq:UInt64}) AS decided
          ON line.match = decided.match
        LEFT ANY JOIN (
          SELECT origin_seq, origin_row, external_id FROM activities WHERE sign = 1 AND seq <= {seq:UInt64}
        ) AS stated ON line.origin_seq = stated.origin_seq AND line.origin_row = stated.origin_row
      )`,
      'origin_seq, origin_row, month, part, scope, category, factor_id, day',
    ),
};

const FACTOR_COLUMNS: readonly SqlColumn[] = [
  ...['id', 'release', 'name', 'scope'].map(text),
  integer('category'),
  ...['method', 'unit', 'region', 'valid_from', 'valid_to', 'gwp_source'].map(text),
  decimal('co2e_source'),
  { name: 'gases', type: 'json' },
  ...['source_table', 'source_row', 'notes'].map(text),
  decimal('uncertainty_percent'),
];

const factors: ExportTable = {
  name: 'factors_in_force',
  title: 'Emission factors in force',
  book: 'carbon',
  columns: FACTOR_COLUMNS.map(withoutSql),
  async *rows(read): AsyncGenerator<ExportRow> {
    const { byId } = await factorsInForce(read, read.seq);
    for (const factor of [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      yield [
        factor.id,
        factor.release,
        factor.name,
        factor.scope,
        factor.category === null ? null : String(factor.category),
        factor.method,
        factor.unit.code,
        factor.region,
        factor.validFrom,
        factor.validTo,
        factor.gwpSource,
        factor.co2eSource,
        JSON.stringify(factor.gases),
        factor.sourceTable,
        factor.sourceRow,
        factor.notes,
        factor.uncertaintyPercent ?? null,
      ];
    }
  },
};

export const carbonExports: readonly ExportTable[] = [emissions, factors];
