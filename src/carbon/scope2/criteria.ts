/**
 * The quality criteria of the GHG Protocol's Scope 2 Guidance, asked of every instrument. Those that concern the instrument
 * alone are asked once; market and vintage of every pool of consumption that it might cover.
 */

import { addMonthsToMonth, monthDays } from '../../kernel/dates.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { Scope2Policy } from '../methodology/methodology.ts';
import { certificatesIn, overlaps, rangeOf } from './ranges.ts';
import { INSTRUMENT_KINDS, type InstrumentKind } from './streams.ts';

export interface Instrument {
  id: string;
  /** Data source in which it was stated. */
  source: string;
  originSeq: number;
  originRow: number;
  kind: InstrumentKind;
  carrier: string;
  /** kWh that it covers; null = all that its site uses. */
  kwh: Decimal | null;
  /** kg CO2e per kWh. */
  rate: Decimal | null;
  gwp: string;
  vintageStart: string;
  vintageEnd: string;
  country: string;
  grid: string;
  site: string;
  registry: string;
  firstCertificate: string;
  lastCertificate: string;
  issued: string;
  retired: string;
  beneficiary: string;
  technology: string;
  fuel: string;
  plant: string;
  label: string;
  soleClaim: string;
  netOfResold: string;
  evidence: string;
}

export interface Rejection {
  /** Which criterion fails; `overlap` and `volume` are about the certificates themselves. */
  criterion:
    | 'rate'
    | 'sole_claim'
    | 'retired'
    | 'vintage'
    | 'market'
    | 'net_of_resold'
    | 'overlap'
    | 'volume'
    | 'site'
    | 'carrier';
  words: string;
}

const isCertificate = (kind: InstrumentKind) => kind.startsWith('certificate');
const KWH_PER_MWH = Decimal.parse('1000');

/** What speaks against each instrument by itself, in the order in which they were stated. */
export function ownRejections(instruments: readonly Instrument[]): Rejection[][] {
  const found = instruments.map(ownRejection);
  const ranges = instruments.map((instrument, i) => {
    const { registry, firstCertificate: first, lastCertificate: last } = instrument;
    if (first === '' || last === '') return null;
    const range = rangeOf(registry, first, last);
    if ('problem' in range) {
      found[i]!.push({
        criterion: 'overlap',
        words: `${range.problem}, so that it cannot be seen whether they were used before`,
      });
      return null;
    }
    const certificates = new Decimal(certificatesIn(range), 0);
    if (isCertificate(instrument.kind) && instrument.kwh && instrument.kwh.cmp(certificates.mul(KWH_PER_MWH)) > 0) {
      found[i]!.push({
        criterion: 'volume',
        words: `it claims ${instrument.kwh.mul(new Decimal(1n, 3))} MWh, but ${first} to ${last} are ${certificates} certificates of one MWh`,
      });
    }
    return range;
  });
  for (const [i, other] of overlaps(ranges).entries()) {
    if (other === null) continue;
    const [own, taken] = [instruments[i]!, instruments[other]!];
    found[i]!.push({
      criterion: 'overlap',
      words: `certificates ${own.firstCertificate} to ${own.lastCertificate} of ${own.id} overlap ${taken.firstCertificate} to ${taken.lastCertificate} of ${taken.id}, which was stated earlier; a certificate counts once`,
    });
  }
  return found;
}

function ownRejection(instrument: Instrument): Rejection[] {
  const { kind } = instrument;
  const found: Rejection[] = [];
  if (instrument.rate === null) {
    found.push({ criterion: 'rate', words: 'it says no emission rate' });
  } else if (instrument.rate.sign() < 0) {
    found.push({ criterion: 'rate', words: 'its emission rate is negative' });
  }
  if (instrument.soleClaim === 'no') {
    found.push({ criterion: 'sole_claim', words: 'another instrument carries the same claim' });
  } else if (kind === 'contract' && instrument.soleClaim !== 'yes') {
    found.push({ criterion: 'sole_claim', words: 'it does not say that all attributes go to the buyer (sole_claim)' });
  }
  if (isCertificate(kind)) {
    const missing = [
      ...(instrument.registry === '' ? ['the registry'] : []),
      ...(instrument.firstCertificate === '' ? ['the range of certificates'] : []),
      ...(instrument.retired === '' ? ['the day of retirement'] : []),
      ...(instrument.beneficiary === '' ? ['the beneficiary'] : []),
    ];
    if (missing.length > 0) {
      found.push({
        criterion: 'retired',
        words: `that it was retired for the company is not shown: ${missing.join(', ')} missing`,
      });
    }
    if (instrument.retired !== '' && instrument.retired < instrument.vintageStart) {
      found.push({ criterion: 'retired', words: 'it was retired before it was generated' });
    }
  }
  if (kind === 'supplier_rate' && instrument.netOfResold !== 'yes') {
    found.push({
      criterion: 'net_of_resold',
      words:
        instrument.netOfResold === 'no'
          ? 'the rate counts certificates that were sold to others'
          : 'it does not say that the rate is net of certificates sold to others (net_of_resold)',
    });
  }
  if (instrument.kwh === null && isCertificate(kind)) {
    found.push({ criterion: 'volume', words: 'it says no MWh' });
  } else if (instrument.kwh === null && instrument.site === '') {
    found.push({ criterion: 'volume', words: 'it says neither MWh nor a site whose use it covers' });
  } else if (instrument.kwh && instrument.kwh.sign() <= 0) {
    found.push({ criterion: 'volume', words: 'its MWh are not above 0' });
  }
  if (instrument.country === '') found.push({ criterion: 'market', words: 'it says no country' });
  return found;
}

