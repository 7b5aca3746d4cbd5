/** What the market-based method is calculated from, as of an entry: use of energy by site and month, instruments, residual mixes. */
import { type Day, daysBetween, daysByMonth, monthDays } from '../../kernel/dates.ts';
import { Decimal, divideRounded } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import { convert, parseUnit } from '../../kernel/units.ts';
import type { Factor } from '../catalogue/types.ts';
import { factorsById } from '../factors/find.ts';
import type { SumRow } from '../figures.ts';
import { type Place, read } from '../sql.ts';
import { MASSES, type Mass, QUANTITY_SCALE } from '../tables.ts';
import { type Consumption, type ResidualMix, VOLUME_SCALE } from './allocate.ts';
import type { Instrument } from './criteria.ts';
import type { InstrumentKind } from './streams.ts';

/** Use of energy with its location-based emissions; `own` is what a site made itself and sold the certificates of. */
export interface EnergyUse extends Consumption {
  own: boolean;
  /** The name of the factor does not say which energy it is for: taken as electricity. */
  carrierAssumed?: true;
  /** Of own generation: first and last day within the month. */
  days?: { first: Day; last: Day };
  /** The country that is stated; `country` is that of the factor where none is. */
  countryStated: string;
  activity: string;
  /** Factor of the location-based line; empty for own generation. */
  factor: string;
  release: string;
  /** Decision of the location-based lines; record of own generation. */
  ref: string;
  /** Location-based masses of the lines, kg. */
  sums: SumRow;
}

export interface OwnUse {
  id: string;
  originSeq: number;
  originRow: number;
  certificates: 'kept' | 'sold' | 'not_issued';
  technology: string;
  /** By month, with the first and last day within it. */
  months: Array<{ month: string; kwh: Decimal; first: Day; last: Day }>;
  entity: string;
  country: string;
  region: string;
  exported: Decimal | null;
}

export interface Scope2Data {
  /** What instruments may cover. */
  uses: EnergyUse[];
  /** Lines of scope 2 that are in no unit of energy (kilometres of electric cars): they stay as they are. */
  others: EnergyUse[];
  own: OwnUse[];
  instruments: Instrument[];
  mixes: ResidualMix[];
}

const KWH = parseUnit('kWh');
const KWH_PER_MWH = Decimal.parse('1000');

/** Names the state as of `seq` of all that allocations are made of: entries never change. */
export async function scope2State(place: Place, seq: number): Promise<string> {
  const states = await read<{ table: string; last: string; rows: string }>(
    place,
    ['energy_totals', ...STATED_TABLES]
      .map(
        (table) =>
          `SELECT '${table}' AS table, max(seq) AS last, count() AS rows FROM ${table} WHERE seq <= {seq:UInt64}`,
      )
      .join(' UNION ALL '),
    { seq },
  );
  return states
    .map(({ table, last, rows }) => `${table} ${last}.${rows}`)
    .sort()
    .join(', ');
}

/** True when something is stated that use could be covered by: instruments, residual mixes, own generation. */
export async function scope2Coverable(place: Place, seq: number): Promise<boolean> {
  const rows = await read(
    place,
    STATED_TABLES.map((table) => `SELECT 1 AS one FROM ${table} WHERE seq <= {seq:UInt64} LIMIT 1`).join(' UNION ALL '),
    { seq },
  );
  return rows.length > 0;
}

const STATED_TABLES = ['instruments', 'residual_mixes', 'own_generation'];

export async function scope2Data(place: Place, seq: number): Promise<Scope2Data> {
  const [rows, instruments, mixes, own] = await Promise.all([
    readUse(place, seq),
    readInstruments(place, seq),
    readMixes(place, seq),
    readOwn(place, seq),
  ]);
  const uses: EnergyUse[] = [];
  const others: EnergyUse[] = [];
  const factors = await factorsById(place, seq, [...new Set(rows.map((row) => row.factor_id))]);
  for (const row of rows) {
    const use = useOf(row, factors.get(row.factor_id));
    (use.carrier === '' ? others : uses).push(use);
  }
  for (const each of own) {
    if (each.certificates !== 'sold') continue;
    for (const { month, kwh, first, last } of each.months) {
      uses.push({ ...ownUse(each), month, kwh, days: { first, last } });
    }
  }
  return { uses, others, own, instruments, mixes };
}

type UseRow = SumRow &
  Record<
    | 'entity'
    | 'month'
    | 'match'
    | 'activity'
    | 'country'
    | 'region'
    | 'factor_id'
    | 'release'
    | 'unit'
    | 'ratio'
    | 'used',
    string
  >;

