/** What is stated of money, and what a look-up answers. */
import type { Day } from '../kernel/dates.ts';
import type { Rational } from '../kernel/rational.ts';

/** One unit of `base` is `rate` units of `quote` on `date`; null withdraws what was stated before. */
export interface StatedRate {
  date: Day;
  base: string;
  quote: string;
  /** An exact decimal above 0. */
  rate: string | null;
}

/** Level of prices; null withdraws what was stated before. */
export interface StatedPrice {
  /** Such as `CPI`. */
  index: string;
  /** Country (ISO 3166 alpha-2), currency (ISO 4217) or '' for the world. */
  region: string;
  year: number;
  /** 1 to 12; null for the year as a whole. */
  month: number | null;
  /** An exact decimal above 0. */
  value: string | null;
}

/** A rate as it stands as of an entry. */
export interface StandingRate {
  date: Day;
  base: string;
  quote: string;
  rate: string;
  source: string;
  /** Entry that stated it. */
  seq: number;
}

export interface StandingPrice {
  index: string;
  region: string;
  year: number;
  month: number | null;
  value: string;
  source: string;
  seq: number;
}

/** How one currency is turned into another on a day. */
export interface Conversion {
  /** Units of `to` for one unit of `from`, exact: a cross rate is a fraction. */
  rate: Rational;
  /** The rates that it is made of; a leg whose base is not where the money comes from is divided by. [] for one and the same currency. */
  legs: StandingRate[];
  /** Day of the oldest of them: earlier than the day asked for where that day has none. */
  date: Day;
}
