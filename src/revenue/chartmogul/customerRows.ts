/** Customers as this API shows them: record, tags, attributes, merges, and what their movements amount to. */
import type { Json } from '../../journal/types.ts';
import { countryName } from '../../kernel/country.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import type { ApiContext, Call } from './context.ts';
import { notFound } from './errors.ts';
import { customerId, dataSourceId, numberOf, partsOf, placeOf } from './ids.ts';
import { currentCondition, currentRecords, inTexts } from './ledgerReads.ts';
import { DEFAULT_SYSTEM } from './sources.ts';
import { STATES } from './states.ts';
import { fromLedger, milliseconds, zoned } from './times.ts';

export interface CustomerRow {
  origin_seq: string;
  origin_row: number;
  source: string;
  key_hash: string;
  external_id: string;
  name: string;
  email: string;
  company: string;
  country: string;
  state: string;
  city: string;
  zip: string;
  lead_created_at: string | null;
  free_trial_started_at: string | null;
  website_url: string;
  owner: string;
  status: string;
  attributes: Record<string, string>;
}

export const LEAD_STATUSES = ['New Lead', 'Working Lead', 'Qualified Lead', 'Unqualified Lead'];

/** What the movements of one customer amount to. */
interface Figures {
  /** Instant of the first paid subscription, ms. */
  since: number | null;
  mrr: number;
  paying: boolean;
  pastDue: boolean;
  /** Start of the first trial line, ms. */
  trial: number | null;
}

/** The current customer with the id, or the one that it was merged into; 404 when there is none. */
export async function rootRow(context: ApiContext, call: Call, id: string): Promise<CustomerRow> {
  const row = await customerRow(context, call, id);
  const root = await rootOf(await context.read(call), row);
  return root === null ? row : customerRow(context, call, customerId(root.source, root.externalId));
}

/** Whom a customer was merged into; null for one that stands for itself. */
async function rootOf(read: ReadContext, row: CustomerRow): Promise<{ source: string; externalId: string } | null> {
  const [merge] = await currentRecords<{ into_source: string; into_external_id: string }>(read, 'customer_merges', {
    where: 'source = {source:String} AND customer_external_id = {name:String}',
    parameters: { source: row.source, name: row.external_id },
    limit: 1,
  });
  return merge ? { source: merge.into_source, externalId: merge.into_external_id } : null;
}

/** The current customer with the id; 404 when there is none. */
export async function customerRow(context: ApiContext, call: Call, id: string): Promise<CustomerRow> {
  const parts = partsOf('cus', id);
  if (!parts) throw notFound('Customer');
  const read = await context.read(call);
  const rows = await currentRecords<CustomerRow>(read, 'customers', { where: `key_hash = ${parts.place}` });
  const row = rows.find((each) => customerId(each.source, each.external_id) === id);
  if (!row) throw notFound('Customer');
  return row;
}

export async function describeCustomers(
  context: ApiContext,
  call: Call,
  read: ReadContext,
  rows: readonly CustomerRow[],
): Promise<Array<Record<string, Json>>> {
  if (rows.length === 0) return [];
  const members = await mergedMembers(read, rows);
  const places = [
    ...new Set([...rows.map((row) => row.key_hash), ...[...members.values()].flat().map((m) => m.place)]),
  ];
  const [attributes, figures, sources] = await Promise.all([
    attributesOf(read, places),
    figuresOf(read, places, call.account.currency),
    context.sources.list(call, false),
  ]);
  const systems = new Map(sources.map((source) => [source.name, source.system]));
  return rows.map((row) => {
    const joined = members.get(row.key_hash) ?? [];
    const own = [row.key_hash, ...joined.map(({ place }) => place)];
    const sums = sumOf(own.flatMap((place) => figures.get(place) ?? []));
    return describe(call, row, joined, attributes(row), sums, systems.get(row.source) ?? DEFAULT_SYSTEM);
  });
}

/** A customer that was just created, without waiting for the ledger: the figures are those of invoices that are there already. */
export async function describeNew(
  context: ApiContext,
  call: Call,
  source: string,
  row: Record<string, Json>,
  tags: readonly string[],
  attributes: ReadonlyArray<{ name: string; type: string; value: string }>,
): Promise<Record<string, Json>> {
  const place = placeOf(source, String(row.external_id));
  const customer = { ...BLANK, ...row, source, key_hash: place } as CustomerRow;
  const [figures, sources] = await Promise.all([
    figuresOf(await context.present(call), [place], call.account.currency),
    context.sources.list(call, false),
  ]);
  const custom = Object.fromEntries(attributes.map(({ name, type, value }) => [name, typedValue(type, value)]));
  const system = sources.find(({ name }) => name === source)?.system ?? DEFAULT_SYSTEM;
  const shown = { tags: [...new Set(tags)], stripe: {}, clearbit: {}, custom };
  return describe(call, customer, [], shown, sumOf([...figures.values()]), system);
}

