/** Methods of scope 1: fuels by analysis, mobile combustion, refrigerants, process emissions; and mixtures. */
import { Rational } from '../../kernel/rational.ts';
import {
  byShares,
  CARBON_MOLAR,
  CARBONATES,
  CO2_MOLAR,
  CO2_STATED,
  DISTANCES,
  distanceKm,
  number,
  SHARES,
  scaled,
  share,
  text,
} from './inputs.ts';
import type { CalculationMethod, Part } from './types.ts';

export const DIRECT_METHODS: readonly CalculationMethod[] = [
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
      const distance = distanceKm(read, ['distance_km', 'distance_miles']);
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
];
