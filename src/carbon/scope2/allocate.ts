/**
 * The market-based method: which instrument covers which consumption, and what the rest takes. Pure. Pools are covered in the order
 * of period, carrier, place and site; within a pool instruments of the site go first, then the quality order, then the
 * vintage nearest to the use, then the id. What is left takes the residual mix of its market, else the grid's average, flagged.
 */
import { Decimal, divideRounded, powerOfTen } from '../../kernel/decimal.ts';
import { invariant } from '../../kernel/errors.ts';
import type { Scope2Policy } from '../methodology/methodology.ts';
import { gapAllowed, type TimePolicy } from '../methodology/policies.ts';
import {
  type Bounds,
  boundsOf,
  type Instrument,
  marketOf,
  ownRejections,
  type PoolCriterion,
  type PoolPlace,
  poolCriterion,
  poolRejection,
  qualityRank,
  type Rejection,
  vintageDistance,
} from './criteria.ts';

/** Digits after the point of a part of a volume, kWh. */
export const VOLUME_SCALE = 24;

/** Energy used by a site in a month for one reason: what a row of `energy_totals` or of `own_generation` says. */
export interface Consumption extends Omit<PoolPlace, 'period'> {
  month: string;
  kwh: Decimal;
}

export interface ResidualMix {
  id: string;
  originSeq: number;
  originRow: number;
  country: string;
  grid: string;
  year: number;
  kgPerKwh: Decimal;
  gwp: string;
  publication: string;
}

/** What covers a part of a pool. */
export type Cover =
  | { kind: 'instrument'; instrument: Instrument }
  | { kind: 'residual_mix'; mix: ResidualMix; gapYears: number }
  | { kind: 'grid_average' };

export interface Share<Item> {
  item: Item;
  cover: Cover;
  kwh: Decimal;
}

export interface Pool<Item> extends PoolPlace {
  id: string;
  items: Item[];
  kwh: Decimal;
  /** Volumes by cover, adding up to kwh. */
  covers: Array<{ cover: Cover; kwh: Decimal }>;
  /** The same by item: adds up to the covers and to the items. */
  shares: Array<Share<Item>>;
}

export interface InstrumentResult {
  instrument: Instrument;
  status: 'applied' | 'partly_applied' | 'unused' | 'rejected';
  applied: Decimal;
  /** Null for an instrument that covers all that its site uses. */
  unused: Decimal | null;
  rejections: Rejection[];
}

export interface Allocation<Item> {
  pools: Array<Pool<Item>>;
  instruments: InstrumentResult[];
}

/** Where the volume of each instrument goes: pools in their order. */
export function placesOf<Item>({ pools }: Allocation<Item>): Map<Instrument, Array<PoolPlace & { kwh: Decimal }>> {
  const found = new Map<Instrument, Array<PoolPlace & { kwh: Decimal }>>();
  for (const pool of pools) {
    const { entity, carrier, country, region, period } = pool;
    for (const { cover, kwh } of pool.covers) {
      if (cover.kind !== 'instrument') continue;
      const list = found.get(cover.instrument) ?? [];
      list.push({ entity, carrier, country, region, period, kwh });
      found.set(cover.instrument, list);
    }
  }
  return found;
}

export interface AllocationPolicy {
  scope2: Scope2Policy;
  time: TimePolicy;
  gapYearsMax: number;
}

