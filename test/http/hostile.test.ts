/** Whatever stands in a parameter: no route ends in a fault of ours. The routes are read from the API's own description. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { testEngines } from '../support/engines.ts';

interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  required?: boolean;
  schema: { enum?: string[]; pattern?: string; default?: unknown };
}

/** Each parameter of each route is given the first two and, in turn, one of the rest. */
const ALWAYS = ['a\0b', '9999-12'];
const IN_TURN = [
  '',
  '-1',
  '0',
  '1e309',
  '99999999999999999999',
  '2025-02-30',
  '2025-13',
  "'; --",
  '{x:String}',
  '../..',
  '[]',
  '🜁',
  'x'.repeat(3000),
];

let footing: Footing;
let app: FastifyInstance;
let key: string;

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
  app = await buildServer(footing);
  const account = await footing.accounts.create({ slug: 'a', name: 'a' }, 'cli:test');
  key = (await app.keys.create(account.id, { name: 'test', role: 'admin' }, 'cli:test')).secret;
});
afterAll(async () => {
  await app.close();
  await footing.close();
});

const ask = async (method: 'GET' | 'DELETE', url: string) => {
  const { statusCode, body } = await app.inject({ method, url, headers: { authorization: `Bearer ${key}` } });
  return { status: statusCode, body };
};

/** The path with its parameters in their places, and a value for each that is required. */
function urlOf(path: string, parameters: readonly Parameter[], given: Parameter, value: string): string {
  const query = parameters
    .filter((one) => one.in === 'query' && (one === given || one.required))
    .map((one) => `${one.name}=${encodeURIComponent(one === given ? value : plain(one))}`);
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(name === given.name ? value : '1'));
  return `${filled}?${query.join('&')}`;
}

const plain = ({ schema }: Parameter): string =>
  schema.enum?.[0] ??
  (schema.pattern?.startsWith('^\\d{4}-') ? (schema.pattern.includes('\\d{2}-') ? '2025-01-01' : '2025-01') : '1');

it('no parameter of any route makes it fail on our side, and what cannot be is refused by name', async () => {
  const { paths } = JSON.parse((await ask('GET', '/api/openapi.json')).body);
  const faults: string[] = [];
  let turn = 0;
  for (const [path, methods] of Object.entries<Record<string, { parameters?: Parameter[] }>>(paths)) {
    // The one stream that has no end of its own.
    if (path === '/api/journal/events') continue;
    for (const method of ['get', 'delete'] as const) {
      const parameters = (methods[method]?.parameters ?? []).filter((one) => one.in !== 'header');
      for (const parameter of parameters) {
        for (const value of [...ALWAYS, IN_TURN[turn++ % IN_TURN.length]!]) {
          const url = urlOf(path, parameters, parameter, value);
          const { status, body } = await ask(method.toUpperCase() as 'GET' | 'DELETE', url);
          if (status >= 500) faults.push(`${status} ${method} ${url}`);
          if (value.includes('\0')) expect(body, url).toContain(`"field": "${parameter.name}"`);
        }
      }
    }
  }
  expect(faults).toEqual([]);
  expect(turn).toBeGreaterThan(200);
});

it.each([
  ['/api/reports/mrr?from=2025-02-30', 'from', /no such day/],
  ['/api/reports/inventory?from=2025-13', 'from', /no such month/],
  ['/api/reports/inventory?to=9999-12', 'to', /1900 to 2299/],
  ['/api/journal/at?time=2025-01-01T00:00:00%2B99:00', 'time', /no such instant/],
  ['/api/rates/list?to=2025-02-29', 'to', /no such day/],
])('%s names the parameter and what is wrong with it', async (url, field, reason) => {
  const { status, body } = await ask('GET', url);
  expect(status).toBe(422);
  expect(JSON.parse(body).problems).toMatchObject([{ field, reason: expect.stringMatching(reason) }]);
});

it.each(['/v1/contacts?email=%00', '/v1/contacts/a%00', '/v1/opportunities/%00', '/v1/data_sources/%00'])(
  '%s is refused as ChartMogul refuses parameters',
  async (url) => {
    const { status, body } = await ask('GET', url);
    expect(status).toBe(400);
    expect(body).toContain('has a character that cannot be stored');
  },
);
