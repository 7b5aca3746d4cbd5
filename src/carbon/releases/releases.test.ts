/** Publishers' files as releases: what is read, what is refused, and that nothing is calculated with one before it is adopted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngines } from '../../../test/support/engines.ts';
import type { Engines } from '../../engines/types.ts';
import { openAccounts, openJournal } from '../../journal/index.ts';
import type { Journal } from '../../journal/types.ts';
import { sheetTexts } from '../../streams/index.ts';
import { xlsxFile, xlsxOfRows } from '../../streams/testing/files.ts';
import { readCsv } from '../catalogue/csv.ts';
import { loadCatalogue, readFactors } from '../catalogue/load.ts';
import { gasSplitOf } from '../catalogue/supply-chain-gases.ts';
import { inventory } from '../inventory.ts';
import { openTestLedger, posted, type TestLedger } from '../ledger.test-support.ts';
import { ADOPT_KIND, releaseHash, starterReleases } from '../matching.ts';
import { inventoryUnder } from '../methodology/inventoryUnder.ts';
import { DEFAULT_METHODOLOGY } from '../methodology/methodology.ts';
import { compare } from '../methodology/whatIf.ts';
import { uncertainty } from '../uncertainty/report.ts';
import { type HubSheet, hubWorkbook } from './hub.test-support.ts';
import { importRelease, releaseAsOf } from './imported.ts';
import { differenceOf, effectOfAdopting, releasesKnown } from './preview.ts';
import { readPublication } from './read.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const OPTIONS = { release: 'acme-2026', year: 2026, gwp: 'AR6', publisher: 'Acme' } as const;
const COLUMNS = 'name,unit,scope,category,region,co2_fossil,ch4_non_fossil,n2o,co2e_unsplit';

describe('the documented CSV', () => {
  test('becomes factors of the catalogue', async () => {
    const file = `${COLUMNS}\nSteam of Acme,kWh,2,,SE,0.1,0,0.0001,\nParcel,each,3,4,,,,,0.5\n`;
    const { release, factors } = await readPublication(bytes(file), 'acme.csv', OPTIONS);
    expect([release.id, release.counts.factors, release.gwpSource]).toEqual(['acme-2026', 2, 'AR6']);
    expect(
      factors
        .split('\n')
        .slice(1, 3)
        .map((line) => line.split(',').slice(0, 2)),
    ).toEqual([
      ['parcel/each', 'Parcel'],
      ['steam-of-acme/kwh', 'Steam of Acme'],
    ]);
  });

  test.each([
    ['a missing gas', 'Steam,kWh,2,,SE,0.1,0,,', { field: 'n2o', row: 1, reason: 'a gas is missing: n2o' }],
    ['no emission', 'Steam,kWh,2,,SE,,,,', { field: 'co2e_unsplit', row: 1 }],
    ['an ambiguous unit', 'Steam,ton,2,,SE,,,,1', { field: 'unit', row: 1 }],
    ['a mass below zero', 'Steam,kg,2,,SE,,,,-1', { field: 'co2e_unsplit', row: 1 }],
    ['a category that is none', 'Steam,kg,3,16,SE,,,,1', { field: 'category', row: 1 }],
  ])('%s is refused by row', async (_, row, problem) => {
    const read = readPublication(bytes(`${COLUMNS}\n${row}\n`), 'acme.csv', OPTIONS);
    await expect(read).rejects.toMatchObject({ code: 'invalid', problems: [expect.objectContaining(problem)] });
  });

  test('an uncertainty that is no number is refused', async () => {
    const file = bytes(`${COLUMNS},uncertainty_percent\nSteam,kg,2,,SE,,,,1,small\n`);
    await expect(readPublication(file, 'acme.csv', OPTIONS)).rejects.toMatchObject({
      problems: [expect.objectContaining({ field: 'uncertainty_percent', row: 1 })],
    });
  });

  test('says what it needs to know of the publication', async () => {
    const read = readPublication(bytes(`${COLUMNS}\nSteam,kg,3,,SE,,,,1\n`), 'acme.csv', {});
    await expect(read).rejects.toMatchObject({ problems: ['release', 'year', 'gwp'].map((field) => ({ field })) });
  });
});

const FLAT = ['ID', 'Scope', 'Level 1', 'Level 2', 'Level 3', 'Level 4', 'Column Text', 'UOM', 'GHG/Unit'];
const flat = (year: number, methane: string, header = [...FLAT, `GHG Conversion Factor ${year}`]) =>
  xlsxOfRows(
    header,
    [
      ['1_100_1000_15_1', 'Scope 1', 'Fuels', 'Gaseous fuels', 'Butane', '', '', 'tonnes', 'kg CO2e', '3'],
      [
        '1_100_1000_15_2',
        'Scope 1',
        'Fuels',
        'Gaseous fuels',
        'Butane',
        '',
        '',
        'tonnes',
        'kg CO2e of CO2 per unit',
        '2',
      ],
      [
        '1_100_1000_15_3',
        'Scope 1',
        'Fuels',
        'Gaseous fuels',
        'Butane',
        '',
        '',
        'tonnes',
        'kg CO2e of CH4 per unit',
        '0.28',
      ],
      [
        '1_100_1000_15_4',
        'Scope 1',
        'Fuels',
        'Gaseous fuels',
        'Butane',
        '',
        '',
        'tonnes',
        'kg CO2e of N2O per unit',
        '0.72',
      ],
      [
        '3_200_2003_3_1',
        'Scope 1',
        'Refrigerant & other',
        'Kyoto protocol products',
        'Methane',
        '',
        'Emissions including only Kyoto products',
        'kg',
        'kg CO2e',
        methane,
      ],
      [
        '3_200_2006_3_1',
        'Scope 1',
        'Refrigerant & other',
        'Kyoto protocol products',
        'Nitrous oxide',
        '',
        'Emissions including only Kyoto products',
        'kg',
        'kg CO2e',
        '265',
      ],
    ].map((row) => (header.length === 10 ? row : row.slice(1))),
    'Factors by Category',
  );

describe('the UK flat file', () => {
  test("of a later year is read when its layout and its potentials are the publisher's present ones", async () => {
    const { release, factors } = await readPublication(flat(2027, '28'), 'flat.xlsx', {});
    expect([release.id, release.year, release.edition]).toEqual(['uk-desnz-2027', 2027, 'flat file of 2027']);
    expect(factors).toContain(
      'butane/t,Butane,,,1,,,fuel,combustion,t,GB,2027-01-01,2028-01-01,2,,,0.01,0.002716981132,',
    );
  });

  test.each([
    ['other potentials', flat(2027, '27.9'), 'its potential of Methane is 27.9, not the 28 of AR5'],
    ['a year without keys', flat(2021, '25'), 'files before 2024 have no keys'],
    [
      'another layout',
      flat(2021, '25', [...FLAT.slice(1), 'GHG Conversion Factor 2021']),
      'not laid out as a UK flat file',
    ],
  ])('with %s is refused', async (_, file, words) => {
    await expect(readPublication(file, 'flat.xlsx', {})).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(words),
    });
  });
});

test('a number is the shortest text of what the cell holds, however many digits the file writes', async () => {
  const row = ['4.8607767053859851E-6', '0.25395000000000001', '12'].map((digits) => `<c><v>${digits}</v></c>`);
  const file = Buffer.from(xlsxFile(`<row>${row.join('')}</row>`, [], 'Sheet'));
  expect(await sheetTexts(file, 'Sheet')).toEqual([['0.000004860776705385985', '0.25395', '12']]);
});

const HUB = new Map([
  [
    'stationary_combustion',
    'group,fuel,physical_unit,mmBtu_per_unit_HHV,kg_CO2_per_mmBtu,g_CH4_per_mmBtu,g_N2O_per_mmBtu,kg_CO2_per_unit,g_CH4_per_unit,g_N2O_per_unit\n' +
      'Coal and Coke,Anthracite,short ton,25.09,103.69,11,1.6,"2,602",276,40\n' +
      'Biomass Fuels - Solid,Peat,short ton,8,111.84,32,4.2,895,256,34\n' +
      'Other Fuels - Gaseous,Blast Furnace Gas,scf,9.2e-05,274.32,0.022000000000000002,0.1,0.02524,2e-06,9e-06\n' +
      '"Biomass Fuels - \nKraft Pulping Liquor, by Wood Furnish",Bagasse,,,95.5,1.9,0.42,,,\n',
  ],
  ['mobile_co2', 'fuel,kg_CO2_per_unit,unit\nDiesel Fuel,10.21,gallon\nEthanol (100%),5.75,gallon\n'],
  [
    'mobile_gasoline_onroad',
    'vehicle_type,model_year,g_CH4_per_mile,g_N2O_per_mile\nGasoline Passenger Cars,2010,0.0071,0.0046\nGasoline Passenger Cars,2011,0.0071,0.0046\n',
  ],
  [
    'mobile_diesel_alt_onroad',
    'vehicle_type,fuel,model_year,g_CH4_per_mile,g_N2O_per_mile\nPassenger Cars,Diesel,1960-1982,0.0006,0.0012\nPassenger Cars,Diesel,1983-2006,0.0005,0.001\nBuses,LNG,,2.719,0.017\n',
  ],
  [
    'mobile_nonroad',
    'vehicle_type,fuel,g_CH4_per_gallon,g_N2O_per_gallon\nShips and Boats,Residual Fuel Oil,1.1,0.31\nShips and Boats,Diesel,6.51,0.17\n',
  ],
  [
    'egrid_subregion',
    'subregion,name,lb_CO2_per_MWh,lb_CH4_per_MWh,lb_N2O_per_MWh,nb_lb_CO2_per_MWh,nb_lb_CH4_per_MWh,nb_lb_N2O_per_MWh,grid_gross_loss_fraction\n' +
      'CAMX,WECC California,436.655,0.025,0.003,1033.985,0.051,0.007,0.041\nUS Average,US Average,771.523,0.057,0.008,1393.7,0.104,0.015,0.042\n',
  ],
  ['steam_heat', 'name,kg_CO2_per_mmBtu,g_CH4_per_mmBtu,g_N2O_per_mmBtu\nSteam and Heat,66.33,1.25,0.125\n'],
  [
    'cat4_9_transport',
    'vehicle_type,kg_CO2_per_unit,g_CH4_per_unit,g_N2O_per_unit,unit\nRail,0.021,0.0016,0.0005,short ton-mile\n',
  ],
  [
    'cat5_12_waste',
    'material,recycled,landfilled,combusted,composted,anaerobic_dry,anaerobic_wet\nGlass,0.05,0.02,0.01,,,\n',
  ],
  [
    'cat6_7_travel',
    'vehicle_type,kg_CO2_per_unit,g_CH4_per_unit,g_N2O_per_unit,unit\nCommuter Rail D,0.133,0.0105,0.0026,passenger-mile\n',
  ],
]);

describe('the US hub as a workbook', () => {
  const shipped = new Map(
    loadCatalogue()
      .factors.filter(({ release }) => release === 'us-epa-hub-2025')
      .map((factor) => [factor.id, factor]),
  );

  test('is read to the same factors as the release that ships', async () => {
    const { release, factors } = await readPublication(hubWorkbook(HUB), 'hub.xlsx', {});
    expect([release.id, release.edition, release.counts]).toEqual([
      'us-epa-hub-2025',
      'January 2025',
      { rowsRead: 19, factors: 26, left: { 'no value: not applicable': 3 } },
    ]);
    const read = readFactors(factors, release);
    expect(read.map((factor) => ({ ...factor, unit: factor.unit.code }))).toEqual(
      read.map(({ id }) => ({ ...shipped.get(id)!, unit: shipped.get(id)!.unit.code })),
    );
  });

  test('of a later year becomes a release of that year, with the grid data that it names', async () => {
    const later = hubWorkbook(HUB, { modified: 'Last Modified: 20 February 2027', grid: 'eGRID2025' });
    const { release, factors } = await readPublication(later, 'hub.xlsx', {});
    expect([release.id, release.edition]).toEqual(['us-epa-hub-2027', 'February 2027']);
    expect(factors).toContain('Table 6 Electricity (eGRID2025), total output');
  });

  test.each<[string, HubSheet, string]>([
    ['potentials of AR4', { modified: 'Last Modified: 12 September 2023', methane: '25' }, 'methane is 25, not the 28'],
    ['no date', { modified: '' }, 'when it was last modified'],
    ['no grid data', { grid: 'grid data' }, 'the edition of eGRID'],
    ['heat in other units', { edit: (cells) => cells.map((text) => text.replace('per mmBtu', 'per GJ')) }, 'per GJ'],
    ['grid rates in kg', { edit: (cells) => cells.map((text) => text.replace('(lb ', '(kg ')) }, 'grid rates are in'],
    [
      'another header',
      { edit: (cells) => cells.map((text) => text.replace('kg CO2 per unit', 'kg CO2e per unit')) },
      'mobile_co2 has no header with Fuel Type',
    ],
    ['text for a number', { edit: (cells) => cells.map((text) => (text === '10.21' ? 'about 10' : text)) }, 'about 10'],
    ['a table missing', { edit: (cells) => (cells[0] === 'Material' ? [] : cells) }, 'cat5_12_waste'],
  ])('with %s is refused', async (_, sheet, words) => {
    await expect(readPublication(hubWorkbook(HUB, sheet), 'hub.xlsx', {})).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(words),
    });
  });

  test('a workbook of anything else names its sheets', async () => {
    await expect(readPublication(xlsxOfRows(['a'], [['b']], 'Budget'), 'x.xlsx', {})).rejects.toMatchObject({
      code: 'unsupported',
      problems: [expect.objectContaining({ value: 'Budget' })],
    });
  });
});

test.each([
  ['another table', 'a,b\n1,2\n', 'none of the layouts'],
  [
    'the file by gas',
    '2017 NAICS Code,2017 NAICS Title,GHG,Unit\n111110,Soy,Methane,"kg/2022 USD, purchaser price"\n',
    'by gas, which ships',
  ],
  [
    'another currency',
    '2017 NAICS Code,2017 NAICS Title,GHG,Unit\n111110,Soy,All GHGs,"kg CO2e/2022 EUR, purchaser price"\n',
    'EUR',
  ],
])('%s is refused', async (_, text, words) => {
  await expect(readPublication(bytes(text), 'x.csv', {})).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining(words),
  });
});

describe('supply-chain factors of a later version', () => {
  const file = bytes(
    '2017 NAICS Code,2017 NAICS Title,GHG,Unit,Supply Chain Emission Factors without Margins,Margins of Supply Chain Emission Factors,Supply Chain Emission Factors with Margins\n' +
      '111110,Soybean Farming,All GHGs,"kg CO2e/2024 USD, purchaser price",0.412,0.040,0.452\n',
  );

  test('become a release in dollars of their year', async () => {
    const { release, factors } = await readPublication(file, 'v1.4.csv', {
      release: 'us-epa-supply-chain-1.4',
      year: 2026,
      gwp: 'AR6',
    });
    expect([release.id, release.year, release.gwpSource, release.edition]).toEqual([
      'us-epa-supply-chain-1.4',
      2026,
      'AR6',
      'version 1.4, 2026',
    ]);
    expect(factors).toMatch(/Soybean Farming.*USD \(2024 purchaser price\).*0\.452/);
  });

  test.each([
    [{}, ['release', 'year', 'gwp']],
    [{ release: 'epa-next', year: 2026, gwp: 'AR5' } as const, ['release']],
  ])('are refused without what the file does not say: %j', async (options, fields) => {
    await expect(readPublication(file, 'v1.4.csv', options)).rejects.toMatchObject({
      code: 'invalid',
      problems: fields.map((field) => expect.objectContaining({ field })),
    });
  });
});

const OPTIONS_OF_1_2 = { release: 'us-epa-supply-chain-1.2', year: 2023, gwp: 'AR4' } as const;
const BY_GAS_HEADER =
  '"NAICS Code 2017","NAICS Title 2017","GHG","Unit","Supply Chain Emission Factors without Margins","Margins of Supply Chain Emission Factors","Supply Chain Emission Factors with Margins"\n';
const BY_GAS_MASSES: ReadonlyArray<[gas: string, without: string, margins: string, withMargins: string]> = [
  ['Carbon dioxide', '1.34e-01', '3.78e-02', '1.72e-01'],
  ['Methane', '3.31e-04', '1.51e-04', '4.82e-04'],
  ['Nitrous oxide', '1.30e-03', '3.96e-06', '1.30e-03'],
  ['Sulfur hexafluoride', '2.68e-09', '1.79e-09', '4.48e-09'],
  ['HFCs and PFCs, unspecified', '3.58e-04', '4.86e-04', '8.44e-04'],
];
const BY_GAS_NONE =
  'HFC-23|HFC-32|HFC-125|HFC-134a|HFC-143a|HFC-236fa|Carbon tetrafluoride|Hexafluoroethane|Perfluoropropane|Perfluorocyclobutane|Perfluorobutane|Perfluorohexane|Nitrogen trifluoride';
const byGasLine = (gas: string, numbers: readonly string[]) =>
  `111110,"Soybean Farming","${gas}","kg${gas.endsWith('unspecified') ? ' CO2e' : ''}/2021 USD, purchaser price",${numbers.join(',')}\n`;
const BY_GAS_LINES = [
  ...BY_GAS_MASSES.map(([gas, ...numbers]) => byGasLine(gas, numbers)),
  ...BY_GAS_NONE.split('|').map((gas) => byGasLine(gas, ['0', '0', '0'])),
];

describe('supply-chain factors by gas, of a version that does not ship', () => {
  test('their masses are those of the file, fluorinated gases are CO2e under the potentials of the source', async () => {
    const { release, factors } = await readPublication(
      bytes(BY_GAS_HEADER + BY_GAS_LINES.join('')),
      'gas.csv',
      OPTIONS_OF_1_2,
    );
    expect([release.id, release.gwpSource]).toEqual(['us-epa-supply-chain-1.2-by-gas', 'AR4']);
    const [asMade, asBought] = readCsv(factors, 'factors.csv');
    // 0.000844 + 4.48e-9 x 22,800 (SF6 in AR4), and 0.000358 + 2.68e-9 x 22,800.
    expect(asBought).toMatchObject({ co2_fossil: '0.172', ch4_non_fossil: '0.000482', co2e_unsplit: '0.000946144' });
    expect(asMade).toMatchObject({ co2_fossil: '0.134', n2o: '0.0013', co2e_unsplit: '0.000419104', co2e_source: '' });
    expect(asMade!.unit).toBe('USD (2021 purchaser price)');
  });

  test('a gas that is missing is named', async () => {
    await expect(
      readPublication(bytes(BY_GAS_HEADER + BY_GAS_LINES.slice(1).join('')), 'gas.csv', OPTIONS_OF_1_2),
    ).rejects.toThrow('NAICS 111110: a gas is missing');
  });
});

describe('in an account', () => {
  let engines: Engines;
  let journal: Journal;
  let ledger: TestLedger;
  beforeAll(async () => {
    engines = await testEngines();
    journal = openJournal(engines.pg, engines.evidence);
    ledger = await openTestLedger(engines);
    const account = await openAccounts(engines.pg, journal).create({ slug: 'a', name: 'A' }, 'test');
    ledger.context.accountId = account.id;
  });
  afterAll(() => engines.close());

  const release = (co2e: string, id = 'acme-2026', year = 2026) =>
    readPublication(
      bytes(`name,unit,scope,category,co2e_unsplit,uncertainty_percent\nParcel,each,3,4,${co2e},7\n`),
      'acme.csv',
      {
        ...OPTIONS,
        release: id,
        year,
        validFrom: '2025-01-01',
        validTo: '2027-01-01',
      },
    );
  const at = (seq: number) => ({ ...ledger.context, seq });
  const kg = async (seq: number) => (await inventory(at(seq))).total.co2e_kg;

  test('of supply-chain factors by gas every gas is kept, and told of a factor', async () => {
    const made = await readPublication(bytes(BY_GAS_HEADER + BY_GAS_LINES.join('')), 'gas.csv', OPTIONS_OF_1_2);
    const { entry } = await journal.append(ledger.context.accountId, { kind: 'test', actor: 'test', payload: {} });
    const input = { fileName: 'gas.csv', bytes: bytes('x'), made };
    const { seq } = await importRelease(journal, engines, at(entry.seq), 'test', input);
    await ledger.post([await journal.get(ledger.context.accountId, seq)]);
    const { factors } = (await releaseAsOf(at(seq), seq, 'us-epa-supply-chain-1.2-by-gas'))!;
    const told = factors.map((factor) => [
      factor.lifeCycleStage,
      gasSplitOf(factor)?.get('SF6'),
      gasSplitOf(factor)?.size,
    ]);
    expect(told).toEqual([
      ['cradle-to-gate', '0.00000000268', 18],
      ['cradle-to-shelf', '0.00000000448', 18],
    ]);
  });

  test('is known, then previewed, then adopted; earlier figures stay, other content of the same id is refused', async () => {
    const head = (await journal.append(ledger.context.accountId, { kind: 'test', actor: 'test', payload: {} })).entry
      .seq;
    const adopt = async (releases: unknown) => {
      const payload = { releases } as never;
      const { entry } = await journal.append(ledger.context.accountId, { kind: ADOPT_KIND, actor: 'test', payload });
      await ledger.post([entry]);
      return entry.seq;
    };
    const shipped = await adopt(starterReleases().releases);
    expect(shipped).toBe(head + 1);
    await ledger.post([
      posted(shipped + 1, [
        {
          external_id: 'p',
          entity: 'A',
          activity: 'Parcel',
          quantity: '10',
          unit: 'each',
          country: 'SE',
          start_date: '2026-03-01',
        },
      ]),
    ]);
    await journal.append(ledger.context.accountId, { kind: 'test', actor: 'test', payload: {} });
    const input = { fileName: 'acme.csv', bytes: bytes('x'), made: await release('0.5') };
    const { seq } = await importRelease(journal, engines, at(shipped + 1), 'test', input);
    await ledger.post([await journal.get(ledger.context.accountId, seq)]);
    expect(await kg(seq)).toBe('0');
    expect((await releasesKnown(at(seq))).find((each) => each.release.id === 'acme-2026')).toMatchObject({
      adopted: false,
      imported: seq,
    });

    const known = (await releaseAsOf(at(seq), seq, 'acme-2026'))!;
    const wanted = [...starterReleases().releases.map((each) => each.release), 'acme-2026'];
    expect(await effectOfAdopting(at(seq), wanted, 'AR5')).toMatchObject({
      lines: 1,
      change_kg: '5',
      no_longer_held: 1,
    });
    expect(await differenceOf(at(seq), known)).toMatchObject({ with: null, added: 1 });

    // The publisher's biogenic factors have no CO2e: their masses are compared.
    const uk = await differenceOf(at(seq), (await releaseAsOf(at(seq), seq, 'uk-desnz-2025'))!);
    expect(uk.largest.filter(({ before, after }) => before === after)).toEqual([]);
    expect(new Set(uk.largest.map(({ measure }) => measure))).toContain('co2_biogenic');
    // Factors per dollar are compared though every publication has dollars of another year.
    const epa = (await releaseAsOf(at(seq), seq, 'us-epa-supply-chain-1.3-by-gas'))!;
    const later = { ...epa.release, id: 'us-epa-supply-chain-1.4-by-gas', year: 2026 };
    const factors = epa.factors.map((factor) => ({
      ...factor,
      release: later.id,
      id: factor.id.replace('1.3', '1.4').replace('usd-2022', 'usd-2024'),
      unit: { ...factor.unit, code: 'USD (2024 purchaser price)' },
    }));
    const [first, ...others] = factors;
    const dearer = { ...first!, co2eSource: '9' };
    const nextEpa = await differenceOf(at(seq), { release: later, factors: [dearer, ...others] });
    expect(nextEpa).toMatchObject({ with: 'us-epa-supply-chain-1.3-by-gas', changed: 1, unchanged: 2031, added: 0 });
    expect(nextEpa.largest).toMatchObject([
      { unit_before: 'USD (2022 purchaser price)', unit: 'USD (2024 purchaser price)', after: '9' },
    ]);

    // A what-if takes it before it is adopted, beside the factors of one's own.
    const under = { ...DEFAULT_METHODOLOGY, releases: ['acme-2026', 'own'] };
    const whatIf = await compare(
      { context: at(seq), methodology: DEFAULT_METHODOLOGY },
      { context: at(seq), methodology: under },
      false,
    );
    expect([whatIf.before.toString(), whatIf.after.toString(), whatIf.heldLines.after]).toEqual(['0', '5', 0]);
    expect((await inventoryUnder(at(seq), { groupBy: ['release'] }, under)).rows).toMatchObject([
      { keys: { release: 'acme-2026' }, co2e_kg: '5' },
    ]);

    const hash = { release: 'acme-2026', hash: releaseHash(known.release) };
    const adopted = await adopt([...starterReleases().releases, hash]);
    expect([await kg(adopted), await kg(seq)]).toEqual(['5', '0']);
    // What it says of its uncertainty counts.
    const query = { gwp: 'AR5', method: 'approach_1', seed: 1, draws: 2 } as const;
    expect((await uncertainty(at(adopted), query)).factors).toMatchObject([{ percent: '7', stated: true }]);

    expect(await importRelease(journal, engines, at(adopted), 'test', input)).toMatchObject({ repeated: true });
    const other = { ...input, made: await release('0.6') };
    await expect(importRelease(journal, engines, at(adopted), 'test', other)).rejects.toMatchObject({
      code: 'conflict',
    });
    const next = { ...input, made: await release('0.6', 'acme-2027', 2027) };
    expect(
      await differenceOf(at(adopted), {
        release: next.made.release,
        factors: known.factors.map((factor) => ({
          ...factor,
          release: 'acme-2027',
          id: 'acme-2027/parcel/each',
          co2eSource: '0.6',
          gases: { ...factor.gases, co2e_unsplit: '0.6' },
        })),
      }),
    ).toMatchObject({
      with: 'acme-2026',
      changed: 1,
      largest: [{ factor: 'parcel/each', before: '0.5', after: '0.6', percent: '20' }],
    });
  });
});
