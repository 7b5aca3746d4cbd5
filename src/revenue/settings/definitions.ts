/** The settings of the revenue book as people state them: names, values, defaults, words. */

import type { Json } from '../../journal/types.ts';
import { currencyCode } from '../../kernel/currency.ts';
import { knownTimeZone } from '../../kernel/dates.ts';
import { FootingError, type Problem, shown } from '../../kernel/errors.ts';
import { nearest } from '../../kernel/text.ts';
import {
  AUTO_CHURN_DAYS_MAX,
  DEFAULT_INVOICE_RULES,
  type InvoiceRules,
  type RevenueSettings,
  type SourceSettings,
  WINDOW_MINUTES_MAX,
} from '../rules/index.ts';

export interface SettingDefinition {
  name: SettingName;
  title: string;
  /** What it decides, in a controller's words. */
  words: string;
  /** Whether data sources may have it otherwise. */
  perSource: boolean;
  /** Values that it takes, as text to show; null where it is not a choice. */
  choices: readonly string[] | null;
  /** What it is when nothing was stated. Of the time zone and the week: what the account has. */
  default: Json;
}

export type SettingName =
  | 'currency'
  | 'fx_date'
  | 'churn_recognition'
  | 'churn_when_zero_mrr'
  | 'auto_churn_days'
  | 'refund_handling'
  | 'classification_window_minutes'
  | 'invoice_handling'
  | 'ltv_churn_window'
  | 'time_zone'
  | 'week_start_on';

const WHEN = ['open', 'paid'];
const HANDLING_FIELDS = {
  create_subscription_when_invoice_is: 'createdWhen',
  update_subscription_when_invoice_is: 'updatedWhen',
  prevent_subscription_for_invoice_voided: 'voidPrevents',
  prevent_subscription_for_invoice_refunded: 'refundPrevents',
  prevent_subscription_for_invoice_written_off: 'writeOffPrevents',
} as const;

const DEFAULT_RULES_STATED = rulesToStated(DEFAULT_INVOICE_RULES);

export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'currency',
    title: 'Currency',
    words:
      'Everything is converted into it, with a row of its own for what exchange rates did; none: every currency has its own statement. Lines without a rate are not converted.',
    perSource: false,
    choices: null,
    default: null,
  },
  {
    name: 'fx_date',
    title: 'Day of the exchange rate',
    words:
      'The day whose rate converts a line: the start of its service period, the date of its invoice, or the end of the period.',
    perSource: false,
    choices: ['service_period_start', 'invoice_date', 'period_end'],
    default: 'service_period_start',
  },
  {
    name: 'churn_recognition',
    title: 'When a cancellation counts',
    words:
      'immediate: when it takes effect; end_of_service_period: when what was billed has run out; when_scheduled: when it was decided.',
    perSource: false,
    choices: ['immediate', 'end_of_service_period', 'when_scheduled'],
    default: 'immediate',
  },
  {
    name: 'churn_when_zero_mrr',
    title: 'Falling to zero is churn',
    words:
      'Whether a customer who pays nothing any more, but is still subscribed, has churned; otherwise it is a contraction.',
    perSource: false,
    choices: ['true', 'false'],
    default: false,
  },
  {
    name: 'auto_churn_days',
    title: 'Churn without renewal',
    words: `Days after the end of the last service period after which a subscription that was not renewed is taken for cancelled, 1 to ${AUTO_CHURN_DAYS_MAX}; 0: never.`,
    perSource: true,
    choices: null,
    default: 0,
  },
  {
    name: 'refund_handling',
    title: 'Refunds',
    words:
      'cash_flow_only: a refund moves cash and no MRR; contraction_or_churn: it lowers what the refunded invoice makes.',
    perSource: false,
    choices: ['cash_flow_only', 'contraction_or_churn'],
    default: 'cash_flow_only',
  },
  {
    name: 'classification_window_minutes',
    title: 'Classification window',
    words: `Changes of one customer within so many minutes of the first are one change, 0 to ${WINDOW_MINUTES_MAX}.`,
    perSource: false,
    choices: null,
    default: 60,
  },
  {
    name: 'invoice_handling',
    title: 'Which invoices count',
    words:
      'For invoices collected automatically and manually: whether an open one begins or changes a subscription or only a paid one, and whether one that was voided, refunded or written off counts.',
    perSource: true,
    choices: null,
    default: { automatic: DEFAULT_RULES_STATED, manual: DEFAULT_RULES_STATED },
  },
  {
    name: 'ltv_churn_window',
    title: 'Churn rate of the lifetime value',
    words: 'same_interval: that of the period shown; trailing_6_months: the mean of the last six complete months.',
    perSource: false,
    choices: ['same_interval', 'trailing_6_months'],
    default: 'same_interval',
  },
  {
    name: 'time_zone',
    title: 'Time zone',
    words: 'Days, months and years of movements are those of this zone (IANA name). Default: the zone of the account.',
    perSource: false,
    choices: null,
    default: null,
  },
  {
    name: 'week_start_on',
    title: 'First day of the week',
    words: 'Where a report by week does not say otherwise.',
    perSource: false,
    choices: ['monday', 'sunday'],
    default: 'monday',
  },
];

/** Values by name; null is the default. */
export type StatedSettings = Partial<Record<SettingName, Json>>;

