/** A stream for this room's tests and measurements: every type of column, the shape of an activities file. */
import type { StreamDefinition } from '../types.ts';

export const TEST_STREAM: StreamDefinition = {
  name: 'activities',
  book: 'carbon',
  title: 'Activities',
  key: ['external_id'],
  kept: 'record',
  attributes: true,
  columns: [
    {
      name: 'external_id',
      type: 'text',
      required: true,
      charactersMax: 200,
      description: 'Identifier',
      example: 'A-1',
    },
    {
      name: 'entity',
      type: 'text',
      lowCardinality: true,
      required: true,
      description: 'Site or company',
      example: 'Berlin',
    },
    {
      name: 'activity',
      type: 'text',
      lowCardinality: true,
      required: true,
      aliases: ['activity type'],
      description: 'What was done',
      example: 'Natural gas',
    },
    { name: 'quantity', type: 'decimal', description: 'Amount of it', example: '1200.5' },
    { name: 'unit', type: 'text', lowCardinality: true, description: 'Unit of the quantity', example: 'kWh' },
    { name: 'amount', type: 'decimal', description: 'Money spent', example: '150.25' },
    { name: 'currency', type: 'currency', unknown: 'keep', description: 'Currency of the amount', example: 'EUR' },
    { name: 'start_date', type: 'date', required: true, description: 'First day', example: '2024-01-01' },
    { name: 'end_date', type: 'date', description: 'Last day', example: '2024-01-31' },
    { name: 'country', type: 'country', unknown: 'keep', description: 'Where', example: 'DE' },
    { name: 'region', type: 'text', lowCardinality: true, description: 'Part of the country', example: 'Brandenburg' },
    { name: 'supplier', type: 'text', lowCardinality: true, description: 'Who supplied it', example: 'Stadtwerke' },
    { name: 'category', type: 'text', lowCardinality: true, description: 'Category', example: '3.6' },
    {
      name: 'data_quality',
      type: 'enum',
      values: ['measured', 'estimated'],
      description: 'How it is known',
      example: 'measured',
    },
    { name: 'notes', type: 'text', description: 'Anything else', example: 'meter 4711' },
  ],
  checks: [
    {
      kind: 'anyOf',
      groups: [
        ['quantity', 'unit'],
        ['amount', 'currency'],
      ],
      reason: 'a quantity with its unit, or an amount with its currency, is required',
    },
    { kind: 'notAfter', first: 'start_date', last: 'end_date', reason: 'the last day is before the first' },
  ],
};

/** A stream with the types that TEST_STREAM lacks, and codes that are refused when unknown. */
export const STRICT_STREAM: StreamDefinition = {
  name: 'lines',
  book: 'revenue',
  title: 'Lines',
  key: ['id'],
  kept: 'record',
  columns: [
    { name: 'id', type: 'text', required: true, description: 'Identifier', example: 'L1' },
    { name: 'currency', type: 'currency', required: true, description: 'Currency', example: 'EUR' },
    { name: 'amount_in_cents', type: 'cents', required: true, description: 'Amount', example: '1250' },
    { name: 'at', type: 'datetime', description: 'When', example: '2024-01-31T12:00:00Z' },
    { name: 'prorated', type: 'boolean', default: 'false', description: 'Prorated', example: 'false' },
    { name: 'seats', type: 'integer', description: 'Seats', example: '5' },
    { name: 'country', type: 'country', description: 'Country', example: 'FR' },
    { name: 'rate', type: 'decimal', description: 'Rate', example: '1.5' },
    { name: 'day', type: 'date', description: 'Day', example: '2024-02-29' },
  ],
};
