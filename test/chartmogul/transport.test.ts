/** Transport, errors and paging: the checklist of what clients rely on. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cityHash64 } from '../../src/revenue/chartmogul/cityHash.ts';
import { parseTime } from '../../src/revenue/chartmogul/times.ts';
import { verifyStated } from '../../src/revenue/index.ts';
import { type Any, type LiveServer, liveServer } from './support.ts';

let server: LiveServer;
let ds: string;
let customer: string;

beforeAll(async () => {
  server = await liveServer();
  ds = (await server.call('POST', '/data_sources', { json: { name: 'Billing' } })).json.uuid;
  customer = (await server.call('POST', '/customers', { json: { data_source_uuid: ds, external_id: 'c1' } })).json.uuid;
});
afterAll(() => server.close());

/** A request as bytes: what fetch refuses to send. */
function raw(method: string, path: string, headers: Record<string, string>, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const lines = [
      `${method} /v1${path} HTTP/1.1`,
      'host: footing',
      'connection: close',
      `authorization: Basic ${Buffer.from(`${server.key}:`).toString('base64')}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      answer += text;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  });
}

describe('requests', () => {
  test('GET with a JSON body, and with gzip accepted', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '2', 'accept-encoding': 'gzip, deflate' };
    const answer = await raw('GET', '/ping', headers, '{}');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(answer).toContain('{"data":"pong!"}');
    expect(answer).toMatch(/content-type: application\/json/);
  });

  test('DELETE with a JSON body, with an empty one and without a content type', async () => {
    const json = { 'content-type': 'application/json' };
    const tags = JSON.stringify({ tags: ['none'] });
    const path = `/customers/${customer}/attributes/tags`;
    expect(await raw('DELETE', path, { ...json, 'content-length': String(tags.length) }, tags)).toMatch(
      /^HTTP\/1\.1 200 OK/,
    );
    expect(await raw('DELETE', '/customers/cus_x', { ...json, 'content-length': '0' }, '')).toMatch(
      /^HTTP\/1\.1 404 Not Found/,
    );
    expect(await raw('DELETE', '/customers/cus_x', {}, '')).toMatch(/^HTTP\/1\.1 404 Not Found/);
    const name = '{"name":"No type"}';
    expect(await raw('POST', '/data_sources', { 'content-length': String(name.length) }, name)).toMatch(
      /^HTTP\/1\.1 201 Created/,
    );
  });

  test('any password is taken; no key, a wrong key and a key that may only read are refused', async () => {
    expect((await server.call('GET', '/ping', { password: 'whatever' })).status).toBe(200);
    const refused = { code: 401, message: 'No valid API key provided', param: null };
    const bare = await fetch(`${server.url}/v1/ping`);
    expect([bare.status, await bare.json()]).toEqual([401, refused]);
    const wrong = await server.call('GET', '/ping', { key: 'nonsense' });
    expect([wrong.status, wrong.json]).toEqual([401, refused]);
    expect((await server.call('GET', '/customers', { key: server.readKey })).status).toBe(200);
    expect((await server.call('POST', '/data_sources', { key: server.readKey, json: { name: 'N' } })).status).toBe(403);
  });

  test('unknown query parameters and body fields are ignored', async () => {
    expect((await server.call('GET', '/customers?nonsense=1&per_page=1')).status).toBe(200);
    const made = await server.call('POST', '/data_sources', { json: { name: 'Odd', nonsense: { a: 1 } } });
    expect(made.status).toBe(201);
  });

  test('a body that is no JSON is refused', async () => {
    const answer = await server.call('POST', '/data_sources', {
      body: '{"name":',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(400);
    expect(answer.statusText).toBe('Bad Request');
    expect((await server.call('POST', '/data_sources', { json: [1] })).status).toBe(400);
  });

  test('bracketed query of the Ruby client on DELETE', async () => {
    const event = {
      data_source_uuid: ds,
      customer_external_id: 'c1',
      subscription_external_id: 's',
      event_type: 'subscription_cancelled',
      event_date: '2025-01-01',
      effective_date: '2025-01-01',
    };
    const made = await server.call('POST', '/subscription_events', { json: { subscription_event: event } });
    expect(made.status).toBe(201);
    const path = `/subscription_events?subscription_event%5Bid%5D=${made.json.id}`;
    expect((await server.call('DELETE', path)).status).toBe(204);
    expect((await server.call('DELETE', path)).status).toBe(404);
  });
});

describe('answers', () => {
  test('carry none of the top-level keys that Python refuses', async () => {
    const { json } = await server.call('GET', '/data_sources');
    expect(Object.keys(json)).toEqual(['data_sources']);
    for (const path of ['/contacts', '/customer_notes', '/opportunities', '/tasks']) {
      const list = (await server.call('GET', path)).json;
      expect(Object.keys(list)).toEqual(['entries', 'cursor', 'has_more']);
    }
    // Page numbers stand on first pages, as old clients read them; who follows a cursor gets none.
    const { cursor, ...first } = (await server.call('GET', '/customers?per_page=1')).json;
    expect(first).toMatchObject({ current_page: 1, total_pages: 1, page: 1, per_page: 1 });
    const next = await server.call('GET', `/customers?cursor=${encodeURIComponent(cursor)}`);
    expect(Object.keys(next.json)).toEqual(['entries', 'cursor', 'has_more']);
    expect((await server.call('GET', '/plans')).json).toEqual({
      plans: [],
      cursor: null,
      has_more: false,
      current_page: 1,
      total_pages: 0,
    });
  });

  test('statuses are those that clients compare', async () => {
    const plan = await server.call('POST', '/plans', {
      json: { data_source_uuid: ds, name: 'P', interval_count: 1, interval_unit: 'month' },
    });
    expect(plan.status).toBe(201);
    const { uuid } = plan.json;
    expect((await server.call('PATCH', `/plans/${uuid}`, { json: { name: 'Q' } })).status).toBe(202);
    const group = await server.call('POST', '/plan_groups', { json: { name: 'G', plans: [uuid] } });
    expect(group.status).toBe(200);
    expect((await server.call('DELETE', `/plan_groups/${group.json.uuid}`)).status).toBe(204);
    const task = await server.call('POST', '/tasks', {
      json: { customer_uuid: customer, assignee: 'a@b.c', task_details: 'x', due_date: '2025-01-01' },
    });
    const gone = await server.call('DELETE', `/tasks/${task.json.task_uuid}`);
    expect([gone.status, gone.json]).toEqual([200, {}]);
  });

  test('errors are of every shape that clients know', async () => {
    const missing = await server.call('POST', '/customers', { json: {} });
    expect(missing.status).toBe(400);
    expect(missing.json).toMatchObject({
      code: 400,
      message: 'Parameter "data_source_uuid" is missing',
      param: 'data_source_uuid',
      errors: { external_id: 'Parameter "external_id" is missing' },
    });
    const unknown = await server.call('GET', '/data_sources/ds_nope');
    expect([unknown.status, unknown.statusText, unknown.json.error]).toEqual([
      404,
      'Not Found',
      'Data source not found',
    ]);
    const nameless = await server.call('POST', '/data_sources', { json: {} });
    expect([nameless.status, nameless.json.errors]).toEqual([
      422,
      { name: 'A name is required for each data source.' },
    ]);
    const include = await server.call('GET', '/account?include=invalid_field');
    expect([include.status, include.json.message]).toEqual([400, 'Invalid include parameter: invalid_field']);
    expect((await server.call('GET', '/nonsense')).status).toBe(404);
    const wrong = await server.call('POST', '/plans', {
      json: { data_source_uuid: ds, name: 'P', interval_count: 0, interval_unit: 'week' },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.json.error_details.map((each: Any) => each.param)).toEqual(['interval_count', 'interval_unit']);
  });

  test('times with a zone are normalised', async () => {
    const note = await server.call('POST', '/customer_notes', {
      json: { customer_uuid: customer, type: 'note', text: 'x', created_at: '2018-12-18T18:39:15+06:00' },
    });
    expect(note.json.created_at).toBe('2018-12-18T12:39:15.000Z');
    const at = Date.UTC(2020, 0, 2, 3, 4, 5);
    expect(
      ['2020-01-02 03:04:05', '2020-01-02 03:04:05 UTC', '2020-01-02 05:04:05 +0200', '2020-01-02T03:04:05Z'].map(
        parseTime,
      ),
    ).toEqual([at, at, at, at]);
    expect(['2020-02-30', '2020-13-01', 'yesterday', '', '2020-01-01T25:00:00Z'].map(parseTime)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('pages', () => {
  beforeAll(async () => {
    const create = (i: number) =>
      server.call('POST', '/opportunities', {
        json: {
          customer_uuid: customer,
          owner: 'o@x.y',
          pipeline: 'p',
          pipeline_stage: 's',
          estimated_close_date: '2025-01-01',
          currency: 'EUR',
          amount_in_cents: i,
        },
      });
    // Together, so that several have the same time of creation.
    await Promise.all(Array.from({ length: 23 }, (_, i) => create(i)));
    await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        server.call('POST', '/customers', {
          json: { data_source_uuid: ds, external_id: `page-${i}`, email: 'same@x.y' },
        }),
      ),
    );
  });

  async function follow(path: string, key: string, size: number): Promise<Any[]> {
    const rows: Any[] = [];
    let cursor: string | undefined;
    for (;;) {
      const query = new URLSearchParams({ per_page: String(size), ...(cursor && { cursor }) });
      const { json } = await server.call('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`);
      expect(json[key].length).toBeLessThanOrEqual(size);
      rows.push(...json[key]);
      if (!json.has_more) return rows;
      cursor = json.cursor;
    }
  }

  test('show every row once', async () => {
    const opportunities = await follow('/opportunities', 'entries', 5);
    expect(new Set(opportunities.map((each) => each.uuid)).size).toBe(23);
    expect(opportunities).toHaveLength(23);
    const customers = await follow('/customers', 'entries', 4);
    expect(new Set(customers.map((each) => each.uuid)).size).toBe(13);
    expect(customers).toHaveLength(13);
    expect(await follow('/customers/search?email=SAME@x.y', 'entries', 5)).toHaveLength(12);
  });

  test('per_page above the limit is the limit; a page by number; a broken cursor', async () => {
    expect((await server.call('GET', '/opportunities?per_page=500')).json.entries).toHaveLength(23);
    const second = (await server.call('GET', '/customers?page=2&per_page=10')).json;
    expect(second.entries).toHaveLength(3);
    expect(second).toMatchObject({ current_page: 2, total_pages: 2, page: 2, per_page: 10 });
    const { cursor } = (await server.call('GET', '/customers?per_page=1')).json;
    for (const broken of ['nonsense', `${cursor}x`, Buffer.from("1&' OR 1=1").toString('base64'), 'JSc=']) {
      const answer = await server.call('GET', `/customers?cursor=${encodeURIComponent(broken)}`);
      expect([broken, answer.status]).toEqual([broken, 400]);
    }
    expect((await server.call('GET', '/customers?per_page=0')).status).toBe(400);
    expect((await server.call('GET', '/data_sources/x/json_imports/y')).status).toBe(404);
  });
});