function readUse(place: Place, seq: number): Promise<UseRow[]> {
  return read<UseRow>(
    place,
    `
    SELECT toString(t.entity) AS entity, substring(toString(t.month), 1, 7) AS month, toString(t.match) AS match,
      any(m.activity) AS activity, any(m.country) AS country, any(m.region) AS region, any(m.factor_id) AS factor_id,
      any(m.release) AS release, any(m.unit) AS unit, any(m.ratio) AS ratio, any(m.gwp_source) AS gwp_source,
      any(m.other_gas) AS other_gas,
      toString(sum(t.lines)) AS lines, toString(sum(t.used)) AS used,
      ${MASSES.map((mass) => `toString(sum(t.${mass})) AS ${mass}`).join(', ')}
    FROM energy_totals AS t
    INNER JOIN (
      SELECT match, activity, country, region, factor_id, release, unit, ratio, gwp_source, other_gas
      FROM matches
      WHERE sign = 1 AND held = '' AND scope = 2
    ) AS m ON t.match = m.match
    WHERE t.seq <= {seq:UInt64}
    GROUP BY entity, month, match
    HAVING sum(t.lines) != 0 OR sum(t.used) != 0
    ORDER BY entity, month, country, region, activity, factor_id, match`,
    { seq },
  );
}

/** kWh per unit of activity of a decision; null for what is no energy (kilometres of electric cars). */
export function kwhPerUnit(unit: string, ratio: string): Rational | null {
  const answer = convert(parseUnit(unit), KWH);
  return 'ratio' in answer ? answer.ratio.mul(Rational.parse(ratio)) : null;
}

function useOf(row: UseRow, factor: Factor | undefined): EnergyUse {
  const perUnit = kwhPerUnit(row.unit, row.ratio);
  const named = carrierNamed(factor?.name ?? row.activity);
  const carrier = perUnit === null ? '' : (named ?? 'electricity');
  const kwh = Rational.fromDecimal(Decimal.parse(row.used)).mul(perUnit ?? Rational.ZERO);
  const { entity, month, country, region, activity, release, gwp_source, other_gas, lines } = row;
  const masses = Object.fromEntries(MASSES.map((mass) => [mass, row[mass]])) as Record<Mass, string>;
  return {
    entity,
    month,
    country: country === '' ? countryOf(factor) : country,
    countryStated: country,
    region,
    carrier,
    kwh: (kwh.toExactDecimal() ?? kwh.toDecimal(VOLUME_SCALE)).normalized(),
    own: false,
    ...(perUnit !== null && named === undefined ? { carrierAssumed: true as const } : {}),
    activity,
    factor: row.factor_id,
    release,
    ref: row.match,
    sums: { gwp_source, other_gas, lines, ...masses },
  };
}

/** The country that a factor is meant for; '' for the whole world. */
const countryOf = (factor: Factor | undefined): string =>
  factor === undefined || factor.region === 'GLO' ? '' : factor.region.slice(0, 2);

/** Names of energies, without accents, in English, German, French, Spanish, Italian, Dutch and the Nordic languages; the first that fits. */
const CARRIER_WORDS: ReadonlyArray<[named: RegExp, carrier: string]> = [
  [/electri|elektri|elettric|okostrom|\bstrom\b|stromtarif/, 'electricity'],
  [/cooling|chilled|kalte|kaelte|koude|froid|\bfrio\b|raffresc|kyla|kjoling/, 'cooling'],
  [/heat|warme|waerme|warmte|varme|chaleur|chauffage|\bcalor\b|calefaccion|\bcalore\b|riscaldamento/, 'heat'],
  [/steam|dampf|\bdamp\b|vapeur|vapor|stoom|\banga\b/, 'steam'],
];

/** Which energy a factor of scope 2 is for, by its name; undefined where the name says nothing. */
function carrierNamed(name: string): string | undefined {
  const words = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return CARRIER_WORDS.find(([named]) => named.test(words))?.[1];
}

const NOTHING = Object.fromEntries(MASSES.map((mass) => [mass, '0'])) as Record<Mass, string>;

function ownUse(own: OwnUse): Omit<EnergyUse, 'month' | 'kwh'> {
  return {
    entity: own.entity,
    country: own.country,
    countryStated: own.country,
    region: own.region,
    carrier: 'electricity',
    own: true,
    activity: own.technology === '' ? 'Own generation' : `Own generation, ${own.technology}`,
    factor: '',
    release: '',
    ref: own.id,
    sums: { gwp_source: '', other_gas: '', lines: '0', ...NOTHING },
  };
}

