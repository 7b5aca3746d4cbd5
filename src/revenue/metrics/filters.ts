/**
 * The language of filters, as ChartMogul has it: `country~ANY~'DE','FR'~AND~mrr~GTE~150`. Read into a tree of which every part is
 * known and has values of its kind; what does not parse is an error that names the part.
 *
 *   name~OPERATOR~value~AND~name~OPERATOR~value …      only AND
 *   strings in single quotes ('' within them is one quote), lists comma-separated
 */
import { FootingError, shown } from '../../kernel/errors.ts';

export const FILTER_CHARACTERS_MAX = 4_000;
export const FILTER_CONDITIONS_MAX = 20;
export const FILTER_VALUES_MAX = 500;

export type FilterOperator = (typeof OPERATORS)[number];
const OPERATORS = [
  'ANY',
  'ALL',
  'NONE',
  'EQ',
  'NOT_EQ',
  'GT',
  'GTE',
  'LT',
  'LTE',
  'BETWEEN',
  'CONTAINS',
  'NOT_CONTAINS',
  'IS',
  'IS_NOT',
] as const;

type ValueKind = 'text' | 'number' | 'tags';

interface FilterField {
  kind: ValueKind;
  /** Which customers count, or which of their subscriptions do. */
  level: 'customer' | 'subscription';
  words: string;
}

const OPERATORS_OF: Record<ValueKind, readonly FilterOperator[]> = {
  text: ['ANY', 'NONE', 'EQ', 'NOT_EQ', 'CONTAINS', 'NOT_CONTAINS', 'IS', 'IS_NOT'],
  number: ['EQ', 'NOT_EQ', 'GT', 'GTE', 'LT', 'LTE', 'BETWEEN'],
  tags: ['ANY', 'ALL', 'NONE', 'IS', 'IS_NOT'],
};

const customer = (words: string, kind: ValueKind = 'text'): FilterField => ({ kind, level: 'customer', words });
const subscription = (words: string, kind: ValueKind = 'text'): FilterField => ({ kind, level: 'subscription', words });

/** Fields beside `custom.<name>`. `region` is ChartMogul's name of the country. */
export const FILTER_FIELDS: Readonly<Record<string, FilterField>> = {
  country: customer('country of the customer'),
  region: customer('country of the customer'),
  state: customer('state of the customer'),
  city: customer('city of the customer'),
  owner: customer('who looks after the customer'),
  customer: customer('key of the customer'),
  data_source: customer('data source of the customer'),
  tags: customer('tags of the customer', 'tags'),
  cohort: customer('month of the first paid day, such as 2025-01'),
  customer_status: customer('active or cancelled, now'),
  mrr: customer('MRR of the customer now, in units of the currency', 'number'),
  currency: subscription('currency that the customer is billed in: that of the latest line'),
  plan: subscription('plan by its key or name'),
  plan_group: subscription('group that the plan is in, by its name'),
  billing_interval: subscription('interval of the plan, such as 1 month'),
};

const STATUSES = ['active', 'cancelled'];

export interface FilterCondition {
  name: string;
  level: FilterField['level'];
  kind: ValueKind;
  operator: FilterOperator;
  /** Text as stated without quotes; numbers as decimals. Empty for IS null and IS_NOT null. */
  values: readonly string[];
}

/** All conditions hold. */
export type Filter = readonly FilterCondition[];

