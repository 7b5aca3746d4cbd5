/** What became of invoices, line items and transactions since they were first stated: `edit_history_summary`, read from the ledger. */
import type { Json } from '../../journal/types.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import { placeOf } from './ids.ts';
import { NO_LINES } from './invoiceFields.ts';
import {
  describeInvoice,
  describeLine,
  describeTransaction,
  type InvoiceRows,
  type LineRow,
  type TransactionRow,
} from './invoiceRows.ts';
import { inTexts } from './ledgerReads.ts';

type Described = Record<string, Json>;

/** State is told apart: whether something is disabled, and what holds several things. */
const NOT_COMPARED = new Set([
  'uuid',
  'errors',
  'disabled',
  'disabled_at',
  'disabled_by',
  'line_items',
  'transactions',
]);

/** The invoices as they are shown, each with its history and those of its lines and transactions. */
export async function withEditHistories(
  read: ReadContext,
  invoices: readonly InvoiceRows[],
  shown: (invoice: InvoiceRows) => Described,
): Promise<Described[]> {
  if (invoices.length === 0) return [];
  const first = await firstStated(read, invoices);
  const edits = await authors(read, invoices);
  return invoices.map((invoice) => {
    const key = `${invoice.source}\u0000${invoice.name}`;
    const described = shown(invoice);
    const lines = described.line_items as Described[];
    const transactions = described.transactions as Described[];
    const header = first.lines.get(key)?.[0];
    const originals = new Map((first.lines.get(key) ?? []).map((row) => [String(row.external_id), row]));
    const paid = new Map((first.transactions.get(key) ?? []).map((row) => [String(row.external_id), row]));
    const shownLines = invoice.lines.filter((row) => row.external_id !== NO_LINES);
    const last = [...invoice.lines].sort((a, b) => Number(b.origin_seq) - Number(a.origin_seq))[0]!;
    return {
      ...described,
      line_items: lines.map((line, i) => {
        const row = shownLines[i]!;
        const original = originals.get(row.external_id);
        return {
          ...line,
          edit_history_summary: original
            ? summary(describeLine(original), line, edits.get(Number(row.origin_seq)))
            : null,
        };
      }),
      transactions: transactions.map((transaction, i) => {
        const row = invoice.transactions[i]!;
        const original = paid.get(row.external_id);
        const edit = edits.get(Number(row.origin_seq));
        return {
          ...transaction,
          edit_history_summary: original ? summary(describeTransaction(original), transaction, edit) : null,
        };
      }),
      edit_history_summary: header
        ? summary(
            describeInvoice({ ...invoice, lines: [header], transactions: [] }),
            described,
            edits.get(Number(last.origin_seq)),
          )
        : null,
    };
  });
}

interface Edit {
  actor: string;
  at: string;
}

/** Null when it is as it was first stated. */
function summary(original: Described, current: Described, edit: Edit | undefined): Json {
  const changed = Object.entries(original)
    .filter(([name]) => !NOT_COMPARED.has(name) && current[name] !== undefined)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(current[name]))
    .map(([name, value]) => [name, { original_value: value, edited_value: current[name]! }]);
  // What was not said at first and is now.
  const added = Object.entries(current)
    .filter(([name]) => ['status', 'collection_method'].includes(name) && original[name] === undefined)
    .map(([name, value]) => [name, { original_value: null, edited_value: value }]);
  if (changed.length + added.length === 0) return null;
  return {
    values_changed: Object.fromEntries([...changed, ...added]) as Json,
    latest_edit_author: edit?.actor ?? null,
    latest_edit_performed_at: edit?.at ?? null,
  };
}

/** The first rows that each line and transaction ever had, by invoice. */
async function firstStated(read: ReadContext, invoices: readonly InvoiceRows[]) {
  const customers = [...new Set(invoices.map(({ source, customer }) => placeOf(source, customer)))];
  const places = [...new Set(invoices.map(({ source, name }) => placeOf(source, name)))];
  const names = inTexts(invoices.map(({ name }) => name));
  const query = <Row>(table: string, where: string) =>
    select<Row>(
      read.engines,
      read.database,
      `SELECT *
       FROM ${table}
       WHERE sign = 1 AND seq <= {seq:UInt64} AND ${where}
       ORDER BY origin_seq, origin_row
       LIMIT 1 BY source, invoice_external_id, external_id`,
      { seq: read.seq },
    );
  const [lines, transactions] = await Promise.all([
    query<LineRow>('invoices', `customer_hash IN (${customers.join(', ')}) AND invoice_external_id IN (${names})`),
    query<TransactionRow>('transactions', `invoice_hash IN (${places.join(', ')})`),
  ]);
  const key = (row: { source: string; invoice_external_id: string }) => `${row.source}\u0000${row.invoice_external_id}`;
  return { lines: Map.groupBy(lines, key), transactions: Map.groupBy(transactions, key) };
}

/** Who stated what stands now, by entry. */
async function authors(read: ReadContext, invoices: readonly InvoiceRows[]): Promise<Map<number, Edit>> {
  const seqs = invoices.flatMap(({ lines, transactions }) =>
    [...lines, ...transactions].map((row) => Number(row.origin_seq)),
  );
  const { rows } = await read.engines.pg.query<{ seq: string; actor: string; recorded_at: Date }>(
    'SELECT seq, actor, recorded_at FROM journal_entries WHERE account_id = $1 AND seq = ANY ($2)',
    [read.accountId, [...new Set(seqs)]],
  );
  return new Map(rows.map((row) => [Number(row.seq), { actor: row.actor, at: row.recorded_at.toISOString() }]));
}
