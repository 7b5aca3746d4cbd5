/** Account-wide choices about MRR, with the defaults of the conformance specification. */
import { FootingError } from '../../kernel/errors.ts';

export interface RevenueSettings {
  /** When a cancellation ends MRR (R26, R27). */
  churnRecognition: 'immediate' | 'end_of_service_period' | 'when_scheduled';
  /** Falling to 0 while still subscribed counts as churn (R20). */
  churnWhenZeroMrr: boolean;
  /** Days after the end of the last service period without renewal, 1 to 90; null: off (R28). */
  autoChurnDays: number | null;
  /** Changes of one customer within this many minutes of the first are classified together (R17). */
  classificationWindowMinutes: number;
  /** IANA name; days and months of statements (R30). */
  timeZone: string;
  /** Refunds are cash flow only; the other choice needs credit lines and is refused here. */
  refundHandling: 'cash_flow_only';
  /** From which state on an invoice counts (R29). */
  invoiceHandling: { countedWhen: 'open' | 'paid'; voidPrevents: boolean; writeOffPrevents: boolean };
}

export const DEFAULT_REVENUE_SETTINGS: RevenueSettings = {
  churnRecognition: 'immediate',
  churnWhenZeroMrr: false,
  autoChurnDays: null,
  classificationWindowMinutes: 60,
  timeZone: 'UTC',
  refundHandling: 'cash_flow_only',
  invoiceHandling: { countedWhen: 'open', voidPrevents: true, writeOffPrevents: true },
};

const AUTO_CHURN_DAYS_MAX = 90;

/** Fills in the defaults. Throws `invalid` for values outside their range. */
export function revenueSettings(given: Partial<RevenueSettings> = {}): RevenueSettings {
  const settings = { ...DEFAULT_REVENUE_SETTINGS, ...given };
  const days = settings.autoChurnDays;
  if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= AUTO_CHURN_DAYS_MAX)) {
    throw new FootingError('invalid', `auto_churn is off or 1 to ${AUTO_CHURN_DAYS_MAX} days, not ${days}`);
  }
  const minutes = settings.classificationWindowMinutes;
  if (!(Number.isInteger(minutes) && minutes >= 0)) {
    throw new FootingError('invalid', `classification_window_minutes is a whole number from 0, not ${minutes}`);
  }
  return settings;
}
