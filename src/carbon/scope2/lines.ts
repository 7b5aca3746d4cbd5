/** Market-based lines: each part of each use of energy with what covers it and the masses that it amounts to. Kept until something of it changes. */
import { Decimal } from '../../kernel/decimal.ts';
import type { SumRow } from '../figures.ts';
import type { Place } from '../sql.ts';
import { MASS_SCALE, MASSES, type Mass } from '../tables.ts';
import { type Allocation, type AllocationPolicy, allocate, type Pool, portion, type Share } from './allocate.ts';
import { type EnergyUse, type Scope2Data, scope2Data, scope2State } from './read.ts';

/** What a line's rate is due to. */
export const COVER_KINDS = [
  'own_generation',
  'certificate_bundled',
  'certificate_ppa',
  'certificate_unbundled',
  'contract',
  'supplier_rate',
  'residual_mix',
  'grid_average',
  'not_energy',
  'no_rate',
] as const;
export type CoverKind = (typeof COVER_KINDS)[number];

export const COVER_WORDS: Record<CoverKind, string> = {
  own_generation: 'own generation whose certificates were kept or never issued',
  certificate_bundled: 'certificates bundled with the energy',
  certificate_ppa: 'certificates of a power purchase agreement',
  certificate_unbundled: 'certificates bought apart',
  contract: 'contracts without certificates',
  supplier_rate: 'rates of suppliers',
  residual_mix: 'residual mix of the market',
  grid_average:
    'average of the grid, because no residual mix is stated: generation claimed by others may be counted twice',
  not_energy: 'not stated as energy (such as kilometres of electric cars): as in the location-based figure',
  no_rate:
    'own generation whose certificates were sold, where neither a residual mix nor a grid average is known: counts 0',
};

export interface MarketLine {
  /** Pool, and number of the line in it. */
  pool: string;
  number: number;
  cover: CoverKind;
  share: Share<EnergyUse> | null;
  use: EnergyUse;
  kwh: Decimal;
  sums: SumRow;
  /** The residual mix is of another year. */
  otherYear: boolean;
  /** Of what takes a rate: the rate, and the volume of the same cover that comes before this line, kWh. */
  rate: { before: Decimal; kgPerKwh: Decimal; gwp: string } | null;
}

export interface MarketBook {
  data: Scope2Data;
  allocation: Allocation<EnergyUse>;
  lines: MarketLine[];
}

const books = new Map<string, Promise<MarketBook>>();
/** Allocations that are kept, one per ledger, state of what they are made of, and policy. */
const BOOKS_MAX = 6;

/** All market-based lines as of `seq`: the allocation is a function of the ledger, the entry and the policy. */
export async function marketBook(place: Place, seq: number, policy: AllocationPolicy): Promise<MarketBook> {
  const { scope2, time, gapYearsMax } = policy;
  const key = JSON.stringify([place.database, await scope2State(place, seq), scope2, time, gapYearsMax]);
  const known = books.get(key);
  if (known) return known;
  const made = scope2Data(place, seq).then((data) => bookOf(data, policy));
  made.catch(() => books.delete(key));
  if (books.size >= BOOKS_MAX) books.delete(books.keys().next().value!);
  books.set(key, made);
  return made;
}

