import { type ReadContext, select } from '../ledger/index.ts';

/** What the codes mean, in words. */
export const WARNING_WORDS: Record<string, string> = {
  'line-plan-unknown': 'The plan is not known (yet): lines on it make no MRR until it is stated.',
  'line-invalid-period': 'The service period is missing or ends before it begins: the line makes no MRR.',
  'line-mrr-out-of-range': 'The monthly amount of the line is beyond what is kept exactly: the line makes no MRR.',
  'negative-mrr': 'The lines of the subscription add up to less than nothing: shown as 0.',
  'equal-start': 'Two invoices have lines of this subscription with the same start: the later one counts.',
  'cancellation-without-effect': 'Nothing was running when the subscription was cancelled.',
  'subscription-never-counted': 'The subscription was cancelled at the very instant of its start: it never counts.',
  'rate-missing':
    'No exchange rate into the currency of the account was stated for that day or before: the line stays in its own currency.',
  'transaction-exceeds-invoice':
    'Payments or refunds add up to more than the invoice: they count in the cash flow as stated.',
  'currency-changed': 'The subscription changed its currency: it leaves one statement and enters the other.',
};

export interface DataWarning {
  code: string;
  words: string;
  source: string;
  customer_external_id: string;
  subscription_external_id: string;
  plan_external_id: string;
  invoice_external_id: string;
  external_id: string;
  at: string;
}

/** Found when it is asked for, not when entries are posted: no movement depends on it. */
const EXCEEDS = 'transaction-exceeds-invoice';

/** Data warnings as of read.seq with their number in all, at most `limit` from `offset` on; optionally of one code. */
export async function listWarnings(
  read: ReadContext,
  query: { code?: string; limit: number; offset?: number },
): Promise<{ warnings: DataWarning[]; total: number }> {
  const posted = query.code === EXCEEDS ? { warnings: [], total: 0 } : await postedWarnings(read, query);
  if (query.code !== undefined && query.code !== EXCEEDS) return posted;
  const offset = Math.max(0, (query.offset ?? 0) - posted.total);
  const found = await exceedingTransactions(read, query.limit - posted.warnings.length, offset);
  return { warnings: [...posted.warnings, ...found.warnings], total: posted.total + found.total };
}

/** Invoices of which more was paid, or paid back, than they amount to. Transactions without an amount are of the whole invoice. */
async function exceedingTransactions(
  read: ReadContext,
  limit: number,
  offset: number,
): Promise<{ warnings: DataWarning[]; total: number }> {
  const rows = await select<{
    source: string;
    customer: string;
    invoice: string;
    instant: string;
    total: string;
  }>(
    read.engines,
    read.database,
    `SELECT source, billed.customer AS customer, billed.invoice AS invoice,
       formatDateTime(billed.at, '%Y-%m-%dT%H:%i:%SZ') AS instant, toString(count() OVER ()) AS total
     FROM (
       SELECT source, invoice_external_id AS invoice, any(customer_external_id) AS customer, min(date) AS at,
         sum(sign * amount_in_cents) AS amount
       FROM invoices
       WHERE seq <= {seq:UInt64} AND cityHash64(source, invoice_external_id) IN (
         SELECT invoice_hash FROM transactions WHERE seq <= {seq:UInt64} AND amount_in_cents IS NOT NULL
       )
       GROUP BY source, invoice
       HAVING sum(sign) > 0
     ) AS billed
     INNER JOIN (
       SELECT source, invoice_external_id AS invoice,
         sumIf(sign * assumeNotNull(amount_in_cents), type = 'payment') AS payments,
         sumIf(sign * assumeNotNull(amount_in_cents), type = 'refund') AS refunds
       FROM transactions
       WHERE seq <= {seq:UInt64} AND amount_in_cents IS NOT NULL AND result = 'successful'
       GROUP BY source, invoice
     ) AS paid USING (source, invoice)
     WHERE payments - refunds > amount OR refunds > greatest(amount, 0)
     ORDER BY source, customer, instant, invoice
     LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { seq: read.seq, limit: Math.max(1, limit), offset },
  );
  const total = Number(rows[0]?.total ?? 0);
  const warnings = rows.slice(0, limit).map(
    ({ source, customer, invoice, instant }): DataWarning => ({
      code: EXCEEDS,
      source,
      customer_external_id: customer,
      subscription_external_id: '',
      plan_external_id: '',
      invoice_external_id: invoice,
      external_id: '',
      at: instant,
      words: WARNING_WORDS[EXCEEDS]!,
    }),
  );
  return { warnings, total };
}

async function postedWarnings(
  read: ReadContext,
  query: { code?: string; limit: number; offset?: number },
): Promise<{ warnings: DataWarning[]; total: number }> {
  const condition = `seq <= {seq:UInt64} ${query.code === undefined ? '' : 'AND type = {code:String}'}`;
  const values = { seq: read.seq, ...(query.code !== undefined && { code: query.code }) };
  const [count] = await select<{ total: string }>(
    read.engines,
    read.database,
    `SELECT sum(sign) AS total FROM warnings WHERE ${condition}`,
    values,
  );
  const rows = await select<Omit<DataWarning, 'words'>>(
    read.engines,
    read.database,
    `SELECT type AS code, source, customer_external_id, subscription_external_id, plan_external_id, invoice_external_id, external_id,
       formatDateTime(at, '%Y-%m-%dT%H:%i:%SZ') AS instant
     FROM warnings
     WHERE ${condition}
     GROUP BY ALL
     HAVING sum(sign) != 0
     ORDER BY code, source, customer_external_id, instant, subscription_external_id, invoice_external_id, external_id
     LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { ...values, limit: query.limit, offset: query.offset ?? 0 },
  );
  return {
    warnings: rows.map(({ instant, ...row }: Omit<DataWarning, 'words'> & { instant?: string }) => ({
      ...row,
      at: instant ?? '',
      words: WARNING_WORDS[row.code] ?? row.code,
    })),
    total: Number(count?.total ?? 0),
  };
}
