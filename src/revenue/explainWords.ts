/** Movements in a controller's words. */
import { dayOfInstant, dayParts } from '../kernel/dates.ts';
import { type ReadContext, select } from '../ledger/index.ts';
import { amountInWords } from './money.ts';
import { MOVEMENT_LABELS, type StatementRow } from './statement.ts';

export interface MovementRow {
  origin_seq: string;
  origin_row: number;
  source: string;
  hash: string;
  customer_external_id: string;
  currency: string;
  subscription_external_id: string;
  plan_external_id: string;
  previous_plan_external_id: string;
  invoice_external_id: string;
  external_id: string;
  /** Milliseconds since 1970. */
  instant: string;
  type: StatementRow;
  rule: string;
  cents: string;
  before: string;
  after: string;
  subscription_before: string;
  subscription_after: string;
}

export const LINE_COLUMNS = `origin_seq, origin_row, invoice_external_id, external_id, type, plan_external_id, currency,
       toString(service_period_start) AS service_period_start, toString(service_period_end) AS service_period_end,
       toString(amount_in_cents) AS amount_in_cents, toString(tax_amount_in_cents) AS tax_amount_in_cents,
       prorated, proration_type, toString(cancelled_at) AS cancelled_at`;

export interface LineRow {
  origin_seq: string;
  origin_row: number;
  invoice_external_id: string;
  external_id: string;
  type: string;
  plan_external_id: string;
  currency: string;
  service_period_start: string | null;
  service_period_end: string | null;
  amount_in_cents: string;
  tax_amount_in_cents: string | null;
  prorated: boolean | null;
  proration_type: string;
  cancelled_at: string | null;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** Names of plans as of read.seq by "source key"; see {@link planKey}. */
export async function planNames(read: ReadContext): Promise<Map<string, string>> {
  const rows = await select<{ source: string; external_id: string; name: string }>(
    read.engines,
    read.database,
    `SELECT source, external_id, argMax(name, (origin_seq, origin_row)) AS name
     FROM plans
     WHERE seq <= {seq:UInt64} AND sign = 1
     GROUP BY source, external_id`,
    { seq: read.seq },
  );
  return new Map(rows.map((row) => [planKey(row.source, row.external_id), row.name]));
}

export function planKey(source: string, plan: string): string {
  return `${source}\n${plan}`;
}

/** "contraction of 49.00 on 1 April 2025: plan Pro at 149.00 replaced plan Team at 198.00, invoice INV-2231 line 1". */
export function movementWords(row: MovementRow, names: Map<string, string>): string {
  const amount = (cents: string) => amountInWords(BigInt(cents), row.currency);
  const plan = (key: string) => `plan ${names.get(planKey(row.source, key)) ?? key}`;
  const { year, month, day } = dayParts(dayOfInstant(Number(row.instant)));
  const net = row.rule.startsWith('net-');
  const cause = net ? row.rule.slice('net-'.length) : row.rule;
  const before = amount(row.subscription_before);
  const after = amount(row.subscription_after);
  const current = plan(row.plan_external_id);

  if (row.type === 'fx') {
    const what = BigInt(row.cents) < 0n ? 'lowered' : 'raised';
    return (
      `exchange rates ${what} ${current} by ${amount(row.cents).replace('-', '')} on ${day} ${MONTHS[month - 1]} ${year}: ` +
      `subscription ${row.subscription_external_id} went from ${before} to ${after}, of which this is what the customer did not do` +
      (row.invoice_external_id === '' ? '' : `; invoice ${row.invoice_external_id} line ${row.external_id}`)
    );
  }
  let change: string;
  if (cause === 'cancellation')
    change = `subscription ${row.subscription_external_id} was cancelled, ${current} at ${before} ended`;
  else if (cause === 'refund') change = `a refund of the invoice moved ${current} from ${before} to ${after}`;
  else if (cause === 'proration')
    change = `a prorated line of ${current} moved the subscription from ${before} to ${after}`;
  else if (BigInt(row.subscription_before) === 0n) change = `${current} at ${after} began`;
  else if (row.plan_external_id === row.previous_plan_external_id)
    change = `${current} at ${after} instead of ${before}`;
  else change = `${current} at ${after} replaced ${plan(row.previous_plan_external_id)} at ${before}`;

  return (
    `${MOVEMENT_LABELS[row.type]} of ${amount(row.cents).replace('-', '')} on ${day} ${MONTHS[month - 1]} ${year}: ${change}` +
    (row.invoice_external_id === '' ? '' : `, invoice ${row.invoice_external_id} line ${row.external_id}`) +
    (net ? '; net of all changes of the customer within the classification window' : '')
  );
}
