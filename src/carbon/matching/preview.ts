/** What decisions and rules would do to the total before they are stated. */
import { Decimal } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { type Decision, decide } from '../decide.ts';
import { decisions } from '../postings.ts';
import { read } from '../sql.ts';
import { amountsByDay } from './byDay.ts';
import { type Choice, choose, compileChoices } from './choices.ts';
import { DESCRIPTOR_SELECT, type DescriptorRow, descriptorOf } from './descriptor.ts';
import { contribution, pairOf, type Sum } from './effects.ts';
import { type ChoiceChange, choicesInForce } from './ledger.ts';
import { furtherConditions, isFurther } from './refine.ts';
import { splitByConditions } from './split.ts';
import { matchingState } from './state.ts';

/** Descriptions that a preview lists of those that stay held. */
const STILL_HELD_SHOWN_MAX = 20;

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

export interface SumsRow extends DescriptorRow {
  descriptor: string;
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
