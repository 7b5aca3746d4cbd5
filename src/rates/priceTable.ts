/** Price indices as of an entry, and how prices of one time are turned into those of another. */
import type { Pool } from 'pg';
import { Rational } from '../kernel/rational.ts';
import type { StandingPrice } from './types.ts';

export interface PriceTime {
  year: number;
  /** 1 to 12; left out or null for the year as a whole. */
  month?: number | null;
}

export interface PriceChange {
  /** Level at the end over level at the beginning, exact. */
  ratio: Rational;
  from: StandingPrice;
  to: StandingPrice;
}

/** Indices as they stand as of an entry. */
export class PriceTable {
  readonly all: readonly StandingPrice[];
  private readonly levels = new Map<string, StandingPrice>();

  constructor(prices: Iterable<StandingPrice>) {
    this.all = [...prices];
    for (const price of this.all) this.levels.set(keyOf(price.index, price.region, price.year, price.month), price);
  }

  /** Level of a month, or of its year where the month has none; undefined when neither was stated: nothing is carried over from another year. */
  level(index: string, region: string, time: PriceTime): StandingPrice | undefined {
    const month = time.month ?? null;
    return (
      this.levels.get(keyOf(index, region, time.year, month)) ??
      (month === null ? undefined : this.levels.get(keyOf(index, region, time.year, null)))
    );
  }

  /** What amounts at prices of `from` are multiplied by to be at prices of `to`; undefined when a level is missing. */
  change(index: string, region: string, from: PriceTime, to: PriceTime): PriceChange | undefined {
    const [first, last] = [this.level(index, region, from), this.level(index, region, to)];
    if (!first || !last) return undefined;
    return { ratio: Rational.parse(last.value).div(Rational.parse(first.value)), from: first, to: last };
  }
}

const keyOf = (index: string, region: string, year: number, month: number | null): string =>
  `${index}\n${region}\n${year}\n${month ?? 0}`;

/** The account's indices as of entry `seq`, by index, region and time. */
export async function priceTable(pg: Pool, accountId: number, seq: number): Promise<PriceTable> {
  const { rows } = await pg.query<{
    name: string;
    region: string;
    year: number;
    month: number;
    value: string;
    source: string;
    seq: string;
  }>(
    `SELECT name, region, year, month, value::text AS value, source, seq
     FROM (
       SELECT DISTINCT ON (name, region, year, month) name, region, year, month, value, source, seq
       FROM price_indices
       WHERE account_id = $1 AND seq <= $2
       ORDER BY name, region, year, month, seq DESC
     ) AS latest
     WHERE value IS NOT NULL
     ORDER BY name COLLATE "C", region COLLATE "C", year, month`,
    [accountId, seq],
  );
  return new PriceTable(
    rows.map(({ name, month, ...row }) => ({
      ...row,
      index: name,
      month: month === 0 ? null : month,
      seq: Number(row.seq),
    })),
  );
}
