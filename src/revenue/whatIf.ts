/**
 * What if the settings were others: every movement is derived by them into a scratch ledger, whose records are views of the live one, and
 * reports read that ledger as they read any. Nothing is stated, and the live ledger is only read.
 */
import { execute, type PostContext, type ReadContext, select } from '../ledger/index.ts';
import { Circumstances } from './circumstances.ts';
import { linkedCustomers } from './links.ts';
import { deriveCustomers } from './manyCustomers.ts';
import { amountText, type Money } from './money.ts';
import type { SettingsPayload } from './settings/index.ts';
import { type MrrStatement, type MrrStatementParameters, mrrStatement, STATEMENT_ROWS } from './statement.ts';
import { revenueStreams } from './streams.ts';

export interface WhatIf {
  live: ReadContext;
  /** An empty ledger of the same account, which is dropped afterwards by who made it. */
  scratch: string;
  tried: readonly SettingsPayload[];
  signal?: AbortSignal;
}

/** Derives the whole book by the tried settings, as of the entry that is read; returns what reports read from. */
export async function deriveWhatIf(
  context: PostContext,
  { live, scratch, tried, signal }: WhatIf,
): Promise<ReadContext> {
  const { engines, accountId, seq } = live;
  for (const { name } of revenueStreams) {
    await execute(engines, scratch, `DROP TABLE ${name}`);
    await execute(
      engines,
      scratch,
      `CREATE VIEW ${name} AS SELECT * FROM ${live.database}.${name} WHERE seq <= ${seq}`,
    );
  }
  const trying: PostContext = { ...context, accountId, database: scratch, ...(signal && { signal }) };
  const [circumstances, links, size] = await Promise.all([
    Circumstances.upTo(trying, seq, tried),
    linkedCustomers(trying, seq),
    select<{ lines: string }>(engines, scratch, 'SELECT count() AS lines FROM invoices'),
  ]);
  const lines = Number(size[0]?.lines ?? 0);
  if (lines > 0) {
    const posting = { context: trying, circumstances, links };
    await deriveCustomers(posting, { seq, lines, where: async (bucket) => bucket, manyRenewals: true, present: false });
  }
  return { engines, accountId, database: scratch, seq };
}

export interface Compared {
  present: Money;
  tried: Money;
  difference: Money;
}

export interface MrrComparison {
  seq: number;
  from: string;
  to: string;
  until: string;
  currencies: Array<{
    currency: string;
    buckets: Array<{
      bucket: string;
      start: Compared;
      movements: Record<string, Compared>;
      end: Compared;
      customers: { present: number; tried: number; difference: number };
    }>;
  }>;
}

/** The MRR statement as it stands and as it would be, figure by figure. A currency that one of them lacks is 0 there. */
export async function compareMrr(
  present: ReadContext,
  tried: ReadContext,
  parameters: MrrStatementParameters,
): Promise<MrrComparison> {
  const [is, would] = await Promise.all([mrrStatement(present, parameters), mrrStatement(tried, parameters)]);
  const currencies = [...new Set([...is.currencies, ...would.currencies].map(({ currency }) => currency))].sort();
  const bucketsOf = (statement: MrrStatement, currency: string) =>
    statement.currencies.find((each) => each.currency === currency)?.buckets;
  return {
    seq: is.seq,
    from: is.from,
    to: is.to,
    until: is.until,
    currencies: currencies.map((currency) => {
      const [before, after] = [bucketsOf(is, currency), bucketsOf(would, currency)];
      const compared = (a: Money | undefined, b: Money | undefined): Compared => {
        const cents = (money: Money | undefined) => BigInt(money?.cents ?? 0);
        const money = (value: bigint) => ({ cents: String(value), amount: amountText(value, currency) });
        return { present: money(cents(a)), tried: money(cents(b)), difference: money(cents(b) - cents(a)) };
      };
      return {
        currency,
        buckets: (before ?? after ?? []).map(({ bucket }, i) => {
          const [a, b] = [before?.[i], after?.[i]];
          const counts = { present: a?.customers ?? 0, tried: b?.customers ?? 0 };
          return {
            bucket,
            start: compared(a?.start, b?.start),
            movements: Object.fromEntries(
              STATEMENT_ROWS.map((type) => [type, compared(a?.movements[type], b?.movements[type])]),
            ),
            end: compared(a?.end, b?.end),
            customers: { ...counts, difference: counts.tried - counts.present },
          };
        }),
      };
    }),
  };
}
