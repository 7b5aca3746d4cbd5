/** The API's language of filters, as far as the page builds it; conditions that it does not build are kept as they are. */
import { t } from '../../texts.ts';

export interface Condition {
  name: string;
  operator: string;
  /** Without quotes. */
  values: readonly string[];
}

export const OPERATORS: Record<string, string> = t.filters.operators;
const TEXT = ['ANY', 'NONE', 'CONTAINS', 'NOT_CONTAINS', 'IS', 'IS_NOT'];
const NUMBER = ['GTE', 'LTE', 'GT', 'LT', 'EQ', 'NOT_EQ', 'BETWEEN'];
const TAGS = ['ANY', 'ALL', 'NONE', 'IS', 'IS_NOT'];

export const isNumeric = (name: string): boolean => name === 'mrr';
export const operatorsOf = (name: string): readonly string[] =>
  isNumeric(name) ? NUMBER : name === 'tags' ? TAGS : name === 'customer_status' ? ['ANY', 'NONE'] : TEXT;

export function conditionsOf(filters: string | undefined): Condition[] {
  if (filters === undefined || filters === '') return [];
  const parts = splitOutsideQuotes(filters, '~');
  const conditions: Condition[] = [];
  for (let at = 0; at < parts.length; at += 4) {
    const [name = '', operator = '', list = ''] = parts.slice(at, at + 3);
    const values = operator === 'IS' || operator === 'IS_NOT' ? [] : splitOutsideQuotes(list, ',').map(unquoted);
    conditions.push({ name, operator, values });
  }
  return conditions;
}

/** Undefined when there is no condition. */
export function filtersOf(conditions: readonly Condition[]): string | undefined {
  if (conditions.length === 0) return undefined;
  return conditions
    .map(({ name, operator, values }) => {
      if (operator === 'IS' || operator === 'IS_NOT') return `${name}~${operator}~null`;
      const list = values.map((value) => (isNumeric(name) ? value : `'${value.replaceAll("'", "''")}'`)).join(',');
      return `${name}~${operator}~${list}`;
    })
    .join('~AND~');
}

export function wordsOf({ name, operator, values }: Condition): string {
  const field = t.filters.fields[name] ?? name.replace(/^custom\./, '');
  return [field, OPERATORS[operator] ?? operator, values.join(', ')].filter(Boolean).join(' ');
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let quoted = false;
  for (const char of text) {
    if (char === "'") quoted = !quoted;
    if (char === separator && !quoted) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return /^'.*'$/s.test(trimmed) ? trimmed.slice(1, -1).replaceAll("''", "'") : trimmed;
}