const BLANK: Omit<CustomerRow, 'source' | 'key_hash' | 'external_id'> = {
  origin_seq: '0',
  origin_row: 0,
  name: '',
  email: '',
  company: '',
  country: '',
  state: '',
  city: '',
  zip: '',
  lead_created_at: null,
  free_trial_started_at: null,
  website_url: '',
  owner: '',
  status: '',
  attributes: {},
};

function describe(
  call: Call,
  row: CustomerRow,
  joined: readonly Member[],
  attributes: Record<string, Json>,
  figures: Figures,
  system: string,
): Record<string, Json> {
  const uuid = customerId(row.source, row.external_id);
  const blank = (text: string) => (text === '' ? null : text);
  const externalIds = [row.external_id, ...joined.map(({ externalId }) => externalId)];
  const sourceIds = [row.source, ...joined.map(({ source }) => source)].map((s) => dataSourceId(call.account.id, s));
  return {
    id: numberOf(uuid),
    uuid,
    external_id: row.external_id,
    external_ids: externalIds,
    data_source_uuid: sourceIds[0]!,
    data_source_uuids: [...new Set(sourceIds)],
    name: row.name,
    company: row.company,
    email: row.email,
    status: statusOf(row, figures),
    'customer-since': figures.since === null ? null : zoned(figures.since, call.account.timeZone),
    attributes,
    address: {
      country: row.country === '' ? null : (countryName(row.country) ?? row.country),
      state: row.state === '' ? null : (STATES[row.state.replace(/^US-/i, '').toUpperCase()] ?? row.state),
      city: blank(row.city),
      address_zip: blank(row.zip),
    },
    country: blank(row.country),
    state: blank(row.state),
    city: blank(row.city),
    zip: blank(row.zip),
    mrr: figures.mrr,
    arr: figures.mrr * 12,
    currency: call.account.currency,
    'currency-sign': currencySign(call.account.currency),
    'billing-system-url': null,
    'chartmogul-url': `/customers/${uuid}`,
    'billing-system-type': system,
    lead_created_at: fromLedger(row.lead_created_at),
    free_trial_started_at:
      fromLedger(row.free_trial_started_at) ?? (figures.trial === null ? null : milliseconds(figures.trial)),
    owner: blank(row.owner),
    website_url: blank(row.website_url),
  };
}

function statusOf(row: CustomerRow, figures: Figures): string {
  if (figures.paying) return figures.pastDue ? 'Past Due' : 'Active';
  if (figures.since !== null) return 'Cancelled';
  return LEAD_STATUSES.includes(row.status) ? row.status : 'New Lead';
}

const signs = new Map<string, string>();

export function currencySign(currency: string): string {
  let sign = signs.get(currency);
  if (sign === undefined) {
    const parts = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    sign = parts.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? currency;
    signs.set(currency, sign);
  }
  return sign;
}

export interface Member {
  place: string;
  source: string;
  externalId: string;
}

/** Customers that were merged into these, by the place of the customer that they belong to now. */
export async function mergedMembers(
  read: ReadContext,
  rows: ReadonlyArray<{ source: string; external_id: string }>,
): Promise<Map<string, Member[]>> {
  const merges = await currentRecords<{
    source: string;
    customer_external_id: string;
    into_source: string;
    into_external_id: string;
  }>(read, 'customer_merges', {
    where: `into_external_id IN (${inTexts(rows.map((row) => row.external_id))})`,
  });
  const members = new Map<string, Member[]>();
  for (const merge of merges) {
    const into = placeOf(merge.into_source, merge.into_external_id);
    const member = {
      place: placeOf(merge.source, merge.customer_external_id),
      source: merge.source,
      externalId: merge.customer_external_id,
    };
    members.set(into, [...(members.get(into) ?? []), member]);
  }
  return members;
}

/** The uuid that each invoice's customer is shown by: of a merged one that of the customer that it was merged into. */
export async function rootsOf(
  read: ReadContext,
  invoices: ReadonlyArray<{ source: string; customer: string }>,
): Promise<(invoice: { source: string; customer: string }) => string> {
  const merges = await currentRecords<{
    source: string;
    customer_external_id: string;
    into_source: string;
    into_external_id: string;
  }>(read, 'customer_merges', {
    where: `customer_external_id IN (${inTexts(invoices.map(({ customer }) => customer))})`,
  });
  const key = (source: string, customer: string) => `${source}\u0000${customer}`;
  const roots = new Map(
    merges.map((row) => [key(row.source, row.customer_external_id), customerId(row.into_source, row.into_external_id)]),
  );
  return ({ source, customer }) => roots.get(key(source, customer)) ?? customerId(source, customer);
}

