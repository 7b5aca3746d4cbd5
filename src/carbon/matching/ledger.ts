/**
 * Decisions and rules in the ledger: what an entry adds to the table `choices`, and which are in force as of an entry. A later
 * decision about the same facts, a later rule of the same name, or an undoing reverses the row of the earlier one.
 */
import type { Entry, Json } from '../../journal/types.ts';
import { insertRows, type Place, read } from '../sql.ts';
import {
  type Choice,
  type Choices,
  type Condition,
  compileChoices,
  conditionsOf,
  type DecisionInput,
  FIRST_YEAR,
  LAST_YEAR,
  type RuleInput,
  subjectOf,
  type Target,
} from './choices.ts';

export const DECIDE_KIND = 'matching.decide';
export const RULE_KIND = 'matching.rule';
export const UNDO_KIND = 'matching.undo';
export const MATCHING_KINDS: readonly string[] = [DECIDE_KIND, RULE_KIND, UNDO_KIND];

/** Payloads of the three kinds. */
export interface DecidePayload {
  decisions: DecisionInput[];
}
export interface RulePayload {
  rules: RuleInput[];
}
/** Ids of decisions and rules that are taken back. */
export interface UndoPayload {
  choices: string[];
}

/** What an entry changes: the choices that it adds and those that it takes out of force. */
export interface ChoiceChange {
  added: Choice[];
  removed: Choice[];
}

/** The choices that an entry of one of MATCHING_KINDS states, of those with the same subject the last. */
export function statedChoices(entry: Pick<Entry, 'seq' | 'kind' | 'actor' | 'recordedAt' | 'payload'>): Choice[] {
  const { seq, kind, actor, recordedAt } = entry;
  const payload = entry.payload as { decisions?: Json; rules?: Json };
  const common = { actor, recordedAt };
  const bySubject = new Map<string, Choice>();
  // Of several about one subject the last counts, in its own place: the order is that of the numbers, as it is read back.
  const state = (choice: Choice): void => {
    bySubject.delete(choice.subject);
    bySubject.set(choice.subject, choice);
  };
  if (kind === DECIDE_KIND) {
    for (const [i, decision] of (payload.decisions as unknown as DecisionInput[]).entries()) {
      state({
        id: `${seq}.${i + 1}`,
        kind: 'decision',
        subject: subjectOf(decision),
        conditions: conditionsOf(decision),
        ...targetOf(decision),
        priority: 0,
        firstYear: FIRST_YEAR,
        lastYear: LAST_YEAR,
        ...common,
      });
    }
  } else if (kind === RULE_KIND) {
    for (const [i, rule] of (payload.rules as unknown as RuleInput[]).entries()) {
      state({
        id: `${seq}.${i + 1}`,
        kind: 'rule',
        subject: rule.rule,
        conditions: rule.when,
        ...targetOf(rule),
        priority: rule.priority ?? 0,
        firstYear: rule.first_year ?? FIRST_YEAR,
        lastYear: rule.last_year ?? LAST_YEAR,
        ...common,
      });
    }
  }
  return [...bySubject.values()];
}

function targetOf({ factor, family, reason }: Target) {
  return { factor: factor ?? '', family: family ?? '', leftOut: factor === null, reason: reason ?? '' };
}

/** What stating `added` and undoing `undone` takes out of force. */
export function changeOf(inForce: readonly Choice[], added: Choice[], undone: readonly string[]): ChoiceChange {
  const subjects = new Set(added.map(({ kind, subject }) => `${kind} ${subject}`));
  const ids = new Set(undone);
  const removed = inForce.filter(({ id, kind, subject }) => ids.has(id) || subjects.has(`${kind} ${subject}`));
  return { added, removed };
}

/** Writes what the entry adds and reverses; returns it. */
export async function applyChoices(place: Place, entry: Entry): Promise<ChoiceChange> {
  const inForce = await choicesInForce(place, entry.seq - 1);
  const undone = entry.kind === UNDO_KIND ? (entry.payload as unknown as UndoPayload).choices : [];
  const change = changeOf(inForce, statedChoices(entry), undone);
  const { seq } = entry;
  await insertRows(place, 'choices', [
    ...change.removed.map((choice) => rowOf(choice, seq, -1)),
    ...change.added.map((choice) => rowOf(choice, seq, 1)),
  ]);
  return change;
}

