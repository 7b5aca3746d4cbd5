/**
 * The calculation methods: how inputs of an activity become quantities that a factor is multiplied with. Formulas of the GHG Protocol
 * (Corporate Standard, Scope 3 Technical Guidance), the IPCC 2006 guidelines and PCAF, as each says.
 */
import { Rational } from '../../kernel/rational.ts';
import { findUnit } from '../../kernel/units.ts';
import type { CalculationMethod, InputReader, MethodInput, Part } from './types.ts';

/** Names in the release `footing-stated-1`: gases and CO2e that are measured or stated by others. */
export const CO2_STATED = 'Carbon dioxide, stated';
export const CO2E_STATED = 'CO2e, stated';

const number = (name: string, description: string, more: Partial<MethodInput> = {}): MethodInput => ({
  name,
  kind: 'number',
  required: more.default === undefined,
  description,
  ...more,
});
const text = (name: string, description: string, more: Partial<MethodInput> = {}): MethodInput => ({
  name,
  kind: 'text',
  required: more.default === undefined,
  description,
  ...more,
});
const share = (name: string, description: string, more: Partial<MethodInput> = {}) =>
  number(name, description, { max: '1', ...more });

const HUNDRED = Rational.parse('100');
const THOUSAND = Rational.parse('1000');
const MILE_KM = Rational.parse('1.609344');
const NAUTICAL_MILE_KM = Rational.parse('1.852');

/** Mass of CO2 per mole and of carbonates (g/mol) with the moles of CO2 that one sets free: IPCC 2006, volume 3, table 2.1. */
export const CO2_MOLAR = '44.0095';
const CARBON_MOLAR = '12.0107';
export const CARBONATES: Readonly<Record<string, { molar: string; moles: string }>> = {
  CaCO3: { molar: '100.0869', moles: '1' },
  MgCO3: { molar: '84.3139', moles: '1' },
  'CaMg(CO3)2': { molar: '184.4008', moles: '2' },
  FeCO3: { molar: '115.8539', moles: '1' },
  MnCO3: { molar: '114.9469', moles: '1' },
  Na2CO3: { molar: '105.9884', moles: '1' },
};

const DISTANCES = [
  number('distance_km', 'Kilometres', { required: false }),
  number('distance_miles', 'Miles, instead of kilometres', { required: false }),
  number('distance_nmi', 'Nautical miles, instead of kilometres', { required: false }),
];

function distanceKm(read: InputReader): Rational | undefined {
  const stated = [
    read.optional('distance_km'),
    read.optional('distance_miles')?.mul(MILE_KM),
    read.optional('distance_nmi')?.mul(NAUTICAL_MILE_KM),
  ].filter((value) => value !== undefined);
  if (stated.length > 1) read.problem('the distance is stated in several units');
  return stated[0];
}

/** `A: 0.8; B: 0.2` -> names and shares that add up to 1. */
function sharesOf(read: InputReader, name: string): Array<[family: string, share: Rational]> {
  const stated = read.text(name);
  const found: Array<[string, Rational]> = [];
  for (const part of stated.split(';')) {
    const at = part.lastIndexOf(':');
    const family = part.slice(0, at).trim();
    const value = /^\s*\d+(\.\d+)?\s*$/.test(part.slice(at + 1))
      ? Rational.parse(part.slice(at + 1).trim())
      : undefined;
    if (at < 1 || family === '' || !value) {
      read.problem(`${name} is not written like "Diesel: 0.8; Biodiesel: 0.2"`);
      return [];
    }
    found.push([family, value]);
  }
  const sum = found.reduce((total, [, value]) => total.add(value), Rational.ZERO);
  if (!sum.equals(Rational.ONE)) read.problem(`the shares of ${name} add up to ${sum}, not to 1`);
  return found;
}

