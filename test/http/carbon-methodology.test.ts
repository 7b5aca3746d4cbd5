/** Scope 2 by both methods, methodologies, what-ifs, comparisons and uncertainty over HTTP, on the whole composition. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { testEngines } from '../support/engines.ts';

let footing: Footing;
let app: FastifyInstance;
let accountId: number;
const keys = { a: '', b: '', read: '' };

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
  app = await buildServer(footing);
  for (const [name, slug] of [
    ['a', 'alder'],
    ['b', 'birch'],
  ] as const) {
    const account = await footing.accounts.create({ slug, name: slug }, 'cli:test');
    keys[name] = (await app.keys.create(account.id, { name: 'test', role: 'admin' }, 'cli:test')).secret;
    if (name !== 'a') continue;
    accountId = account.id;
    keys.read = (await app.keys.create(account.id, { name: 'read', role: 'read' }, 'cli:test')).secret;
  }
  await post('activities', [
    {
      external_id: '1',
      entity: 'Leipzig',
      activity: 'Electricity, Germany',
      quantity: '1000000',
      unit: 'kWh',
      start_date: '2023-05-01',
      country: 'DE',
    },
    {
      external_id: '2',
      entity: 'Leeds',
      activity: 'Natural gas',
      quantity: '1000',
      unit: 'kWh (Gross CV)',
      start_date: '2025-03-01',
      country: 'GB',
      data_quality: 'measured',
    },
    {
      external_id: '3',
      entity: 'Leeds',
      activity: 'Electricity, United Kingdom',
      quantity: '1000',
      unit: 'kWh',
      start_date: '2021-03-01',
      country: 'GB',
    },
  ]);
  const certificate = {
    kind: 'certificate_unbundled',
    mwh: '400',
    emission_rate: '0',
    vintage_start: '2023-01-01',
    vintage_end: '2023-12-31',
    country: 'DE',
    registry: 'HKNR',
    first_certificate: 'DE-0001',
    last_certificate: 'DE-0400',
    retirement_date: '2024-02-01',
    beneficiary: 'Alder',
  };
  await post('instruments', [
    { ...certificate, external_id: 'GO-1' },
    { ...certificate, external_id: 'GO-2' },
  ]);
  await post('residual_mixes', [
    { external_id: 'DE', country: 'DE', year: 2023, kg_per_kwh: '0.5', publication: 'a journal' },
  ]);
});
afterAll(async () => {
  await app.close();
  await footing.close();
});

async function call(method: 'GET' | 'POST', url: string, body?: object, key = keys.a) {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { payload: body }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return { status: answer.statusCode, json: answer.json() as any };
}

async function post(stream: string, rows: object[]) {
  const answer = await call('POST', `/api/records/${stream}`, { rows });
  expect([answer.status, answer.json]).toMatchObject([201, {}]);
}

const plus = (a: string, b: string): string => Decimal.parse(a).add(Decimal.parse(b)).toString();
const minus = (a: string): string => Decimal.parse(a).neg().toString();
const explain = (ref: string) => call('GET', `/api/explain?ref=${encodeURIComponent(ref)}`);

test('the inventory answers with both methods, and each figure leads to its rows', async () => {
  const { json } = await call('GET', '/api/reports/inventory?entity=Leipzig');
  expect(json.scope_2.location_based.co2e_kg).toBe('380950');
  expect(json.scope_2.market_based.co2e_kg).toBe('300000');
  expect(json.scope_2.covered_percent).toBe('40');
  expect(Number(json.scope_2.total_location_based.co2e_kg) - Number(json.scope_2.total_market_based.co2e_kg)).toBe(
    80950,
  );
  const figure = await explain(json.scope_2.market_based.ref);
  expect(figure.json.value).toBe('300000');
  const cover = await explain(figure.json.children.at(-1).ref);
  const line = await explain(cover.json.children[0].ref);
  expect(line.json.words).toContain('600,000 kWh × 0.5 kg CO2e/kWh = 300,000 kg CO2e');
  expect(line.json.children[0].children[0].facts).toContainEqual(['publication', 'a journal']);
  expect((await call('GET', '/api/reports/inventory?scope=1')).json.scope_2).toBe(null);
});

test('a brief inventory is the same without what a row says beyond its CO2e', async () => {
  const path = '/api/reports/inventory?group_by=entity,month';
  const { json: whole } = await call('GET', path);
  const { json: brief } = await call('GET', `${path}&brief=true`);
  expect(whole.scope_2.rows.length).toBeGreaterThan(0);
  const { rows: _, ...scope2 } = whole.scope_2;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  const rows = whole.rows.map(({ keys, co2e_kg, co2e_t, lines, ref }: any) => ({ keys, co2e_kg, co2e_t, lines, ref }));
  expect(brief).toEqual({ ...whole, rows, scope_2: scope2 });
});

test('a certificate range counts once: the second instrument is rejected, naming both', async () => {
  const { json } = await call('GET', '/api/carbon/instruments');
  expect(json.counts).toMatchObject({ applied: 1, rejected: 1 });
  for (const [sum, kwh] of [
    ['applied', '400000'],
    ['rejected', '400000'],
    ['unused', '0'],
  ] as const) {
    const { json: node } = await explain(json.refs[sum]);
    expect([sum, node.value, node.children.map(({ value }: { value: string }) => value).join()]).toEqual([
      sum,
      kwh,
      kwh === '0' ? '' : kwh,
    ]);
  }
  const rejected = json.instruments.find(({ status }: { status: string }) => status === 'rejected');
  expect(rejected.rejected[0].words).toMatch(/DE-0001 to DE-0400 of GO-2 overlap DE-0001 to DE-0400 of GO-1/);
  expect((await explain(rejected.ref)).json.words).toContain('Rejected');
  const pages = await call('GET', '/api/carbon/instruments?limit=1');
  const second = await call('GET', `/api/carbon/instruments?limit=1&cursor=${pages.json.next}`);
  expect([pages.json.instruments[0].external_id, second.json.instruments[0].external_id, second.json.next]).toEqual([
    'GO-1',
    'GO-2',
    null,
  ]);
});

test('a what-if is what a preview says and what adopting does; entries before stay as they were', async () => {
  const parameters = { gwp: 'AR6', time: 'latest_not_later' };
  const [whatIf, preview] = [
    await call('POST', '/api/carbon/what-if', { parameters }, keys.read),
    await call('POST', '/api/carbon/methodologies', { name: 'group', parameters, preview: true }),
  ];
  expect([whatIf.status, preview.status]).toEqual([200, 200]);
  expect(preview.json.after.co2e_kg).toBe(whatIf.json.after.co2e_kg);
  expect(preview.json.effects).toEqual(whatIf.json.effects);
  const before = await call('GET', '/api/reports/inventory?group_by=scope,category');
  const stated = await call('POST', '/api/carbon/methodologies', { name: 'group', parameters });
  expect(stated.status).toBe(201);
  const under = await call('GET', '/api/reports/inventory?methodology=group@1');
  expect([under.json.total.co2e_kg, under.json.scope_2]).toEqual([whatIf.json.after.co2e_kg, null]);
  expect((await explain(under.json.total.ref)).status).toBe(422);
  const adopted = await call('POST', '/api/carbon/methodologies/adopt', { methodology: 'group@1' });
  expect(adopted.status).toBe(201);
  const after = await call('GET', '/api/reports/inventory?group_by=scope,category');
  expect([after.json.gwp, after.json.total.co2e_kg]).toEqual(['AR6', whatIf.json.after.co2e_kg]);
  // The electricity of 2021 has no factor that is not later.
  expect(after.json.held.map(({ reason }: { reason: string }) => reason)).toEqual(['no_factor_for_year']);
  const then = await call('GET', `/api/reports/inventory?group_by=scope,category&as_of=${before.json.seq}`);
  expect(then.json).toEqual(before.json);
  const { json } = await call('GET', '/api/carbon/methodologies');
  expect([json.in_force, json.methodologies.length, json.methodologies[1].parameters.time]).toEqual([
    'group@1',
    2,
    'latest_not_later',
  ]);
  expect((await footing.verify(accountId)).findings).toEqual([]);
  const changes = await call('GET', `/api/reports/changes?base_as_of=${before.json.seq}`);
  expect([changes.json.before.co2e_kg, changes.json.after.co2e_kg]).toEqual([
    before.json.total.co2e_kg,
    after.json.total.co2e_kg,
  ]);
});

test('every figure of a what-if and of a comparison leads to what makes it, and what is made of parts is their sum', async () => {
  const { json: whatIf } = await call(
    'POST',
    '/api/carbon/what-if',
    { parameters: { gwp: 'AR4', time: 'nearest', releases: ['uk-desnz-2025'] }, changes: 5 },
    keys.read,
  );
  const { json: changes } = await call('GET', '/api/reports/changes?base_as_of=4&by_entity=true');
  const { json: backwards } = await call('GET', `/api/reports/changes?as_of=4&base_as_of=${changes.after.seq}`);
  const ofThen = await call('GET', `/api/explain?as_of=4&ref=${encodeURIComponent(backwards.refs.change)}`);
  expect(ofThen.json.value).toBe(minus(changes.change_kg));
  for (const answer of [whatIf, changes]) {
    // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
    const places: any[] = [{ ...answer, before_kg: answer.before.co2e_kg, after_kg: answer.after.co2e_kg }];
    for (const { refs, effects, before_kg, after_kg } of [...places, ...answer.by_category]) {
      if (refs.before !== null) expect((await explain(refs.before)).json.value).toBe(before_kg);
      expect((await walk(refs.after)).value).toBe(after_kg);
      expect((await walk(refs.change)).value).toBe(plus(after_kg, minus(before_kg)));
      for (const [cause, ref] of Object.entries(refs.effects)) {
        expect(ref === null).toBe(effects[cause] === '0');
        if (ref !== null) expect((await walk(ref as string)).value).toBe(effects[cause]);
      }
    }
    for (const { ref, before, after } of answer.changes)
      expect((await walk(ref)).value).toBe(plus(after?.co2e_kg ?? '0', minus(before?.co2e_kg ?? '0')));
  }
  expect(whatIf.changes.length).toBeGreaterThan(0);
  // As of an entry from which on other rules decide, the first side is what the books say; the market-based figure needs a stated methodology.
  expect(whatIf.refs.before).toMatch(/^inventory\?/);
  expect(whatIf.after.scope_2_market_ref).toBe(null);
  const { json: potentials } = await call('POST', '/api/carbon/what-if', { parameters: { gwp: 'AR4' } });
  for (const { scope_2_market_kg, scope_2_market_ref } of [potentials.before, potentials.after])
    expect((await explain(scope_2_market_ref)).json.value).toBe(scope_2_market_kg);
  const granular = { parameters: { scope2: { granularity: 'month' } } };
  expect((await call('POST', '/api/carbon/what-if', granular)).json.after).toMatchObject({
    scope_2_market_kg: expect.any(String),
    scope_2_market_ref: null,
  });
  const refused = [
    ['difference/nothing?base=default@1&methodology=default@1', 400],
    ['difference/after?base=default@1&methodology=nobody@1', 404],
    ['difference/after?base=default@1&methodology=default@1&parameters={"releases":5}', 400],
    ['difference/after?base=default@1&methodology=default@1&base_as_of=99999', 422],
    ['difference/gwp?base=default@1&methodology=group@1&cell=none', 404],
  ] as const;
  for (const [ref, status] of refused) expect([ref, (await explain(ref)).status]).toEqual([ref, status]);

  /** The node, whose parts with an amount are its sum. */
  async function walk(ref: string) {
    const { status, json } = await explain(ref);
    expect([ref, status]).toEqual([ref, 200]);
    const parts = json.children.filter(({ value }: { value: string | null }) => value !== null);
    if (parts.length > 0) {
      const values: string[] = parts.map(({ value }: { value: string }) => value);
      expect(values.reduce(plus)).toBe(json.value);
      for (const child of json.children)
        if (child.ref !== null) {
          const inner = await explain(child.ref);
          expect([child.ref, inner.status]).toEqual([child.ref, 200]);
          if (child.value !== null) expect(inner.json.value).toBe(child.value);
        }
    }
    return json;
  }
});

