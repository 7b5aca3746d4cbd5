/** Cases of the carbon specification that need a calculation method, money or factors of one's own: posted, then read as figures. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explainSpend } from '../../src/carbon/checks/explainSpend.ts';
import { qualityOf, spendQuality } from '../../src/carbon/checks/index.ts';
import { explainInventory } from '../../src/carbon/explain.ts';
import { type InventoryQuery, inventory } from '../../src/carbon/inventory.ts';
import {
  adoption,
  type Cells,
  entry,
  openTestLedger,
  posted,
  type TestLedger,
} from '../../src/carbon/ledger.test-support.ts';
import { changeOf, choicesInForce, statedChoices } from '../../src/carbon/matching/ledger.ts';
import { previewChange } from '../../src/carbon/matching/preview.ts';
import { read } from '../../src/carbon/sql.ts';
import type { Engines } from '../../src/engines/types.ts';
import { openAccounts, openJournal } from '../../src/journal/index.ts';
import { Decimal, sumDecimals } from '../../src/kernel/decimal.ts';
import type { ReadContext, RecordSource } from '../../src/ledger/types.ts';
import { setPrices, setRates } from '../../src/rates/index.ts';
import { testEngines } from '../support/engines.ts';

let engines: Engines;
let ledger: TestLedger;
let context: ReadContext;

const at = (more: Cells = {}): Cells => ({ country: 'GB', start_date: '2025-03-01', ...more });
const method = (
  id: string,
  name: string,
  activity: string,
  quantity: string | null,
  unit: string,
  inputs: Cells,
): Cells => ({
  ...at(),
  external_id: id,
  entity: id,
  activity,
  quantity,
  unit,
  method: name,
  ...Object.fromEntries(Object.entries(inputs).map(([key, value]) => [`attributes.${key}`, value])),
});
const spent = (id: string, activity: string, amount: string, currency: string, more: Cells = {}): Cells => ({
  ...at(),
  external_id: id,
  entity: id.split('/')[0]!,
  activity,
  amount,
  currency,
  ...more,
});
const US = { country: 'US' };

const FACTORS: Cells[] = [
  { external_id: 'office', name: 'Office supplies', unit: 'GBP', co2e_kg: '0.5' },
  { external_id: 'machining', name: 'Machining', unit: 'EUR', co2e_kg: '0.45', method: 'spend-based' },
  {
    external_id: 'bracket',
    name: 'Bracket',
    unit: 'each',
    co2e_kg: '3.2',
    method: 'supplier-specific',
    supplier: 'Nordstahl',
  },
];

const ROWS: Cells[] = [
  method('S1-04', 'fuel-and-distance', 'Diesel Fuel, mobile combustion (US)', '100', 'us_gal', {
    vehicle: 'CH4 and N2O: Medium- and Heavy-Duty Vehicles, Diesel, model year 2007-2022 (US)',
    distance_miles: '12000',
  }),
  method('S1-04 no mileage', 'fuel-and-distance', 'Diesel Fuel, mobile combustion (US)', '100', 'us_gal', {}),
  method('S1-05', 'shares', 'B20', '100', 'us_gal', {
    shares: 'Diesel Fuel, mobile combustion (US): 0.8; Biodiesel (100%), mobile combustion (US): 0.2',
  }),
  {
    ...at(),
    external_id: 'S1-08',
    entity: 'S1-08',
    activity: 'Other bituminous coal, energy industries (IPCC default)',
    quantity: '1000',
    unit: 't',
  },
  {
    ...at(),
    external_id: 'S1-08 TJ',
    entity: 'S1-08 TJ',
    activity: 'Other bituminous coal, energy industries (IPCC default)',
    quantity: '25.8',
    unit: 'TJ (Net CV)',
  },
  method('S1-10', 'refrigerant-mass-balance', 'HFC-134a', null, '', {
    purchased_new_kg: '100',
    charge_new_kg: '80',
    purchased_service_kg: '25',
    charge_retired_kg: '30',
    recovered_kg: '20',
  }),
  method('S1-13', 'carbonate-process', 'Calcination of limestone', '100', 't', { carbonate: 'CaCO3' }),
  spent('S3-01', 'NAICS 541511', '250000', 'USD', { ...US, start_date: '2024-05-01' }),
  spent('S3-02', 'NAICS 484121', '100000', 'EUR', { ...US, start_date: '2023-06-30' }),
  { ...spent('S3-03', 'Office supplies', '120000', 'GBP'), method: 'spend', 'attributes.tax_percent': '20' },
  spent('S3-04/invoice', 'Office supplies', '8000', 'GBP'),
  spent('S3-04/credit', 'Office supplies', '-8000', 'GBP'),
  method('S3-06', 'hybrid', 'Castings', '120', 't', {
    material_t: '40',
    material_kg_per_t: '2000',
    transport: 'Freight, HGV, all HGVs, average laden',
    transport_t: '40',
    distance_km: '500',
    waste: 'Waste, commercial and industrial waste, landfill',
    waste_t: '2',
  }),
  {
    ...at(),
    external_id: 'S3-07/pcf',
    entity: 'S3-07',
    activity: 'Bracket',
    quantity: '10000',
    unit: 'each',
    amount: '800000',
    currency: 'EUR',
  },
  spent('S3-07/rest', 'Machining', '200000', 'EUR'),
  method('S3-07 by attribute', 'supplier-specific', 'Bracket', '10000', 'each', { footprint_kg_per_unit: '3.2' }),
  method('S3-08', 'transport', 'Freight, HGV, all HGVs, average laden', '12.5', 't', { distance_km: '850' }),
  method('S3-09', 'transport', 'Freight, rail (US)', '500', 'short_ton', { distance_miles: '1000' }),
  method('S3-11', 'transport', 'Flight, long-haul, economy class, with RF', '2', 'each', { distance_km: '5540' }),
  method('S3-13', 'commuting', 'Business travel, car, average, unknown fuel', '100', 'each', {
    days: '170',
    km_per_day: '24',
    mode_share: '0.7',
  }),
  method('S3-13 home', 'homeworking', 'Homeworking (office equipment + heating)', '100', 'each', { days: '50' }),
  method('S3-14', 'leased-share', 'CO2e, stated', '200', 't', {
    area_m2: '500',
    building_area_m2: '10000',
    months: '9',
  }),
  method('S3-15', 'sold-products-energy', 'Electricity, United Kingdom', '10000', 'each', {
    lifetime_years: '5',
    kwh_per_year: '120',
  }),
  method('S3-16', 'sample', 'CO2e, stated', '150', 't', { sample_size: '6000', total_size: '20000' }),
  method('S3-17 equity', 'financed', 'CO2e, stated', '12000', 't', { outstanding: '5000000', value: '50000000' }),
  method('S3-17 loan', 'financed', 'CO2e, stated', '9000', 't', { outstanding: '2000000', value: '40000000' }),
  method('S3-18', 'sold-fuel', 'Petrol (average biofuel blend)', '1000000', 'l', {}),
  method('missing', 'financed', 'CO2e, stated', '1', 't', { outstanding: '1' }),
  method('mistyped', 'finance', 'CO2e, stated', '1', 't', {}),
  spent('no rate', 'Office supplies', '1000', 'CHF'),
];
for (const row of ROWS) if (/^S1-0[45]|^S3-09/.test(row.external_id!)) row.country = 'US';

beforeAll(async () => {
  engines = await testEngines();
  ledger = await openTestLedger(engines);
  const journal = openJournal(engines.pg, engines.evidence);
  const account = await openAccounts(engines.pg, journal).create({ slug: 'conformance', name: 'Conformance' }, 'test');
  const stated = [engines.evidence, account.id, 'test'] as const;
  const prices = await setPrices(journal, ...stated, {
    source: 'US Bureau of Labor Statistics',
    prices: [
      { index: 'CPI', region: 'US', year: 2022, month: null, value: '292.655' },
      { index: 'CPI', region: 'US', year: 2023, month: null, value: '304.702' },
      { index: 'CPI', region: 'US', year: 2024, month: null, value: '313.689' },
    ],
  });
  const rates = await setRates(journal, ...stated, {
    source: 'mean of the year',
    rates: [{ date: '2023-01-01', base: 'EUR', quote: 'USD', rate: '1.0813' }],
  });
  ledger.context.accountId = account.id;
  const seq = rates.seq + 2;
  await ledger.post([
    adoption(1),
    entry(prices.seq, 'prices.set', {}),
    entry(rates.seq, 'rates.set', {}),
    posted(rates.seq + 1, FACTORS, 'factors'),
    posted(seq, ROWS),
  ]);
  context = { engines, accountId: account.id, database: ledger.context.database, seq };
});
afterAll(() => engines.close());

const ask = (id: string, query: InventoryQuery = {}) =>
  inventory(context, { ...query, filters: { ...query.filters, entity: [id] } });
const rounded = (value: string) =>
  Number(value)
    .toFixed(9)
    .replace(/\.?0+$/, '');

// They only read, so they need not wait for one another.
describe.concurrent('figures', () => {
  test.each([
    ['S1-04', {}, 'AR5', '1161.25'],
    ['S1-04 no mileage', {}, 'AR5', '1021'],
    ['S1-05', { scope: ['1'] }, 'AR5', '816.8'],
    ['S1-08', {}, 'AR5', '2451657.9'],
    ['S1-08', {}, 'AR6', '2451941.7'],
    ['S1-08 TJ', {}, 'AR5', '2451657.9'],
    ['S1-10', {}, 'AR5', '71500'],
    ['S1-10', {}, 'AR6', '84150'],
    ['S1-13', {}, 'AR5', '43971.288949903'],
    ['S3-01', {}, 'AR5', '19591.87284221'],
    ['S3-02', {}, 'AR5', '61793.644821005'],
    ['S3-03', {}, 'AR5', '50000'],
    ['S3-03', { method: ['spend-based'] }, 'AR5', '50000'],
    ['S3-04', {}, 'AR5', '0'],
    ['S3-06', {}, 'AR5', '203073.6654'],
    ['S3-07', {}, 'AR5', '122000'],
    ['S3-07', { method: ['supplier-specific'] }, 'AR5', '32000'],
    ['S3-07', { method: ['spend-based'] }, 'AR5', '90000'],
    ['S3-07 by attribute', { method: ['supplier-specific'] }, 'AR5', '32000'],
    [
      'S3-08',
      { category: ['4'], factor: ['uk-desnz-2025/freight-hgv-all-hgvs-average-laden/tkm'] },
      'AR5',
      '1079.81875',
    ],
    ['S3-09', {}, 'AR5', '10588.65'],
    [
      'S3-13',
      { category: ['7'], factor: ['uk-desnz-2025/business-travel-car-average-unknown-fuel/km'] },
      'AR5',
      '47766.6',
    ],
    // With what the fuel has caused before it is burnt, which is of commuting too.
    ['S3-13', { category: ['7'] }, 'AR5', '60330.144'],
    ['S3-13', { category: ['6'] }, 'AR5', '0'],
    ['S3-13 home', { category: ['7'] }, 'AR5', '13351.2'],
    ['S3-14', { category: ['8'] }, 'AR5', '7500'],
    ['S3-15', { category: ['11'] }, 'AR5', '1062000'],
    ['S3-15', {}, 'AR5', '1062000'],
    ['S3-16', { category: ['14'] }, 'AR5', '500000'],
    ['S3-17 equity', { category: ['15'] }, 'AR5', '1200000'],
    ['S3-17 loan', { category: ['15'] }, 'AR5', '450000'],
    ['S3-18', { category: ['11'] }, 'AR5', '2069160'],
    ['S3-18', { category: ['3'] }, 'AR5', '580940'],
  ] as const)('%s %o under %s is %s kg CO2e', async (id, filters, gwp, expected) => {
    const { total, held } = await ask(id, { filters: filters as never, gwp });
    expect(held).toEqual([]);
    expect(rounded(total.co2e_kg)).toBe(expected);
  });

  test.each([
    ['S1-04', { co2_fossil: '1021', ch4_non_fossil: '0.114', n2o: '0.5172' }],
    ['S1-05', { co2_fossil: '816.8' }],
    ['S1-08', { co2_fossil: '2440680', ch4_non_fossil: '25.8', n2o: '38.7' }],
    ['S1-10', { other_kg: '55' }],
    ['S3-09', { co2_fossil: '10500', ch4_non_fossil: '0.8', n2o: '0.25' }],
  ])('gases of %s', async (id, masses) => {
    expect((await ask(id)).total.gases_kg).toMatchObject(masses);
  });

  test('S3-07: the share of primary data, by emissions and by spend', async () => {
    const only = { filters: { entity: ['S3-07'] } };
    const quality = await qualityOf(context, only);
    expect(quality.primary_percent).toBe('26.23');
    expect(quality.by_category).toMatchObject([{ scope: '3', category: '1', primary_percent: '26.23' }]);
    const [spend, ...others] = await spendQuality(context, only);
    expect(others).toEqual([]);
    expect(spend).toMatchObject({ currency: 'EUR', amount: '1000000', primary_percent: '80' });
    const all = await explainSpend(context, spend!.ref);
    expect([all.value, all.children.map(({ value }) => value)]).toEqual(['1000000', ['800000', '200000']]);
    for (const { ref, value } of all.children) {
      const { value: sum, children } = await explainSpend(context, ref!);
      expect([sum, sumDecimals(children.map((child) => Decimal.parse(child.value!))).toString()]).toEqual([
        value,
        value,
      ]);
    }
  });

  test('biogenic CO2 of a blend stands beside the scopes; both together leave the stack', async () => {
    const { co2_fossil, co2_biogenic } = (await ask('S1-05')).total.gases_kg;
    expect(co2_biogenic).toBe('189');
    expect(Decimal.parse(co2_fossil).add(Decimal.parse(co2_biogenic)).toString()).toBe('1005.8');
  });

  test.each([
    [
      'S3-01',
      ['250,000 USD × 292655/313689 = 233,236.581454880471… USD (2022 purchaser price)'],
      'CPI US 292.655 (2022) / 313.689 (2024)',
    ],
    [
      'S3-02',
      [
        '1 EUR = 1.0813 USD (2023-01-01, mean of the year): 100,000 EUR = 108,130 USD',
        '108,130 USD × 292655/304702 = 103,854.865245387296… USD (2022 purchaser price)',
      ],
      'CPI US 292.655 (2022) / 304.702 (2023)',
    ],
  ] as const)('%s: the steps between the amount and the factor are told', async (id, steps, index) => {
    const source = async (entrySeq: number, row: number): Promise<RecordSource> => ({
      entrySeq,
      entryKind: 'records.post',
      recordedAt: '2026-01-01T00:00:00Z',
      actor: 'test',
      evidence: null,
      fileName: null,
      row,
      cells: {},
    });
    let ref = `inventory?gwp=AR5&entity=${id}`;
    let node = await explainInventory(context, ref, { source });
    while (!ref.startsWith('emission/')) {
      ref = node.children[0]!.ref!;
      node = await explainInventory(context, ref, { source });
    }
    const told = node.children.filter(({ title }) => /^(Converted|At the prices)/.test(title));
    expect(told.map(({ words }) => words)).toEqual(steps);
    expect(told.at(-1)!.facts).toEqual([['price index', index]]);
  });

  test('a missing mileage is said on the line', async () => {
    expect((await ask('S1-04 no mileage')).total.flags).toMatchObject({ part_missing: 1 });
    expect((await ask('S1-04')).total.flags.part_missing).toBeUndefined();
  });

  test('a credit note is a negative line with the factor of its invoice', async () => {
    const { total } = await ask('S3-04');
    expect([total.lines, total.flags.negative]).toEqual([2, 1]);
  });

  test('what was deflated is not flagged, what could not be is', async () => {
    expect((await ask('S3-01')).total.flags.not_deflated).toBeUndefined();
  });
});

describe.concurrent('what cannot be calculated', () => {
  test.each([
    ['missing', 'input_problem', 'value is missing'],
    ['mistyped', 'input_problem', 'there is no method finance; did you mean financed?'],
    ['no rate', 'no_rate', ''],
  ])('%s is held', async (id, reason, detail) => {
    const { total, held } = await ask(id);
    expect(total.lines).toBe(0);
    expect(held.map((each) => each.reason)).toEqual([reason]);
    if (detail !== '') {
      const [row] = await read<{ detail: string }>(
        context,
        'SELECT detail FROM matches WHERE sign = 1 AND match IN (SELECT match FROM held WHERE entity = {id:String})',
        { id },
      );
      expect(row?.detail).toBe(detail);
    }
  });
});

describe('money that is stated later', () => {
  test('posts what was held, corrects what was converted or deflated by it, and leaves earlier figures as they were', async () => {
    const later = await openTestLedger(engines);
    const journal = openJournal(engines.pg, engines.evidence);
    const account = await openAccounts(engines.pg, journal).create({ slug: 'later', name: 'Later' }, 'test');
    later.context.accountId = account.id;
    const stated = [engines.evidence, account.id, 'test'] as const;
    const rate = (date: string, value: string) =>
      setRates(journal, ...stated, { source: 'x', rates: [{ date, base: 'EUR', quote: 'USD', rate: value }] });
    const price = (year: number, value: string) => ({ index: 'CPI', region: 'US', year, month: null, value });
    const figure = async (seq: number) => {
      const { total, held } = await inventory({
        ...context,
        accountId: account.id,
        database: later.context.database,
        seq,
      });
      return [rounded(total.co2e_kg), held.map(({ reason }) => reason).join()];
    };
    // The journal numbers its entries; activities are posted between them, at seqs that it skips by entries of no concern.
    const skip = async () => (await journal.append(account.id, { kind: 'test', actor: 'test', payload: {} })).entry.seq;
    const first = await skip();
    await later.post([adoption(first)]);
    const rows = await skip();
    const gross = { method: 'spend', 'attributes.tax_percent': '25' };
    const bills = [
      spent('plain', 'NAICS 484121', '100000', 'EUR', { ...US, start_date: '2023-06-30' }),
      spent('gross', 'NAICS 484121', '125000', 'EUR', { ...US, start_date: '2023-07-30', ...gross }),
    ];
    await later.post([posted(rows, bills)]);
    expect(await figure(rows)).toEqual(['0', 'no_rate']);

    const early = await rate('2023-01-01', '1.25');
    await later.post([entry(early.seq, 'rates.set', {})]);
    expect(await figure(early.seq)).toEqual(['148750', '']);
    const july = await rate('2023-07-01', '1.5');
    await later.post([entry(july.seq, 'rates.set', {})]);
    // 100,000 EUR x 1.25 and 100,000 EUR net x 1.5, at 0.595 kg/USD.
    expect(await figure(july.seq)).toEqual(['163625', '']);
    const index = await setPrices(journal, ...stated, {
      source: 'x',
      prices: [price(2022, '100'), price(2023, '110')],
    });
    await later.post([entry(index.seq, 'prices.set', {})]);
    expect(await figure(index.seq)).toEqual(['148750', '']);
    expect([await figure(rows), await figure(early.seq), await figure(july.seq)]).toEqual([
      ['0', 'no_rate'],
      ['148750', ''],
      ['163625', ''],
    ]);

    // The same entries at once come to the same.
    const whole = await openTestLedger(engines);
    whole.context.accountId = account.id;
    await whole.post([
      adoption(first),
      posted(rows, bills),
      entry(early.seq, 'rates.set', {}),
      entry(july.seq, 'rates.set', {}),
      entry(index.seq, 'prices.set', {}),
    ]);
    const sums = (of: TestLedger) =>
      read(
        of.context,
        'SELECT seq, month, sum(lines) AS n, sum(co2e_source) AS kg FROM class_totals GROUP BY seq, month ORDER BY seq, month',
      );
    expect(await sums(whole)).toEqual(await sums(later));

    // What a decision would add is worked out at the rate of each bill's day too, and is what is posted once it is taken.
    const words = await skip();
    const hired = (id: string, amount: string, day: string) =>
      spent(id, 'Servers hired', amount, 'EUR', { ...US, start_date: day });
    await later.post([posted(words, [hired('june', '1000', '2023-06-30'), hired('july', '3000', '2023-07-30')])]);
    const at = { ...later.context, seq: words };
    const when = [{ field: 'activity', op: 'is', values: ['servers hired'] }];
    const decided = entry(await skip(), 'matching.rule', {
      rules: [{ rule: 'hosting', when, family: 'Spend, Data Processing, Hosting, and Related Services' }],
    });
    const tried = await previewChange(at, changeOf([], statedChoices(decided), []), 'AR5');
    await later.post([decided]);
    const before = await inventory(at);
    const { total } = await inventory({ ...at, seq: decided.seq });
    expect(total.lines).toBe(before.total.lines + 2);
    const added = Decimal.parse(total.co2e_kg).sub(Decimal.parse(before.total.co2e_kg));
    expect(tried).toMatchObject({ before_kg: '0', other_basis_lines: 0 });
    // A line is rounded to 24 decimals, and so is the sum that is tried.
    expect(rounded(tried.change_kg)).toBe(rounded(added.toString()));
    expect(added.sign()).toBe(1);
    const undone = changeOf(await choicesInForce(later.context, decided.seq), [], [`${decided.seq}.1`]);
    const back = await previewChange({ ...at, seq: decided.seq }, undone, 'AR5');
    expect([rounded(back.before_kg), back.after_kg]).toEqual([rounded(added.toString()), '0']);
  }, 300_000);
});
