/** What a row of the UK flat file is: its name for people, scope, category, stage, and the factor it goes along with. */
import { FootingError } from '../../kernel/errors.ts';
import { gasByDesnzName } from './desnz-gases.ts';
import { hotelRegion } from './desnz-hotels.ts';
import type { FactorDraft } from './format.ts';

export interface DesnzRow {
  /** The publisher's key without the part for the gas. */
  key: string;
  scope: string;
  level1: string;
  level2: string;
  level3: string;
  level4: string;
  column: string;
  /** Canonical unit code. */
  unit: string;
}

type Numbers = Partial<FactorDraft>;
type Kind = Pick<FactorDraft, 'scope' | 'method' | 'lifeCycleStage'> & Partial<FactorDraft>;

const UPSTREAM: Kind = { scope: '3', category: 3, method: 'average-data', lifeCycleStage: 'upstream' };
const OWN_VEHICLE: Kind = { scope: '1', method: 'distance', lifeCycleStage: 'combustion' };
const TRAVEL: Kind = { scope: '3', category: 6, alsoCategories: [7], method: 'distance', lifeCycleStage: 'transport' };
const FREIGHT: Kind = { scope: '3', category: 4, alsoCategories: [9], method: 'distance', lifeCycleStage: 'transport' };
const LEASED: Kind = { scope: '3', category: 8, alsoCategories: [13], method: 'distance', lifeCycleStage: 'use' };

/**
 * The factors that a row becomes: one for most, two where well-to-tank serves own vehicles and travel alike, none for a
 * row that only repeats others.
 */
export function desnzFactors(row: DesnzRow, numbers: Numbers): FactorDraft[] {
  const rule = RULES[row.level1];
  if (!rule) throw new FootingError('malformed', `${row.key}: the table ${row.level1} is not known`);
  return rule(row, numbers).map((part) => ({
    region: 'GB',
    unit: row.unit,
    sourceTable: row.level1,
    sourceRow: row.key,
    ...numbers,
    ...part,
  }));
}

type Part = Kind & { name: string };

