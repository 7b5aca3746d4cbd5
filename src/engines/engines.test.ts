import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from './index.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

test('PostgreSQL sorts by code point and answers', async () => {
  const { rows } = await engines.pg.query("SELECT v FROM (VALUES ('b'), ('B'), ('ä'), ('a')) t (v) ORDER BY v");
  expect(rows.map((row) => row.v)).toEqual(['B', 'a', 'b', 'ä']);
});

test('hostile text survives as a query parameter', async () => {
  const hostile = [
    "'; DROP TABLE t; --",
    '\\',
    "\\'",
    '{b:String}',
    'a\tb\nc\n\nd\0e',
    '`x`',
    '/* */ --',
    '𝄞 ü',
    '\\N',
    '',
  ];
  for (const text of hostile) {
    const result = await engines.clickhouse.client('default').query({
      query:
        "SELECT {b:String} AS b, '{b:String}' AS literal /* {c:String} */, {list:Array(String)} AS list, {none:Nullable(String)} AS none",
      query_params: { b: text, list: [text, text], none: null },
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ b: text, literal: '{b:String}', list: [text, text], none: null }]);
  }
});
