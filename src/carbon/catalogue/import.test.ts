import { describe, expect, test } from 'vitest';
import { readCsv, writeCsv } from './csv.ts';
import { FACTOR_COLUMNS, gasMass, type ImportedRelease, slug, spreadsheetNumber, writeFactors } from './format.ts';
import { importDesnz } from './import-desnz.ts';
import { importEpaHub } from './import-epa-hub.ts';
import { importSupplyChain } from './import-supply-chain.ts';
import { importWorldGrid } from './import-world-grid.ts';

const FLAT_HEADER = 'id,scope,level1,level2,level3,level4,column_text,uom,ghg,factor';
const flat = (...rows: string[]) => importDesnz([FLAT_HEADER, ...rows].join('\n'), 2025);

const BUTANE = [
  '1_100_1000_8_1,Scope 1,Fuels,Gaseous fuels,Butane,,,litres,kg CO2e,1.74533',
  '1_100_1000_8_2,Scope 1,Fuels,Gaseous fuels,Butane,,,litres,kg CO2e of CO2 per unit,1.74296',
  '1_100_1000_8_3,Scope 1,Fuels,Gaseous fuels,Butane,,,litres,kg CO2e of CH4 per unit,0.00144',
  '1_100_1000_8_4,Scope 1,Fuels,Gaseous fuels,Butane,,,litres,kg CO2e of N2O per unit,0.00092',
];

describe('UK flat file', () => {
  test('gas rows are CO2e of the gas and become masses', () => {
    expect(flat(...BUTANE).drafts).toEqual([
      expect.objectContaining({
        name: 'Butane',
        scope: '1',
        unit: 'l',
        co2_fossil: '1.74296',
        ch4_non_fossil: '0.000051428571',
        n2o: '0.000003471698',
        co2eSource: '1.74533',
        co2eOfCh4Source: '0.00144',
        sourceRow: '1_100_1000_8',
      }),
    ]);
  });

  test('what is blank is left and counted, never zero; energy rows too; a zero stays a factor', () => {
    const imported = flat(
      '4_300_3004_4_1,Scope 1,Passenger vehicles,Cars (by size),Average car,,Battery Electric Vehicle,km,kg CO2e,0',
      '4_300_3005_4_1,Scope 1,Passenger vehicles,Cars (by size),Average car,,Diesel,km,kg CO2e,',
      '6_300_3005_4_5,Scope 1,SECR kWh pass & delivery vehs,Cars (by size),Average car,,Diesel,km,kWh (Net CV),0.7',
    );
    expect(imported.drafts.map((draft) => [draft.name, draft.co2eSource])).toEqual([
      ['Company car, average, battery electric', '0'],
    ]);
    expect(imported.left).toEqual({ 'no value: not applicable': 1, 'energy conversion, not an emission': 1 });
  });

  test('a group with a gas missing is left and counted', () => {
    const imported = flat(...BUTANE.slice(0, 3));
    expect(imported.drafts).toEqual([]);
    expect(imported.left).toEqual({ 'gas group is incomplete': 3 });
  });

  test('well-to-tank of a car goes along with own cars in category 3 and with travel in category 6', () => {
    const { drafts } = flat(
      '26_303_3000_4_1,Scope 3,WTT- pass vehs & travel- land,WTT- cars (by size),Small car,,Diesel,km,kg CO2e,0.03409',
    );
    expect(drafts.map((draft) => [draft.accompanies, draft.category])).toEqual([
      ['Business travel, car, small, diesel', 6],
      ['Company car, small, diesel', 3],
    ]);
  });

  test('a blend without a gas of the Kyoto basket stands alone outside the scopes', () => {
    const { drafts } = flat(
      '3_200_2050_12_1,Scope 1,Refrigerant & other,Blends,R409A,,Emissions including only non-Kyoto products,kg,kg CO2e,1485',
    );
    expect(drafts).toEqual([expect.objectContaining({ name: 'R-409A', scope: 'outside', co2e_unsplit: '1485' })]);
    expect(drafts[0]!.accompanies).toBeUndefined();
  });

  test.each([
    ['a table', '1_1_1_1,Scope 1,New table,a,b,,,kg,kg CO2e,1', /table New table is not known/],
    ['a gas', '1_1_1_1,Scope 1,Fuels,a,b,,,kg,kg SF6,1', /gas kg SF6 is not known/],
    ['a unit', '1_1_1_1,Scope 1,Fuels,a,b,,,ton,kg CO2e,1', /means different amounts/],
    ['a number', '1_1_1_1,Scope 1,Fuels,a,b,,,kg,kg CO2e,<1', /Not a decimal number/],
    ['a country', '1_1_1_1,Scope 3,Hotel stay,a,Narnia,,,Room per night,kg CO2e,1', /country Narnia/],
  ])('%s that is not known stops the import', (_, row, message) => {
    expect(() => flat(row)).toThrow(message);
  });

  test('a row that is stated twice stops the import, and so does a year that is not known', () => {
    expect(() => flat(BUTANE[0]!, BUTANE[0]!)).toThrow(/states kg CO2e twice/);
    expect(() => importDesnz(FLAT_HEADER, 2021)).toThrow(/flat file of 2021 is not one that this importer can read/);
  });
});

