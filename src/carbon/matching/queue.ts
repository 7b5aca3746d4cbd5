/**
 * The review queue: what is held because no factor is decided on, by what the activities say, the largest first; with candidates
 * and what each would add to the total. And what decisions would do to the total before they are taken.
 */
import { Decimal } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { type Decision, type Descriptor, decide, type FactorIndex } from '../decide.ts';
import { inRange, type Plan, planOf, times } from '../estimate/plan.ts';
import { decisions } from '../postings.ts';
import { read, readLimited } from '../sql.ts';
import { HOLD_WORDS } from '../tables.ts';
import { amountsByDay, convertedByDay, type DaySum } from './byDay.ts';
import { type Candidate, finderOf } from './candidates.ts';
import { type Choice, choose, compileChoices } from './choices.ts';
import { DESCRIPTOR_ANY, DESCRIPTOR_SELECT, type DescriptorRow, descriptorOf } from './descriptor.ts';
import { type ChoiceChange, choicesInForce } from './ledger.ts';
import { furtherConditions, isFurther } from './refine.ts';
import { splitByConditions } from './split.ts';
import { type MatchingState, matchingState } from './state.ts';

/** Holds that a choice of factor cannot lift. */
const NOT_FOR_REVIEW = ['left_out', 'no_potential', 'out_of_range'];
/** Descriptions that a preview lists of those that stay held. */
const STILL_HELD_SHOWN_MAX = 20;

export const QUEUE_ORDERS = ['lines', 'amount', 'quantity'] as const;
export type QueueOrder = (typeof QUEUE_ORDERS)[number];

export interface QueueItem {
  facts: Pick<Descriptor, 'activity' | 'unit' | 'currency' | 'country' | 'region' | 'category'>;
  reason: string;
  words: string;
  detail: string;
  years: number[];
  lines: number;
  quantity: string | null;
  amount: string | null;
  candidates: Array<Candidate & { effect: Effect }>;
}

/** What a choice adds to scopes 1 to 3. */
export interface Effect {
  /** kg CO2e; of the years for which the choice gives a factor. */
  co2e_kg: string;
  /** Years that would stay held. */
  years_held: number[];
}

interface FactsRow extends DescriptorRow {
  descriptor: string;
}

interface QueueRow extends FactsRow {
  held: string;
  detail: string;
  lines: string;
  quantity: string | null;
  amount: string | null;
  years: number[];
  matches: string[];
  year_quantities: string[];
  year_amounts: string[];
}

interface Tried {
  candidate: Candidate;
  /** What the candidate decides in each of the years. */
  decisions: Array<ReturnType<typeof decide>>;
}

/** Groups whose candidates are kept for the next reading of the page: some 20 kB each. */
const TRIED_MAX = 1_000;
const kept = new WeakMap<FactorIndex, Map<string, readonly Tried[]>>();

/** The candidates of a group, and what each would decide: a function of the factors and of what the activities say. */
function triedFor(index: FactorIndex, row: QueueRow, descriptor: Descriptor, limit: number): readonly Tried[] {
  const known = kept.get(index) ?? new Map<string, readonly Tried[]>();
  kept.set(index, known);
  // A set is nothing as JSON.
  const key = JSON.stringify([{ ...descriptor, holds: [...(descriptor.holds ?? [])] }, row.years, limit]);
  let tried = known.get(key);
  if (tried === undefined) {
    tried = finderOf(index)
      .find(descriptor, Math.max(...row.years), limit)
      .map((candidate) => {
        const choices = compileChoices([familyChoice(descriptor.activity, candidate.family)]);
        return { candidate, decisions: row.years.map((year) => decide(descriptor, year, index, choices)) };
      });
    if (known.size >= TRIED_MAX) known.delete(known.keys().next().value!);
    known.set(key, tried);
  }
  return tried;
}

