/** API keys: made once, shown once, kept only as a hash. A key belongs to one account, or to the instance and to none. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import type { Journal } from '../journal/types.ts';
import { FootingError } from '../kernel/errors.ts';
import { differences, entriesOfKinds, type StatedDifference } from '../ledger/index.ts';

export const ROLES = ['read', 'write', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  id: string;
  /** Null for a key of the instance. */
  accountId: number | null;
  name: string;
  role: Role;
  createdAt: string;
  createdBy: string;
  revokedAt: string | null;
}

/** Whom a request comes from. */
export interface Caller {
  keyId: string;
  accountId: number | null;
  role: Role;
}

const KEY_CREATED = 'key.create';
const KEY_REVOKED = 'key.revoke';
const KEY_PATTERN = /^fk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const SECRET_BYTES = 32;
/** Ids that were looked up, known or not; the oldest is forgotten beyond this. */
const CACHED_KEYS_MAX = 10_000;

interface Cached {
  until: number;
  known: { caller: Caller; secretHash: Buffer } | null;
}

interface KeyRow {
  id: string;
  account_id: number | null;
  name: string;
  role: Role;
  created_at: Date;
  created_by: string;
  revoked_at: Date | null;
}

const COLUMNS = 'id, account_id, name, role, created_at, created_by, revoked_at';

export class ApiKeys {
  readonly #pg: Pool;
  readonly #journal: Journal;
  readonly #cacheMs: number;
  readonly #cache = new Map<string, Cached>();
  readonly #lookups = new Map<string, Promise<Cached>>();

  constructor(pg: Pool, journal: Journal, cacheMs: number) {
    this.#pg = pg;
    this.#journal = journal;
    this.#cacheMs = cacheMs;
  }

  /** Whom the key stands for; null when it is no valid key. Never says which part was wrong. */
  async callerOf(key: string): Promise<Caller | null> {
    const parts = KEY_PATTERN.exec(key);
    if (!parts) return null;
    const [, id, secret] = parts as unknown as [string, string, string];
    const cached = this.#cache.get(id);
    const { known } = cached && cached.until > performance.now() ? cached : await this.#lookUp(id);
    // Compared in constant time, and against something even when the id is unknown.
    const same = timingSafeEqual(hashOf(secret), known?.secretHash ?? NO_HASH);
    return same && known ? known.caller : null;
  }

  /** Whether the key of this id is still valid; what another server took back is seen within `keyCacheMs`. */
  async stands(id: string): Promise<boolean> {
    const cached = this.#cache.get(id);
    const { known } = cached && cached.until > performance.now() ? cached : await this.#lookUp(id);
    return known !== null;
  }

