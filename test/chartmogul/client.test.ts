/** Every method of the official Node client, end to end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INHERITED, ownMethods, recorded, resources } from './recorded.ts';
import { type Any, failure, finished, type LiveServer, liveServer } from './support.ts';

const calls = new Set<string>();

let server: LiveServer;
let C: Any;
let config: Any;
let ds: string;
let customer: string;
let plan: string;

beforeAll(async () => {
  server = await liveServer();
  config = server.config;
  C = recorded(server.ChartMogul, calls);
  ds = (await C.DataSource.create(config, { name: 'Billing' })).uuid;
  customer = (
    await C.Customer.create(config, {
      data_source_uuid: ds,
      external_id: 'cus_0001',
      name: 'Adam Smith',
      email: 'adam@example.com',
      country: 'DE',
      city: 'Berlin',
      attributes: {
        tags: ['important', 'Prio1'],
        custom: [
          { type: 'String', key: 'channel', value: 'Facebook' },
          { type: 'Integer', key: 'age', value: 18 },
        ],
      },
      primary_contact: { first_name: 'Adam', last_name: 'Smith', email: 'adam@example.com' },
    })
  ).uuid;
  plan = (
    await C.Plan.create(config, {
      data_source_uuid: ds,
      name: 'Bronze',
      interval_count: 1,
      interval_unit: 'month',
      external_id: 'plan_0001',
    })
  ).uuid;
});
afterAll(() => server.close());

const invoiceBody = (id: string, more: Record<string, unknown> = {}) => ({
  external_id: id,
  date: '2025-11-01 00:00:00',
  currency: 'EUR',
  due_date: '2025-11-15 00:00:00',
  line_items: [
    {
      type: 'subscription',
      external_id: `${id}-1`,
      subscription_external_id: 'sub_0001',
      subscription_set_external_id: 'set_0001',
      plan_uuid: plan,
      service_period_start: '2025-11-01 00:00:00',
      service_period_end: '2025-12-01 00:00:00',
      amount_in_cents: 5000,
      quantity: 1,
      discount_code: 'PSO86',
      discount_amount_in_cents: 1000,
      tax_amount_in_cents: 900,
    },
    { type: 'one_time', description: 'Setup', amount_in_cents: 2500, quantity: 1 },
  ],
  transactions: [{ date: '2025-11-05 00:14:23', type: 'payment', result: 'successful', external_id: `${id}-t` }],
  ...more,
});

test('ping and account', async () => {
  expect(await C.Ping.ping(config)).toEqual({ data: 'pong!' });
  const account = await C.Account.retrieve(config, { include: 'churn_recognition,refund_handling' });
  expect(account).toMatchObject({ name: 'Alder', currency: 'EUR', time_zone: 'UTC', churn_recognition: 'immediate' });
  expect(account.id).toMatch(/^acc_/);
  expect(account).not.toHaveProperty('churn_when_zero_mrr');
});

test('data sources', async () => {
  const made = await C.DataSource.create(config, { name: 'Second', system: 'Stripe' });
  expect(made).toMatchObject({ name: 'Second', system: 'Stripe', status: 'never_imported' });
  const { data_sources: all } = await C.DataSource.all(config);
  expect(all.map((each: Any) => each.name).sort()).toEqual(['Billing', 'Second']);
  const found = await C.DataSource.retrieve(config, made.uuid, { with_processing_status: true });
  expect(found.processing_status).toEqual({ processed: 0, pending: 0, failed: 0 });
  expect((await failure(C.DataSource.create(config, { name: 'Second' }))).body.errors).toEqual({
    name: 'Has already been taken.',
  });
  expect(await C.DataSource.destroy(config, made.uuid)).toEqual({});
  expect((await failure(C.DataSource.retrieve(config, made.uuid))).status).toBe(404);
  expect((await C.DataSource.create(config, { name: 'Second' })).name).toBe('Second');
});

describe('customers', () => {
  test('are created whole', async () => {
    const found = await C.Customer.retrieve(config, customer);
    expect(found).toMatchObject({
      uuid: customer,
      external_id: 'cus_0001',
      external_ids: ['cus_0001'],
      data_source_uuid: ds,
      name: 'Adam Smith',
      company: '',
      country: 'DE',
      address: { country: 'Germany', city: 'Berlin', state: null, address_zip: null },
      attributes: { tags: ['important', 'Prio1'], stripe: {}, clearbit: {}, custom: { channel: 'Facebook', age: 18 } },
      currency: 'EUR',
      'currency-sign': '€',
    });
    expect(Number.isSafeInteger(found.id)).toBe(true);
  });

  test('are listed, searched, changed and deleted', async () => {
    const made = await C.Customer.create(config, { data_source_uuid: ds, external_id: 'cus_x', email: 'x@y.zz' });
    const list = await C.Customer.all(config, { per_page: 1 });
    expect(list.entries).toHaveLength(1);
    expect(list.has_more).toBe(true);
    const next = await C.Customer.all(config, { per_page: 1, cursor: list.cursor });
    expect(next.entries[0].uuid).not.toBe(list.entries[0].uuid);
    const search = await C.Customer.search(config, { email: 'X@y.zz' });
    expect(search.entries.map((each: Any) => each.uuid)).toEqual([made.uuid]);
    const none = await failure(C.Customer.search(config, { email: 'nobody@y.zz' }));
    expect(none.status).toBe(404);
    expect(none.body).toMatchObject({ code: 404, param: 'email' });
    const changed = await C.Customer.modify(config, made.uuid, {
      name: 'X',
      country: 'US',
      lead_created_at: '2025-01-01',
    });
    expect(changed).toMatchObject({
      name: 'X',
      country: 'US',
      email: 'x@y.zz',
      lead_created_at: '2025-01-01T00:00:00.000Z',
    });
    await C.Customer.destroy(config, made.uuid);
    expect((await failure(C.Customer.retrieve(config, made.uuid))).status).toBe(404);
    const again = await C.Customer.create(config, { data_source_uuid: ds, external_id: 'cus_x' });
    expect(again.email).toBe('');
    await C.Customer.destroy(config, again.uuid);
  });

  test('with an external id that exists are refused in the words that clients compare', async () => {
    const twice = await failure(C.Customer.create(config, { data_source_uuid: ds, external_id: 'cus_0001' }));
    expect(twice.status).toBe(422);
    expect(twice.body.errors.external_id).toBe('The external ID for this customer already exists in our system.');
  });

  test('have tags and custom attributes', async () => {
    expect((await C.Customer.attributes(config, customer)).tags).toEqual(['important', 'Prio1']);
    expect((await C.Tag.add(config, customer, { tags: ['new', 'Prio1'] })).tags.sort()).toEqual([
      'Prio1',
      'important',
      'new',
    ]);
    expect((await C.Tag.remove(config, customer, { tags: ['new'] })).tags.sort()).toEqual(['Prio1', 'important']);
    const added = await C.CustomAttribute.add(config, customer, {
      custom: [
        { type: 'Boolean', key: 'vip', value: true },
        { type: 'Timestamp', key: 'signed', value: '2025-01-31 12:00:00' },
        { type: 'Decimal', key: 'score', value: 1.5 },
      ],
    });
    expect(added.custom).toEqual({
      channel: 'Facebook',
      age: 18,
      vip: true,
      signed: '2025-01-31T12:00:00.000Z',
      score: 1.5,
    });
    const updated = await C.CustomAttribute.update(config, customer, { custom: { age: 20, channel: 'Twitter' } });
    expect(updated.custom).toMatchObject({ age: 20, channel: 'Twitter', vip: true });
    const other = await failure(
      C.CustomAttribute.add(config, customer, { custom: [{ type: 'String', key: 'age', value: 'old' }] }),
    );
    expect(other.status).toBe(422);
    await C.CustomAttribute.remove(config, customer, { custom: ['vip', 'signed', 'score'] });
    expect((await C.Customer.attributes(config, customer)).custom).toEqual({ age: 20, channel: 'Twitter' });
    const byMail = await C.Tag.add(config, { email: 'adam@example.com', tags: ['mailed'] });
    expect(byMail.entries[0].attributes.tags).toContain('mailed');
    const custom = [{ type: 'String', key: 'channel', value: 'Mail' }];
    const mailed = await C.CustomAttribute.add(config, { email: 'adam@example.com', custom });
    expect(mailed.entries[0].attributes.custom.channel).toBe('Mail');
  });

  test('are merged and parted again', async () => {
    const from = (await C.Customer.create(config, { data_source_uuid: ds, external_id: 'twin' })).uuid;
    await C.Customer.merge(config, { from: { customer_uuid: from }, into: { customer_uuid: customer } }).catch(
      () => null,
    );
    await server.call('POST', '/customers/merges', {
      json: { from: { customer_uuid: from }, into: { data_source_uuid: ds, external_id: 'cus_0001' } },
    });
    expect((await C.Customer.retrieve(config, customer)).external_ids).toEqual(['cus_0001', 'twin']);
    const itself = await failure(
      C.Customer.merge(config, { from: { customer_uuid: customer }, into: { customer_uuid: customer } }),
    );
    expect(itself.status).toBe(422);
    const unmerging = { customer_uuid: customer, data_source_uuid: ds, external_id: 'twin' };
    const moving = await failure(C.Customer.unmerge(config, { ...unmerging, move_to_new_customer: ['invoices'] }));
    expect([moving.status, moving.body.param]).toEqual([422, 'move_to_new_customer[0]']);
    await C.Customer.unmerge(config, { ...unmerging, move_to_new_customer: [] });
    expect((await C.Customer.retrieve(config, customer)).external_ids).toEqual(['cus_0001']);
  });
});

test('contacts', async () => {
  const { entries } = await C.Customer.contacts(config, customer, {});
  expect(entries).toHaveLength(1);
  const made = await C.Contact.create(config, {
    customer_uuid: customer,
    data_source_uuid: ds,
    first_name: 'Bill',
    position: 9,
    custom: [{ key: 'MyStringAttribute', value: 'Test' }],
  });
  expect(made).toMatchObject({
    first_name: 'Bill',
    position: 9,
    custom: { MyStringAttribute: 'Test' },
    last_name: null,
  });
  const own = await C.Customer.createContact(config, customer, {
    data_source_uuid: ds,
    last_name: 'Thompson',
    email: 'b@t.com',
  });
  expect((await C.Contact.modify(config, made.uuid, { title: 'CEO' })).title).toBe('CEO');
  expect((await C.Contact.retrieve(config, made.uuid)).first_name).toBe('Bill');
  const merged = await C.Contact.merge(config, made.uuid, own.uuid);
  expect(merged).toMatchObject({ uuid: made.uuid, first_name: 'Bill', last_name: 'Thompson', email: 'b@t.com' });
  const all = await C.Contact.all(config, { customer_uuid: customer, per_page: 1 });
  expect(all).toMatchObject({ has_more: true });
  const rest = await C.Contact.all(config, { customer_uuid: customer, per_page: 1, cursor: all.cursor });
  expect(rest.has_more).toBe(false);
  expect(await C.Contact.destroy(config, made.uuid)).toEqual({});
  expect((await failure(C.Contact.retrieve(config, made.uuid))).status).toBe(404);
});

test('notes', async () => {
  const made = await C.CustomerNote.create(config, {
    customer_uuid: customer,
    type: 'note',
    text: 'Hello',
    author_email: 'j@x.com',
  });
  expect(made).toMatchObject({ type: 'note', text: 'Hello', call_duration: 0, author: 'j (j@x.com)' });
  await C.Customer.createNote(config, customer, { type: 'call', call_duration: 60, text: 'Call' });
  expect((await C.Customer.notes(config, customer, {})).entries).toHaveLength(2);
  expect((await C.CustomerNote.all(config, {})).entries).toHaveLength(2);
  expect((await C.CustomerNote.retrieve(config, made.uuid)).text).toBe('Hello');
  expect((await C.CustomerNote.patch(config, made.uuid, { text: 'Hi' })).text).toBe('Hi');
  expect(await C.CustomerNote.destroy(config, made.uuid)).toEqual({});
});

test('opportunities', async () => {
  const body = {
    owner: 'o@x.com',
    pipeline: 'New business',
    pipeline_stage: 'Discovery',
    estimated_close_date: '2025-12-22',
    currency: 'USD',
    amount_in_cents: 100,
    type: 'recurring',
    forecast_category: 'pipeline',
    win_likelihood: 3,
    custom: [{ key: 'from_campaign', value: 'true' }],
  };
  const made = await C.Opportunity.create(config, { customer_uuid: customer, ...body });
  expect(made).toMatchObject({ ...body, custom: { from_campaign: 'true' } });
  await C.Customer.createOpportunity(config, customer, { ...body, estimated_close_date: '2026-01-01' });
  expect((await C.Customer.opportunities(config, customer, {})).entries).toHaveLength(2);
  const before = await C.Opportunity.all(config, { estimated_close_date_on_or_before: '2025-12-31' });
  expect(before.entries.map((each: Any) => each.uuid)).toEqual([made.uuid]);
  expect((await C.Opportunity.patch(config, made.uuid, { win_likelihood: 50 })).win_likelihood).toBe(50);
  expect((await failure(C.Opportunity.patch(config, made.uuid, { win_likelihood: 101 }))).status).toBe(422);
  expect((await C.Opportunity.retrieve(config, made.uuid)).pipeline).toBe('New business');
  expect(await C.Opportunity.destroy(config, made.uuid)).toEqual({});
});

test('tasks', async () => {
  const body = {
    assignee: 'a@x.com',
    task_details: 'Call',
    due_date: '2025-04-30T00:00:00Z',
    completed_at: '2025-04-20T00:00:00Z',
  };
  const made = await C.Task.create(config, { customer_uuid: customer, ...body });
  expect(made).toMatchObject({ due_date: '2025-04-30T00:00:00.000Z', completed_at: '2025-04-20T00:00:00.000Z' });
  await C.Customer.createTask(config, customer, { ...body, completed_at: undefined });
  expect((await C.Customer.tasks(config, customer, {})).entries).toHaveLength(2);
  expect((await C.Task.all(config, { completed: true })).entries).toHaveLength(1);
  expect((await C.Task.patch(config, made.task_uuid, { task_details: 'Write' })).task_details).toBe('Write');
  expect((await C.Task.retrieve(config, made.task_uuid)).task_details).toBe('Write');
  expect(await C.Task.destroy(config, made.task_uuid)).toEqual({});
});

test('plans and plan groups', async () => {
  const made = await C.Plan.create(config, {
    data_source_uuid: ds,
    name: 'Silver',
    interval_count: 6,
    interval_unit: 'month',
  });
  expect(made.external_id).not.toBe('');
  expect(await C.Plan.retrieve(config, made.uuid)).toEqual(made);
  expect(await C.Plan.modify(config, made.uuid, { name: 'Gold', interval_count: 12 })).toMatchObject({
    name: 'Gold',
    interval_count: 12,
  });
  expect((await C.Plan.retrieve(config, made.uuid)).name).toBe('Gold');
  expect((await C.Plan.all(config, { data_source_uuid: ds })).plans.map((each: Any) => each.name)).toEqual([
    'Gold',
    'Bronze',
  ]);
  const twice = await failure(
    C.Plan.create(config, {
      data_source_uuid: ds,
      name: 'B',
      interval_count: 1,
      interval_unit: 'month',
      external_id: 'plan_0001',
    }),
  );
  expect(twice.body.errors.external_id).toBe('A plan with this identifier already exists in our system.');

  const group = await C.PlanGroup.create(config, { name: 'Metals', plans: [plan, made.uuid] });
  expect(group).toMatchObject({ name: 'Metals', plans_count: 2 });
  expect((await C.PlanGroup.all(config, group.uuid)).plans).toHaveLength(2);
  expect((await C.PlanGroup.all(config)).plan_groups).toHaveLength(1);
  expect((await C.PlanGroup.retrieve(config, group.uuid)).plans_count).toBe(2);
  expect((await C.PlanGroup.modify(config, group.uuid, { name: 'One', plans: [plan] })).plans_count).toBe(1);
  const blank = await failure(C.PlanGroup.create(config, { name: '', plans: [] }));
  expect(blank.body.name).toEqual(["Name can't be blank"]);
  expect(blank.body.plan_ids).toEqual(["Plan ids can't be blank"]);
  expect(await C.PlanGroup.destroy(config, group.uuid)).toEqual({});
  expect(await C.Plan.destroy(config, made.uuid)).toEqual({});
  expect((await failure(C.Plan.retrieve(config, made.uuid))).status).toBe(404);
});

describe('invoices', () => {
  let invoice: Any;
  beforeAll(async () => {
    const made = await C.Invoice.create(config, customer, { invoices: [invoiceBody('INV0001')] });
    invoice = made.invoices[0];
  });

  test('are answered with their line items and transactions', async () => {
    expect(invoice).toMatchObject({
      external_id: 'INV0001',
      date: '2025-11-01T00:00:00.000Z',
      due_date: '2025-11-15T00:00:00.000Z',
      currency: 'EUR',
      line_items: [
        {
          type: 'subscription',
          amount_in_cents: 5000,
          plan_uuid: plan,
          subscription_set_external_id: 'set_0001',
          tax_amount_in_cents: 900,
        },
        { type: 'one_time', description: 'Setup', external_id: null },
      ],
      transactions: [
        { type: 'payment', result: 'successful', date: '2025-11-05T00:14:23.000Z', amount_in_cents: null },
      ],
    });
    const found = await C.Invoice.retrieve(config, invoice.uuid);
    expect(found.line_items).toEqual(invoice.line_items);
    expect(found.transactions).toEqual(invoice.transactions);
    const own = await C.Invoice.all(config, customer);
    expect(own.customer_uuid).toBe(customer);
    expect(own.invoices).toEqual([invoice]);
    const any = await C.Invoice.all(config, { data_source_uuid: ds, external_id: 'INV0001' });
    expect(any.invoices[0]).toMatchObject({ uuid: invoice.uuid, customer_uuid: customer });
    const retrieved = await C.Customer.retrieve(config, customer);
    expect(retrieved).toMatchObject({
      status: 'Active',
      mrr: 4100,
      arr: 49200,
      'customer-since': '2025-11-01T00:00:00+00:00',
    });
  });

  test('with an external id that exists are refused, and nothing of the request is kept', async () => {
    const twice = await failure(
      C.Invoice.create(config, customer, { invoices: [invoiceBody('INV0002'), invoiceBody('INV0001')] }),
    );
    expect(twice.status).toBe(422);
    expect(twice.body.error).toBe('The external ID for this invoice already exists in our system.');
    expect((await C.Invoice.all(config, { external_id: 'INV0002' })).invoices).toEqual([]);
    const line = await failure(
      C.Invoice.create(config, customer, {
        invoices: [{ ...invoiceBody('INV0003'), line_items: invoiceBody('INV0001').line_items }],
      }),
    );
    expect(line.body.error).toBe('The external ID for this line item already exists in our system.');
  });

  test('name what is wrong with them by field and index', async () => {
    const bad = invoiceBody('BAD');
    (bad.line_items[0] as Any).plan_uuid = 'pl_nope';
    (bad.line_items[0] as Any).service_period_end = '2025-10-01';
    (bad as Any).currency = 'XXQ';
    const { status, body } = await failure(C.Invoice.create(config, customer, { invoices: [bad] }));
    expect(status).toBe(422);
    expect(Object.keys(body.errors).sort()).toEqual([
      'invoices[0].currency',
      'invoices[0].line_items[0].plan_uuid',
      'invoices[0].line_items[0].service_period_end',
    ]);
  });

  test('change, are disabled, voided and deleted', async () => {
    const [made] = (
      await C.Invoice.create(config, customer, {
        invoices: [invoiceBody('INV0010', { line_items: invoiceBody('X10').line_items })],
      })
    ).invoices;
    expect((await C.Invoice.modify(config, made.uuid, { date: '2025-11-02' })).date).toBe('2025-11-02T00:00:00.000Z');
    const by = { data_source_uuid: ds, external_id: 'INV0010' };
    expect((await C.Invoice.update(config, { qs: by, due_date: '2025-12-01' })).due_date).toBe(
      '2025-12-01T00:00:00.000Z',
    );
    expect(await C.Invoice.disable(config, made.uuid)).toMatchObject({ disabled: true });
    expect((await C.Invoice.all(config, { external_id: 'INV0010' })).invoices).toEqual([]);
    expect((await C.Invoice.all(config, { external_id: 'INV0010', with_disabled: true })).invoices).toHaveLength(1);
    expect(await C.Invoice.enable(config, made.uuid)).toMatchObject({ disabled: false, disabled_at: null });
    expect(await C.Invoice.disableByExternalId(config, by)).toMatchObject({ disabled: true });
    expect(await C.Invoice.enableByExternalId(config, by)).toMatchObject({ disabled: false });
    expect(await C.Invoice.updateStatus(config, ds, 'INV0010', { status: 'voided' })).toEqual({
      external_id: 'INV0010',
      status: 'voided',
    });
    const again = await failure(C.Invoice.updateStatus(config, ds, 'INV0010', { status: 'written_off' }));
    expect(again.body.message).toBe('Status transition is not allowed');
    const renamed = await C.Invoice.modify(config, made.uuid, { external_id: 'INV0011' });
    expect(renamed).toMatchObject({ external_id: 'INV0011' });
    expect(renamed.line_items).toHaveLength(2);
    expect(renamed.transactions).toHaveLength(1);
    expect(await C.Invoice.destroy(config, renamed.uuid)).toEqual({});
    expect((await failure(C.Invoice.retrieve(config, renamed.uuid))).status).toBe(404);
    await C.Invoice.create(config, customer, { invoices: [invoiceBody('INV0010')] });
    expect(await C.Invoice.destroyByExternalId(config, { qs: by })).toEqual({});
  });

  test('have line items', async () => {
    const made = await C.LineItem.create(config, invoice.uuid, {
      type: 'one_time',
      external_id: 'extra',
      amount_in_cents: 100,
      description: 'Extra',
    });
    expect(made).toMatchObject({ external_id: 'extra', amount_in_cents: 100, invoice_uuid: invoice.uuid });
    expect((await C.LineItem.retrieve(config, made.uuid)).description).toBe('Extra');
    const by = { data_source_uuid: ds, external_id: 'extra' };
    expect((await C.LineItem.all(config, by)).line_items).toHaveLength(1);
    expect((await C.LineItem.modify(config, made.uuid, { amount_in_cents: 200 })).amount_in_cents).toBe(200);
    expect((await C.LineItem.update(config, { qs: by, quantity: 3 })).quantity).toBe(3);
    expect(await C.LineItem.retrieve(config, made.uuid)).toMatchObject({ amount_in_cents: 200, quantity: 3 });
    expect((await C.LineItem.disable(config, made.uuid)).disabled).toBe(true);
    expect((await C.LineItem.enable(config, made.uuid)).disabled).toBe(false);
    expect((await C.LineItem.disableByExternalId(config, by)).disabled).toBe(true);
    expect((await C.LineItem.enableByExternalId(config, by)).disabled).toBe(false);
    await C.LineItem.destroy(config, made.uuid);
    await C.LineItem.create(config, invoice.uuid, { type: 'one_time', external_id: 'extra', amount_in_cents: 1 });
    expect(await C.LineItem.destroyByExternalId(config, { qs: by })).toEqual({});
  });

  test('have transactions', async () => {
    const made = await C.Transaction.create(config, invoice.uuid, {
      type: 'refund',
      date: '2025-12-25 18:10:00',
      result: 'failed',
      external_id: 'tr_1',
    });
    expect(made).toMatchObject({ type: 'refund', result: 'failed', external_id: 'tr_1' });
    const twice = await failure(
      C.Transaction.create(config, invoice.uuid, {
        type: 'refund',
        date: '2025-12-25',
        result: 'failed',
        external_id: 'tr_1',
      }),
    );
    expect(twice.body.errors.external_id).toBe('has already been taken');
    const by = { data_source_uuid: ds, external_id: 'tr_1' };
    expect((await C.Transaction.all(config, by)).transactions).toHaveLength(1);
    expect((await C.Transaction.retrieve(config, made.uuid)).type).toBe('refund');
    expect((await C.Transaction.modify(config, made.uuid, { result: 'successful' })).result).toBe('successful');
    expect((await C.Transaction.update(config, { qs: by, amount_in_cents: 10 })).amount_in_cents).toBe(10);
    expect((await C.Transaction.disable(config, made.uuid)).disabled).toBe(true);
    expect((await C.Transaction.enable(config, made.uuid)).disabled).toBe(false);
    expect((await C.Transaction.disableByExternalId(config, by)).disabled).toBe(true);
    expect((await C.Transaction.enableByExternalId(config, by)).disabled).toBe(false);
    await C.Transaction.destroy(config, made.uuid);
    await C.Transaction.create(config, invoice.uuid, {
      type: 'refund',
      date: '2025-12-25',
      result: 'failed',
      external_id: 'tr_1',
    });
    expect(await C.Transaction.destroyByExternalId(config, { qs: by })).toEqual({});
  });

  test('make subscriptions, which are cancelled', async () => {
    const { subscriptions } = await C.Subscription.all(config, customer);
    expect(subscriptions).toHaveLength(1);
    const [subscription] = subscriptions;
    expect(subscription).toMatchObject({
      external_id: 'sub_0001',
      plan_uuid: plan,
      data_source_uuid: ds,
      cancellation_dates: [],
    });
    const cancelled = await C.Subscription.cancel(config, subscription.uuid, { cancelled_at: '2025-11-20' });
    expect(cancelled).toMatchObject({ cancellation_dates: ['2025-11-20T00:00:00.000Z'], customer_uuid: customer });
    expect(await C.Customer.retrieve(config, customer)).toMatchObject({ status: 'Cancelled', mrr: 0 });
    expect(
      (await C.Subscription.modify(config, subscription.uuid, { cancellation_dates: [] })).cancellation_dates,
    ).toEqual([]);
    expect(await C.Customer.retrieve(config, customer)).toMatchObject({ mrr: 4100 });
    const second = invoiceBody('INV0005', { transactions: [] });
    Object.assign(second.line_items[0]!, { subscription_external_id: 'sub_0002' });
    const [made] = (await C.Invoice.create(config, customer, { invoices: [second] })).invoices;
    const both = [
      subscription.uuid,
      made.line_items.find((line: Any) => line.type === 'subscription').subscription_uuid,
    ];
    const named = { subscriptions: both.map((uuid) => ({ data_source_uuid: ds, uuid })) };
    expect(await C.Customer.connectSubscriptions(config, customer, named)).toEqual({});
    expect((await C.Metrics.Customer.subscriptions(config, customer)).entries).toMatchObject([
      { external_id: 'sub_0002', status: 'active' },
    ]);
    expect(await C.Customer.disconnectSubscriptions(config, customer, named)).toEqual({});
    await C.Metrics.Customer.connectSubscriptions(config, ds, customer, named.subscriptions);
    await C.Metrics.Customer.disconnectSubscriptions(config, ds, customer, [{ uuid: both[0] }]);
    expect((await C.Metrics.Customer.subscriptions(config, customer)).entries).toHaveLength(2);
    const once = { subscriptions: [named.subscriptions[0], named.subscriptions[0]] };
    expect((await failure(C.Customer.connectSubscriptions(config, customer, once))).status).toBe(422);
    await C.Invoice.destroy(config, made.uuid);
  });

  test('of one customer are deleted together', async () => {
    const other = (await C.Customer.create(config, { data_source_uuid: ds, external_id: 'many' })).uuid;
    const lines = (id: string) => ({ ...invoiceBody(id), line_items: [], transactions: [] });
    await C.Invoice.create(config, other, { invoices: ['M1', 'M2', 'M3'].map(lines) });
    expect((await C.Invoice.all(config, other)).invoices).toHaveLength(3);
    await C.Invoice.destroyAll(config, ds, other);
    expect((await C.Invoice.all(config, other)).invoices).toEqual([]);
  });
});

test('subscription events', async () => {
  const body = {
    data_source_uuid: ds,
    customer_external_id: 'cus_0001',
    subscription_external_id: 'sub_0001',
    event_type: 'subscription_start_scheduled',
    event_date: '2025-03-30',
    effective_date: '2025-04-01',
    plan_external_id: 'plan_0001',
    currency: 'USD',
    amount_in_cents: 1000,
    external_id: 'ev_1',
  };
  const made = await C.SubscriptionEvent.create(config, body);
  expect(made).toMatchObject({
    event_date: '2025-03-30T00:00:00Z',
    amount_in_cents: 1000,
    quantity: null,
    external_id: 'ev_1',
  });
  expect(Number.isSafeInteger(made.id)).toBe(true);
  expect((await C.SubscriptionEvent.all(config, { external_id: 'ev_1' })).subscription_events).toHaveLength(1);
  expect((await C.SubscriptionEvent.updateWithParams(config, { id: made.id, currency: 'EUR' })).currency).toBe('EUR');
  expect((await C.SubscriptionEvent.disable(config, made.id)).disabled).toBe(true);
  expect((await C.SubscriptionEvent.enable(config, made.id)).disabled).toBe(false);
  expect((await failure(C.SubscriptionEvent.create(config, body))).status).toBe(422);
  expect(await C.SubscriptionEvent.deleteWithParams(config, { external_id: 'ev_1', data_source_uuid: ds })).toEqual({});
  expect((await C.SubscriptionEvent.all(config)).subscription_events).toEqual([]);
});

test('imports by JSON', async () => {
  const made = await C.JsonImport.create(config, ds, {
    external_id: 'batch_1',
    customers: [{ external_id: 'json_1', name: 'Json' }, { name: 'without id' }],
    plans: [{ external_id: 'json_plan', name: 'P', interval_count: 1, interval_unit: 'month' }],
    invoices: [{ external_id: 'json_inv', customer_external_id: 'json_1', date: '2025-01-01', currency: 'EUR' }],
    line_items: [
      {
        invoice_external_id: 'json_inv',
        external_id: 'json_li',
        type: 'subscription',
        plan_external_id: 'json_plan',
        subscription_external_id: 'json_sub',
        service_period_start: '2025-01-01',
        service_period_end: '2025-02-01',
        amount_in_cents: 100,
      },
    ],
  });
  expect(made).toMatchObject({ status: 'queued', external_id: 'batch_1', status_details: {} });
  const done = await finished(server, ds, made.id);
  expect(done.status_details.customers.json_1).toEqual({ status: 'imported' });
  expect(done.status_details.customers['customers[1]'].status).toBe('failed');
  expect(await C.JsonImport.retrieve(config, ds, 'batch_1')).toEqual(done);
  const { entries } = await C.Customer.all(config, { data_source_uuid: ds, external_id: 'json_1' });
  expect(entries).toHaveLength(1);
  expect((await C.Invoice.all(config, entries[0].uuid)).invoices[0].line_items).toHaveLength(1);
  const rows = await fetch(`${server.url}/api/records/invoices?source=Billing&limit=1000`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  const stated = ((await rows.json()) as Any).rows.filter((row: Any) => row.invoice_external_id === 'json_inv');
  expect(stated.map((row: Any) => row.external_id)).toEqual(['json_li']);
});

test('a data source goes with everything in it', async () => {
  const other = (await C.DataSource.create(config, { name: 'Short-lived' })).uuid;
  const cus = (await C.Customer.create(config, { data_source_uuid: other, external_id: 'c' })).uuid;
  await C.Invoice.create(config, cus, { invoices: [{ external_id: 'i', date: '2025-01-01', currency: 'EUR' }] });
  await C.DataSource.destroy(config, other);
  expect((await failure(C.Customer.retrieve(config, cus))).status).toBe(404);
  const again = (await C.DataSource.create(config, { name: 'Short-lived' })).uuid;
  expect((await C.Customer.create(config, { data_source_uuid: again, external_id: 'c' })).uuid).toBe(cus);
});

test('metrics and activities', async () => {
  const range = { 'start-date': '2025-11-01', 'end-date': '2025-12-31' };
  for (const name of [
    'all',
    'mrr',
    'arr',
    'arpa',
    'asp',
    'customerCount',
    'customerChurnRate',
    'mrrChurnRate',
    'ltv',
  ]) {
    const answer = await C.Metrics[name](config, range);
    expect([name, answer.entries.map((entry: Any) => entry.date)]).toEqual([name, ['2025-11-30', '2025-12-31']]);
  }
  expect((await C.Metrics.Activity.all(config, {})).entries.length).toBeGreaterThan(0);
  expect((await C.Metrics.Customer.activities(config, customer, {})).entries[0].type).toBe('new_biz');
  const made = await C.Metrics.ActivitiesExport.create(config, { type: 'new_biz' });
  expect((await C.Metrics.ActivitiesExport.retrieve(config, made.id)).status).toBe('succeeded');
});

test('older names of methods', async () => {
  expect((await C.Invoice.all_customer(config, customer, {})).customer_uuid).toBe(customer);
  expect((await C.Invoice.allCustomer(config, customer, {})).customer_uuid).toBe(customer);
  expect((await C.Invoice.all_any(config, {})).invoices.length).toBeGreaterThan(0);
  expect((await C.Invoice.allAny(config, {})).invoices.length).toBeGreaterThan(0);
  expect((await C.PlanGroup.all_any(config, {})).plan_groups).toEqual([]);
  expect((await C.PlanGroup.allAny(config, {})).plan_groups).toEqual([]);
  const other = (await C.Customer.create(config, { data_source_uuid: ds, external_id: 'older' })).uuid;
  expect(await C.Invoice.destroy_all(config, ds, other)).toEqual({});
});

test('nothing that the client offers was left out', () => {
  const client = server.ChartMogul;
  expect(Object.keys(INHERITED).sort()).toEqual(resources(client).sort());
  const wanted = [
    ...ownMethods(client),
    ...Object.entries(INHERITED).flatMap(([name, methods]) => methods.map((method) => `${name}.${method}`)),
  ];
  expect(wanted.length).toBeGreaterThan(100);
  expect(wanted.filter((name) => !calls.has(name))).toEqual([]);
});
