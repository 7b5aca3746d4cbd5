import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import { diagnose, type Engines } from './index.ts';

let engines: Engines;
let database: string;
beforeAll(async () => {
  engines = await testEngines();
  database = `${engines.config.ledgerPrefix}engines`;
  await engines.clickhouse.client('default').command({ query: `CREATE DATABASE ${database}` });
});
afterAll(() => engines.close());

async function rows<T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
  const result = await engines.clickhouse.client(database).query({ query, query_params, format: 'JSONEachRow' });
  return await result.json<T>();
}

/** The bytes of a query's result in Native format, as one block. */
async function native(query: string): Promise<Uint8Array> {
  const url = new URL(engines.clickhouse.url);
  const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`;
  const body = `${query} SETTINGS max_block_size = 10000000 FORMAT Native`;
  const response = await fetch(`http://${url.host}/`, { method: 'POST', headers: { authorization }, body });
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

test('PostgreSQL sorts by code point', async () => {
  const answer = await engines.pg.query("SELECT v FROM (VALUES ('b'), ('B'), ('ä'), ('a')) t (v) ORDER BY v");
  expect(answer.rows.map((row) => row.v)).toEqual(['B', 'a', 'b', 'ä']);
});

test('any text survives as a query parameter', async () => {
  const hostile = ["'; DROP TABLE t; --", '\\', "\\'", '{b:String}', 'a\tb\nc\n\nd\0e', '`x`', '/* */ --', '\\N', ''];
  const text = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      // Lone surrogates are no text in UTF-8.
      fc.pre(value.isWellFormed());
      const answer = await rows(
        `SELECT {b:String} AS b, '{b:String}' AS literal /* {c:String} */,
           {list:Array(String)} AS list, {none:Nullable(String)} AS none`,
        { b: value, list: [value, 'x'], none: null },
      );
      expect(answer).toEqual([{ b: value, literal: '{b:String}', list: [value, 'x'], none: null }]);
    }),
    { numRuns: 60 },
  );
});

test('parameters of other types, and identifiers', async () => {
  await engines.clickhouse.client(database).command({ query: 'CREATE TABLE `odd``name` (n UInt8) ENGINE = Memory' });
  const [answer] = await rows(
    `SELECT {n:UInt64} AS n, {d:Decimal(38, 12)} AS d, {day:Date} AS day, {m:Map(String, String)} AS m,
       (SELECT count() FROM {t:Identifier}) AS c`,
    {
      n: '18446744073709551615',
      d: '12345678901234567890.123456789012',
      day: '2025-02-28',
      m: { "k'": 'v' },
      t: 'odd`name',
    },
  );
  expect(answer).toEqual({
    n: '18446744073709551615',
    d: '12345678901234567890.123456789012',
    day: '2025-02-28',
    m: { "k'": 'v' },
    c: '0',
  });
});

test('parameters of simultaneous queries are not mixed up', async () => {
  const asked = Array.from({ length: 200 }, (_, i) => `value ${i}`);
  const answers = await Promise.all(asked.map((v) => rows<{ v: string }>('SELECT {v:String} AS v', { v })));
  expect(answers.map((answer) => answer[0]?.v)).toEqual(asked);
});