const RULES: Record<string, (row: DesnzRow, numbers: Numbers) => Part[]> = {
  Fuels: (row) => [{ scope: '1', method: 'fuel', lifeCycleStage: 'combustion', name: row.level3 }],
  Bioenergy: (row) => [
    {
      scope: '1',
      method: 'fuel',
      lifeCycleStage: 'combustion',
      name: bioenergyName(row.level3),
      notes: 'CH4 and N2O only; the biogenic CO2 is a factor of its own, outside the scopes',
    },
  ],
  'Refrigerant & other': refrigerant,
  'Passenger vehicles': (row) => [{ ...OWN_VEHICLE, name: `Company ${vehicle(row)}`, ...electricNote(row) }],
  'Delivery vehicles': (row) => [{ ...OWN_VEHICLE, name: `Company ${vehicle(row)}`, ...electricNote(row) }],
  'UK electricity': () => [
    {
      scope: '2',
      method: 'average-data',
      lifeCycleStage: 'generation',
      name: ELECTRICITY,
      aliases: ['UK electricity', 'Electricity, UK', 'Electricity: UK', 'Grid electricity', 'Electricity'],
    },
  ],
  'UK electricity for EVs': (row) => [
    {
      scope: '2',
      method: 'distance',
      lifeCycleStage: 'generation',
      name: `Electricity of electric vehicles, ${vehicle(row)}`,
    },
  ],
  'UK electricity T&D for EVs': (row) => [
    {
      scope: '3',
      category: 3,
      method: 'distance',
      lifeCycleStage: 'transmission',
      name: `T&D losses: electricity of electric vehicles, ${vehicle(row)}`,
      accompanies: `Electricity of electric vehicles, ${vehicle(row)}`,
    },
  ],
  'Heat and steam': (row) => [{ scope: '2', method: 'average-data', lifeCycleStage: 'generation', name: row.level3 }],
  'WTT- fuels': (row) => [{ ...UPSTREAM, name: `WTT: ${row.level3}`, accompanies: row.level3 }],
  'WTT- bioenergy': (row) => [
    { ...UPSTREAM, name: `WTT: ${bioenergyName(row.level3)}`, accompanies: bioenergyName(row.level3) },
  ],
  'Transmission and distribution': (row) => [
    {
      scope: '3',
      category: 3,
      method: 'average-data',
      lifeCycleStage: 'transmission',
      ...(row.level2.startsWith('T&D')
        ? { name: `T&D losses: ${ELECTRICITY}`, accompanies: ELECTRICITY, aliases: ['Electricity T&D losses, UK'] }
        : { name: `Distribution losses: ${DISTRICT_HEAT}`, accompanies: DISTRICT_HEAT }),
    },
  ],
  'WTT- UK electricity': (row) => [
    {
      ...UPSTREAM,
      name: row.level2.includes('T&D') ? `WTT of T&D losses: ${ELECTRICITY}` : `WTT: ${ELECTRICITY}`,
      accompanies: ELECTRICITY,
    },
  ],
  'WTT- heat and steam': (row) => [
    row.level2.includes('distribution')
      ? { ...UPSTREAM, name: `WTT of distribution losses: ${DISTRICT_HEAT}`, accompanies: DISTRICT_HEAT }
      : { ...UPSTREAM, name: `WTT: ${row.level3}`, accompanies: row.level3 },
  ],
  'Water supply': () => [
    { scope: '3', category: 1, method: 'average-data', lifeCycleStage: 'cradle-to-gate', name: 'Water supply' },
  ],
  'Water treatment': () => [
    {
      scope: '3',
      category: 5,
      method: 'average-data',
      lifeCycleStage: 'end-of-life',
      name: 'Water treatment',
      aliases: ['Wastewater treatment'],
    },
  ],
  'Material use': (row) => [
    {
      scope: '3',
      category: 1,
      alsoCategories: [2],
      method: 'average-data',
      lifeCycleStage: 'cradle-to-gate',
      name: `Material, ${lower(row.level3)}, ${MATERIAL_SOURCES[row.column] ?? lower(row.column)}`,
    },
  ],
  'Waste disposal': (row) => [
    {
      scope: '3',
      category: 5,
      alsoCategories: [12],
      method: 'average-data',
      lifeCycleStage: 'end-of-life',
      name: `Waste, ${lower(row.level3)}, ${lower(row.column)}`,
    },
  ],
  'Business travel- air': (row) => [{ ...TRAVEL, alsoCategories: [], name: flight(row) }],
  'WTT- business travel- air': (row) => [
    {
      ...TRAVEL,
      alsoCategories: [],
      lifeCycleStage: 'upstream',
      name: `WTT: ${flight(row)}`,
      accompanies: flight(row),
    },
  ],
  'Business travel- sea': (row) => [{ ...TRAVEL, name: `Ferry, ${lower(row.level3)}` }],
  'WTT- business travel- sea': (row) => [
    {
      ...TRAVEL,
      lifeCycleStage: 'upstream',
      name: `WTT: Ferry, ${lower(row.level3)}`,
      accompanies: `Ferry, ${lower(row.level3)}`,
    },
  ],
  'Business travel- land': (row) => [{ ...TRAVEL, name: landTravel(row), aliases: landAliases(row) }],
  'WTT- pass vehs & travel- land': (row) => {
    const travel = upstreamOf(TRAVEL, landTravel(row));
    return isOwnVehicle(row) ? [travel, upstreamOf(UPSTREAM, `Company ${vehicle(row)}`)] : [travel];
  },
  'Freighting goods': (row) => [{ ...FREIGHT, name: freight(row) }],
  'WTT- delivery vehs & freight': (row) => {
    const carried = upstreamOf(FREIGHT, freight(row));
    const own = isOwnVehicle(row) && row.unit !== 'tkm';
    return own ? [carried, upstreamOf(UPSTREAM, `Company ${vehicle(row)}`)] : [carried];
  },
  'Hotel stay': (row) => {
    const { region, country } = hotelRegion(row.level3);
    return [
      {
        scope: '3',
        category: 6,
        method: 'average-data',
        lifeCycleStage: 'use',
        name: `Hotel stay, ${country}`,
        aliases: [`Hotel stay, ${row.level3}`, 'Hotel stay'],
        region,
      },
    ];
  },
  'Managed assets- electricity': () => [
    { ...LEASED, method: 'average-data', lifeCycleStage: 'generation', name: `Managed assets: ${ELECTRICITY}` },
  ],
  'Managed assets- vehicles': (row) => [{ ...LEASED, name: `Managed assets: ${vehicle(row)}` }],
  Homeworking: (row) => [
    {
      scope: '3',
      category: 7,
      method: 'average-data',
      lifeCycleStage: 'use',
      name: row.level2.startsWith('Homeworking') ? row.level2 : `Homeworking, ${lower(row.level2)}`,
      ...(row.level2.startsWith('Homeworking') ? { aliases: ['Homeworking'] } : {}),
    },
  ],
  'Outside of scopes': outsideOfScopes,
};

