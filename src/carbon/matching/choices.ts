/**
 * What people have said about matching: decisions about activities, and rules. Pure: which of them applies to a descriptor in
 * a year. A decision names an activity and as many further facts as it likes; a fact that is left open holds for any value. The
 * decision with more facts goes before the one with fewer, a later one before an earlier one. Rules go before decisions, those of
 * higher priority first.
 */
import { findUnit } from '../../kernel/units.ts';
import { nameKey } from '../catalogue/load.ts';
import type { Descriptor } from '../decide.ts';
import { type FurtherCondition, furtherConditions, furtherOf, isFurther } from './refine.ts';

/** Facts of an activity by which a decision or a rule may tell activities apart. */
export const FACTS = ['activity', 'unit', 'currency', 'country', 'region', 'category'] as const;
export type Fact = (typeof FACTS)[number];
export type Facts = { activity: string } & Partial<Record<Exclude<Fact, 'activity'>, string>>;

export const OPERATORS = ['is', 'is_not', 'contains', 'starts_with', 'ends_with'] as const;
export type Operator = (typeof OPERATORS)[number];

/** True when the fact is (contains, …) one of the values; `is_not`: none of them. Capitals and white space do not count. */
export interface Condition {
  /** One of FACTS, or a further field: supplier, entity, data_quality, `attributes.x`. */
  field: string;
  op: Operator;
  values: string[];
}

/** What is to be used: one factor, a family of factors by its name (place, unit and year decide among them), or nothing. */
export interface Target {
  /** Id of the factor; null = the activity is left out, which takes a reason. */
  factor?: string | null;
  family?: string;
  reason?: string;
}

export type DecisionInput = Facts & Target;

export interface RuleInput extends Target {
  /** What people call the rule; another rule of this name takes its place. */
  rule: string;
  when: Condition[];
  /** Higher goes first. Default 0. */
  priority?: number;
  /** Years of activities for which it holds, both inclusive. */
  first_year?: number;
  last_year?: number;
}

/** One decision or rule in force. */
export interface Choice {
  /** `<entry>.<number within the entry>`. */
  id: string;
  kind: 'decision' | 'rule';
  /** What it supersedes and is superseded by: the facts of a decision, the name of a rule. */
  subject: string;
  conditions: Condition[];
  factor: string;
  family: string;
  leftOut: boolean;
  reason: string;
  priority: number;
  firstYear: number;
  lastYear: number;
  actor: string;
  recordedAt: string;
}

export interface Choices {
  /** Rules in the order in which they are asked. */
  rules: readonly Choice[];
  /** Decisions by the key of their activity, the first that holds is taken. */
  decisions: ReadonlyMap<string, readonly Choice[]>;
  /** Conditions of rules on what is no part of a descriptor. */
  further: readonly FurtherCondition[];
}

export const NO_CHOICES: Choices = { rules: [], decisions: new Map(), further: [] };
export const FIRST_YEAR = 0;
export const LAST_YEAR = 9999;

/** The conditions of a decision: that each stated fact is as stated. */
export function conditionsOf(facts: Partial<Record<Fact, string>>): Condition[] {
  return FACTS.flatMap((field) => {
    const value = facts[field];
    return value === undefined ? [] : [{ field, op: 'is' as const, values: [value] }];
  });
}

/** Equal for decisions about the same facts. */
export function subjectOf(facts: Partial<Record<Fact, string>>): string {
  return JSON.stringify(FACTS.map((field) => (facts[field] === undefined ? null : factKey(field, facts[field]!))));
}

/** How a fact is compared: units by what they mean, everything else without regard to capitals and white space. */
export function factKey(field: string, value: string): string {
  if (field !== 'unit') return nameKey(value);
  const answer = findUnit(value);
  return 'unit' in answer ? answer.unit.code : value.trim();
}

export function compileChoices(choices: readonly Choice[]): Choices {
  const rules = choices.filter(({ kind }) => kind === 'rule').sort((a, b) => b.priority - a.priority || byAge(a, b));
  const decisions = new Map<string, Choice[]>();
  for (const choice of choices) {
    if (choice.kind !== 'decision') continue;
    const activity = choice.conditions.find(({ field }) => field === 'activity')?.values[0] ?? '';
    const list = decisions.get(nameKey(activity));
    if (list) list.push(choice);
    else decisions.set(nameKey(activity), [choice]);
  }
  for (const list of decisions.values()) {
    list.sort((a, b) => b.conditions.length - a.conditions.length || byAge(b, a));
  }
  return { rules, decisions, further: furtherConditions(rules) };
}

/** The rule or decision that applies, if any. */
export function choose(descriptor: Descriptor, year: number, choices: Choices): Choice | undefined {
  for (const rule of choices.rules) if (holds(rule, descriptor, year)) return rule;
  if (choices.decisions.size === 0) return undefined;
  return choices.decisions.get(nameKey(descriptor.activity))?.find((decision) => holds(decision, descriptor, year));
}

/** True when every condition holds for the descriptor in the year. */
export function holds(choice: Choice, descriptor: Descriptor, year: number): boolean {
  if (year < choice.firstYear || year > choice.lastYear) return false;
  return choice.conditions.every((condition) => conditionHolds(condition, descriptor));
}

function conditionHolds(condition: Condition, descriptor: Descriptor): boolean {
  const { op, values } = condition;
  if (isFurther(condition.field)) {
    const met = descriptor.holds?.has(furtherOf(condition).key) ?? false;
    return op === 'is_not' ? !met : met;
  }
  const field = condition.field as Fact;
  const stated = factKey(field, descriptor[field]);
  switch (op) {
    case 'is':
      return values.some((value) => stated === factKey(field, value));
    case 'is_not':
      return values.every((value) => stated !== factKey(field, value));
    case 'contains':
      return values.some((value) => nameKey(descriptor[field]).includes(nameKey(value)));
    case 'starts_with':
      return values.some((value) => nameKey(descriptor[field]).startsWith(nameKey(value)));
    case 'ends_with':
      return values.some((value) => nameKey(descriptor[field]).endsWith(nameKey(value)));
  }
}

/** Earlier stated ones first. */
function byAge(a: Choice, b: Choice): number {
  const [x = 0, i = 0] = a.id.split('.').map(Number);
  const [y = 0, j = 0] = b.id.split('.').map(Number);
  return x - y || i - j;
}

/** For people: `rule "Diesel of the fleet"`, `decision 12.1`. */
export function choiceWords(choice: Choice): string {
  return choice.kind === 'rule' ? `rule ${JSON.stringify(choice.subject)} (${choice.id})` : `decision ${choice.id}`;
}
