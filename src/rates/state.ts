/** Entries that state rates and price indices, and what each does to the tables: the same when it is made and when it is replayed. */
import type { Pool, PoolClient } from 'pg';
import type { EvidenceStore } from '../engines/types.ts';
import type { Entry, Journal, Json } from '../journal/types.ts';
import { FootingError, invariant } from '../kernel/errors.ts';
import { checkPrices, checkRates, checkSource, type Located } from './check.ts';
import { FILE_BYTES_MAX, type RateFormat, readPriceFile, readRateFile } from './files.ts';
import type { StatedPrice, StatedRate } from './types.ts';

/** `rates.set` and `prices.set` carry rows, `rates.import` and `prices.import` name the file that holds them. */
export const RATE_KINDS = ['rates.set', 'rates.import'] as const;
export const PRICE_KINDS = ['prices.set', 'prices.import'] as const;
export const MONEY_KINDS: readonly string[] = [...RATE_KINDS, ...PRICE_KINDS];

/** Rows stated as JSON at most; more are a file. */
export const SET_ROWS_MAX = 20_000;

export interface Outcome {
  /** Entry that states them. */
  seq: number;
  /** Rows stated, and how many of them say something new: a rate that stands already is not stored twice. */
  rows: number;
  changed: number;
}

export interface ImportOutcome extends Outcome {
  format: RateFormat | 'prices';
  /** Cells that said that there is no rate. */
  empty: number;
  evidence: string;
  /** True when the same file was stated before and all of it still stands: nothing was stated, `seq` is that of the entry then. */
  already: boolean;
}

type Applied = Pick<Entry, 'accountId' | 'seq' | 'kind' | 'payload' | 'evidence'>;

/**
 * What the entry adds to the tables; returns how many rows. Rows that say what stands already add none. Files are read from the
 * evidence.
 */
export async function applyMoney(tx: PoolClient, evidence: EvidenceStore, entry: Applied): Promise<number> {
  const payload = entry.payload as unknown as { source: string; rates?: StatedRate[]; prices?: StatedPrice[] };
  switch (entry.kind) {
    case 'rates.set':
      return addRates(tx, entry, payload.source, payload.rates!);
    case 'prices.set':
      return addPrices(tx, entry, payload.source, payload.prices!);
    case 'rates.import':
      return addRates(tx, entry, payload.source, checkRates(readRateFile(await bytesOf(evidence, entry)).rates));
    case 'prices.import':
      return addPrices(tx, entry, payload.source, checkPrices(readPriceFile(await bytesOf(evidence, entry))));
    default:
      return 0;
  }
}

/** States rates. Errors: `invalid` with a problem per wrong value. */
export async function setRates(
  journal: Journal,
  evidence: EvidenceStore,
  accountId: number,
  actor: string,
  input: { source: string; rates: readonly StatedRate[] },
): Promise<Outcome> {
  const rates = checkRates(located(input.rates));
  const payload = { source: checkSource(input.source), rates: rates.map((rate) => ({ ...rate })) };
  return append(journal, evidence, accountId, actor, 'rates.set', payload, rates.length);
}

/** States price indices. Errors: `invalid` with a problem per wrong value. */
export async function setPrices(
  journal: Journal,
  evidence: EvidenceStore,
  accountId: number,
  actor: string,
  input: { source: string; prices: readonly StatedPrice[] },
): Promise<Outcome> {
  const prices = checkPrices(located(input.prices));
  const payload = { source: checkSource(input.source), prices: prices.map((price) => ({ ...price })) };
  return append(journal, evidence, accountId, actor, 'prices.set', payload, prices.length);
}

/**
 * States a file: of rates (`what` 'rates') or of price indices. It is read and checked as a whole before it is stated: one wrong value
 * refuses it. Errors: `malformed`, `invalid`, `too_large`.
 */
export async function importMoney(
  pg: Pool,
  journal: Journal,
  evidence: EvidenceStore,
  accountId: number,
  actor: string,
  input: { what: 'rates' | 'prices'; bytes: Uint8Array; source: string; fileName: string },
): Promise<ImportOutcome> {
  const source = checkSource(input.source);
  const file = input.what === 'rates' ? readRateFile(input.bytes) : { format: 'prices' as const, empty: 0 };
  const rows = 'rates' in file ? checkRates(file.rates).length : checkPrices(readPriceFile(input.bytes)).length;
  const stored = await evidence.put(input.bytes, { bytesMax: FILE_BYTES_MAX });
  const payload = { source, file_name: input.fileName, format: file.format };
  const kind = `${input.what}.import`;
  const facts = { format: file.format, empty: file.empty, evidence: stored.sha256 };
  const before = await statedBefore(pg, evidence, { accountId, kind, payload, evidence: stored.sha256 });
  if (before !== undefined) return { seq: before, rows, changed: 0, ...facts, already: true };
  const outcome = await append(journal, evidence, accountId, actor, kind, payload, rows, stored.sha256);
  return { ...outcome, ...facts, already: false };
}

