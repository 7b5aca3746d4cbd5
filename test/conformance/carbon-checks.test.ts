/** Checks of activity data: each finds what was planted, and nothing in data that is right. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  completeness,
  duplicates,
  financedQuality,
  intensityOutliers,
  negatives,
  periodFindings,
  qualityOf,
  screeningOf,
  unitOutliers,
  weightedScore,
} from '../../src/carbon/checks/index.ts';
import { adoption, type Cells, deleted, openTestLedger, posted } from '../../src/carbon/ledger.test-support.ts';
import type { Engines } from '../../src/engines/types.ts';
import type { Entry } from '../../src/journal/types.ts';
import { monthDays, monthRange } from '../../src/kernel/dates.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import type { ReadContext } from '../../src/ledger/types.ts';
import { testEngines } from '../support/engines.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const MONTHS = monthRange('2025-01', '2025-12');

function bill(id: string, entity: string, month: string, kwh: string, more: Cells = {}): Cells {
  const { first, last } = monthDays(month);
  return {
    external_id: id,
    entity,
    activity: 'Electricity, United Kingdom',
    quantity: kwh,
    unit: 'kWh',
    country: 'GB',
    start_date: first,
    end_date: last,
    ...more,
  };
}

/** A year of bills that are all right. */
const year = (entity: string, kwh = '1000'): Cells[] =>
  MONTHS.map((month) => bill(`${entity} ${month}`, entity, month, kwh));

async function book(...entries: Entry[]): Promise<ReadContext> {
  const ledger = await openTestLedger(engines);
  const all = [adoption(1, ['uk-desnz-2025', 'footing-stated-1']), ...entries];
  await ledger.post(all);
  return { engines, accountId: 1, database: ledger.context.database, seq: all.at(-1)!.seq };
}

const sites = (...names: string[]) => names.map((external_id): Cells => ({ external_id, kind: 'site' }));
const all = { limit: 50 };

test('S3-17: the score of financed emissions is weighted by the outstanding amounts', async () => {
  const investment = (external_id: string, t: string, data_quality: string, outstanding: string, value: string) => ({
    external_id,
    activity: 'CO2e, stated',
    method: 'Financed',
    quantity: t,
    unit: 't',
    currency: 'EUR',
    start_date: '2025-12-31',
    data_quality,
    'attributes.outstanding': outstanding,
    'attributes.value': value,
  });
  const context = await book(
    posted(2, [
      investment('equity', '12000', '2', '5000000', '50000000'),
      investment('loan', '9000', '4', '2000000', '40000000'),
      { ...investment('bond', '10', '', '3000000', '30000000'), start_date: '2024-12-31' },
    ]),
  );
  const year = { from: '2025-01', to: '2025-12' };
  expect(await financedQuality(context, year)).toMatchObject([
    { currency: 'EUR', outstanding: '7000000', scored_percent: '100', score: '2.571428571' },
  ]);
  expect(await financedQuality(context, {})).toMatchObject([{ outstanding: '10000000', scored_percent: '70' }]);
  expect((await qualityOf(context, year)).total_kg).toBe('1650000');
});

describe('U-05: data quality by emissions', () => {
  test('the mean is weighted by emissions', () => {
    const line = (kg: string, score: string) => ({ weight: Decimal.parse(kg), score: Decimal.parse(score) });
    expect(weightedScore([line('800', '2'), line('150', '4'), line('50', '5')])?.toString()).toBe('2.45');
    expect(weightedScore([])).toBeNull();
  });
  test('as a report, with the shares of estimates and primary data', async () => {
    const stated = (id: string, kg: string, data_quality: string): Cells => ({
      external_id: id,
      activity: 'CO2e, stated',
      quantity: kg,
      unit: 'kg',
      start_date: '2025-03-01',
      data_quality,
    });
    const context = await book(
      posted(2, [
        stated('a', '800', '2'),
        stated('b', '150', '4'),
        stated('c', '50', '5'),
        stated('d', '500', 'Estimated'),
        stated('e', '500', 'measured'),
      ]),
    );
    expect(await qualityOf(context, {})).toMatchObject({
      total_kg: '2000',
      score: '2.45',
      scored_percent: '50',
      estimated_percent: '25',
      primary_percent: '25',
      scope_3_primary_percent: '25',
    });
  });
});

test('data that is right gives no finding', async () => {
  const context = await book(posted(2, sites('A', 'B'), 'entities'), posted(3, [...year('A'), ...year('B')]));
  const grid = await completeness(context, {});
  expect(grid).toMatchObject({ missing: 0, partial: 0, entities_without: [], months: MONTHS });
  expect(grid.rows).toHaveLength(2);
  expect((await periodFindings(context, all)).total).toBe(0);
  expect((await duplicates(context, 50)).total).toBe(0);
  expect((await unitOutliers(context, 50)).total).toBe(0);
  expect((await negatives(context, 50)).total).toBe(0);
  expect(await intensityOutliers(context, {})).toEqual([]);
});

