/** Aldermoor Systems: one group, six legal entities, twelve sites in six countries, and what each site uses in a year. */

export interface LegalEntity {
  id: string;
  name: string;
  parent: string;
  country: string;
}

export interface Site extends LegalEntity {
  currency: 'EUR' | 'GBP' | 'USD';
  people: number;
  /** Metered electricity, kWh a year. */
  electricity: number;
  electricityActivity: string;
  electricitySupplier: string;
  /** Space heating and process heat, kWh a year, gross calorific value. */
  gas: number;
  gasSupplier: string;
  /** District heat, kWh a year. */
  districtHeat: number;
  /** Litres of gas oil a year: forklifts, emergency generators. */
  gasOil: number;
  vans: number;
  petrolCars: number;
  electricCars: number;
  /** Refrigerant in use, kg, by name as the technician writes it; a few per cent leak in a year. */
  refrigerants: ReadonlyArray<readonly [string, number]>;
  /** Drinking water, m3 a year. */
  water: number;
  /** Tonnes of waste a year. */
  waste: number;
  makesHardware: boolean;
  ships: boolean;
}

export const LEGAL_ENTITIES: readonly LegalEntity[] = [
  { id: 'aldermoor-systems', name: 'Aldermoor Systems plc', parent: '', country: 'GB' },
  { id: 'aldermoor-uk', name: 'Aldermoor Systems UK Ltd', parent: 'aldermoor-systems', country: 'GB' },
  { id: 'aldermoor-ie', name: 'Aldermoor Systems Ireland DAC', parent: 'aldermoor-systems', country: 'IE' },
  { id: 'aldermoor-de', name: 'Aldermoor Systems Deutschland GmbH', parent: 'aldermoor-systems', country: 'DE' },
  { id: 'aldermoor-fr', name: 'Aldermoor Systems France SAS', parent: 'aldermoor-systems', country: 'FR' },
  { id: 'aldermoor-nl', name: 'Aldermoor Systems Nederland B.V.', parent: 'aldermoor-systems', country: 'NL' },
  { id: 'aldermoor-us', name: 'Aldermoor Systems Inc.', parent: 'aldermoor-systems', country: 'US' },
];

const GB = {
  parent: 'aldermoor-uk',
  country: 'GB',
  currency: 'GBP',
  electricityActivity: 'Electricity, United Kingdom',
  electricitySupplier: 'Severnside Energy',
  gasSupplier: 'Severnside Energy',
} as const;
const IE = {
  parent: 'aldermoor-ie',
  country: 'IE',
  currency: 'EUR',
  electricityActivity: 'Electricity, Ireland',
  electricitySupplier: 'Corrib Power',
  gasSupplier: 'Corrib Power',
} as const;
const DE = {
  parent: 'aldermoor-de',
  country: 'DE',
  currency: 'EUR',
  electricityActivity: 'Electricity, Germany',
  electricitySupplier: 'Stadtwerke Elsterau',
  gasSupplier: 'Stadtwerke Elsterau',
} as const;
const FR = {
  parent: 'aldermoor-fr',
  country: 'FR',
  currency: 'EUR',
  electricityActivity: 'Electricity, France',
  electricitySupplier: 'Énergie du Rhône',
  gasSupplier: 'Énergie du Rhône',
} as const;
const NL = {
  parent: 'aldermoor-nl',
  country: 'NL',
  currency: 'EUR',
  electricityActivity: 'Electricity, Netherlands',
  electricitySupplier: 'Maasstroom',
  gasSupplier: 'Maasstroom',
} as const;
const US = {
  parent: 'aldermoor-us',
  country: 'US',
  currency: 'USD',
  electricitySupplier: 'Lone Fork Utilities',
  gasSupplier: 'Lone Fork Utilities',
} as const;