export function bookOf(data: Scope2Data, policy: AllocationPolicy): MarketBook {
  const allocation = allocate(data.uses, data.instruments, data.mixes, policy);
  const lines = allocation.pools.flatMap((pool) => {
    // Of what one cover comes to, each line takes the difference of two cumulated sums, so that lines add up to volume x rate.
    let [cover, before] = [pool.shares[0]?.cover, Decimal.ZERO];
    return pool.shares.map((share, number) => {
      if (share.cover !== cover) [cover, before] = [share.cover, Decimal.ZERO];
      const through = before.add(share.kwh);
      const line = lineOf(pool, share, number, { before, through });
      before = through;
      return line;
    });
  });
  for (const own of data.own) {
    if (own.certificates === 'sold') continue;
    for (const [number, { month, kwh, first, last }] of own.months.entries()) {
      const use: EnergyUse = {
        entity: own.entity,
        country: own.country,
        countryStated: own.country,
        region: own.region,
        carrier: 'electricity',
        month,
        kwh,
        own: true,
        days: { first, last },
        activity: own.technology === '' ? 'Own generation' : `Own generation, ${own.technology}`,
        factor: '',
        release: '',
        ref: own.id,
        sums: { gwp_source: '', other_gas: '', lines: '0', ...NOTHING },
      };
      lines.push({
        pool: `own ${own.originSeq}.${own.originRow}`,
        number,
        cover: 'own_generation',
        share: null,
        use,
        kwh,
        sums: { ...use.sums, lines: '1' },
        otherYear: false,
        rate: null,
      });
    }
  }
  for (const use of data.others) {
    lines.push({
      pool: `other ${use.ref}`,
      number: 0,
      cover: 'not_energy',
      share: null,
      use,
      kwh: Decimal.ZERO,
      sums: use.sums,
      otherYear: false,
      rate: null,
    });
  }
  return { data, allocation, lines };
}

const NOTHING = Object.fromEntries(MASSES.map((mass) => [mass, '0'])) as Record<Mass, string>;

/** Volumes of a cover cumulated up to a line, without it and with it, kWh. */
interface Span {
  before: Decimal;
  through: Decimal;
}

function lineOf(pool: Pool<EnergyUse>, share: Share<EnergyUse>, number: number, span: Span): MarketLine {
  const { item: use, cover, kwh } = share;
  const common = { pool: pool.id, number, share, use, kwh, otherYear: false, rate: null };
  const at = (kgPerKwh: Decimal, gwp: string) => ({
    sums: rated(span, kgPerKwh, gwp),
    rate: { before: span.before, kgPerKwh, gwp },
  });
  if (cover.kind === 'instrument') {
    const { instrument } = cover;
    return { ...common, cover: instrument.kind, ...at(instrument.rate!, instrument.gwp) };
  }
  if (cover.kind === 'residual_mix') {
    const { mix, gapYears } = cover;
    return { ...common, cover: 'residual_mix', ...at(mix.kgPerKwh, mix.gwp), otherYear: gapYears !== 0 };
  }
  if (!use.own) return { ...common, cover: 'grid_average', sums: part(use.sums, kwh, use.kwh) };
  // Own power takes the average of what the site draws from the grid besides.
  const beside = pool.items.find((item) => !item.own && item.kwh.sign() > 0);
  if (!beside) return { ...common, cover: 'no_rate', sums: { ...use.sums, lines: '1' } };
  return { ...common, cover: 'grid_average', sums: part(beside.sums, kwh, beside.kwh) };
}

/** Volume times rate: CO2e that nobody splits by gas. */
export function rated({ before, through }: Span, rate: Decimal, gwp: string): SumRow {
  const rounded = (kwh: Decimal) => kwh.mul(rate).normalized().rescale(MASS_SCALE, 'half-even');
  const kg = rounded(through).sub(rounded(before)).toString();
  return { gwp_source: gwp, other_gas: '', lines: '1', ...NOTHING, co2e_unsplit: kg, co2e_source: kg };
}

/** The part of masses that falls to a part of the volume that they are due to. */
export function part(sums: SumRow, volume: Decimal, whole: Decimal): SumRow {
  const masses = Object.fromEntries(
    MASSES.map((mass) => [
      mass,
      sums[mass] === '0' ? '0' : portion(Decimal.parse(sums[mass]), volume, whole, MASS_SCALE).toString(),
    ]),
  ) as Record<Mass, string>;
  return { gwp_source: sums.gwp_source, other_gas: sums.other_gas, lines: '1', ...masses };
}