const ELECTRICITY = 'Electricity, United Kingdom';
const DISTRICT_HEAT = 'District heat and steam';

/** Ends the name of the share of a blend that is reported beside the scopes. */
export const OUTSIDE_BASKET = ', part outside the Kyoto basket';

const MATERIAL_SOURCES: Record<string, string> = {
  'Primary material production': 'primary production',
  'Closed-loop source': 'closed-loop recycled',
};

const FUEL_WORDS: Record<string, string> = {
  'Battery Electric Vehicle': 'battery electric',
  'Plug-in Hybrid Electric Vehicle': 'plug-in hybrid',
  Unknown: 'unknown fuel',
};

function upstreamOf(kind: Kind, name: string): Part {
  return { ...kind, lifeCycleStage: 'upstream', name: `WTT: ${name}`, accompanies: name };
}

/** `car, average, diesel`, `van, average (up to 3.5 tonnes), petrol`, `HGV, all HGVs, average laden`, `motorbike, small`. */
function vehicle(row: DesnzRow): string {
  const table = row.level2.replace(/^WTT- /, '').replace(/^Managed /, '');
  const last = row.column === '' ? [] : [FUEL_WORDS[row.column] ?? lower(row.column)];
  if (/^cars/i.test(table)) return ['car', lower(row.level3.replace(/ car$/, '')), ...last].join(', ');
  if (/^vans/i.test(table)) return ['van', lower(row.level3), ...last].join(', ');
  if (/^HGVs? refrigerated/.test(table)) return ['HGV refrigerated', lower(row.level3), ...last].join(', ');
  if (/^HGV/.test(table)) return ['HGV', lower(row.level3), ...last].join(', ');
  if (/^motorbike/i.test(table)) return ['motorbike', lower(row.level3), ...last].join(', ');
  throw new FootingError('malformed', `${row.key}: the vehicles ${row.level2} are not known`);
}

function isOwnVehicle(row: DesnzRow): boolean {
  return /^WTT- (cars|vans|HGV|motorbike)/i.test(row.level2);
}

function electricNote(row: DesnzRow): { notes?: string } {
  if (!row.column.includes('Electric')) return {};
  return {
    notes:
      'Fuel only; the electricity is stated as its own activity, by the kWh or as electricity of electric vehicles',
  };
}

function landTravel(row: DesnzRow): string {
  const table = row.level2.replace(/^WTT- /, '').toLowerCase();
  if (table === 'taxis') return `Taxi, ${lower(row.level3)}`;
  if (table === 'bus') return `Bus, ${lower(row.level3)}`;
  if (table === 'rail') return `Rail, ${lower(row.level3)}`;
  return `Business travel, ${vehicle(row)}`;
}

