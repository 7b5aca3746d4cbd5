/** What is stated of a connection with Stripe: its webhooks and how far its sync has come. Secrets are kept by the server, not here. */
import type { Pool, PoolClient } from 'pg';
import type { Journal } from '../../journal/types.ts';
import { dataSourceId } from '../chartmogul/ids.ts';
import { StatedStore, statedEntry } from '../stated/store.ts';
import { NO_POSITION, type SyncPosition } from './sync.ts';

export interface Webhook {
  /** Its place in the address. */
  id: string;
  source: string;
  metered: 'one_time' | 'subscription';
  createdAt: string;
}

const HOOK = 'stripe_webhook';
const SYNC = 'stripe_sync';

export class StripeConnections {
  readonly #stated: StatedStore;
  readonly #journal: Journal;

  constructor(pg: Pool, journal: Journal) {
    this.#stated = new StatedStore(pg, journal);
    this.#journal = journal;
  }

  /** Ids are computed from account and source, so one names both. */
  webhookId(accountId: number, source: string): string {
    return dataSourceId(accountId, source).slice('ds_'.length);
  }

  async webhook(accountId: number, id: string): Promise<Webhook | undefined> {
    const found = await this.#stated.get(accountId, HOOK, id);
    return found && { id, createdAt: found.createdAt, ...(found.body as Pick<Webhook, 'source' | 'metered'>) };
  }

  async webhooks(accountId: number): Promise<Webhook[]> {
    const found = await this.#stated.list(accountId, HOOK, { limit: 1_000 });
    return found.map(({ id, createdAt, body }) => ({
      id,
      createdAt,
      source: String(body.source),
      metered: body.metered as Webhook['metered'],
    }));
  }

  /**
   * States the webhook, or how it counts from now on. `sealed`: hash of the signing secret as the server keeps it; `keep` keeps it, in the
   * transaction of the entry.
   */
  async setWebhook(
    accountId: number,
    actor: string,
    { source, metered, sealed }: Pick<Webhook, 'source' | 'metered'> & { sealed: string },
    keep: (tx: PoolClient, id: string) => Promise<void>,
  ): Promise<Webhook> {
    const id = this.webhookId(accountId, source);
    const there = await this.#stated.get(accountId, HOOK, id);
    const entry = there
      ? statedEntry(accountId, actor, `${HOOK}.update`, { id, changes: { metered, sealed_sha256: sealed } })
      : statedEntry(accountId, actor, `${HOOK}.create`, { id, fields: { source, metered, sealed_sha256: sealed } });
    await this.#journal.append(accountId, {
      ...entry,
      effects: async (tx, seq) => {
        await entry.effects(tx, seq);
        await keep(tx, id);
      },
    });
    return (await this.webhook(accountId, id))!;
  }

  /** Takes the webhook away; `forget` what is kept of its secret, in the same transaction. */
  async removeWebhook(
    accountId: number,
    actor: string,
    id: string,
    forget: (tx: PoolClient) => Promise<void>,
  ): Promise<void> {
    const entry = statedEntry(accountId, actor, `${HOOK}.delete`, { id });
    await this.#journal.append(accountId, {
      ...entry,
      effects: async (tx, seq) => {
        await entry.effects(tx, seq);
        await forget(tx);
      },
    });
  }

  async position(accountId: number, source: string): Promise<SyncPosition> {
    const found = await this.#stated.get(accountId, SYNC, this.webhookId(accountId, source));
    return { ...NO_POSITION, ...(found?.body.position as SyncPosition | undefined) };
  }

  /** `error`: why the sync stopped; null where it got on. */
  async keepPosition(
    accountId: number,
    actor: string,
    source: string,
    position: SyncPosition,
    error: string | null = null,
  ): Promise<void> {
    const id = this.webhookId(accountId, source);
    const fields = { source, position: { ...position }, error };
    if (await this.#stated.get(accountId, SYNC, id)) await this.#stated.update(accountId, actor, SYNC, id, fields);
    else await this.#stated.create(accountId, actor, SYNC, id, fields);
  }

  /** How the syncs of all sources stand. */
  async syncs(accountId: number): Promise<Array<{ source: string; state: SyncState }>> {
    const found = await this.#stated.list(accountId, SYNC, { limit: 1_000 });
    return found.map(({ body, updatedAt }) => {
      const position = { ...NO_POSITION, ...(body.position as unknown as SyncPosition) };
      const complete = position.complete_as_of;
      return {
        source: String(body.source),
        state: {
          unfinished: position.started_at !== null,
          resource: position.resource,
          completeAsOf: complete === null ? null : new Date(complete * 1000).toISOString(),
          lastAt: updatedAt,
          error: (body.error as string | null | undefined) ?? null,
        },
      };
    });
  }
}

export interface SyncState {
  /** A pass was begun and is not complete: it goes on with the next run. */
  unfinished: boolean;
  resource: string | null;
  /** When the last complete pass began; null when none was completed. */
  completeAsOf: string | null;
  /** When it last got on, or failed. */
  lastAt: string;
  /** Why it stopped; null where it got on. */
  error: string | null;
}
