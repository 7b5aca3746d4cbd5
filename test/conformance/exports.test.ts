/** Tables as files: every format holds the same rows, to the last digit, as of any entry; the same entry gives the same bytes. */

import type { FastifyInstance } from 'fastify';
import { unzipSync } from 'fflate';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { testEngines } from '../support/engines.ts';
import { SCENARIO_A } from './metrics-scenario.ts';
import { PLANS } from './revenue-cases.ts';

let footing: Footing;
let app: FastifyInstance;
let key = '';
let seq = 0;

const NAMES = ['comma, "quoted"', 'line\nbreak', '=1+1', 'two  blanks', 'Ünïcode 𝒳', '_x0041_ and \u0001', '<&>'];

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
  app = await buildServer(footing);
  const account = await footing.accounts.create({ slug: 'full', name: 'full', currency: 'USD' }, 'cli:test');
  key = (await app.keys.create(account.id, { name: 'test', role: 'admin' }, 'cli:test')).secret;
  const customers = NAMES.map((name, i) => ({
    external_id: `c${i}`,
    name,
    lead_created_at: '2026-01-02T03:04:05.678Z',
  }));
  for (const [stream, rows] of [
    ['plans', PLANS],
    ['customers', customers],
    ['invoices', SCENARIO_A],
    ['entities', [{ external_id: 'hq', name: 'HQ', country: 'DE' }]],
    [
      'activities',
      [
        {
          external_id: 'a1',
          entity: 'hq',
          activity: 'Electricity, Germany',
          quantity: '1234567890123.000000000001',
          unit: 'kWh',
          start_date: '2024-01-01',
          country: 'DE',
        },
      ],
    ],
  ] as const) {
    const answer = await app.inject({
      method: 'POST',
      url: `/api/records/${stream}`,
      headers: { authorization: `Bearer ${key}` },
      payload: { rows },
    });
    if (answer.statusCode >= 300) throw new Error(answer.body);
    seq = answer.json().seq;
  }
});
afterAll(async () => {
  await app.close();
  await footing.close();
});

async function file(
  path: string,
): Promise<{ status: number; bytes: Buffer; text: string; headers: Record<string, unknown> }> {
  const answer = await app.inject({ url: `/api/export/${path}`, headers: { authorization: `Bearer ${key}` } });
  return { status: answer.statusCode, bytes: answer.rawPayload, text: answer.body, headers: answer.headers };
}

const objects = (text: string): Array<Record<string, unknown>> =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

async function parquetOf(bytes: Buffer): Promise<Array<Record<string, unknown>>> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file: buffer });
}

test('every table; every format, twice the same bytes', async () => {
  const list = (await app.inject({ url: '/api/export', headers: { authorization: `Bearer ${key}` } })).json().tables;
  expect(list.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining([
      'invoices',
      'customers',
      'movements',
      'customer_balances',
      'mrr_statement',
      'metrics',
      'emissions',
      'factors_in_force',
    ]),
  );
  for (const { name, columns } of list) {
    const range = 'from=2026-01&to=2026-04&until=2026-04-30';
    const lines = await file(`${name}?format=ndjson&${range}`);
    expect([name, lines.status], lines.text).toEqual([name, 200]);
    const rows = objects(lines.text);
    for (const row of rows) expect(Object.keys(row)).toEqual(columns.map((column: { name: string }) => column.name));
    // Formats are the same code for every table; some stand for all.
    if (!['customers', 'invoices', 'movements', 'emissions', 'mrr_statement'].includes(name)) continue;
    for (const format of ['csv', 'parquet', 'xlsx']) {
      const [first, second] = [
        await file(`${name}?format=${format}&${range}`),
        await file(`${name}?format=${format}&${range}`),
      ];
      expect([name, format, first.status]).toEqual([name, format, 200]);
      expect(first.bytes.equals(second.bytes), `${name} ${format}`).toBe(true);
      if (format === 'parquet') expect((await parquetOf(first.bytes)).length).toBe(rows.length);
    }
  }
}, 120_000);

describe('what stands in the cells', () => {
  test('text of any kind comes back, in CSV, NDJSON, Parquet and XLSX', async () => {
    const rows = objects((await file('customers?format=ndjson')).text);
    expect(rows.map(({ name }) => name)).toEqual(NAMES);
    expect(rows[0]!.lead_created_at).toBe('2026-01-02T03:04:05.678Z');
    const parquet = await parquetOf((await file('customers?format=parquet')).bytes);
    expect(parquet.map(({ name }) => name)).toEqual(NAMES);
    expect(parquet[0]!.lead_created_at).toEqual(new Date('2026-01-02T03:04:05.678Z'));
    expect(parquet[0]!.free_trial_started_at ?? null).toBeNull();
    const csv = (await file('customers?format=csv')).text;
    expect(csv.split('\r\n')[0]).toMatch(/^source,external_id,name,/);
    expect(csv).toContain('default,c0,"comma, ""quoted""",');
    expect(csv).toContain('default,c1,"line\nbreak",');
    expect(csv).toContain('default,c2,=1+1,');
    const sheet = Buffer.from(
      unzipSync((await file('customers?format=xlsx')).bytes)['xl/worksheets/sheet1.xml']!,
    ).toString();
    expect(sheet).toContain('_x005F_x0041_ and _x0001_');
    expect(sheet).toContain('&lt;&amp;&gt;');
  });

  test('every digit of a quantity and of a mass', async () => {
    const [activity] = objects((await file('activities?format=ndjson')).text);
    expect(activity!.quantity).toBe('1234567890123.000000000001');
    const [emission] = objects((await file('emissions?format=ndjson')).text);
    expect(emission).toMatchObject({ external_id: 'a1', used: '1234567890123.000000000001', month: '2024-01-01' });
    const csv = (await file('emissions?format=csv')).text.split('\r\n');
    expect(csv[1]).toContain('1234567890123.000000000001');
    const factor = objects((await file('factors_in_force?format=ndjson')).text).find(
      ({ id }) => id === emission!.factor_id,
    );
    expect(factor).toMatchObject({ unit: 'kWh', region: 'DE' });
  });

  test('movements and balances add up to the statement', async () => {
    const cents = (rows: Array<Record<string, unknown>>, column: string) =>
      rows.reduce((sum, row) => sum + BigInt(String(row[column])), 0n);
    const range = 'from=2026-01&to=2026-04&until=2026-04-30';
    const movements = objects((await file(`movements?format=ndjson`)).text);
    const balances = objects((await file(`customer_balances?format=ndjson&${range}`)).text);
    const statement = objects((await file(`mrr_statement?format=ndjson&${range}`)).text);
    expect([cents(movements, 'amount_cents'), cents(balances, 'mrr_cents')]).toEqual([37900n, 37900n]);
    expect(statement.at(-1)).toMatchObject({ bucket: '2026-04', end_cents: '37900', customers: '6' });
    const metrics = objects((await file(`metrics?format=ndjson&${range}`)).text);
    expect(metrics.find(({ metric, bucket }) => metric === 'ltv' && bucket === '2026-03')).toMatchObject({
      value: '38272',
    });
  });
});

test('as of an earlier entry, and what is refused', async () => {
  const before = await file(`invoices?as_of=${seq - 3}`);
  expect(before.text.split('\r\n').length).toBe(2);
  expect(before.headers['footing-seq']).toBe(String(seq - 3));
  expect((await file('nothing')).status).toBe(404);
  expect((await file('invoices?format=pdf')).status).toBe(422);
  expect((await file('metrics?from=2026-04&to=2026-01')).status).toBe(422);
  expect((await file('metrics?segment=none')).status).toBe(404);
});
