/** Two years of activity data of the twelve sites, as it leaves meters, fuel cards, the travel agency and the carriers. */
import { addMonths, day, daysInMonth, isoDay, weekday } from './calendar.ts';
import { Random } from './random.ts';
import { SITES, type Site } from './sites.ts';

export interface Activity {
  externalId: string;
  entity: string;
  activity: string;
  /** Plain decimal, or what stands in the cell where it cannot be read. */
  quantity: string;
  unit: string;
  amount: string;
  currency: string;
  start: string;
  end: string;
  country: string;
  region: string;
  supplier: string;
  category: string;
  dataQuality: string;
  notes: string;
  /** attributes.reference: meter, vehicle, booking, shipment. */
  reference: string;
  costCentre: string;
}

const FIRST_MONTH = day(2024, 1, 1);
const MONTHS = 24;
/** Share of a year's heat that falls in each month, in thousandths. */
const HEAT_BY_MONTH = [168, 146, 122, 82, 42, 18, 12, 12, 30, 78, 126, 164];
const POWER_BY_MONTH = [88, 81, 84, 79, 80, 83, 88, 87, 82, 82, 82, 84];
/** The second year: a little less heat and power, a little more travel. */
const YEAR_FACTOR = { energy: [1, 0.95], travel: [1, 1.08], goods: [1, 1.11] } as const;

type Kind = keyof typeof YEAR_FACTOR;

/** A month of one site, with what the writers below need. */
interface Month {
  site: Site;
  random: Random;
  first: number;
  last: number;
  /** 0 for January. */
  month: number;
  factor: (kind: Kind) => number;
}

/** All good rows, in the order of sites and months; numbered by kind. */
export function activities(): Activity[] {
  const rows: Activity[] = [];
  const counters = new Map<string, number>();
  for (let index = 0; index < MONTHS; index++) {
    const first = addMonths(FIRST_MONTH, index);
    const year = Math.floor(index / 12);
    for (const site of SITES) {
      const month: Month = {
        site,
        random: new Random(`activities ${site.id} ${index}`),
        first,
        last: addMonths(first, 1) - 1,
        month: index % 12,
        factor: (kind) => YEAR_FACTOR[kind][year]!,
      };
      for (const { prefix, ...row } of monthOf(month)) {
        const number = (counters.get(prefix) ?? 0) + 1;
        counters.set(prefix, number);
        rows.push({ ...row, externalId: `${prefix}-${String(number).padStart(5, '0')}` });
      }
    }
  }
  return rows;
}

type Draft = Omit<Activity, 'externalId'> & { prefix: string };

function* monthOf(month: Month): Generator<Draft> {
  yield* energy(month);
  yield* refrigerants(month);
  yield* fleet(month);
  yield* purchases(month);
  yield* freight(month);
  yield* wasteAndWater(month);
  yield* travel(month);
  yield* commuting(month);
}

function* energy(m: Month): Generator<Draft> {
  const { site, random } = m;
  const power = (site.electricity * POWER_BY_MONTH[m.month]! * m.factor('energy') * vary(random, 0.05)) / 1000;
  const meters = site.makesHardware ? [0.7, 0.3] : [1];
  for (const [index, share] of meters.entries()) {
    yield draft(m, 'ELE', site.electricityActivity, whole(power * share), 'kWh', {
      amount: money(power * share * 0.21),
      supplier: site.electricitySupplier,
      reference: `${site.id}-E${index + 1}`,
      dataQuality: random.chance(0.06) ? 'estimated' : 'measured',
      ...(site.country === 'US' ? { region: site.electricityActivity.split(', ')[1]! } : {}),
    });
  }
  if (site.gas > 0) yield gasBill(m);
  if (site.districtHeat > 0) {
    const heat = (site.districtHeat * HEAT_BY_MONTH[m.month]! * m.factor('energy') * vary(random, 0.08)) / 1000;
    yield draft(m, 'DHT', 'District heat and steam', whole(heat), 'kWh', {
      amount: money(heat * 0.13),
      supplier:
        site.country === 'GB'
          ? 'Irwell Heat Network'
          : site.country === 'DE'
            ? 'Fernwärme Isartal'
            : 'Chaleur de Seine',
      reference: `${site.id}-H1`,
    });
  }
  if (site.gasOil > 0 && (m.month % 3 === 1 || site.gasOil > 4000)) {
    const litres = (site.gasOil / (site.gasOil > 4000 ? 12 : 4)) * vary(random, 0.15);
    const day1 = m.first + random.integer(2, 25);
    if (site.country === 'US') {
      yield draft(m, 'OIL', 'Distillate Fuel Oil No. 2 (US)', (litres / 3.785).toFixed(1), 'us_gal', {
        start: day1,
        end: day1,
        supplier: 'Buckeye Fuels',
        notes: 'Generator and forklifts',
      });
    } else {
      yield draft(m, 'OIL', 'Gas oil', litres.toFixed(1), 'l', {
        start: day1,
        end: day1,
        amount: money(litres * 1.02),
        supplier: 'Certa Depot Fuels',
        notes: 'Generator and forklifts',
      });
    }
  }
}