test('of many equal requests at the same time one creates', async () => {
  const json = { data_source_uuid: ds, external_id: 'race' };
  const answers = await Promise.all(Array.from({ length: 12 }, () => server.call('POST', '/customers', { json })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 422)).toHaveLength(11);
  const { uuid } = answers.find(({ status }) => status === 201)!.json;
  const invoice = { invoices: [{ external_id: 'race', date: '2025-01-01', currency: 'EUR' }] };
  const path = `/import/customers/${uuid}/invoices`;
  const made = await Promise.all(Array.from({ length: 12 }, () => server.call('POST', path, { json: invoice })));
  expect(made.filter(({ status }) => status === 201)).toHaveLength(1);
  expect((await server.call('GET', path)).json.invoices).toHaveLength(1);
});

test('what came by file is there with ids of its own, and its external ids are taken', async () => {
  const { footing, account } = server;
  await footing.records.post(account.id, {
    stream: 'customers',
    source: 'by file',
    rows: [{ external_id: 'filed', name: 'Filed' }],
    actor: 'cli:test',
  });
  const { data_sources: all } = (await server.call('GET', '/data_sources')).json;
  const source = all.find((each: Any) => each.name === 'by file');
  expect(source).toMatchObject({ status: 'idle', system: 'Custom' });
  const { entries } = (await server.call('GET', `/customers?data_source_uuid=${source.uuid}`)).json;
  expect(entries).toMatchObject([{ external_id: 'filed', name: 'Filed', data_source_uuid: source.uuid }]);
  const twice = await server.call('POST', '/customers', {
    json: { data_source_uuid: source.uuid, external_id: 'filed' },
  });
  expect(twice.status).toBe(422);
  // Deleted on another way than this API: the external id is free again.
  await footing.records.remove(account.id, {
    stream: 'customers',
    source: 'by file',
    keys: [{ external_id: 'filed' }],
    actor: 'cli:test',
  });
  const again = await server.call('POST', '/customers', {
    json: { data_source_uuid: source.uuid, external_id: 'filed' },
  });
  expect(again.status).toBe(201);
});