/** All decisions and rules in force as of `seq`, in the order in which they were stated. */
export async function choicesInForce(place: Place, seq: number): Promise<Choice[]> {
  const rows = await read<Record<string, string | number>>(
    place,
    `
    SELECT stated_seq, number, any(kind) AS kind, any(subject) AS subject, any(conditions) AS conditions, any(factor) AS factor,
      any(family) AS family, any(left_out) AS left_out, any(reason) AS reason, any(priority) AS priority,
      any(first_year) AS first_year, any(last_year) AS last_year, any(actor) AS actor, any(recorded_at) AS recorded_at
    FROM choices
    WHERE seq <= {seq:UInt64}
    GROUP BY stated_seq, number
    HAVING sum(sign) > 0
    ORDER BY stated_seq, number`,
    { seq },
  );
  return rows.map((row) => choiceOf(row));
}

/** One decision or rule, whether in force or not, as far as it was stated by `seq`. */
export async function choiceById(place: Place, id: string, seq: number): Promise<Choice | undefined> {
  const [stated, number] = id.split('.');
  const [row] = await read<Record<string, string | number>>(
    place,
    `SELECT * FROM choices
     WHERE stated_seq = {stated:UInt64} AND number = {number:UInt32} AND sign = 1 AND seq <= {seq:UInt64}`,
    { stated, number, seq },
  );
  return row && choiceOf(row);
}

const compiled = new Map<string, Choices>();
/** Compiled sets that are kept; one per ledger and state of its choices. */
const COMPILED_MAX = 64;

const asked = new Map<string, Promise<Choices>>();

/** The choices in force, ready to be asked. What is in force as of an entry that is posted never changes, so it is read once. */
export function compiledChoices(place: Place, seq: number): Promise<Choices> {
  const key = `${place.database} ${seq}`;
  const known = asked.get(key);
  if (known) return known;
  const reading = readChoices(place, seq);
  if (asked.size >= COMPILED_MAX) asked.delete(asked.keys().next().value!);
  asked.set(key, reading);
  reading.catch(() => asked.delete(key));
  return reading;
}

async function readChoices(place: Place, seq: number): Promise<Choices> {
  const [state] = await read<{ last: string; rows: string }>(
    place,
    'SELECT max(seq) AS last, count() AS rows FROM choices WHERE seq <= {seq:UInt64}',
    { seq },
  );
  // Entries never change, so the last of them and the ledger say what is in force.
  const key = `${place.database} ${state!.last} ${state!.rows}`;
  const known = compiled.get(key);
  if (known) return known;
  const made = compileChoices(state!.rows === '0' ? [] : await choicesInForce(place, seq));
  if (compiled.size >= COMPILED_MAX) compiled.delete(compiled.keys().next().value!);
  compiled.set(key, made);
  return made;
}

function rowOf(choice: Choice, seq: number, sign: 1 | -1): Record<string, unknown> {
  const [stated_seq, number] = choice.id.split('.').map(Number);
  return {
    seq,
    sign,
    stated_seq,
    number,
    kind: choice.kind,
    subject: choice.subject,
    conditions: JSON.stringify(choice.conditions),
    factor: choice.factor,
    family: choice.family,
    left_out: choice.leftOut ? 1 : 0,
    reason: choice.reason,
    priority: choice.priority,
    first_year: choice.firstYear,
    last_year: choice.lastYear,
    actor: choice.actor,
    recorded_at: choice.recordedAt,
  };
}

function choiceOf(row: Record<string, string | number>): Choice {
  return {
    id: `${row.stated_seq}.${row.number}`,
    kind: row.kind as Choice['kind'],
    subject: String(row.subject),
    conditions: JSON.parse(String(row.conditions)) as Condition[],
    factor: String(row.factor),
    family: String(row.family),
    leftOut: Number(row.left_out) === 1,
    reason: String(row.reason),
    priority: Number(row.priority),
    firstYear: Number(row.first_year),
    lastYear: Number(row.last_year),
    actor: String(row.actor),
    recordedAt: String(row.recorded_at),
  };
}
