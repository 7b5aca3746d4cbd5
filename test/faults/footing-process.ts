/**
 * A program that opens Footing on the folder FOOTING_HOME and does what it is told, for the tests that kill it. Speaks lines of JSON:
 * a command on its input, an answer on its output. It is armed by a command, so that what comes before runs without a fault.
 */
import '../../src/kernel/compiler.ts';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { engineParts, loadConfig } from '../../src/engines/index.ts';
import { openFooting } from '../../src/footing.ts';
import { sha256 } from '../../src/journal/canonical.ts';
import { isFootingError } from '../../src/kernel/errors.ts';
import { armFault } from '../../src/kernel/faults.ts';
import { select } from '../../src/ledger/index.ts';
import type { Command } from './commands.ts';

const say = (value: unknown) => console.log(JSON.stringify(value));
const CATCH_UP_MS_MAX = 300_000;

try {
  const footing = await openFooting(loadConfig({ FOOTING_LOG_LEVEL: 'fatal', ...process.env }));
  say({ pid: process.pid });

  const idOf = async (slug: string) => (await footing.accounts.get(slug)).id;
  const caughtUp = async (accountId: number) => {
    const { seq } = await footing.journal.head(accountId);
    for (const book of footing.books) await footing.ledger.caughtUp(accountId, book.name, seq, CATCH_UP_MS_MAX);
    return seq;
  };
  const run = async (command: Command): Promise<unknown> => {
    switch (command.do) {
      case 'arm':
        armFault(command.fault);
        return {};
      case 'account':
        return footing.accounts.create({ slug: command.slug, name: command.slug }, 'cli:test');
      case 'import': {
        const outcome = await footing.imports.start(await idOf(command.slug), {
          stream: command.stream,
          fileName: 'file.csv',
          actor: 'cli:test',
          mode: 'rows',
          body: createReadStream(command.file),
        });
        return { state: outcome.state, seq: 'seq' in outcome ? outcome.seq : undefined };
      }
      case 'post': {
        const { entry, replayed } = await footing.records.post(await idOf(command.slug), {
          stream: command.stream,
          rows: command.rows,
          actor: 'cli:test',
          idempotency: { key: command.key, requestHash: sha256(JSON.stringify(command.rows)).toString('hex') },
        });
        return { seq: entry.seq, replayed };
      }
      case 'remove': {
        const { entry, replayed } = await footing.records.remove(await idOf(command.slug), {
          stream: command.stream,
          keys: command.keys,
          actor: 'cli:test',
          idempotency: { key: command.key, requestHash: sha256(JSON.stringify(command.keys)).toString('hex') },
        });
        return { seq: entry.seq, replayed };
      }
      case 'rebuild':
        await footing.ledger.rebuild(await idOf(command.slug));
        return {};
      case 'head':
        return { seq: (await footing.journal.head(await idOf(command.slug))).seq };
      case 'caught-up':
        return { seq: await caughtUp(await idOf(command.slug)) };
      case 'books': {
        // Every row of every table, in any order: the same journal gives the same, whatever happened on the way. (What the rows should
        // be is what `verify` proves.)
        const accountId = await idOf(command.slug);
        const seq = await caughtUp(accountId);
        const database = await footing.ledger.database(accountId);
        const tables: Record<string, string> = {};
        for (const table of footing.books.flatMap((book) => book.tableNames)) {
          const [content] = await select<{ rows: string; content: string }>(
            footing.engines,
            database,
            `SELECT count() AS rows, toString(sum(cityHash64(toString(tuple(*))))) AS content FROM ${table} WHERE seq <= {seq:UInt64}`,
            { seq },
          );
          tables[table] = `${content!.rows} rows, ${content!.content}`;
        }
        const results = await footing.engines.pg.query(
          'SELECT seq, rows, accepted, rejected, superseded FROM import_results WHERE account_id = $1 ORDER BY seq',
          [accountId],
        );
        return { seq, tables, imports: results.rows };
      }
      case 'verify': {
        const { findings, entries, totals } = await footing.verify(await idOf(command.slug));
        return { findings, entries, totals: totals.length };
      }
      case 'generations': {
        // Opening the accounts sweeps them.
        for (const { id } of await footing.accounts.list()) await caughtUp(id);
        const ledgers = await footing.engines.pg.query<{ database: string }>(
          'SELECT database FROM ledgers ORDER BY database',
        );
        const databases = await select<{ name: string }>(
          footing.engines,
          'default',
          'SELECT name FROM system.databases WHERE startsWith(name, {prefix:String}) ORDER BY name',
          { prefix: footing.config.ledgerPrefix },
        );
        return { ledgers: ledgers.rows.map((row) => row.database), databases: databases.map((row) => row.name) };
      }
      case 'pids': {
        const { postgres: pg, clickhouse: ch } = engineParts(footing.engines);
        return { pid: process.pid, postgres: pg?.pid, clickhouse: ch?.pid };
      }
    }
  };

  // Commands run side by side when they are sent without waiting: answers carry the number of their command.
  const running = new Set<Promise<void>>();
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as Command & { id: number };
    const work = run(command).then(
      (answer) => say({ ...(answer as object), id: command.id }),
      (error) =>
        say({
          id: command.id,
          error: isFootingError(error) ? error.code : 'other',
          message: (error as Error).message,
          ...(process.env.FAULTS_DEBUG && { stack: (error as Error).stack }),
        }),
    );
    running.add(work);
    void work.finally(() => running.delete(work));
  }
  await Promise.all(running);
  await footing.close();
  say({ closed: true });
} catch (error) {
  say({
    error: isFootingError(error) ? error.code : 'other',
    message: (error as Error).message,
    ...(process.env.FAULTS_DEBUG && { stack: (error as Error).stack }),
  });
  process.exitCode = 3;
}
