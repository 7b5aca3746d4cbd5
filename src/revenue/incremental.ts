/**
 * The movements of some customers, kept up by the rules in TypeScript (rules/): what entries of one batch do to each of the customers that
 * they touch, entry by entry, in memory. Two queries side by side and an insert per table, however many entries there are.
 *
 * It must give the rows that the derivation by SQL gives (derivation.ts), column by column; the two are written apart on purpose, and
 * `footing verify` compares what is posted with the derivation by SQL. Because they agree, what stands before an entry is not
 * read but worked out again from the records before it: reading all columns of a few rows costs more than the rules do.
 */
import { setImmediate } from 'node:timers/promises';
import type { PostContext } from '../ledger/index.ts';
import type { BlockRow } from '../streams/index.ts';
import type { Circumstances } from './circumstances.ts';
import { DERIVED_COLUMNS, SIGNED_COLUMNS } from './derivation.ts';
import {
  isCurrent,
  nameOf,
  paymentsAsOf,
  readCancellations,
  readLines,
  readPlans,
  readTransactions,
  type StoredCancellation,
  type StoredLine,
  type StoredPlan,
  type StoredTransaction,
} from './incrementalReads.ts';
import type { LinkedCustomers, UnitLinks } from './links.ts';
import { PERIOD_COLUMNS, PERIODS } from './periods.ts';
import {
  bookOf,
  countsByState,
  invoiceKey,
  joinedLines,
  keyOf,
  type Line,
  needsTransactions,
  type Posting,
  postings,
  type Rate,
  type RevenueSettings,
} from './rules/index.ts';
import { type SummedMovement, TOTALS_COLUMNS, totalsOf } from './sums.ts';

/**
 * Lines that are looked at in memory at once. Measured: about 8 µs a line from query to postings, so that at this size the
 * derivation by SQL, which begins at 350 ms, is as fast.
 */
export const INCREMENTAL_LINES_MAX = 50_000;

/**
 * Lines that are worked through before anything else may run: some 20 milliseconds. A customer's lines count once for every entry that
 * touches it, so that hundreds of entries on one long history do not keep the server from answering.
 */
const LINES_AT_ONCE = 1_500;

export interface Touch {
  /** Entries of these seqs, inclusive; what they state is in the record tables. */
  first: number;
  last: number;
  /** Condition over `customer_hash`: all customers that the entries touch. */
  where: string;
  /** Entries that touch all of them, whatever their records say: of settings, of rates. */
  all: readonly number[];
  circumstances: Circumstances;
  /** Which customers count as others; see links.ts. */
  links: LinkedCustomers;
  /** False when nothing is posted yet of anything up to `first`. */
  present: boolean;
  linesMax: number;
  /** What was read already. */
  read?: Promise<Known | null>;
}

/** What was stated of the customers. */
export interface Known {
  lines: readonly StoredLine[];
  plans: readonly StoredPlan[];
  cancellations: readonly StoredCancellation[];
  transactions: readonly StoredTransaction[];
}

/** Reads it; `added` are rows of lines that may not be written yet. Null when there are more than `linesMax` lines. */
export async function readKnown(
  context: PostContext,
  touch: Omit<Touch, 'all' | 'present' | 'read'>,
  added: readonly BlockRow[] = [],
): Promise<Known | null> {
  const { circumstances, first, last, links } = touch;
  const reading = { where: await links.widened(context, touch.where), last };
  const [before, after] = [circumstances.settings(first - 1), circumstances.settings(last)];
  const excludedToo = !countsByState(before) || !countsByState(after);
  const [lines, plans, cancellations, transactions] = await Promise.all([
    readLines(context, reading, excludedToo, touch.linesMax, added),
    readPlans(context, reading),
    links.cancellations ? readCancellations(context, reading) : [],
    paid(touch) ? readTransactions(context, reading) : [],
  ]);
  return lines === null ? null : { lines, plans, cancellations, transactions };
}

/** Whether payments have a say in MRR. */
const paid = ({ circumstances, first, last }: Pick<Touch, 'circumstances' | 'first' | 'last'>): boolean =>
  needsTransactions(circumstances.settings(first - 1)) || needsTransactions(circumstances.settings(last));