test('native blocks of any bytes arrive whole, defaults fill absent columns', async () => {
  await engines.clickhouse.client(database).command({
    query: `CREATE TABLE native (
        a String, l LowCardinality(String), n Nullable(Int64), q Nullable(Decimal(38, 12)), m Map(String, String),
        h UInt64 DEFAULT cityHash64(l, a), d String DEFAULT 'default'
      ) ENGINE = MergeTree ORDER BY h`,
  });
  // Zero bytes and double newlines: what text protocols stumble over. Int64 2570 is two newlines as well.
  const columns = ['a', 'l', 'n', 'q', 'm'];
  const select = (count: number) =>
    `SELECT concat('a\\0\\n\\nb', toString(number)) AS a, toString(number % 7) AS l,
       if(number % 3 = 0, NULL, toInt64(number)) AS n, toNullable(toDecimal128(number, 12)) AS q,
       map('k', toString(number)) AS m
     FROM numbers(${count})`;
  for (const count of [1, 5_000, 400_000]) {
    await engines.clickhouse.insertNative(database, 'native', columns, await native(select(count)));
    const [found] = await rows<Record<string, string>>(
      `SELECT count() AS count, countIf(a = concat('a\\0\\n\\nb', toString(toInt64(q)))) AS whole,
         countIf(n IS NULL) AS absent, sum(toInt64(q)) AS total, countIf(h = cityHash64(l, a) AND d = 'default') AS filled,
         countIf(m['k'] = toString(toInt64(q))) AS mapped
       FROM native`,
    );
    expect(found).toEqual({
      count: String(count),
      whole: String(count),
      absent: String(Math.ceil(count / 3)),
      total: String((count * (count - 1)) / 2),
      filled: String(count),
      mapped: String(count),
    });
    await engines.clickhouse.client(database).command({ query: 'TRUNCATE TABLE native' });
  }
}, 60_000);

test('a torn native block is refused and leaves nothing', async () => {
  await engines.clickhouse
    .client(database)
    .command({ query: 'CREATE TABLE torn (n UInt64) ENGINE = MergeTree ORDER BY n' });
  const block = await native('SELECT number AS n FROM numbers(1000)');
  await expect(engines.clickhouse.insertNative(database, 'torn', ['n'], block.subarray(0, 5000))).rejects.toThrow();
  await expect(engines.clickhouse.insertNative(database, 'torn', ['n'], randomBytes(300))).rejects.toThrow();
  expect(await rows('SELECT count() AS c FROM torn')).toEqual([{ c: '0' }]);
});

test('rows inserted by the client, with newlines in them, come back', async () => {
  const client = engines.clickhouse.client(database);
  await client.command({ query: 'CREATE TABLE texts (n UInt32, t String) ENGINE = MergeTree ORDER BY n' });
  const values = ['a\n\nb', "'); --", 'FORMAT CSV', '𝄞'].map((t, n) => ({ n, t }));
  await client.insert({ table: 'texts', values, format: 'JSONEachRow' });
  expect(await rows('SELECT n, t FROM texts ORDER BY n')).toEqual(values);
});

test('the remains of a failed result never reach the next one', async () => {
  for (let i = 0; i < 12; i++) {
    const failing = engines.clickhouse
      .client(database)
      .query({ query: 'SELECT throwIf(number = 150000) FROM numbers(200000)', format: 'JSON' });
    await expect(failing).rejects.toThrow(/throwIf/);
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  }
});

