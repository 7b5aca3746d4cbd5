/**
 * Requests as the Python, Ruby and Go clients write them, and answers with the keys and JSON types that they read. `i` is a whole number, `n`
 * a number, `s` text, `b` true or false, `o` an object, `l` a list; a `?` says that null is there too.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Any, type LiveServer, liveServer } from './support.ts';

let server: LiveServer;
let ds: string;
let customer: string;
let plan: string;
let invoice: Any;

/** As Python does: the type of the body also where there is none. */
const python = (method: string, path: string, json?: Any) =>
  server.call(method, path, {
    ...(json === undefined ? { body: method === 'GET' || method === 'DELETE' ? undefined! : '' } : { json }),
    headers: { 'content-type': 'application/json' },
  });
/** As Ruby does: key as user, an empty password, no body unless there is one. */
const ruby = (method: string, path: string, json?: Any) =>
  server.call(method, path, json === undefined ? {} : { json });
/** As Go does: it asks for gzip itself. */
const go = (method: string, path: string, json?: Any) =>
  server.call(method, path, { ...(json !== undefined && { json }), headers: { 'accept-encoding': 'gzip' } });

beforeAll(async () => {
  server = await liveServer();
  ds = (await go('POST', '/data_sources', { name: 'Shapes' })).json.uuid;
  customer = (await go('POST', '/customers', { data_source_uuid: ds, external_id: 'c', name: 'C', email: 'c@x.yz' }))
    .json.uuid;
  plan = (
    await go('POST', '/plans', {
      data_source_uuid: ds,
      external_id: 'p',
      name: 'P',
      interval_count: 1,
      interval_unit: 'month',
    })
  ).json.uuid;
  const line = {
    type: 'subscription',
    subscription_external_id: 's',
    plan_uuid: plan,
    amount_in_cents: 5000,
    external_id: 'l',
    service_period_start: '2026-01-01',
    service_period_end: '2026-02-01',
  };
  const body = {
    external_id: 'i',
    date: '2026-01-01',
    currency: 'EUR',
    line_items: [line, { type: 'one_time', amount_in_cents: 1, description: 'x', external_id: 'o' }],
    transactions: [{ type: 'payment', date: '2026-01-02', result: 'successful', external_id: 't' }],
  };
  const made = await ruby('POST', `/import/customers/${customer}/invoices`, { invoices: [body] });
  expect(made.status).toBe(201);
  invoice = made.json.invoices[0];
});
afterAll(() => server.close());

function kindOf(value: Any): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'l';
  if (typeof value === 'number') return Number.isInteger(value) ? 'i' : 'n';
  return { string: 's', boolean: 'b', object: 'o' }[typeof value as 'string'] ?? typeof value;
}

/** What does not fit: missing keys, unknown ones, other types. */
function misfits(value: Any, shape: string): string[] {
  const wanted = new Map(
    shape
      .trim()
      .split(/\s+/)
      .map((part) => part.split(':') as [string, string]),
  );
  const found = Object.entries(value).flatMap(([key, inner]) => {
    const type = wanted.get(key);
    if (type === undefined) return [`${key} is not expected`];
    const kind = kindOf(inner);
    const fits = kind === 'null' ? type.endsWith('?') : type[0] === kind || (type[0] === 'n' && kind === 'i');
    return fits ? [] : [`${key} is ${kind}, not ${type}`];
  });
  return [...found, ...[...wanted.keys()].filter((key) => value[key] === undefined).map((key) => `${key} is missing`)];
}

const CUSTOMER = `id:i uuid:s external_id:s external_ids:l data_source_uuid:s data_source_uuids:l name:s email:s company:s status:s
  customer-since:s? attributes:o address:o? country:s? state:s? city:s? zip:s? mrr:i arr:i currency:s currency-sign:s
  billing-system-url:s? chartmogul-url:s billing-system-type:s lead_created_at:s? free_trial_started_at:s? owner:s? website_url:s?`;
const STATE = 'errors:o disabled:b disabled_at:s? disabled_by:s?';
const LINE = `uuid:s external_id:s? type:s plan_uuid:s? amount_in_cents:i quantity:i discount_code:s discount_amount_in_cents:i
  discount_description:s? tax_amount_in_cents:i transaction_fees_in_cents:i transaction_fees_currency:s? account_code:s event_order:i?
  balance_transfer:b? ${STATE}`;
const RECURRING = `${LINE} subscription_external_id:s subscription_uuid:s subscription_set_external_id:s? service_period_start:s
  service_period_end:s prorated:b proration_type:s?`;
const TRANSACTION = `uuid:s external_id:s? type:s date:s result:s amount_in_cents:i? transaction_fees_in_cents:i? transaction_fees_currency:s?
  ${STATE}`;
