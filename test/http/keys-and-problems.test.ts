import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeys } from '../../src/http/keys.ts';
import { openJournal } from '../../src/journal/index.ts';
import { type Answer, row, type TestServer, testServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect({ status: answer.status, inBody: answer.json.status, code: answer.json.code }).toEqual({
    status,
    inBody: status,
    code,
  });
  expect(Object.keys(answer.json).sort()).toEqual(
    ['code', 'detail', 'instance', 'problems', 'remedy', 'status', 'title', 'type'].sort(),
  );
  expect(answer.json.type).toBe(`/api/problems/${code}`);
}

describe('keys', () => {
  it('takes the key as Bearer and as the user name of Basic', async () => {
    const bearer = await server.call('/api/account');
    const basic = await server.call('/api/account', {
      key: null,
      headers: { authorization: `Basic ${Buffer.from(`${server.keys.a}:`).toString('base64')}` },
    });
    expect([bearer.status, basic.status]).toEqual([200, 200]);
    expect(basic.json.account.slug).toBe('alder');
  });

  it.each([
    ['none', undefined],
    ['another scheme', 'Digest x'],
    ['nothing after Bearer', 'Bearer'],
    ['not a key', 'Bearer secret'],
    ['an unknown id', `Bearer fk_${'a'.repeat(12)}_${'A'.repeat(43)}`],
    ['SQL', "Bearer fk_' OR '1'='1_x"],
  ])('refuses %s with 401 and says how to do better', async (_name, authorization) => {
    const answer = await server.call('/api/account', {
      key: null,
      headers: authorization === undefined ? {} : { authorization },
    });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect(answer.json.remedy).toContain('Authorization');
  });

  it('refuses a key whose secret differs in one character', async () => {
    const last = server.keys.a.at(-3) === 'A' ? 'B' : 'A';
    const altered = server.keys.a.slice(0, -3) + last + server.keys.a.slice(-2);
    expectProblem(await server.call('/api/account', { key: altered }), 401, 'unauthenticated');
  });

  it('keeps no secret in the database', async () => {
    const { rows } = await server.engines.pg.query('SELECT api_keys::text AS line FROM api_keys');
    const secret = server.keys.a.split('_').slice(2).join('_');
    const entries = await server.engines.pg.query('SELECT payload FROM journal_entries');
    for (const text of [...rows.map((r) => r.line as string), ...entries.rows.map((r) => r.payload as string)]) {
      expect(text).not.toContain(secret);
    }
    expect(rows.length).toBeGreaterThan(4);
  });

  it('lets each role do what it may and nothing more', async () => {
    const { a, aRead, aWrite, instance } = server.keys;
    const post = (key: string) => server.call('/api/records/readings', { key, json: { rows: [row('role')] } });
    expectProblem(await post(aRead), 403, 'forbidden');
    expect((await post(aWrite)).status).toBe(201);
    expect((await post(a)).status).toBe(201);
    expectProblem(await server.call('/api/keys', { key: aWrite }), 403, 'forbidden');
    expectProblem(
      await server.call('/api/keys', { key: aWrite, json: { name: 'x', role: 'admin' } }),
      403,
      'forbidden',
    );
    expectProblem(await server.call('/api/accounts', { key: a }), 403, 'forbidden');
    expectProblem(await server.call('/api/doctor', { key: a }), 403, 'forbidden');
    expectProblem(await server.call('/api/account', { key: instance }), 403, 'forbidden');
    expectProblem(await server.call('/api/records/readings', { key: instance }), 403, 'forbidden');
  });

  it('revokes a key at once, in its own account only', async () => {
    const made = await server.call('/api/keys', { json: { name: 'short-lived', role: 'read' } });
    expect(made.status).toBe(201);
    const { key, secret } = made.json;
    expect((await server.call('/api/account', { key: secret })).status).toBe(200);
    expectProblem(await server.call(`/api/keys/${key.id}`, { method: 'DELETE', key: server.keys.b }), 404, 'not_found');
    expect((await server.call('/api/account', { key: secret })).status).toBe(200);
    expect((await server.call(`/api/keys/${key.id}`, { method: 'DELETE' })).status).toBe(204);
    expectProblem(await server.call('/api/account', { key: secret }), 401, 'unauthenticated');
    expectProblem(await server.call(`/api/keys/${key.id}`, { method: 'DELETE' }), 404, 'not_found');
    const listed = await server.call('/api/keys');
    expect(listed.json.keys.find((k: { id: string }) => k.id === key.id).revoked_at).not.toBeNull();
    const journal = await server.call('/api/journal?limit=2');
    expect(journal.json.entries.map((entry: { kind: string }) => entry.kind)).toEqual(['key.revoke', 'key.create']);
  });

  it('verification names a key that is not as the journal states it', async () => {
    const { engines } = server;
    const { json } = await server.call('/api/keys', { json: { name: 'watched', role: 'read' } });
    const found = await engines.pg.query<{ account_id: number }>('SELECT account_id FROM api_keys WHERE id = $1', [
      json.key.id,
    ]);
    const account = found.rows[0]!.account_id;
    const keys = new ApiKeys(engines.pg, openJournal(engines.pg, engines.evidence), 1_000);
    const before = await keys.differences(account);
    const change = async (assignment: string) => {
      await engines.pg.query(`UPDATE api_keys SET ${assignment} WHERE id = $1`, [json.key.id]);
      return (await keys.differences(account)).filter(({ where }) => where === `key ${json.key.id}`);
    };
    expect(before.filter(({ where }) => where === `key ${json.key.id}`)).toEqual([]);
    expect(await change("role = 'admin'")).toMatchObject([{ expected: expect.stringContaining('read') }]);
    expect(await change("role = 'read', secret_hash = sha256('x')")).toHaveLength(1);
    await engines.pg.query(
      "INSERT INTO api_keys SELECT 'aaaaaaaaaaaa', account_id, name, role, secret_hash, now(), created_by FROM api_keys WHERE id = $1",
      [json.key.id],
    );
    expect(await keys.differences(account)).toContainEqual(
      expect.objectContaining({ where: 'key aaaaaaaaaaaa', expected: 'nothing' }),
    );
  });

  it('honours a revocation by another server within the time that keys are remembered', async () => {
    const { json } = await server.call('/api/keys', { json: { name: 'elsewhere', role: 'read' } });
    expect((await server.call('/api/account', { key: json.secret })).status).toBe(200);
    await server.engines.pg.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [json.key.id]);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect((await server.call('/api/account', { key: json.secret })).status).toBe(401);
  });
});

