import type { Pool } from 'pg';
import { FootingError, type Problem, shown } from '../kernel/errors.ts';
import { GENESIS_HASH } from './hash.ts';
import type { Account, Journal } from './types.ts';

export const ACCOUNT_CREATED = 'account.create';

interface AccountRow {
  id: number;
  slug: string;
  name: string;
  currency: string;
  time_zone: string;
  created_at: Date;
}

/**
 * Accounts: one per company. Creating one writes the row and, as its first entry, what was stated about it.
 * Crash between the two: the row has head_seq 0; creating it again with the same slug finishes the work.
 */
export function openAccounts(pg: Pool, journal: Journal) {
  async function find(column: 'id' | 'slug', value: string | number): Promise<Account | undefined> {
    const result = await pg.query<AccountRow>(
      `SELECT id, slug, name, currency, time_zone, created_at FROM accounts WHERE ${column} = $1`,
      [value],
    );
    return result.rows[0] && toAccount(result.rows[0]);
  }

  return {
    /** Errors: `invalid` with every problem; `conflict` when the slug is taken. */
    async create(
      input: { slug: string; name: string; currency?: string; timeZone?: string },
      actor: string,
    ): Promise<Account> {
      const stated = {
        slug: input.slug,
        name: input.name.trim(),
        currency: input.currency ?? 'EUR',
        timeZone: input.timeZone ?? 'UTC',
      };
      check(stated);
      await pg.query(
        `INSERT INTO accounts (slug, name, currency, time_zone, created_at, head_hash)
         VALUES ($1, $2, $3, $4, now(), $5)
         ON CONFLICT (slug) DO NOTHING`,
        [stated.slug, stated.name, stated.currency, stated.timeZone, GENESIS_HASH],
      );
      const account = await find('slug', stated.slug);
      if (!account) throw new FootingError('internal', `Account ${stated.slug} vanished while it was created`);
      if ((await journal.head(account.id)).seq > 0) {
        throw new FootingError('conflict', `An account "${stated.slug}" exists already`, {
          problems: [{ field: 'slug', value: stated.slug, reason: 'It is taken.', remedy: 'Choose another slug.' }],
        });
      }
      await journal.append(account.id, {
        kind: ACCOUNT_CREATED,
        actor,
        payload: stated,
        effects: async (tx, seq) => {
          if (seq !== 1) throw new FootingError('conflict', `An account "${stated.slug}" exists already`);
          await tx.query('UPDATE accounts SET name = $2, currency = $3, time_zone = $4 WHERE id = $1', [
            account.id,
            stated.name,
            stated.currency,
            stated.timeZone,
          ]);
        },
      });
      return { ...account, ...stated };
    },

    async list(): Promise<Account[]> {
      const result = await pg.query<AccountRow>(
        'SELECT id, slug, name, currency, time_zone, created_at FROM accounts WHERE head_seq > 0 ORDER BY id',
      );
      return result.rows.map(toAccount);
    },

    async get(slugOrId: string | number): Promise<Account> {
      const account = await find(typeof slugOrId === 'number' ? 'id' : 'slug', slugOrId);
      if (!account) {
        throw new FootingError('not_found', `There is no account "${shown(String(slugOrId))}"`, {
          remedy: 'footing accounts lists them.',
        });
      }
      return account;
    },
  };
}

function check(stated: { slug: string; name: string; currency: string; timeZone: string }): void {
  const problems: Problem[] = [];
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(stated.slug)) {
    problems.push({
      field: 'slug',
      value: shown(stated.slug),
      reason: 'It must be 1 to 63 lower-case letters, digits and inner hyphens.',
    });
  }
  if (stated.name.length < 1 || stated.name.length > 200) {
    problems.push({ field: 'name', value: shown(stated.name), reason: 'It must have 1 to 200 characters.' });
  }
  if (!/^[A-Z]{3}$/.test(stated.currency)) {
    problems.push({
      field: 'currency',
      value: shown(stated.currency),
      reason: 'It must be an ISO 4217 code such as EUR.',
    });
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: stated.timeZone });
  } catch {
    problems.push({
      field: 'timeZone',
      value: shown(stated.timeZone),
      reason: 'It must be an IANA time zone such as Europe/Berlin.',
    });
  }
  if (problems.length > 0) throw new FootingError('invalid', 'The account cannot be created', { problems });
}

function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    currency: row.currency,
    timeZone: row.time_zone,
    createdAt: row.created_at.toISOString(),
  };
}