/** Gas bills run from meter reading to meter reading, not from the first to the last of a month. */
function gasBill(m: Month): Draft {
  const { site, random } = m;
  const kwh = (site.gas * HEAT_BY_MONTH[m.month]! * m.factor('energy') * vary(random, 0.08)) / 1000;
  const shift = site.id.length % 2 === 0 ? 0 : 13;
  const common = {
    start: m.first + shift,
    end: addMonths(m.first, 1) + shift - 1,
    amount: money(kwh * 0.075),
    supplier: site.gasSupplier,
    reference: `${site.id}-G1`,
    dataQuality: random.chance(0.1) ? 'estimated' : 'measured',
  };
  if (site.country === 'US')
    return draft(m, 'GAS', 'Natural Gas (US)', (kwh / 293.07).toFixed(2), 'mmBtu (Gross CV)', common);
  if (site.country === 'NL') return draft(m, 'GAS', 'Natural gas', (kwh / 9.77).toFixed(0), 'm3', common);
  return draft(m, 'GAS', 'Natural gas', whole(kwh), 'kWh (Gross CV)', common);
}

/** What the technician refilled: as much as had leaked. */
function* refrigerants(m: Month): Generator<Draft> {
  for (const [name, charge] of m.site.refrigerants) {
    if (!m.random.chance(0.22)) continue;
    const on = m.first + m.random.integer(0, 27);
    const kg = charge * (name === 'SF6' ? 0.004 : 0.015 + m.random.unit() * 0.03);
    yield draft(m, 'REF', name, kg.toFixed(2), 'kg', {
      start: on,
      end: on,
      supplier: 'Coldframe Service',
      notes: 'Top-up at service',
      reference: `${m.site.id}-${name}`,
    });
  }
}

function* fleet(m: Month): Generator<Draft> {
  const { site, random } = m;
  const us = site.country === 'US';
  const fill = (prefix: string, vehicle: string, fuel: string, litres: number, price: number): Draft => {
    const on = workday(random, m);
    return us
      ? draft(m, prefix, fuel, (litres / 3.785).toFixed(2), 'us_gal', {
          start: on,
          end: on,
          amount: money(litres * price * 0.6),
          supplier: 'Roadlink Fuel Card',
          reference: vehicle,
        })
      : draft(m, prefix, fuel, litres.toFixed(2), 'l', {
          start: on,
          end: on,
          amount: money(litres * price),
          supplier: 'Roadlink Fuel Card',
          reference: vehicle,
        });
  };
  for (let van = 1; van <= site.vans; van++) {
    const fills = random.integer(1, 4);
    for (let i = 0; i < fills; i++)
      yield fill(
        'DSL',
        `${site.id}-V${van}`,
        us ? 'Diesel Fuel, mobile combustion (US)' : 'Diesel (average biofuel blend)',
        38 + random.unit() * 36,
        1.52,
      );
  }
  for (let car = 1; car <= site.petrolCars; car++) {
    const fills = random.integer(1, 2);
    for (let i = 0; i < fills; i++)
      yield fill(
        'PET',
        `${site.id}-P${car}`,
        us ? 'Motor Gasoline, mobile combustion (US)' : 'Petrol (average biofuel blend)',
        28 + random.unit() * 22,
        1.66,
      );
  }
  if (!us && site.country === 'GB') {
    for (let car = 1; car <= site.electricCars; car++) {
      yield draft(
        m,
        'EVK',
        'Electricity of electric vehicles, car, average, battery electric',
        String(random.integer(700, 2100)),
        'km',
        { reference: `${site.id}-B${car}`, dataQuality: 'measured' },
      );
    }
  }
}

