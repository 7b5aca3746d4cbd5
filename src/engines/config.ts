/** Configuration: environment variables to a checked {@link Config}, and the logger. */
import { join, resolve } from 'node:path';
import pino, { type Logger } from 'pino';
import { FootingError, type Problem, shown } from '../kernel/errors.ts';
import type { Config } from './types.ts';

const MIB = 1024 * 1024;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Reads the configuration from environment variables; `overrides` (command-line options) win over them and are checked
 * alike. All problems are collected: one `invalid` error names every variable with its value and the remedy.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, overrides: Partial<Config> = {}): Config {
  const problems: Problem[] = [];
  const read = new Reader(env, problems);
  const home = resolve(overrides.home ?? read.text('FOOTING_HOME', '.footing'));
  const config: Config = {
    home,
    evidence: resolve(overrides.evidence ?? read.text('FOOTING_EVIDENCE', join(home, 'evidence'))),
    databaseUrl: overrides.databaseUrl ?? read.url('DATABASE_URL', ['postgres:', 'postgresql:']),
    secretsKey: overrides.secretsKey ?? (read.text('FOOTING_SECRETS_KEY', '') || undefined),
    clickhouseUrl: overrides.clickhouseUrl ?? read.url('CLICKHOUSE_URL', ['http:', 'https:']),
    host: overrides.host ?? read.text('FOOTING_HOST', '127.0.0.1'),
    port: overrides.port ?? read.integer('FOOTING_PORT', 4600, 0, 65_535),
    logLevel: overrides.logLevel ?? read.choice('FOOTING_LOG_LEVEL', 'info', LOG_LEVELS),
    ledgerPrefix: overrides.ledgerPrefix ?? read.text('FOOTING_LEDGER_PREFIX', 'footing_'),
    clickhouseMemoryBytes:
      overrides.clickhouseMemoryBytes ?? read.integer('FOOTING_CLICKHOUSE_MEMORY_MIB', 1700, 400, 4_000_000) * MIB,
    queryMemoryBytes:
      overrides.queryMemoryBytes ?? read.integer('FOOTING_QUERY_MEMORY_MIB', 1200, 100, 4_000_000) * MIB,
    querySeconds: overrides.querySeconds ?? read.integer('FOOTING_QUERY_SECONDS', 600, 1, 86_400),
    databaseConnections: overrides.databaseConnections ?? read.integer('FOOTING_DATABASE_CONNECTIONS', 16, 4, 500),
  };
  const clickhousePath = config.clickhouseUrl === undefined ? '/' : new URL(config.clickhouseUrl).pathname;
  if (clickhousePath !== '/') {
    problems.push({
      field: 'CLICKHOUSE_URL',
      value: shown(clickhousePath),
      reason: 'names a database, but each ledger has a database of its own',
      remedy: 'Give scheme, user, password, host and port only; FOOTING_LEDGER_PREFIX sets how databases are named.',
    });
  }
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(config.ledgerPrefix)) {
    problems.push({
      field: 'FOOTING_LEDGER_PREFIX',
      value: shown(config.ledgerPrefix),
      reason: 'is not a name for databases',
      remedy: 'Use lower-case letters, digits and underscores, beginning with a letter, 41 at most.',
    });
  }
  if (config.queryMemoryBytes > config.clickhouseMemoryBytes) {
    problems.push({
      field: 'FOOTING_QUERY_MEMORY_MIB',
      value: String(config.queryMemoryBytes / MIB),
      reason: `is more than all queries together may take (${config.clickhouseMemoryBytes / MIB} MiB)`,
      remedy: 'Lower it or raise FOOTING_CLICKHOUSE_MEMORY_MIB.',
    });
  }
  if (problems.length > 0) {
    const list = problems.map((p) => `${p.field}=${p.value} ${p.reason}`).join('; ');
    throw new FootingError('invalid', `The configuration does not hold: ${list}`, {
      problems,
      ...(problems[0]?.remedy === undefined ? {} : { remedy: problems[0].remedy }),
    });
  }
  return config;
}

/** A JSON logger on standard error, so that standard output stays free for answers. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}

class Reader {
  readonly #env: NodeJS.ProcessEnv;
  readonly #problems: Problem[];

  constructor(env: NodeJS.ProcessEnv, problems: Problem[]) {
    this.#env = env;
    this.#problems = problems;
  }

  /** An empty variable counts as unset, as compose files write it. */
  #given(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === '' ? undefined : value;
  }

  text(name: string, fallback: string): string {
    return this.#given(name) ?? fallback;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.#given(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    this.#problems.push({
      field: name,
      value: shown(value),
      reason: `is not a whole number from ${min} to ${max}`,
      remedy: `Set ${name} to a whole number from ${min} to ${max}, or unset it for ${fallback}.`,
    });
    return fallback;
  }

  choice(name: string, fallback: string, choices: readonly string[]): string {
    const value = this.#given(name);
    if (value === undefined || choices.includes(value)) return value ?? fallback;
    this.#problems.push({
      field: name,
      value: shown(value),
      reason: `is none of ${choices.join(', ')}`,
      remedy: `Set ${name} to one of them, or unset it for ${fallback}.`,
    });
    return fallback;
  }

  url(name: string, protocols: readonly string[]): string | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
    this.#problems.push({
      field: name,
      // The value may hold a password: its beginning says enough.
      value: `${value.slice(0, 12)}…`,
      reason: `is not a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
      remedy: `Set ${name} to such a URL, or unset it to use the embedded server.`,
    });
    return undefined;
  }
}
