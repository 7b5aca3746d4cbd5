import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatClause, insertFromFile, quote, statementKind, substituteParameters, tokenize } from './sql.ts';

const piece = fc.oneof(
  fc.constantFrom(
    "'",
    '"',
    '`',
    '\\',
    '{',
    '}',
    ':',
    '/*',
    '*/',
    '--',
    '\n',
    ';',
    '$$',
    'FORMAT',
    'SETTINGS',
    'VALUES',
    ' ',
  ),
  fc.string(),
);

test('tokens put together are the text, whatever it is', () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const sql = pieces.join('');
      const tokens = tokenize(sql);
      expect(tokens.map((token) => token.text).join('')).toBe(sql);
    }),
  );
});

test('any text becomes exactly one literal token', () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(tokenize(quote(pieces.join('')))).toHaveLength(1);
    }),
  );
});

test('parameters are replaced outside of literals and comments only', () => {
  const values = new Map([
    ['a', "it\\'s"],
    ['t', 'x`y'],
  ]);
  expect(substituteParameters("SELECT {a:String}, '{a:String}', `{a:String}` -- {a:String}\n", values)).toBe(
    "SELECT _CAST('it\\'s', 'String'), '{a:String}', `{a:String}` -- {a:String}\n",
  );
  expect(substituteParameters('SELECT * FROM {t:Identifier}', values)).toBe('SELECT * FROM `x\\`y`');
  expect(substituteParameters("SELECT {a:Enum8('p' = 1)}", values)).toBe(
    "SELECT _CAST('it\\'s', 'Enum8(\\'p\\' = 1)')",
  );
  expect(() => substituteParameters('SELECT {missing:String}', values)).toThrow(/Code: 456.*missing/);
});

test('an INSERT that data follows reads them from the file', () => {
  expect(insertFromFile('INSERT INTO t (a, b) FORMAT Native', '/f')).toBe(
    "INSERT INTO t (a, b) FROM INFILE '/f' COMPRESSION 'none' FORMAT Native",
  );
  expect(insertFromFile('insert into `FORMAT` (`SETTINGS`) SETTINGS async_insert = 0 format CSV ;', '/f')).toBe(
    "insert into `FORMAT` (`SETTINGS`) FROM INFILE '/f' COMPRESSION 'none' SETTINGS async_insert = 0 format CSV",
  );
  expect(insertFromFile('INSERT INTO t SELECT 1', '/f')).toBeUndefined();
  expect(insertFromFile('SELECT 1 FORMAT CSV', '/f')).toBeUndefined();
});

test('the kind and the format of a statement', () => {
  expect(statementKind('/* x */ -- y\n (select 1)')).toBe('SELECT');
  expect(statementKind('with 1 as x select x')).toBe('WITH');
  expect(statementKind('')).toBe('');
  expect(formatClause("SELECT 'FORMAT CSV' FORMAT JSONEachRow ; ")).toBe('JSONEachRow');
  expect(formatClause("SELECT 'FORMAT CSV'")).toBeUndefined();
});