const HUB: Record<string, string> = {
  stationary_combustion:
    'group,fuel,physical_unit,mmBtu_per_unit_HHV,kg_CO2_per_mmBtu,g_CH4_per_mmBtu,g_N2O_per_mmBtu,kg_CO2_per_unit,g_CH4_per_unit,g_N2O_per_unit\n' +
    'Biomass Fuels - Gaseous,Landfill Gas,scf,0.000485,52.07,3.2,0.63,0.025254,0.001552,0.000306\n' +
    'Other Fuels - Gaseous,Blast Furnace Gas,scf,9.2e-05,274.32,0.022000000000000002,0.1,0.02524,2e-06,9e-06\n',
  mobile_co2: 'fuel,kg_CO2_per_unit,unit\nEthanol (100%),5.75,gallon\n',
  mobile_gasoline_onroad:
    'vehicle_type,model_year,g_CH4_per_mile,g_N2O_per_mile\nGasoline Passenger Cars,2010,0.0071,0.0046\n',
  mobile_diesel_alt_onroad: 'vehicle_type,fuel,model_year,g_CH4_per_mile,g_N2O_per_mile\nBuses,LNG,,2.719,0.017\n',
  mobile_nonroad: 'vehicle_type,fuel,g_CH4_per_gallon,g_N2O_per_gallon\nConstruction/Mining EquipmentB,LPG,0.59,0.5\n',
  egrid_subregion:
    'subregion,name,lb_CO2_per_MWh,lb_CH4_per_MWh,lb_N2O_per_MWh,nb_lb_CO2_per_MWh,nb_lb_CH4_per_MWh,nb_lb_N2O_per_MWh,grid_gross_loss_fraction\n' +
    'PRMS,Puerto Rico Miscellaneous,1000,0,0,9999,9,9,\n',
  steam_heat: 'name,kg_CO2_per_mmBtu,g_CH4_per_mmBtu,g_N2O_per_mmBtu\nSteam and Heat,66.33,1.25,0.125\n',
  cat4_9_transport:
    'vehicle_type,kg_CO2_per_unit,g_CH4_per_unit,g_N2O_per_unit,unit\nMedium- and Heavy-Duty TruckC,0.186,0.0016,0.0054,short ton-mile\n',
  cat5_12_waste: 'material,recycled,landfilled,combusted,composted,anaerobic_dry,anaerobic_wet\nGlass,0.05,,,,,\n',
  cat6_7_travel:
    'vehicle_type,kg_CO2_per_unit,g_CH4_per_unit,g_N2O_per_unit,unit\nPassenger Car A,0.297,0.0059,0.0053,vehicle-mile\n',
};

describe('US hub', () => {
  const imported = importEpaHub(new Map(Object.entries(HUB)), 2025);
  const named = (name: string, unit: string) =>
    imported.drafts.find((draft) => draft.name === name && draft.unit === unit);

  test('biomass CO2 is biogenic, grams become kilograms, heat contents are gross', () => {
    expect(named('Landfill Gas (US)', 'mmBtu (Gross CV)')).toMatchObject({
      co2_biogenic: '52.07',
      ch4_non_fossil: '0.0032',
      n2o: '0.00063',
    });
    expect(named('Landfill Gas (US)', 'scf')).toMatchObject({ co2_biogenic: '0.02525395' });
    expect(named('Landfill Gas (US)', 'scf')).not.toHaveProperty('co2_fossil');
    expect(named('Ethanol (100%), mobile combustion (US)', 'us_gal')).toMatchObject({ co2_biogenic: '5.75' });
  });

  test('the noise of a binary fraction is taken off', () => {
    expect(named('Blast Furnace Gas (US)', 'mmBtu (Gross CV)')).toMatchObject({ ch4_non_fossil: '0.000022' });
  });

  test('lb per MWh of the total output, tonnes per short ton, footnote letters', () => {
    expect(named('Electricity, United States, PRMS (Puerto Rico Miscellaneous)', 'MWh')).toMatchObject({
      co2_fossil: '453.59237',
    });
    expect(imported.left['no loss rate for the subregion']).toBe(1);
    expect(named('Waste, glass, recycled (US)', 'short_ton')).toMatchObject({ co2e_unsplit: '50' });
    expect(imported.left['no value: not applicable']).toBe(5);
    expect(named('Freight, medium- and heavy-duty truck (US)', 'short-ton-mile')).toBeDefined();
    expect(named('Travel, passenger car (US)', 'vehicle-mile')).toBeDefined();
    expect(named('CH4 and N2O: Construction/Mining Equipment, LPG (US)', 'us_gal')).toBeDefined();
  });

  test('a table that is missing stops the import', () => {
    expect(() => importEpaHub(new Map(), 2025)).toThrow(/stationary_combustion is missing/);
    expect(() => importEpaHub(new Map(Object.entries(HUB)), 2019)).toThrow(/hub of 2019/);
  });
});

