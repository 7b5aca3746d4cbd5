/** What is stated of a connection with Stripe: its webhooks and how far its sync has come. Secrets are kept by the server, not here. */
import type { Pool } from 'pg';
import type { Journal } from '../../journal/types.ts';
import { dataSourceId } from '../chartmogul/ids.ts';
import { StatedStore } from '../stated/store.ts';
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

  constructor(pg: Pool, journal: Journal) {
    this.#stated = new StatedStore(pg, journal);
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

  /** States the webhook, or how it counts from now on. */
  async setWebhook(
    accountId: number,
    actor: string,
    { source, metered }: Pick<Webhook, 'source' | 'metered'>,
  ): Promise<Webhook> {
    const id = this.webhookId(accountId, source);
    const there = await this.#stated.get(accountId, HOOK, id);
    const object = there
      ? await this.#stated.update(accountId, actor, HOOK, id, { metered })
      : await this.#stated.create(accountId, actor, HOOK, id, { source, metered });
    return { id, source, metered, createdAt: object.createdAt };
  }

  removeWebhook(accountId: number, actor: string, id: string): Promise<void> {
    return this.#stated.remove(accountId, actor, HOOK, id);
  }

  async position(accountId: number, source: string): Promise<SyncPosition> {
    const found = await this.#stated.get(accountId, SYNC, this.webhookId(accountId, source));
    return { ...NO_POSITION, ...(found?.body.position as SyncPosition | undefined) };
  }

  async keepPosition(accountId: number, actor: string, source: string, position: SyncPosition): Promise<void> {
    const id = this.webhookId(accountId, source);
    const fields = { source, position: { ...position } };
    if (await this.#stated.get(accountId, SYNC, id)) await this.#stated.update(accountId, actor, SYNC, id, fields);
    else await this.#stated.create(accountId, actor, SYNC, id, fields);
  }
}