describe('problem documents', () => {
  it('answers unknown routes and other methods', async () => {
    expectProblem(await server.call('/api/nothing?secret=1', { key: null }), 404, 'not_found');
    const other = await server.call('/api/account', { method: 'PUT', json: {} });
    expectProblem(other, 404, 'not_found');
    expect((await server.call('/api/nothing?secret=1', { key: null })).json.instance).toBe('/api/nothing');
  });

  it.each([
    ['cut JSON', '{"rows":[{"a":', 'application/json', 400, 'malformed'],
    ['nothing', '', 'application/json', 400, 'malformed'],
    ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 'application/json', 400, 'malformed'],
    ['another content type', 'rows', 'text/plain', 415, 'unsupported'],
    ['a key that would change the prototype', '{"rows":[{"__proto__":{"x":1}}]}', 'application/json', 400, 'malformed'],
    ['the same, escaped', '{"rows":[{"\\u005f_proto__":{"x":1}}]}', 'application/json', 400, 'malformed'],
    ['an unknown field', '{"rows":[{"external_id":"1"}],"rwos":1}', 'application/json', 422, 'invalid'],
    ['no rows', '{"rows":[]}', 'application/json', 422, 'invalid'],
    ['rows that are no objects', '{"rows":["a"]}', 'application/json', 422, 'invalid'],
  ])('refuses a body of %s', async (_name, body, type, status, code) => {
    const answer = await server.call('/api/records/readings', {
      method: 'POST',
      body: body as string,
      headers: { 'content-type': type as string },
    });
    expectProblem(answer, status as number, code as string);
  });

  it('names every bad field with its value and reason', async () => {
    const answer = await server.call('/api/journal?limit=5000&order=sideways&colour=red');
    expectProblem(answer, 422, 'invalid');
    const byField = Object.fromEntries(answer.json.problems.map((p: { field: string }) => [p.field, p]));
    expect(Object.keys(byField).sort()).toEqual(['colour', 'limit', 'order']);
    expect(byField.limit.value).toBe('5000');
    expect(byField.order.reason).toContain('newest');
  });

  it('lists bad rows by number and column and states nothing', async () => {
    const before = (await server.call('/api/account')).json.seq;
    const answer = await server.call('/api/records/readings', {
      json: {
        rows: [row('good'), row('bad', { day: '2025-02-31' }), { quantity: '1' }, row('x', { quantity: 'NaN' })],
      },
    });
    expectProblem(answer, 422, 'invalid');
    expect(answer.json.problems.map((p: { row: number; field: string }) => [p.row, p.field])).toEqual([
      [2, 'day'],
      [3, 'external_id'],
      [4, 'quantity'],
    ]);
    expect((await server.call('/api/account')).json.seq).toBe(before);
  });

  it('never shows what went wrong inside', async () => {
    const original = server.footing.records.list;
    server.footing.records.list = () => Promise.reject(new Error('password=hunter2 at /secret/path'));
    try {
      const answer = await server.call('/api/records/readings');
      expectProblem(answer, 500, 'internal');
      expect(answer.text).not.toMatch(/hunter2|secret|Error/);
    } finally {
      server.footing.records.list = original;
    }
  });

  it('explains every code without a key', async () => {
    const answer = await server.call('/api/problems/conflict', { key: null });
    expect(answer.json).toEqual({ code: 'conflict', status: 409, title: expect.any(String) });
    expectProblem(await server.call('/api/problems/toString', { key: null }), 404, 'not_found');
  });
});

describe('the description', () => {
  it('is OpenAPI 3.1 and shows the very columns of the stream', async () => {
    const { json } = await server.call('/api/openapi.json', { key: null });
    expect(json.openapi).toMatch(/^3\.1\./);
    const { parameters } = json.paths['/api/reports/mrr'].get;
    expect(parameters.find(({ name }: { name: string }) => name === 'interval')).toMatchObject({
      required: false,
      schema: { default: 'month' },
    });
    const rows =
      json.paths['/api/records/readings'].post.requestBody.content['application/json'].schema.properties.rows;
    expect(Object.keys(rows.items.properties)).toEqual(['external_id', 'day', 'quantity', 'notes', 'attributes']);
    for (const [path, methods] of Object.entries<Record<string, { summary?: string }>>(json.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        expect(operation.summary, `${method} ${path}`).toBeTruthy();
      }
    }
  });

  it('is led to from the printed URL', async () => {
    const front = await server.call('/', { key: null });
    expect([front.status, front.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(front.text).toContain('href="/api/docs/"');
  });

  it('has a page that loads nothing from elsewhere', async () => {
    const page = await server.call('/api/docs/', { key: null });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.text).not.toMatch(/(src|href)="https?:/);
  });
});