/** `instruments` in the order in which they were stated. */
export function allocate<Item extends Consumption>(
  items: readonly Item[],
  instruments: readonly Instrument[],
  mixes: readonly ResidualMix[],
  policy: AllocationPolicy,
): Allocation<Item> {
  const pools = poolsOf(items, policy.scope2);
  const own = ownRejections(instruments);
  const left = new Map(instruments.filter((_, i) => own[i]!.length === 0).map((each) => [each, each.kwh]));
  const applied = new Map<Instrument, Decimal>();
  const eligible = new Set<Instrument>();
  const against = new Map<Instrument, { criterion: PoolCriterion; pool: PoolPlace }>();
  const periods = new Map<string, Bounds>();
  const speaksAgainst = (instrument: Instrument, criterion: PoolCriterion, pool: PoolPlace) => {
    const known = against.get(instrument);
    if (!known || NEARNESS.indexOf(criterion) > NEARNESS.indexOf(known.criterion)) {
      against.set(instrument, { criterion, pool });
    }
  };
  const candidates = indexOf([...left.keys()], policy.scope2, (instrument, pool) =>
    speaksAgainst(instrument, 'vintage', pool),
  );

  for (const pool of pools) {
    const fitting: Instrument[] = [];
    const bounds = periods.get(pool.period) ?? boundsOf(pool.period, policy.scope2);
    periods.set(pool.period, bounds);
    for (const instrument of candidates(pool, bounds)) {
      if (left.get(instrument)?.isZero()) continue;
      const criterion = poolCriterion(instrument, pool, policy.scope2, bounds);
      if (criterion === null) {
        fitting.push(instrument);
        eligible.add(instrument);
      } else if (!eligible.has(instrument)) speaksAgainst(instrument, criterion, pool);
    }
    let rest = pool.kwh;
    for (const instrument of inOrder(fitting, bounds)) {
      if (rest.sign() <= 0) break;
      const available = left.get(instrument);
      const used = available && available.cmp(rest) < 0 ? available : rest;
      if (available) left.set(instrument, available.sub(used));
      applied.set(instrument, (applied.get(instrument) ?? Decimal.ZERO).add(used));
      rest = rest.sub(used);
      pool.covers.push({ cover: { kind: 'instrument', instrument }, kwh: used });
    }
    if (!rest.isZero() || pool.covers.length === 0)
      pool.covers.push({ cover: coverOfRest(pool, mixes, policy), kwh: rest });
    pool.shares = sharesOf(pool);
  }

  return {
    pools,
    instruments: instruments.map((instrument, i) => {
      const rejections = [...own[i]!];
      if (rejections.length === 0 && !eligible.has(instrument)) {
        const found = against.get(instrument) ?? nowhere(instrument, pools);
        rejections.push(found ? poolRejection(instrument, found.criterion, found.pool, policy.scope2) : NOTHING_USED);
      }
      const used = applied.get(instrument) ?? Decimal.ZERO;
      const unused = instrument.kwh === null ? null : instrument.kwh.sub(used);
      const status =
        rejections.length > 0
          ? 'rejected'
          : used.isZero()
            ? 'unused'
            : unused === null || unused.isZero()
              ? 'applied'
              : 'partly_applied';
      return { instrument, status, applied: used, unused, rejections };
    }),
  };
}

/** Of several pools that an instrument does not fit, the one that it comes nearest to says why. */
const NEARNESS: readonly PoolCriterion[] = ['site', 'carrier', 'market', 'vintage'];

const NOTHING_USED: Rejection = { criterion: 'site', words: 'nothing was used that it could cover' };

/** Of an instrument that was looked at for no pool: its site, its carrier or its market has none. */
function nowhere(
  { carrier, site }: Instrument,
  pools: readonly PoolPlace[],
): { criterion: PoolCriterion; pool: PoolPlace } | undefined {
  const [any] = pools;
  if (!any) return undefined;
  if (site !== '') return { criterion: 'site', pool: any };
  const same = pools.find((pool) => pool.carrier === carrier);
  return same ? { criterion: 'market', pool: same } : { criterion: 'carrier', pool: any };
}

function poolsOf<Item extends Consumption>(items: readonly Item[], { granularity }: Scope2Policy): Array<Pool<Item>> {
  const pools = new Map<string, Pool<Item>>();
  for (const item of items) {
    const { entity, carrier, country, region } = item;
    const period = granularity === 'year' ? item.month.slice(0, 4) : item.month;
    const id = JSON.stringify([period, carrier, country, region, entity]);
    let pool = pools.get(id);
    if (!pool) {
      pool = { id, entity, carrier, country, region, period, items: [], kwh: Decimal.ZERO, covers: [], shares: [] };
      pools.set(id, pool);
    }
    pool.items.push(item);
    pool.kwh = pool.kwh.add(item.kwh);
  }
  return [...pools.values()].sort(
    (a, b) =>
      compare(a.period, b.period) ||
      compare(a.carrier, b.carrier) ||
      compare(a.country, b.country) ||
      compare(a.region, b.region) ||
      compare(a.entity, b.entity),
  );
}

/**
 * Instruments that may concern a pool: those of its site, and those of its market that name no site and whose vintage fits. The others
 * of the market are told to `late` once for each period.
 */
