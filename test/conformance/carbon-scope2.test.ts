/**
 * Scope 2 of the domain specification, S2-01 to S2-11, and what must hold for every allocation: nothing is covered twice, nothing
 * below zero, parts add up to volumes and to use.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SumRow } from '../../src/carbon/figures.ts';
import { inventory } from '../../src/carbon/inventory.ts';
import { adoption, type Cells, openTestLedger, posted } from '../../src/carbon/ledger.test-support.ts';
import { DEFAULT_METHODOLOGY } from '../../src/carbon/methodology/methodology.ts';
import { allocate, type Consumption, type ResidualMix } from '../../src/carbon/scope2/allocate.ts';
import { lossEmissions, splitChp } from '../../src/carbon/scope2/chp.ts';
import type { Instrument } from '../../src/carbon/scope2/criteria.ts';
import { explainScope2 } from '../../src/carbon/scope2/explain.ts';
import { bookOf, marketBook } from '../../src/carbon/scope2/lines.ts';
import { overlaps, rangeOf } from '../../src/carbon/scope2/ranges.ts';
import type { EnergyUse, OwnUse, Scope2Data } from '../../src/carbon/scope2/read.ts';
import { marketFigures, scope2Statement } from '../../src/carbon/scope2/statement.ts';
import { GASES, MASSES, type Mass } from '../../src/carbon/tables.ts';
import type { Engines } from '../../src/engines/types.ts';
import { Decimal, sumDecimals } from '../../src/kernel/decimal.ts';
import type { ReadContext, RecordSource } from '../../src/ledger/types.ts';
import { testEngines } from '../support/engines.ts';

const d = (text: string) => Decimal.parse(text);
const NOTHING = Object.fromEntries(MASSES.map((mass) => [mass, '0'])) as Record<Mass, string>;

/** Electricity of a German site in one month at the grid average of the specification's cases. */
function use(kwh: string, more: Partial<EnergyUse> = {}): EnergyUse {
  const kg = d(kwh).mul(d('0.34206')).toString();
  const sums: SumRow = {
    gwp_source: 'AR5',
    other_gas: '',
    lines: '1',
    ...NOTHING,
    co2e_unsplit: kg,
    co2e_source: kg,
  };
  return {
    entity: 'Leipzig',
    month: '2025-06',
    country: 'DE',
    countryStated: 'DE',
    region: '',
    carrier: 'electricity',
    kwh: d(kwh),
    own: false,
    activity: 'Electricity, Germany',
    factor: 'grid',
    release: '',
    ref: '1',
    sums,
    ...more,
  };
}

let ids = 0;
/** An instrument that meets every criterion, unless told otherwise. */
function instrument(mwh: string | null, more: Partial<Instrument> = {}): Instrument {
  ids += 1;
  return {
    id: `I-${ids}`,
    source: 'default',
    originSeq: ids,
    originRow: 1,
    kind: 'certificate_unbundled',
    carrier: 'electricity',
    kwh: mwh === null ? null : d(mwh).mul(d('1000')),
    rate: d('0'),
    gwp: 'AR5',
    vintageStart: '2025-01-01',
    vintageEnd: '2025-12-31',
    country: 'DE',
    grid: '',
    site: '',
    registry: 'HKNR',
    firstCertificate: `S${ids}-000001`,
    lastCertificate: `S${ids}-999999`,
    issued: '2025-07-01',
    retired: '2026-02-01',
    beneficiary: 'Aldermoor',
    technology: 'wind',
    fuel: '',
    plant: '',
    label: '',
    soleClaim: '',
    netOfResold: '',
    evidence: '',
    ...more,
  };
}

const supplierRate = (mwh: string, rate: string) =>
  instrument(mwh, {
    kind: 'supplier_rate',
    rate: d(rate),
    netOfResold: 'yes',
    registry: '',
    firstCertificate: '',
    lastCertificate: '',
  });

const mix = (more: Partial<ResidualMix> = {}): ResidualMix => ({
  id: 'DE-2025',
  originSeq: 1,
  originRow: 1,
  country: 'DE',
  grid: '',
  year: 2025,
  kgPerKwh: d('0.690'),
  gwp: 'AR5',
  publication: '',
  ...more,
});