test('where only this API stated records, what comes in lots afterwards is known to it at once, in every stream', async () => {
  const { footing, account } = server;
  const source = (await server.call('POST', '/data_sources', { json: { name: 'mixed' } })).json.uuid;
  const customer = (external_id: string) =>
    server.call('POST', '/customers', { json: { data_source_uuid: source, external_id } });
  const plan = (external_id: string) =>
    server.call('POST', '/plans', {
      json: { data_source_uuid: source, external_id, name: 'P', interval_count: 1, interval_unit: 'month' },
    });
  const { uuid } = (await customer('own')).json;
  const invoice = (external_id: string) =>
    server.call('POST', `/import/customers/${uuid}/invoices`, {
      json: { invoices: [{ external_id, date: '2025-01-01', currency: 'EUR', line_items: [] }] },
    });
  const creations = { customers: customer, plans: plan, invoices: invoice };
  const inLots: Record<keyof typeof creations, Record<string, string | number>> = {
    customers: { external_id: 'in lots' },
    plans: { external_id: 'in lots', name: 'P', interval_count: 1, interval_unit: 'month' },
    invoices: {
      external_id: 'in lots-1',
      invoice_external_id: 'in lots',
      customer_external_id: 'own',
      date: '2025-01-01',
      currency: 'EUR',
      type: 'one_time',
      amount_in_cents: 1,
    },
  };
  for (const [stream, create] of Object.entries(creations)) {
    expect([stream, (await create('by this API')).status]).toEqual([stream, 201]);
    const row = inLots[stream as keyof typeof creations];
    await footing.records.post(account.id, { stream, source: 'mixed', rows: [row], actor: 'cli:test' });
    expect([stream, (await create('in lots')).status]).toEqual([stream, 422]);
    expect([stream, (await create('by this API')).status]).toEqual([stream, 422]);
    expect([stream, (await create('of neither')).status]).toEqual([stream, 201]);
  }
});

