/** Streams of the market-based method: contractual instruments, residual mixes, and power that a site makes for itself. */
import type { StreamDefinition } from '../../streams/types.ts';

export const CARRIERS = ['electricity', 'heat', 'steam', 'cooling'] as const;
/** Kinds of instruments, best first: the quality order of the GHG Protocol's Scope 2 Guidance. */
export const INSTRUMENT_KINDS = [
  'certificate_bundled',
  'certificate_ppa',
  'certificate_unbundled',
  'contract',
  'supplier_rate',
] as const;
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];
const YES_NO = ['yes', 'no'] as const;

/**
 * A claim about the generation of purchased energy: certificates, a contract, a supplier's rate. What is missing or fails a
 * quality criterion does not refuse the row: the instrument is listed as rejected, with the reason.
 */
export const instruments: StreamDefinition = {
  name: 'instruments',
  book: 'carbon',
  title: 'Contractual instruments of scope 2',
  key: ['external_id'],
  kept: 'record',
  columns: [
    {
      name: 'external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      aliases: ['id', 'instrument_id'],
      description: 'Your key of the instrument; a later row with the same key supersedes the earlier one',
      example: 'GO-2025-WIND-1',
    },
    {
      name: 'kind',
      type: 'enum',
      values: INSTRUMENT_KINDS,
      required: true,
      aliases: ['type', 'instrument_type'],
      description:
        'certificate_bundled, certificate_ppa or certificate_unbundled; contract (no certificates exist); supplier_rate',
      example: 'certificate_unbundled',
    },
    {
      name: 'carrier',
      type: 'enum',
      values: CARRIERS,
      default: 'electricity',
      description: 'Which energy it is for',
      example: 'electricity',
    },
    {
      name: 'mwh',
      type: 'decimal',
      aliases: ['volume_mwh', 'volume'],
      description: 'Energy that it covers, MWh; empty for a contract or supplier rate that covers all that a site uses',
      example: '400',
    },
    {
      name: 'emission_rate',
      type: 'decimal',
      aliases: ['kg_per_kwh', 'rate'],
      description: 'kg CO2e per kWh; 0 for wind, sun and water',
      example: '0',
    },
    {
      name: 'gwp',
      type: 'enum',
      values: ['AR4', 'AR5', 'AR6'],
      description: 'Set of potentials behind the rate; empty = not known',
      example: '',
    },
    {
      name: 'vintage_start',
      type: 'date',
      required: true,
      description: 'First day of the generation; of a contract or rate, of the delivery',
      example: '2025-01-01',
    },
    {
      name: 'vintage_end',
      type: 'date',
      required: true,
      description: 'Last day of it, inclusive',
      example: '2025-12-31',
    },
    { name: 'country', type: 'country', description: 'Where the energy was generated', example: 'DE' },
    {
      name: 'grid',
      type: 'text',
      charactersMax: 100,
      aliases: ['region', 'bidding_zone'],
      description: 'Grid or region within the country; when given, only sites of that region may use it',
      example: '',
    },
    {
      name: 'site',
      type: 'text',
      charactersMax: 255,
      aliases: ['entity', 'assigned_to'],
      description: 'Entity for which it was bought; empty = for any site of the market',
      example: '',
    },
    { name: 'registry', type: 'text', charactersMax: 255, description: 'Where it is tracked', example: 'HKNR' },
    {
      name: 'first_certificate',
      type: 'text',
      charactersMax: 255,
      aliases: ['certificate_from', 'serial_from'],
      description: 'First id of the range',
      example: 'DE-2025-000001',
    },
    {
      name: 'last_certificate',
      type: 'text',
      charactersMax: 255,
      aliases: ['certificate_to', 'serial_to'],
      description: 'Last id of the range, inclusive; a certificate stands for one MWh',
      example: 'DE-2025-000400',
    },
    { name: 'issue_date', type: 'date', description: 'When the certificates were issued', example: '2025-06-12' },
    {
      name: 'retirement_date',
      type: 'date',
      aliases: ['cancellation_date', 'retired_on'],
      description: 'When they were retired or cancelled for the beneficiary',
      example: '2026-02-03',
    },
    {
      name: 'beneficiary',
      type: 'text',
      charactersMax: 255,
      description: 'For whom they were retired',
      example: 'Aldermoor Systems Ltd',
    },
    {
      name: 'technology',
      type: 'text',
      charactersMax: 255,
      description: 'How it was generated',
      example: 'onshore wind',
    },
    { name: 'fuel', type: 'text', charactersMax: 255, description: 'Fuel, if any', example: '' },
    {
      name: 'plant',
      type: 'text',
      charactersMax: 255,
      description: 'Plant that generated it',
      example: 'Windpark Nord',
    },
    { name: 'label', type: 'text', charactersMax: 255, description: 'Label that it bears', example: 'EKOenergy' },
    {
      name: 'sole_claim',
      type: 'enum',
      values: YES_NO,
      aliases: ['attributes_to_buyer'],
      description:
        'No one else claims the same generation; of a contract: all attributes go to the buyer (must be said)',
      example: 'yes',
    },
    {
      name: 'net_of_resold',
      type: 'enum',
      values: YES_NO,
      description:
        'Of a supplier rate: computed from delivered energy without certificates sold to others (must be said)',
      example: '',
    },
    {
      name: 'evidence_document',
      type: 'text',
      charactersMax: 1_000,
      aliases: ['evidence', 'document'],
      description: 'Where the proof is kept: file, number, address',
      example: 'cancellation statement 2026-0231.pdf',
    },
    { name: 'notes', type: 'text', description: 'Free text', example: '' },
  ],
  checks: [
    {
      kind: 'notAfter',
      first: 'vintage_start',
      last: 'vintage_end',
      reason: 'the vintage ends before it starts',
    },
    {
      kind: 'together',
      columns: ['first_certificate', 'last_certificate'],
      reason: 'only one end of the certificate range is given',
      remedy: 'Give both ends; of a single certificate, its id twice',
    },
  ],
};

