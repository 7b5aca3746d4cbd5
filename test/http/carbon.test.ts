/** Factors, the review queue, decisions, rules and estimates over HTTP, on the whole composition. */

import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { EstimateItemSchema, EstimatesSchema, plainEstimates } from '../../src/http/routes/carbonSchemas.ts';
import { buildServer } from '../../src/http/server.ts';
import { testEngines } from '../support/engines.ts';

let footing: Footing;
let app: FastifyInstance;
const keys = { a: '', b: '', read: '' };
const GAS = 'uk-desnz-2025/natural-gas/kwh-gross-cv';

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
  app = await buildServer(footing);
  for (const [name, slug] of [
    ['a', 'alder'],
    ['b', 'birch'],
  ] as const) {
    const account = await footing.accounts.create({ slug, name: slug }, 'cli:test');
    keys[name] = (await app.keys.create(account.id, { name: 'test', role: 'admin' }, 'cli:test')).secret;
    if (name === 'a')
      keys.read = (await app.keys.create(account.id, { name: 'read', role: 'read' }, 'cli:test')).secret;
  }
  const bill = (id: string, activity: string, quantity: string) => ({
    external_id: id,
    activity,
    quantity,
    unit: 'kWh (Gross CV)',
    start_date: '2025-03-01',
    country: 'GB',
  });
  const stated = await call('POST', '/api/records/activities', {
    rows: [
      bill('1', 'Natural gas supply', '1000'),
      bill('2', 'Natural gas supply', '500'),
      bill('3', 'Mystery', '7'),
      bill('4', 'Natural gas', '100'),
    ],
  });
  expect(stated.status).toBe(201);
});
afterAll(async () => {
  await app.close();
  await footing.close();
});

async function call(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object, key = keys.a) {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { payload: body }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return { status: answer.statusCode, headers: answer.headers, json: answer.json() as any };
}

const total = async (asOf?: number) =>
  (await call('GET', `/api/reports/inventory${asOf === undefined ? '' : `?as_of=${asOf}`}`)).json.total.co2e_kg;

it('queues what is held with candidates and their effect, decides after a preview, remembers and undoes', async () => {
  const queue = await call('GET', '/api/carbon/queue?limit=1');
  expect(queue.json).toMatchObject({
    total: 2,
    items: [{ activity: 'Natural gas supply', lines: 2, quantity: '1500', years: [2025], reason: 'unknown_activity' }],
  });
  const candidate = queue.json.items[0].candidates.find(({ family }: { family: string }) => family === 'Natural gas');
  // 1,500 kWh at 0.18296 and 0.03021 (well to tank) kg CO2e.
  expect(candidate).toMatchObject({ factor: GAS, co2e_kg: '319.755', years_held: [] });
  const why = await call('GET', `/api/explain?ref=${encodeURIComponent(candidate.ref)}`);
  expect(why.json).toMatchObject({ value: '319.755', unit: 'kg CO2e' });
  expect(why.json.facts).toContainEqual([
    '2025',
    '1,500 kWh (Gross CV) × 0.21317 kg CO2e/kWh (Gross CV) = 319.755 kg CO2e',
  ]);
  const [waiting, ...factors] = why.json.children;
  const { json: held } = await call('GET', `/api/explain?ref=${encodeURIComponent(waiting.ref)}`);
  expect([held.value, held.facts]).toEqual(['2', [['quantity', '1500 kWh (Gross CV)']]]);
  for (const { ref } of factors)
    expect((await call('GET', `/api/explain?ref=${encodeURIComponent(ref)}`)).status).toBe(200);
  const second = await call('GET', `/api/carbon/queue?limit=1&cursor=${queue.json.next}`);
  expect(second.json).toMatchObject({ items: [{ activity: 'Mystery' }], next: null });

  const before = await total();
  const decisions = [{ activity: 'natural gas  SUPPLY', family: 'Natural gas', reason: 'our gas contract' }];
  const preview = await call('POST', '/api/carbon/decisions', { decisions, preview: true });
  expect(preview.status).toBe(200);
  expect(preview.json).toMatchObject({ lines: 2, change_kg: '319.755', choices: [{ lines: 2, change_kg: '319.755' }] });
  expect(await total()).toBe(before);

  const stated = await call('POST', '/api/carbon/decisions', { decisions });
  expect(stated.status).toBe(201);
  expect(Number(await total())).toBeCloseTo(Number(before) + 319.755, 9);
  expect(await total(stated.json.seq - 1)).toBe(before);
  const explain = async (ref: string) => (await call('GET', `/api/explain?ref=${encodeURIComponent(ref)}`)).json;
  const figure = await explain(`inventory?gwp=AR5&scope=1&category=&factor=${GAS}&activity=Natural gas supply`);
  const line = await explain(figure.children[0].ref);
  expect(line.children.map(({ kind }: { kind: string }) => kind)).toEqual(['record', 'decision', 'factor']);
  expect(line.children[1]).toMatchObject({
    words: 'factors named Natural gas: our gas contract',
    facts: expect.arrayContaining([['entry', String(stated.json.seq)]]),
  });
  const list = await call('GET', '/api/carbon/decisions');
  expect(list.json.choices).toMatchObject([
    {
      id: `${stated.json.seq}.1`,
      family: 'Natural gas',
      reason: 'our gas contract',
      actor: expect.stringMatching(/^key:/),
    },
  ]);
  expect((await call('GET', '/api/carbon/decisions', undefined, keys.b)).json.choices).toEqual([]);
  expect((await call('DELETE', `/api/carbon/decisions/${stated.json.seq}.1`, undefined, keys.b)).status).toBe(404);
  expect((await call('DELETE', `/api/carbon/decisions/${stated.json.seq}.1`)).status).toBe(200);
  expect(await total()).toBe(before);
  expect((await call('DELETE', `/api/carbon/decisions/${stated.json.seq}.1`)).status).toBe(404);
});