/** Attributes of customers by their places: `{tags, stripe, clearbit, custom}`. */
export async function attributesOf(
  read: ReadContext,
  places: readonly string[],
): Promise<(row: CustomerRow) => Record<string, Json>> {
  const list = places.join(', ');
  const where = `cityHash64(source, customer_external_id) IN (${list})`;
  const [tags, values] = await Promise.all([
    currentRecords<{ source: string; customer_external_id: string; tag: string }>(read, 'customer_tags', { where }),
    currentRecords<{ source: string; customer_external_id: string; name: string; type: string; value: string }>(
      read,
      'customer_attributes',
      { where },
    ),
  ]);
  const key = (row: { source: string; customer_external_id: string }) =>
    `${row.source}\u0000${row.customer_external_id}`;
  const tagsOf = Map.groupBy(tags, key);
  const valuesOf = Map.groupBy(values, key);
  return (row) => {
    const own = `${row.source}\u0000${row.external_id}`;
    const custom: Record<string, Json> = { ...row.attributes };
    for (const { name, type, value } of valuesOf.get(own) ?? []) custom[name] = typedValue(type, value);
    return { tags: (tagsOf.get(own) ?? []).map(({ tag }) => tag), stripe: {}, clearbit: {}, custom };
  };
}

/** The value as JSON has it. A decimal that a double would change stays text. */
export function typedValue(type: string, value: string): Json {
  if (type === 'Boolean') return value === 'true';
  if (type === 'Integer') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (type === 'Decimal') return String(Number(value)) === value || Number(value) === 0 ? Number(value) : value;
  return value;
}

/**
 * MRR, first payment and dues by customer place, in cents of the account's currency. Movements in other currencies count as far as the
 * customer is a paying one, not in the amount: rates are the metrics' matter.
 */
async function figuresOf(
  read: ReadContext,
  places: readonly string[],
  currency: string,
): Promise<Map<string, Figures>> {
  const list = places.join(', ');
  const now = Date.now();
  const [movements, due, trials] = await Promise.all([
    select<{ place: string; mrr: string; paying: string; since: string | null }>(
      read.engines,
      read.database,
      `SELECT
         toString(customer_hash) AS place,
         sumIf(amount, own AND at <= fromUnixTimestamp64Milli({now:Int64})) AS mrr,
         sumIf(gained, at <= fromUnixTimestamp64Milli({now:Int64})) AS paying,
         min(if(gained > 0 AND at <= fromUnixTimestamp64Milli({now:Int64}), toUnixTimestamp64Milli(at), NULL)) AS since
       FROM (
         SELECT customer_hash, at, currency = {currency:String} AS own, sum(amount_cents) AS amount, sum(customers) AS gained
         FROM movements
         WHERE customer_hash IN (${list}) AND seq <= {seq:UInt64}
         GROUP BY customer_hash, at, own
       )
       GROUP BY customer_hash`,
      { seq: read.seq, now, currency },
    ),
    select<{ place: string; due: string }>(
      read.engines,
      read.database,
      `SELECT toString(customer_hash) AS place, count() AS due
       FROM invoices
       WHERE ${currentCondition('invoices', `customer_hash IN (${list})`)}
         AND excluded = ''
         AND due_date < fromUnixTimestamp64Milli({now:Int64})
         AND cityHash64(source, invoice_external_id) NOT IN (
           SELECT invoice_hash
           FROM transactions
           WHERE type = 'payment'
             AND result = 'successful'
             AND seq <= {seq:UInt64}
             AND invoice_hash IN (
               SELECT cityHash64(source, invoice_external_id) FROM invoices WHERE customer_hash IN (${list})
             )
           GROUP BY invoice_hash
           HAVING sum(sign) > 0
         )
       GROUP BY customer_hash`,
      { seq: read.seq, now },
    ),
    select<{ place: string; began: string }>(
      read.engines,
      read.database,
      `SELECT toString(customer_hash) AS place, min(toUnixTimestamp64Milli(assumeNotNull(service_period_start))) AS began
       FROM invoices
       WHERE ${currentCondition('invoices', `customer_hash IN (${list}) AND type = 'trial'`)}
         AND excluded = '' AND service_period_start IS NOT NULL
       GROUP BY customer_hash`,
      { seq: read.seq },
    ),
  ]);
  const late = new Set(due.map(({ place }) => place));
  const moved = new Map(movements.map((row) => [row.place, row]));
  const began = new Map(trials.map((row) => [row.place, Number(row.began)]));
  return new Map(
    [...new Set([...moved.keys(), ...began.keys()])].map((place) => {
      const { since = null, mrr = 0, paying = 0 } = moved.get(place) ?? {};
      return [
        place,
        {
          since: since === null ? null : Number(since),
          mrr: Number(mrr),
          paying: Number(paying) > 0,
          pastDue: late.has(place),
          trial: began.get(place) ?? null,
        },
      ];
    }),
  );
}

function sumOf(figures: readonly Figures[]): Figures {
  const earliest = (times: readonly number[]) => (times.length === 0 ? null : Math.min(...times));
  return {
    since: earliest(figures.flatMap((each) => each.since ?? [])),
    trial: earliest(figures.flatMap((each) => each.trial ?? [])),
    mrr: figures.reduce((sum, each) => sum + each.mrr, 0),
    paying: figures.some((each) => each.paying),
    pastDue: figures.some((each) => each.pastDue),
  };
}
