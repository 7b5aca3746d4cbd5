/** What stands below a metric: the movements, payments and lines that it is the sum of. */
import { FootingError, shown } from '../../kernel/errors.ts';
import { type ExplanationNode, type ReadContext, select } from '../../ledger/index.ts';
import { movementNode, netMovements, type SourceOf } from '../explain.ts';
import { planNames } from '../explainWords.ts';
import { amountText } from '../money.ts';
import { MOVEMENT_LABELS, type MovementType, STATEMENT_ROWS, type StatementRow } from '../statement.ts';
import { activities } from './activities.ts';
import { customerCondition } from './conditions.ts';
import { conversionOf, convertedRows, lineFxDay } from './conversion.ts';
import { current } from './current.ts';
import type { OfWhat } from './explain.ts';
import type { Filter } from './filters.ts';
import { METRICS, type MetricName } from './names.ts';
import { bound, bySubscription, dayOf, type Scope, scopeOf } from './scope.ts';
import { customerLabel, movementRows, planLabel } from './source.ts';

/** Rows listed below a figure. */
const LISTED_MAX = 100;

interface Asked {
  metric: MetricName;
  /** Reference to the MRR of the same period, customers and plans, narrowed to these filters besides. */
  mrrOf: (filters: string) => string;
  currency: string;
  days: { from: string; to: string };
  of: OfWhat;
  filter: Filter;
  /** The MRR statement has the figure, and lists its movements itself. */
  inStatement: boolean;
}

interface Listed {
  nodes: ExplanationNode[];
  total: number;
}

const NOTHING: Listed = { nodes: [], total: 0 };

/** Types of movements that a metric counts. */
const TYPES: Partial<Record<MetricName, readonly MovementType[]>> = {
  mrr_new_business: ['new_biz'],
  mrr_expansion: ['expansion'],
  mrr_contraction: ['contraction'],
  mrr_churn: ['churn'],
  mrr_reactivation: ['reactivation'],
  new_customers: ['new_biz'],
  churned_customers: ['churn'],
};

/** The first rows below a figure, and how many there are. */
export async function below(read: ReadContext, asked: Asked): Promise<Listed> {
  const { metric, of, filter, currency, days } = asked;
  const scope = await scopeOf(read, { currency, until: days.to, filter, partitionBy: of.partitionBy });
  const types = TYPES[metric];
  if (metric === 'customers' || (metric === 'mrr' && !asked.inStatement)) return paying(scope, asked);
  const all = filter.length === 0 && of.partitionBy === undefined;
  if (types && asked.inStatement && metric.startsWith('mrr_')) return NOTHING;
  if (types)
    return all || (!bySubscription(scope) && of.part === undefined)
      ? moved(read, asked, types)
      : movedInPart(scope, asked, types);
  if (METRICS[metric].ingredient === 'cash') return payments(scope, asked);
  if (metric === 'recognised_revenue') return recognised(scope, asked);
  return NOTHING;
}

const FIRST_DAY = '1900-01-01';