it('queues first what matters most to the total, page by page; what nobody knows the effect of comes last, by lines', async () => {
  const rows = [
    ...Array.from({ length: 3 }, (_, i) => ({ external_id: `o${i}`, activity: 'Natural gas flats', quantity: '1' })),
    { external_id: 'o3', activity: 'Natural gas works', quantity: '900000' },
    { external_id: 'o4', activity: 'Natural gas credit', quantity: '-5000' },
    ...Array.from({ length: 2 }, (_, i) => ({ external_id: `o5${i}`, activity: 'Qzx', quantity: '1000000' })),
  ].map((row) => ({ ...row, unit: 'kWh (Gross CV)', start_date: '2025-04-01', country: 'GB' }));
  expect((await call('POST', '/api/records/activities', { rows }, keys.b)).status).toBe(201);
  const names = async (order: string) => {
    const { json } = await call('GET', `/api/carbon/queue?order=${order}`, undefined, keys.b);
    return json.items.map(({ activity }: { activity: string }) => activity.replace('Natural gas ', ''));
  };
  expect(await names('effect')).toEqual(['works', 'credit', 'flats', 'Qzx']);
  expect(await names('lines')).toEqual(['flats', 'Qzx', 'credit', 'works']);
  expect(await names('quantity')).toEqual(['Qzx', 'works', 'credit', 'flats']);
  const paged: string[] = [];
  for (let cursor = ''; ; ) {
    const { json } = await call('GET', `/api/carbon/queue?limit=1${cursor && `&cursor=${cursor}`}`, undefined, keys.b);
    paged.push(json.items[0].activity.replace('Natural gas ', ''));
    if (json.next === null) break;
    cursor = json.next;
  }
  expect(paged).toEqual(['works', 'credit', 'flats', 'Qzx']);
});

it('says why a candidate would add nothing: there is no rate for its currency', async () => {
  const spent = { external_id: 'c1', activity: 'Consulting services', amount: '10000', currency: 'EUR' };
  const rows = [{ ...spent, start_date: '2025-04-01', country: 'DE' }];
  expect((await call('POST', '/api/records/activities', { rows }, keys.b)).status).toBe(201);
  const { json } = await call('GET', '/api/carbon/queue', undefined, keys.b);
  const { candidates } = json.items.find(({ activity }: { activity: string }) => activity === spent.activity);
  expect(candidates[0]).toMatchObject({
    family: 'Spend, Other Management Consulting Services',
    co2e_kg: '0',
    years_held: [2025],
    held_words: 'no exchange rate is stated for this day or an earlier one: EUR to USD',
  });
});

it('rules: stated, previewed, listed, taken back', async () => {
  const rules = [
    {
      rule: 'gas',
      when: [{ field: 'activity', op: 'contains', values: ['natural gas'] }],
      factor: null,
      reason: 'sold on',
    },
  ];
  const before = await total();
  expect((await call('POST', '/api/carbon/rules', { rules, preview: true })).json).toMatchObject({
    lines: 3,
    before_kg: before,
    after_kg: '0',
    held_lines: 3,
  });
  const { json } = await call('POST', '/api/carbon/rules', { rules });
  expect(await total()).toBe('0');
  expect((await call('GET', '/api/carbon/rules')).json.choices).toMatchObject([{ rule: 'gas', left_out: true }]);
  expect((await call('DELETE', `/api/carbon/rules/${json.seq}.1`)).status).toBe(200);
  expect(await total()).toBe(before);
});