/** Reads a filter; an empty text is no condition. Error `invalid` with the part that does not parse. */
export function parseFilter(text: string): Filter {
  if (text.length > FILTER_CHARACTERS_MAX) {
    throw broken(text.slice(0, 40), `A filter has at most ${FILTER_CHARACTERS_MAX} characters.`);
  }
  if (text.trim() === '') return [];
  const parts = splitOutsideQuotes(text, '~');
  const conditions: FilterCondition[] = [];
  for (let at = 0; at < parts.length; at += 4) {
    const [name = '', operator, value, and] = parts.slice(at, at + 4);
    const written = parts.slice(at, at + 3).join('~');
    if (operator === undefined || value === undefined) {
      throw broken(written, 'A condition is written name~OPERATOR~value.');
    }
    if (and !== undefined && and !== 'AND') throw broken(and, 'Conditions are joined by ~AND~.');
    if (and === 'AND' && at + 4 >= parts.length) throw broken('AND', 'A condition must follow.');
    conditions.push(condition(name, operator, value, written));
  }
  if (conditions.length > FILTER_CONDITIONS_MAX) {
    throw broken(text.slice(0, 40), `A filter has at most ${FILTER_CONDITIONS_MAX} conditions.`);
  }
  return conditions;
}

function condition(name: string, operator: string, value: string, written: string): FilterCondition {
  const custom = name.startsWith('custom.') && name.length > 'custom.'.length;
  const field = custom
    ? customer('custom attribute')
    : Object.hasOwn(FILTER_FIELDS, name)
      ? FILTER_FIELDS[name]
      : undefined;
  if (!field) {
    throw broken(
      name,
      `There is no such filter. There are ${Object.keys(FILTER_FIELDS).join(', ')} and custom.<name>.`,
    );
  }
  const allowed = OPERATORS_OF[field.kind];
  if (!OPERATORS.includes(operator as FilterOperator)) throw broken(operator, `There are ${OPERATORS.join(', ')}.`);
  if (!allowed.includes(operator as FilterOperator)) {
    throw broken(written, `${name} goes with ${allowed.join(', ')}.`);
  }
  const known = operator as FilterOperator;
  const values = valuesOf(known, field.kind, value, written);
  if (name === 'customer_status') {
    const unknown = values.find((each) => !STATUSES.includes(each));
    if (unknown !== undefined) throw broken(unknown, `A status is one of ${STATUSES.join(', ')}.`);
    if (!['ANY', 'NONE', 'EQ', 'NOT_EQ'].includes(operator))
      throw broken(written, 'A status is compared by ANY or NONE.');
  }
  return { name: name === 'region' ? 'country' : name, level: field.level, kind: field.kind, operator: known, values };
}

function valuesOf(operator: FilterOperator, kind: ValueKind, text: string, written: string): string[] {
  if (operator === 'IS' || operator === 'IS_NOT') {
    if (text.toLowerCase() !== 'null') throw broken(written, `${operator} is followed by null.`);
    return [];
  }
  const values = splitOutsideQuotes(text, ',').map((each) => value(each, kind));
  if (values.length > FILTER_VALUES_MAX) throw broken(written, `A list has at most ${FILTER_VALUES_MAX} values.`);
  const count = operator === 'BETWEEN' ? 2 : ['ANY', 'ALL', 'NONE'].includes(operator) ? values.length : 1;
  if (values.length !== count) throw broken(written, `${operator} takes ${count === 1 ? 'one value' : 'two values'}.`);
  return values;
}

function value(text: string, kind: ValueKind): string {
  const trimmed = text.trim();
  if (kind === 'number') {
    if (!/^-?\d{1,15}(\.\d{1,9})?$/.test(trimmed)) throw broken(text, 'It must be a number such as 150 or 99.50.');
    return trimmed;
  }
  if (!/^'(?:[^']|'')*'$/.test(trimmed)) throw broken(text, "Text stands in single quotes: 'DE'.");
  return trimmed.slice(1, -1).replaceAll("''", "'");
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (const character of text) {
    if (character === "'") quoted = !quoted;
    if (character === separator && !quoted) {
      parts.push(part);
      part = '';
    } else {
      part += character;
    }
  }
  if (quoted) throw broken(part, 'A quote is opened and not closed.');
  return [...parts, part];
}

function broken(part: string, reason: string): FootingError {
  return new FootingError('invalid', `The filter does not parse at "${shown(part)}"`, {
    problems: [{ field: 'filters', value: shown(part), reason }],
  });
}