const data = (more: Partial<Scope2Data>): Scope2Data => ({
  uses: [],
  others: [],
  own: [],
  instruments: [],
  mixes: [],
  ...more,
});

function reported(given: Partial<Scope2Data>) {
  const all = data(given);
  const book = bookOf(all, DEFAULT_METHODOLOGY);
  return {
    market: marketFigures(book.lines, 'AR5').co2e_kg,
    location: sumDecimals(all.uses.map(({ sums }) => d(sums.co2e_source))).toString(),
    covers: book.lines.map(({ cover, kwh }) => `${cover} ${kwh}`),
    instruments: book.allocation.instruments.map(({ status, applied, unused, rejections }) => ({
      status,
      applied: applied.toString(),
      unused: unused?.toString(),
      why: rejections.map(({ criterion }) => criterion),
    })),
    words: book.allocation.instruments.flatMap(({ rejections }) => rejections.map(({ words }) => words)),
  };
}

describe('combined heat and power', () => {
  const plant = { emissions: '10000', heat: '60000', power: '30000' };
  test('by the work that the heat could do', () => {
    // 1 - 288.15 / 423.15 of the heat of 150 °C.
    const { heat, power } = splitChp({ ...plant, method: 'work_potential', heatTemperature: '150' });
    expect([heat, power].map((part) => part.toDecimal(6).toString())).toEqual(['3895.260766', '6104.739234']);
    expect(() => splitChp({ ...plant, method: 'work_potential' })).toThrow(
      expect.objectContaining({ code: 'invalid' }),
    );
    expect(() => splitChp({ ...plant, method: 'work_potential', heatTemperature: '10' })).toThrow(/warmer/);
  });
});

describe('cases of the specification', () => {
  test('S2-02: a mix of instruments, the rest at the residual mix', () => {
    const found = reported({
      uses: [use('1000000')],
      instruments: [supplierRate('100', '0.210'), instrument('400')],
      mixes: [mix()],
    });
    expect(found.location).toBe('342060');
    expect(found.market).toBe('366000');
    expect(found.covers).toEqual(['certificate_unbundled 400000', 'supplier_rate 100000', 'residual_mix 500000']);
  });

  test('S2-03: no residual mix is published: the grid average, flagged', () => {
    const found = reported({ uses: [use('1000000')], instruments: [instrument('250')] });
    expect([found.location, found.market]).toEqual(['342060', '256545']);
    expect(found.covers).toEqual(['certificate_unbundled 250000', 'grid_average 750000']);
  });

  test('S2-04: more certificates than use are capped, never negative', () => {
    const found = reported({ uses: [use('1000000')], instruments: [instrument('1200')], mixes: [mix()] });
    expect(found.market).toBe('0');
    expect(found.instruments).toEqual([{ status: 'partly_applied', applied: '1000000', unused: '200000', why: [] }]);
  });

  test('S2-05: certificates of another market are rejected with the reason', () => {
    const found = reported({
      uses: [use('1000000')],
      instruments: [instrument('300', { country: 'US' })],
      mixes: [mix()],
    });
    expect(found.market).toBe('690000');
    expect(found.instruments).toEqual([{ status: 'rejected', applied: '0', unused: '300000', why: ['market'] }]);
  });

  test.each([
    ['sold', '103500'],
    ['kept', '0'],
    ['not_issued', '0'],
  ] as const)(
    'S2-06: own generation with certificates %s is %s kg in the market-based figure',
    (certificates, expected) => {
      const own: OwnUse = {
        id: 'PV',
        originSeq: 1,
        originRow: 1,
        certificates,
        technology: 'solar',
        months: [{ month: '2025-06', kwh: d('150000'), first: '2025-06-01', last: '2025-06-30' }],
        entity: 'Leipzig',
        country: 'DE',
        region: '',
        exported: d('50000'),
      };
      const uses =
        certificates === 'sold' ? [use('150000', { own: true, sums: { ...use('0').sums, lines: '0' } })] : [];
      const found = reported({ uses, own: [own], mixes: [mix()] });
      expect([found.location, found.market]).toEqual(['0', expected]);
    },
  );

  test('S2-08: the split of a combined plant by efficiencies', () => {
    const { heat, power } = splitChp({ emissions: '10000', heat: '60000', power: '30000' });
    expect(heat.toDecimal(9).toString()).toBe('4666.666666667');
    expect(power.toDecimal(9).toString()).toBe('5333.333333333');
    expect(heat.add(power).toString()).toBe('10000');
  });

  test('S2-10: losses relate to generation', () => {
    expect(lossEmissions('198741.4969155', '0.041').toDecimal(9).toString()).toBe('8496.768898369');
  });
});

