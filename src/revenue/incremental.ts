/**
 * The movements of few customers, kept up by the rules in TypeScript (rules/): what entries of one batch do to each of the customers that
 * they touch, entry by entry, in memory. Two queries side by side and an insert per table, however many entries there are.
 *
 * It must give the rows that the derivation by SQL gives (derivation.ts), column by column; the two are written apart on purpose, and
 * `footing verify` compares what is posted with the derivation by SQL. Because they agree, what stands before an entry is not
 * read but worked out again from the records before it: reading all columns of a few rows costs more than the rules do.
 */
import type { PostContext } from '../ledger/index.ts';
import { DEFAULT_SETTINGS, DERIVED_COLUMNS, SIGNED_COLUMNS } from './derivation.ts';
import { PERIOD_COLUMNS, PERIODS } from './periods.ts';
import { bookOf, type Line, type Posting, planInterval, postings } from './rules/index.ts';
import { type SummedMovement, TOTALS_COLUMNS, totalsOf } from './sums.ts';

/**
 * Lines that are looked at in memory at once. Measured: about 8 µs a line from query to postings, so that at this size the
 * derivation by SQL, which begins at 350 ms, is as fast.
 */
export const INCREMENTAL_LINES_MAX = 50_000;

export interface Touch {
  /** Entries of these seqs, inclusive; what they state is in the record tables. */
  first: number;
  last: number;
  /** SELECT of the hashes of all customers that the entries touch. */
  customers: string;
}

/**
 * Posts the difference that every entry makes to the movements and warnings of the customers, and its sums. False, and nothing
 * is done, when they have more than
 * {@link INCREMENTAL_LINES_MAX} lines (reversals counted too).
 */
export async function deriveIncrementally(context: PostContext, touch: Touch): Promise<boolean> {
  const [lines, plans] = await Promise.all([readLines(context, touch), readPlans(context, touch)]);
  if (lines === null) return false;
  const plansOf = Map.groupBy(plans, (plan) => nameOf(plan.source, plan.externalId));
  const changes: Change[] = [];
  for (const [hash, ofCustomer] of Map.groupBy(lines, (line) => line.customerHash)) {
    changes.push(...changesOf(hash, ofCustomer, plansOf, touch));
  }
  await insert(context, changes);
  return true;
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

/** A line from the entry that stated it up to (not including) the one that reversed it. */
interface StoredLine {
  customerHash: string;
  from: number;
  until: number;
  planName: string;
  /** Its position and interval depend on what else is current. */
  line: Line;
}

interface StoredPlan {
  source: string;
  externalId: string;
  from: number;
  until: number;
  interval: Line['interval'];
}

/** What each entry that touches the customer changes, in order. */
function changesOf(
  hash: string,
  lines: readonly StoredLine[],
  plansOf: ReadonlyMap<string, readonly StoredPlan[]>,
  touch: Touch,
): Change[] {
  const plansOfCustomer = new Set(lines.map(({ planName }) => planName));
  const seqs = new Set<number>();
  const touched = (seq: number) => {
    if (seq >= touch.first && seq <= touch.last) seqs.add(seq);
  };
  for (const span of [...lines, ...[...plansOfCustomer].flatMap((name) => plansOf.get(name) ?? [])]) {
    touched(span.from);
    touched(span.until);
  }
  let present = contentsAsOf(hash, lines, plansOf, touch.first - 1);
  const changes: Change[] = [];
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const wanted = contentsAsOf(hash, lines, plansOf, seq);
    for (const [key, content] of present) if (!wanted.has(key)) changes.push({ seq, sign: -1, content });
    for (const [key, content] of wanted) if (!present.has(key)) changes.push({ seq, sign: 1, content });
    present = wanted;
  }
  return changes;
}

