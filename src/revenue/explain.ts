/**
 * The walk from a figure of the MRR statement to its source: figure -> movements -> invoice lines -> row of the evidence.
 *
 * References:
 *   mrr/2025-04/EUR/contraction      a figure: bucket (day, month, quarter or year), currency, and start, end or a type of movement
 *   mrr/2025-04/EUR/contraction/200  the same, movements from the 201st on
 *   mrr/2025-04-10..2025-04-30/EUR/end  of a bucket that is cut by its range or by `until`: the first and last day that are counted
 *   movement/<customer hash>/<currency>/<instant ms>/<origin seq>.<origin row>      with /fx at its end: what rates did then
 *   line/<customer hash>/<origin seq>.<origin row>
 *   invoice/<customer hash>/<external id, percent-encoded>   the sum of an invoice's lines
 */
import { addDays, dayFromNumber, dayNumber, dayParts, formatInstant, monthDays } from '../kernel/dates.ts';
import { FootingError, shown } from '../kernel/errors.ts';
import { type ExplanationNode, POST_KIND, type ReadContext, type RecordSource, select } from '../ledger/index.ts';
import { LINE_COLUMNS, type LineRow, type MovementRow, movementWords, planNames } from './explainWords.ts';
import { amountInWords, amountText } from './money.ts';
import { MOVEMENT_LABELS, STATEMENT_ROWS, type StatementRow } from './statement.ts';
import { stripeObjectNode } from './stripe/evidence.ts';

/** Movements listed below a figure; the rest by the reference with an offset. */
export const MOVEMENTS_LISTED_MAX = 100;
/** Lines listed below an invoice. */
const LINES_LISTED_MAX = 200;

/** Finds the source row of a record: the service of the ledger, or a test's. */
export type SourceOf = (stream: string, originSeq: number, originRow: number) => Promise<RecordSource>;

/**
 * Explains one reference, one or two levels deep. Errors: `not_found` for a reference of another form, or to something that is not there as
 * of read.seq.
 */
export async function explainRevenue(read: ReadContext, ref: string, sourceOf: SourceOf): Promise<ExplanationNode> {
  const [kind, ...parts] = ref.split('/');
  if (kind === 'mrr' && (parts.length === 3 || parts.length === 4)) return explainFigure(read, ref, parts);
  if (kind === 'movement' && (parts.length === 4 || (parts.length === 5 && parts[4] === 'fx')))
    return explainMovement(read, ref, parts, sourceOf);
  if (kind === 'line' && parts.length === 2) return explainLine(read, ref, parts, sourceOf);
  if (kind === 'invoice' && parts.length === 2) return explainInvoice(read, ref, parts);
  throw unknownReference(ref);
}

function unknownReference(ref: string): FootingError {
  return new FootingError('not_found', `Nothing is called "${shown(ref)}" in the revenue book`, {
    remedy: 'References look like mrr/2025-04/EUR/contraction; statements give one for every figure.',
  });
}

async function explainFigure(read: ReadContext, ref: string, parts: string[]): Promise<ExplanationNode> {
  const [bucket = '', currency = '', figure = '', offsetText = '0'] = parts;
  const days = bucketDays(bucket);
  const offset = /^\d{1,9}$/.test(offsetText) ? Number(offsetText) : Number.NaN;
  if (!days || !/^[A-Z]{3}$/.test(currency) || Number.isNaN(offset)) throw unknownReference(ref);
  if (figure === 'start' || figure === 'end') return explainBalance(read, ref, { bucket, currency, figure, ...days });
  if (!STATEMENT_ROWS.includes(figure as StatementRow)) throw unknownReference(ref);

  const condition = `seq <= {seq:UInt64} AND currency = {currency:String} AND type = {type:String} AND day BETWEEN {from:Date32} AND {to:Date32}`;
  const values = { seq: read.seq, currency, type: figure, ...days };
  const [total] = await select<{ cents: string }>(
    read.engines,
    read.database,
    `SELECT toString(sum(toInt128(amount_cents))) AS cents FROM movements WHERE ${condition}`,
    values,
  );
  const counted = await select<{ count: string }>(
    read.engines,
    read.database,
    `SELECT sum(sign) AS count FROM movements WHERE ${condition}`,
    values,
  );
  const rows = await netMovements(read, condition, values, `LIMIT ${MOVEMENTS_LISTED_MAX} OFFSET ${offset}`);
  const names = await planNames(read);
  return {
    kind: 'figure',
    ref,
    title: `${MOVEMENT_LABELS[figure as StatementRow]}, ${bucket}, ${currency}`,
    value: amountText(BigInt(total?.cents ?? 0), currency),
    unit: currency,
    words: `Sum of the ${counted[0]?.count ?? 0} movements of this type from ${days.from} to ${days.to}, as of entry ${read.seq}.`,
    facts: [
      ['period', `${days.from} to ${days.to}`],
      ['as of entry', String(read.seq)],
    ],
    children: rows.map((row) => movementNode(row, names)),
    childrenTotal: Number(counted[0]?.count ?? 0),
  };
}