function* purchases(m: Month): Generator<Draft> {
  const { site, random } = m;
  if (site.people > 60 && random.chance(0.6)) {
    yield draft(
      m,
      'PUR',
      'Material, paper and board: paper, primary production',
      (site.people * 0.0006 * vary(random, 0.4)).toFixed(3),
      't',
      { supplier: 'Papyrus Office Supply', category: '1' },
    );
  }
  if (random.chance(0.5)) {
    const tonnes = site.people * 0.0009 * vary(random, 0.6);
    yield draft(m, 'PUR', 'Material, electrical items - IT, primary production', tonnes.toFixed(3), 't', {
      supplier: 'Nordvik Computing',
      category: '2',
      notes: 'Laptops and screens, by weight',
      dataQuality: 'calculated',
    });
  }
  if (site.makesHardware) {
    for (let delivery = 0; delivery < 9; delivery++) {
      const on = workday(random, m);
      const aluminium = random.chance(0.45);
      const kg = (aluminium ? 240 + random.unit() * 900 : 380 + random.unit() * 1500) * m.factor('goods');
      yield draft(
        m,
        'PUR',
        aluminium
          ? 'Material, metal: aluminium cans and foil (excl. forming), primary production'
          : 'Material, plastics: average plastics, primary production',
        kg.toFixed(1),
        'kg',
        {
          start: on,
          end: on,
          amount: money(kg * (aluminium ? 3.4 : 2.1)),
          supplier: aluminium ? 'Saale Metallwerke' : 'Plastiform Components',
          category: '1',
          reference: `PO-${on}-${delivery + 1}`,
        },
      );
    }
  }
}

function* freight(m: Month): Generator<Draft> {
  const { site, random } = m;
  if (!site.ships) return;
  const us = site.country === 'US';
  const shipments = Math.round(30 * m.factor('goods')) + random.integer(-5, 6);
  for (let i = 0; i < shipments; i++) {
    const on = workday(random, m);
    const tonnes = 0.08 + random.unit() * random.unit() * 9;
    const leg = random.weighted(FREIGHT_LEGS);
    const km = random.integer(leg.km[0], leg.km[1]);
    const tonneKm = (tonnes * km * leg.load).toFixed(1);
    const truck = us && leg.mode === 'road';
    yield draft(
      m,
      'FRT',
      truck ? 'Freight, medium- and heavy-duty truck (US)' : leg.activity,
      truck ? ((tonnes * km) / 1.46).toFixed(1) : tonneKm,
      truck ? 'short-ton-mile' : 'tkm',
      {
        start: on,
        end: on + leg.days,
        amount: money(40 + tonnes * km * leg.price),
        supplier: random.pick(leg.carriers),
        reference: `SHP-${site.id.slice(0, 3).toUpperCase()}-${on}-${i + 1}`,
        category: '4',
        dataQuality: 'calculated',
      },
    );
  }
}

interface Leg {
  mode: string;
  activity: string;
  km: readonly [number, number];
  /** Part of the shipment's weight that goes this way. */
  load: number;
  price: number;
  days: number;
  carriers: readonly string[];
}

const FREIGHT_LEGS: ReadonlyArray<readonly [Leg, number]> = [
  [
    {
      mode: 'road',
      activity: 'Freight, HGV, all HGVs, average laden',
      km: [80, 1100],
      load: 1,
      price: 0.11,
      days: 1,
      carriers: ['Halden Transport', 'Vosges Fret', 'Northway Haulage'],
    },
    52,
  ],
  [
    {
      mode: 'road',
      activity: 'Freight, van, average (up to 3.5 tonnes), diesel',
      km: [15, 180],
      load: 0.15,
      price: 0.6,
      days: 0,
      carriers: ['Swiftline Couriers', 'Northway Haulage'],
    },
    26,
  ],
  [
    {
      mode: 'rail',
      activity: 'Freight, rail',
      km: [400, 1300],
      load: 1,
      price: 0.06,
      days: 3,
      carriers: ['TransAlp Cargo'],
    },
    8,
  ],
  [
    {
      mode: 'sea',
      activity: 'Freight, cargo ship, container ship, average',
      km: [1800, 16500],
      load: 1,
      price: 0.008,
      days: 24,
      carriers: ['Meridian Lines'],
    },
    9,
  ],
  [
    {
      mode: 'air',
      activity: 'Freight, air, long-haul, with RF',
      km: [5200, 9100],
      load: 0.06,
      price: 0.5,
      days: 1,
      carriers: ['Skybridge Cargo'],
    },
    3,
  ],
  [
    {
      mode: 'air',
      activity: 'Freight, air, short-haul, with RF',
      km: [600, 1900],
      load: 0.06,
      price: 0.7,
      days: 0,
      carriers: ['Skybridge Cargo'],
    },
    2,
  ],
];