/** The postings that should stand after entry `seq`, by content. */
function contentsAsOf(
  hash: string,
  lines: readonly StoredLine[],
  plansOf: ReadonlyMap<string, readonly StoredPlan[]>,
  seq: number,
): Map<string, Content> {
  const current: Line[] = [];
  for (const { from, until, planName, line } of lines) {
    if (from > seq || seq >= until) continue;
    const plan = plansOf.get(planName)?.findLast((each) => each.from <= seq && seq < each.until);
    // The book of one moment is done with before the next is made: the lines are the same objects.
    line.position = current.length;
    line.interval = plan?.interval ?? null;
    current.push(line);
  }
  return new Map(
    postings(bookOf(current), DEFAULT_SETTINGS.timeZone).map((posting) => {
      const content = contentOf(posting, hash);
      return [JSON.stringify(content), content];
    }),
  );
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

const nameOf = (source: string, externalId: string): string => `${source}\n${externalId}`;

/** Entries after every other: the row was not reversed. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Columns are read as they are and worked on here: every function in a query costs more to plan than it does for a few rows. */
const LINE_COLUMNS = [
  'seq',
  'sign',
  'origin_seq',
  'origin_row',
  'customer_hash',
  'source',
  'customer_external_id',
  'subscription_external_id',
  'invoice_external_id',
  'external_id',
  'plan_external_id',
  'currency',
  'type',
  'date',
  'service_period_start',
  'service_period_end',
  'amount_in_cents',
  'tax_amount_in_cents',
  'prorated',
  'proration_type',
  'event_order',
  'cancelled_at',
  'excluded',
] as const;

/** Lines that count, ascending by origin, with the span of entries in which each is current; null when they are too many. */
async function readLines(context: PostContext, touch: Touch): Promise<StoredLine[] | null> {
  const rows = await compact<Array<string | number | boolean | null>>(
    context,
    `SELECT ${LINE_COLUMNS.join(', ')}
     FROM invoices
     WHERE customer_hash IN (${touch.customers})
     LIMIT ${INCREMENTAL_LINES_MAX + 1}`,
  );
  if (rows.length > INCREMENTAL_LINES_MAX) return null;
  const at = Object.fromEntries(LINE_COLUMNS.map((column, i) => [column, i])) as Record<
    (typeof LINE_COLUMNS)[number],
    number
  >;
  const lines = new Map<string, StoredLine>();
  const reversed: Array<[key: string, seq: number]> = [];
  for (const row of rows) {
    const text = (column: keyof typeof at) => row[at[column]] as string;
    const instant = (column: keyof typeof at) => (row[at[column]] === null ? null : Date.parse(text(column)));
    const seq = Number(row[at.seq]);
    if (seq > touch.last || row[at.excluded] !== '') continue;
    const key = `${row[at.origin_seq]}/${row[at.origin_row]}`;
    if ((row[at.sign] as number) < 0) {
      reversed.push([key, seq]);
      continue;
    }
    lines.set(key, {
      customerHash: text('customer_hash'),
      from: seq,
      until: NEVER,
      planName: nameOf(text('source'), text('plan_external_id')),
      line: {
        source: text('source'),
        customer: text('customer_external_id'),
        invoice: text('invoice_external_id'),
        invoiceDate: Date.parse(text('date')),
        currency: text('currency'),
        externalId: text('external_id'),
        lineNumber: 0,
        position: 0,
        origin: { seq: Number(row[at.origin_seq]), row: row[at.origin_row] as number },
        type: text('type'),
        subscription: text('subscription_external_id'),
        plan: text('plan_external_id'),
        planName: text('plan_external_id'),
        interval: null,
        start: instant('service_period_start'),
        end: instant('service_period_end'),
        amount: BigInt(text('amount_in_cents')),
        tax: BigInt(text('tax_amount_in_cents') ?? 0),
        proration: prorationOf(row[at.prorated] === true, text('proration_type')),
        eventOrder: BigInt(text('event_order') ?? 0),
        cancelledAt: instant('cancelled_at'),
        dataSource: text('source'),
        excluded: '',
        collection: 'automatic',
      },
    });
  }
  for (const [key, seq] of reversed) {
    const line = lines.get(key);
    if (line) line.until = seq;
  }
  return [...lines.values()].sort(
    (a, b) => a.line.origin.seq - b.line.origin.seq || a.line.origin.row - b.line.origin.row,
  );
}

/** So many statements of plans are read whole, which costs less than finding the few that are meant. */
const PLANS_READ_MAX = 2_000;

/** Every statement of the plans that the lines name (or of all plans), ascending by origin. */
async function readPlans(context: PostContext, touch: Touch): Promise<StoredPlan[]> {
  type Row = [
    seq: string,
    sign: number,
    originSeq: string,
    originRow: number,
    source: string,
    externalId: string,
    count: string,
    unit: string,
  ];
  const select =
    'SELECT seq, sign, origin_seq, origin_row, source, external_id, interval_count, interval_unit FROM plans';
  let rows = await compact<Row>(context, `${select} LIMIT ${PLANS_READ_MAX + 1}`);
  if (rows.length > PLANS_READ_MAX) {
    rows = await compact<Row>(
      context,
      `${select}
       WHERE key_hash IN (
         SELECT cityHash64(source, plan_external_id)
         FROM invoices
         WHERE customer_hash IN (${touch.customers}) AND seq <= ${touch.last}
       )`,
    );
  }
  // What states a plan before what reverses it.
  rows.sort((a, b) => Number(a[2]) - Number(b[2]) || a[3] - b[3] || b[1] - a[1]);
  const plans = new Map<string, StoredPlan>();
  for (const [stated, sign, originSeq, originRow, source, externalId, count, unit] of rows) {
    const seq = Number(stated);
    if (seq > touch.last) continue;
    const key = `${originSeq}/${originRow}`;
    if (sign > 0) {
      const interval = planInterval({ interval_count: count, interval_unit: unit });
      plans.set(key, { source, externalId, from: seq, until: NEVER, interval });
    } else {
      const plan = plans.get(key);
      if (plan) plan.until = seq;
    }
  }
  return [...plans.values()];
}

function prorationOf(prorated: boolean, type: string): Line['proration'] {
  if (!prorated) return 'plain';
  return type === 'full' || type === 'differential_mrr' ? type : 'differential';
}

/** Rows as arrays: 64-bit integers as text, instants as ISO 8601. */
async function compact<Row>(context: PostContext, query: string): Promise<Row[]> {
  const result = await context.engines.clickhouse.client(context.database).query({
    query,
    format: 'JSONCompact',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1, date_time_output_format: 'iso', max_threads: 1 },
  });
  return (await result.json<Row>()).data as unknown as Row[];
}

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
    insertRows(context, 'mrr_totals', TOTALS_COLUMNS, totalsOf((byTable.get('movements') ?? []).map(summed))),
  ]);
}

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
