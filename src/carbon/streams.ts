/** The carbon book's streams: what an activity is; those of the organisation stand in its folder. */

import type { StreamDefinition } from '../streams/types.ts';
import { CHECK_STREAMS } from './checks/streams.ts';
import { factors } from './factors/stream.ts';
import { entities, ownership } from './organisation/streams.ts';
import { SCOPE2_STREAMS } from './scope2/streams.ts';

/** Days that one activity may cover; a longer one is almost always a mistyped year. */
export const PERIOD_DAYS_MAX = 3_660;

/**
 * Something that was done: a quantity of something, in a period, at a place, by an entity. Quantity with unit, or amount
 * with currency, or both (then the quantity is used). Dates as on a bill, both inclusive. Negative quantities and amounts
 * are corrections and are allowed.
 */
export const activities: StreamDefinition = {
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
      charactersMax: 255,
      aliases: ['id', 'activity_id'],
      description: 'Your key of the activity; a later row with the same key supersedes the earlier one',
      example: 'BILL-2025-00017',
    },
    {
      name: 'entity',
      type: 'text',
      lowCardinality: true,
      charactersMax: 255,
      aliases: ['site', 'facility', 'organisation', 'company'],
      description: 'Who did it: a company, a site; when entities are stated it must be one of them',
      example: 'Leeds plant',
    },
    {
      name: 'activity',
      type: 'text',
      required: true,
      lowCardinality: true,
      charactersMax: 500,
      aliases: ['activity_name', 'activity_type'],
      description: 'What was done, by its name in the factor catalogue',
      example: 'Electricity, United Kingdom',
    },
    {
      name: 'quantity',
      type: 'decimal',
      aliases: ['qty', 'consumption', 'usage'],
      description: 'How much, in `unit`; exact, up to 12 decimals; negative for a correction',
      example: '12000',
    },
    {
      name: 'unit',
      type: 'text',
      lowCardinality: true,
      charactersMax: 100,
      aliases: ['uom', 'unit_of_measure'],
      description: 'Unit of the quantity',
      example: 'kWh',
    },
    {
      name: 'amount',
      type: 'decimal',
      aliases: ['spend', 'cost'],
      description: 'What it cost, in `currency`, without recoverable tax; negative for a credit note',
      example: '2160.50',
    },
    {
      name: 'currency',
      // Text: a currency that does not exist is held back with the activity, not refused.
      type: 'text',
      lowCardinality: true,
      charactersMax: 100,
      aliases: ['currency_code'],
      description: 'Currency of the amount, ISO 4217',
      example: 'GBP',
    },
    {
      name: 'start_date',
      type: 'date',
      required: true,
      aliases: ['date', 'period_start', 'from_date'],
      description: 'First day',
      example: '2025-03-01',
    },
    {
      name: 'end_date',
      type: 'date',
      aliases: ['period_end', 'to_date'],
      description: 'Last day, inclusive; empty = the first day',
      example: '2025-03-31',
    },
    {
      name: 'country',
      // Text: a country that does not exist is held back with the activity, not refused.
      type: 'text',
      lowCardinality: true,
      charactersMax: 100,
      aliases: ['country_code'],
      description: 'Where, ISO 3166-1 alpha-2',
      example: 'GB',
    },
    {
      name: 'region',
      type: 'text',
      lowCardinality: true,
      charactersMax: 100,
      aliases: ['grid_region', 'subregion', 'state'],
      description:
        'Where within the country: state or grid subregion, such as CAMX in the United States; empty where there is none',
      example: '',
    },
    {
      name: 'supplier',
      type: 'text',
      lowCardinality: true,
      charactersMax: 255,
      aliases: ['vendor'],
      description: 'From whom',
      example: 'Octopus Energy',
    },
    {
      name: 'category',
      type: 'text',
      lowCardinality: true,
      charactersMax: 255,
      aliases: ['scope_3_category', 'ghg_category'],
      description:
        'Scope-3 category (1 to 15) where the factor allows several, for example 6; of fuel and energy that others burn and use 4, 6 to 11, 13 to 15; other text is kept and does not decide anything',
      example: '',
    },
    {
      name: 'data_quality',
      type: 'text',
      lowCardinality: true,
      charactersMax: 100,
      description: 'How the quantity is known: measured, estimated, a score',
      example: 'measured',
    },
    {
      name: 'method',
      type: 'text',
      lowCardinality: true,
      charactersMax: 100,
      aliases: ['calculation_method'],
      description:
        'Calculation method that makes the quantity out of inputs, which are attributes of the activity; empty = the quantity as stated',
      example: '',
    },
    {
      name: 'notes',
      type: 'text',
      description: 'Free text',
      example: 'Meter 14, actual reading',
    },
  ],
  checks: [
    {
      kind: 'anyOf',
      groups: [['quantity'], ['amount'], ['method']],
      reason: 'neither a quantity nor an amount is given',
      remedy: 'Give a quantity with its unit, or an amount with its currency, or a method with its inputs',
    },
    { kind: 'needs', column: 'unit', with: 'quantity', reason: 'the quantity has no unit', remedy: 'Give the unit' },
    {
      kind: 'needs',
      column: 'currency',
      with: 'amount',
      reason: 'the amount has no currency',
      remedy: 'Give the currency',
    },
    { kind: 'notAfter', first: 'start_date', last: 'end_date', reason: 'the period ends before it starts' },
    {
      kind: 'daysAtMost',
      first: 'start_date',
      last: 'end_date',
      days: PERIOD_DAYS_MAX,
      reason: `the period is longer than ${PERIOD_DAYS_MAX} days`,
    },
  ],
};

export const carbonStreams: readonly StreamDefinition[] = [
  activities,
  entities,
  ownership,
  factors,
  ...SCOPE2_STREAMS,
  ...CHECK_STREAMS,
];