/** The last entry that stated the same file, when stating it again would change nothing: tried, and rolled back. */
async function statedBefore(
  pg: Pool,
  evidence: EvidenceStore,
  entry: Pick<Applied, 'accountId' | 'kind' | 'payload' | 'evidence'>,
): Promise<number | undefined> {
  const tx = await pg.connect();
  try {
    await tx.query('BEGIN');
    const { rows } = await tx.query<{ seq: string; head: string }>(
      `SELECT max(seq) AS seq, (SELECT head_seq FROM accounts WHERE id = $1) AS head
       FROM journal_entries
       WHERE account_id = $1 AND kind = $2 AND evidence = $3
       HAVING count(*) > 0`,
      [entry.accountId, entry.kind, Buffer.from(entry.evidence!, 'hex')],
    );
    const [found] = rows;
    if (!found) return undefined;
    const changed = await applyMoney(tx, evidence, { ...entry, seq: Number(found.head) + 1 });
    return changed === 0 ? Number(found.seq) : undefined;
  } finally {
    await tx.query('ROLLBACK').catch(() => {});
    tx.release();
  }
}

const located = <T>(values: readonly T[]): Array<Located<T>> => {
  if (values.length > SET_ROWS_MAX) {
    throw new FootingError('too_large', `There are ${values.length} rows; the limit is ${SET_ROWS_MAX}.`, {
      remedy: 'Import them as a file.',
    });
  }
  return values.map((value, i) => ({ row: i + 1, value }));
};

async function append(
  journal: Journal,
  evidence: EvidenceStore,
  accountId: number,
  actor: string,
  kind: string,
  payload: Json,
  rows: number,
  sha256?: string,
): Promise<Outcome> {
  let changed = 0;
  const { entry } = await journal.append(accountId, {
    kind,
    actor,
    payload,
    ...(sha256 !== undefined && { evidence: sha256 }),
    effects: async (tx, seq) => {
      changed = await applyMoney(tx, evidence, { accountId, seq, kind, payload, evidence: sha256 ?? null });
    },
  });
  return { seq: entry.seq, rows, changed };
}

async function bytesOf(evidence: EvidenceStore, entry: Applied): Promise<Uint8Array> {
  invariant(entry.evidence !== null, `entry ${entry.seq} names its file`);
  const parts: Buffer[] = [];
  for await (const part of evidence.read(entry.evidence)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function addRates(tx: PoolClient, entry: Applied, source: string, rates: readonly StatedRate[]): Promise<number> {
  const added = await tx.query(
    `INSERT INTO exchange_rates (account_id, base, quote, date, seq, rate, source)
     SELECT $1, given.base, given.quote, given.date, $2, given.rate, $3
     FROM unnest($4::text[], $5::text[], $6::date[], $7::numeric[]) AS given (base, quote, date, rate)
     LEFT JOIN LATERAL (
       SELECT standing.rate
       FROM exchange_rates AS standing
       WHERE standing.account_id = $1
         AND standing.base = given.base
         AND standing.quote = given.quote
         AND standing.date = given.date
       ORDER BY standing.seq DESC
       LIMIT 1
     ) AS before ON true
     WHERE before.rate IS DISTINCT FROM given.rate`,
    [
      entry.accountId,
      entry.seq,
      source,
      rates.map(({ base }) => base),
      rates.map(({ quote }) => quote),
      rates.map(({ date }) => date),
      rates.map(({ rate }) => rate),
    ],
  );
  return added.rowCount ?? 0;
}

async function addPrices(
  tx: PoolClient,
  entry: Applied,
  source: string,
  prices: readonly StatedPrice[],
): Promise<number> {
  const added = await tx.query(
    `INSERT INTO price_indices (account_id, name, region, year, month, seq, value, source)
     SELECT $1, given.name, given.region, given.year, given.month, $2, given.value, $3
     FROM unnest($4::text[], $5::text[], $6::smallint[], $7::smallint[], $8::numeric[])
       AS given (name, region, year, month, value)
     LEFT JOIN LATERAL (
       SELECT standing.value
       FROM price_indices AS standing
       WHERE standing.account_id = $1
         AND standing.name = given.name
         AND standing.region = given.region
         AND standing.year = given.year
         AND standing.month = given.month
       ORDER BY standing.seq DESC
       LIMIT 1
     ) AS before ON true
     WHERE before.value IS DISTINCT FROM given.value`,
    [
      entry.accountId,
      entry.seq,
      source,
      prices.map(({ index }) => index),
      prices.map(({ region }) => region),
      prices.map(({ year }) => year),
      prices.map(({ month }) => month ?? 0),
      prices.map(({ value }) => value),
    ],
  );
  return added.rowCount ?? 0;
}
