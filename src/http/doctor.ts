/** What an operator wants to know at a glance, and what is wrong. */
import { statfs } from 'node:fs/promises';
import { Type } from 'typebox';
import { FootingError } from '../kernel/errors.ts';
import type { HttpContext } from './context.ts';
import { Nullable } from './schemas.ts';

const strict = { additionalProperties: false } as const;

export const DoctorSchema = Type.Object(
  {
    healthy: Type.Boolean(),
    problems: Type.Array(Type.Object({ what: Type.String(), remedy: Nullable(Type.String()) }, strict)),
    versions: Type.Record(Type.String(), Type.String()),
    settings: Type.Record(Type.String(), Type.String()),
    sizes: Type.Object(
      {
        postgresql_bytes: Nullable(Type.Integer()),
        clickhouse_bytes: Nullable(Type.Integer()),
        evidence_bytes: Nullable(Type.Integer()),
        evidence_files: Nullable(Type.Integer()),
        free_bytes: Nullable(Type.Integer()),
        process_bytes: Type.Integer(),
      },
      strict,
    ),
    accounts: Type.Array(
      Type.Object(
        {
          slug: Type.String(),
          seq: Type.Integer({ description: 'Last entry of the journal' }),
          posted: Type.Record(Type.String(), Type.Integer(), { description: 'Last entry that each book holds' }),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** Less free space than this is reported. */
const FREE_BYTES_MIN = 2 * 1024 ** 3;

interface Finding {
  what: string;
  remedy: string | null;
}

export async function doctorReport(context: HttpContext) {
  const { footing } = context;
  const { config, engines } = footing;
  const problems: Finding[] = [];
  /** A figure, or null and a finding when it cannot be had: a doctor must not fall ill of what it looks for. */
  const attempt = async <T>(what: string, look: () => Promise<T>): Promise<T | null> => {
    try {
      return await look();
    } catch (error) {
      engines.log.error({ err: error }, what);
      problems.push({
        what: `${what} cannot be read.`,
        remedy: error instanceof FootingError ? (error.remedy ?? null) : null,
      });
      return null;
    }
  };
  const postgresql = await attempt('PostgreSQL', async () => {
    const { rows } = await engines.pg.query<{ version: string; bytes: string }>(
      "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes",
    );
    return rows[0]!;
  });
  const clickhouse = await attempt('ClickHouse', async () => {
    const answer = await engines.clickhouse.client('default').query({
      query: `
        SELECT version() AS version, toString(sum(bytes_on_disk)) AS bytes
          FROM system.parts
         WHERE active AND startsWith(database, {prefix: String})`,
      query_params: { prefix: config.ledgerPrefix },
      format: 'JSONEachRow',
    });
    return (await answer.json<{ version: string; bytes: string }>())[0]!;
  });
  const evidence = await attempt('The evidence store', async () => {
    const total = { files: 0, bytes: 0 };
    for await (const file of engines.evidence.list()) {
      total.files += 1;
      total.bytes += file.bytes;
    }
    return total;
  });
  const free = await attempt('The data folder', async () => {
    const stats = await statfs(config.home);
    return stats.bavail * stats.bsize;
  });
  if (free !== null && free < FREE_BYTES_MIN) {
    problems.push({
      what: `The data folder has ${free} bytes of room left.`,
      remedy: 'Make room before the next import.',
    });
  }
  const accounts = (await attempt('The accounts', () => accountStates(context))) ?? [];
  return {
    healthy: problems.length === 0,
    problems,
    versions: {
      footing: context.version,
      node: process.versions.node,
      ...(postgresql ? { postgresql: postgresql.version } : {}),
      ...(clickhouse ? { clickhouse: clickhouse.version } : {}),
    },
    settings: {
      data_folder: config.home,
      postgresql: config.databaseUrl === undefined ? 'embedded' : withoutPassword(config.databaseUrl),
      clickhouse: config.clickhouseUrl === undefined ? 'embedded' : withoutPassword(config.clickhouseUrl),
      host: config.host,
      port: String(config.port),
      log_level: config.logLevel,
    },
    sizes: {
      postgresql_bytes: postgresql ? Number(postgresql.bytes) : null,
      clickhouse_bytes: clickhouse ? Number(clickhouse.bytes) : null,
      evidence_bytes: evidence?.bytes ?? null,
      evidence_files: evidence?.files ?? null,
      free_bytes: free,
      process_bytes: process.memoryUsage.rss(),
    },
    accounts,
  };
}

async function accountStates({ footing }: HttpContext) {
  const states = [];
  for (const account of await footing.accounts.list()) {
    const posted: Record<string, number> = {};
    for (const book of footing.books) posted[book.name] = await footing.ledger.posted(account.id, book.name);
    states.push({ slug: account.slug, seq: (await footing.journal.head(account.id)).seq, posted });
  }
  return states;
}

function withoutPassword(url: string): string {
  const parsed = URL.parse(url);
  return parsed ? `${parsed.protocol}//${parsed.host}${parsed.pathname}` : 'set';
}