test('what does not hold together is refused by name', async () => {
  const cases: Array<[string, object, string]> = [
    ['/api/carbon/what-if', {}, 'parameters'],
    ['/api/carbon/what-if', { parameters: { scope2: { granularity: 'hour' } } }, 'scope2.granularity'],
    ['/api/carbon/what-if', { parameters: { releases: ['uk-desnz-2042'] } }, 'releases'],
    ['/api/carbon/what-if', { parameters: { gwp: 'AR6' }, from: '2025-13' }, 'from'],
    ['/api/carbon/methodologies', { name: 'Default', parameters: {} }, 'name'],
  ];
  for (const [url, body, field] of cases) {
    const { status, json } = await call('POST', url, body);
    expect([status, json.problems?.[0]?.field]).toEqual([422, field]);
  }
  expect((await call('POST', '/api/carbon/methodologies/adopt', { methodology: 'nobody@1' })).status).toBe(404);
  expect((await call('POST', '/api/carbon/methodologies', { name: 'x', parameters: {} }, keys.read)).status).toBe(403);
  expect((await call('GET', '/api/reports/changes')).status).toBe(422);
});

test('the uncertainty of an inventory, the same for the same seed', async () => {
  const run = (seed: number) => call('GET', `/api/reports/uncertainty?method=monte_carlo&draws=200&seed=${seed}`);
  const [first, again, other] = [await run(1), await run(1), await run(2)];
  expect(first.status).toBe(200);
  expect(again.json).toEqual(first.json);
  expect(other.json.total.high_kg).not.toBe(first.json.total.high_kg);
  expect(first.json.total.co2e_kg).toBe((await call('GET', '/api/reports/inventory')).json.total.co2e_kg);
});