function* wasteAndWater(m: Month): Generator<Draft> {
  const { site, random } = m;
  const tonnes = (site.waste / 12) * m.factor('goods') * vary(random, 0.25);
  const us = site.country === 'US';
  const waste = (activity: string, share: number): Draft =>
    draft(m, 'WST', activity, (us ? (tonnes * share) / 0.907185 : tonnes * share).toFixed(3), us ? 'short_ton' : 't', {
      supplier: us ? 'Tri-County Disposal' : 'Greencycle Services',
      category: '5',
      dataQuality: 'weighed',
    });
  yield waste(us ? 'Waste, mixed MSW, landfilled (US)' : 'Waste, commercial and industrial waste, landfill', 0.34);
  yield waste(us ? 'Waste, corrugated containers, recycled (US)' : 'Waste, paper and board: mixed, closed-loop', 0.61);
  if (site.makesHardware) yield waste('Waste, WEEE - mixed, open-loop', 0.05);
  if (m.month % 3 === 2) {
    const quarter = {
      start: addMonths(m.first, -2),
      end: m.last,
      supplier: 'Water company',
      reference: `${site.id}-W1`,
    };
    const cubic = Math.round((site.water / 4) * vary(random, 0.1));
    yield draft(m, 'WAT', 'Water supply', String(cubic), 'm3', { ...quarter, amount: money(cubic * 1.9) });
    yield draft(m, 'WAT', 'Water treatment', (cubic * 0.92).toFixed(1), 'm3', {
      ...quarter,
      amount: money(cubic * 2.4),
      dataQuality: 'estimated',
    });
  }
}

const FLIGHTS_US = [
  'Travel, air travel - long haul (>= 2300 miles) (US)',
  'Travel, air travel - medium haul (>= 300 miles, < 2300 miles) (US)',
] as const;
const HOTEL_COUNTRIES: ReadonlyArray<readonly [string, string, number]> = [
  ['United Kingdom', 'GB', 36],
  ['Germany', 'DE', 24],
  ['France', 'FR', 16],
  ['Netherlands', 'NL', 9],
  ['United States', 'US', 12],
  ['Spain', 'ES', 5],
  ['Italy', 'IT', 3],
  ['Switzerland', 'CH', 3],
];

function* travel(m: Month): Generator<Draft> {
  const { site, random } = m;
  const season = m.month === 7 || m.month === 11 ? 0.5 : 1;
  const trips = (rate: number): number =>
    Math.round(site.people * rate * season * m.factor('travel') * vary(random, 0.25));
  const booking = (on: number, nights: number) => ({
    start: on,
    end: on + nights,
    supplier: 'Wayfarer Business Travel',
    category: '6',
    reference: `WBT-${on}-${random.integer(1000, 9999)}`,
    costCentre: random.pick(COST_CENTRES),
  });
  const us = site.country === 'US';
  for (let i = trips(0.085); i > 0; i--) {
    const on = workday(random, m);
    const long = random.chance(us ? 0.3 : 0.14);
    if (us) {
      const miles = long ? random.integer(4600, 10400) : random.integer(620, 3900);
      yield draft(m, 'AIR', FLIGHTS_US[long ? 0 : 1], String(miles), 'passenger-mile', {
        ...booking(on, random.integer(1, 5)),
        amount: money(miles * 0.16),
      });
      continue;
    }
    const km = long ? random.integer(10_800, 19_400) : random.integer(900, 4200);
    const name = long
      ? site.country === 'GB'
        ? 'Flight, long-haul, economy class, with RF'
        : 'Flight, international to/from non-UK, economy class, with RF'
      : random.chance(0.06)
        ? 'Flight, short-haul, business class, with RF'
        : random.chance(0.08) && site.country === 'GB'
          ? 'Flight, domestic, average passenger, with RF'
          : 'Flight, short-haul, economy class, with RF';
    yield draft(m, 'AIR', name, String(km), 'pkm', {
      ...booking(on, random.integer(1, 5)),
      amount: money(60 + km * 0.09),
    });
  }
  for (let i = trips(0.07); i > 0; i--) {
    const on = workday(random, m);
    const international = random.chance(0.2) && site.country !== 'IE';
    const km = international ? random.integer(340, 1700) : random.integer(30, 640);
    const name = us ? 'Travel, commuter rail (US)' : international ? 'Rail, international rail' : 'Rail, national rail';
    yield draft(m, 'RAI', name, String(km), 'pkm', { ...booking(on, 0), amount: money(12 + km * 0.19) });
  }
  for (let i = trips(0.075); i > 0; i--) {
    const on = workday(random, m);
    const km = 3 + random.unit() * 34;
    yield draft(
      m,
      'TAX',
      us ? 'Travel, passenger car (US)' : 'Taxi, regular taxi',
      us ? (km / 1.609).toFixed(1) : km.toFixed(1),
      us ? 'vehicle-mile' : 'km',
      { ...booking(on, 0), supplier: 'Expense claims', amount: money(4 + km * 2.1), dataQuality: 'estimated' },
    );
  }
  for (let i = trips(0.08); i > 0; i--) {
    const on = workday(random, m);
    const nights = random.integer(1, 4);
    const [name, country] = random.weighted(
      HOTEL_COUNTRIES.map(([n, c, weight]) => [[n, c] as const, weight] as const),
    );
    yield {
      ...draft(m, 'HTL', `Hotel stay, ${name}`, String(nights), 'room-night', {
        ...booking(on, nights),
        amount: money(nights * (95 + random.unit() * 90)),
      }),
      country,
    };
  }
  for (let i = trips(0.045); i > 0; i--) {
    const on = workday(random, m);
    const miles = random.integer(8, 240);
    yield draft(
      m,
      'CAR',
      us ? 'Travel, passenger car (US)' : 'Business travel, car, average, unknown fuel',
      String(miles),
      us ? 'vehicle-mile' : 'mile',
      { ...booking(on, 0), supplier: 'Expense claims', amount: money(miles * 0.45) },
    );
  }
}