/** What is left of a market's generation once all claims are taken out: the rate of energy that no instrument covers. */
export const residualMixes: StreamDefinition = {
  name: 'residual_mixes',
  book: 'carbon',
  title: 'Residual mixes',
  key: ['external_id'],
  kept: 'record',
  columns: [
    {
      name: 'external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      aliases: ['id'],
      description: 'Your key of the row',
      example: 'DE-2025',
    },
    { name: 'country', type: 'country', required: true, description: 'Market', example: 'DE' },
    {
      name: 'grid',
      type: 'text',
      charactersMax: 100,
      aliases: ['region'],
      description: 'Grid or region within the country; empty = all of it',
      example: '',
    },
    { name: 'year', type: 'integer', required: true, description: 'Calendar year of the generation', example: '2025' },
    {
      name: 'kg_per_kwh',
      type: 'decimal',
      required: true,
      aliases: ['emission_rate', 'rate'],
      description: 'kg CO2e per kWh',
      example: '0.69',
    },
    {
      name: 'gwp',
      type: 'enum',
      values: ['AR4', 'AR5', 'AR6'],
      description: 'Set of potentials behind the rate; empty = not known',
      example: '',
    },
    {
      name: 'publication',
      type: 'text',
      charactersMax: 1_000,
      aliases: ['source', 'published_by'],
      description: 'Who published it, and where',
      example: 'European Residual Mixes 2025',
    },
  ],
};

/** Power that a site makes and uses itself: nothing in the location-based figure; in the market-based one it depends on the certificates. */
export const ownGeneration: StreamDefinition = {
  name: 'own_generation',
  book: 'carbon',
  title: 'Own generation',
  key: ['external_id'],
  kept: 'record',
  columns: [
    {
      name: 'external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      aliases: ['id'],
      description: 'Your key of the row',
      example: 'PV-LEEDS-2025-06',
    },
    {
      name: 'site',
      type: 'text',
      required: true,
      charactersMax: 255,
      aliases: ['entity'],
      description: 'Entity that makes and uses it',
      example: 'Leeds plant',
    },
    { name: 'start_date', type: 'date', required: true, description: 'First day', example: '2025-06-01' },
    { name: 'end_date', type: 'date', required: true, description: 'Last day, inclusive', example: '2025-06-30' },
    { name: 'country', type: 'country', required: true, description: 'Where', example: 'GB' },
    {
      name: 'grid',
      type: 'text',
      charactersMax: 100,
      aliases: ['region'],
      description: 'Grid or region within the country',
      example: '',
    },
    {
      name: 'used_kwh',
      type: 'decimal',
      required: true,
      aliases: ['self_consumed_kwh'],
      description: 'Used on site, kWh',
      example: '150000',
    },
    {
      name: 'exported_kwh',
      type: 'decimal',
      description: 'Fed into the grid, kWh; noted, never netted',
      example: '50000',
    },
    { name: 'technology', type: 'text', charactersMax: 255, description: 'How it is generated', example: 'solar' },
    {
      name: 'certificates',
      type: 'enum',
      values: ['kept', 'sold', 'not_issued'],
      required: true,
      description: 'What became of the certificates; when they were sold, the energy counts as not covered',
      example: 'kept',
    },
  ],
  checks: [
    { kind: 'notAfter', first: 'start_date', last: 'end_date', reason: 'the period ends before it starts' },
    {
      kind: 'daysAtMost',
      first: 'start_date',
      last: 'end_date',
      days: 3_660,
      reason: 'the period is longer than 3660 days',
    },
  ],
};

export const SCOPE2_STREAMS: readonly StreamDefinition[] = [instruments, residualMixes, ownGeneration];
