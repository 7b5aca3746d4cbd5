/** Reads of records for this API: current rows as of an entry, and many single look-ups answered by one query. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../../journal/types.ts';
import { type ReadContext, type SqlParameters, select } from '../../ledger/index.ts';

export type LedgerRow = Record<string, Json>;

export interface RowsQuery {
  /** Condition over the table's columns; what it is found by must be in it. */
  where: string;
  parameters?: SqlParameters;
  orderBy?: string;
  limit?: number;
  offset?: number;
  columns?: string;
  groupBy?: string;
  having?: string;
  /** Further columns for `having` and `orderBy`. */
  with?: string;
}

/** Current rows of a record table: stated by entries up to read.seq and not reversed by them. */
export function currentRecords<Row = LedgerRow>(read: ReadContext, table: string, query: RowsQuery): Promise<Row[]> {
  const limit = query.limit === undefined ? '' : `LIMIT ${query.limit} OFFSET ${query.offset ?? 0}`;
  return select<Row>(
    read.engines,
    read.database,
    `SELECT ${[query.columns ?? '*', ...(query.with === undefined ? [] : [query.with])].join(', ')}
     FROM ${table}
     WHERE ${currentCondition(table, query.where)}
     ${query.groupBy === undefined ? '' : `GROUP BY ${query.groupBy} ${query.having ?? ''}`}
     ORDER BY ${query.orderBy ?? 'origin_seq, origin_row'}
     ${limit}`,
    { ...query.parameters, seq: read.seq },
  );
}

export async function countRecords(
  read: ReadContext,
  table: string,
  where: string,
  parameters: SqlParameters = {},
  counted = 'count()',
): Promise<number> {
  const [row] = await select<{ count: string }>(
    read.engines,
    read.database,
    `SELECT ${counted} AS count FROM ${table} WHERE ${currentCondition(table, where)}`,
    { ...parameters, seq: read.seq },
  );
  return Number(row?.count ?? 0);
}

/**
 * Texts as a list for IN (…), written into the query: parameters travel in the URL, which has little room. () is written as a list of
 * nothing that can be met.
 */
export function inTexts(values: Iterable<string>): string {
  const quoted = [...new Set(values)].map((text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`);
  return quoted.length === 0 ? 'SELECT toString(1) WHERE 0' : quoted.join(', ');
}

/** Takes the parameter `seq`. */
export function currentCondition(table: string, where: string): string {
  return `sign = 1
       AND seq <= {seq:UInt64}
       AND (${where})
       AND (origin_seq, origin_row) NOT IN (
         SELECT origin_seq, origin_row FROM ${table} WHERE sign = -1 AND seq <= {seq:UInt64} AND (${where})
       )`;
}

/**
 * Gathers questions that come while a query runs and answers them together by the next one. With `gatherMs`, after a query that answered many
 * at once, more are waited for that long: then a query for each few would cost more than the wait, and a caller alone never waits.
 */
export class Together<Question, Answer> {
  readonly #ask: (questions: Question[]) => Promise<Answer[]>;
  readonly #gatherMs: number;
  #waiting: Array<{ question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void }> = [];
  #running = false;

  /** `ask` gives the answers in the order of the questions. */
  constructor(ask: (questions: Question[]) => Promise<Answer[]>, { gatherMs = 0 }: { gatherMs?: number } = {}) {
    this.#ask = ask;
    this.#gatherMs = gatherMs;
  }

  answer(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, QUESTIONS_MAX);
      try {
        const answers = await this.#ask(group.map(({ question }) => question));
        for (const [i, { resolve }] of group.entries()) resolve(answers[i]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      if (this.#gatherMs > 0 && group.length >= MANY_QUESTIONS) await sleep(this.#gatherMs);
    }
    this.#running = false;
  }
}
const QUESTIONS_MAX = 100;
/** So many at once come from some forty callers in parallel. */
const MANY_QUESTIONS = 10;
