/** What merges, connections, events, states of objects and settings do to figures, stated and read over this API. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { buildServer } from '../../src/http/server.ts';
import { setSettings } from '../../src/revenue/settings/index.ts';
import { StatedStore } from '../../src/revenue/stated/store.ts';
import { type Any, failure, finished, imported, type LiveServer } from './support.ts';
import { customerOf, invoiceOf, line, withTwoSources } from './twoSources.ts';

let server: LiveServer;
let C: Any;
let config: Any;
let number: number;
let a: string;
let b: string;
let planA: string;
let planB: string;
withTwoSources((book) => {
  ({ server, C, config, number, a, b, planA, planB } = book);
});
let next: Awaited<ReturnType<typeof buildServer>> | undefined;
afterAll(() => next?.close());

const customerIn = (ds: string, external_id: string) => customerOf({ C, config }, ds, external_id);
const billed = (customer: string, id: string, lines: object[], more?: object) =>
  invoiceOf({ C, config }, customer, id, lines, more);
const movements = async (customer: string) =>
  (await C.Metrics.Customer.activities(config, customer, {})).entries
    .map((each: Any) => [each.type, each['activity-mrr-movement'], each.date.slice(0, 10)])
    .reverse();

describe('merged customers', () => {
  test('are one in every figure: churn and a new start become a reactivation (W52), and two again when they are parted', async () => {
    const x = await customerIn(a, 'x');
    const y = await customerIn(b, 'y');
    await billed(x, 'x1', [line(planA, 's', '2026-02-01', '2026-03-01', 2000, { cancelled_at: '2026-03-10' })]);
    await billed(y, 'y1', [line(planB, 's', '2026-04-01', '2026-05-01', 3000)]);
    expect(await movements(x)).toEqual([
      ['new_biz', 2000, '2026-02-01'],
      ['churn', -2000, '2026-03-10'],
    ]);
    expect(await movements(y)).toEqual([['new_biz', 3000, '2026-04-01']]);
    const april = {
      'start-date': '2026-04-01',
      'end-date': '2026-04-30',
      filters: `data_source~ANY~'A${number}','B${number}'`,
    };
    await C.Customer.merge(config, { from: { customer_uuid: x }, into: { customer_uuid: y } });
    expect(await movements(y)).toEqual([
      ['new_biz', 2000, '2026-02-01'],
      ['churn', -2000, '2026-03-10'],
      ['reactivation', 3000, '2026-04-01'],
    ]);
    const merged = await C.Customer.retrieve(config, y);
    expect(merged).toMatchObject({
      external_ids: ['y', 'x'],
      mrr: 3000,
      'customer-since': '2026-02-01T00:00:00+00:00',
    });
    expect(merged.data_source_uuids).toEqual([b, a]);
    expect((await C.Metrics.mrr(config, april)).entries[0]).toMatchObject({
      'mrr-reactivation': 3000,
      'mrr-new-business': 0,
    });
    const subscriptions = (await C.Metrics.Customer.subscriptions(config, y)).entries;
    expect(subscriptions.map((each: Any) => [each.external_id, each.status, each.mrr])).toEqual([
      ['s', 'inactive', 2000],
      ['s', 'active', 3000],
    ]);
    await C.Customer.unmerge(config, {
      customer_uuid: y,
      data_source_uuid: a,
      external_id: 'x',
      move_to_new_customer: [],
    });
    expect(await movements(y)).toEqual([['new_biz', 3000, '2026-04-01']]);
    expect(await movements(x)).toEqual([
      ['new_biz', 2000, '2026-02-01'],
      ['churn', -2000, '2026-03-10'],
    ]);
  });

  test('bring their notes, tasks, opportunities and contacts, and take back those that are asked for', async () => {
    const x = await customerIn(a, 'x');
    const y = await customerIn(a, 'y');
    await C.CustomerNote.create(config, { customer_uuid: x, type: 'note', text: 'of x' });
    await C.Task.create(config, { customer_uuid: x, assignee: 'a@b.cc', task_details: 'of x', due_date: '2026-01-01' });
    await C.Contact.create(config, { customer_uuid: x, data_source_uuid: a, first_name: 'Xenia' });
    await C.Customer.merge(config, { from: { customer_uuid: x }, into: { data_source_uuid: a, external_id: 'y' } });
    const of = async (customer: string) => [
      (await C.CustomerNote.all(config, { customer_uuid: customer })).entries.length,
      (await C.Task.all(config, { customer_uuid: customer })).entries.length,
      (await C.Contact.all(config, { customer_uuid: customer })).entries.length,
    ];
    expect(await of(y)).toEqual([1, 1, 1]);
    await C.Customer.unmerge(config, {
      customer_uuid: y,
      data_source_uuid: a,
      external_id: 'x',
      move_to_new_customer: ['notes'],
    });
    expect(await of(y)).toEqual([0, 1, 0]);
    expect(await of(x)).toEqual([1, 0, 1]);
  });

  test('are flat, and what cannot be merged is refused without effect', async () => {
    const [x, y, z] = [await customerIn(a, 'x'), await customerIn(a, 'y'), await customerIn(b, 'z')];
    const merge = (from: string, into: string) =>
      C.Customer.merge(config, { from: { customer_uuid: from }, into: { customer_uuid: into } });
    await merge(x, y);
    await merge(y, z);
    expect((await C.Customer.retrieve(config, z)).external_ids.sort()).toEqual(['x', 'y', 'z']);
    const head = (await server.footing.journal.head(server.account.id)).seq;
    for (const [from, into, param] of [
      [z, z, 'into'],
      [z, x, 'into'],
      [x, z, 'from'],
    ]) {
      expect((await failure(merge(from!, into!))).body).toMatchObject({ code: 422, param });
    }
    const unknown = await failure(
      C.Customer.merge(config, { from: { customer_uuid: 'cus_x' }, into: { customer_uuid: z } }),
    );
    expect(unknown.body).toMatchObject({ code: 404, param: 'from.customer_uuid' });
    const none = { customer_uuid: z, data_source_uuid: b, external_id: 'z', move_to_new_customer: [] };
    expect((await failure(C.Customer.unmerge(config, none))).body).toMatchObject({ code: 422, param: 'external_id' });
    expect((await server.footing.journal.head(server.account.id)).seq).toBe(head);
  });
});

test('invoices of merged customers are listed together under the one that is left, may be stated for each, and go with it', async () => {
  const [x, y] = [await customerIn(a, 'x'), await customerIn(b, 'y')];
  await billed(x, 'x1', [line(planA, 's', '2026-01-01', '2026-02-01', 2000)]);
  const before = (await server.footing.journal.head(server.account.id)).seq;
  await C.CustomerNote.create(config, { customer_uuid: y, type: 'note', text: 'of y' });
  await C.Customer.merge(config, { from: { customer_uuid: y }, into: { customer_uuid: x } });
  const stated = await server.footing.journal.list(server.account.id, { after: before + 1, limit: 10 });
  expect([stated.length, new Set(stated.map(({ recordedAt }) => recordedAt)).size]).toEqual([2, 1]);
  const body = (id: string, owner: string, plan: string) => ({
    external_id: id,
    customer_external_id: owner,
    date: '2026-03-01',
    currency: 'EUR',
    line_items: [line(plan, `of ${id}`, '2026-03-01', '2026-04-01', 100)],
  });
  const unknown = { invoices: [body('x2', 'x', planA), body('z2', 'z', planA)] };
  expect((await failure(C.Invoice.create(config, x, unknown))).body).toMatchObject({
    code: 422,
    param: 'invoices[1].customer_external_id',
    error_details: [{ code: 'not_found', value: 'z' }],
  });
  const both = await C.Invoice.create(config, x, { invoices: [body('x2', 'x', planA), body('y2', 'y', planB)] });
  const ids = (list: Any) => list.invoices.map((each: Any) => each.external_id).sort();
  expect(ids(await C.Invoice.all(config, x))).toEqual(['x1', 'x2', 'y2']);
  expect(ids(await C.Invoice.all(config, { data_source_uuid: b }))).toEqual(['y2']);
  expect((await C.Invoice.retrieve(config, both.invoices[1].uuid)).customer_uuid).toBe(x);
  expect((await C.Subscription.all(config, x)).subscriptions.map((each: Any) => each.external_id)).toEqual([
    'of x2',
    'of y2',
    's',
  ]);
  expect(await C.Customer.retrieve(config, y)).toMatchObject({ uuid: x, external_ids: ['x', 'y'], mrr: 2200 });
  await C.Customer.destroy(config, x);
  expect((await failure(C.Customer.retrieve(config, y))).status).toBe(404);
  expect(ids(await C.Invoice.all(config, { data_source_uuid: b }))).toEqual([]);
  expect((await C.CustomerNote.all(config, { customer_uuid: x })).entries).toEqual([]);
});

test('customers are listed by the date of their first paid subscription, those who never paid last; and by status', async () => {
  for (const [name, start] of [
    ['third', '2026-03-01'],
    ['lead 1', null],
    ['first', '2026-01-01'],
    ['lead 2', null],
    ['second', '2026-02-01'],
  ] as const) {
    const uuid = await customerIn(a, name);
    const due = name === 'second' ? { due_date: '2026-02-10' } : {};
    if (start) await billed(uuid, `i ${name}`, [line(planA, name, start, `${start.slice(0, 8)}28`, 100)], due);
  }
  const listed: Any[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await C.Customer.all(config, { data_source_uuid: a, per_page: 2, ...(cursor && { cursor }) });
    expect(page.current_page).toBe(cursor === undefined ? 1 : undefined);
    listed.push(...page.entries);
    if (!page.has_more) break;
    cursor = page.cursor;
  }
  expect(listed.map((each) => each.external_id).slice(0, 3)).toEqual(['first', 'second', 'third']);
  expect(
    listed
      .slice(3)
      .map((each) => each.external_id)
      .sort(),
  ).toEqual(['lead 1', 'lead 2']);
  expect(listed[3].id).toBeLessThan(listed[4].id);
  const by = async (status: string) =>
    (await C.Customer.all(config, { data_source_uuid: a, status })).entries.map((each: Any) => each.external_id);
  // W25: open after its due day, and counted.
  expect(await by('Past_Due')).toEqual(['second']);
  expect(listed.map((each) => [each.status, each.mrr > 0]).slice(0, 3)).toEqual([
    ['Active', true],
    ['Past Due', true],
    ['Active', true],
  ]);
  expect(await by('Active')).toEqual(['first', 'third']);
  expect((await by('New_Lead')).sort()).toEqual(['lead 1', 'lead 2']);
});

test('what is scheduled has not begun (W54); a trial line says when the trial began (W14)', async () => {
  const uuid = await customerIn(a, 'later');
  await billed(uuid, 'later', [line(planA, 's', '2126-01-01', '2126-02-01', 100)]);
  const tried = await customerIn(a, 'tried');
  await billed(tried, 'tried', [line(planA, 's', '2026-02-20', '2026-03-06', 0, { type: 'trial' })]);
  const waiting = await C.Customer.retrieve(config, uuid);
  expect([waiting.status, waiting.mrr, waiting['customer-since']]).toEqual(['New Lead', 0, null]);
  expect(await movements(uuid)).toEqual([]);
  const mine = (page: Any) => page.entries.filter((each: Any) => each['customer-uuid'] === uuid);
  expect(mine(await C.Metrics.Activity.all(config, { order: '-date' }))).toEqual([]);
  expect(mine(await C.Metrics.Activity.all(config, { order: '-date', 'end-date': '2126-01-31' }))).toHaveLength(1);
  const leads = await C.Customer.all(config, { data_source_uuid: a, status: 'New_Lead' });
  expect(leads.entries.map((each: Any) => each.external_id).sort()).toEqual(['later', 'tried']);
  expect((await C.Customer.all(config, { data_source_uuid: a, status: 'Cancelled' })).entries).toEqual([]);
  expect((await C.Customer.retrieve(config, tried)).free_trial_started_at).toBe('2026-02-20T00:00:00.000Z');
});

test('connected subscriptions are one history, also across data sources (W41)', async () => {
  const x = await customerIn(a, 'x');
  const y = await customerIn(b, 'y');
  await C.Customer.merge(config, { from: { customer_uuid: y }, into: { customer_uuid: x } });
  const one = await billed(x, 'i1', [
    line(planA, 'old', '2026-01-01', '2026-02-01', 5000, { cancelled_at: '2026-02-01' }),
  ]);
  const two = await billed(y, 'i2', [line(planB, 'new', '2026-02-03', '2026-03-03', 8000)]);
  expect(await movements(x)).toEqual([
    ['new_biz', 5000, '2026-01-01'],
    ['churn', -5000, '2026-02-01'],
    ['reactivation', 8000, '2026-02-03'],
  ]);
  const both = [
    { data_source_uuid: a, uuid: one.line_items[0].subscription_uuid },
    { data_source_uuid: b, external_id: 'new' },
  ];
  await C.Customer.connectSubscriptions(config, x, { subscriptions: both });
  expect(await movements(x)).toEqual([
    ['new_biz', 5000, '2026-01-01'],
    ['expansion', 3000, '2026-02-03'],
  ]);
  const entries = (await C.Metrics.Customer.subscriptions(config, x)).entries;
  expect(entries).toMatchObject([{ external_id: 'new', mrr: 8000, 'start-date': '2026-01-01T00:00:00+00:00' }]);
  expect(`sub_${entries[0].uuid}`).toBe(two.line_items[0].subscription_uuid);
  await C.Customer.disconnectSubscriptions(config, x, { subscriptions: both });
  expect(await movements(x)).toHaveLength(3);
  const unknown = await failure(
    C.Customer.connectSubscriptions(config, x, {
      subscriptions: [{ data_source_uuid: a, external_id: 'new' }, both[0]],
    }),
  );
  expect(unknown.body).toMatchObject({ code: 422, param: 'subscriptions[0].external_id' });
});

describe('subscription events', () => {
  const event = (type: string, more: object) => ({
    data_source_uuid: a,
    customer_external_id: 'x',
    subscription_external_id: 's',
    event_type: type,
    event_date: '2026-02-01',
    effective_date: '2026-02-15',
    ...more,
  });
  test('that cancel are churn, until they are retracted, disabled or deleted', async () => {
    const x = await customerIn(a, 'x');
    const made = await billed(x, 'i', [line(planA, 's', '2026-01-01', '2026-02-01', 5000)]);
    const running = [['new_biz', 5000, '2026-01-01']];
    const ended = [...running, ['churn', -5000, '2026-02-15']];
    const cancelled = await C.SubscriptionEvent.create(config, event('subscription_cancelled', { external_id: 'e1' }));
    expect(await movements(x)).toEqual(ended);
    expect((await C.Subscription.all(config, x)).subscriptions[0].cancellation_dates).toEqual([
      '2026-02-15T00:00:00.000Z',
    ]);
    await C.SubscriptionEvent.disable(config, cancelled.id);
    expect(await movements(x)).toEqual(running);
    await C.SubscriptionEvent.enable(config, cancelled.id);
    expect(await movements(x)).toEqual(ended);
    const back = await C.SubscriptionEvent.create(
      config,
      event('subscription_event_retracted', { external_id: 'e2', retracted_event_id: 'e1' }),
    );
    expect(await movements(x)).toEqual(running);
    await C.SubscriptionEvent.deleteWithParams(config, { id: back.id });
    expect(await movements(x)).toEqual(ended);
    await C.SubscriptionEvent.updateWithParams(config, { id: cancelled.id, effective_date: '2026-02-20' });
    expect(await movements(x)).toEqual([...running, ['churn', -5000, '2026-02-20']]);
    await C.Subscription.cancel(config, made.line_items[0].subscription_uuid, { cancellation_dates: [] });
    expect(await movements(x)).toEqual(running);
    await C.SubscriptionEvent.deleteWithParams(config, { id: cancelled.id });
    expect(await movements(x)).toEqual(running);
  });
  test('that come with an import by JSON take the place of the ones before', async () => {
    const x = await customerIn(a, 'x');
    await billed(x, 'i', [line(planA, 's', '2026-01-01', '2026-02-01', 5000)]);
    const { data_source_uuid: _, ...own } = event('subscription_cancelled', { external_id: 'e1' });
    for (const [batch, day] of [
      ['b1', '2026-02-15'],
      ['b2', '2026-02-18'],
    ]) {
      const made = await imported(server, a, {
        external_id: batch,
        subscription_events: [{ ...own, effective_date: day }],
      });
      expect(made.status_details.subscription_events.e1).toEqual({ status: 'imported' });
      expect((await movements(x)).at(-1)).toEqual(['churn', -5000, day]);
    }
    expect((await C.SubscriptionEvent.all(config, { data_source_uuid: a })).subscription_events).toHaveLength(1);
  });
  test('that only announce change no MRR', async () => {
    const x = await customerIn(a, 'x');
    await billed(x, 'i', [line(planA, 's', '2026-01-01', '2026-02-01', 5000)]);
    await C.SubscriptionEvent.create(config, event('subscription_cancellation_scheduled', { external_id: 'e1' }));
    expect(await movements(x)).toEqual([['new_biz', 5000, '2026-01-01']]);
  });
});

test('what subscription events announce is in committed MRR, until they are taken back', async () => {
  const uuid = await customerIn(a, 'announcer');
  await billed(uuid, 'announced', [line(planA, 's', '2026-01-01', '2026-02-01', 5000)]);
  const event = (event_type: string, effective_date: string, more: object = {}) =>
    C.SubscriptionEvent.create(config, {
      subscription_event: {
        data_source_uuid: a,
        customer_external_id: 'announcer',
        subscription_external_id: 's',
        event_type,
        event_date: '2026-01-15',
        effective_date,
        ...more,
      },
    });
  const priced = { plan_external_id: 'm', currency: 'EUR' };
  await event('subscription_update_scheduled', '2126-02-01', { ...priced, amount_in_cents: 8000 });
  const started = {
    subscription_external_id: 't',
    amount_in_cents: 1000,
    tax_amount_in_cents: 100,
    external_id: 'e-t',
  };
  await event('subscription_start_scheduled', '2126-03-01', { ...priced, ...started });
  await event('subscription_cancellation_scheduled', '2126-04-01');
  const committed = async (more = '', filter = "customer~ANY~'announcer'") => {
    const about = `from=2126-01&to=2126-05&names=mrr,committed_mrr&filters=${encodeURIComponent(filter)}${more}`;
    const headers = { authorization: `Bearer ${server.key}` };
    const { buckets, parts }: Any = await (await fetch(`${server.url}/api/metrics?${about}`, { headers })).json();
    const values = (of: Any[]) => of.map(({ metrics }) => Number(metrics.committed_mrr.value));
    expect(buckets.map(({ metrics }: Any) => metrics.mrr.value)).toEqual(Array(5).fill('5000'));
    return [values(buckets), ...parts.map((part: Any) => values(part.buckets))];
  };
  expect(await committed()).toEqual([[5000, 8000, 8900, 900, 900]]);
  expect(await committed('&partition_by=plan')).toEqual([
    [5000, 8000, 8900, 900, 900],
    [5000, 8000, 8900, 900, 900],
  ]);
  await event('scheduled_subscription_cancellation_retracted', '2126-04-01', { event_date: '2026-01-20' });
  expect(await committed()).toEqual([[5000, 8000, 8900, 8900, 8900]]);
  await event('subscription_event_retracted', '2126-03-01', {
    subscription_external_id: 't',
    retracted_event_id: 'e-t',
  });
  // A line that is dated later takes the place of what was announced.
  await billed(uuid, 'later', [line(planA, 's', '2126-04-01', '2126-05-01', 7000)]);
  expect(await committed()).toEqual([[5000, 8000, 8000, 7000, 7000]]);
});

test('an import by JSON that a server left in the middle goes on with the next one, and states nothing twice', async () => {
  const { footing, account } = server;
  const invoice = { external_id: 'i', customer_external_id: 'c', date: '2026-01-01', currency: 'EUR' };
  const body = {
    external_id: 'batch',
    customers: [{ external_id: 'c' }],
    invoices: [{ ...invoice, line_items: [{ type: 'one_time', amount_in_cents: 7 }] }],
    line_items: [{ invoice_external_id: 'i', type: 'one_time', amount_in_cents: 5 }],
  };
  const { sha256: evidence } = await footing.engines.evidence.put(Buffer.from(JSON.stringify(body)));
  const customers = { c: { status: 'imported' } };
  const store = new StatedStore(footing.engines.pg, footing.journal);
  const left = { data_source_uuid: a, external_id: 'batch', status: 'processing', status_details: { customers } };
  const { id } = await store.create(account.id, 'cli:test', 'json_import', randomUUID(), left, { evidence });
  next = await buildServer(footing);
  await next.ready();
  const done = await finished(server, a, id);
  expect(Object.keys(done.status_details).sort()).toEqual(['customers', 'invoices', 'line_items']);
  const lines = async () =>
    (await C.Invoice.all(config, { data_source_uuid: a })).invoices[0].line_items.map(
      (each: Any) => each.amount_in_cents,
    );
  expect((await lines()).sort()).toEqual([5, 7]);
  // The section that was said to be done is not done again; another try of one that was not gives the same lines.
  expect((await C.Customer.all(config, { data_source_uuid: a, external_id: 'c' })).entries).toEqual([]);
  await store.update(account.id, 'cli:test', 'json_import', id, { status: 'queued', status_details: { customers } });
  await finished(server, a, id);
  expect((await lines()).sort()).toEqual([5, 7]);
});

test('a subscription has as many cancellation dates as are stated', async () => {
  const x = await customerIn(a, 'x');
  const made = await billed(x, 'i', [line(planA, 's', '2026-01-01', '2026-02-01', 5000)]);
  const uuid = made.line_items[0].subscription_uuid;
  const dates = ['2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z'];
  expect((await C.Subscription.cancel(config, uuid, { cancellation_dates: dates })).cancellation_dates).toEqual(dates);
  expect((await C.Subscription.cancel(config, uuid, { cancelled_at: '2026-06-01' })).cancellation_dates).toHaveLength(
    4,
  );
  expect((await C.Subscription.cancel(config, uuid, { cancelled_at: '2026-06-01' })).cancellation_dates).toHaveLength(
    4,
  );
  expect((await C.Subscription.cancel(config, uuid, { cancellation_dates: [dates[1]] })).cancellation_dates).toEqual([
    dates[1],
  ]);
  const wrong = await failure(C.Subscription.cancel(config, uuid, { cancellation_dates: ['tomorrow'] }));
  expect(wrong.body).toMatchObject({ code: 422, param: 'cancellation_dates[0]' });
});

test('disabled and enabled: invoices, lines and payments leave the figures and come back', async () => {
  const x = await customerIn(a, 'x');
  const made = await billed(
    x,
    'i',
    [
      line(planA, 's', '2026-01-01', '2026-02-01', 5000, { external_id: 'l1' }),
      line(planA, 't', '2026-01-01', '2026-02-01', 700),
    ],
    { transactions: [{ type: 'payment', date: '2026-01-02', result: 'successful', external_id: 'p' }] },
  );
  const mrr = async () => (await C.Customer.retrieve(config, x)).mrr;
  expect(await mrr()).toBe(5700);
  await C.LineItem.disable(config, made.line_items.find((each: Any) => each.external_id === 'l1').uuid);
  expect(await mrr()).toBe(700);
  await C.Invoice.disable(config, made.uuid);
  expect(await mrr()).toBe(0);
  expect((await C.Metrics.Customer.activities(config, x, {})).entries).toEqual([]);
  await C.Invoice.enable(config, made.uuid);
  expect(await mrr()).toBe(700);
  await C.LineItem.enableByExternalId(config, { data_source_uuid: a, external_id: 'l1' });
  expect(await mrr()).toBe(5700);
  expect(await movements(x)).toEqual(
    [
      ['new_biz', 5000, '2026-01-01'],
      ['new_biz', 700, '2026-01-01'],
    ].sort(),
  );
});

test('what came by file and cannot count is kept, with its errors, and listed when it is asked for', async () => {
  const x = await customerIn(a, 'x');
  await billed(x, 'good', [line(planA, 's', '2026-01-01', '2026-02-01', 5000)]);
  const bad = {
    customer_external_id: 'x',
    invoice_external_id: 'bad',
    external_id: 'l',
    date: '2026-01-01',
    currency: 'EUR',
    type: 'subscription',
    subscription_external_id: 's',
    plan_external_id: 'm',
    service_period_start: '2026-02-01',
    service_period_end: '2026-01-01',
    amount_in_cents: 1,
  };
  await server.footing.records.post(server.account.id, {
    stream: 'invoices',
    source: `A${number}`,
    rows: [bad],
    actor: 'cli:test',
  });
  const listed = async (more: object) =>
    (await C.Invoice.all(config, { data_source_uuid: a, ...more })).invoices.map((each: Any) => each.external_id);
  expect(await listed({})).toEqual(['good']);
  expect(await listed({ validation_type: 'invalid' })).toEqual(['bad']);
  expect(await listed({ validation_type: 'all' })).toEqual(['bad', 'good']);
  const [found] = (await C.Invoice.all(config, { data_source_uuid: a, validation_type: 'invalid' })).invoices;
  expect(found.errors).toEqual({ service_period_end: ['must be after service_period_start'] });
  expect(found.line_items[0].errors).toEqual(found.errors);
  const source = await C.DataSource.retrieve(config, a, { with_processing_status: true });
  expect(source.processing_status).toEqual({ processed: 1, pending: 0, failed: 1 });
});

test('edits are told: what a field was, what it is, who changed it and when', async () => {
  const x = await customerIn(a, 'x');
  const made = await billed(x, 'i', [line(planA, 's', '2026-01-01', '2026-02-01', 5000, { external_id: 'l1' })]);
  const told = async () => C.Invoice.retrieve(config, made.uuid, { include_edit_histories: true });
  expect((await told()).edit_history_summary).toBeNull();
  await C.Invoice.modify(config, made.uuid, { date: '2026-01-05' });
  await C.LineItem.modify(config, made.line_items[0].uuid, { amount_in_cents: 6000 });
  const after = await told();
  expect(after.edit_history_summary).toMatchObject({
    values_changed: { date: { original_value: '2026-01-01T00:00:00.000Z', edited_value: '2026-01-05T00:00:00.000Z' } },
    latest_edit_author: expect.stringMatching(/^key:/),
    latest_edit_performed_at: expect.stringMatching(/^\d{4}-/),
  });
  expect(after.line_items[0].edit_history_summary.values_changed).toEqual({
    amount_in_cents: { original_value: 5000, edited_value: 6000 },
  });
  const [entry] = (await C.Invoice.all(config, { data_source_uuid: a, include_edit_histories: true })).invoices;
  expect(entry.edit_history_summary.values_changed).toHaveProperty('date');
  expect((await C.Invoice.retrieve(config, made.uuid)).edit_history_summary).toBeUndefined();
});

test('settings are shown as they stand, of the account and of each data source, and figures follow at once', async () => {
  const x = await customerIn(a, 'x');
  await billed(x, 'i1', [line(planA, 's', '2026-01-01', '2026-02-01', 5000, { cancelled_at: '2026-01-15' })]);
  expect(await movements(x)).toEqual([
    ['new_biz', 5000, '2026-01-01'],
    ['churn', -5000, '2026-01-15'],
  ]);
  const state = (source: string | null, settings: Record<string, Any>) =>
    setSettings(server.footing.journal, server.account.id, 'cli:test', { source, settings });
  await state(null, {
    churn_recognition: 'end_of_service_period',
    churn_when_zero_mrr: true,
    week_start_on: 'sunday',
    classification_window_minutes: 0,
  });
  await state(`A${number}`, {
    auto_churn_days: 45,
    invoice_handling: { manual: { update_subscription_when_invoice_is: 'paid' } },
  });
  const include =
    'churn_recognition,churn_when_zero_mrr,auto_churn_subscription,refund_handling,proximate_movement_reclassification';
  expect(await C.Account.retrieve(config, { include })).toMatchObject({
    churn_recognition: 'end_of_service_period',
    churn_when_zero_mrr: true,
    auto_churn_subscription: false,
    refund_handling: 'cash_flow_only',
    proximate_movement_reclassification: false,
    week_start_on: 'sunday',
  });
  const asked = { with_auto_churn_subscription_setting: true, with_invoice_handling_setting: true };
  const one = await C.DataSource.retrieve(config, a, asked);
  expect(one.auto_churn_subscription_setting).toEqual({ enabled: true, interval: 45 });
  expect(one.invoice_handling_setting.manual.update_subscription_when_invoice_is).toBe('paid');
  expect(one.invoice_handling_setting.automatic.update_subscription_when_invoice_is).toBe('open');
  const other = await C.DataSource.retrieve(config, b, asked);
  expect(other.auto_churn_subscription_setting).toEqual({ enabled: false, interval: null });
  expect(await movements(x)).toEqual([
    ['new_biz', 5000, '2026-01-01'],
    ['churn', -5000, '2026-02-01'],
  ]);
  await state(null, {
    churn_recognition: null,
    churn_when_zero_mrr: null,
    week_start_on: null,
    classification_window_minutes: null,
  });
  expect(await movements(x)).toEqual([
    ['new_biz', 5000, '2026-01-01'],
    ['churn', -5000, '2026-01-15'],
  ]);
});

test('other currencies count once the account says into which they are converted (W29)', async () => {
  const x = await customerIn(a, 'x');
  const rates = await fetch(`${server.url}/api/rates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      source: 'Treasury desk',
      rates: [
        { date: '2026-03-01', base: 'USD', quote: 'EUR', rate: '0.92' },
        { date: '2026-04-01', base: 'USD', quote: 'EUR', rate: '0.95' },
      ],
    }),
  });
  expect(rates.status).toBeLessThan(300);
  for (const [id, start, end] of [
    ['i1', '2026-03-01', '2026-04-01'],
    ['i2', '2026-04-01', '2026-05-01'],
  ]) {
    await billed(x, id!, [line(planA, 's', start!, end!, 10_000)], { currency: 'USD' });
  }
  expect((await C.Customer.retrieve(config, x)).mrr).toBe(0);
  const state = (currency: string | null) =>
    setSettings(server.footing.journal, server.account.id, 'cli:test', { source: null, settings: { currency } });
  await state('EUR');
  expect(await C.Customer.retrieve(config, x)).toMatchObject({ mrr: 9500, currency: 'EUR' });
  const asked = { 'start-date': '2026-03-01', 'end-date': '2026-04-30', filters: `data_source~ANY~'A${number}'` };
  expect((await C.Metrics.mrr(config, asked)).entries.map((each: Any) => [each.mrr, each['mrr-new-business']])).toEqual(
    [
      [9200, 9200],
      [9500, 0],
    ],
  );
  await state(null);
  expect((await C.Customer.retrieve(config, x)).mrr).toBe(0);
});