it.each([
  [{ activity: 'x' }, /neither/],
  [{ activity: 'x', factor: GAS, family: 'Natural gas' }, /both/],
  [{ activity: 'x', factor: null }, /reason|missing/],
  [{ activity: 'x', factor: 'no/such' }, /not a factor/],
  [{ activity: 'x', unit: 'kg', factor: GAS }, /measures/],
  [{ activity: 'x', unit: 'ton', factor: GAS }, /./],
])('refuses the decision %j', async (decision, reason) => {
  const answer = await call('POST', '/api/carbon/decisions', { decisions: [decision] });
  expect(answer.status).toBe(422);
  expect(JSON.stringify(answer.json.problems)).toMatch(reason);
  expect((await call('POST', '/api/carbon/decisions', { decisions: [decision] }, keys.read)).status).toBe(403);
});

it('finds factors by text and filters, page by page, and shows one with its licence', async () => {
  const { json } = await call('GET', '/api/carbon/factors?q=natural gas&unit=MWh (Gross CV)&region=GB&scope=1');
  expect(json.factors[0]).toMatchObject({ family: 'Natural gas', score: '1', unit: 'kWh (Gross CV)' });
  const first = await call('GET', '/api/carbon/factors?limit=2&release=us-epa-hub-2025');
  const next = await call('GET', `/api/carbon/factors?limit=2&release=us-epa-hub-2025&cursor=${first.json.next}`);
  expect(next.json.factors[0].id > first.json.factors[1].id).toBe(true);
  const one = await call('GET', `/api/carbon/factors/${encodeURIComponent(GAS)}`);
  expect(one.json).toMatchObject({
    id: GAS,
    co2e_kg: { AR5: '0.18296' },
    gases_kg: { co2_fossil: '0.18259' },
    publication: { year: 2025, licence: 'OGL-UK-3.0' },
  });
  expect((await call('GET', '/api/carbon/factors/none')).status).toBe(404);
  expect((await call('GET', '/api/carbon/factors?unit=furlong')).status).toBe(422);
});

it('estimates without an entry: exact, with sources, candidates where it is unsure', async () => {
  const head = await call('GET', '/api/journal?limit=1');
  const { json, status } = await call('POST', '/api/carbon/estimate', {
    items: [
      { activity: 'Natural gas', quantity: '1000000', unit: 'kWh (Gross CV)', date: '2025-06-01', country: 'GB' },
      { factor: GAS, quantity: 1, unit: 'MWh (Gross CV)', date: '2024-06-01' },
      { activity: 'lorry artic average laden', quantity: 1, unit: 'tkm', date: '2025-06-01', country: 'GB' },
      { activity: 'Natural gas', quantity: 'many', unit: 'kWh', date: '2025-06-01' },
      { activity: 'Natural gas', quantity: 1, unit: 'kWh', date: '2025-02-30' },
    ],
  });
  expect(status).toBe(200);
  expect(json.results).toMatchObject([
    { outcome: 'estimated', co2e_kg: '213170', lines: [{ factor: GAS, co2e_kg: '182960' }, { category: 3 }] },
    { outcome: 'estimated', chosen_by: 'line', lines: [{ flags: ['year_fallback', 'region_assumed'] }, {}] },
    { outcome: 'held', reason: 'unknown_activity' },
    { outcome: 'invalid', field: 'quantity' },
    { outcome: 'invalid', field: 'date' },
  ]);
  expect(json.factors[GAS]).toMatchObject({ unit: 'kWh (Gross CV)' });
  expect(json.counts).toEqual({ estimated: 2, held: 1, invalid: 2 });
  expect(Compile(EstimatesSchema).Errors(json)).toEqual([]);
  expect(json.results[2].candidates[0].factor).toContain('freight-hgv-all-artics-average-laden');
  const threshold = await call('POST', '/api/carbon/estimate', {
    items: [
      { activity: 'lorry freight artic average laden', quantity: 1, unit: 'tkm', date: '2025-06-01', country: 'GB' },
    ],
    threshold: '0.6',
  });
  expect(threshold.json.results[0]).toMatchObject({ outcome: 'estimated', chosen_by: 'text' });
  expect((await call('GET', '/api/journal?limit=1')).json.entries[0].seq).toBe(head.json.entries[0].seq);
});

it('the quick check of estimates accepts nothing that the schema would refuse', () => {
  const schema = Compile(Type.Array(EstimateItemSchema, { minItems: 1 }));
  const value = fc.oneof(
    fc.constantFrom('12.5', '1e3', '', '-1', null, 7, 1.5, [], {}, 'x'.repeat(501), '2025-03-01', '2025-03-011'),
    fc.string(),
  );
  const names = fc.constantFrom(
    'activity',
    'factor',
    'quantity',
    'amount',
    'unit',
    'date',
    'entity',
    'method',
    'other',
  );
  const item = fc.oneof(
    fc.dictionary(names, value),
    fc.dictionary(names, value).map((one) => ({ ...one, date: '2025-03-01' })),
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(item, { maxLength: 3 }), (items) => {
      if (!plainEstimates({ items })) return;
      accepted += 1;
      expect(schema.Errors(items)).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
  expect(accepted).toBeGreaterThan(10);
});