async function explainBalance(
  read: ReadContext,
  ref: string,
  figure: { bucket: string; currency: string; figure: 'start' | 'end'; from: string; to: string },
): Promise<ExplanationNode> {
  const { bucket, currency, from, to } = figure;
  const rows = await select<{ type: string; first: string; before: string; during: string }>(
    read.engines,
    read.database,
    `SELECT
       type,
       toString(min(day)) AS first,
       toString(sumIf(toInt128(amount_cents), day < {from:Date32})) AS before,
       toString(sumIf(toInt128(amount_cents), day >= {from:Date32})) AS during
     FROM mrr_totals
     WHERE seq <= {seq:UInt64} AND currency = {currency:String} AND day <= {to:Date32}
     GROUP BY type`,
    { seq: read.seq, currency, from, to },
  );
  const start = rows.reduce((sum, row) => sum + BigInt(row.before), 0n);
  const first = rows.map((row) => row.first).sort()[0];
  const earlier = first !== undefined && first < from ? `${first}..${addDays(from, -1)}` : null;
  const part = (name: string, title: string, cents: bigint, days: string | null): ExplanationNode => ({
    kind: 'part',
    ref: days && `mrr/${days}/${currency}/${name}`,
    title,
    value: amountText(cents, currency),
    unit: currency,
    words: null,
    facts: [],
    children: [],
    childrenTotal: 0,
  });
  const of = (type: string, field: 'before' | 'during') => BigInt(rows.find((row) => row.type === type)?.[field] ?? 0);
  const children =
    figure.figure === 'start'
      ? STATEMENT_ROWS.map((type) =>
          part(type, `${MOVEMENT_LABELS[type]}, all before ${from}`, of(type, 'before'), earlier),
        )
      : [
          part('start', `MRR at the start, ${from}`, start, bucket),
          ...STATEMENT_ROWS.map((type) => part(type, MOVEMENT_LABELS[type], of(type, 'during'), bucket)),
        ];
  const end = rows.reduce((sum, row) => sum + BigInt(row.during), start);
  return {
    kind: 'figure',
    ref,
    title: `MRR at the ${figure.figure} of ${bucket}, ${currency}`,
    value: amountText(figure.figure === 'start' ? start : end, currency),
    unit: currency,
    words:
      figure.figure === 'start'
        ? `Sum of all movements before ${from}.`
        : 'What it was at the start, and what moved it.',
    facts: [['as of entry', String(read.seq)]],
    children,
    childrenTotal: children.length,
  };
}

async function explainMovement(
  read: ReadContext,
  ref: string,
  parts: string[],
  sourceOf: SourceOf,
): Promise<ExplanationNode> {
  const [hash = '', currency = '', at = '', origin = '', fx] = parts;
  const [originSeq = '', originRow = ''] = origin.split('.');
  if (![hash, originSeq, originRow].every((text) => /^\d{1,20}$/.test(text)) || !/^-?\d{1,15}$/.test(at)) {
    throw unknownReference(ref);
  }
  const [row] = await netMovements(
    read,
    `seq <= {seq:UInt64} AND customer_hash = {hash:UInt64} AND currency = {currency:String}
       AND toUnixTimestamp64Milli(at) = {at:Int64} AND origin_seq = {origin_seq:UInt64} AND origin_row = {origin_row:UInt32}
       AND type ${fx === undefined ? '!=' : '='} 'fx'`,
    { seq: read.seq, hash, currency, at, origin_seq: originSeq, origin_row: originRow },
    'LIMIT 1',
  );
  if (!row) throw unknownReference(ref);
  const node = movementNode(row, await planNames(read));
  node.ref = ref;
  if (row.invoice_external_id === '') {
    const source = await sourceOf('subscription_cancellations', Number(originSeq), Number(originRow));
    node.children = [rowNode(source)];
    node.childrenTotal = 1;
    return node;
  }
  // The line that decided, found by where it was stated: a merged customer has the line, not the movement.
  const lines = await select<LineRow & { hash: string }>(
    read.engines,
    read.database,
    `SELECT ${LINE_COLUMNS}, toString(customer_hash) AS hash
     FROM invoices
     WHERE (customer_hash, source, invoice_external_id, subscription_external_id) IN (
         SELECT customer_hash, source, invoice_external_id, subscription_external_id
         FROM invoices
         WHERE seq = {origin_seq:UInt64} AND origin_seq = {origin_seq:UInt64} AND origin_row = {origin_row:UInt32} AND sign = 1
       )
       AND seq <= {seq:UInt64}
     GROUP BY ALL
     HAVING sum(sign) = 1
     ORDER BY origin_seq, origin_row`,
    { seq: read.seq, origin_seq: originSeq, origin_row: originRow },
  );
  node.children = await Promise.all(lines.map((line) => lineNode(read, line, line.hash, sourceOf)));
  node.childrenTotal = lines.length;
  return node;
}

