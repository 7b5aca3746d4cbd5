/** Runs the hand-written DuckDB scripts of this folder in a process of its own size: two threads, limited memory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export interface DuckDbOptions {
  /** File of the database, or ':memory:'. */
  database: string;
  threads: number;
  memoryLimit: string;
  temporaryFolder: string;
}

export class DuckDb {
  readonly #instance: DuckDBInstance;
  readonly #connection: Awaited<ReturnType<DuckDBInstance['connect']>>;

  private constructor(instance: DuckDBInstance, connection: Awaited<ReturnType<DuckDBInstance['connect']>>) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(options: DuckDbOptions): Promise<DuckDb> {
    const instance = await DuckDBInstance.create(options.database, {
      threads: String(options.threads),
      memory_limit: options.memoryLimit,
      temp_directory: options.temporaryFolder,
      preserve_insertion_order: 'false',
    });
    return new DuckDb(instance, await instance.connect());
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  /** Runs a script of this folder statement by statement; returns the seconds of each. */
  async script(
    name: string,
    variables: Record<string, string> = {},
  ): Promise<Array<{ statement: string; seconds: number }>> {
    for (const [key, value] of Object.entries(variables)) {
      await this.#connection.run(`SET VARIABLE ${key} = '${value.replaceAll("'", "''")}'`);
    }
    const text = await readFile(join(import.meta.dirname, name), 'utf8');
    const times: Array<{ statement: string; seconds: number }> = [];
    for (const statement of statements(text)) {
      const start = performance.now();
      await this.#connection.run(statement);
      times.push({ statement: statement.split('\n')[0]!, seconds: (performance.now() - start) / 1000 });
    }
    return times;
  }

  async rows(sql: string): Promise<Array<Record<string, unknown>>> {
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.getRowObjectsJson() as Array<Record<string, unknown>>;
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Statements of a script; a semicolon at the end of a line ends one. Comments are removed. */
function statements(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, '')
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
