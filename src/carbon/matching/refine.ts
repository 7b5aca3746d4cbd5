/**
 * Conditions of rules on what is no part of a descriptor: supplier, entity, attributes and so on. So that descriptors stay few, not the
 * value but only whether such a condition holds is added to a descriptor: a row for which none holds keeps its own.
 */
import { createHash } from 'node:crypto';
import { nameKey } from '../catalogue/load.ts';
import type { Choice, Condition } from './choices.ts';

/** Fields of an activity, beside the facts of its descriptor, that rules may speak of; `attributes.x` too. */
export const FURTHER_FIELDS = ['supplier', 'entity', 'data_quality'] as const;
export const ATTRIBUTE_FIELD = /^attributes\.[A-Za-z0-9_.\- ]{1,100}$/;

/** What an activity says beside its descriptor, for estimates. */
export interface FurtherFacts {
  supplier?: string;
  entity?: string;
  data_quality?: string;
  attributes?: Readonly<Record<string, string>>;
}

/** A further condition in its positive form: \`is_not\` is that \`is\` does not hold. */
export interface FurtherCondition {
  /** 64-bit number as decimal digits. */
  key: string;
  field: string;
  op: 'is' | 'contains' | 'starts_with' | 'ends_with';
  /** As {@link nameKey} compares them. */
  values: string[];
}

export function isFurther(field: string): boolean {
  return (FURTHER_FIELDS as readonly string[]).includes(field) || ATTRIBUTE_FIELD.test(field);
}

export function furtherOf({ field, op, values }: Condition): FurtherCondition {
  const positive = op === 'is_not' ? 'is' : op;
  const keys = [...new Set(values.map(nameKey))].sort();
  const hash = createHash('sha256')
    .update(JSON.stringify([field, positive, keys]))
    .digest();
  return { key: hash.readBigUInt64BE(0).toString(), field, op: positive, values: keys };
}

/** The further conditions of rules, each once, by key. */
export function furtherConditions(choices: Iterable<Choice>): FurtherCondition[] {
  const found = new Map<string, FurtherCondition>();
  for (const { conditions } of choices) {
    for (const condition of conditions) {
      if (!isFurther(condition.field)) continue;
      const further = furtherOf(condition);
      found.set(further.key, further);
    }
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Keys of the conditions that hold for what an activity says. */
export function holding(conditions: readonly FurtherCondition[], facts: FurtherFacts): Set<string> {
  return new Set(conditions.filter((condition) => holdsFor(condition, facts)).map(({ key }) => key));
}

function holdsFor({ field, op, values }: FurtherCondition, facts: FurtherFacts): boolean {
  const stated = field.startsWith('attributes.')
    ? facts.attributes?.[field.slice('attributes.'.length)]
    : facts[field as (typeof FURTHER_FIELDS)[number]];
  const key = nameKey(stated ?? '');
  if (op === 'is') return values.includes(key);
  if (op === 'contains') return values.some((value) => key.includes(value));
  return values.some((value) => (op === 'starts_with' ? key.startsWith(value) : key.endsWith(value)));
}

/** What descriptors are as of an entry, in SQL. */
export interface Refinement {
  conditions: readonly FurtherCondition[];
  /** The descriptor of a row of \`activities\` or \`components\`. */
  descriptor: string;
  /** Array(UInt64) of the keys that hold for it. */
  facts: string;
}

export const UNREFINED: Refinement = { conditions: [], descriptor: 'descriptor', facts: 'emptyArrayUInt64()' };

export function refinementBy(conditions: readonly FurtherCondition[]): Refinement {
  if (conditions.length === 0) return UNREFINED;
  const terms = conditions.map((condition) => `if(${conditionSql(condition)}, toUInt64('${condition.key}'), 0)`);
  return {
    conditions,
    descriptor: terms.reduce((sql, term) => `bitXor(${sql}, ${term})`, 'descriptor'),
    facts: `arrayFilter(k -> k != 0, [${terms.join(', ')}])`,
  };
}

/** A table of activities or components with descriptors as of an entry. */
export function refined(table: string, { conditions, descriptor }: Refinement): string {
  return conditions.length === 0 ? table : `(SELECT * REPLACE (${descriptor} AS descriptor) FROM ${table})`;
}

/** Whether a further condition holds for a row of `activities` or `components`. */
export function conditionSql({ field, op, values }: FurtherCondition): string {
  const raw = field.startsWith('attributes.')
    ? `attributes[${quoted(field.slice('attributes.'.length))}]`
    : `toString(${field})`;
  const key = `lowerUTF8(trimBoth(replaceRegexpAll(normalizeUTF8NFKC(${raw}), '\\\\s+', ' ')))`;
  if (op === 'is') return `${key} IN (${values.map(quoted).join(', ')})`;
  const test = {
    contains: (v: string) => `position(${key}, ${v}) > 0`,
    starts_with: (v: string) => `startsWith(${key}, ${v})`,
    ends_with: (v: string) => `endsWith(${key}, ${v})`,
  }[op];
  return `(${values.map((value) => test(quoted(value))).join(' OR ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
