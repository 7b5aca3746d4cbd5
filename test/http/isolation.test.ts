/** No route, whatever it is given, shows one account's data to another's key. The routes are read from the API's own description. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { row, type TestServer, testServer } from './support.ts';

const MARK = 'alder-only-4711';
let server: TestServer;
let importSeq: number;
let jobId: string;
let keyId: string;

beforeAll(async () => {
  server = await testServer();
  const { call } = server;
  await call('/api/records/readings', { json: { rows: [row(MARK, { notes: MARK })], source: MARK } });
  const imported = await call(`/api/imports/readings?file_name=${MARK}.csv`, {
    body: `external_id,notes\n${MARK}-2,${MARK}\n${MARK}-3,x\n,${MARK}\n`,
  });
  importSeq = imported.json.import.seq;
  jobId = (await call('/api/verify', { method: 'POST' })).json.id;
  keyId = (await call('/api/keys', { json: { name: MARK } })).json.key.id;
  await server.footing.imports.finished(server.accounts.a, importSeq);
});
afterAll(() => server.close());

async function routes(): Promise<Array<{ method: string; path: string }>> {
  const { json } = await server.call('/api/openapi.json', { key: null });
  return Object.entries<Record<string, unknown>>(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
}

/** The path with what belongs to the other account in it. */
function filled(path: string): string[] {
  const seqs = path.includes('{seq}') ? [importSeq, importSeq - 1, 1] : [0];
  return seqs.map((seq) =>
    path
      .replace('{seq}', String(seq))
      // The one stream that has no end of its own.
      .replace('/journal/events', '/journal/events?until=0')
      .replace('{stream}', 'readings')
      .replace('{name}', 'readings')
      .replace('{slug}', 'alder')
      .replace('{code}', 'invalid')
      .replace('{id}', path.includes('jobs') ? jobId : keyId),
  );
}

it('finds its own data with the same walk, so that the walk can fail', async () => {
  const seen = new Set<string>();
  for (const { method, path } of await routes()) {
    if (method !== 'GET') continue;
    for (const url of filled(path)) {
      if ((await server.call(url)).text.includes(MARK)) seen.add(path);
    }
  }
  expect([...seen].sort()).toEqual(
    expect.arrayContaining([
      '/api/imports',
      '/api/imports/{seq}',
      '/api/imports/{seq}/events',
      '/api/imports/{seq}/rejects.csv',
      '/api/journal/{seq}',
      '/api/keys',
      '/api/records/readings',
    ]),
  );
});

it('shows nothing of an account to the key of another', async () => {
  const before = await server.footing.journal.head(server.accounts.a);
  const queries = ['', `?source=${MARK}`, `?external_id=${MARK}&source=${MARK}`, '?as_of=1', `?ref=entry:${importSeq}`];
  const table = await routes();
  expect(table.length).toBeGreaterThan(20);
  for (const { method, path } of table) {
    for (const url of filled(path)) {
      for (const query of queries) {
        const sends = method !== 'GET';
        const answer = await server.call(url + query, {
          key: server.keys.b,
          method,
          ...(sends && path !== '/api/verify' && path !== '/api/rebuild'
            ? { json: { name: 'x', rows: [row('mine')], keys: [{ external_id: MARK }], source: MARK } }
            : {}),
          headers: { 'footing-account': 'alder', 'x-account-id': String(server.accounts.a) },
        });
        // What the request said itself may be repeated to the one who said it.
        const text = sends ? '' : answer.text.replaceAll(`source=${MARK}`, '').replaceAll(`external_id=${MARK}`, '');
        expect(text, `${method} ${url}${query}`).not.toContain(MARK);
        expect(text, `${method} ${url}${query}`).not.toContain(keyId);
      }
    }
  }
  expect(await server.footing.journal.head(server.accounts.a)).toEqual(before);
  const own = await server.call(`/api/records/readings?external_id=${MARK}&source=${MARK}`);
  expect(own.json.rows).toHaveLength(1);
});

it('refuses every route but the public ones without a key', async () => {
  const open: string[] = [];
  for (const { method, path } of await routes()) {
    const [url] = filled(path);
    const answer = await server.call(url!, { key: null, method, ...(method === 'GET' ? {} : { json: {} }) });
    if (answer.status !== 401) open.push(`${method} ${path}`);
  }
  expect(open.sort()).toEqual([
    'GET /api/health',
    'GET /api/openapi.json',
    'GET /api/problems/{code}',
    // Has a signature in the place of a key (test/stripe); its id is not guessable, and without one there is nothing.
    'POST /api/connectors/stripe/webhook/{id}',
  ]);
  const unsigned = await server.call('/api/connectors/stripe/webhook/x', { key: null, method: 'POST', json: {} });
  expect(unsigned.status).toBe(422);
});