test('large requests: hundreds of invoices at once, thousands of line items in one, odd names, and all of it deleted', async () => {
  const { uuid } = (
    await server.call('POST', '/customers', { json: { data_source_uuid: ds, external_id: `o'dd\\"} {x:String} é` } })
  ).json;
  const path = `/import/customers/${uuid}/invoices`;
  const line = (i: number) => ({
    type: 'one_time',
    external_id: `line ' \\ ${i} of the large invoice`,
    amount_in_cents: i,
  });
  const large = {
    external_id: 'large',
    date: '2025-01-01',
    currency: 'EUR',
    line_items: Array.from({ length: 3000 }, (_, i) => line(i)),
  };
  const many = Array.from({ length: 600 }, (_, i) => ({
    external_id: `one of the ' \\ many invoices ${i}`,
    date: '2025-01-01',
    currency: 'EUR',
  }));
  expect((await server.call('POST', path, { json: { invoices: [large] } })).status).toBe(201);
  expect((await server.call('POST', path, { json: { invoices: many } })).status).toBe(201);
  expect((await server.call('POST', path, { json: { invoices: [many[599]] } })).status).toBe(422);
  const { invoices } = (await server.call('GET', `${path}?external_id=large`)).json;
  expect(invoices[0].line_items).toHaveLength(3000);
  const names = new Set<string>();
  let cursor = '';
  for (let more = true; more; ) {
    const page = (await server.call('GET', `${path}?cursor=${encodeURIComponent(cursor)}`)).json;
    for (const invoice of page.invoices) names.add(invoice.external_id);
    ({ has_more: more, cursor } = page);
  }
  expect(names.size).toBe(601);
  expect((await server.call('DELETE', `/data_sources/${ds}/customers/${uuid}/invoices`)).status).toBe(204);
  expect((await server.call('GET', path)).json.invoices).toEqual([]);
  expect((await server.call('POST', path, { json: { invoices: [many[0]] } })).status).toBe(201);
  expect((await server.call('DELETE', `/customers/${uuid}`)).status).toBe(204);
});

