/** Customers page by page, in ChartMogul's order: by the date of the first paid subscription, those who never paid last. */
import { shown } from '../../kernel/errors.ts';
import { type ReadContext, type SqlParameters, select } from '../../ledger/index.ts';
import type { ApiContext, Call } from './context.ts';
import { type CustomerRow, describeCustomers, LEAD_STATUSES } from './customerRows.ts';
import { badParameter } from './errors.ts';
import { placeOf } from './ids.ts';
import { countRecords, currentCondition, currentRecords, inTexts } from './ledgerReads.ts';
import { numberPart, pageOf, pageRequest } from './pages.ts';

/** Merged customers are listed as the one that they were merged into. */
const NOT_MERGED = `(source, external_id) NOT IN (
  SELECT source, customer_external_id
  FROM customer_merges
  WHERE seq <= {seq:UInt64}
  GROUP BY source, customer_external_id
  HAVING sum(sign) > 0
)`;

/** Instant of the first paid subscription of each customer that is meant, ms. */
const since = (meant: string): string => `
  SELECT customer_hash, toNullable(min(toUnixTimestamp64Milli(at))) AS since
  FROM (
    SELECT customer_hash, at
    FROM movements
    WHERE type = 'new_biz' AND seq <= {seq:UInt64} AND ${meant}
    GROUP BY customer_hash, at
    HAVING sum(customers) > 0
  )
  GROUP BY customer_hash`;

/** A page of /customers, or with an e-mail address of /customers/search. Errors: 400 with the parameter. */
export async function customerPage(context: ApiContext, call: Call, fixed: { email?: string }) {
  const read = await context.read(call);
  const { where, parameters } = await conditionsOf(context, call, fixed);
  const request = pageRequest(call.query, 2);
  const total = request.after === null ? await countRecords(read, 'customers', where, parameters) : undefined;
  // Movements are sorted by customer: those of few are found without reading the others'.
  const few = fixed.email !== undefined || Boolean(call.query.external_id);
  const keys = await keysOf(read, where, parameters, request, few);
  const { rows, tail } = pageOf(request, keys, ({ since, place }) => [since ?? '', place], total);
  const records = await currentRecords<CustomerRow>(read, 'customers', {
    where: `key_hash IN (${rows.map(({ place }) => place).join(', ') || '0'})`,
  });
  const byPlace = new Map(records.map((record) => [record.key_hash, record]));
  const found = rows.flatMap(({ place }) => byPlace.get(place) ?? []);
  return {
    entries: await describeCustomers(context, call, read, found),
    ...tail,
    ...(request.after === null && { page: request.page ?? 1, per_page: request.perPage }),
  };
}

async function keysOf(
  read: ReadContext,
  where: string,
  parameters: SqlParameters,
  request: ReturnType<typeof pageRequest>,
  few: boolean,
): Promise<Array<{ place: string; since: string | null }>> {
  const listed = `SELECT key_hash AS place FROM customers WHERE ${currentCondition('customers', where)}`;
  return select(
    read.engines,
    read.database,
    `SELECT toString(place) AS place, toString(first.since) AS since
     FROM (${listed}) AS listed
     LEFT JOIN (${since(few ? `customer_hash IN (${listed})` : '1')}) AS first ON first.customer_hash = listed.place
     WHERE ${afterCondition(request.after)}
     ORDER BY isNull(first.since), first.since, listed.place
     LIMIT ${request.perPage + 1} OFFSET ${request.page === null ? 0 : (request.page - 1) * request.perPage}`,
    { ...parameters, seq: read.seq },
  );
}

function afterCondition(after: readonly string[] | null): string {
  if (after === null) return '1';
  const [since, place] = after as [string, string];
  const number = numberPart(place);
  if (number.startsWith('-')) throw badParameter('cursor', 'The cursor is not valid');
  const later = `listed.place > toUInt64('${number}')`;
  if (since === '') return `isNull(first.since) AND ${later}`;
  const at = `toInt64('${numberPart(since)}')`;
  return `isNull(first.since) OR first.since > ${at} OR (first.since = ${at} AND ${later})`;
}

async function conditionsOf(context: ApiContext, call: Call, fixed: { email?: string }) {
  const conditions: string[] = [NOT_MERGED];
  const parameters: Record<string, unknown> = {};
  const { data_source_uuid: sourceId, external_id: externalId, system, status } = call.query;
  if (sourceId || system) {
    const sources = await context.sources.list(call, false);
    const wanted = sources.filter((s) => (!sourceId || s.id === sourceId) && (!system || s.system === system));
    if (externalId && wanted.length > 0) {
      const places = wanted.map((s) => placeOf(s.name, externalId));
      conditions.push(`key_hash IN (${places.join(', ')})`);
    }
    conditions.push(`source IN (${inTexts(wanted.map((source) => source.name))})`);
  }
  if (externalId) {
    conditions.push('external_id = {external_id:String}');
    parameters.external_id = externalId;
  }
  if (fixed.email !== undefined) {
    conditions.push('lowerUTF8(email) = lowerUTF8({email:String})');
    parameters.email = fixed.email;
  }
  if (status) conditions.push(statusCondition(status, parameters));
  return { where: conditions.join(' AND '), parameters };
}

/** Filter values use underscores. */
function statusCondition(status: string, parameters: Record<string, unknown>): string {
  const wanted = status.replaceAll('_', ' ').toLowerCase();
  const known = [...LEAD_STATUSES, 'Active', 'Past Due', 'Cancelled'];
  const found = known.find((each) => each.toLowerCase() === wanted);
  if (!found) throw badParameter('status', `status must be one of ${known.join(', ')}, not ${shown(status)}`);
  const figures = (having: string) =>
    `key_hash IN (
       SELECT customer_hash FROM movements WHERE seq <= {seq:UInt64} GROUP BY customer_hash HAVING ${having}
     )`;
  const paying = figures('sumIf(customers, at <= now64(3)) > 0');
  if (found === 'Active') return `${paying} AND NOT ${PAST_DUE}`;
  if (found === 'Past Due') return `${paying} AND ${PAST_DUE}`;
  const moved = 'sumIf(sign, at <= now64(3)) != 0';
  if (found === 'Cancelled') return figures(`sumIf(customers, at <= now64(3)) <= 0 AND ${moved}`);
  parameters.status = found;
  const leads = LEAD_STATUSES.map((lead) => `'${lead}'`).join(', ');
  return `if(status IN (${leads}), status, 'New Lead') = {status:String} AND NOT ${figures(moved)}`;
}

/** Invoices that count, are due and have no successful payment. */
const OVERDUE = `
  SELECT customer_hash
  FROM invoices
  WHERE ${currentCondition('invoices', `excluded = '' AND due_date < now64(3)`)}
    AND cityHash64(source, invoice_external_id) NOT IN (
      SELECT invoice_hash
      FROM transactions
      WHERE type = 'payment' AND result = 'successful' AND seq <= {seq:UInt64}
      GROUP BY invoice_hash
      HAVING sum(sign) > 0
    )`;

const PAST_DUE = `(
  key_hash IN (${OVERDUE})
  OR key_hash IN (
    SELECT cityHash64(into_source, into_external_id)
    FROM customer_merges
    WHERE ${currentCondition('customer_merges', '1')}
      AND cityHash64(source, customer_external_id) IN (${OVERDUE})
  )
)`;