/** A value in one notation, or null for the default. Errors: `invalid` with field, value and what it should be. */
export function checkSetting(name: string, value: Json, source: string | null): Json {
  const definition = SETTINGS.find((each) => each.name === name);
  if (!definition) {
    const names = SETTINGS.map((each) => each.name as string);
    const meant = nearest(name, names);
    throw wrong({
      field: name,
      value: shown(value),
      reason: 'is not a setting',
      remedy: meant ? `Is ${meant} meant?` : `There are ${names.join(', ')}.`,
    });
  }
  if (source !== null && !definition.perSource) {
    throw wrong({
      field: name,
      value: shown(value),
      reason: 'is a setting of the whole account',
      remedy: 'State it without a data source.',
    });
  }
  if (value === null || value === 'none') return null;
  const problem = (reason: string) => wrong({ field: name, value: shown(value), reason });
  switch (definition.name) {
    case 'currency': {
      const code = typeof value === 'string' ? currencyCode(value) : undefined;
      if (code === undefined) throw problem('must be a currency of ISO 4217, such as EUR, or none');
      return code;
    }
    case 'time_zone':
      if (typeof value !== 'string' || !isTimeZone(value)) throw problem('must be a time zone such as Europe/Berlin');
      return value;
    case 'auto_churn_days':
      return value === 'off' ? 0 : wholeNumber(value, 0, AUTO_CHURN_DAYS_MAX, problem);
    case 'classification_window_minutes':
      return wholeNumber(value, 0, WINDOW_MINUTES_MAX, problem);
    case 'churn_when_zero_mrr':
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      throw problem('must be true or false');
    case 'invoice_handling':
      return checkHandling(value, problem);
    default:
      if (typeof value === 'string' && definition.choices?.includes(value)) return value;
      throw problem(`must be one of ${definition.choices!.join(', ')}`);
  }
}

function wrong(problem: Problem): FootingError {
  return new FootingError('invalid', 'The setting cannot be that.', { problems: [problem] });
}

function isTimeZone(name: string): boolean {
  try {
    knownTimeZone(name);
    return true;
  } catch {
    return false;
  }
}

function wholeNumber(value: Json, from: number, to: number, problem: (reason: string) => FootingError): number {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= from && number <= to) return number;
  throw problem(`must be a whole number from ${from} to ${to}`);
}

/** What is not named has its default. */
function checkHandling(value: Json, problem: (reason: string) => FootingError): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw problem('must be an object with automatic and manual');
  }
  for (const name of Object.keys(value)) {
    if (name !== 'automatic' && name !== 'manual')
      throw problem(`has ${shown(name)} where automatic or manual is expected`);
  }
  const checked = (of: Json | undefined): Json => {
    if (of === undefined) return DEFAULT_RULES_STATED;
    if (typeof of !== 'object' || of === null || Array.isArray(of)) throw problem('must hold objects');
    for (const [name, given] of Object.entries(of)) {
      const known = HANDLING_FIELDS[name as keyof typeof HANDLING_FIELDS];
      if (known === undefined) throw problem(`has the unknown field ${shown(name)}`);
      const fits = name.startsWith('prevent') ? typeof given === 'boolean' : WHEN.includes(given as string);
      if (!fits) throw problem(`${name} must be ${name.startsWith('prevent') ? 'true or false' : 'open or paid'}`);
    }
    return { ...(DEFAULT_RULES_STATED as object), ...of };
  };
  return { automatic: checked(value.automatic), manual: checked(value.manual) };
}

export function rulesToStated(rules: InvoiceRules): Json {
  return Object.fromEntries(Object.entries(HANDLING_FIELDS).map(([stated, name]) => [stated, rules[name]]));
}

function rulesFromStated(stated: Json): InvoiceRules {
  const given = stated as Record<string, Json>;
  return Object.fromEntries(
    Object.entries(HANDLING_FIELDS).map(([name, to]) => [to, given[name]]),
  ) as unknown as InvoiceRules;
}

/** What the rules go by: what was stated over the defaults. */
export function toRevenueSettings(
  account: StatedSettings,
  sources: Readonly<Record<string, StatedSettings>>,
  defaults: RevenueSettings,
): RevenueSettings {
  const chosen = <T>(name: SettingName, otherwise: T): T => (account[name] as T | null | undefined) ?? otherwise;
  return {
    ...ofSource(account, defaults),
    currency: chosen('currency', defaults.currency),
    fxDate: chosen('fx_date', defaults.fxDate),
    churnRecognition: chosen('churn_recognition', defaults.churnRecognition),
    churnWhenZeroMrr: chosen('churn_when_zero_mrr', defaults.churnWhenZeroMrr),
    refundHandling: chosen('refund_handling', defaults.refundHandling),
    classificationWindowMinutes: chosen('classification_window_minutes', defaults.classificationWindowMinutes),
    ltvChurnWindow: chosen('ltv_churn_window', defaults.ltvChurnWindow),
    timeZone: chosen('time_zone', defaults.timeZone),
    weekStartOn: chosen('week_start_on', defaults.weekStartOn),
    sources: Object.fromEntries(
      Object.entries(sources).map(([source, stated]) => [source, ofSource<Partial<SourceSettings>>(stated, {})]),
    ),
  };
}

function ofSource<T extends Partial<SourceSettings>>(stated: StatedSettings, otherwise: T): T {
  const handling = stated.invoice_handling as { automatic: Json; manual: Json } | null | undefined;
  return {
    ...otherwise,
    ...(stated.auto_churn_days !== undefined &&
      stated.auto_churn_days !== null && { autoChurnDays: (stated.auto_churn_days as number) || null }),
    ...(handling && {
      invoiceHandling: { automatic: rulesFromStated(handling.automatic), manual: rulesFromStated(handling.manual) },
    }),
  };
}
