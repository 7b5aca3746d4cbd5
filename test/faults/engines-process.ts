/**
 * A program that opens the engines of a folder, for the tests that kill it or run it as someone else. Speaks lines of JSON:
 * prints what it started, then waits until its input ends and closes. `put BYTES` on its input stores evidence.
 */
import '../../src/kernel/compiler.ts';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { engineParts, loadConfig, openEngines } from '../../src/engines/index.ts';
import { isFootingError } from '../../src/kernel/errors.ts';

const say = (value: unknown) => console.log(JSON.stringify(value));
const failure = (error: unknown) => ({
  error: isFootingError(error) ? error.code : 'other',
  message: (error as Error).message,
  remedy: isFootingError(error) ? error.remedy : undefined,
});

try {
  const started = Date.now();
  const engines = await openEngines(loadConfig({ ...process.env, FOOTING_LOG_LEVEL: 'fatal' }));
  const milliseconds = Date.now() - started;
  const { postgres, clickhouse } = engineParts(engines);
  await engines.pg.query('CREATE TABLE IF NOT EXISTS acknowledged (n integer PRIMARY KEY)');
  await engines.clickhouse.client('default').command({
    query: 'CREATE TABLE IF NOT EXISTS acknowledged (n UInt32) ENGINE = MergeTree ORDER BY n',
  });
  say({
    pid: process.pid,
    uid: process.getuid?.(),
    postgres: postgres?.pid,
    clickhouse: clickhouse?.pid,
    milliseconds,
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, argument] = line.split(' ');
    try {
      if (verb === 'put') say(await engines.evidence.put(zeros(Number(argument))));
      else if (verb === 'row') {
        await engines.pg.query('INSERT INTO acknowledged VALUES ($1)', [argument]);
        await engines.clickhouse
          .client('default')
          .insert({ table: 'acknowledged', values: [{ n: Number(argument) }], format: 'JSONEachRow' });
        say({ acknowledged: Number(argument) });
      } else if (verb === 'fill') {
        const query = `INSERT INTO acknowledged SELECT rand64() FROM numbers(${Number(argument)})`;
        await engines.clickhouse.client('default').command({ query });
        say({ filled: true });
      }
    } catch (error) {
      say(failure(error));
    }
  }
  await engines.close();
  say({ closed: true });
} catch (error) {
  say(failure(error));
  process.exitCode = 3;
}

function zeros(bytes: number): Readable {
  const chunk = Buffer.alloc(1024 * 1024);
  return Readable.from(
    (function* () {
      for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
    })(),
  );
}
