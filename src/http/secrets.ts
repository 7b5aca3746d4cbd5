/** Secrets that all servers of an instance share; made by whichever comes first. */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';

const SECRET_BYTES = 32;

export async function sharedSecret(pg: Pool, name: string): Promise<Buffer> {
  await pg.query('INSERT INTO http_secrets (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [
    name,
    randomBytes(SECRET_BYTES),
  ]);
  const { rows } = await pg.query<{ secret: Buffer }>('SELECT secret FROM http_secrets WHERE name = $1', [name]);
  return rows[0]!.secret;
}