describe('quality criteria', () => {
  test.each([
    ['no emission rate', { rate: null }, 'rate'],
    ['another claims the same', { soleClaim: 'no' }, 'sole_claim'],
    ['a contract that does not give all attributes', { kind: 'contract' }, 'sole_claim'],
    ['not retired', { retired: '' }, 'retired'],
    ['no beneficiary', { beneficiary: '' }, 'retired'],
    ['another year', { vintageStart: '2023-01-01', vintageEnd: '2023-12-31' }, 'vintage'],
    ['a vintage over two years', { vintageStart: '2024-07-01', vintageEnd: '2025-06-30' }, 'vintage'],
    ['another market', { country: 'GB' }, 'market'],
    ['a grid that the site is not on', { grid: 'DE-1' }, 'market'],
    ['a supplier rate with resold certificates', { kind: 'supplier_rate', netOfResold: 'no' }, 'net_of_resold'],
    ['another site', { site: 'Halle' }, 'site'],
    ['another carrier', { carrier: 'heat' }, 'carrier'],
    ['more MWh than certificates', { lastCertificate: 'S1-000009', firstCertificate: 'S1-000001' }, 'volume'],
  ] as Array<[string, Partial<Instrument>, string]>)('%s is rejected', (_what, wrong, criterion) => {
    const found = reported({ uses: [use('1000000')], instruments: [instrument('300', wrong)], mixes: [mix()] });
    expect(found.instruments[0]).toMatchObject({ status: 'rejected', applied: '0', why: [criterion] });
    expect(found.market).toBe('690000');
  });

  test('certificates of a country of the same market count', () => {
    const found = reported({
      uses: [use('1000000')],
      instruments: [instrument('1000', { country: 'NO' })],
      mixes: [mix()],
    });
    expect(found.market).toBe('0');
  });

  test('ranges that overlap: the later stated one is held, and both are named', () => {
    const range = { registry: 'HKNR', firstCertificate: 'DE-0001', lastCertificate: 'DE-0400' };
    const found = reported({
      uses: [use('1000000')],
      instruments: [
        instrument('400', { ...range, id: 'first' }),
        instrument('300', { ...range, id: 'second', firstCertificate: 'DE-0400', lastCertificate: 'DE-0700' }),
      ],
      mixes: [mix()],
    });
    expect(found.instruments.map(({ status, why }) => [status, why])).toEqual([
      ['applied', []],
      ['rejected', ['overlap']],
    ]);
    expect(found.words[0]).toContain('DE-0400 to DE-0700 of second overlap DE-0001 to DE-0400 of first');
  });

  test('monthly matching takes certificates of the month alone', () => {
    const uses = [use('1000', { month: '2025-01' }), use('1000', { month: '2025-02' })];
    const january = instrument('2', { vintageStart: '2025-01-01', vintageEnd: '2025-01-31' });
    const monthly = {
      ...DEFAULT_METHODOLOGY,
      scope2: { ...DEFAULT_METHODOLOGY.scope2, granularity: 'month' as const },
    };
    const by = (methodology: typeof DEFAULT_METHODOLOGY) =>
      allocate(uses, [january], [mix()], methodology).instruments[0]!.applied.toString();
    expect([by(DEFAULT_METHODOLOGY), by(monthly)]).toEqual(['2000', '1000']);
  });

  test('the residual mix of another year is used only as far as the methodology lets it', () => {
    const old = mix({ year: 2023, kgPerKwh: d('0.5') });
    const exact = { ...DEFAULT_METHODOLOGY, time: 'exact' as const };
    const cover = (methodology: typeof DEFAULT_METHODOLOGY) =>
      bookOf(data({ uses: [use('1000')], mixes: [old] }), methodology).lines.map(({ cover: by, otherYear }) => [
        by,
        otherYear,
      ]);
    expect(cover(DEFAULT_METHODOLOGY)).toEqual([['residual_mix', true]]);
    expect(cover(exact)).toEqual([['grid_average', false]]);
  });
});

