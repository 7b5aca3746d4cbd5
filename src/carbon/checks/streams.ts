/** The stream of the screening: what is stated about each of the 15 categories of scope 3. */
import type { StreamDefinition } from '../../streams/types.ts';

export const SCREENING_STATUSES = ['relevant', 'not_applicable', 'not_material', 'no_data'] as const;
export type ScreeningStatus = (typeof SCREENING_STATUSES)[number];

export const screening: StreamDefinition = {
  name: 'screening',
  book: 'carbon',
  title: 'Screening of scope 3',
  key: ['category'],
  kept: 'record',
  columns: [
    {
      name: 'category',
      type: 'enum',
      required: true,
      values: Array.from({ length: 15 }, (_, i) => String(i + 1)),
      aliases: ['scope_3_category'],
      description: 'Scope-3 category, 1 to 15',
      example: '10',
    },
    {
      name: 'status',
      type: 'enum',
      required: true,
      values: SCREENING_STATUSES,
      description: 'relevant: it is calculated; not_applicable; not_material: with an estimate; no_data',
      example: 'not_applicable',
    },
    {
      name: 'reason',
      type: 'text',
      required: true,
      description: 'Why, as it is to be reported',
      example: 'No intermediate products are sold',
    },
    {
      name: 'estimate_t',
      type: 'decimal',
      description: 'Estimate in t CO2e a year; required when it is not material',
      example: '',
    },
  ],
  checks: [
    {
      kind: 'requiredWhen',
      column: 'estimate_t',
      when: 'status',
      values: ['not_material'],
      reason: 'not material has to be shown by an estimate',
      remedy: 'Give estimate_t, a rough figure in t CO2e',
    },
  ],
};

export const CHECK_STREAMS: readonly StreamDefinition[] = [screening];