test('a combined plant is split', async () => {
  const { json } = await call('POST', '/api/carbon/chp', {
    emissions: '10000',
    heat: '60000',
    power: '30000',
    loss: '0.041',
  });
  expect(json).toEqual({
    heat: '4666.666666666667',
    power: '5333.333333333333',
    heat_loss: '199.513381995134',
    power_loss: '228.015293708724',
  });
  expect((await call('POST', '/api/carbon/chp', { emissions: '1', heat: '0', power: '0' })).status).toBe(422);
});

test('another account sees nothing of it', async () => {
  const instruments = await call('GET', '/api/carbon/instruments', undefined, keys.b);
  const methodologies = await call('GET', '/api/carbon/methodologies', undefined, keys.b);
  expect([instruments.json.total, methodologies.json.in_force]).toEqual([0, 'default@1']);
  expect((await call('POST', '/api/carbon/what-if', { methodology: 'group@1' }, keys.b)).status).toBe(404);
});

/** Every reference of an answer, with the CO2e that stands beside it. */
function refsIn(answer: unknown, found = new Map<string, string | null>()): Map<string, string | null> {
  const add = (ref: string, value: string | null) => {
    if (/^(inventory|record|held|check|total|scope2|factor|emission|allocation|instrument)[?/]/.test(ref))
      found.set(ref, value ?? found.get(ref) ?? null);
  };
  if (typeof answer === 'string') add(answer, null);
  else if (answer !== null && typeof answer === 'object') {
    for (const [name, value] of Object.entries(answer))
      if (name === 'ref' && typeof value === 'string' && 'co2e_kg' in answer) add(value, String(answer.co2e_kg));
      else refsIn(value, found);
  }
  return found;
}