test('completeness: which site lacks which month of which energy', async () => {
  const context = await book(
    posted(2, [...sites('A', 'Silent'), { external_id: 'New', kind: 'site', opened: '2025-11-10' }], 'entities'),
    posted(3, [
      ...year('A').filter(({ external_id }) => external_id !== 'A 2025-05'),
      bill('early', 'A', '2025-05', '400', { end_date: '2025-05-20', activity: 'Natural gas', unit: 'kWh (Gross CV)' }),
      bill('n11', 'New', '2025-11', '10'),
    ]),
    posted(4, [bill('gone', 'A', '2025-05', '10')]),
    deleted(5, ['gone']),
  );
  const grid = await completeness(context, { from: '2025-04', to: '2025-12' });
  const states = (entity: string, activity: string) =>
    Object.fromEntries(
      grid.rows
        .find((row) => row.entity === entity && row.activity === activity)!
        .cells.filter(({ state }) => state !== 'complete')
        .map(({ month, state }) => [month.slice(5), state]),
    );
  expect(states('A', 'Electricity, United Kingdom')).toEqual({ '05': 'missing' });
  expect(states('A', 'Natural gas')).toMatchObject({ '04': 'missing', '05': 'partial', '06': 'missing' });
  expect(states('New', 'Electricity, United Kingdom')).toEqual({
    '04': 'outside',
    '05': 'outside',
    '06': 'outside',
    '07': 'outside',
    '08': 'outside',
    '09': 'outside',
    '10': 'outside',
    '12': 'missing',
  });
  expect(grid.entities_without).toEqual(['Silent']);
});

test('gaps and overlaps between the periods of a meter', async () => {
  const context = await book(
    posted(2, [
      bill('1', 'A', '2025-01', '10'),
      bill('2', 'A', '2025-02', '10', { start_date: '2025-01-30' }),
      bill('4', 'A', '2025-04', '10'),
      // Another meter follows itself.
      bill('m1', 'A', '2025-01', '10', { 'attributes.meter': 'M-2' }),
      bill('m2', 'A', '2025-02', '10', { 'attributes.meter': 'M-2' }),
    ]),
  );
  expect(await periodFindings(context, all)).toMatchObject({
    total: 2,
    findings: [
      { kind: 'overlap', from: '2025-01-30', to: '2025-01-31', before: '1', after: '2' },
      { kind: 'gap', from: '2025-03-01', to: '2025-03-31', before: '2', after: '4' },
    ],
  });
});

test('duplicates, negative quantities, and quantities in the wrong unit', async () => {
  const context = await book(
    posted(2, [
      ...year('A'),
      bill('twice', 'A', '2025-03', '1000'),
      bill('minus', 'A', '2025-06', '-5'),
      bill('mwh', 'B', '2025-06', '1000000'),
      bill('slip', 'A', '2025-07', '1'),
      { external_id: 'credit', activity: 'Paper', amount: '-8', currency: 'GBP', start_date: '2025-01-09' },
    ]),
  );
  const { findings } = await duplicates(context, 50);
  expect(findings.map(({ external_ids, count }) => [external_ids, count])).toEqual([[['A 2025-03', 'twice'], 2]]);
  expect((await negatives(context, 50)).findings).toMatchObject([
    { external_id: 'credit', quantity: '', amount: '-8', currency: 'GBP' },
    { external_id: 'minus', quantity: '-5', amount: '', currency: '' },
  ]);
  expect((await unitOutliers(context, 50)).findings.map(({ external_id }) => external_id)).toEqual(['mwh', 'slip']);
  expect(await unitOutliers(context, 1)).toMatchObject({ total: 2, findings: [{ external_id: 'mwh' }] });
});

test('a month far from its own history, a site far from its peers', async () => {
  const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
  const context = await book(
    posted(
      2,
      names.map((external_id) => ({ external_id, kind: 'site', floor_area: external_id === 'G' ? '100' : '1000' })),
      'entities',
    ),
    posted(3, [...names.flatMap((name) => year(name)), bill('much', 'A', '2025-06', '9000')]),
  );
  const found = await intensityOutliers(context, {});
  expect(found.filter(({ against }) => against === 'history')).toMatchObject([
    { entity: 'A', month: '2025-06', scope: '2', times: '10' },
  ]);
  const peers = found.filter(({ against }) => against === 'peers');
  expect(new Set(peers.map(({ entity }) => entity))).toEqual(new Set(['A', 'G']));
  expect(peers).toHaveLength(13);
  expect(await intensityOutliers(context, {}, '11')).toEqual([]);
});

test('screening: every category has figures or a reason', async () => {
  const context = await book(
    posted(2, year('A')),
    posted(
      3,
      [
        { category: '10', status: 'not_applicable', reason: 'No intermediate products are sold' },
        { category: '14', status: 'not_material', reason: 'Two kiosks', estimate_t: '3.5' },
        { category: '3', status: 'no_data', reason: 'Not asked yet' },
      ],
      'screening',
    ),
    posted(4, [{ category: '10', status: 'no_data', reason: 'Customers have not answered' }], 'screening'),
  );
  const rows = await screeningOf(context, {});
  expect(rows).toHaveLength(15);
  const of = (category: number) => rows[category - 1];
  expect(of(1)).toMatchObject({ status: 'not_screened', problem: expect.stringContaining('no reason') });
  expect(of(3)).toMatchObject({ status: 'no_data', problem: expect.stringContaining('has lines') });
  expect(of(10)).toMatchObject({ status: 'no_data', reason: 'Customers have not answered', problem: '' });
  expect(of(14)).toMatchObject({ status: 'not_material', estimate_t: '3.5', problem: '' });
  expect((await screeningOf({ ...context, seq: 3 }, {}))[9]).toMatchObject({ status: 'not_applicable' });
});
