/** A descriptor as it stands in `matches`: everything about an activity that decides its factor. */
import type { Descriptor } from '../decide.ts';

/** Columns of `matches` that make a descriptor. */
export const DESCRIPTOR_COLUMNS = [
  'activity',
  'stated_unit',
  'currency',
  'country',
  'region',
  'stated_category',
  'has_quantity',
  'has_amount',
  'calculation',
  'component',
  'problem',
  'calculation_flags',
  'facts',
] as const;

/** They as ClickHouse returns them, the unit and the category as the activity states them. */
export interface DescriptorRow {
  activity: string;
  unit: string;
  currency: string;
  country: string;
  region: string;
  category: string;
  has_quantity: number;
  has_amount: number;
  calculation: string;
  component: number;
  problem: string;
  calculation_flags: number;
  /** Keys of the further conditions of rules that hold. */
  facts: string[];
}

/** Select list of a {@link DescriptorRow} out of \`matches\`. */
export const DESCRIPTOR_SELECT = `activity, stated_unit AS unit, currency, country, region, stated_category AS category,
  has_quantity, has_amount, calculation, component, problem, calculation_flags, facts`;

/** The same in a grouping by descriptor of rows that have these columns. */
export const DESCRIPTOR_ANY = [
  'activity',
  'unit',
  'currency',
  'country',
  'region',
  'category',
  'has_quantity',
  'has_amount',
  'calculation',
  'component',
  'problem',
  'calculation_flags',
  'facts',
]
  .map((name) => `any(${name}) AS ${name}`)
  .join(', ');

/** Codes of countries and currencies are compared in capitals. */
export function code(text: string): string {
  return text.trim().toUpperCase();
}

export function descriptorOf(row: DescriptorRow): Descriptor {
  return {
    activity: row.activity,
    unit: row.unit,
    currency: code(row.currency),
    country: code(row.country),
    region: row.region,
    category: row.category,
    hasQuantity: Number(row.has_quantity) === 1,
    hasAmount: Number(row.has_amount) === 1,
    ...(row.calculation !== '' && {
      calculation: row.calculation,
      part: Number(row.component),
      problem: row.problem,
      calculationFlags: Number(row.calculation_flags),
    }),
    ...(row.facts.length > 0 && { holds: new Set(row.facts.map(String)) }),
  };
}
