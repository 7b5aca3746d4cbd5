/**
 * The calculation methods: how inputs of an activity become quantities that a factor is multiplied with. Formulas of the GHG Protocol
 * (Corporate Standard, Scope 3 Technical Guidance), the IPCC 2006 guidelines and PCAF, as each says.
 */
import { Rational } from '../../kernel/rational.ts';
import { findUnit } from '../../kernel/units.ts';
import { DIRECT_METHODS } from './direct.ts';
import {
  byShares,
  CO2E_STATED,
  DISTANCES,
  distanceKm,
  HUNDRED,
  number,
  SHARES,
  scaled,
  share,
  THOUSAND,
  text,
} from './inputs.ts';
import { MEASURED_METHODS } from './measured.ts';
import type { CalculationMethod, Part } from './types.ts';

export const METHODS: readonly CalculationMethod[] = [
  ...DIRECT_METHODS,
  ...MEASURED_METHODS,
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