test('ranges overlap exactly when they share a number of the same series', () => {
  const range = fc
    .record({
      series: fc.constantFrom('A', 'B'),
      first: fc.integer({ min: 1, max: 60 }),
      length: fc.integer({ min: 0, max: 8 }),
    })
    .map(({ series, first, length }) => {
      const made = rangeOf('R', `${series}-${first}`, `${series}-${first + length}`);
      if ('problem' in made) throw new Error(made.problem);
      return made;
    });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
      const found = overlaps(ranges);
      const taken = new Map<string, number>();
      for (const [i, { series, first, last }] of ranges.entries()) {
        const numbers = Array.from({ length: Number(last - first) + 1 }, (_, n) => `${series} ${first + BigInt(n)}`);
        const others = new Set(numbers.flatMap((number) => (taken.has(number) ? [taken.get(number)!] : [])));
        expect(found[i] === null ? others.size === 0 : others.has(found[i]!)).toBe(true);
        if (others.size === 0) for (const number of numbers) taken.set(number, i);
      }
    }),
  );
});

test('every allocation adds up to use and to instruments, covers nothing twice and nothing below zero', () => {
  const months = ['2024-11', '2025-01', '2025-02'];
  const item = fc.record({
    entity: fc.constantFrom('a', 'b'),
    country: fc.constantFrom('DE', 'US'),
    month: fc.constantFrom(...months),
    kwh: fc.integer({ min: -50, max: 3000 }).map((n) => new Decimal(BigInt(n), 2)),
  });
  const claim = fc
    .record({
      country: fc.constantFrom('DE', 'FR', 'US', 'JP'),
      site: fc.constantFrom('', 'a'),
      kind: fc.constantFrom('certificate_ppa', 'certificate_unbundled') as fc.Arbitrary<Instrument['kind']>,
      year: fc.constantFrom('2024', '2025'),
      kwh: fc.integer({ min: 1, max: 4000 }).map((n) => new Decimal(BigInt(n), 2)),
    })
    .map(({ year, kwh, ...rest }) =>
      instrument('1', { ...rest, kwh, vintageStart: `${year}-01-01`, vintageEnd: `${year}-12-31` }),
    );
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 10 }),
      fc.array(claim, { maxLength: 6 }),
      fc.constantFrom('year' as const, 'month' as const),
      (items, claims, granularity) => {
        const uses: Consumption[] = items.map((each) => ({ ...each, region: '', carrier: 'electricity' }));
        const policy = { ...DEFAULT_METHODOLOGY, scope2: { ...DEFAULT_METHODOLOGY.scope2, granularity } };
        const { pools, instruments } = allocate(uses, claims, [], policy);
        const applied = new Map(claims.map((each) => [each, Decimal.ZERO]));
        for (const pool of pools) {
          for (const use of pool.items) {
            const parts = pool.shares.filter((share) => share.item === use).map(({ kwh }) => kwh);
            expect(sumDecimals(parts).toString()).toBe(use.kwh.toString());
          }
          for (const { cover, kwh } of pool.covers) {
            const parts = pool.shares.filter((share) => share.cover === cover).map((share) => share.kwh);
            expect(sumDecimals(parts).toString()).toBe(kwh.toString());
            if (cover.kind !== 'instrument') continue;
            expect(kwh.sign()).toBe(1);
            applied.set(cover.instrument, applied.get(cover.instrument)!.add(kwh));
          }
        }
        for (const { instrument: own, applied: used, unused } of instruments) {
          expect(used.toString()).toBe(applied.get(own)!.toString());
          expect(unused!.sign()).not.toBe(-1);
          expect(used.add(unused!).toString()).toBe(own.kwh!.toString());
        }
      },
    ),
  );
});

