/**
 * Sums of movements by day, kept in memory for the ledgers that are read most: a statement of a large book is then worked out without a
 * query but for what the entries since have added. What is posted is never changed, so what is kept as of an entry is never wrong.
 */
import { type ReadContext, select } from '../ledger/index.ts';
import type { StatementRow } from './statement.ts';

export interface DayTotal {
  currency: string;
  /** Days since 1970-01-01. */
  day: number;
  type: StatementRow;
  cents: bigint;
  customers: number;
  postings: number;
}

/** Sums kept over all ledgers, some 100 bytes each. */
const TOTALS_KEPT_MAX = 200_000;
/** What entries have added is put together with the rest once it is so much. */
const ADDED_MAX = 1_000;

interface Kept {
  seq: number;
  totals: readonly DayTotal[];
  added: readonly DayTotal[];
}

/** Only for live ledgers: the database of one that was dropped may be made again under the same name, with other content. */
export class DailyTotals {
  readonly #kept = new Map<string, Promise<Kept>>();
  readonly #sizes = new Map<string, number>();

  /** All sums as of read.seq; several of one currency, day and type add up. */
  async of(read: ReadContext): Promise<readonly DayTotal[]> {
    const key = `${read.accountId}/${read.database}`;
    const known = await this.#kept.get(key);
    if (known?.seq === read.seq) return [...known.totals, ...known.added];
    // Earlier entries are asked for rarely: what is kept for the newest one stays.
    if (known && known.seq > read.seq) return readTotals(read, 0);
    const next = this.#next(read, known);
    this.#kept.delete(key);
    this.#kept.set(key, next);
    try {
      const { totals, added } = await next;
      this.#keep(key, totals.length);
      return [...totals, ...added];
    } catch (error) {
      if (this.#kept.get(key) === next) this.#kept.delete(key);
      throw error;
    }
  }

  /**
   * All sums as of read.seq, of a ledger that has posted less: `added` says what entries after one of which sums are kept add. Null where it
   * says null.
   */
  async ofMore(
    read: ReadContext,
    posted: number,
    added: (after: number) => Promise<readonly DayTotal[] | null>,
  ): Promise<readonly DayTotal[] | null> {
    const key = `${read.accountId}/${read.database}`;
    if (((await this.#kept.get(key))?.seq ?? -1) < posted) await this.of({ ...read, seq: posted });
    const keeping = this.#kept.get(key);
    const known = await keeping;
    if (known === undefined || known.seq > read.seq) return null;
    const more = known.seq === read.seq ? [] : await added(known.seq);
    if (more === null) return null;
    const next = grown(known, read.seq, more);
    // Another reader may have gone further meanwhile.
    if (this.#kept.get(key) === keeping) this.#kept.set(key, Promise.resolve(next));
    return [...next.totals, ...next.added];
  }

  async #next(read: ReadContext, known: Kept | undefined): Promise<Kept> {
    return grown(known, read.seq, await readTotals(read, known?.seq ?? 0));
  }

  /** Forgets the ledgers that were read least recently. */
  #keep(key: string, size: number): void {
    this.#sizes.delete(key);
    this.#sizes.set(key, size);
    let sum = [...this.#sizes.values()].reduce((all, each) => all + each, 0);
    for (const [oldest, freed] of this.#sizes) {
      if (sum <= TOTALS_KEPT_MAX) return;
      this.#sizes.delete(oldest);
      this.#kept.delete(oldest);
      sum -= freed;
    }
  }
}

/** What is kept with what entries after it have added. */
function grown(known: Kept | undefined, seq: number, more: readonly DayTotal[]): Kept {
  const added = [...(known?.added ?? []), ...more];
  if (known && added.length <= ADDED_MAX) return { seq, totals: known.totals, added };
  return { seq, totals: summed([...(known?.totals ?? []), ...added]), added: [] };
}

/** Sums of what entries after `after` up to read.seq have posted, by currency, day and type. */
export async function readTotals(read: ReadContext, after: number): Promise<DayTotal[]> {
  const rows = await select<{
    currency: string;
    day: number;
    type: StatementRow;
    cents: string;
    customers: string;
    postings: string;
  }>(
    read.engines,
    read.database,
    `SELECT
       currency,
       toInt32(day) AS day,
       type,
       toString(sum(toInt128(amount_cents))) AS cents,
       sum(customers) AS customers,
       sum(movements) AS postings
     FROM mrr_totals
     WHERE seq > {after:UInt64} AND seq <= {seq:UInt64}
     GROUP BY currency, mrr_totals.day, type
     ORDER BY currency, day`,
    { after, seq: read.seq },
  );
  return rows.map(({ cents, customers, postings, ...row }) => ({
    ...row,
    cents: BigInt(cents),
    customers: Number(customers),
    postings: Number(postings),
  }));
}

function summed(rows: readonly DayTotal[]): DayTotal[] {
  const sums = new Map<string, DayTotal>();
  for (const row of rows) {
    const key = `${row.currency}/${row.day}/${row.type}`;
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { ...row });
    else {
      known.cents += row.cents;
      known.customers += row.customers;
      known.postings += row.postings;
    }
  }
  return [...sums.values()];
}
