/** The tables of the US hub laid out as its workbook has them: on one sheet from column C on, merged cells blank, units in rows of their own. */

import { xlsxOfRows } from '../../streams/testing/files.ts';
import { readCsv } from '../catalogue/csv.ts';

export interface HubSheet {
  modified?: string;
  grid?: string;
  methane?: string;
  /** Changes a row before it is written. */
  edit?: (cells: string[]) => string[];
}

/** @param tables text of each table as CSV, as `importEpaHub` takes them */
export function hubWorkbook(tables: ReadonlyMap<string, string>, sheet: HubSheet = {}): Uint8Array {
  const {
    modified = 'Last Modified: 15 January 2025',
    grid = 'eGRID2023',
    methane = '28',
    edit = (cells) => cells,
  } = sheet;
  const rows: string[][] = [['GHG Emission Factors Hub'], [modified], []];
  const records = (name: string) => readCsv(tables.get(name)!, name);
  const table = (title: string, header: string[], body: string[][]) =>
    rows.push([title], [], header, ...body, ['Source:'], []);
  const merged = (name: string, columns: string[], over: string[]) => {
    const above: Record<string, string> = {};
    return records(name).map((record) =>
      columns.map((column) => {
        const text = record[column]!;
        const same = over.includes(column) && above[column] === text;
        above[column] = text;
        return same ? '' : text;
      }),
    );
  };

  const perUnit = (unit: string) => [
    '',
    `mmBtu per ${unit}`,
    'kg CO2 per mmBtu',
    'g CH4 per mmBtu',
    'g N2O per mmBtu',
    `kg CO2 per ${unit}`,
    `g CH4 per ${unit}`,
    `g N2O per ${unit}`,
  ];
  const fuels: string[][] = [];
  let [group, unit] = ['', ''];
  for (const record of records('stationary_combustion')) {
    if (record.physical_unit !== '' && record.physical_unit !== unit) {
      unit = record.physical_unit!;
      fuels.push(perUnit(unit));
    }
    if (record.group !== group) {
      group = record.group!;
      fuels.push([group]);
    }
    const { group: _group, physical_unit: _unit, ...cells } = record;
    fuels.push(Object.values(cells));
  }
  const factors = ['CO2 Factor', 'CH4 Factor', 'N2O Factor'];
  table('Stationary Combustion', ['Fuel Type', 'Heat Content (HHV)', ...factors, ...factors], fuels);
  table(
    'Mobile Combustion CO2',
    ['Fuel Type', 'kg CO2 per unit', 'Unit'],
    merged('mobile_co2', ['fuel', 'kg_CO2_per_unit', 'unit'], []),
  );
  const perMile = ['CH4 Factor \r\n(g CH4 / vehicle-mile)', 'N2O Factor \r\n(g N2O / vehicle-mile)'];
  table(
    'Mobile Combustion CH4 and N2O for On-Road Gasoline Vehicles',
    ['Vehicle Type', 'Model Year', ...perMile],
    merged(
      'mobile_gasoline_onroad',
      ['vehicle_type', 'model_year', 'g_CH4_per_mile', 'g_N2O_per_mile'],
      ['vehicle_type'],
    ),
  );
  table(
    'Mobile Combustion CH4 and N2O for On-Road Diesel and Alternative Fuel Vehicles',
    ['Vehicle Type', 'Fuel Type', 'Model Year', ...perMile],
    merged(
      'mobile_diesel_alt_onroad',
      ['vehicle_type', 'fuel', 'model_year', 'g_CH4_per_mile', 'g_N2O_per_mile'],
      ['vehicle_type', 'fuel'],
    ),
  );
  table(
    'Mobile Combustion CH4 and N2O for Non-Road Vehicles',
    ['Vehicle Type', 'Fuel Type', 'CH4 Factor \r\n(g CH4 / gallon) ', 'N2O Factor \r\n(g N2O / gallon) '],
    merged('mobile_nonroad', ['vehicle_type', 'fuel', 'g_CH4_per_gallon', 'g_N2O_per_gallon'], ['vehicle_type']),
  );
  const subregions = records('egrid_subregion').map((record) => Object.values(record));
  rows.push(
    ['Electricity'],
    ['', '', 'Total Output Emission Factors', '', '', 'Non-Baseload Emission Factors', '', '', 'Grid Gross Loss'],
    ['eGRID Subregion Acronym', 'eGRID Subregion Name', ...factors, ...factors, '(%)'],
    [
      '',
      '',
      '(lb CO2 / MWh)',
      '(lb CH4 / MWh)',
      '(lb N2O / MWh)',
      '(lb CO2 / MWh)',
      '(lb CH4 / MWh)',
      '(lb N2O / MWh)',
    ],
    ...subregions,
    [`Source: EPA ${grid}`],
    [],
  );
  const perHeat = [
    'CO2 Factor \r\n(kg CO2 / mmBtu)',
    'CH4 Factor \r\n(g CH4 / mmBtu)',
    'N2O Factor \r\n(g N2O / mmBtu)',
  ];
  table(
    'Steam and Heat',
    ['', ...perHeat],
    records('steam_heat').map((record) => Object.values(record)),
  );
  const perTravel = [
    'CO2 Factor \r\n(kg CO2 / unit)',
    'CH4 Factor \r\n(g CH4 / unit)',
    'N2O Factor \r\n(g N2O / unit)',
    'Units',
  ];
  table(
    'Scope 3 Category 4',
    ['Vehicle Type', ...perTravel],
    records('cat4_9_transport').map((record) => Object.values(record)),
  );
  table(
    'Scope 3 Category 5',
    [
      'Material',
      'RecycledA',
      'LandfilledB',
      'CombustedC',
      'CompostedD',
      'Anaerobically Digested (Dry Digestate with Curing)',
      'Anaerobically Digested (Wet  Digestate with Curing)',
    ],
    records('cat5_12_waste').map((record) => Object.values(record).map((text) => text || 'NA')),
  );
  table(
    'Scope 3 Category 6',
    ['Vehicle Type', ...perTravel],
    records('cat6_7_travel').map((record) => Object.values(record)),
  );
  table(
    'Global Warming Potentials',
    ['Gas', '100-Year GWP'],
    [
      ['Methane', 'CH4', methane],
      ['Nitrous oxide', 'N2O', '265'],
    ],
  );

  const shifted = rows.map((cells) => edit(cells)).map((cells) => ['', '', ...cells]);
  const width = Math.max(...shifted.map((cells) => cells.length));
  const full = shifted.map((cells) => [...cells, ...Array<string>(width - cells.length).fill('')]);
  return xlsxOfRows(full[0]!, full.slice(1), 'Emission Factors Hub');
}