/** Who pays at the end, the largest first; of one customer, what moved it there. */
async function paying(scope: Scope, asked: Asked): Promise<Listed> {
  const { days, of, filter } = asked;
  const alone = filter.some(({ name, values }) => name === 'customer' && values.length === 1);
  const rows = await select<{ who: string; cents: string; total: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT toString(who) AS who, toString(net) AS cents, toString(count() OVER ()) AS total
     FROM (
       SELECT who, sum(amount_cents) AS net
       FROM (${movementRows(scope, null)})
       WHERE d <= {to:Date32} ${of.part === undefined ? '' : 'AND part = {part:String}'}
       GROUP BY who
       ${alone ? '' : `HAVING ${asked.metric === 'customers' ? 'sum(customers) > 0' : 'net != 0'}`}
     )
     ORDER BY abs(net) DESC, who
     LIMIT ${LISTED_MAX}`,
    { ...scope.parameters, ...days, part: of.part ?? '' },
  );
  const [only, second] = rows;
  if (only === undefined) return NOTHING;
  if (alone && second === undefined) {
    return bySubscription(scope) || of.part !== undefined
      ? movedInPart(scope, { ...asked, days: { ...days, from: FIRST_DAY } }, [...STATEMENT_ROWS])
      : movedOne(scope, days.to, only.who);
  }
  const names = await namesOf(scope, rows, days.to);
  return {
    nodes: rows.map(({ who, cents }) => {
      const customer = names.get(who);
      return {
        kind: 'part',
        ref: customer === undefined ? null : refOfCustomer(asked, customer),
        title: customer?.id ?? '',
        value: amountText(BigInt(cents), asked.currency),
        unit: asked.currency,
        words: null,
        facts: [],
        children: [],
        childrenTotal: 1,
      };
    }),
    total: Number(only.total),
  };
}

/** All movements of one customer up to a day: they sum to what it pays then. */
async function movedOne({ read, currency }: Scope, to: string, hash: string): Promise<Listed> {
  const condition =
    'seq <= {seq:UInt64} AND currency = {currency:String} AND customer_hash = {hash:UInt64} AND day <= {to:Date32}';
  const values = { seq: read.seq, currency, hash, to };
  const rows = await netMovements(read, condition, values, `LIMIT ${LISTED_MAX}`);
  const [counted] = await select<{ count: string }>(
    read.engines,
    read.database,
    `SELECT sum(sign) AS count FROM movements WHERE ${condition}`,
    values,
  );
  const plans = await planNames(read);
  return { nodes: rows.map((row) => movementNode(row, plans)), total: Number(counted?.count ?? 0) };
}

interface Named {
  id: string;
  /** '' where the customers of all sources are meant. */
  source: string;
}

async function namesOf(scope: Scope, rows: ReadonlyArray<{ who: string }>, to: string): Promise<Map<string, Named>> {
  const { engines, database } = scope.read;
  const who = bound(
    scope,
    rows.map((row) => BigInt(row.who)),
    'Array(UInt64)',
  );
  const sql = bySubscription(scope)
    ? `SELECT toString(who) AS mover, any(customer) AS id, '' AS source
       FROM (${originsOf(scope, 'cityHash64(customer_hash, plan_part)')})
       WHERE who IN ${who}
       GROUP BY mover`
    : `SELECT toString(customer_hash) AS mover, any(customer_external_id) AS id, any(toString(movements.source)) AS source
       FROM movements
       WHERE seq <= {seq:UInt64} AND currency = {currency:String} AND customer_hash IN ${who}
       GROUP BY mover`;
  const found = await select<Named & { mover: string }>(engines, database, sql, {
    ...scope.parameters,
    from: FIRST_DAY,
    to,
  });
  return new Map(found.map(({ mover, id, source }) => [mover, { id, source }]));
}

/** The MRR of one of the customers, with all that the figure is narrowed to. */
function refOfCustomer({ mrrOf, of }: Asked, { id, source }: Named): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const filters = [
    ...(of.filters === undefined || of.filters === '' ? [] : [of.filters]),
    `customer~ANY~${quoted(id)}`,
    ...(source === '' ? [] : [`data_source~ANY~${quoted(source)}`]),
  ];
  return mrrOf(filters.join('~AND~'));
}

/** Movements of customers, as the feed of activities has them. */
async function moved(
  read: ReadContext,
  { currency, days, filter }: Asked,
  types: readonly MovementType[],
): Promise<Listed> {
  const [type] = types;
  const query = { currency, type, from: days.from, to: days.to, filter, limit: LISTED_MAX };
  const page = await activities(read, query);
  return {
    nodes: page.activities.map((each) => ({
      kind: 'posting',
      ref: each.ref,
      title: `${MOVEMENT_LABELS[each.type]}, ${each.customerExternalId}, ${each.date.slice(0, 10)}`,
      value: amountText(BigInt(each.movement), each.currency),
      unit: each.currency,
      words: each.description,
      facts: [['customer', each.customerExternalId]],
      children: [],
      childrenTotal: 1,
    })),
    total: page.activities.length + (page.more ? 1 : 0),
  };
}

/** What customers moved inside a part or the plans that are meant; each leads to the movement or line of that day. */
async function movedInPart(
  scope: Scope,
  { currency, days, of }: Asked,
  types: readonly StatementRow[],
): Promise<Listed> {
  const { engines, database } = scope.read;
  const rows = `
    SELECT who, d, type, sum(amount_cents) AS cents
    FROM (${movementRows(scope, null)})
    WHERE d BETWEEN {from:Date32} AND {to:Date32} AND type IN (${types.map((type) => `'${type}'`).join(', ')})
      ${of.part === undefined ? '' : 'AND part = {part:String}'}
    GROUP BY who, d, type
    HAVING cents != 0`;
  const partitioned = bySubscription(scope) ? 'cityHash64(customer_hash, plan_part)' : 'customer_hash';
  const origins = originsOf(scope, partitioned);
  // After the conditions, which bind their values.
  const parameters = { ...scope.parameters, ...days, part: of.part ?? '' };
  const found = await select<{ on: string; type: StatementRow; amount: string; customer: string; ref: string }>(
    engines,
    database,
    `SELECT toString(d) AS on, type, toString(cents) AS amount, customer, ref
     FROM (${rows}) AS part_moves
     LEFT ANY JOIN (${origins}) AS origins USING (who, d)
     ORDER BY d, abs(cents) DESC, customer
     LIMIT ${LISTED_MAX + 1}`,
    parameters,
  );
  return {
    nodes: found.slice(0, LISTED_MAX).map((row) => ({
      kind: 'posting',
      ref: row.ref === '' ? null : row.ref,
      title: `${MOVEMENT_LABELS[row.type]}, ${row.customer}, ${row.on}`,
      value: amountText(BigInt(row.amount), currency),
      unit: currency,
      words: 'What the subscriptions of the customer that count here came to, before and after.',
      facts: [['customer', row.customer]],
      children: [],
      childrenTotal: 1,
    })),
    total: found.length,
  };
}

/** By customer (in a part) and day: the key of the customer, and the line that something happened by. */
function originsOf(scope: Scope, who: string): string {
  const line = `concat('line/', toString(customer_hash), '/', toString(origin_seq), '.', toString(origin_row))`;
  const visible = 'seq <= {seq:UInt64} AND currency = {currency:String} AND sign = 1';
  if (!bySubscription(scope)) {
    return `SELECT customer_hash AS who, day AS d, customer_external_id AS customer, ${line} AS ref FROM movements WHERE ${visible}`;
  }
  const label = (column: string) => planLabel(scope, column);
  // A group of changes that goes over midnight counts on the day after its first ones.
  return `
    SELECT ${who} AS who, d, any(customer) AS customer, argMin(ref, later) AS ref
    FROM (
      SELECT
        customer_hash, ${label('plan_external_id')} AS plan_part, day AS d, customer_external_id AS customer, ${line} AS ref, 0 AS later
      FROM movements
      WHERE ${visible} AND one_plan = 1 AND day BETWEEN {from:Date32} AND {to:Date32}
      UNION ALL
      SELECT customer_hash, plan_part, ${dayOf(scope, 'at')} + later AS d, customer_external_id AS customer, ${line} AS ref, later
      FROM steps
      ARRAY JOIN [${label('plan_external_id')}, ${label('previous_plan_external_id')}] AS plan_part
      ARRAY JOIN [0, 1] AS later
      WHERE ${visible} AND d BETWEEN {from:Date32} AND {to:Date32}
    )
    GROUP BY who, d`;
}

async function payments(scope: Scope, { metric, days, of }: Asked): Promise<Listed> {
  const { engines, database } = scope.read;
  const { label, join } = customerLabel(scope);
  const wanted = metric.startsWith('failed') ? `result = 'failed' AND type = 'payment'` : `result = 'successful'`;
  const refunds = metric === 'gross_cash_flow' ? `AND type = 'payment'` : '';
  const columns = ['id', 'type', 'on_day', 'invoice', 'source', 'customer_hash', 'customer_external_id', 'ref'];
  const settled = (condition: string) => `
    SELECT
      paid.external_id AS id, paid.type AS type, paid.on_day AS on_day, paid.invoice_external_id AS invoice, paid.source AS source,
      customer_hash, customer_external_id, currency, toInt32(toDate32(paid.date)) AS fx_day,
      concat('transaction/', toString(paid.invoice_hash), '/', toString(paid.origin_seq), '.', toString(paid.origin_row)) AS ref,
      toInt64(ifNull(paid.amount_in_cents, invoiced)) AS billed_cents
    FROM (
      SELECT *, ${dayOf(scope, 'date')} AS on_day
      FROM transactions
      WHERE ${current('transactions')} AND ${dayOf(scope, 'date')} BETWEEN {from:Date32} AND {to:Date32} AND ${wanted} ${refunds}
    ) AS paid
    INNER JOIN (
      SELECT
        cityHash64(invoices.source, invoices.invoice_external_id) AS invoice_hash,
        argMax(customer_hash, origin_seq) AS customer_hash,
        argMax(customer_external_id, origin_seq) AS customer_external_id,
        argMax(invoices.currency, origin_seq) AS currency,
        sum(amount_in_cents * sign) AS invoiced
      FROM invoices
      WHERE seq <= {seq:UInt64}
      GROUP BY invoice_hash
    ) AS invoiced ON paid.invoice_hash = invoiced.invoice_hash
    WHERE ${condition} AND ${customerCondition(scope)}`;
  const rows = await select<Record<'id' | 'ref' | 'type' | 'on' | 'invoice' | 'customer' | 'cents', string>>(
    engines,
    database,
    `SELECT id, ref, type, toString(on_day) AS on, invoice, customer_external_id AS customer, toString(cents) AS cents
     FROM (
       SELECT *, ${label} AS part
       FROM (${convertedRows(await conversionOf(scope), settled, columns)}) AS cash ${join}
     )
     WHERE ${of.part === undefined ? '1' : 'part = {part:String}'}
     ORDER BY on_day, id
     LIMIT ${LISTED_MAX + 1}`,
    { ...scope.parameters, ...days, part: of.part ?? '' },
  );
  return {
    nodes: rows.slice(0, LISTED_MAX).map((row) => ({
      kind: 'record',
      ref: row.ref,
      title: `${row.type} ${row.id}, ${row.on}`,
      value: amountText(
        row.type === 'refund' && metric === 'net_cash_flow' ? -BigInt(row.cents) : BigInt(row.cents),
        scope.currency,
      ),
      unit: scope.currency,
      words: null,
      facts: [
        ['customer', row.customer],
        ['invoice', row.invoice],
      ],
      children: [],
      childrenTotal: 1,
    })),
    total: rows.length,
  };
}

/** Lines whose service is in the period, the longest-running first. */
async function recognised(scope: Scope, { days }: Asked): Promise<Listed> {
  const { engines, database } = scope.read;
  if (bySubscription(scope) || scope.partitionBy !== null) return NOTHING;
  const started = 'ifNull(service_period_end > service_period_start, false)';
  const columns = ['ref', 'invoice', 'line', 'starts_on', 'ends_on', 'customer'];
  const lines = (condition: string) => `
    SELECT
      concat('line/', toString(customer_hash), '/', toString(origin_seq), '.', toString(origin_row)) AS ref,
      invoice_external_id AS invoice, external_id AS line, customer_external_id AS customer, currency, ${lineFxDay(scope)} AS fx_day,
      amount_in_cents - ifNull(tax_amount_in_cents, 0) AS billed_cents,
      if(${started}, ${dayOf(scope, 'assumeNotNull(service_period_start)')}, ${dayOf(scope, 'date')}) AS starts_on,
      if(${started}, ${dayOf(scope, 'assumeNotNull(service_period_end) - toIntervalMillisecond(1)')}, starts_on) AS ends_on
    FROM invoices
    WHERE ${current('invoices', `${condition} AND excluded = ''`)} AND ${customerCondition(scope)}`;
  const rows = await select<Record<'ref' | 'invoice' | 'line' | 'net' | 'starts' | 'ends' | 'customer', string>>(
    engines,
    database,
    `SELECT ref, invoice, line, toString(cents) AS net, toString(starts_on) AS starts, toString(ends_on) AS ends, customer
     FROM (${convertedRows(await conversionOf(scope), lines, columns)})
     WHERE starts_on <= {to:Date32} AND ends_on >= {from:Date32} AND cents != 0
     ORDER BY abs(cents) DESC, customer, invoice, line
     LIMIT ${LISTED_MAX + 1}`,
    { ...scope.parameters, ...days },
  );
  return {
    nodes: rows.slice(0, LISTED_MAX).map((row) => ({
      kind: 'record',
      ref: row.ref,
      title: `invoice ${row.invoice}, line ${row.line}, ${row.customer}`,
      value: amountText(BigInt(row.net), scope.currency),
      unit: scope.currency,
      words: `Spread evenly over its service from ${row.starts} to ${row.ends}; what of it lies within the period is recognised in it.`,
      facts: [],
      children: [],
      childrenTotal: 1,
    })),
    total: rows.length,
  };
}

/** A payment and the row of the file, or of the request, that states it: transaction/<invoice hash>/<origin seq>.<origin row>. */
export async function explainTransaction(
  read: ReadContext,
  ref: string,
  sourceOf?: SourceOf,
): Promise<ExplanationNode> {
  const [, hash, seq, row] = /^transaction\/(\d{1,20})\/(\d{1,15})\.(\d{1,10})$/.exec(ref) ?? [];
  const [found] =
    hash === undefined
      ? []
      : await select<Record<'external_id' | 'invoice' | 'type' | 'result' | 'on', string> & { cents: string | null }>(
          read.engines,
          read.database,
          `SELECT external_id, invoice_external_id AS invoice, toString(type) AS type, toString(result) AS result, toString(date) AS on,
             toString(amount_in_cents) AS cents
           FROM transactions
           WHERE ${current('transactions', 'invoice_hash = {hash:UInt64} AND origin_seq = {origin:UInt64} AND origin_row = {row:UInt32}')}`,
          { seq: read.seq, hash, origin: seq, row },
        );
  if (!found || !sourceOf) {
    throw new FootingError('not_found', `There is no payment "${shown(ref)}"`, {
      remedy: 'Take references from /api/metrics and /api/explain as they are.',
    });
  }
  const source = await sourceOf('transactions', Number(seq), Number(row));
  const origin: ExplanationNode = {
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
  return {
    kind: 'record',
    ref,
    title: `${found.type} ${found.external_id}, ${found.on.slice(0, 10)}`,
    value: null,
    unit: null,
    words: found.cents === null ? 'Without an amount of its own: it settles the whole invoice.' : null,
    facts: [
      ['invoice', found.invoice],
      ['result', found.result],
      ...(found.cents === null ? [] : [['amount in minor units', found.cents] as [string, string]]),
    ],
    children: [origin],
    childrenTotal: 1,
  };
}
