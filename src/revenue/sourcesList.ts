/** The data sources of an account: what each has brought, when last, and how its connection with a billing system stands. */
import { type ReadContext, select } from '../ledger/index.ts';
import { dataSourceId } from './chartmogul/ids.ts';
import { currentCondition } from './chartmogul/ledgerReads.ts';
import { DEFAULT_SYSTEM } from './chartmogul/sources.ts';
import type { StatedStore } from './stated/store.ts';
import { revenueStreams } from './streams.ts';
import type { StripeConnections, SyncState } from './stripe/index.ts';

const COUNTED = ['customers', 'plans', 'invoices', 'transactions'] as const;
/** Objects that could not be taken, of each source. */
export const HELD_LISTED_MAX = 20;
const SOURCES_MAX = 100_000;

export interface SourceState {
  name: string;
  /** As the ChartMogul-compatible API knows it. */
  uuid: string;
  system: string;
  /** When it was created, or its first records were stated. */
  createdAt: string;
  /** Current records; of invoices their lines. */
  records: Record<(typeof COUNTED)[number], number>;
  /** The last entry that stated or took back records of it; null when none did. */
  last: { seq: number; at: string } | null;
  stripe: StripeState | null;
}

export interface StripeState {
  /** Objects of Stripe that are known. */
  objects: number;
  /** Of these, objects that could not be taken, at most 20 of them. */
  held: number;
  heldListed: Array<{ id: string; object: string; reason: string }>;
  webhook: { id: string; metered: string; createdAt: string } | null;
  sync: SyncState | null;
}

/** Every data source as of read.seq (connections as they stand now), by name. */
export async function listSources(
  read: ReadContext,
  { stated, connections }: { stated: StatedStore; connections: StripeConnections },
): Promise<SourceState[]> {
  const { accountId } = read;
  const [counts, created, webhooks, syncs, objects] = await Promise.all([
    recordCounts(read),
    stated.list(accountId, 'data_source', { limit: SOURCES_MAX }),
    connections.webhooks(accountId),
    connections.syncs(accountId),
    stripeObjects(read),
  ]);
  const bySource = Map.groupBy(counts, ({ source }) => source);
  const live = [...bySource].filter(([, rows]) => rows.some(({ live }) => Number(live) > 0)).map(([name]) => name);
  const names = [
    ...new Set([
      ...live,
      ...created.map(({ body }) => String(body.name)),
      ...webhooks.map(({ source }) => source),
      ...syncs.map(({ source }) => source),
    ]),
  ].sort();
  const seqs = counts.flatMap(({ first, last }) => [first, last]);
  const times = await entryTimes(read, [...new Set(seqs)]);
  return names.map((name) => {
    const rows = bySource.get(name) ?? [];
    const own = created.find(({ body }) => body.name === name);
    const first = Math.min(...rows.map((row) => Number(row.first)));
    const last = Math.max(...rows.map((row) => Number(row.last)));
    const webhook = webhooks.find(({ source }) => source === name);
    const sync = syncs.find(({ source }) => source === name);
    const known = objects.get(name);
    const stripe: StripeState | null =
      webhook || sync || known
        ? {
            objects: known?.objects ?? 0,
            held: known?.held ?? 0,
            heldListed: known?.heldListed ?? [],
            webhook: webhook ? { id: webhook.id, metered: webhook.metered, createdAt: webhook.createdAt } : null,
            sync: sync?.state ?? null,
          }
        : null;
    return {
      name,
      uuid: dataSourceId(accountId, name),
      system: own ? String(own.body.system ?? DEFAULT_SYSTEM) : stripe ? 'Stripe' : DEFAULT_SYSTEM,
      createdAt: own?.createdAt ?? times.get(String(first)) ?? webhook?.createdAt ?? sync!.state.lastAt,
      records: Object.fromEntries(
        COUNTED.map((stream) => [stream, Number(rows.find((row) => row.stream === stream)?.live ?? 0)]),
      ) as SourceState['records'],
      last: rows.length === 0 ? null : { seq: last, at: times.get(String(last))! },
      stripe,
    };
  });
}

interface Counts {
  source: string;
  stream: string;
  first: string;
  last: string;
  live: string;
}

function recordCounts(read: ReadContext): Promise<Counts[]> {
  const parts = revenueStreams.map(
    ({ name }) =>
      `SELECT source, '${name}' AS stream, toString(min(seq)) AS first, toString(max(seq)) AS last, toString(sum(sign)) AS live
       FROM ${name}
       WHERE seq <= {seq:UInt64}
       GROUP BY source`,
  );
  return select<Counts>(read.engines, read.database, parts.join('\nUNION ALL\n'), { seq: read.seq });
}

async function stripeObjects(read: ReadContext) {
  const rows = await select<{ source: string; objects: string; held: string; listed: Array<[string, string, string]> }>(
    read.engines,
    read.database,
    `SELECT source, toString(count()) AS objects, toString(countIf(attributes['held'] != '')) AS held,
       groupArrayIf(${HELD_LISTED_MAX})((object_id, object, attributes['held']), attributes['held'] != '') AS listed
     FROM stripe_objects
     WHERE ${currentCondition('stripe_objects', '1')}
     GROUP BY source`,
    { seq: read.seq },
  );
  return new Map(
    rows.map(({ source, objects, held, listed }) => [
      source,
      {
        objects: Number(objects),
        held: Number(held),
        heldListed: listed.map(([id, object, reason]) => ({ id, object, reason })),
      },
    ]),
  );
}

/** When entries were recorded, by seq. */
async function entryTimes(read: ReadContext, seqs: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await read.engines.pg.query<{ seq: string; recorded_at: Date }>(
    'SELECT seq, recorded_at FROM journal_entries WHERE account_id = $1 AND seq = ANY ($2)',
    [read.accountId, seqs],
  );
  return new Map(rows.map((row) => [row.seq, row.recorded_at.toISOString()]));
}