describe('in the ledger', () => {
  let engines: Engines;
  let context: ReadContext;
  const row = (id: string, activity: string, quantity: string, unit: string, more: Cells = {}): Cells => ({
    external_id: id,
    entity: id,
    activity,
    quantity,
    unit,
    start_date: '2025-03-01',
    ...more,
  });
  const certificate = (id: string, more: Cells = {}): Cells => ({
    external_id: id,
    kind: 'certificate_unbundled',
    carrier: null,
    mwh: '250',
    emission_rate: '0',
    vintage_start: '2023-01-01',
    vintage_end: '2023-12-31',
    country: 'DE',
    registry: 'HKNR',
    first_certificate: `${id}-001`,
    last_certificate: `${id}-250`,
    retirement_date: '2024-02-01',
    beneficiary: 'Aldermoor',
    ...more,
  });

  beforeAll(async () => {
    engines = await testEngines();
    const ledger = await openTestLedger(engines);
    await ledger.post([
      adoption(1),
      posted(2, [
        row('S2-01', 'Electricity, United States, CAMX (WECC California)', '1000', 'MWh', {
          country: 'US',
          region: 'CAMX',
        }),
        row('S2-07', 'Steam and heat', '500', 'mmBtu', { country: 'US' }),
        row('S2-09', 'Electricity, United Kingdom', '500000', 'kWh', { country: 'GB' }),
        row('S2-11', 'Electricity, United Kingdom', '3100', 'kWh', {
          country: 'GB',
          start_date: '2024-12-15',
          end_date: '2025-01-14',
        }),
        row('Leipzig', 'Electricity, Germany', '1000', 'MWh', { country: 'DE', start_date: '2023-05-01' }),
      ]),
      posted(3, [certificate('GO-1')], 'instruments'),
      posted(4, [{ external_id: 'DE-2023', country: 'DE', year: '2023', kg_per_kwh: '0.5' }], 'residual_mixes'),
      posted(5, [certificate('GO-1', { mwh: '100' })], 'instruments'),
      posted(
        6,
        [
          {
            external_id: 'PV',
            site: 'Leipzig',
            start_date: '2023-06-01',
            end_date: '2023-06-30',
            country: 'DE',
            used_kwh: '1000',
            certificates: 'sold',
          },
        ],
        'own_generation',
      ),
      posted(7, [{ external_id: 'tariff', name: 'Contract 7', unit: 'kWh', scope: '2', co2e_kg: '0.3' }], 'factors'),
      posted(8, [row('Jena', 'Contract 7', '1500', 'kWh', { country: 'DE' })]),
    ]);
    context = { engines, accountId: 1, database: ledger.context.database, seq: 6 };
  });
  afterAll(() => engines.close());

  const at = (seq: number) => ({ ...context, seq });
  const of = (entity: string, gwp: 'AR5' | 'AR6' = 'AR5', seq = 6) =>
    inventory({ ...context, seq }, { gwp, filters: { scope: ['2'], entity: [entity] } });

  test.each([
    ['S2-01', { co2_fossil: '198063.37632235', ch4_non_fossil: '11.33980925', n2o: '1.36077711' }, '198741.4969155'],
    ['S2-07', { co2_fossil: '33165', ch4_non_fossil: '0.625', n2o: '0.0625' }, '33199.0625'],
    ['S2-09', {}, '88500'],
    ['S2-11', {}, '599.785'],
  ] as const)('%s, location-based', async (entity, gases, expected) => {
    const { total } = await of(entity);
    expect(total.co2e_kg).toBe(expected);
    for (const gas of GASES) if (gas in gases) expect(total.gases_kg[gas]).toBe((gases as Record<string, string>)[gas]);
  });

  test('S2-09: losses and upstream lines stand beside', async () => {
    const { rows } = await inventory(context, { groupBy: ['factor'], filters: { scope: ['3'], entity: ['S2-09'] } });
    expect(rows.map(({ co2e_kg }) => Number(co2e_kg)).sort((a, b) => a - b)).toEqual([1985, 9265, 22950]);
  });

  test.each([
    [2, '380950', 'grid_average'],
    [3, '285712.5', 'certificate_unbundled grid_average'],
    [4, '375000', 'certificate_unbundled residual_mix'],
    [5, '450000', 'certificate_unbundled residual_mix'],
    [6, '450500', 'certificate_unbundled residual_mix'],
  ] as const)('as of entry %i the market-based figure of Leipzig is %s kg', async (seq, expected, covers) => {
    const statement = await scope2Statement({ ...context, seq }, { filters: { entity: ['Leipzig'] } });
    expect(statement!.location_based.co2e_kg).toBe('380950');
    expect(statement!.market_based.co2e_kg).toBe(expected);
    expect(statement!.covers.map(({ cover }) => cover).join(' ')).toBe(covers);
    expect(sumDecimals(statement!.rows.map(({ co2e_kg }) => d(co2e_kg))).toString()).toBe(expected);
  });

  test.each([
    ['scope', 'category'],
    ['entity', 'month'],
    ['country', 'activity', 'factor'],
    ['year', 'method', 'release'],
  ] as const)(
    'where nothing is stated that could cover anything, sums by %s, %s are those of the lines',
    async (...groupBy) => {
      const query = { groupBy, gwp: 'AR6' } as const;
      const plain = await scope2Statement(at(2), query);
      const book = await marketBook(at(2), 2, DEFAULT_METHODOLOGY);
      expect(plain!.market_based.co2e_kg).toBe(plain!.location_based.co2e_kg);
      expect(plain!.kwh).toBe(sumDecimals(book.lines.map(({ kwh }) => kwh)).toString());
      expect(sumDecimals(plain!.rows.map(({ kwh }) => d(kwh))).toString()).toBe(plain!.kwh);
      expect(sumDecimals(plain!.rows.map(({ co2e_kg }) => d(co2e_kg))).toString()).toBe(plain!.location_based.co2e_kg);
    },
  );

  test('where nothing covers anything, the gases stay and both methods agree under every set', async () => {
    for (const gwp of ['AR4', 'AR5', 'AR6'] as const) {
      const statement = await scope2Statement(context, { gwp, filters: { entity: ['S2-01'] } });
      expect(statement!.market_based.co2e_kg).toBe(statement!.location_based.co2e_kg);
      expect(statement!.notes.join()).toContain('1,000,000 kWh');
    }
  });

  test('energy whose factor does not say what it is counts as electricity, and that is said', async () => {
    const said = (statement: Awaited<ReturnType<typeof scope2Statement>>) =>
      statement!.notes.filter((note) => note.includes('are taken as electricity')).join();
    expect(said(await scope2Statement(at(8), { filters: { entity: ['Jena'] } }))).toMatch(/^1,500 kWh .*tariff/);
    expect(said(await scope2Statement(at(8), { filters: { entity: ['Leipzig'] } }))).toBe('');
  });

  test('every step of the explanation leads on, down to the record', async () => {
    const source = async (stream: string, seq: number, number: number): Promise<RecordSource> => ({
      entrySeq: seq,
      entryKind: 'records.post',
      recordedAt: '2026-01-01T00:00:00Z',
      actor: 'test',
      evidence: null,
      fileName: null,
      row: number,
      cells: { stream },
    });
    const figure = await explainScope2(context, 'scope2?gwp=AR5&entity=Leipzig', { source });
    expect(figure.value).toBe('450500');
    expect(sumDecimals(figure.children.map(({ value }) => d(value!))).toString()).toBe('450500');
    const streams = new Set<string>();
    for (const part of figure.children) {
      const lines = await explainScope2(context, part.ref!, { source });
      expect(sumDecimals(lines.children.map(({ value }) => d(value!))).toString()).toBe(part.value);
      for (const each of lines.children) {
        const line = await explainScope2(context, each.ref!, { source });
        expect(line.value).toBe(each.value);
        for (const child of line.children) for (const leaf of child.children) streams.add(leaf.facts[0]![1]);
      }
    }
    expect([...streams].sort()).toEqual(['instruments', 'residual_mixes']);
  });

  test('what allocations know nothing of is not asked of them', async () => {
    expect(await scope2Statement(context, { filters: { scope: ['1'] } })).toBe(null);
    expect(await scope2Statement(context, { groupBy: ['scope', 'category'], filters: { category: ['6'] } })).toBe(null);
    expect(await scope2Statement(context, { filters: { method: ['average-data'] } })).toBe(null);
  });
});
