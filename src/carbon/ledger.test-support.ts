/** A ledger with the carbon book's tables alone, fed with entries made in memory. */
import type { Engines } from '../engines/types.ts';
import type { Entry, Json } from '../journal/types.ts';
import type { PostContext } from '../ledger/types.ts';
import { carbonBook } from './book.ts';
import { starterReleases } from './matching.ts';

let databases = 0;

export interface TestLedger {
  context: PostContext;
  /** Posts entries together, as the loop does after a pause. */
  post(entries: readonly Entry[]): Promise<void>;
}

export async function openTestLedger(engines: Engines): Promise<TestLedger> {
  databases += 1;
  const database = `${engines.config.ledgerPrefix}carbon_${process.pid}_${databases}`;
  await engines.clickhouse.client('default').command({ query: `CREATE DATABASE ${database}` });
  const client = engines.clickhouse.client(database);
  await Promise.all(carbonBook.tables.map((query) => client.command({ query })));
  const context: PostContext = { engines, journal: undefined as never, accountId: 1, database };
  return { context, post: (entries) => carbonBook.post(context, entries) };
}

/** Two ledgers of the same entries, at the same time: one posted entry by entry, one with all of them at once. */
export async function postedBothWays(engines: Engines, entries: readonly Entry[]): Promise<[TestLedger, TestLedger]> {
  const [single, together] = await Promise.all([openTestLedger(engines), openTestLedger(engines)]);
  const oneByOne = async () => {
    for (const one of entries) await single.post([one]);
  };
  await Promise.all([oneByOne(), together.post(entries)]);
  return [single, together];
}

export function entry(seq: number, kind: string, payload: unknown): Entry {
  return {
    accountId: 1,
    seq,
    kind,
    actor: 'test',
    recordedAt: '2026-01-01T00:00:00.000000Z',
    payload: payload as Json,
    evidence: null,
    idempotencyKey: null,
    payloadHash: '',
    previousHash: '',
    hash: '',
  };
}

export type Cells = Record<string, string | null>;

export const adoption = (seq: number, only?: readonly string[]): Entry =>
  entry(seq, 'factors.adopt', {
    releases: starterReleases().releases.filter(({ release }) => !only || only.includes(release)),
  });
export const posted = (seq: number, rows: readonly Cells[], stream = 'activities', source = 'default'): Entry =>
  entry(seq, 'records.post', { stream, source, rows });
export const deleted = (seq: number, ids: readonly string[], stream = 'activities', source = 'default'): Entry =>
  entry(seq, 'records.delete', { stream, source, keys: ids.map((external_id) => ({ external_id })) });

/** A bill for gas in Leeds, as many tests have one; `more` changes what they are about. */
export const gasBill = (id: string, more: Cells = {}): Cells => ({
  external_id: id,
  entity: 'Leeds',
  activity: 'Natural gas',
  quantity: '1000.25',
  unit: 'kWh (Gross CV)',
  country: 'GB',
  start_date: '2025-01-20',
  ...more,
});

/** Activities over several months, negative, of other units and countries: what totals have to tell apart. */
export const MIXED_BILLS = [
  gasBill('a', { end_date: '2025-04-02', supplier: 'Octopus', data_quality: 'measured' }),
  gasBill('b', { activity: 'Electricity, United Kingdom', unit: 'kWh', entity: 'Lyon', quantity: '-3.000000000001' }),
  gasBill('c', { activity: 'Natural Gas', unit: 'MWh (Gross CV)', country: 'US' }),
];
