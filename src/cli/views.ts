/** What the API answers, as far as the command line reads it. */
import { minorUnits } from '../kernel/currency.ts';
import type { BoundaryView } from './boundary.ts';

export interface MrrFigure {
  cents: string;
  amount: string;
  ref: string | null;
}

export interface MrrView {
  seq: number;
  from: string;
  to: string;
  until: string;
  currencies: Array<{
    currency: string;
    buckets: Array<{
      bucket: string;
      start: MrrFigure;
      movements: Record<string, MrrFigure>;
      end: MrrFigure;
      customers: number;
    }>;
  }>;
}

interface Figures {
  co2e_t: string;
  gases_kg: Record<string, string>;
  not_restatable_kg: string;
  lines: number;
  flags: Record<string, number>;
}

export interface InventoryView {
  seq: number;
  gwp: string;
  from: string | null;
  to: string | null;
  group_by: string[];
  rows: Array<Figures & { keys: Record<string, string>; ref: string }>;
  rows_total: number;
  rest: { rows: number; co2e_t: string };
  total: Figures & { ref: string };
  outside: Figures;
  held: Array<{
    words: string;
    lines: number;
    unit: string;
    currency: string;
    quantity: string | null;
    amount: string | null;
  }>;
  boundary?: BoundaryView | null;
  scope_2?: Scope2View | null;
}

/** Scope 2 by both methods, as far as it is printed. */
interface Scope2View {
  location_based: { co2e_t: string };
  market_based: { co2e_t: string };
  total_location_based: { co2e_t: string };
  total_market_based: { co2e_t: string };
  kwh: string;
  covered_percent: string | null;
  covers: Array<{ words: string; kwh: string; percent: string | null; co2e_kg: string }>;
  notes: string[];
  rows: Array<{ keys: Record<string, string>; kwh: string; co2e_t: string }>;
}

export interface HeldView {
  groups: Array<InventoryView['held'][number] & { detail: string; activity: string; country: string; region: string }>;
  total: number;
}

/** Decimals of a currency; two where it is unknown. */
export const currencyMinorUnits = (currency: string): number => minorUnits(currency) ?? 2;