function indexOf(
  instruments: readonly Instrument[],
  policy: Scope2Policy,
  late: (instrument: Instrument, pool: PoolPlace) => void,
): (pool: PoolPlace, bounds: Bounds) => readonly Instrument[] {
  const free = new Map<string, Instrument[]>();
  const bySite = new Map<string, Instrument[]>();
  const fitting = new Map<string, Instrument[]>();
  const add = (map: Map<string, Instrument[]>, key: string, instrument: Instrument) => {
    const list = map.get(key);
    if (list) list.push(instrument);
    else map.set(key, [instrument]);
  };
  for (const instrument of instruments) {
    if (instrument.site !== '') add(bySite, instrument.site, instrument);
    else
      for (const country of marketOf(instrument.country, policy))
        add(free, `${instrument.carrier} ${country}`, instrument);
  }
  return (pool, bounds) => {
    const market = `${pool.carrier} ${pool.country}`;
    const key = `${market} ${pool.period}`;
    let inTime = fitting.get(key);
    if (!inTime) {
      inTime = [];
      for (const instrument of free.get(market) ?? []) {
        if (vintageDistance(instrument, bounds) === null) late(instrument, pool);
        else inTime.push(instrument);
      }
      fitting.set(key, inTime);
    }
    const own = bySite.get(pool.entity);
    return own ? [...own, ...inTime] : inTime;
  };
}

function inOrder(fitting: Instrument[], bounds: Bounds): Instrument[] {
  const distance = new Map(fitting.map((each) => [each, vintageDistance(each, bounds) ?? 0]));
  return fitting.sort(
    (a, b) =>
      Number(b.site !== '') - Number(a.site !== '') ||
      qualityRank(a.kind) - qualityRank(b.kind) ||
      distance.get(a)! - distance.get(b)! ||
      compare(a.id, b.id) ||
      compare(a.source, b.source),
  );
}

/** The residual mix of the pool's market (its grid's before its country's), in the year that the methodology allows. */
function coverOfRest(pool: PoolPlace, mixes: readonly ResidualMix[], policy: AllocationPolicy): Cover {
  const year = Number(pool.period.slice(0, 4));
  const region = pool.region.trim().toUpperCase();
  const near = mixes
    .filter(({ country, grid }) => country === pool.country && (grid === '' || grid.trim().toUpperCase() === region))
    .map((mix) => ({ mix, gapYears: mix.year - year }))
    .filter(({ gapYears }) => pool.carrier === 'electricity' && gapAllowed(gapYears, policy))
    .sort(
      (a, b) =>
        Number(b.mix.grid !== '') - Number(a.mix.grid !== '') ||
        Math.abs(a.gapYears) - Math.abs(b.gapYears) ||
        a.gapYears - b.gapYears ||
        // Of two for the same market and year, the one that was stated last.
        b.mix.originSeq - a.mix.originSeq ||
        b.mix.originRow - a.mix.originRow,
    );
  const [best] = near;
  return best ? { kind: 'residual_mix', ...best } : { kind: 'grid_average' };
}

/**
 * Every cover's volume divided among the items of the pool in proportion to their use: the part of cover k and item i is the
 * difference of H(A_k x C_i / T) to its neighbours, A and C cumulated, H half-even; so parts add up to covers and to items.
 */
function sharesOf<Item extends Consumption>({ items, covers, kwh }: Pool<Item>): Array<Share<Item>> {
  if (covers.length === 1) return items.map((item) => ({ item, cover: covers[0]!.cover, kwh: item.kwh }));
  if (covers.length === 0) return [];
  const whole = (value: Decimal) => value.rescale(VOLUME_SCALE, 'exact').mantissa;
  const total = whole(kwh);
  invariant(total > 0n, 'a pool without use is not covered by instruments');
  const shares: Array<Share<Item>> = [];
  let before = items.map(() => 0n);
  let cumulated = 0n;
  for (const { cover, kwh: volume } of covers) {
    cumulated += whole(volume);
    let through = 0n;
    let [rowBefore, columnBefore] = [0n, 0n];
    const row = items.map((item, i) => {
      through += whole(item.kwh);
      const corner = divideRounded(cumulated * through, total, 'half-even');
      const part = corner - rowBefore - (before[i]! - columnBefore);
      rowBefore = corner;
      columnBefore = before[i]!;
      if (part !== 0n) shares.push({ item, cover, kwh: new Decimal(part, VOLUME_SCALE).normalized() });
      return corner;
    });
    before = row;
  }
  return shares;
}

/** The part of a mass that falls to `volume` of `whole`, rounded half-even to `scale` digits. */
export function portion(mass: Decimal, volume: Decimal, whole: Decimal, scale: number): Decimal {
  if (volume.equals(whole)) return mass;
  const numerator = mass.mantissa * volume.mantissa * powerOfTen(whole.scale) * powerOfTen(scale);
  const denominator = whole.mantissa * powerOfTen(mass.scale + volume.scale);
  return denominator < 0n
    ? new Decimal(divideRounded(-numerator, -denominator, 'half-even'), scale)
    : new Decimal(divideRounded(numerator, denominator, 'half-even'), scale);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
