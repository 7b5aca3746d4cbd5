import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { COUNTRIES } from '../../kernel/country.ts';
import { Rational } from '../../kernel/rational.ts';
import { convertQuantity, parseUnit } from '../../kernel/units.ts';
import { co2e, factorCo2e, GWP_SET_NAMES, gwpEntries, gwpSet } from './gwp.ts';
import { loadCatalogue, readCatalogue } from './load.ts';
import { BASES, co2eOfSplit, gasSplitOf, packGases, roundingOfSplit, unpackGases } from './supply-chain-gases.ts';
import type { Factor, GasVector } from './types.ts';

const catalogue = loadCatalogue();
const releases = new URL('../../../catalogue/releases/', import.meta.url);

/** Most that gases rounded to five decimals, each by itself, may add up to beside their rounded total. */
const ROUNDING_OF_SOURCE = Rational.parse('0.000025');

function factor(release: string, name: string, unit: string): Factor {
  const found = catalogue.named(name).filter((each) => each.release === release && each.unit.code === unit);
  expect(found, `${release}: ${name} per ${unit}`).toHaveLength(1);
  return found[0]!;
}

const uk = (name: string, unit: string) => factor('uk-desnz-2025', name, unit);
const us = (name: string, unit: string) => factor('us-epa-hub-2025', name, unit);

/** kg CO2e of a quantity under a set, without needless zeros. */
function emitted(
  of: Factor,
  quantity: string,
  set: 'AR4' | 'AR5' | 'AR6' = 'AR5',
  unit: string = of.unit.code,
): string {
  return convertQuantity(Rational.parse(quantity), parseUnit(unit), of.unit)
    .mul(factorCo2e(of, gwpSet(set)))
    .toString();
}

function massOf(of: Factor, gas: keyof GasVector, quantity: string): string {
  return Rational.parse(of.gases[gas]).mul(Rational.parse(quantity)).toString();
}

