/** Values of metrics for people, by their unit. */
import type { MetricUnit } from '../../api/revenue.ts';
import { amountOfCents, decimal, money, percent, whole } from '../../format/numbers.ts';

/** With its sign where the unit is one; the unit of money and of counts stands beside it. */
export function metricText(value: string | null, unit: MetricUnit, currency: string): string {
  if (value === null) return '–';
  if (unit === 'cents') return money(value, currency);
  if (unit === 'percent') return percent(value);
  return unit === 'ratio' ? decimal(value, 2) : whole(value);
}

/** For spreadsheets: exact, without separators. */
export const metricPlain = (value: string | null, unit: MetricUnit, currency: string): string =>
  value === null ? '' : unit === 'cents' ? amountOfCents(value, currency) : value;

/** A place in a chart. */
export const metricNumber = (value: string | null, unit: MetricUnit, currency: string): number | null =>
  value === null ? null : Number(unit === 'cents' ? amountOfCents(value, currency) : value);

export const metricUnit = (unit: MetricUnit, currency: string): string =>
  unit === 'cents' ? currency : unit === 'percent' ? '%' : '';