test('another account sees nothing of it', async () => {
  const other = await server.footing.accounts.create({ slug: 'birch', name: 'Birch' }, 'cli:test');
  const key = (await server.app.keys.create(other.id, { name: 'k', role: 'write' }, 'cli:test')).secret;
  expect((await server.call('GET', '/data_sources', { key })).json).toEqual({ data_sources: [] });
  expect((await server.call('GET', `/customers/${customer}`, { key })).status).toBe(404);
  expect((await server.call('GET', '/opportunities', { key })).json.entries).toEqual([]);
  expect((await server.call('GET', `/data_sources/${ds}`, { key })).status).toBe(404);
});

test('the stated objects are what the journal amounts to, and the ledger is what a rebuild gives', async () => {
  const { footing, account } = server;
  const { pg } = footing.engines;
  expect(await verifyStated(pg, footing.journal, account.id)).toEqual([]);
  expect((await footing.verify(account.id)).findings).toEqual([]);
  await pg.query(
    `UPDATE stated_objects SET body = body || '{"amount_in_cents": 99}' WHERE kind = 'opportunity' AND body->>'amount_in_cents' = '3'`,
  );
  expect(await verifyStated(pg, footing.journal, account.id)).toMatchObject([{ kind: 'opportunity', what: 'differs' }]);
});

test('hashes are those of ClickHouse', async () => {
  const texts = [
    '',
    'a',
    'abcd',
    'grün',
    'x'.repeat(16),
    'x'.repeat(17),
    'y'.repeat(33),
    'z'.repeat(64),
    'q'.repeat(65),
    'long'.repeat(60),
  ];
  const result = await server.footing.engines.clickhouse.client('default').query({
    query: `SELECT toString(cityHash64(arrayJoin({texts:Array(String)}), 'b')) AS hash`,
    query_params: { texts },
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ hash: string }>();
  expect(rows.map(({ hash }) => hash)).toEqual(texts.map((text) => cityHash64(text, 'b').toString()));
});
