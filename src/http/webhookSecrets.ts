/**
 * Signing secrets of webhooks. A signature is computed with the secret, so it cannot be kept as a hash: it is sealed (AES-256-GCM, bound to
 * account and webhook) with a key that is not in the database: FOOTING_SECRETS_KEY, or the file secrets.key of the data folder, mode 0600,
 * made when it is first needed. The hash of what is sealed stands in the journal, so that `footing verify` sees one that was exchanged.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoolClient } from 'pg';
import { createFileDurably, privateFolder } from '../engines/index.ts';
import type { Config, Engines } from '../engines/types.ts';
import { FootingError } from '../kernel/errors.ts';
import { differences, type StatedDifference } from '../ledger/index.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FILE = 'secrets.key';
const REMEDY =
  'Start the server with the key that sealed it: FOOTING_SECRETS_KEY, or the file secrets.key of that data folder. Otherwise set the webhook up again.';

export class WebhookSecrets {
  readonly #engines: Engines;
  #key: Promise<Buffer> | undefined;

  constructor(engines: Engines) {
    this.#engines = engines;
  }

  /** What is kept of a secret, and the hash of it for the journal. */
  async seal(accountId: number, id: string, secret: string): Promise<{ sealed: Buffer; sealedSha256: string }> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', await this.#secretsKey(), nonce).setAAD(boundTo(accountId, id));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    const sealed = Buffer.concat([nonce, cipher.getAuthTag(), text]);
    return { sealed, sealedSha256: sha256(sealed) };
  }

  /** Keeps the sealed secret in the transaction of the entry that states the webhook. */
  async keep(tx: PoolClient, accountId: number, id: string, sealed: Buffer): Promise<void> {
    await tx.query(
      `INSERT INTO webhook_secrets (account_id, id, sealed)
       VALUES ($1, $2, $3)
       ON CONFLICT (account_id, id) DO UPDATE SET sealed = excluded.sealed, secret = NULL`,
      [accountId, id, sealed],
    );
  }

  /** Whose webhook it is, and its secret; undefined when there is none. Errors: `unavailable` when this server has another key. */
  async find(id: string): Promise<{ accountId: number; secret: string } | undefined> {
    const { rows } = await this.#engines.pg.query<{ account_id: number; sealed: Buffer | null; secret: string | null }>(
      'SELECT account_id, sealed, secret FROM webhook_secrets WHERE id = $1',
      [id],
    );
    const row = rows[0];
    if (!row) return undefined;
    const secret = row.sealed === null ? row.secret! : await this.#open(row.account_id, id, row.sealed);
    return { accountId: row.account_id, secret };
  }

  async forget(tx: PoolClient, accountId: number, id: string): Promise<void> {
    await tx.query('DELETE FROM webhook_secrets WHERE account_id = $1 AND id = $2', [accountId, id]);
  }

  /** Secrets that an earlier version kept as they are. */
  async unsealed(): Promise<Array<{ accountId: number; id: string; secret: string }>> {
    const { rows } = await this.#engines.pg.query<{ account_id: number; id: string; secret: string }>(
      'SELECT account_id, id, secret FROM webhook_secrets WHERE sealed IS NULL',
    );
    return rows.map(({ account_id: accountId, id, secret }) => ({ accountId, id, secret }));
  }

  /** What the table of secrets says otherwise than the webhooks that are stated, and secrets that this server cannot open. */
  async differences(accountId: number): Promise<StatedDifference[]> {
    const { pg } = this.#engines;
    const stated = await pg.query<{ id: string; hash: string | null }>(
      `SELECT id, body ->> 'sealed_sha256' AS hash FROM stated_objects WHERE account_id = $1 AND kind = 'stripe_webhook'`,
      [accountId],
    );
    const kept = await pg.query<{ id: string; sealed: Buffer | null }>(
      'SELECT id, sealed FROM webhook_secrets WHERE account_id = $1',
      [accountId],
    );
    const found = differences(
      'webhook_secrets',
      new Map(stated.rows.map(({ id, hash }) => [id, hash ?? 'a secret that is not sealed'])),
      new Map(kept.rows.map(({ id, sealed }) => [id, sealed ? sha256(sealed) : 'a secret that is not sealed'])),
    );
    for (const { id, sealed } of kept.rows) {
      if (sealed === null) continue;
      const opened = await this.#open(accountId, id, sealed).catch(() => null);
      if (opened !== null) continue;
      found.push({
        where: `webhook_secrets ${id}`,
        expected: 'sealed with the key of this server',
        found: 'another key',
      });
    }
    return found;
  }

  async #open(accountId: number, id: string, sealed: Buffer): Promise<string> {
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', await this.#secretsKey(), nonce)
        .setAAD(boundTo(accountId, id))
        .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = sealed.subarray(NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    } catch (cause) {
      if (cause instanceof FootingError) throw cause;
      throw new FootingError(
        'unavailable',
        'The signing secret of this webhook cannot be opened with the key of this server.',
        {
          cause,
          remedy: REMEDY,
        },
      );
    }
  }

  #secretsKey(): Promise<Buffer> {
    this.#key ??= secretsKey(this.#engines.config);
    this.#key.catch(() => {
      this.#key = undefined;
    });
    return this.#key;
  }
}

const boundTo = (accountId: number, id: string): Buffer => Buffer.from(`webhook ${accountId} ${id}`);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function secretsKey(config: Config): Promise<Buffer> {
  if (config.secretsKey !== undefined) return keyIn(config.secretsKey, 'FOOTING_SECRETS_KEY');
  const file = join(config.home, FILE);
  await privateFolder(config.home);
  // Whichever process comes first makes it, whole or not at all; the others read it.
  if (!existsSync(file)) await createFileDurably(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  return keyIn(await readFile(file, 'utf8'), file);
}

function keyIn(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new FootingError('invalid', `${where} holds no key: it must be ${KEY_BYTES} bytes in base64.`, {
    remedy:
      'Put back the key that webhooks were set up with, from a backup. Without one: openssl rand -base64 32 makes a new key, and webhooks must be set up again.',
  });
}