/** Consumption that is covered together. */
export interface PoolPlace {
  entity: string;
  carrier: string;
  country: string;
  region: string;
  /** YYYY or YYYY-MM. */
  period: string;
}

export type PoolCriterion = 'carrier' | 'site' | 'market' | 'vintage';

/** Which criterion speaks against using an instrument for a pool; null when none does. `bounds`: those of the pool's period. */
export function poolCriterion(
  instrument: Instrument,
  pool: PoolPlace,
  policy: Scope2Policy,
  bounds: Bounds,
): PoolCriterion | null {
  if (instrument.carrier !== pool.carrier) return 'carrier';
  if (instrument.site !== '' && instrument.site !== pool.entity) return 'site';
  if (!sameMarket(instrument, pool, policy)) return 'market';
  return vintageDistance(instrument, bounds) === null ? 'vintage' : null;
}

/** The same in words. */
export function poolRejection(
  instrument: Instrument,
  criterion: PoolCriterion,
  pool: PoolPlace,
  policy: Scope2Policy,
): Rejection {
  const { carrier, site, country, grid } = instrument;
  if (criterion === 'carrier') {
    return { criterion, words: `it is for ${carrier}, none of which is used where it could count` };
  }
  if (criterion === 'site') return { criterion, words: `${site} has no use of ${carrier} that it could cover` };
  if (criterion === 'market') {
    const where = grid === '' ? country : `${country} ${grid}`;
    const words =
      site === ''
        ? `it is of the market ${where}, where no ${carrier} was used`
        : `it is of the market ${where}, but ${pool.entity} uses ${carrier} in ${pool.country || 'a country that is not stated'}`;
    return { criterion, words };
  }
  return {
    criterion,
    words: `its vintage, ${instrument.vintageStart} to ${instrument.vintageEnd}, does not fit a ${policy.granularity} of use`,
  };
}

/** Countries that an instrument's country shares a market with, itself among them. */
export function marketOf(country: string, { markets }: Scope2Policy): string[] {
  const shared = Object.values(markets).find((market) => market.includes(country)) ?? [];
  return [...new Set([country, ...shared])];
}

function sameMarket({ country, grid }: Instrument, pool: PoolPlace, { markets }: Scope2Policy): boolean {
  if (country !== pool.country) {
    return (
      grid === '' && Object.values(markets).some((market) => market.includes(country) && market.includes(pool.country))
    );
  }
  return grid === '' || grid.toUpperCase() === pool.region.trim().toUpperCase();
}

export interface Bounds {
  /** First and last day of the period of use. */
  from: string;
  to: string;
  /** First and last day that a certificate's vintage may have. */
  widest: string;
  latest: string;
}

/** `period`: YYYY or YYYY-MM. */
export function boundsOf(
  period: string,
  { vintageMonthsBefore: before, vintageMonthsAfter: after }: Scope2Policy,
): Bounds {
  const [first, last] = period.length === 4 ? [`${period}-01`, `${period}-12`] : [period, period];
  return {
    from: monthDays(first).first,
    to: monthDays(last).last,
    widest: monthDays(addMonthsToMonth(first, -before)).first,
    latest: monthDays(addMonthsToMonth(last, after)).last,
  };
}

/**
 * Days between the vintage and the period of use, 0 when they overlap; null when the vintage does not fit. Certificates must lie
 * within the period (widened as the methodology allows), so that one vintage cannot serve two years; contracts and rates must
 * reach into it.
 */
export function vintageDistance(instrument: Instrument, { from, to, widest, latest }: Bounds): number | null {
  const { vintageStart: start, vintageEnd: end } = instrument;
  if (!isCertificate(instrument.kind)) return start <= to && end >= from ? 0 : null;
  if (start < widest || end > latest) return null;
  if (start <= to && end >= from) return 0;
  return Math.abs(Date.parse(end < from ? end : start) - Date.parse(end < from ? from : to)) / 86_400_000;
}

export const qualityRank = (kind: InstrumentKind): number => INSTRUMENT_KINDS.indexOf(kind);