describe('the shipped catalogue', () => {
  test('holds the releases, each with source, year, licence and the hash of its factors', () => {
    expect(catalogue.releases.map((release) => release.id)).toEqual(
      expect.arrayContaining([
        'uk-desnz-2024',
        'uk-desnz-2025',
        'us-epa-hub-2025',
        'us-epa-supply-chain-1.3',
        'us-epa-supply-chain-1.3-by-gas',
        'world-grid-2023',
      ]),
    );
    for (const release of catalogue.releases) {
      const bytes = readFileSync(new URL(`${release.id}/factors.csv`, releases));
      expect(release.contentHash).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(release.counts.factors).toBe(catalogue.factors.filter((each) => each.release === release.id).length);
      for (const stated of [
        release.title,
        release.publisher,
        release.edition,
        release.licence,
        release.attribution,
        release.url,
      ]) {
        expect(stated).not.toBe('');
      }
    }
  });

  test('has unique ids, and no two factors of one name, unit and region in a release', () => {
    expect(new Set(catalogue.factors.map((each) => each.id)).size).toBe(catalogue.factors.length);
    const keys = catalogue.factors.map((each) => [each.release, each.name, each.unit.code, each.region].join('\t'));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('every factor says what it is and emits no less than nothing', () => {
    const rules: Record<string, (each: Factor) => boolean> = {
      'a category in scope 3 and there alone': (each) => (each.category !== null) === (each.scope === '3'),
      'categories from 1 to 15': (each) =>
        [each.category ?? 1, ...each.alsoCategories].every((category) => category >= 1 && category <= 15),
      'valid for some time, or without an end': (each) => each.validTo === '' || each.validFrom < each.validTo,
      'a region of a known country, or the world': (each) =>
        each.region === 'GLO' || COUNTRIES.has(each.region.slice(0, 2)),
      'a place in the source': (each) => each.sourceTable !== '' && each.sourceRow !== '',
      'no negative mass': (each) => !Object.values(each.gases).some((mass) => mass.startsWith('-')),
      'another gas has a name, a mass and a potential': ({ gases }) =>
        gases.other_gas === ''
          ? gases.other_kg === '0'
          : gases.other_kg !== '0' && gwpSet('AR6').of(gases.other_gas) !== undefined,
    };
    for (const [rule, holds] of Object.entries(rules)) {
      expect(
        catalogue.factors.filter((each) => !holds(each)).map((each) => each.id),
        rule,
      ).toEqual([]);
    }
  });

  test('every companion goes along with a factor of its release', () => {
    const companions = catalogue.factors.filter((each) => each.accompanies !== '');
    expect(companions.length).toBeGreaterThan(500);
    for (const each of companions) {
      expect(each.scope, each.id).toMatch(/^(3|outside)$/);
      expect(
        catalogue.named(each.accompanies).some((main) => main.release === each.release),
        each.id,
      ).toBe(true);
    }
  });

  test('is smaller than 6 MB and loads in less than a second of a processor', () => {
    const folder = fileURLToPath(new URL('../../../catalogue/', import.meta.url));
    const bytes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => statSync(join(folder, file)))
      .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
    expect(bytes).toBeLessThan(6_000_000);
    readCatalogue(releases);
    const times = [1, 2, 3].map(() => {
      const start = process.cpuUsage();
      readCatalogue(releases);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(1000);
  });

  test('names are found whatever their capitals and spaces; of two kinds of match the very name comes first', () => {
    expect(catalogue.named('  natural   GAS ').map((each) => each.release)[0]).toBe('uk-desnz-2024');
    expect(catalogue.named('natural gas').some((each) => each.release === 'us-epa-hub-2025')).toBe(true);
    expect(new Set(catalogue.named('Electricity').map((each) => each.region)).size).toBeGreaterThan(100);
    expect(catalogue.named('No such thing')).toEqual([]);
    expect(catalogue.named('__proto__')).toEqual([]);
  });
});

describe('UK 2025', () => {
  const split = catalogue.factors.filter((each) => each.release.startsWith('uk-desnz') && each.derivedFromCo2e);

  test('every complete gas group reproduces the published total to its last digit under the set of the source', () => {
    expect(split.filter((each) => each.release === 'uk-desnz-2025').length).toBe(1302);
    for (const each of split) {
      expect(each.gwpSource).toBe('AR5');
      expect(factorCo2e(each, gwpSet('AR5')).toString(), each.id).toBe(each.co2eSource);
    }
  });

  test('masses are CO2e of the gas by its potential, never CO2e taken for mass', () => {
    const ar5 = gwpSet('AR5');
    for (const each of split) {
      const ch4 = Rational.parse(each.gases.ch4_non_fossil).mul(ar5.ch4NonFossil).toDecimal(8);
      const n2o = Rational.parse(each.gases.n2o).mul(ar5.n2o).toDecimal(8);
      expect(ch4.toString(), each.id).toBe(Rational.parse(each.co2eOfCh4Source!).toDecimal(8).toString());
      expect(n2o.toString(), each.id).toBe(Rational.parse(each.co2eOfN2oSource!).toDecimal(8).toString());
      const apart = co2e(each.gases, ar5).sub(Rational.parse(each.co2eSource!));
      expect(
        (apart.sign() < 0 ? apart.neg() : apart).cmp(ROUNDING_OF_SOURCE) <= 0,
        `${each.id}: ${apart.toDecimal(9)}`,
      ).toBe(true);
    }
  });

  test.each([
    ['Electricity, United Kingdom', 'kWh', '0.177'],
    ['Natural gas', 'kWh (Gross CV)', '0.18296'],
    ['Natural gas', 'kWh (Net CV)', '0.2027'],
    ['Diesel (average biofuel blend)', 'l', '2.57082'],
    ['Petrol (average biofuel blend)', 'l', '2.06916'],
    ['Hotel stay, United Kingdom', 'room-night', '10.4'],
    ['Water supply', 'm3', '0.1913'],
    ['WTT: Electricity, United Kingdom', 'kWh', '0.0459'],
    ['Waste, commercial and industrial waste, landfill', 't', '520.5327'],
    ['Flight, long-haul, economy class, with RF', 'pkm', '0.11704'],
    ['Freight, HGV, all HGVs, average laden', 'tkm', '0.10163'],
  ])('%s per %s is %s kg CO2e', (name, unit, total) => {
    expect(emitted(uk(name, unit), '1')).toBe(total);
  });

  test('what is stated as zero is there as zero, what is not stated is not there', () => {
    expect(emitted(uk('Company car, average, battery electric', 'km'), '1000')).toBe('0');
    expect(catalogue.named('Waste, books, open-loop')).toEqual([]);
  });

  test('M-01: the electricity of 2024 is held beside that of 2025', () => {
    expect(emitted(factor('uk-desnz-2024', 'Electricity, United Kingdom', 'kWh'), '1')).toBe('0.20705');
  });

  test('S2-11: a bill across two years, each part by its own year', () => {
    const parts = [
      emitted(factor('uk-desnz-2024', 'Electricity, United Kingdom', 'kWh'), '1700'),
      emitted(uk('Electricity, United Kingdom', 'kWh'), '1400'),
    ];
    expect(parts).toEqual(['351.985', '247.8']);
  });
});

describe('conformance cases of factors and potentials', () => {
  test('S1-01: UK natural gas, gross, gas by gas', () => {
    const gas = uk('Natural gas', 'kWh (Gross CV)');
    expect(emitted(gas, '1000000')).toBe('182960');
    expect(massOf(gas, 'co2_fossil', '1000000')).toBe('182590');
    expect(massOf(gas, 'ch4_non_fossil', '1000000')).toBe('10');
    // Derived from the CO2e of the gas and rounded at 12 decimals per kWh.
    expect(Math.abs(Number(massOf(gas, 'n2o', '1000000')) - 0.339622642)).toBeLessThan(1e6 * 0.5e-12);
    expect([gas.co2eOfCh4Source, gas.co2eOfN2oSource]).toEqual(['0.00028', '0.00009']);
  });

  test('S1-02: the same gas by net calorific value', () => {
    const [net, gross] = ['kWh (Net CV)', 'kWh (Gross CV)'].map((unit) => uk('Natural gas', unit)) as [Factor, Factor];
    expect(emitted(net, '1000000')).toBe('202700');
    // What the factors make of it: so much by gross value burns to the same, and the gross factor would have been short by a tenth.
    const kWh = Rational.parse(emitted(net, '1000000')).div(Rational.parse(emitted(gross, '1')));
    expect(kWh.toDecimal(9).toString()).toBe('1107892.435505028');
    expect(Number(emitted(gross, '1000000')) - Number(emitted(net, '1000000'))).toBe(-19740);
  });

  test('S1-03: US natural gas by volume under three sets', () => {
    const gas = us('Natural Gas (US)', 'scf');
    expect(massOf(gas, 'co2_fossil', '10000')).toBe('544.3956');
    expect(massOf(gas, 'ch4_non_fossil', '10000')).toBe('0.01026');
    expect(massOf(gas, 'n2o', '10000')).toBe('0.001026');
    expect(GWP_SET_NAMES.map((set) => emitted(gas, '10000', set))).toEqual(['544.957848', '544.95477', '544.952718']);
  });

  test('S1-04: diesel truck, CO2 by fuel, CH4 and N2O by distance', () => {
    const fuel = us('Diesel Fuel, mobile combustion (US)', 'us_gal');
    const miles = us('CH4 and N2O: Medium- and Heavy-Duty Vehicles, Diesel, model year 2007-2022 (US)', 'vehicle-mile');
    expect(emitted(fuel, '100')).toBe('1021');
    expect(massOf(miles, 'ch4_non_fossil', '12000')).toBe('0.114');
    expect(massOf(miles, 'n2o', '12000')).toBe('0.5172');
    expect(
      Rational.parse(emitted(fuel, '100'))
        .add(Rational.parse(emitted(miles, '12000', 'AR5', 'mile')))
        .toString(),
    ).toBe('1161.25');
  });

  test('S1-05: CO2 of biodiesel is biogenic', () => {
    const biodiesel = us('Biodiesel (100%), mobile combustion (US)', 'us_gal');
    expect([
      massOf(biodiesel, 'co2_biogenic', '20'),
      massOf(biodiesel, 'co2_fossil', '20'),
      emitted(biodiesel, '20'),
    ]).toEqual(['189', '0', '0']);
  });

  test('S1-06: forecourt diesel draws in biogenic CO2 and well-to-tank', () => {
    const diesel = uk('Diesel (average biofuel blend)', 'l');
    const [biogenic, upstream, ...more] = catalogue.companions(diesel).filter((each) => each.unit.code === 'l');
    expect(more).toEqual([]);
    expect(emitted(diesel, '1000')).toBe('2570.82');
    expect([biogenic!.scope, massOf(biogenic!, 'co2_biogenic', '1000'), emitted(biogenic!, '1000')]).toEqual([
      'outside',
      '140',
      '0',
    ]);
    expect([upstream!.scope, upstream!.category, emitted(upstream!, '1000')]).toEqual(['3', 3, '611.01']);
  });

  test('S1-07: wood pellets, the biogenic CO2 apart', () => {
    expect(emitted(uk('Wood pellets', 't'), '40')).toBe('2207.7556');
    expect(massOf(uk('Biogenic CO2: Wood pellets', 't'), 'co2_biogenic', '1')).toBe('1677.18');
  });

  test('S1-09: R-410A out of its components, not the rounded print', () => {
    const blend = uk('R-410A', 'kg');
    expect(GWP_SET_NAMES.map((set) => gwpSet(set).of('R-410A')!.toString())).toEqual(['2087.5', '1923.5', '2255.5']);
    expect(GWP_SET_NAMES.map((set) => emitted(blend, '12', set))).toEqual(['25050', '23082', '27066']);
    expect(catalogue.named('R410A')).toContain(blend);
  });

  test('blends out of their components meet the rounded print of the publisher', () => {
    const printed = catalogue.factors.flatMap((each) => {
      const print = /the source prints the rounded ([\d.]+)$/.exec(each.notes)?.[1];
      return print === undefined ? [] : [{ gas: each.gases.other_gas, print }];
    });
    expect(printed.length).toBeGreaterThanOrEqual(50);
    const apart = printed.filter(({ gas, print }) => {
      const difference = gwpSet('AR5').of(gas)!.sub(Rational.parse(print));
      return (difference.sign() < 0 ? difference.neg() : difference).cmp(Rational.parse('0.5')) > 0;
    });
    expect(apart).toEqual([]);
  });

  test('S1-10, S1-11: HFC-134a and SF6', () => {
    expect([emitted(uk('R-134a', 'kg'), '55', 'AR5'), emitted(uk('HFC-134a', 'kg'), '55', 'AR6')]).toEqual([
      '71500',
      '84150',
    ]);
    expect(GWP_SET_NAMES.map((set) => emitted(uk('SF6', 'kg'), '2', set))).toEqual(['45600', '47000', '48600']);
  });

  test('S1-12: HCFC-22 is a memo outside the scopes', () => {
    const leak = uk('HCFC-22', 'kg');
    expect([leak.scope, emitted(leak, '10', 'AR5'), emitted(leak, '10', 'AR6')]).toEqual(['outside', '17600', '19600']);
    expect(gwpSet('AR5').of('R-406A')!.isZero()).toBe(true);
    const parts = catalogue.companions(uk('R-408A', 'kg'));
    expect(parts.map((part) => [part.scope, part.name])).toEqual([
      ['outside', 'R-408A, part outside the Kyoto basket'],
    ]);
  });

  test('S2-01, M-02: US grid rates in lb become kg exactly', () => {
    const camx = us('Electricity, CAMX', 'MWh');
    expect(camx.region).toBe('US-CAMX');
    expect(massOf(camx, 'co2_fossil', '1000')).toBe('198063.37632235');
    expect(massOf(camx, 'ch4_non_fossil', '1000')).toBe('11.33980925');
    expect(massOf(camx, 'n2o', '1000')).toBe('1.36077711');
    expect(emitted(camx, '1000')).toBe('198741.4969155');
    expect(
      Rational.parse(emitted(us('Electricity, United States', 'MWh'), '1'))
        .toDecimal(9)
        .toString(),
    ).toBe('351.642495326');
  });

  test('S2-07: purchased steam', () => {
    const steam = us('Steam and Heat (US)', 'mmBtu');
    expect([
      massOf(steam, 'co2_fossil', '500'),
      massOf(steam, 'ch4_non_fossil', '500'),
      massOf(steam, 'n2o', '500'),
    ]).toEqual(['33165', '0.625', '0.0625']);
    expect(emitted(steam, '500')).toBe('33199.0625');
  });

  test('S2-09: UK electricity with its upstream lines', () => {
    const power = uk('UK electricity', 'kWh');
    const lines = catalogue.companions(power).map((each) => [each.name.split(':')[0], emitted(each, '500000')]);
    expect(emitted(power, '500000')).toBe('88500');
    expect(Object.fromEntries(lines)).toEqual({
      'Biogenic CO2': '0',
      'T&D losses': '9265',
      WTT: '22950',
      'WTT of T&D losses': '1985',
    });
  });

  test('S2-10: losses relate to generation, the bill to consumption', () => {
    const [losses, ...more] = catalogue.companions(us('Electricity, CAMX', 'MWh'));
    expect([losses!.category, more.length]).toEqual([3, 0]);
    // The masses of the factor are rounded at 12 decimals, per MWh: 1,000 MWh may be off by so much, times each potential.
    const off = Math.abs(Number(emitted(losses!, '1000')) - 8496.768898369);
    expect(off).toBeLessThan(1_000 * 0.5e-12 * (1 + 28 + 265));
    const simple = Rational.parse('0.041').mul(Rational.parse(emitted(us('Electricity, CAMX', 'MWh'), '1000')));
    expect(simple.toDecimal(9).toString()).toBe('8148.401373536');
  });

  test('S3-08, S3-09: road freight in tonne-km, rail in short ton-miles and in tonne-km alike', () => {
    expect(emitted(uk('Freight, HGV, all HGVs, average laden', 'tkm'), '10625')).toBe('1079.81875');
    const rail = us('Freight, rail (US)', 'short-ton-mile');
    expect(emitted(rail, '500000')).toBe('10588.65');
    expect(
      Rational.parse(emitted(rail, '729986.15910528', 'AR5', 'tkm'))
        .toDecimal(8)
        .toString(),
    ).toBe('10588.65');
  });

  test('S3-10: a short ton is not a tonne', () => {
    expect(emitted(us('Waste, mixed MSW, landfilled (US)', 'short_ton'), '10')).toBe('5800');
    expect(emitted(us('Waste, mixed MSW, landfilled (US)', 'short_ton'), '9.0718474', 'AR5', 't')).toBe('5800');
    expect(emitted(uk('Waste, commercial and industrial waste, landfill', 't'), '10')).toBe('5205.327');
  });

  test('S3-11, S3-12, S3-13: flight, hotel, commuting and homeworking', () => {
    expect(emitted(uk('Flight, long-haul, economy class, with RF', 'pkm'), '11080')).toBe('1296.8032');
    expect(emitted(uk('Flight, long-haul, economy class, without RF', 'pkm'), '11080')).toBe('767.4008');
    expect(emitted(uk('Hotel stay, UK', 'room-night'), '3')).toBe('31.2');
    const car = uk('Business travel, car, average, unknown fuel', 'km');
    expect([car.category, car.alsoCategories, emitted(car, '285600')]).toEqual([6, [7], '47766.6']);
    expect(emitted(uk('Homeworking', 'FTE-hour'), '40000')).toBe('13351.2');
  });

  test('S3-18: petrol sold, combustion and well-to-tank', () => {
    expect(emitted(uk('Petrol (average biofuel blend)', 'l'), '1000000')).toBe('2069160');
    expect(emitted(uk('WTT: Petrol (average biofuel blend)', 'l'), '1000000')).toBe('580940');
  });

  test('R-03: the same gases under AR5 and AR6', () => {
    const gases: GasVector = {
      co2_fossil: '90000',
      co2_biogenic: '7',
      ch4_fossil: '0',
      ch4_non_fossil: '200',
      n2o: '10',
      co2e_unsplit: '0',
      other_gas: '',
      other_kg: '0',
    };
    expect([co2e(gases, gwpSet('AR5')).toString(), co2e(gases, gwpSet('AR6')).toString()]).toEqual(['98250', '98130']);
  });
});

describe('spend', () => {
  test('S3-01, S3-02: factors per dollar of 2022 at purchaser price, which today\u2019s dollar is not', () => {
    const software = factor('us-epa-supply-chain-1.3', 'NAICS 541511', 'USD (2022 purchaser price)');
    expect([software.name, emitted(software, '1'), software.co2eSource]).toEqual([
      'Spend, Custom Computer Programming Services',
      '0.084',
      '0.084',
    ]);
    expect(emitted(factor('us-epa-supply-chain-1.3', 'NAICS 484121', 'USD (2022 purchaser price)'), '1')).toBe('0.595');
    expect(() => emitted(software, '1', 'AR5', 'USD')).toThrow(/exchange rate or a price index/);
  });
});

describe('spend by gas', () => {
  const industries = catalogue.factors.filter(({ release }) => release === 'us-epa-supply-chain-1.3');
  const splits = unpackGases(readFileSync(new URL('us-epa-supply-chain-1.3-by-gas/gases.csv', releases), 'utf8'));
  const ar5 = gwpSet('AR5');

  test('the gases give the CO2e of all 1,016 industries, with margins and without, within the rounding of what is printed', () => {
    const half = Rational.parse('0.0005');
    const ofTwo = half.add(half);
    const codes = new Set(industries.map(({ sourceRow }) => sourceRow));
    expect([codes.size, splits.size]).toEqual([1016, 3 * 1016]);
    const toLastDigit = { 'without margins': 0, margins: 0, 'with margins': 0 };
    let widest = Rational.ZERO;
    for (const code of codes) {
      const printed = (stage: string) =>
        Rational.parse(
          industries.find((each) => each.sourceRow === code && each.lifeCycleStage === stage)!.co2eSource!,
        );
      const [gate, shelf] = [printed('cradle-to-gate'), printed('cradle-to-shelf')];
      // The catalogue keeps no CO2e of the margins themselves: they are the difference of two rounded figures.
      for (const [basis, co2e, rounding] of [
        ['without margins', gate, half],
        ['margins', shelf.sub(gate), ofTwo],
        ['with margins', shelf, half],
      ] as const) {
        const split = splits.get(`${code} ${basis}`)!;
        const sum = co2eOfSplit(split, ar5);
        const apart = sum.sub(co2e);
        const most = roundingOfSplit(split, ar5).add(rounding);
        expect(apart.cmp(most) <= 0 && apart.neg().cmp(most) <= 0, `${code} ${basis}: ${sum} for ${co2e}`).toBe(true);
        if (sum.toDecimal(3).toString() === co2e.toDecimal(3).toString()) toLastDigit[basis] += 1;
        if (apart.cmp(widest) > 0) widest = apart;
        if (apart.neg().cmp(widest) > 0) widest = apart.neg();
      }
    }
    // The others differ, because gases are printed with three significant digits and CO2e with three decimals.
    expect(toLastDigit).toEqual({ 'without margins': 788, margins: 900, 'with margins': 841 });
    expect(widest.toDecimal(4).toString()).toBe('0.0043');
  });

  test('factors by gas have the masses of the source, and the CO2e of the release without gases', () => {
    for (const total of industries) {
      const split = catalogue.byId(total.id.replace('1.3/', '1.3-by-gas/'))!;
      const gases = gasSplitOf(split)!;
      expect([split.co2eSource, split.gases.co2_fossil, split.gases.ch4_non_fossil, split.gases.n2o]).toEqual([
        total.co2eSource,
        ...['CO2', 'CH4', 'N2O'].map((gas) => gases.get(gas)),
      ]);
      expect(co2e(split.gases, ar5).toString()).toBe(co2eOfSplit(gases, ar5).toString());
    }
    expect(gasSplitOf(industries[0]!)).toBeUndefined();
  });

  test('NAICS 541511 under another set is restated but for its fluorinated gases', () => {
    const software = factor('us-epa-supply-chain-1.3-by-gas', 'NAICS 541511', 'USD (2022 purchaser price)');
    expect([emitted(software, '1'), gasSplitOf(software)!.size]).toEqual(['0.084', 18]);
    expect(emitted(software, '1', 'AR6')).toBe(
      Rational.parse(software.gases.co2_fossil)
        .add(Rational.parse(software.gases.ch4_non_fossil).mul(Rational.parse('27')))
        .add(Rational.parse(software.gases.n2o).mul(Rational.parse('273')))
        .add(Rational.parse(software.gases.co2e_unsplit))
        .toString(),
    );
  });

  test.each([
    ['a gas missing', (text: string) => text.replace(/^.*Methane.*\n/m, ''), 'a gas is missing'],
    ['a gas twice', (text: string) => text.replace('Methane', 'Carbon dioxide'), 'not what is expected'],
    ['an unknown gas', (text: string) => text.replace('Methane', 'Argon'), 'not what is expected'],
    ['another price year', (text: string) => text.replaceAll('2022', '2021'), 'not what is expected'],
  ])('a file with %s is refused', (_, spoilt, words) => {
    const gases = readFileSync(new URL('us-epa-supply-chain-1.3-by-gas/gases.csv', releases), 'utf8');
    const names = `Carbon dioxide,Methane,Nitrous oxide,HFC-23,HFC-32,HFC-125,HFC-134a,HFC-143a,HFC-236fa,Carbon tetrafluoride,Hexafluoroethane,Perfluoropropane,Perfluorocyclobutane,Perfluorobutane,Perfluorohexane,Sulfur hexafluoride,Nitrogen trifluoride,"HFCs and PFCs, unspecified"`;
    const values = BASES.map((basis) => [...splits.get(`111110 ${basis}`)!.values()]);
    const file = [
      '2017 NAICS Code,GHG,Unit,Supply Chain Emission Factors without Margins,Margins of Supply Chain Emission Factors,Supply Chain Emission Factors with Margins',
      ...names
        .match(/"[^"]+"|[^,]+/g)!
        .map(
          (name, i) =>
            `111110,${name},"${i === 17 ? 'kg CO2e' : 'kg'}/2022 USD, purchaser price",${values.map((each) => each[i]).join()}`,
        ),
      '',
    ].join('\n');
    expect(packGases(file, 2022).split('\n')[1]!.split(',').slice(1)).toEqual(
      gases.split('\n')[1]!.split(',').slice(1),
    );
    expect(() => packGases(spoilt(file), 2022)).toThrow(words);
  });
});

describe('US 2025', () => {
  test.each([
    ['Motor Gasoline, mobile combustion (US)', 'us_gal', 'co2_fossil', '8.78'],
    ['Diesel Fuel, mobile combustion (US)', 'us_gal', 'co2_fossil', '10.21'],
    ['Natural Gas (US)', 'mmBtu (Gross CV)', 'co2_fossil', '53.06'],
    ['Blast Furnace Gas (US)', 'mmBtu (Gross CV)', 'ch4_non_fossil', '0.000022'],
    ['Wood and Wood Residuals (US)', 'mmBtu (Gross CV)', 'co2_biogenic', '93.8'],
    ['Wood and Wood Residuals (US)', 'mmBtu (Gross CV)', 'co2_fossil', '0'],
    ['Kraft pulping liquor, Bagasse (US)', 'mmBtu (Gross CV)', 'co2_biogenic', '95.5'],
    ['Travel, commuter rail (US)', 'passenger-mile', 'co2_fossil', '0.133'],
    ['Freight, medium- and heavy-duty truck (US)', 'short-ton-mile', 'co2_fossil', '0.186'],
  ] as const)('%s per %s: %s is %s kg', (name, unit, gas, mass) => {
    expect(us(name, unit).gases[gas]).toBe(mass);
  });

  test('no factor is made of a non-baseload rate', () => {
    const camx = catalogue.factors.filter((each) => each.region === 'US-CAMX');
    expect(camx.map((each) => each.scope).sort()).toEqual(['2', '3']);
  });
});

describe('warming potentials', () => {
  test('every value has a source, and AR6 is marked until it is compared', () => {
    for (const set of GWP_SET_NAMES) {
      for (const entry of gwpEntries(set)) {
        expect(entry.source).toContain('IPCC');
        if (entry.status === 'unverified') expect(entry.note, entry.gas).not.toBe('');
        // Values on which publications differ, and those without a second one.
        const doubtful = /^(CH4|SF6|HFO)/.test(entry.gas);
        if (set === 'AR6') expect(entry.status, entry.gas).toBe(doubtful ? 'unverified' : 'checked');
      }
    }
  });

  test('a set without a value for a gas says so', () => {
    const gases: GasVector = {
      co2_fossil: '0',
      co2_biogenic: '0',
      ch4_fossil: '0',
      ch4_non_fossil: '0',
      n2o: '0',
      co2e_unsplit: '0',
      other_gas: 'HFO-1234yf',
      other_kg: '1',
    };
    expect(() => co2e(gases, gwpSet('AR4'))).toThrow('AR4 has no potential for HFO-1234yf');
    expect(co2e(gases, gwpSet('AR6')).toString()).toBe('0.501');
    expect(() => gwpSet('AR7' as 'AR6')).toThrow(/There is no GWP set AR7/);
  });

  test('methane of combustion takes the non-fossil value, methane that leaks from a fossil source the fossil one', () => {
    const of = (gas: 'ch4_fossil' | 'ch4_non_fossil'): GasVector => ({
      co2_fossil: '0',
      co2_biogenic: '0',
      ch4_fossil: '0',
      ch4_non_fossil: '0',
      n2o: '0',
      co2e_unsplit: '0',
      other_gas: '',
      other_kg: '0',
      [gas]: '1',
    });
    expect([
      co2e(of('ch4_fossil'), gwpSet('AR6')).toString(),
      co2e(of('ch4_non_fossil'), gwpSet('AR6')).toString(),
    ]).toEqual(['29.8', '27']);
    for (const each of catalogue.factors) {
      if (each.lifeCycleStage === 'combustion') expect(each.gases.ch4_fossil, each.id).toBe('0');
    }
  });
});
