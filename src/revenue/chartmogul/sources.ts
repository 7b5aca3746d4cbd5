/**
 * Data sources. A record's `source` is the data source's name: those created here are stated objects, and a source that an import
 * named is a data source too, found in the ledger. Its id is computed from its name in both cases.
 */
import { select } from '../../ledger/index.ts';
import { revenueStreams } from '../streams.ts';
import type { ApiContext, Call } from './context.ts';
import { notFound } from './errors.ts';
import { dataSourceId } from './ids.ts';

export interface DataSource {
  id: string;
  name: string;
  system: string;
  createdAt: string;
  /** Entry that created it or first named it. */
  createdSeq: number;
  /** Null for a source that only imports named. */
  statedId: string | null;
  /** True when the ledger has records of it. */
  used: boolean;
}

const KEPT_MS = 2_000;
export const DEFAULT_SYSTEM = 'Custom';

export class DataSources {
  readonly #context: ApiContext;
  readonly #kept = new Map<number, { until: number; byId: Promise<Map<string, DataSource>> }>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /** All of the account, newest first. `fresh`: as of now, waiting for the ledger. */
  async list(call: Call, fresh = true): Promise<DataSource[]> {
    return [...(await this.#load(call, fresh)).values()].sort((a, b) => b.createdSeq - a.createdSeq);
  }

  async find(call: Call, id: string): Promise<DataSource | undefined> {
    const kept = this.#kept.get(call.account.id);
    const known = kept && kept.until > performance.now() ? (await kept.byId).get(id) : undefined;
    if (known) return known;
    const stated = await this.#context.stated.get(call.account.id, 'data_source', id);
    if (!stated) return (await this.#load(call, true)).get(id);
    const map = await this.#load(call, false);
    return map.get(id);
  }

  /** The source; 404 when there is none. */
  async get(call: Call, id: string, param = 'data_source_uuid'): Promise<DataSource> {
    const found = await this.find(call, id);
    if (!found) throw notFound('Data source', param, id);
    return found;
  }

  /** The source as everything that was stated leaves it; 404 when there is none. */
  async fresh(call: Call, id: string): Promise<DataSource> {
    const found = (await this.#load(call, true)).get(id);
    if (!found) throw notFound('Data source', 'data_source_uuid', id);
    return found;
  }

  forget(call: Call): void {
    this.#kept.delete(call.account.id);
  }

  async #load(call: Call, fresh: boolean): Promise<Map<string, DataSource>> {
    const byId = fresh
      ? this.#read(call, (await this.#context.read(call)).seq)
      : this.#read(call, await this.#context.footing.ledger.posted(call.account.id, 'revenue'));
    this.#kept.set(call.account.id, { until: performance.now() + KEPT_MS, byId });
    byId.catch(() => this.#kept.delete(call.account.id));
    return byId;
  }

  async #read(call: Call, seq: number): Promise<Map<string, DataSource>> {
    const { engines, ledger, journal } = this.#context.footing;
    const database = await ledger.database(call.account.id);
    const used = await select<{ source: string; first: string; live: string }>(
      engines,
      database,
      `SELECT source, min(first) AS first, sum(live) AS live
       FROM (
         ${revenueStreams
           .map(
             ({ name }) =>
               `SELECT source, min(origin_seq) AS first, sum(sign) AS live FROM ${name} WHERE seq <= {seq:UInt64} GROUP BY source`,
           )
           .join('\n         UNION ALL\n         ')}
       )
       GROUP BY source`,
      { seq },
    );
    const live = new Map(used.filter((row) => Number(row.live) > 0).map((row) => [row.source, Number(row.first)]));
    const stated = await this.#context.stated.list(call.account.id, 'data_source', { limit: 100_000 });
    const byId = new Map<string, DataSource>();
    for (const { id, body, createdAt, createdSeq } of stated) {
      const name = String(body.name);
      const system = String(body.system ?? DEFAULT_SYSTEM);
      byId.set(id, { id, name, system, createdAt, createdSeq, statedId: id, used: live.has(name) });
    }
    for (const [name, first] of live) {
      const id = dataSourceId(call.account.id, name);
      if (byId.has(id)) continue;
      const createdAt = new Date((await journal.get(call.account.id, first)).recordedAt).toISOString();
      byId.set(id, { id, name, system: DEFAULT_SYSTEM, createdAt, createdSeq: first, statedId: null, used: true });
    }
    return byId;
  }
}