test('settings of one request do not stay for the next', async () => {
  const client = engines.clickhouse.client(database);
  const ask = async (clickhouse_settings = {}) => {
    const query = "SELECT toString(getSetting('max_threads')) AS t, toString(getSetting('max_execution_time')) AS s";
    return await (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json();
  };
  const before = await ask();
  expect(await ask({ max_threads: 1, max_execution_time: 7 })).toEqual([{ t: '1', s: '7' }]);
  for (let i = 0; i < 10; i++) expect(await ask()).toEqual(before);
});

test('parameters may be as long as lists of keys are', async () => {
  const client = engines.clickhouse.client(database);
  const numbers = Array.from({ length: 50_000 }, (_, i) => 10n ** 18n + BigInt(i));
  const texts = ['tab\t', "it's", 'back\\slash', 'line\r\nfeed', 'ü€🧾', '--boundary', ...numbers.map(String)];
  const result = await client.query({
    query: `SELECT sum({numbers:Array(UInt64)}[i] % 1000000) AS sum, length({texts:Array(String)}) AS texts,
              arraySlice({texts:Array(String)}, 1, 6) AS first
            FROM (SELECT arrayJoin(range(1, 50001)) AS i)`,
    query_params: { numbers, texts },
    format: 'JSONEachRow',
    clickhouse_settings: { max_query_size: '67108864', max_threads: 1 },
  });
  expect(await result.json()).toEqual([
    { sum: String((49_999 * 50_000) / 2), texts: '50006', first: texts.slice(0, 6) },
  ]);
  await client.command({
    query: `CREATE TABLE long_parameters ENGINE = MergeTree ORDER BY tuple() AS SELECT arrayJoin({numbers:Array(UInt64)}) AS n`,
    query_params: { numbers: numbers.slice(0, 5_000) },
  });
  expect(await rows(`SELECT count() AS c FROM ${database}.long_parameters`)).toEqual([{ c: '5000' }]);
});

test('a large result streams, and a reader that leaves ends its query', async () => {
  const client = engines.clickhouse.client(database);
  const result = await client.query({ query: 'SELECT number FROM numbers(2000000)', format: 'JSONCompactEachRow' });
  let count = 0;
  for await (const part of result.stream()) count += (part as unknown[]).length;
  expect(count).toBe(2_000_000);
  const abort = new AbortController();
  const query = 'SELECT sum(sipHash64(number)) FROM numbers(1000000000000)';
  const endless = client.query({ query, abort_signal: abort.signal });
  setTimeout(() => abort.abort(), 200);
  await expect(endless).rejects.toThrow();
  await expect
    .poll(
      () =>
        rows(
          "SELECT count() AS c FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%processes%'",
        ),
      {
        timeout: 10_000,
      },
    )
    .toEqual([{ c: '0' }]);
});

test('limits answer with a remedy', async () => {
  const client = engines.clickhouse.client(database);
  const slow = client.query({
    query: 'SELECT sum(sipHash64(number)) FROM numbers(1000000000000)',
    clickhouse_settings: { max_execution_time: 1 },
  });
  await expect(slow).rejects.toMatchObject({ code: 'busy', remedy: expect.stringContaining('FOOTING_QUERY_SECONDS') });
  const large = client.query({
    query: 'SELECT groupArray(toString(number)) FROM numbers(100000000)',
    clickhouse_settings: { max_memory_usage: '100000000' },
  });
  await expect(large).rejects.toMatchObject({
    code: 'busy',
    remedy: expect.stringContaining('FOOTING_QUERY_MEMORY_MIB'),
  });
});

test('a wrong password is refused', async () => {
  const url = new URL(engines.clickhouse.url);
  for (const authorization of ['', `Basic ${btoa(`${url.username}:wrong`)}`]) {
    const response = await fetch(`http://${url.host}/?query=SELECT+1`, { headers: { authorization } });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('AUTHENTICATION_FAILED');
  }
});

test('GET may only read and several statements are refused; neither leaves a trace on later requests', async () => {
  const url = new URL(engines.clickhouse.url);
  const headers = { authorization: `Basic ${btoa(`${url.username}:${url.password}`)}` };
  const send = async (method: string, query: string) =>
    await (await fetch(`http://${url.host}/?query=${encodeURIComponent(query)}`, { method, headers })).text();
  for (let i = 0; i < 10; i++) {
    expect(await send('GET', `CREATE TABLE ${database}.read_only (n UInt8) ENGINE = Memory`)).toContain('READONLY');
    expect(await send('GET', 'SELECT 1')).toBe('1\n');
    expect(await send('POST', 'SELECT 1; SELECT 2')).toContain('Multi-statements');
    expect(await send('POST', `CREATE OR REPLACE TABLE ${database}.written (n UInt8) ENGINE = Memory`)).toBe('');
  }
});

test('diagnose finds the stores well', async () => {
  const found = await diagnose(engines);
  expect(found.postgres).toMatchObject({ kind: 'remote', version: expect.stringMatching(/^1[89]/) });
  expect(found.clickhouse.databases).toContainEqual({ name: database, bytes: expect.any(Number) });
  expect(found.postgres.settings).toMatchObject({ fsync: 'on', synchronous_commit: 'on', server_encoding: 'UTF8' });
  expect(found.home.mode).toBe('0700');
  expect(found.problems.filter((p) => p.field !== 'FOOTING_HOME' && p.field !== 'memory')).toEqual([]);
});