function byShares(row: { unit: string }, read: InputReader): Part[] {
  const quantity = read.quantity();
  return sharesOf(read, 'shares').map(([activity, value]) => ({
    activity,
    quantity: quantity.mul(value),
    unit: row.unit,
    words: `${quantity} × ${value}`,
  }));
}
const SHARES = text('shares', 'Factors and shares that add up to 1: "Diesel: 0.8; Biodiesel: 0.2"');

/** One part: the activity's own quantity times something. */
function scaled(row: { activity: string; unit: string }, quantity: Rational, words: string, unit = row.unit): Part[] {
  return [{ activity: row.activity, quantity, unit, words }];
}

export const METHODS: readonly CalculationMethod[] = [
  {
    name: 'fuel-and-distance',
    title: 'Fuel for CO2, distance for methane and nitrous oxide',
    formula: 'CO2 = fuel × factor of the fuel; CH4, N2O = distance × factor of the vehicle',
    quantity: 'fuel',
    inputs: [
      text('vehicle', 'Factor of the vehicle by distance (CH4 and N2O)', { required: false }),
      ...DISTANCES.slice(0, 2),
    ],
    companions: 'all',
    parts(row, read) {
      const fuel = read.quantity();
      const vehicle = read.optionalText('vehicle');
      const distance = distanceKm({
        ...read,
        optional: (name) => (name === 'distance_nmi' ? undefined : read.optional(name)),
      });
      const complete = vehicle !== undefined && distance !== undefined;
      const part: Part = {
        activity: row.activity,
        quantity: fuel,
        unit: row.unit,
        words: complete ? 'fuel' : 'fuel alone: the vehicle or the distance is not stated, so CH4 and N2O are missing',
        ...(complete ? {} : { flags: ['part_missing'] }),
      };
      return complete
        ? [part, { activity: vehicle, quantity: distance, unit: 'vehicle-km', words: `distance ${distance} km` }]
        : [part];
    },
  },
  {
    name: 'shares',
    title: 'A mixture by shares: fuel blends, waste by treatment, modes of travel',
    formula: 'each part = quantity × share',
    quantity: 'the whole',
    inputs: [SHARES],
    companions: 'all',
    parts: byShares,
  },
  {
    name: 'refrigerant-mass-balance',
    title: 'Refrigerants and other gases by mass balance',
    formula:
      'purchased for new units − charge of new units + purchased for service + charge of retired units − recovered',
    quantity: null,
    inputs: [
      number('purchased_new_kg', 'Bought for new units', { default: '0' }),
      number('charge_new_kg', 'Full charge of the new units', { default: '0' }),
      number('purchased_service_kg', 'Bought for servicing', { default: '0' }),
      number('charge_retired_kg', 'Full charge of units taken out of use', { default: '0' }),
      number('recovered_kg', 'Recovered from units taken out of use', { default: '0' }),
    ],
    companions: 'all',
    reportedAs: 'mass-balance',
    parts(row, read) {
      const [pn, cn, ps, cd, rd] = [
        'purchased_new_kg',
        'charge_new_kg',
        'purchased_service_kg',
        'charge_retired_kg',
        'recovered_kg',
      ].map((name) => read.number(name)) as [Rational, Rational, Rational, Rational, Rational];
      return scaled(row, pn.sub(cn).add(ps).add(cd).sub(rd), `${pn} − ${cn} + ${ps} + ${cd} − ${rd} kg`, 'kg');
    },
  },
  {
    name: 'refrigerant-stock-balance',
    title: 'Refrigerants and other gases by the balance of the stock',
    formula: 'opening stock + purchases − sales − closing stock − rise of the installed charge',
    quantity: null,
    inputs: [
      number('opening_stock_kg', 'In stock at the beginning'),
      number('purchases_kg', 'Bought', { default: '0' }),
      number('sales_kg', 'Sold or given away', { default: '0' }),
      number('closing_stock_kg', 'In stock at the end'),
      number('charge_change_kg', 'Rise of the charge of installed units; a fall is negative', {
        default: '0',
        min: '-1e12',
      }),
    ],
    companions: 'all',
    reportedAs: 'mass-balance',
    parts(row, read) {
      const [open, bought, sold, close, change] = [
        'opening_stock_kg',
        'purchases_kg',
        'sales_kg',
        'closing_stock_kg',
        'charge_change_kg',
      ].map((name) => read.number(name)) as [Rational, Rational, Rational, Rational, Rational];
      const left = open.add(bought).sub(sold).sub(close).sub(change);
      return scaled(row, left, `${open} + ${bought} − ${sold} − ${close} − ${change} kg`, 'kg');
    },
  },
  {
    name: 'refrigerant-equipment',
    title: 'Refrigerants by equipment and loss rates (simplified)',
    formula: 'new charge × fill loss + charge × yearly loss × years + retired charge × (1 − recovered share)',
    quantity: null,
    inputs: [
      number('new_charge_kg', 'Charge filled into new units', { default: '0' }),
      share('fill_loss', 'Share of it that is lost at filling', { default: '0' }),
      number('charge_kg', 'Charge of the units in use', { default: '0' }),
      share('annual_loss', 'Share of it that leaks in a year', { default: '0' }),
      number('years', 'Years in use within the period', { default: '1' }),
      number('retired_charge_kg', 'Charge left in units taken out of use', { default: '0' }),
      share('recovered_share', 'Share of it that is recovered', { default: '0' }),
    ],
    companions: 'all',
    reportedAs: 'simplified-loss-rates',
    parts(row, read) {
      const fill = read.number('new_charge_kg').mul(read.number('fill_loss'));
      const operation = read.number('charge_kg').mul(read.number('annual_loss')).mul(read.number('years'));
      const disposal = read.number('retired_charge_kg').mul(Rational.ONE.sub(read.number('recovered_share')));
      return scaled(row, fill.add(operation).add(disposal), `${fill} + ${operation} + ${disposal} kg`, 'kg');
    },
  },
  {
    name: 'carbonate-process',
    title: 'CO2 of carbonates by stoichiometry',
    formula: 'mass × purity × share calcined × moles of CO2 × 44.0095 / molar mass of the carbonate',
    quantity: 'mass of the raw material',
    inputs: [
      text('carbonate', `One of ${Object.keys(CARBONATES).join(', ')}`),
      share('purity', 'Share of carbonate in the raw material', { default: '1' }),
      share('conversion', 'Share that is calcined', { default: '1' }),
    ],
    companions: 'all',
    reportedAs: 'process',
    parts(row, read) {
      const carbonate = CARBONATES[read.text('carbonate')];
      if (!carbonate) read.problem(`carbonate is not one of ${Object.keys(CARBONATES).join(', ')}`);
      const ratio = carbonate
        ? Rational.parse(CO2_MOLAR).mul(Rational.parse(carbonate.moles)).div(Rational.parse(carbonate.molar))
        : Rational.ZERO;
      const [mass, purity, conversion] = [read.quantity(), read.number('purity'), read.number('conversion')];
      return [
        {
          activity: CO2_STATED,
          quantity: mass.mul(purity).mul(conversion).mul(ratio),
          unit: row.unit,
          words: `${mass} ${row.unit} × ${purity} × ${conversion} × ${carbonate?.moles} × ${CO2_MOLAR} / ${carbonate?.molar}`,
        },
      ];
    },
  },
  {
    name: 'fuel-carbon',
    title: 'CO2 of a fuel by analysis of its carbon',
    formula: 'fuel × carbon content × oxidation × 44.0095 / 12.0107',
    quantity: 'mass of the fuel',
    inputs: [
      share('carbon_content', 'Mass of carbon per mass of fuel'),
      share('oxidation', 'Share of the carbon that is oxidised', { default: '1' }),
    ],
    companions: 'all',
    reportedAs: 'fuel',
    parts(row, read) {
      const [fuel, carbon, oxidation] = [read.quantity(), read.number('carbon_content'), read.number('oxidation')];
      const ratio = Rational.parse(CO2_MOLAR).div(Rational.parse(CARBON_MOLAR));
      return [
        {
          activity: CO2_STATED,
          quantity: fuel.mul(carbon).mul(oxidation).mul(ratio),
          unit: row.unit,
          words: `${fuel} ${row.unit} × ${carbon} × ${oxidation} × ${CO2_MOLAR} / ${CARBON_MOLAR}`,
        },
      ];
    },
  },
  {
    name: 'transport',
    title: 'Freight or passengers by distance',
    formula: 'mass × distance (tonne-kilometres), or passengers × distance (passenger-kilometres)',
    quantity: 'mass of the goods, or number of passengers',
    inputs: DISTANCES,
    companions: 'all',
    parts(row, read) {
      const quantity = read.quantity();
      const distance = distanceKm(read);
      if (!distance) {
        read.problem('the distance is missing (distance_km, distance_miles or distance_nmi)');
        return [];
      }
      const answer = findUnit(row.unit);
      const unit = 'unit' in answer ? answer.unit : undefined;
      const words = `${quantity} ${row.unit} × ${distance} km`;
      if (unit?.dimension === 'mass') {
        // Base unit of mass is the kilogram.
        return scaled(row, quantity.mul(unit.ratio).div(THOUSAND).mul(distance), words, 'tkm');
      }
      if (unit?.dimension === 'count') return scaled(row, quantity.mul(unit.ratio).mul(distance), words, 'pkm');
      read.problem(`${row.unit || 'no unit'} is neither a mass nor a number of passengers`);
      return [];
    },
  },
  {
    name: 'spend',
    title: 'Spend with recoverable tax, or at purchaser prices for a factor of basic prices',
    formula: 'amount / (1 + tax) × (1 − margins)',
    quantity: null,
    inputs: [
      number('tax_percent', 'Recoverable tax that the amount holds, per cent of the net amount', {
        default: '0',
        max: '100',
      }),
      number('margin_percent', 'Trade and transport margins and product taxes, per cent of the net amount', {
        default: '0',
        max: '100',
      }),
    ],
    companions: 'all',
    parts(row, read) {
      const [amount, tax, margin] = [read.amount(), read.number('tax_percent'), read.number('margin_percent')];
      const net = amount.div(Rational.ONE.add(tax.div(HUNDRED))).mul(Rational.ONE.sub(margin.div(HUNDRED)));
      const words = `${amount} / (1 + ${tax} %)${margin.isZero() ? '' : ` × (1 − ${margin} %)`}`;
      return [{ activity: row.activity, amount: net, words }];
    },
  },
  {
    name: 'supplier-specific',
    title: 'Product carbon footprint stated by the supplier',
    formula: 'quantity × kg CO2e per unit',
    quantity: 'what was bought',
    inputs: [number('footprint_kg_per_unit', 'kg CO2e per unit of the quantity, cradle to gate')],
    category: 1,
    categoryStated: true,
    companions: 'outside',
    reportedAs: 'supplier-specific',
    parts(row, read) {
      const [quantity, footprint] = [read.quantity(), read.number('footprint_kg_per_unit')];
      return [
        {
          activity: CO2E_STATED,
          quantity: quantity.mul(footprint),
          unit: 'kg',
          words: `${quantity} ${row.unit} × ${footprint} kg CO2e/${row.unit}`,
        },
      ];
    },
  },
  {
    name: 'supplier-allocated',
    title: "Share of a supplier's emissions by purchases",
    formula: "supplier's emissions × our purchases / supplier's revenue",
    quantity: "the supplier's emissions, a mass of CO2e",
    inputs: [
      number('purchases', 'What we bought from the supplier in the period'),
      number('supplier_revenue', 'Revenue of the supplier in the period, in the same currency', { min: '0.000001' }),
    ],
    category: 1,
    categoryStated: true,
    companions: 'outside',
    reportedAs: 'supplier-specific',
    parts(row, read) {
      const [emissions, bought, revenue] = [read.quantity(), read.number('purchases'), read.number('supplier_revenue')];
      if (bought.cmp(revenue) > 0) read.problem("the purchases are larger than the supplier's revenue");
      return [
        {
          activity: CO2E_STATED,
          quantity: revenue.isZero() ? Rational.ZERO : emissions.mul(bought).div(revenue),
          unit: row.unit,
          words: `${emissions} ${row.unit} × ${bought} / ${revenue}`,
        },
      ];
    },
  },
  {
    name: 'hybrid',
    title: "Supplier's scopes 1 and 2, and average data for the rest",
    formula: 'allocated emissions of the supplier + material × factor + mass × distance × factor + waste × factor',
    quantity: "the supplier's emissions allocated to us, a mass of CO2e",
    inputs: [
      text('material', 'Factor of the material', { required: false }),
      number('material_t', 'Mass of the material, tonnes', { default: '0' }),
      number('material_kg_per_t', 'kg CO2e per tonne, where no factor is named', { required: false }),
      text('transport', 'Factor of the inbound transport, by tonne-kilometres', { required: false }),
      number('transport_t', 'Mass carried, tonnes', { default: '0' }),
      number('distance_km', 'Distance, kilometres', { default: '0' }),
      text('waste', 'Factor of the waste', { required: false }),
      number('waste_t', 'Mass of the waste, tonnes', { default: '0' }),
    ],
    category: 1,
    categoryStated: true,
    companions: 'outside',
    reportedAs: 'hybrid',
    parts(row, read) {
      const allocated = read.quantity();
      const found: Part[] = [
        {
          activity: CO2E_STATED,
          quantity: allocated,
          unit: row.unit,
          words: `emissions of the supplier allocated to us, ${allocated} ${row.unit}`,
        },
      ];
      const [material, perTonne, mass] = [
        read.optionalText('material'),
        read.optional('material_kg_per_t'),
        read.number('material_t'),
      ];
      if (!mass.isZero()) {
        if (material !== undefined)
          found.push({ activity: material, quantity: mass, unit: 't', words: `material, ${mass} t` });
        else if (perTonne) {
          const words = `material, ${mass} t × ${perTonne} kg CO2e/t`;
          found.push({ activity: CO2E_STATED, quantity: mass.mul(perTonne), unit: 'kg', words });
        } else read.problem('material_t is stated without a factor (material or material_kg_per_t)');
      }
      const [transport, carried, distance] = [
        read.optionalText('transport'),
        read.number('transport_t'),
        read.number('distance_km'),
      ];
      if (!carried.isZero()) {
        const words = `inbound transport, ${carried} t × ${distance} km`;
        if (transport === undefined) read.problem('transport_t is stated without a factor (transport)');
        else found.push({ activity: transport, quantity: carried.mul(distance), unit: 'tkm', words });
      }
      const [waste, wasted] = [read.optionalText('waste'), read.number('waste_t')];
      if (!wasted.isZero()) {
        if (waste === undefined) read.problem('waste_t is stated without a factor (waste)');
        else found.push({ activity: waste, quantity: wasted, unit: 't', words: `waste, ${wasted} t` });
      }
      return found;
    },
  },
  {
    name: 'leased-share',
    title: 'Share of a leased building or asset by area and time',
    formula: 'energy or emissions of the building × our area / its area × months / 12',
    quantity: 'energy of the whole building in a year, or its emissions as a mass of CO2e',
    inputs: [
      number('area_m2', 'Area let to us'),
      number('building_area_m2', 'Area of the building', { min: '0.000001' }),
      number('months', 'Months of the year', { default: '12', max: '12' }),
    ],
    category: 8,
    categoryStated: true,
    companions: 'outside',
    parts(row, read) {
      const [whole, area, total, months] = [
        read.quantity(),
        read.number('area_m2'),
        read.number('building_area_m2'),
        read.number('months'),
      ];
      if (area.cmp(total) > 0) read.problem('the area is larger than the building');
      const part = total.isZero() ? Rational.ZERO : whole.mul(area).div(total).mul(months).div(Rational.parse('12'));
      return scaled(row, part, `${whole} ${row.unit} × ${area} / ${total} m² × ${months} / 12 months`);
    },
  },
  {
    name: 'sold-products-energy',
    title: 'Energy that sold products use over their life',
    formula: 'units × years of life × kWh a year, or units × uses × kWh per use; all in the year of the sale',
    quantity: 'units sold',
    inputs: [
      number('lifetime_years', 'Years of life', { required: false }),
      number('kwh_per_year', 'kWh a year', { required: false }),
      number('lifetime_uses', 'Uses over the life, instead of years', { required: false }),
      number('kwh_per_use', 'kWh per use', { required: false }),
    ],
    category: 11,
    companions: 'outside',
    parts(row, read) {
      const units = read.quantity();
      const byYear = [read.optional('lifetime_years'), read.optional('kwh_per_year')] as const;
      const byUse = [read.optional('lifetime_uses'), read.optional('kwh_per_use')] as const;
      const [times, kwh] = byYear[0] && byYear[1] ? byYear : byUse;
      if (!times || !kwh) {
        read.problem('neither lifetime_years with kwh_per_year nor lifetime_uses with kwh_per_use is stated');
        return [];
      }
      return scaled(row, units.mul(times).mul(kwh), `${units} units × ${times} × ${kwh} kWh`, 'kWh');
    },
  },
  {
    name: 'sold-fuel',
    title: 'Fuel that is sold and burnt by others',
    formula: 'quantity × factor of its combustion; its upstream is category 3',
    quantity: 'fuel sold',
    inputs: [],
    category: 11,
    companions: 'all',
    parts: (row, read) => scaled(row, read.quantity(), 'fuel sold'),
  },
  {
    name: 'sold-products-leakage',
    title: 'Greenhouse gas that escapes from sold products',
    formula: 'units × charge × share that escapes over the life',
    quantity: 'units sold',
    inputs: [number('charge_kg', 'Charge of one unit'), share('leak_share', 'Share that escapes over the life')],
    category: 11,
    companions: 'outside',
    parts(row, read) {
      const [units, charge, leak] = [read.quantity(), read.number('charge_kg'), read.number('leak_share')];
      return scaled(row, units.mul(charge).mul(leak), `${units} units × ${charge} kg × ${leak}`, 'kg');
    },
  },
  {
    name: 'processing-of-sold-products',
    title: 'Energy that customers use to process what was sold',
    formula: 'units × kWh per unit',
    quantity: 'units sold',
    inputs: [number('kwh_per_unit', 'kWh that processing one unit takes')],
    category: 10,
    companions: 'outside',
    parts(row, read) {
      const [units, kwh] = [read.quantity(), read.number('kwh_per_unit')];
      return scaled(row, units.mul(kwh), `${units} × ${kwh} kWh`, 'kWh');
    },
  },
  {
    name: 'end-of-life',
    title: 'Treatment of sold products and their packaging at the end of their life',
    formula: 'mass sold × share of the treatment × factor of the treatment',
    quantity: 'mass of the products sold',
    inputs: [SHARES],
    category: 12,
    companions: 'outside',
    parts: byShares,
  },
  {
    name: 'sample',
    title: 'Extrapolation of a sample: franchises, sites without a meter',
    formula: 'total of the sample / size of the sample × size of all',
    quantity: 'total of the sample: energy, fuel, or a mass of CO2e',
    inputs: [
      number('sample_size', 'Size of the sample (floor area, staff, sites)', { min: '0.000001' }),
      number('total_size', 'Size of all, in the same measure'),
    ],
    category: 14,
    categoryStated: true,
    companions: 'outside',
    reportedAs: 'extrapolated',
    parts(row, read) {
      const [total, sample, all] = [read.quantity(), read.number('sample_size'), read.number('total_size')];
      const part = sample.isZero() ? Rational.ZERO : total.mul(all).div(sample);
      return scaled(row, part, `${total} ${row.unit} / ${sample} × ${all}`);
    },
  },
  {
    name: 'financed',
    title: 'Financed emissions by attribution (PCAF)',
    formula: 'emissions of the investee × outstanding amount / enterprise value including cash (or equity and debt)',
    quantity: "the investee's emissions, a mass of CO2e",
    inputs: [
      number('outstanding', 'Outstanding amount of the investment or loan'),
      number('value', 'EVIC, or equity plus debt, in the same currency', { min: '0.000001' }),
    ],
    category: 15,
    companions: 'outside',
    reportedAs: 'pcaf',
    parts(row, read) {
      const [emissions, outstanding, value] = [read.quantity(), read.number('outstanding'), read.number('value')];
      const part = value.isZero() ? Rational.ZERO : emissions.mul(outstanding).div(value);
      return scaled(row, part, `${emissions} ${row.unit} × ${outstanding} / ${value}`);
    },
  },
  {
    name: 'owned-share',
    title: 'Share of an investee, a project or a common asset',
    formula: 'emissions or energy × share',
    quantity: 'the whole: energy, fuel, or a mass of CO2e',
    inputs: [share('share', 'Our share, 0 to 1')],
    category: 15,
    categoryStated: true,
    companions: 'outside',
    parts(row, read) {
      const [whole, part] = [read.quantity(), read.number('share')];
      return scaled(row, whole.mul(part), `${whole} ${row.unit} × ${part}`);
    },
  },
  {
    name: 'commuting',
    title: 'Commuting by distance',
    formula: 'staff × days × kilometres a day × share of the mode',
    quantity: 'staff',
    inputs: [
      number('days', 'Days on which each comes to work'),
      number('km_per_day', 'Kilometres a day, there and back'),
      share('mode_share', 'Share of this mode of travel', { default: '1' }),
      text('distance_unit', 'Unit of the factor: km, vehicle-km or pkm', { default: 'km' }),
    ],
    category: 7,
    companions: 'all',
    parts(row, read) {
      const [staff, days, km, mode] = [
        read.quantity(),
        read.number('days'),
        read.number('km_per_day'),
        read.number('mode_share'),
      ];
      const unit = read.text('distance_unit');
      if (!['km', 'vehicle-km', 'pkm'].includes(unit)) read.problem('distance_unit is not km, vehicle-km or pkm');
      return scaled(row, staff.mul(days).mul(km).mul(mode), `${staff} × ${days} days × ${km} km × ${mode}`, unit);
    },
  },
  {
    name: 'homeworking',
    title: 'Work at home by hours',
    formula: 'staff × days at home × hours a day',
    quantity: 'staff',
    inputs: [number('days', 'Days at home'), number('hours_per_day', 'Hours a day', { default: '8', max: '24' })],
    category: 7,
    companions: 'all',
    parts(row, read) {
      const [staff, days, hours] = [read.quantity(), read.number('days'), read.number('hours_per_day')];
      return scaled(row, staff.mul(days).mul(hours), `${staff} × ${days} days × ${hours} hours`, 'FTE-hour');
    },
  },
];

const BY_NAME = new Map(METHODS.map((method) => [method.name, method]));

/** The method of a name; capitals and white space around it do not count. */
export function methodNamed(name: string): CalculationMethod | undefined {
  return BY_NAME.get(name.trim().toLowerCase());
}