/** A SELECT of the records of a stream that are in force as of `seq`. */
function recordsInForce(table: string, columns: string): string {
  return `
    SELECT ${columns}
    FROM ${table}
    WHERE seq <= {seq:UInt64} AND sign = 1
      AND (key_hash, origin_seq, origin_row) NOT IN (
        SELECT key_hash, origin_seq, origin_row FROM ${table} WHERE seq <= {seq:UInt64} AND sign = -1)
    ORDER BY origin_seq, origin_row`;
}

const optionalText = (column: string) => `if(isNull(${column}), '', toString(${column})) AS ${column}_text`;

async function readInstruments(place: Place, seq: number): Promise<Instrument[]> {
  const rows = await read<Record<string, string | null>>(
    place,
    recordsInForce(
      'instruments',
      `*, ${['mwh', 'emission_rate', 'issue_date', 'retirement_date'].map(optionalText).join(', ')},
      toString(vintage_start) AS vintage_from, toString(vintage_end) AS vintage_to`,
    ),
    { seq },
  );
  return rows.map((row): Instrument => {
    const text = (column: string) => row[column] ?? '';
    const decimal = (column: string) => (text(column) === '' ? null : Decimal.parse(text(column)));
    return {
      id: text('external_id'),
      source: text('source'),
      originSeq: Number(row.origin_seq),
      originRow: Number(row.origin_row),
      kind: text('kind') as InstrumentKind,
      carrier: text('carrier') || 'electricity',
      kwh: decimal('mwh_text')?.mul(KWH_PER_MWH).normalized() ?? null,
      rate: decimal('emission_rate_text'),
      gwp: text('gwp'),
      vintageStart: text('vintage_from'),
      vintageEnd: text('vintage_to'),
      country: text('country'),
      grid: text('grid'),
      site: text('site'),
      registry: text('registry'),
      firstCertificate: text('first_certificate'),
      lastCertificate: text('last_certificate'),
      issued: text('issue_date_text'),
      retired: text('retirement_date_text'),
      beneficiary: text('beneficiary'),
      technology: text('technology'),
      fuel: text('fuel'),
      plant: text('plant'),
      label: text('label'),
      soleClaim: text('sole_claim'),
      netOfResold: text('net_of_resold'),
      evidence: text('evidence_document'),
    };
  });
}

async function readMixes(place: Place, seq: number): Promise<ResidualMix[]> {
  const rows = await read<Record<string, string>>(
    place,
    recordsInForce('residual_mixes', '*, toString(kg_per_kwh) AS rate_text'),
    { seq },
  );
  return rows.map((row) => ({
    id: row.external_id!,
    originSeq: Number(row.origin_seq),
    originRow: Number(row.origin_row),
    country: row.country!,
    grid: row.grid!,
    year: Number(row.year),
    kgPerKwh: Decimal.parse(row.rate_text!),
    gwp: row.gwp!,
    publication: row.publication!,
  }));
}

async function readOwn(place: Place, seq: number): Promise<OwnUse[]> {
  const rows = await read<Record<string, string>>(
    place,
    recordsInForce(
      'own_generation',
      `*, toString(start_date) AS first_day, toString(end_date) AS last_day, toString(used_kwh) AS used_text,
      ${optionalText('exported_kwh')}`,
    ),
    { seq },
  );
  return rows.map((row) => ({
    id: row.external_id!,
    originSeq: Number(row.origin_seq),
    originRow: Number(row.origin_row),
    certificates: row.certificates as OwnUse['certificates'],
    technology: row.technology!,
    months: byDays(Decimal.parse(row.used_text!), row.first_day!, row.last_day!),
    entity: row.site!,
    country: row.country!,
    region: row.grid!,
    exported: row.exported_kwh_text === '' ? null : Decimal.parse(row.exported_kwh_text!),
  }));
}

/** A quantity divided among its months by days, cumulatively, so that the parts add up to it: as bills are. */
function byDays(quantity: Decimal, first: Day, last: Day): OwnUse['months'] {
  const total = BigInt(daysBetween(first, last) + 1);
  const whole = quantity.rescale(QUANTITY_SCALE, 'exact').mantissa;
  let through = 0n;
  let before = 0n;
  return daysByMonth(first, last).map(({ month, days }) => {
    through += BigInt(days);
    const sum = divideRounded(whole * through, total, 'half-even');
    const kwh = new Decimal(sum - before, QUANTITY_SCALE).normalized();
    before = sum;
    const bounds = monthDays(month);
    return {
      month,
      kwh,
      first: first > bounds.first ? first : bounds.first,
      last: last < bounds.last ? last : bounds.last,
    };
  });
}