/**
 * Posts the difference that every entry makes to the movements and warnings of the customers, and its sums. False, and nothing
 * is done, when they have more than `linesMax` lines (reversals counted too).
 */
export async function deriveIncrementally(context: PostContext, touch: Touch): Promise<boolean> {
  const changes = await derivedChanges(context, touch);
  if (changes === null) return false;
  await insert(context, changes);
  return true;
}

/** The sums that {@link deriveIncrementally} would post, as rows of mrr_totals, without posting anything; null where it says false. */
export async function derivedTotals(context: PostContext, touch: Touch): Promise<unknown[][] | null> {
  const changes = await derivedChanges(context, touch);
  return changes === null ? null : sumsOf(changes);
}

async function derivedChanges(context: PostContext, touch: Touch): Promise<Change[] | null> {
  const { circumstances, first, last, links } = touch;
  const known = await (touch.read ?? readKnown(context, touch));
  if (known === null) return null;
  const { lines, plans, cancellations, transactions } = known;
  const paying = paid(touch);
  const currencies = new Set(lines.map(({ line }) => line.currency));
  const world: World = {
    touch,
    plansOf: Map.groupBy(plans, (plan) => nameOf(plan.source, plan.externalId)),
    rate: await circumstances.rates(first - 1, last, [...currencies]),
  };
  const cancellationsOf = Map.groupBy(cancellations, ({ customerHash }) => links.unit(customerHash));
  const invoices = Map.groupBy(transactions, ({ invoice }) => invoice);
  const changes: Change[] = [];
  const pace = new Pace();
  for (const [unit, ofUnit] of Map.groupBy(lines, ({ customerHash }) => links.unit(customerHash))) {
    const names = paying ? new Set(ofUnit.map(({ line }) => invoiceKey(line.dataSource, line.invoice))) : [];
    changes.push(
      ...(await changesOf(world, pace, {
        hash: ofUnit[0]!.customerHash,
        lines: ofUnit,
        cancellations: cancellationsOf.get(unit) ?? [],
        transactions: [...names].flatMap((name) => invoices.get(name) ?? []),
        links: links.ofUnit(unit),
      })),
    );
  }
  return changes;
}

/** What all customers have in common. */
interface World {
  touch: Touch;
  plansOf: ReadonlyMap<string, readonly StoredPlan[]>;
  rate: (seq: number) => Rate;
}

/** A customer, or several that are or were one, with everything that was stated of it. */
interface Unit {
  hash: string;
  lines: readonly StoredLine[];
  cancellations: readonly StoredCancellation[];
  transactions: readonly StoredTransaction[];
  /** Null where it is one customer and always was. */
  links: UnitLinks | null;
}

/** A row of `movements` or `warnings` without seq and sign, as DERIVED_COLUMNS; cents as text, the instant in milliseconds. */
type Content = Array<string | number>;

const AT = DERIVED_COLUMNS.indexOf('at');
const RULE = DERIVED_COLUMNS.indexOf('rule');
const CURRENCY = DERIVED_COLUMNS.indexOf('currency');
const TYPE = DERIVED_COLUMNS.indexOf('type');
const DAY = DERIVED_COLUMNS.indexOf('day');
const FIRST_DAY = DERIVED_COLUMNS.indexOf('first_day');
const MRR_BEFORE = DERIVED_COLUMNS.indexOf('mrr_before');
const MRR_AFTER = DERIVED_COLUMNS.indexOf('mrr_after');
const PERIODS_FROM = DERIVED_COLUMNS.indexOf(PERIOD_COLUMNS[0]!);
const SIGNED = DERIVED_COLUMNS.map((column) => SIGNED_COLUMNS.has(column));
const AMOUNT = DERIVED_COLUMNS.indexOf('amount_cents');
const CUSTOMERS = DERIVED_COLUMNS.indexOf('customers');

interface Change {
  seq: number;
  sign: 1 | -1;
  /** Not yet signed. */
  content: Content;
}

/** Lets requests be answered in between. */
class Pace {
  #lines = 0;

