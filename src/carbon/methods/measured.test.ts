/** Gas volumes, gas bills and flights: what inputs come to, and what is refused. */
import { expect, test } from 'vitest';
import { Rational } from '../../kernel/rational.ts';
import { expand } from './expand.ts';

const parts = (method: string, quantity: string, unit: string, attributes: Record<string, string>) =>
  expand(method, { activity: 'x', quantity, unit, amount: null, currency: '', category: '', attributes });

/** Expected values were worked out apart from this code. */
test.each([
  [
    'gas-volume',
    '1000',
    'm3',
    { pressure_kpa: '150', temperature_c: '20', compressibility: '0.98' },
    '1351.798713102896',
    'Nm3',
  ],
  ['gas-volume', '5', 'm3', { pressure_kpa: '101.325', temperature_c: '0' }, '5', 'Nm3'],
  ['gas-bill', '1000', 'm3', { calorific_value_mj_per_m3: '39.5' }, '11220.633333333333', 'kWh (Gross CV)'],
  [
    'gas-bill',
    '10',
    'hundred_ft3',
    { calorific_value_mj_per_m3: '39.5', volume_correction: '1' },
    '310.69873344',
    'kWh (Gross CV)',
  ],
  ['fuel-economy', '', '', { distance_km: '20000', litres_per_100km: '6.5' }, '1300', 'l'],
  ['fuel-economy', '', '', { distance_km: '1000', km_per_litre: '16' }, '62.5', 'l'],
  ['fuel-economy', '', '', { distance_miles: '12000', miles_per_us_gal: '8' }, '5678.117676', 'l'],
  ['fuel-economy', '', '', { distance_miles: '1000', miles_per_uk_gal: '40' }, '113.65225', 'l'],
])('%s of %s %s with %j is %s %s', (method, quantity, unit, attributes, expected, of) => {
  const made = parts(method, quantity, unit, attributes);
  if (!('parts' in made)) throw new Error(made.problem);
  expect([made.parts[0]!.quantity!.toDecimal(12).toString(), made.parts[0]!.unit]).toEqual([expected, of]);
});

const places = (from: [string, string], to: [string, string]) => ({
  from_latitude: from[0],
  from_longitude: from[1],
  to_latitude: to[0],
  to_longitude: to[1],
});
test.each([
  ['London to New York', places(['51.4700', '-0.4543'], ['40.6413', '-73.7781']), '5540.019'],
  ['Sydney to Singapore', places(['-33.9461', '151.1772'], ['1.3502', '103.9944']), '6293.436'],
  ['half around the earth', places(['0', '0'], ['0', '180']), '20015.114'],
  ['across the date line', places(['10', '179.5'], ['10', '-179.5']), '109.506'],
])('a flight %s', (_, attributes, km) => {
  expect(parts('flight', '1', 'each', attributes)).toMatchObject({ parts: [{ unit: 'pkm' }] });
  const there = parts('flight', '3', 'each', { ...attributes, legs: '2' });
  if (!('parts' in there)) throw new Error(there.problem);
  expect(there.parts[0]!.quantity!.toString()).toBe(Rational.parse(km).mul(Rational.parse('6')).toString());
});

test.each([
  ['gas-volume', 'Nm3', { pressure_kpa: '150', temperature_c: '20' }, 'Nm3 is no volume as metered'],
  ['gas-volume', 'kWh', { pressure_kpa: '150', temperature_c: '20' }, 'kWh is no volume as metered'],
  ['gas-volume', 'm3', { pressure_kpa: '150' }, 'temperature_c is missing'],
  [
    'gas-volume',
    'm3',
    { pressure_kpa: '150', temperature_c: '-300' },
    'temperature_c is -300, which is not within -100 to 500',
  ],
  ['gas-bill', 'm3', {}, 'calorific_value_mj_per_m3 is missing'],
  ['fuel-economy', '', { litres_per_100km: '6' }, 'neither distance_km nor distance_miles is stated'],
  ['fuel-economy', '', { distance_km: '6' }, 'none of litres_per_100km, km_per_litre'],
  ['fuel-economy', '', { distance_km: '6', km_per_litre: '0' }, 'km_per_litre is 0, which is not at least 0.001'],
  [
    'fuel-economy',
    '',
    { distance_km: '6', km_per_litre: '9', litres_per_100km: '6' },
    'the economy is stated in several units',
  ],
  ['flight', 'kg', places(['1', '1'], ['2', '2']), 'kg is no number of passengers'],
  ['flight', 'each', places(['91', '1'], ['2', '2']), 'from_latitude is 91, which is not within -90 to 90'],
  ['flight', 'each', places(['1', '1'], ['1', '1']), 'departure and arrival are the same place'],
])('%s in %s with %j is refused', (method, unit, attributes, words) => {
  const made = parts(method, '1', unit, attributes as Record<string, string>);
  expect('problem' in made ? made.problem : made).toContain(words);
});

test('an attribute that looks like an input that is not stated is named, also where a default would stand in for it', () => {
  const made = parts('flight', '1', 'each', { ...places(['51', '0'], ['41', '-74']), to_latitude: '', to_lat: '41' });
  expect(made).toEqual({ problem: 'to_latitude is missing; to_lat is no input of flight: did you mean to_latitude?' });
  expect(parts('flight', '1', 'each', { ...places(['51', '0'], ['51', '']), cost_centre: '7' })).toEqual({
    problem: 'to_longitude is missing',
  });
  expect(parts('commuting', '1', 'each', { day: '200', kms_per_day: '9' })).toMatchObject({
    problem: expect.stringContaining('day is no input of commuting: did you mean days?'),
  });
  const filled = { purchased_new_kg: '10', charge_new_kg: '8', purchased_service_kg: '3' };
  const gas = (more: Record<string, string>) => parts('refrigerant-mass-balance', '1', 'kg', { ...filled, ...more });
  expect(gas({ recoverd_kg: '1' })).toEqual({
    problem: 'recoverd_kg is no input of refrigerant-mass-balance: did you mean recovered_kg?',
  });
  // What is like a stated input, empty or unlike all of them is the user's own affair.
  for (const own of [{ recovered_kg: '1', recovered: '1' }, { recoverd_kg: ' ' }, { cost_centre: '7' }])
    expect(gas(own)).toHaveProperty('parts');
});