/** A page of the queue. */
export async function reviewQueue(
  context: ReadContext,
  options: { gwp: GwpSetName; order: QueueOrder; candidates: number; limit: number; offset: number },
): Promise<{ items: QueueItem[]; total: number }> {
  const inner = `
    SELECT m.descriptor AS descriptor, m.year AS year, toString(any(m.match)) AS match_, any(m.held) AS held,
      any(m.detail) AS detail, ${DESCRIPTOR_ANY}, sum(t.sign) AS lines,
      sum(toDecimal256(t.quantity, 12)) AS quantity, sum(toDecimal256(t.amount, 12)) AS amount
    FROM held AS t
    INNER JOIN (
      SELECT match, descriptor, year, held, detail, ${DESCRIPTOR_SELECT}
      FROM ${decisions('*')}
      WHERE held != '' AND held NOT IN {others:Array(String)}
    ) AS m ON t.match = m.match
    WHERE t.seq <= {seq:UInt64} AND t.reason = m.held
    GROUP BY descriptor, year
    HAVING lines != 0`;
  const parameters = { seq: context.seq, decided: context.seq, others: NOT_FOR_REVIEW };
  const order = options.order === 'lines' ? 'lines DESC' : `abs(coalesce(q_${options.order}, 0)) DESC, lines DESC`;
  const [{ rows, total }, state] = await Promise.all([
    readLimited<QueueRow>(
      context,
      `
      SELECT descriptor, ${DESCRIPTOR_ANY}, any(held) AS held, any(detail) AS detail,
        toString(sum(i.lines)) AS lines, sum(i.quantity) AS q_quantity, sum(i.amount) AS q_amount,
        toString(q_quantity) AS quantity, toString(q_amount) AS amount,
        groupArray(i.year) AS years, groupArray(i.match_) AS matches,
        groupArray(coalesce(toString(i.quantity), '')) AS year_quantities,
        groupArray(coalesce(toString(i.amount), '')) AS year_amounts
      FROM (SELECT * FROM (${inner}) ORDER BY descriptor, year) AS i
      GROUP BY descriptor
      ORDER BY ${order.replace('lines DESC', 'sum(i.lines) DESC')}, activity, descriptor
      LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
      { ...parameters, limit: options.limit, offset: options.offset },
    ),
    matchingState(context, context.seq),
  ]);
  const found = rows.map((row) => {
    const descriptor = descriptorOf(row);
    // Inputs of a method are put right where they were stated: no factor mends them.
    const tried = row.held === 'input_problem' ? [] : triedFor(state.index, row, descriptor, options.candidates);
    return { row, descriptor, tried };
  });
  const days = await amountsByDay(
    context,
    found.flatMap(({ row, tried }) =>
      row.matches.filter((_, i) => tried.some((each) => pairOf(each.decisions[i]!) !== '')),
    ),
  );
  const items = found.map(({ row, descriptor, tried }): QueueItem => {
    const sums = row.years.map((year, i) => ({
      year,
      quantity: row.year_quantities[i]!,
      amount: row.year_amounts[i]!,
      days: days.of(row.matches[i]!, row.held),
    }));
    const { hasQuantity, hasAmount, activity, unit, currency, country, region, category } = descriptor;
    const facts = { activity, unit, currency, country, region, category };
    return {
      facts,
      reason: row.held,
      words: HOLD_WORDS[row.held] ?? row.held,
      detail: row.detail,
      years: [...row.years].sort((a, b) => a - b),
      lines: Number(row.lines),
      quantity: hasQuantity ? row.quantity : null,
      amount: hasAmount ? row.amount : null,
      candidates: tried.map(({ candidate, decisions: by }) => ({
        ...candidate,
        effect: effectOf(by, sums, state, options.gwp),
      })),
    };
  });
  return { items, total };
}

export interface Sum {
  year: number;
  /** Empty = there is none. */
  quantity: string;
  amount: string;
  /** The amount by day, where it is needed. */
  days?: DaySum[] | undefined;
}

/** What decisions would add for the sums of their years. */
function effectOf(taken: readonly Decision[], sums: readonly Sum[], state: MatchingState, gwp: GwpSetName): Effect {
  let kg = Decimal.ZERO;
  const heldYears: number[] = [];
  for (const [i, sum] of sums.entries()) {
    const added = contribution(taken[i]!, sum, gwp, state.rate);
    if (added) kg = kg.add(added);
    else heldYears.push(sum.year);
  }
  return { co2e_kg: kg.toString(), years_held: heldYears.sort((a, b) => a - b) };
}

/** `EUR>USD` where amounts are converted day by day. */
export const pairOf = (decision: Decision): string => ('held' in decision ? '' : decision.lines[0]!.fx);

function familyChoice(activity: string, family: string): Choice {
  return {
    id: '0.0',
    kind: 'decision',
    subject: '',
    conditions: [{ field: 'activity', op: 'is', values: [activity] }],
    factor: '',
    family,
    leftOut: false,
    reason: '',
    priority: 0,
    firstYear: 0,
    lastYear: 9999,
    actor: '',
    recordedAt: '',
  };
}

/** kg CO2e in the scopes; undefined when the activities are held, null when the sum that it takes is not known. */
export function contribution(
  decision: Decision,
  sum: Sum,
  gwp: GwpSetName,
  rate: MatchingState['rate'],
): Decimal | undefined {
  if ('held' in decision) return undefined;
  const plan: Plan = planOf(decision, gwp);
  const used = usedOf(plan, sum, rate);
  return used && inRange(plan, used) ? times(used, plan.total) : undefined;
}

function usedOf(
  { basis, fx }: Plan,
  { quantity, amount, days }: Sum,
  rate: MatchingState['rate'],
): Decimal | undefined {
  if (fx !== '') return days && convertedByDay(days, fx, rate);
  const used = basis === 'spend' ? amount : quantity;
  return used === '' ? undefined : Decimal.parse(used);
}

export interface Preview {
  /** Descriptions by year that are decided otherwise than now, and their lines. */
  descriptors: number;
  lines: number;
  /** kg CO2e of these lines in scopes 1 to 3, now and after. */
  before_kg: string;
  after_kg: string;
  change_kg: string;
  /** The same for each decision or rule, in the order of the request; what several would touch counts for the one that applies. */
  choices: Array<{ lines: number; change_kg: string }>;
  /** Lines that stay held or become so, and the first of their descriptions. */
  held_lines: number;
  still_held: Array<{ activity: string; year: number; reason: string; detail: string; lines: number }>;
  /** Lines whose amount or quantity would have to be used instead: not in the figures. */
  other_basis_lines: number;
}

export interface SumsRow extends FactsRow {
  /** Id of its first line's decision. */
  match: string;
  /** A part of its decision's lines: of days only the whole is read. */
  split?: true;
  year: number;
  basis: string;
  held: string;
  lines: string;
  held_lines: string;
  used: string;
  quantity: string;
  amount: string;
}

/** What a change of choices would do to the totals as of the context's entry. `added` in the order of the request. */
export async function previewChange(context: ReadContext, change: ChoiceChange, gwp: GwpSetName): Promise<Preview> {
  const [sums, state, inForce] = await Promise.all([
    readSums(context),
    matchingState(context, context.seq),
    choicesInForce(context, context.seq),
  ]);
  const rows = await splitFor(context, sums, change.added);
  const removed = new Set(change.removed.map(({ id }) => id));
  const after = compileChoices([...inForce.filter(({ id }) => !removed.has(id)), ...change.added]);
  const concerned = compileChoices([...change.added, ...change.removed]);
  const totals = { before: Decimal.ZERO, after: Decimal.ZERO };
  const byChoice = new Map(change.added.map(({ id }) => [id, { lines: 0, change: Decimal.ZERO }]));
  const preview = { descriptors: 0, lines: 0, held_lines: 0, other_basis_lines: 0 };
  const still: Preview['still_held'] = [];
  const changed = rows.flatMap((row) => {
    const descriptor = descriptorOf(row);
    if (!choose(descriptor, row.year, concerned)) return [];
    const now = state.decide(descriptor, row.year);
    const next = decide(descriptor, row.year, state.index, after);
    return sameFactor(now, next) && now.chosenBy === next.chosenBy ? [] : [{ row, now, next }];
  });
  const days = await daysOf(context, changed);
  for (const { row, now, next } of changed) {
    const lines = Number(row.lines);
    preview.descriptors += 1;
    preview.lines += lines;
    const sum = { ...sumOf(row), days: row.split ? undefined : days.of(row.match, row.held) };
    const was = contribution(now, sum, gwp, state.rate) ?? Decimal.ZERO;
    let will = contribution(next, sum, gwp, state.rate);
    if ('held' in next) {
      preview.held_lines += lines;
      if (still.length < STILL_HELD_SHOWN_MAX) {
        still.push({ activity: row.activity, year: row.year, reason: next.held, detail: next.detail, lines });
      }
    } else if (!will) {
      preview.other_basis_lines += lines;
      will = was;
    }
    totals.before = totals.before.add(was);
    totals.after = totals.after.add(will ?? Decimal.ZERO);
    const own = byChoice.get(next.chosenBy ?? '');
    if (own) {
      own.lines += lines;
      own.change = own.change.add((will ?? Decimal.ZERO).sub(was));
    }
  }
  return {
    ...preview,
    before_kg: totals.before.toString(),
    after_kg: totals.after.toString(),
    change_kg: totals.after.sub(totals.before).toString(),
    choices: change.added.map(({ id }) => {
      const own = byChoice.get(id)!;
      return { lines: own.lines, change_kg: own.change.toString() };
    }),
    still_held: still,
  };
}

/** Amounts by day of the rows that are converted day by day now or would be. */
export function daysOf(
  context: ReadContext,
  rows: ReadonlyArray<{ row: SumsRow; now: Decision; next: Decision }>,
): ReturnType<typeof amountsByDay> {
  const converted = rows.filter(({ now, next }) => pairOf(now) !== '' || pairOf(next) !== '');
  return amountsByDay(context, [...new Set(converted.map(({ row }) => row.match))]);
}

/** Rows that a rule about further facts may concern, split by whether its conditions hold; the others as they are. */
async function splitFor(context: ReadContext, rows: readonly SumsRow[], added: readonly Choice[]): Promise<SumsRow[]> {
  const conditions = furtherConditions(added);
  if (conditions.length === 0) return [...rows];
  const asking = added
    .map((choice) => ({ ...choice, conditions: choice.conditions.filter(({ field }) => !isFurther(field)) }))
    .filter(({ conditions: left }, i) => left.length < added[i]!.conditions.length);
  const may = compileChoices(asking);
  const [split, whole]: [SumsRow[], SumsRow[]] = [[], []];
  for (const row of rows) (choose(descriptorOf(row), row.year, may) ? split : whole).push(row);
  return [...whole, ...(await splitByConditions(context, split, conditions))];
}

function sameFactor(a: Decision, b: Decision): boolean {
  if ('held' in a || 'held' in b) return 'held' in a && 'held' in b && a.held === b.held && a.detail === b.detail;
  return a.lines[0]!.factor === b.lines[0]!.factor;
}

/** What is posted was used on one basis; of what is held both are known. */
export function sumOf(row: SumsRow): Sum {
  if (row.held !== '') return { year: row.year, quantity: row.quantity, amount: row.amount };
  return row.basis === 'spend'
    ? { year: row.year, quantity: '', amount: row.used }
    : { year: row.year, quantity: row.used, amount: '' };
}

/** Every description by year with what is posted or held of it; without what is held for its entity or its size. */
export function readSums(context: ReadContext): Promise<SumsRow[]> {
  return read<SumsRow>(
    context,
    `
    SELECT m.descriptor AS descriptor, toString(m.match) AS match, m.year AS year, ${DESCRIPTOR_SELECT}, m.basis AS basis, m.held AS held,
      toString(coalesce(p.lines, 0) + coalesce(h.lines, 0)) AS lines, toString(coalesce(h.lines, 0)) AS held_lines,
      toString(p.used) AS used, coalesce(toString(h.quantity), '') AS quantity, coalesce(toString(h.amount), '') AS amount
    FROM (SELECT * FROM ${decisions('*')} WHERE line = 0) AS m
    LEFT JOIN (
      SELECT match, sum(lines) AS lines, sum(used) AS used FROM match_totals WHERE seq <= {seq:UInt64} GROUP BY match
    ) AS p ON m.match = p.match
    LEFT JOIN (
      SELECT match, reason, sum(sign) AS lines, sum(toDecimal256(quantity, 12)) AS quantity,
        sum(toDecimal256(amount, 12)) AS amount
      FROM held
      WHERE seq <= {seq:UInt64}
      GROUP BY match, reason
    ) AS h ON m.match = h.match AND m.held = h.reason
    WHERE coalesce(p.lines, 0) + coalesce(h.lines, 0) != 0
    ORDER BY descriptor, year`,
    { seq: context.seq, decided: context.seq },
  );
}