  /** Makes a key. The text that is returned with it is the only copy there will ever be. */
  async create(
    accountId: number | null,
    input: { name: string; role: Role },
    actor: string,
  ): Promise<{ key: ApiKey; secret: string; seq: number | null }> {
    const id = randomId();
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const insert = `
      INSERT INTO api_keys (id, account_id, name, role, secret_hash, created_by)
      VALUES ($1, $2, $3, $4, $5, $6)
      RETURNING ${COLUMNS}`;
    const values = [id, accountId, input.name, input.role, hashOf(secret), actor];
    const text = `fk_${id}_${secret}`;
    if (accountId === null) {
      const { rows } = await this.#pg.query<KeyRow>(insert, values);
      return { key: keyOf(rows[0]!), secret: text, seq: null };
    }
    let made: KeyRow | undefined;
    const { entry } = await this.#journal.append(accountId, {
      kind: KEY_CREATED,
      actor,
      // The hash of a secret of 256 random bits tells nothing of it, and lets `footing verify` see a key that was exchanged.
      payload: { id, name: input.name, role: input.role, secret_sha256: hashOf(secret).toString('hex') },
      effects: async (tx) => {
        made = (await tx.query<KeyRow>(insert, values)).rows[0];
      },
    });
    return { key: keyOf(made!), secret: text, seq: entry.seq };
  }

  /** Keys of the account (null: of the instance), the revoked ones too, oldest first. */
  async list(accountId: number | null): Promise<ApiKey[]> {
    const { rows } = await this.#pg.query<KeyRow>(
      `SELECT ${COLUMNS}
         FROM api_keys
        WHERE account_id IS NOT DISTINCT FROM $1
        ORDER BY created_at, id`,
      [accountId],
    );
    return rows.map(keyOf);
  }

  /** Takes a key back, here at once and everywhere within `keyCacheMs`. `not_found` for a key of another account. */
  async revoke(accountId: number, id: string, actor: string): Promise<number> {
    const { rowCount } = await this.#pg.query(
      'SELECT 1 FROM api_keys WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL',
      [accountId, id],
    );
    if (rowCount === 0) throw noSuchKey(id);
    const { entry } = await this.#journal.append(accountId, {
      kind: KEY_REVOKED,
      actor,
      payload: { id },
      effects: async (tx) => {
        const revoked = await tx.query(
          'UPDATE api_keys SET revoked_at = now() WHERE account_id = $1 AND id = $2 AND revoked_at IS NULL',
          [accountId, id],
        );
        if (revoked.rowCount === 0) throw noSuchKey(id);
      },
    });
    this.#cache.delete(id);
    return entry.seq;
  }

  /** What the table of keys says otherwise than the account's journal. */
  async differences(accountId: number): Promise<StatedDifference[]> {
    interface Stated {
      id: string;
      name: string;
      role: string;
      secret_sha256?: string;
    }
    const said = new Map<string, Stated & { revoked: boolean }>();
    for await (const { kind, payload } of entriesOfKinds(this.#journal, accountId, [KEY_CREATED, KEY_REVOKED])) {
      const stated = payload as unknown as Stated;
      if (kind === KEY_CREATED) said.set(stated.id, { ...stated, revoked: false });
      else said.set(stated.id, { ...said.get(stated.id)!, revoked: true });
    }
    const { rows } = await this.#pg.query<KeyRow & { secret_hash: Buffer }>(
      `SELECT ${COLUMNS}, secret_hash FROM api_keys WHERE account_id = $1`,
      [accountId],
    );
    const text = (name: string, role: string, revoked: boolean, hash: string) =>
      `"${name}", ${role}, ${revoked ? 'revoked' : 'valid'}, ${hash}`;
    const stated = [...said.values()].map(({ id, name, role, revoked, secret_sha256 }): [string, string] => [
      id,
      text(name, role, revoked, secret_sha256 ?? 'a secret'),
    ]);
    const kept = rows.map(({ id, name, role, revoked_at, secret_hash }): [string, string] => {
      // Entries of earlier versions do not say the hash.
      const hash = said.get(id)?.secret_sha256 === undefined ? 'a secret' : secret_hash.toString('hex');
      return [id, text(name, role, revoked_at !== null, hash)];
    });
    return differences('key', new Map(stated), new Map(kept));
  }

  /** One query per id at a time, however many requests ask. */
  #lookUp(id: string): Promise<Cached> {
    const running = this.#lookups.get(id);
    if (running) return running;
    const lookup = this.#read(id).finally(() => this.#lookups.delete(id));
    this.#lookups.set(id, lookup);
    return lookup;
  }

  async #read(id: string): Promise<Cached> {
    // Counted from before the query: what it saw is at most that old.
    const until = performance.now() + this.#cacheMs;
    const { rows } = await this.#pg.query<{ account_id: number | null; role: Role; secret_hash: Buffer }>(
      'SELECT account_id, role, secret_hash FROM api_keys WHERE id = $1 AND revoked_at IS NULL',
      [id],
    );
    const row = rows[0];
    const known = row
      ? { caller: { keyId: id, accountId: row.account_id, role: row.role }, secretHash: row.secret_hash }
      : null;
    const cached: Cached = { until, known };
    this.#cache.delete(id);
    this.#cache.set(id, cached);
    if (this.#cache.size > CACHED_KEYS_MAX) this.#cache.delete(this.#cache.keys().next().value!);
    return cached;
  }
}

const NO_HASH = Buffer.alloc(32);

function noSuchKey(id: string): FootingError {
  return new FootingError('not_found', `There is no valid key ${id} in this account.`);
}

/**
 * SHA-256 and no slow password hash: the secret is 256 random bits, so there is no list of likely ones to try, and every
 * request pays for this.
 */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz234567';

function randomId(): string {
  return Array.from(randomBytes(12), (byte) => ID_CHARACTERS[byte % ID_CHARACTERS.length]).join('');
}

function keyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    role: row.role,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}