const COST_CENTRES = [
  '1100 Engineering',
  '1200 Product',
  '2100 Sales',
  '2200 Marketing',
  '3100 Field service',
  '4100 Operations',
  '9000 Administration',
];

/** From the yearly survey of who comes how and works where. */
function* commuting(m: Month): Generator<Draft> {
  const { site, random } = m;
  const us = site.country === 'US';
  const days = 20.5 * (m.month === 7 || m.month === 11 ? 0.8 : 1);
  const atSite = site.makesHardware || site.vans > 0 ? 0.88 : 0.46;
  const survey = { category: '7', dataQuality: 'estimated', supplier: '', notes: 'Commuting survey, by working days' };
  const personKm = (share: number, km: number): number => site.people * atSite * share * km * days * vary(random, 0.06);
  yield us
    ? draft(m, 'COM', 'Travel, passenger car (US)', whole(personKm(0.84, 26)), 'km', survey)
    : draft(
        m,
        'COM',
        'Business travel, car, average, unknown fuel',
        whole(personKm(atSite > 0.8 ? 0.66 : 0.31, 27)),
        'km',
        survey,
      );
  yield draft(
    m,
    'COM',
    us ? 'Travel, commuter rail (US)' : 'Rail, national rail',
    whole(personKm(us ? 0.06 : 0.27, 34)),
    'pkm',
    survey,
  );
  if (!us) {
    yield draft(m, 'COM', 'Bus, average local bus', whole(personKm(0.17, 12)), 'pkm', survey);
    yield draft(
      m,
      'COM',
      'Homeworking (office equipment + heating)',
      whole(site.people * (1 - atSite) * days * 7.5),
      'FTE-hour',
      survey,
    );
  }
}

interface More {
  start?: number;
  end?: number;
  amount?: string;
  region?: string;
  supplier?: string;
  category?: string;
  dataQuality?: string;
  notes?: string;
  reference?: string;
  costCentre?: string;
}

/** A row of the month's site; the whole month where no days are given. */
function draft(m: Month, prefix: string, activity: string, quantity: string, unit: string, more: More = {}): Draft {
  return {
    prefix,
    entity: m.site.id,
    activity,
    quantity,
    unit,
    amount: more.amount ?? '',
    currency: more.amount === undefined ? '' : m.site.currency,
    start: isoDay(more.start ?? m.first),
    end: isoDay(more.end ?? m.last),
    country: m.site.country,
    region: more.region ?? '',
    supplier: more.supplier ?? '',
    category: more.category ?? '',
    dataQuality: more.dataQuality ?? 'measured',
    notes: more.notes ?? '',
    reference: more.reference ?? '',
    costCentre: more.costCentre ?? '',
  };
}

/** Monday to Friday of the month. */
function workday(random: Random, m: Month): number {
  const days = daysInMonth(Number(isoDay(m.first).slice(0, 4)), m.month + 1);
  const on = m.first + random.integer(0, days - 1);
  const of = weekday(on);
  return of === 0 ? (on > m.first ? on - 2 : on + 1) : of === 6 ? (on > m.first ? on - 1 : on + 2) : on;
}

function vary(random: Random, by: number): number {
  return 1 + random.bell() * by;
}

const whole = (value: number): string => value.toFixed(0);
const money = (value: number): string => value.toFixed(2);