  async worked(lines: number): Promise<void> {
    this.#lines += lines;
    if (this.#lines < LINES_AT_ONCE) return;
    this.#lines = 0;
    await setImmediate();
  }
}

/** What each entry that touches the customer changes, in order. */
async function changesOf(world: World, pace: Pace, unit: Unit): Promise<Change[]> {
  const { first, last, all, present } = world.touch;
  const plansOfUnit = new Set(unit.lines.map(({ planName }) => planName));
  const seqs = new Set(all);
  const touched = (seq: number) => {
    if (seq >= first && seq <= last) seqs.add(seq);
  };
  const spans = [
    unit.lines,
    unit.cancellations,
    unit.transactions,
    unit.links?.all ?? [],
    ...[...plansOfUnit].map((name) => world.plansOf.get(name) ?? []),
  ];
  for (const span of spans.flat()) {
    touched(span.from);
    touched(span.until);
  }
  let standing = present ? contentsAsOf(world, unit, first - 1) : new Map<string, Content>();
  const changes: Change[] = [];
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    await pace.worked(unit.lines.length);
    const wanted = contentsAsOf(world, unit, seq);
    for (const [key, content] of standing) if (!wanted.has(key)) changes.push({ seq, sign: -1, content });
    for (const [key, content] of wanted) if (!standing.has(key)) changes.push({ seq, sign: 1, content });
    standing = wanted;
  }
  return changes;
}

/** The postings that should stand after entry `seq`, by content. */
function contentsAsOf(world: World, unit: Unit, seq: number): Map<string, Content> {
  const settings = world.touch.circumstances.settings(seq);
  const current = currentLines(world, unit, seq, settings);
  const links = unit.links?.asOf(seq);
  const lines = links === undefined ? current : joinedLines(current, links);
  const facts = { rate: world.rate(seq), payments: paymentsAsOf(unit.transactions, seq) };
  const book = bookOf(withoutStrayCancellations(lines), settings, facts);
  return new Map(
    postings(book, settings.timeZone).map((posting) => {
      const hash = unit.links?.hashOf(posting.line.source, posting.line.customer) ?? unit.hash;
      const content = contentOf(posting, hash);
      return [JSON.stringify(content), content];
    }),
  );
}

/** Lines that are current at `seq`, then cancellations that are stated apart from lines. */
function currentLines(world: World, unit: Unit, seq: number, settings: RevenueSettings): Line[] {
  const current: Line[] = [];
  for (const stored of unit.lines) {
    if (!isCurrent(stored, seq)) continue;
    const { line, planName } = stored;
    const plan = world.plansOf.get(planName)?.findLast((each) => isCurrent(each, seq));
    // The book of one moment is done with before the next is made: the lines are the same objects.
    line.position = current.length;
    line.interval = plan?.interval ?? null;
    current.push(line);
  }
  for (const each of unit.cancellations) {
    if (isCurrent(each, seq)) current.push(cancellationLine(each, current.length, settings));
  }
  return current;
}

/** Type of a line that only states a cancellation. */
const CANCELLATION = 'cancellation';

function cancellationLine(each: StoredCancellation, position: number, settings: RevenueSettings): Line {
  const decided = settings.churnRecognition === 'when_scheduled' ? each.scheduledAt : null;
  return {
    source: each.source,
    customer: each.customer,
    invoice: '',
    invoiceDate: each.cancelledAt,
    currency: '',
    externalId: '',
    lineNumber: 0,
    position,
    origin: each.origin,
    type: CANCELLATION,
    subscription: each.subscription,
    plan: '',
    planName: '',
    interval: null,
    start: null,
    end: null,
    amount: 0n,
    tax: 0n,
    proration: 'plain',
    eventOrder: 0n,
    cancelledAt: decided ?? each.cancelledAt,
    dataSource: each.source,
    excluded: '',
    collection: 'automatic',
  };
}

