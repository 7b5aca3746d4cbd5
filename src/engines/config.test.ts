import { isAbsolute } from 'node:path';
import { expect, test } from 'vitest';
import { FootingError } from '../kernel/errors.ts';
import { loadConfig } from './config.ts';

test('nothing set is a whole configuration', () => {
  const config = loadConfig({});
  expect(isAbsolute(config.home)).toBe(true);
  expect(config).toMatchObject({ host: '127.0.0.1', port: 4600, databaseUrl: undefined, clickhouseUrl: undefined });
});

test('an empty variable is unset; overrides win', () => {
  expect(loadConfig({ DATABASE_URL: '', FOOTING_PORT: '5000' }, { port: 0 })).toMatchObject({
    databaseUrl: undefined,
    port: 0,
  });
});

test('every problem is named with variable, value and remedy, and passwords are not repeated', () => {
  const env = {
    FOOTING_PORT: '70000',
    FOOTING_LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://u:hunter2@h/db',
    FOOTING_QUERY_MEMORY_MIB: '1e3',
    FOOTING_LEDGER_PREFIX: 'x; DROP',
    CLICKHOUSE_URL: 'http://u:hunter2@h:8123/mine',
  };
  try {
    loadConfig(env);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(FootingError);
    const { problems, message } = error as FootingError;
    expect(problems.map((p) => p.field).sort()).toEqual(Object.keys(env).sort());
    for (const problem of problems) expect(problem.remedy).toBeTruthy();
    expect(problems.find((p) => p.field === 'FOOTING_PORT')?.value).toBe('70000');
    expect(message + JSON.stringify(problems)).not.toContain('hunter2');
  }
});