export const SITES: readonly Site[] = [
  {
    ...GB,
    id: 'reading-hq',
    name: 'Reading, headquarters',
    people: 420,
    electricity: 1_150_000,
    gas: 860_000,
    districtHeat: 0,
    gasOil: 900,
    vans: 0,
    petrolCars: 14,
    electricCars: 18,
    refrigerants: [['R-410A', 86]],
    water: 4_100,
    waste: 46,
    makesHardware: false,
    ships: false,
  },
  {
    ...GB,
    id: 'manchester-office',
    name: 'Manchester, office',
    people: 95,
    electricity: 210_000,
    gas: 0,
    districtHeat: 240_000,
    gasOil: 0,
    vans: 0,
    petrolCars: 5,
    electricCars: 4,
    refrigerants: [['R-410A', 18]],
    water: 900,
    waste: 9,
    makesHardware: false,
    ships: false,
  },
  {
    ...GB,
    id: 'swindon-warehouse',
    name: 'Swindon, warehouse and field service',
    people: 62,
    electricity: 340_000,
    gas: 610_000,
    districtHeat: 0,
    gasOil: 5_200,
    vans: 26,
    petrolCars: 0,
    electricCars: 0,
    refrigerants: [['R-404A', 24]],
    water: 700,
    waste: 58,
    makesHardware: false,
    ships: true,
  },
  {
    ...IE,
    id: 'dublin-office',
    name: 'Dublin, office',
    people: 118,
    electricity: 260_000,
    gas: 210_000,
    districtHeat: 0,
    gasOil: 0,
    vans: 0,
    petrolCars: 6,
    electricCars: 3,
    refrigerants: [['R-410A', 22]],
    water: 1_150,
    waste: 11,
    makesHardware: false,
    ships: false,
  },
  {
    ...IE,
    id: 'cork-assembly',
    name: 'Cork, electronics assembly',
    people: 164,
    electricity: 2_250_000,
    gas: 1_420_000,
    districtHeat: 0,
    gasOil: 2_600,
    vans: 4,
    petrolCars: 3,
    electricCars: 0,
    refrigerants: [
      ['R-410A', 64],
      ['HFC-134a', 41],
    ],
    water: 6_800,
    waste: 132,
    makesHardware: true,
    ships: true,
  },
  {
    ...DE,
    id: 'munich-office',
    name: 'München, office',
    people: 136,
    electricity: 310_000,
    gas: 0,
    districtHeat: 420_000,
    gasOil: 0,
    vans: 0,
    petrolCars: 9,
    electricCars: 8,
    refrigerants: [['R-410A', 26]],
    water: 1_400,
    waste: 14,
    makesHardware: false,
    ships: false,
  },
  {
    ...DE,
    id: 'leipzig-plant',
    name: 'Leipzig, sensor plant',
    people: 212,
    electricity: 3_450_000,
    gas: 2_180_000,
    districtHeat: 0,
    gasOil: 4_400,
    vans: 9,
    petrolCars: 4,
    electricCars: 2,
    refrigerants: [
      ['R-404A', 58],
      ['HFC-134a', 73],
      ['SF6', 3],
    ],
    water: 9_600,
    waste: 196,
    makesHardware: true,
    ships: true,
  },
  {
    ...FR,
    id: 'paris-office',
    name: 'Paris, office',
    people: 98,
    electricity: 205_000,
    gas: 0,
    districtHeat: 260_000,
    gasOil: 0,
    vans: 0,
    petrolCars: 5,
    electricCars: 5,
    refrigerants: [['R-410A', 19]],
    water: 980,
    waste: 10,
    makesHardware: false,
    ships: false,
  },
  {
    ...FR,
    id: 'lyon-depot',
    name: 'Lyon, field service depot',
    people: 44,
    electricity: 120_000,
    gas: 190_000,
    districtHeat: 0,
    gasOil: 800,
    vans: 21,
    petrolCars: 2,
    electricCars: 0,
    refrigerants: [],
    water: 420,
    waste: 17,
    makesHardware: false,
    ships: false,
  },
  {
    ...NL,
    id: 'rotterdam-logistics',
    name: 'Rotterdam, logistics centre',
    people: 66,
    electricity: 520_000,
    gas: 480_000,
    districtHeat: 0,
    gasOil: 6_100,
    vans: 12,
    petrolCars: 3,
    electricCars: 4,
    refrigerants: [['R-404A', 31]],
    water: 860,
    waste: 74,
    makesHardware: false,
    ships: true,
  },
  {
    ...US,
    id: 'austin-office',
    name: 'Austin, office',
    people: 124,
    electricityActivity: 'Electricity, ERCT',
    electricity: 640_000,
    gas: 70_000,
    districtHeat: 0,
    gasOil: 0,
    vans: 0,
    petrolCars: 8,
    electricCars: 2,
    refrigerants: [['R-410A', 44]],
    water: 1_900,
    waste: 21,
    makesHardware: false,
    ships: false,
  },
  {
    ...US,
    id: 'columbus-warehouse',
    name: 'Columbus, warehouse',
    people: 71,
    electricityActivity: 'Electricity, RFCW',
    electricity: 580_000,
    gas: 690_000,
    districtHeat: 0,
    gasOil: 2_900,
    vans: 11,
    petrolCars: 2,
    electricCars: 0,
    refrigerants: [['R-404A', 28]],
    water: 760,
    waste: 61,
    makesHardware: false,
    ships: true,
  },
];