test('every reference of a report or a check leads on, down to the rows, and its figure is the one it stands beside', async () => {
  const day = { unit: 'kWh', country: 'GB', start_date: '2025-03-01', entity: 'Leeds' };
  await post('activities', [
    { ...day, external_id: 'twice 1', activity: 'Electricity, United Kingdom', quantity: '50', data_quality: '2' },
    { ...day, external_id: 'twice 2', activity: 'Electricity, United Kingdom', quantity: '50', data_quality: '2' },
    { ...day, external_id: 'minus', activity: 'Electricity, United Kingdom', quantity: '-5' },
    { ...day, external_id: 'nobody knows', activity: 'Mystery', quantity: '7' },
    ...Array.from({ length: 9 }, (_, i) => ({
      ...day,
      external_id: `w ${i}`,
      activity: 'Well-known',
      quantity: i === 0 ? '90000' : `9.${i}`,
    })),
    {
      ...day,
      external_id: 'taxi',
      activity: 'CO2e, stated',
      category: '6',
      quantity: '10',
      unit: 'kg',
      data_quality: 'supplier',
    },
    { ...day, external_id: 'paid', activity: 'Legal services', amount: '100', currency: 'GBP', unit: '' },
    ...[
      ['m1', '2025-01-01', '2025-01-20'],
      ['m2', '2025-02-01', '2025-02-28'],
    ].map(([external_id, start_date, end_date]) => ({
      ...day,
      external_id,
      start_date,
      end_date,
      activity: 'Natural gas',
      unit: 'kWh (Gross CV)',
      quantity: '3',
      'attributes.meter': 'M',
    })),
  ]);
  const asked = '?from=2025-01&to=2025-03';
  const paths = [
    `/api/reports/inventory${asked}`,
    '/api/reports/inventory',
    `/api/reports/inventory${asked}&approach=operational&group_by=scope,category,entity`,
    `/api/reports/uncertainty${asked}`,
    '/api/reports/held',
    ...['', '/completeness', '/periods', '/quality', '/screening', '/outliers'].map(
      (c) => `/api/carbon/checks${c}${asked}`,
    ),
    ...['/units', '/duplicates', '/negatives'].map((c) => `/api/carbon/checks${c}`),
    '/api/carbon/instruments',
  ];
  const open = new Map<string, string | null>();
  for (const path of paths) {
    const { status, json } = await call('GET', path);
    expect([path, status, json.detail]).toEqual([path, 200, undefined]);
    const refs = refsIn(json);
    if (!/outliers/.test(path)) expect([path, refs.size]).not.toEqual([path, 0]);
    for (const [ref, value] of refs) open.set(ref, value ?? open.get(ref) ?? null);
  }
  // References of one form lead to one piece of code: a few of each.
  const ofForm = new Map<string, number>();
  const kinds = new Set<string>();
  for (const [ref, value] of open) {
    const form = ref.startsWith('check') ? ref : `${ref.split(/[?/]/)[0]} ${ref.match(/[?&/]\w+=/g)}`;
    ofForm.set(form, (ofForm.get(form) ?? 0) + 1);
    if (ofForm.get(form)! > 2) continue;
    const { status, json } = await explain(ref);
    expect([ref, status, json.detail]).toEqual([ref, 200, undefined]);
    if (value !== null) expect([ref, json.value]).toEqual([ref, value]);
    kinds.add(json.kind);
    const parts: Array<{ kind: string; ref: string | null; value: string | null; unit: string | null }> = json.children;
    for (const child of parts) if (child.ref !== null) open.set(child.ref, open.get(child.ref) ?? null);
    if (json.kind === 'record' || json.kind === 'posting') expect(parts.length).toBeGreaterThan(0);
  }
  expect([...kinds].sort()).toEqual(expect.arrayContaining(['factor', 'figure', 'posting', 'record']));
  const summary = (await call('GET', `/api/carbon/checks${asked}`)).json;
  for (const [name, ref] of Object.entries<string>(summary.refs))
    expect([name, (await explain(ref)).json.value]).toEqual([name, String(summary[name])]);
  expect(summary).toMatchObject({ duplicates: 1, negatives: 1, unit_outliers: 1, gaps_and_overlaps: 1 });
});