async function explainLine(
  read: ReadContext,
  ref: string,
  parts: string[],
  sourceOf: SourceOf,
): Promise<ExplanationNode> {
  const [hash = '', origin = ''] = parts;
  const [originSeq = '', originRow = ''] = origin.split('.');
  if (![hash, originSeq, originRow].every((text) => /^\d{1,20}$/.test(text))) throw unknownReference(ref);
  const [line] = await select<LineRow>(
    read.engines,
    read.database,
    `SELECT ${LINE_COLUMNS}
     FROM invoices
     WHERE customer_hash = {hash:UInt64} AND origin_seq = {origin_seq:UInt64} AND origin_row = {origin_row:UInt32} AND seq <= {seq:UInt64}
     GROUP BY ALL`,
    { hash, origin_seq: originSeq, origin_row: originRow, seq: read.seq },
  );
  if (!line) throw unknownReference(ref);
  return lineNode(read, line, hash, sourceOf);
}

/** The reference of the sum of an invoice's lines. */
export const invoiceRef = (customerHash: string, invoice: string): string =>
  `invoice/${customerHash}/${encodeURIComponent(invoice)}`;

async function explainInvoice(read: ReadContext, ref: string, parts: string[]): Promise<ExplanationNode> {
  const [hash = '', encoded = ''] = parts;
  const invoice = decoded(encoded);
  if (!/^\d{1,20}$/.test(hash) || invoice === undefined) throw unknownReference(ref);
  const values = { hash, invoice, seq: read.seq };
  const condition = 'customer_hash = {hash:UInt64} AND invoice_external_id = {invoice:String} AND seq <= {seq:UInt64}';
  const lines = await select<LineRow>(
    read.engines,
    read.database,
    `SELECT ${LINE_COLUMNS}
     FROM invoices
     WHERE ${condition}
     GROUP BY ALL
     HAVING sum(sign) > 0
     ORDER BY origin_seq, origin_row`,
    values,
  );
  const [first] = lines;
  if (!first) throw unknownReference(ref);
  const { currency } = first;
  const total = (cents: (line: LineRow) => string | null) =>
    amountText(
      lines.reduce((sum, line) => sum + BigInt(cents(line) ?? 0), 0n),
      currency,
    );
  const tax = total((line) => line.tax_amount_in_cents);
  return {
    kind: 'figure',
    ref,
    title: `invoice ${invoice}`,
    value: total((line) => line.amount_in_cents),
    unit: currency,
    words: `Sum of its ${lines.length === 1 ? 'line' : `${lines.length} lines`}, tax included, as of entry ${read.seq}.`,
    facts: [['tax in it', tax]],
    children: lines.slice(0, LINES_LISTED_MAX).map((line) => lineRecord(line, hash, [])),
    childrenTotal: lines.length,
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export function netMovements(read: ReadContext, condition: string, values: Record<string, unknown>, limit: string) {
  return select<MovementRow>(
    read.engines,
    read.database,
    `SELECT * EXCEPT (net)
     FROM (
       SELECT
         sum(sign) AS net, origin_seq, origin_row, source, toString(customer_hash) AS hash, customer_external_id, currency,
         subscription_external_id, plan_external_id, previous_plan_external_id, invoice_external_id, external_id,
         toUnixTimestamp64Milli(at) AS instant, type, rule, toString(amount_cents * sign) AS cents,
         toString(mrr_before) AS before, toString(mrr_after) AS after,
         toString(subscription_mrr_before) AS subscription_before, toString(subscription_mrr_after) AS subscription_after
       FROM movements
       WHERE ${condition}
       GROUP BY ALL
     )
     WHERE net != 0
     ORDER BY instant, customer_external_id, subscription_external_id
     ${limit}`,
    values,
  );
}

export function movementNode(row: MovementRow, names: Map<string, string>): ExplanationNode {
  const amount = (cents: string) => `${amountInWords(BigInt(cents), row.currency)} ${row.currency}`;
  return {
    kind: 'posting',
    ref: `movement/${row.hash}/${row.currency}/${row.instant}/${row.origin_seq}.${row.origin_row}${row.type === 'fx' ? '/fx' : ''}`,
    title: `${MOVEMENT_LABELS[row.type]}, ${row.customer_external_id}, ${formatInstant(Number(row.instant)).slice(0, 10)}`,
    value: amountText(BigInt(row.cents), row.currency),
    unit: row.currency,
    words: movementWords(row, names),
    facts: [
      ['customer', row.customer_external_id],
      ['data source', row.source],
      ['subscription', row.subscription_external_id || '(without a key)'],
      ['customer MRR', `${amount(row.before)} -> ${amount(row.after)}`],
      ['subscription MRR', `${amount(row.subscription_before)} -> ${amount(row.subscription_after)}`],
      ['invoice', row.invoice_external_id],
      ['line', row.external_id],
    ],
    children: [],
    childrenTotal: 1,
  };
}

function rowNode(source: RecordSource): ExplanationNode {
  return {
    kind: 'row',
    ref: null,
    title: source.fileName ? `${source.fileName}, row ${source.row}` : `entry ${source.entrySeq}, row ${source.row}`,
    value: null,
    unit: null,
    words: `Stated by ${source.actor} at ${source.recordedAt} (entry ${source.entrySeq}, ${source.entryKind}).`,
    facts: [
      ...(source.evidence ? [['evidence SHA-256', source.evidence] as [string, string]] : []),
      ...Object.entries(source.cells),
    ],
    children: [],
    childrenTotal: 0,
  };
}

async function lineNode(read: ReadContext, line: LineRow, hash: string, sourceOf: SourceOf): Promise<ExplanationNode> {
  const source = await sourceOf('invoices', Number(line.origin_seq), Number(line.origin_row));
  // Rows posted with evidence were read from a document: it is the source, not the row.
  const document =
    source.entryKind === POST_KIND
      ? await stripeObjectNode(read, source, line.invoice_external_id, line.external_id)
      : null;
  return lineRecord(line, hash, [document ?? rowNode(source)]);
}

function lineRecord(line: LineRow, hash: string, children: ExplanationNode[]): ExplanationNode {
  const facts: Array<[string, string]> = [
    ['type', line.type],
    ['plan', line.plan_external_id],
    ['service', `${line.service_period_start ?? ''} to ${line.service_period_end ?? ''}`],
    ['tax', line.tax_amount_in_cents ?? ''],
    ['prorated', line.prorated ? line.proration_type || 'differential' : ''],
    ['cancelled at', line.cancelled_at ?? ''],
  ];
  return {
    kind: 'record',
    ref: `line/${hash}/${line.origin_seq}.${line.origin_row}`,
    title: `invoice ${line.invoice_external_id}, line ${line.external_id}`,
    value: amountText(BigInt(line.amount_in_cents), line.currency),
    unit: line.currency,
    words: null,
    facts: facts.filter(([, value]) => value !== ''),
    children,
    childrenTotal: 1,
  };
}

/**
 * Days of a bucket: those of its name, or those that stand in its place as "first..last". Days that are over before they begin hold
 * nothing.
 */
function bucketDays(label: string): { from: string; to: string } | undefined {
  const named = namedDays(label);
  if (named) return named;
  const [from, to, ...more] = label.split('..').map(namedDays);
  if (!from || !to || more.length > 0 || from.from !== from.to || to.from !== to.to) return undefined;
  return { from: from.from, to: to.to };
}

function namedDays(label: string): { from: string; to: string } | undefined {
  try {
    if (/^\d{4}$/.test(label)) return { from: `${label}-01-01`, to: `${label}-12-31` };
    if (/^\d{4}-\d{2}$/.test(label)) return { from: monthDays(label).first, to: monthDays(label).last };
    const quarter = /^(\d{4})-Q([1-4])$/.exec(label);
    if (quarter) {
      const last = String(Number(quarter[2]) * 3).padStart(2, '0');
      const first = String(Number(quarter[2]) * 3 - 2).padStart(2, '0');
      return { from: `${quarter[1]}-${first}-01`, to: monthDays(`${quarter[1]}-${last}`).last };
    }
    dayParts(label);
    const day = dayFromNumber(dayNumber(label));
    return { from: day, to: day };
  } catch {
    return undefined;
  }
}