/** A cancellation of a subscription that nothing else is known of says nothing, and is not reported. */
function withoutStrayCancellations(lines: Line[]): Line[] {
  if (!lines.some(({ type }) => type === CANCELLATION)) return lines;
  const name = (line: Line) => keyOf(line.source, line.customer, line.subscription);
  const known = new Set(
    lines
      .filter(({ type, cancelledAt }) => type === 'subscription' || (type !== CANCELLATION && cancelledAt !== null))
      .map(name),
  );
  return lines.filter((line) => line.type !== CANCELLATION || known.has(name(line)));
}

/** In the order of DERIVED_COLUMNS. */
function contentOf(posting: Posting, customerHash: string): Content {
  const { line } = posting;
  return [
    line.origin.seq,
    line.origin.row,
    line.source,
    customerHash,
    line.customer,
    posting.currency,
    posting.subscription,
    posting.plan,
    posting.previousPlan,
    line.invoice,
    line.externalId,
    posting.instant,
    posting.type,
    posting.rule,
    String(posting.amount),
    posting.customers,
    String(posting.mrrBefore),
    String(posting.mrrAfter),
    String(posting.subscriptionMrrBefore),
    String(posting.subscriptionMrrAfter),
    posting.onePlan,
    posting.marks?.day ?? NO_DAY,
    posting.marks?.firstDay ?? NO_DAY,
    ...(posting.marks?.periods ?? NO_PERIODS),
  ];
}

/** Marks of rows that are no movements. */
const NO_DAY = '1970-01-01';
const NO_PERIODS: Array<string | number> = PERIOD_COLUMNS.map((column) => (column.startsWith('opening') ? '0' : 0));

async function insert(context: PostContext, changes: readonly Change[]): Promise<void> {
  const columns = ['seq', 'sign', ...DERIVED_COLUMNS];
  const byTable = Map.groupBy(changes, ({ content }) => tableOf(content[RULE] as string));
  const rows = (table: Table) =>
    (byTable.get(table) ?? []).map(({ seq, sign, content }) => [
      seq,
      sign,
      ...content.map((value, i) => stored(value, i, sign)),
    ]);
  await Promise.all([
    insertRows(context, 'movements', columns, rows('movements')),
    insertRows(context, 'steps', columns, rows('steps')),
    insertRows(context, 'warnings', columns, rows('warnings')),
    insertRows(context, 'mrr_totals', TOTALS_COLUMNS, sumsOf(changes)),
  ]);
}

const sumsOf = (changes: readonly Change[]): unknown[][] =>
  totalsOf(changes.filter(({ content }) => tableOf(content[RULE] as string) === 'movements').map(summed));

type Table = 'movements' | 'steps' | 'warnings';

function tableOf(rule: string): Table {
  return rule === 'warning' ? 'warnings' : rule === 'step' ? 'steps' : 'movements';
}

function stored(value: string | number, column: number, sign: 1 | -1): string | number {
  if (column === AT) return instantText(value as number);
  if (!SIGNED[column]) return value;
  return typeof value === 'string' ? String(BigInt(value) * BigInt(sign)) : value * sign;
}

function summed({ seq, sign, content }: Change): SummedMovement {
  return {
    seq,
    sign,
    currency: content[CURRENCY] as string,
    day: content[DAY] as string,
    type: content[TYPE] as string,
    firstDay: content[FIRST_DAY] as string,
    amount: BigInt(content[AMOUNT]!),
    customers: content[CUSTOMERS] as number,
    mrrBefore: BigInt(content[MRR_BEFORE]!),
    mrrAfter: BigInt(content[MRR_AFTER]!),
    openings: content.slice(PERIODS_FROM, PERIODS_FROM + PERIODS.length).map(BigInt),
    lost: content.slice(PERIODS_FROM + PERIODS.length) as number[],
  };
}

async function insertRows(
  context: PostContext,
  table: string,
  columns: readonly string[],
  values: readonly unknown[][],
): Promise<void> {
  if (values.length === 0) return;
  await context.engines.clickhouse.client(context.database).insert({
    table,
    columns: columns as [string, ...string[]],
    values,
    format: 'JSONCompactEachRow',
  });
}

/** 2025-04-01 00:00:00.000, in UTC. */
function instantText(instant: number): string {
  return new Date(instant).toISOString().replace('T', ' ').slice(0, -1);
}