const INVOICE = 'uuid:s external_id:s date:s due_date:s? currency:s line_items:l transactions:l';
const PLAN = 'uuid:s data_source_uuid:s external_id:s name:s interval_count:i interval_unit:s';
const EVENT = `id:i data_source_uuid:s customer_external_id:s subscription_external_id:s subscription_set_external_id:s? event_type:s event_date:s
  effective_date:s external_id:s? plan_external_id:s? currency:s? amount_in_cents:i? tax_amount_in_cents:i? quantity:i? retracted_event_id:s?
  event_order:i? created_at:s updated_at:s ${STATE}`;
const PAGE = 'cursor:s? has_more:b';
/** First pages of lists that old clients read by number. */
const FIRST = `${PAGE} current_page:i total_pages:i`;

describe('answers', () => {
  const answers: Array<[title: string, path: () => string, shape: string, inside?: string, entry?: string]> = [
    ['ping', () => '/ping', 'data:s'],
    ['account', () => '/account', 'id:s name:s currency:s time_zone:s week_start_on:s'],
    [
      'data sources',
      () => '/data_sources',
      'data_sources:l',
      'data_sources',
      'uuid:s name:s system:s created_at:s status:s',
    ],
    [
      'a data source with everything',
      () =>
        `/data_sources/${ds}?with_processing_status=true&with_auto_churn_subscription_setting=true&with_invoice_handling_setting=true`,
      'uuid:s name:s system:s created_at:s status:s processing_status:o auto_churn_subscription_setting:o invoice_handling_setting:o',
    ],
    ['customers', () => '/customers', `entries:l ${FIRST} page:i per_page:i`, 'entries', CUSTOMER],
    [
      'customers by page number',
      () => '/customers?page=1',
      `entries:l ${PAGE} current_page:i total_pages:i page:i per_page:i`,
    ],
    ['a customer', () => `/customers/${customer}`, CUSTOMER],
    ['attributes', () => `/customers/${customer}/attributes`, 'tags:l stripe:o clearbit:o custom:o'],
    ['plans', () => '/plans', `plans:l ${FIRST}`, 'plans', PLAN],
    ['a plan', () => `/plans/${plan}`, PLAN],
    [
      'invoices of a customer',
      () => `/import/customers/${customer}/invoices`,
      `customer_uuid:s invoices:l ${FIRST}`,
      'invoices',
      `${INVOICE} errors:o`,
    ],
    ['invoices', () => '/invoices', `invoices:l ${PAGE}`, 'invoices', `${INVOICE} customer_uuid:s ${STATE}`],
    ['an invoice', () => `/invoices/${invoice.uuid}`, `${INVOICE} customer_uuid:s ${STATE}`],
    ['a line item', () => `/line_items?data_source_uuid=${ds}&external_id=l`, 'line_items:l', 'line_items', RECURRING],
    [
      'a one-time line item',
      () => `/line_items?data_source_uuid=${ds}&external_id=o`,
      'line_items:l',
      'line_items',
      `${LINE} description:s?`,
    ],
    [
      'a transaction',
      () => `/transactions?data_source_uuid=${ds}&external_id=t`,
      'transactions:l',
      'transactions',
      TRANSACTION,
    ],
    [
      'subscriptions',
      () => `/import/customers/${customer}/subscriptions`,
      `customer_uuid:s subscriptions:l ${FIRST}`,
      'subscriptions',
      'uuid:s external_id:s subscription_set_external_id:s? plan_uuid:s? data_source_uuid:s cancellation_dates:l',
    ],
    [
      'subscriptions with metrics',
      () => `/customers/${customer}/subscriptions`,
      `entries:l ${PAGE} per_page:i page:i`,
      'entries',
      `id:i uuid:s external_id:s subscription_set_external_id:s? plan:s quantity:i mrr:i arr:i status:s billing-cycle:s billing-cycle-count:i start-date:s
       end-date:s currency:s currency-sign:s`,
    ],
    [
      'activities of a customer',
      () => `/customers/${customer}/activities`,
      `entries:l ${PAGE} per_page:i page:i`,
      'entries',
      `id:i description:s activity-mrr-movement:i activity-mrr:i activity-arr:i date:s type:s currency:s currency-sign:s subscription-external-id:s?`,
    ],
    [
      'activities',
      () => '/activities',
      `entries:l ${PAGE} per_page:i`,
      'entries',
      `uuid:s date:s type:s description:s activity-mrr-movement:i activity-mrr:i activity-arr:i currency:s customer-name:s customer-uuid:s
       customer-external-id:s subscription-external-id:s? subscription-set-external-id:s? plan-external-id:s? billing-connector-uuid:s`,
    ],
    [
      'MRR',
      () => '/metrics/mrr?start-date=2026-01-01&end-date=2026-01-31',
      'entries:l summary:o',
      'entries',
      'date:s mrr:i mrr-new-business:i mrr-expansion:i mrr-contraction:i mrr-churn:i mrr-reactivation:i percentage-change:n',
    ],
    [
      'churn',
      () => '/metrics/customer-churn-rate?start-date=2026-01-01&end-date=2026-01-31',
      'entries:l summary:o',
      'entries',
      'date:s customer-churn-rate:n percentage-change:n',
    ],
    ...['arr', 'arpa', 'asp', 'ltv'].map((name): [string, () => string, string, string, string] => [
      name,
      () => `/metrics/${name}?start-date=2026-01-01&end-date=2026-01-31`,
      'entries:l summary:o',
      'entries',
      `date:s ${name}:i percentage-change:n`,
    ]),
  ];
  test.each(answers)('%s', async (_title, path, shape, inside, entry) => {
    for (const client of [python, ruby, go]) {
      const answer = await client('GET', path());
      expect(answer.status).toBe(200);
      expect(misfits(answer.json, shape)).toEqual([]);
      if (inside === undefined || entry === undefined) continue;
      expect(answer.json[inside].length).toBeGreaterThan(0);
      for (const each of answer.json[inside]) expect(misfits(each, entry)).toEqual([]);
    }
  });

  test('what is created, changed and deleted', async () => {
    const named = { data_source_uuid: ds, customer_external_id: 'c' };
    const event = {
      ...named,
      subscription_external_id: 's',
      event_type: 'subscription_cancellation_scheduled',
      event_date: '2026-02-01',
      effective_date: '2026-03-01',
      external_id: 'e',
    };
    const made = await ruby('POST', '/subscription_events', { subscription_event: event });
    expect([made.status, misfits(made.json, EVENT)]).toEqual([201, []]);
    const flat = await python('PATCH', '/subscription_events/disabled_state', {
      data_source_uuid: ds,
      external_id: 'e',
      disabled: true,
    });
    expect([flat.status, flat.json.disabled]).toEqual([200, true]);
    const nested = await ruby('PATCH', '/subscription_events/disabled_state', {
      subscription_event: { data_source_uuid: ds, external_id: 'e' },
      disabled: false,
    });
    expect([nested.status, nested.json.disabled]).toEqual([200, false]);
    const list = await python('GET', `/subscription_events?data_source_uuid=${ds}`);
    expect(misfits(list.json, `subscription_events:l ${PAGE} meta:o`)).toEqual([]);
    expect(misfits(list.json.subscription_events[0], EVENT)).toEqual([]);
    expect((await ruby('DELETE', `/subscription_events?subscription_event%5Bid%5D=${made.json.id}`)).status).toBe(204);

    const contact = await python('POST', '/contacts', {
      customer_uuid: customer,
      ...named,
      first_name: 'A',
      custom: [{ key: 'k', value: 'v' }],
    });
    expect([contact.status, contact.json.custom]).toEqual([201, { k: 'v' }]);
    const contacts = (await python('GET', '/contacts')).json;
    expect(misfits(contacts, `entries:l ${PAGE}`)).toEqual([]);
    expect(
      misfits(
        contacts.entries[0],
        `uuid:s customer_uuid:s? customer_external_id:s? data_source_uuid:s? external_id:s? first_name:s? last_name:s?
      position:i? title:s? email:s? phone:s? linked_in:s? twitter:s? notes:s? custom:o`,
      ),
    ).toEqual([]);
    expect([
      (await python('DELETE', `/contacts/${contact.json.uuid}`)).status,
      (await python('DELETE', `/contacts/${contact.json.uuid}`)).status,
    ]).toEqual([200, 404]);

    const note = await ruby('POST', '/customer_notes', { customer_uuid: customer, type: 'call', text: 'x' });
    expect([
      note.status,
      misfits(note.json, 'uuid:s customer_uuid:s type:s author:s? text:s? call_duration:i created_at:s updated_at:s'),
    ]).toEqual([201, []]);
    const task = await ruby('POST', '/tasks', {
      customer_uuid: customer,
      assignee: 'a@b.cc',
      task_details: 'x',
      due_date: '2026-01-01',
    });
    expect([
      task.status,
      misfits(
        task.json,
        'task_uuid:s customer_uuid:s task_details:s assignee:s due_date:s completed_at:s? created_at:s updated_at:s',
      ),
    ]).toEqual([201, []]);
    const group = await go('POST', '/plan_groups', { name: 'G', plans: [plan] });
    expect([group.status, misfits(group.json, 'uuid:s name:s plans_count:i')]).toEqual([200, []]);
    expect((await go('DELETE', `/plan_groups/${group.json.uuid}`)).status).toBe(204);
    expect((await python('PATCH', `/plans/${plan}`, { name: 'P2' })).status).toBe(202);
    const put = await ruby('PUT', `/data_sources/${ds}/invoices/i/status`, { status: 'voided' });
    expect([put.status, put.json]).toEqual([200, { external_id: 'i', status: 'voided' }]);
    expect((await go('DELETE', `/data_sources/${ds}/dependent`)).status).toBe(204);
    expect((await go('GET', `/data_sources/${ds}`)).json.status).toBe('never_imported');
    expect((await go('DELETE', `/data_sources/${ds}/all`)).status).toBe(204);
    expect((await go('DELETE', `/data_sources/${ds}/all`)).status).toBe(404);
  });
});
