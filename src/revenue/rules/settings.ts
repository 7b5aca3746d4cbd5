/** Choices about MRR, with the defaults of the conformance specification. */
import { FootingError } from '../../kernel/errors.ts';

/** When the lines of an invoice count (R29). */
export interface InvoiceRules {
  /** State from which on an invoice begins a subscription, and from which on it changes one that runs. */
  createdWhen: 'open' | 'paid';
  updatedWhen: 'open' | 'paid';
  /** Invoices that were voided, wholly refunded or written off do not count. */
  voidPrevents: boolean;
  refundPrevents: boolean;
  writeOffPrevents: boolean;
}

/** What may differ from data source to data source. */
export interface SourceSettings {
  /** Days after the end of the last service period without renewal, 1 to 90; null: off (R28). */
  autoChurnDays: number | null;
  /** By how the invoice is collected. */
  invoiceHandling: { automatic: InvoiceRules; manual: InvoiceRules };
}

export interface RevenueSettings extends SourceSettings {
  /** When a cancellation ends MRR (R26, R27). */
  churnRecognition: 'immediate' | 'end_of_service_period' | 'when_scheduled';
  /** Falling to 0 while still subscribed counts as churn (R20). */
  churnWhenZeroMrr: boolean;
  /** Whether a refund is cash flow alone, or lowers what the refunded invoice makes (R34). */
  refundHandling: 'cash_flow_only' | 'contraction_or_churn';
  /** Changes of one customer within this many minutes of the first are classified together (R17). */
  classificationWindowMinutes: number;
  /** Day whose rate converts a line (R31). */
  fxDate: 'service_period_start' | 'invoice_date' | 'period_end';
  /** Which churn rate divides ARPA in the lifetime value; no matter of movements. */
  ltvChurnWindow: 'same_interval' | 'trailing_6_months';
  /** IANA name; days of movements and statements (R30). */
  timeZone: string;
  weekStartOn: 'monday' | 'sunday';
  /** Currency that everything is converted into; null: nothing is, every currency has a statement of its own (R16). */
  currency: string | null;
  /** What data sources have otherwise. */
  sources: Readonly<Record<string, Partial<SourceSettings>>>;
}

export const DEFAULT_INVOICE_RULES: InvoiceRules = {
  createdWhen: 'open',
  updatedWhen: 'open',
  voidPrevents: true,
  refundPrevents: false,
  writeOffPrevents: true,
};

export const DEFAULT_REVENUE_SETTINGS: RevenueSettings = {
  churnRecognition: 'immediate',
  churnWhenZeroMrr: false,
  autoChurnDays: null,
  refundHandling: 'cash_flow_only',
  classificationWindowMinutes: 60,
  invoiceHandling: { automatic: DEFAULT_INVOICE_RULES, manual: DEFAULT_INVOICE_RULES },
  fxDate: 'service_period_start',
  ltvChurnWindow: 'same_interval',
  timeZone: 'UTC',
  weekStartOn: 'monday',
  currency: null,
  sources: {},
};

export const AUTO_CHURN_DAYS_MAX = 90;
/** A year. */
export const WINDOW_MINUTES_MAX = 527_040;

/** Fills in the defaults. Throws `invalid` for values outside their range. */
export function revenueSettings(given: Partial<RevenueSettings> = {}): RevenueSettings {
  const settings = { ...DEFAULT_REVENUE_SETTINGS, ...given };
  for (const { autoChurnDays: days } of [settings, ...Object.values(settings.sources)]) {
    if (days !== null && days !== undefined && !(Number.isInteger(days) && days >= 1 && days <= AUTO_CHURN_DAYS_MAX)) {
      throw new FootingError('invalid', `auto_churn_days is off or 1 to ${AUTO_CHURN_DAYS_MAX} days, not ${days}`);
    }
  }
  const minutes = settings.classificationWindowMinutes;
  if (!(Number.isInteger(minutes) && minutes >= 0 && minutes <= WINDOW_MINUTES_MAX)) {
    throw new FootingError(
      'invalid',
      `classification_window_minutes is a whole number from 0 to ${WINDOW_MINUTES_MAX}, not ${minutes}`,
    );
  }
  return settings;
}

/** The settings as they are for rows of one data source. */
export function settingsOfSource(settings: RevenueSettings, source: string): RevenueSettings {
  const own = settings.sources[source];
  return own === undefined ? settings : { ...settings, ...own };
}

/** True when every line that is not excluded counts, and no excluded one: payments need not be looked at (R29). */
export function countsByState(settings: RevenueSettings): boolean {
  const handlings = [settings, ...Object.values(settings.sources)].flatMap(({ invoiceHandling: handling }) =>
    handling === undefined ? [] : [handling.automatic, handling.manual],
  );
  return handlings.every(
    (rules) =>
      rules.createdWhen === 'open' &&
      rules.updatedWhen === 'open' &&
      rules.voidPrevents &&
      !rules.refundPrevents &&
      rules.writeOffPrevents,
  );
}

/** True when payments and refunds have a say in MRR. */
export function needsTransactions(settings: RevenueSettings): boolean {
  return !countsByState(settings) || settings.refundHandling !== 'cash_flow_only';
}