/** The publisher's own name, where it says by itself what is meant. */
function landAliases(row: DesnzRow): string[] {
  return ['Taxis', 'Bus', 'Rail'].includes(row.level2) ? [row.level3] : [];
}

/** `Flight, long-haul, economy class, with RF`. */
function flight(row: DesnzRow): string {
  return ['Flight', haul(row.level3), ...(row.level4 ? [lower(row.level4)] : []), rf(row.column)].join(', ');
}

function freight(row: DesnzRow): string {
  const table = row.level2.replace(/^WTT- /, '').toLowerCase();
  if (table === 'freight flights') return ['Freight, air', haul(row.level3), rf(row.column)].join(', ');
  if (table === 'rail') return 'Freight, rail';
  if (table === 'sea tanker' || table === 'cargo ship') {
    return ['Freight', table, lower(row.level3.replace('Tanker', 'tanker')), lower(row.level4)].join(', ');
  }
  return `Freight, ${vehicle(row)}`;
}

function haul(level: string): string {
  return level === 'International, to/from non-UK'
    ? 'international to/from non-UK'
    : lower(level.replace(', to/from UK', ''));
}

function rf(column: string): string {
  return column.replace(/^With/, 'with');
}

function bioenergyName(name: string): string {
  return name.replace('(from Tallow)', '(from tallow)');
}

function refrigerant(row: DesnzRow, numbers: Numbers): Part[] {
  if (row.column.startsWith('Total')) return [];
  const gas = gasByDesnzName(row.level3);
  const common = { method: 'average-data', lifeCycleStage: 'fugitive', aliases: gas.aliases } as const;
  if (row.column.includes('only Kyoto')) {
    return [{ ...common, scope: '1', name: gas.name, ...(gas.known ? byMass(row, gas.name, numbers) : gas.masses) }];
  }
  const notes = 'Not in the Kyoto basket: reported beside the scopes';
  if (row.level2 === 'Blends') {
    return [
      { ...common, scope: 'outside', name: `${gas.name}${OUTSIDE_BASKET}`, accompanies: gas.name, aliases: [], notes },
    ];
  }
  return [{ ...common, scope: 'outside', name: gas.name, notes, ...(gas.known ? byMass(row, gas.name, numbers) : {}) }];
}

/** One kg of a gas of the GWP tables. A blend is the sum of its components: the published figure is that sum, rounded. */
function byMass(row: DesnzRow, gas: string, numbers: Numbers): Partial<FactorDraft> {
  const masses = { co2e_unsplit: '0', other_gas: gas, other_kg: '1' };
  if (row.level2 !== 'Blends') return masses;
  return {
    ...masses,
    co2eSource: '',
    notes: `Calculated from the components; the source prints the rounded ${numbers.co2eSource}`,
  };
}

function outsideOfScopes(row: DesnzRow): Part[] {
  const kind: Kind = { scope: 'outside', method: 'fuel', lifeCycleStage: 'combustion' };
  if (row.level3 === 'Electricity: UK') {
    return [
      {
        ...kind,
        method: 'average-data',
        lifeCycleStage: 'generation',
        name: `Biogenic CO2: ${ELECTRICITY}`,
        accompanies: ELECTRICITY,
      },
    ];
  }
  const name = bioenergyName(row.level3);
  return [{ ...kind, name: `Biogenic CO2: ${name}`, accompanies: name }];
}

/** Small first letter, unless the word is an abbreviation or RoRo; ASCII hyphen in ranges. */
function lower(text: string): string {
  const plain = text.replaceAll('–', '-').replace('% Laden', '% laden');
  return /^[A-Z](?![A-Z0-9])(?!o[A-Z])/.test(plain) ? plain.charAt(0).toLowerCase() + plain.slice(1) : plain;
}