describe('other sources', () => {
  test('spend factors keep the year and kind of price in their unit, with and without margins', () => {
    const text =
      '2017 NAICS Code,2017 NAICS Title,GHG,Unit,Supply Chain Emission Factors without Margins,Margins of Supply Chain Emission Factors,Supply Chain Emission Factors with Margins,Reference USEEIO Code\n' +
      '111110,Soybean Farming,All GHGs,"kg CO2e/2022 USD, purchaser price",0.488,0.044,0.532,1111A0\n';
    const { drafts } = importSupplyChain(text, '1.3');
    expect(drafts.map((draft) => [draft.name, draft.unit, draft.lifeCycleStage, draft.co2e_unsplit])).toEqual([
      ['Spend, Soybean Farming', 'USD (2022 purchaser price)', 'cradle-to-shelf', '0.532'],
      ['Spend, Soybean Farming, without margins', 'USD (2022 purchaser price)', 'cradle-to-gate', '0.488'],
    ]);
    expect(() => importSupplyChain(text.replace('0.532', '0.534'), '1.3')).toThrow(/margins do not add up/);
    expect(() => importSupplyChain(text.replace('2022 USD, purchaser', '2022 EUR, purchaser'), '1.3')).toThrow(/unit/);
  });

  test('grid intensities: g to kg, only the asked year, no country that has its own source', () => {
    const entry = (iso_code: string, country_name: string, carbon_intensity: number, year: number) => ({
      iso_code,
      country_name,
      carbon_intensity,
      year,
    });
    const text = JSON.stringify({
      a: entry('DEU', 'Germany', 380.95, 2023),
      b: entry('GBR', 'United Kingdom', 200, 2023),
      c: entry('ABW', 'Aruba', 500, 2022),
    });
    const imported = importWorldGrid(text, 2023);
    expect(imported.drafts).toEqual([
      expect.objectContaining({ name: 'Electricity, Germany', region: 'DE', co2e_unsplit: '0.38095' }),
    ]);
    expect(imported.left).toEqual({ 'a national publication is held': 1, 'data of another year': 1 });
  });
});

describe('the format', () => {
  const release = (...drafts: ImportedRelease['drafts']): ImportedRelease => ({
    head: importDesnz(FLAT_HEADER, 2025).head,
    drafts,
    rowsRead: 0,
    left: {},
  });
  const draft = flat(...BUTANE).drafts[0]!;

  test('factors are written with stable, readable ids, zero masses left empty', () => {
    const [row] = readCsv(writeFactors(release({ ...draft, name: 'Rigid (>7.5 - 17 t), 50%', n2o: '0.000' })), 'test');
    expect(row).toMatchObject({
      id: 'rigid-over-7.5-17-t-50-percent/l',
      n2o: '',
      valid_from: '2025-01-01',
      valid_to: '2026-01-01',
    });
    expect(Object.keys(row!)).toEqual([...FACTOR_COLUMNS]);
  });

  test('two factors of one id, and a companion of nothing, are refused', () => {
    expect(() => writeFactors(release(draft, draft))).toThrow(/have the id butane\/l/);
    expect(() => writeFactors(release({ ...draft, accompanies: 'Nothing' }))).toThrow(/accompanies Nothing/);
  });

  test('CSV: quotes, commas, line ends and empty cells survive', () => {
    const rows = [
      { a: 'x,"y"', b: '' },
      { a: 'line\nend', b: 'é' },
      { a: '', b: '' },
    ];
    expect(readCsv(writeCsv(['a', 'b'], rows), 'test')).toEqual(rows);
    expect(readCsv('\uFEFFa,b\r\n1,\r\n', 'test')).toEqual([{ a: '1', b: '' }]);
    expect(() => readCsv('a,b\n1\n', 'test')).toThrow(/row 1: 1 cells under 2 columns/);
    expect(() => readCsv('a\n"x\n', 'test')).toThrow(/not closed/);
  });

  test('numbers, masses and slugs', () => {
    expect(spreadsheetNumber('0.13388999999999998')).toBe('0.13389');
    expect(spreadsheetNumber('4.860776705385985e-06')).toBe('0.00000486077670538598');
    // The same cell as another program writes it.
    expect(spreadsheetNumber('4.8607767053859851E-6')).toBe('0.00000486077670538598');
    expect(spreadsheetNumber('520.5327')).toBe('520.5327');
    expect(gasMass('0.00009', '265')).toBe('0.000000339623');
    expect(slug('Naphtha (<401 deg F) (US)')).toBe('naphtha-under-401-deg-f-us');
    expect(slug('100,000-199,999 dwt')).toBe('100000-199999-dwt');
  });
});
