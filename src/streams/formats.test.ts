import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/index.ts';
import { clickhouseTable } from './describe.ts';
import { type BlockRow, encodeRows, parseRows } from './jsonRows.ts';
import { blockColumns } from './rows.ts';
import { STRICT_STREAM, TEST_STREAM } from './testing/definition.ts';
import { parquetOfRows, readAll, testFolder, xlsxOfRows } from './testing/files.ts';
import type { StreamDefinition } from './types.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
let engines: Engines;
const database = () => `${engines.config.ledgerPrefix}streams`;
beforeAll(async () => {
  folder = await testFolder();
  engines = await testEngines();
  await engines.clickhouse.client('default').command({ query: `CREATE DATABASE ${database()}` });
  for (const stream of [TEST_STREAM, STRICT_STREAM]) {
    await engines.clickhouse.client(database()).command({ query: clickhouseTable(stream) });
  }
});
afterAll(async () => {
  await engines.close();
  await folder.close();
});

/** Inserts blocks into the stream's empty table and reads its rows back as strings, in order of rows. */
async function stored(stream: StreamDefinition, blocks: readonly Uint8Array[]): Promise<Record<string, unknown>[]> {
  const client = engines.clickhouse.client(database());
  await client.command({ query: `TRUNCATE TABLE ${stream.name}` });
  for (const block of blocks)
    await engines.clickhouse.insertNative(database(), stream.name, blockColumns(stream), block);
  const result = await client.query({
    query: `
      SELECT
        origin_row,
        seq,
        origin_seq,
        sign,
        source,
        ${stream.columns.map((column) => (/text|currency|country|enum/.test(column.type) ? column.name : `toString(${column.name}) AS ${column.name}`)).join(', ')}
        ${stream.attributes === true ? ', attributes' : ''}
      FROM ${stream.name}
      ORDER BY origin_seq, origin_row`,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json<Record<string, unknown>>();
}

const HEADERS = [
  'external_id',
  'entity',
  'activity',
  'quantity',
  'unit',
  'start_date',
  'end_date',
  'notes',
  'attributes.site',
];
const ROWS = [
  ['a1', 'Zürich', 'Gas, natural', '1200.5', 'kWh', '2024-01-01', '2024-01-31', 'says "hi"', 'x'],
  ['a2', 'Lyon', 'Diesel', '-7', 'l', '2024-02-29', '', 'two\nlines', ''],
  ['a3', 'Lyon', 'Diesel', '0.000000000001', 'l', '1900-01-01', '2299-12-31', '', 'y'],
];

function csvOf(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headers, ...rows].map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
}

describe('formats', () => {
  test('every format, plain and gzipped, amounts to the same blocks', async () => {
    const objects = ROWS.map((row) =>
      Object.fromEntries(row.map((cell, i) => [HEADERS[i]!, cell === '' ? null : cell])),
    );
    const exact = JSON.stringify(objects).replaceAll('"-7"', '-7').replaceAll('"0.000000000001"', '0.000000000001');
    const contents: Record<string, string | Uint8Array> = {
      csv: csvOf(HEADERS, ROWS),
      ndjson: objects.map((object) => JSON.stringify(object)).join('\n'),
      json: exact,
      // Day numbers of Excel and the dates of Parquet timestamps reach as far as the rows need here.
      xlsx: xlsxOfRows(HEADERS, ROWS.slice(0, 2)),
      parquet: parquetOfRows(HEADERS, ROWS),
    };
    const base = await readAll(await folder.file('base.csv', contents.csv!), TEST_STREAM);
    const shorter = await readAll(await folder.file('short.csv', csvOf(HEADERS, ROWS.slice(0, 2))), TEST_STREAM);
    expect(base.counts).toEqual({ rows: 3, accepted: 3, rejected: 0 });
    for (const [format, content] of Object.entries(contents)) {
      for (const compression of ['none', 'gzip'] as const) {
        const bytes = compression === 'gzip' ? gzipSync(content) : content;
        const read = await readAll(await folder.file(`f.${format}.${compression}`, bytes), TEST_STREAM);
        expect(read.rejects).toEqual([]);
        expect(read.detected.options).toMatchObject({ format, compression });
        expect(read.blocks).toEqual(format === 'xlsx' ? shorter.blocks : base.blocks);
      }
    }
  });

  test('ClickHouse reads the blocks as what was written', async () => {
    const { blocks } = await readAll(await folder.file('base2.csv', csvOf(HEADERS, ROWS)), TEST_STREAM);
    const rows = await stored(TEST_STREAM, blocks);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      origin_row: 1,
      seq: 1,
      origin_seq: 1,
      sign: 1,
      source: 'default',
      entity: 'Zürich',
      quantity: '1200.5',
      amount: null,
      currency: '',
      start_date: '2024-01-01',
      notes: 'says "hi"',
      attributes: { site: 'x' },
    });
    expect(rows[1]).toMatchObject({ quantity: '-7', end_date: null, notes: 'two\nlines', attributes: {} });
    expect(rows[2]).toMatchObject({ quantity: '0.000000000001', start_date: '1900-01-01', end_date: '2299-12-31' });
  });

  test('fields and bad elements of JSON files are refused row by row', async () => {
    const lines = [
      '{"external_id":"1","entity":"A","activity":"B","quantity":12345678901234567890.10,"unit":"kg","start_date":"2024-01-01"}',
      '{"external_id":"2","entity":"A","activity":"B","quantity":[1],"unit":"kg","start_date":"2024-01-01"}',
      'not json',
      '{"external_id":"4","entity":"A","activity":"B","quantity":1,"unit":"kg","start_date":"2024-01-01","attributes":{"site":"x"}}',
    ];
    const many = Array.from({ length: 1000 }, (_, i) => lines[0]!.replace('"1"', `"x${i}"`));
    const late = lines[0]!.replace('"unit"', '"late":1,"unit"');
    const read = await readAll(await folder.file('bad.ndjson', [...lines, ...many, late].join('\n')), TEST_STREAM);
    expect(read.rejects.map((row) => [row.row, row.problems.map((problem) => problem.column)])).toEqual([
      [2, ['quantity']],
      [3, ['']],
      [1005, ['late']],
    ]);
    expect((await stored(TEST_STREAM, read.blocks))[0]).toMatchObject({ quantity: '12345678901234567890.1' });
  });
});

const wildText = fc.string({ unit: 'grapheme', maxLength: 12 });
const cellTexts = {
  text: fc.oneof(
    wildText,
    fc.constantFrom('', '"', '""', '\n', '\r\n', ',;', ' a ', "'; DROP TABLE activities; --", 'a"b'),
  ),
  number: fc.oneof(
    fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n }).map(String),
    fc.tuple(fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }), fc.nat(10 ** 9)).map(([a, b]) => `${a}.${b}`),
    fc.double().map(String),
    fc.constantFrom(
      '',
      '-0.000000000001',
      '+1',
      '-',
      '.',
      '1,5',
      '-4294967296',
      '-4294967296.000000',
      '9000000000',
      '9000000001.5',
    ),
  ),
  date: fc.oneof(
    fc
      .date({ min: new Date('1890-01-01'), max: new Date('2310-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
    fc.constantFrom('', '2024-02-30', '01/02/2024', '2024-01-01T00:00:00Z'),
  ),
  code: fc.constantFrom('', 'EUR', 'usd', 'XXX', 'DE', 'measured', 'Estimated', 'guess'),
};
const headersOfRow = [
  'external_id',
  'entity',
  'activity',
  'quantity',
  'unit',
  'amount',
  'currency',
  'start_date',
  'end_date',
  'country',
  'data_quality',
  'notes',
  'attributes.a',
];
const anyRow = fc.tuple(
  ...headersOfRow.map((name) =>
    /quantity|amount/.test(name) && name !== 'data_quality'
      ? cellTexts.number
      : name.endsWith('_date')
        ? cellTexts.date
        : /currency|country|data_quality/.test(name)
          ? cellTexts.code
          : cellTexts.text,
  ),
);

describe('properties', () => {
  test('file and JSON agree on every row, whatever the quoting, delimiter, newline, pieces and threads', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 4000 }),
        fc.boolean(),
        fc.boolean(),
        async (rows, delimiter, newline, chunkBytes, quoteAll, lastNewline) => {
          const cell = (text: string): string =>
            quoteAll || /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
          const text =
            [headersOfRow, ...rows].map((row) => row.map(cell).join(delimiter)).join(newline) +
            (lastNewline ? newline : '');
          const path = await folder.file(`p${run++ % 8}.csv`, text);
          const options = { encoding: 'utf-8', decimal: '.', delimiter } as const;
          const read = await readAll(path, TEST_STREAM, options, { chunkBytes });
          const parsed = parseRows(
            TEST_STREAM,
            rows.map((row) => Object.fromEntries(row.map((value, i) => [headersOfRow[i]!, value]))),
          );
          expect(read.counts.rows).toBe(rows.length);
          expect(read.rejects.map((row) => [row.row, row.problems])).toEqual(
            parsed.flatMap(({ problems }, i) => (problems.length > 0 ? [[i + 1, problems]] : [])),
          );
          for (const reject of read.rejects) expect(Object.values(reject.cells)).toEqual(rows[reject.row - 1]);
          expect(read.counts.accepted).toBe(parsed.filter(({ problems }) => problems.length === 0).length);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('what ClickHouse holds after an insert is what was parsed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 40 }), async (rows) => {
        const parsed = parseRows(
          TEST_STREAM,
          rows.map((row) => Object.fromEntries(row.map((value, i) => [headersOfRow[i]!, value]))),
        );
        const good = parsed.flatMap(({ row, problems }, i): BlockRow[] =>
          problems.length > 0
            ? []
            : [{ row, seq: 2 ** 40 + i, originSeq: 5, originRow: i + 1, sign: i % 2 === 0 ? 1 : -1, source: `s${i}` }],
        );
        if (good.length === 0) return;
        const held = await stored(TEST_STREAM, [encodeRows(TEST_STREAM, good)]);
        expect(held.map(({ seq, origin_row, sign, source }) => ({ seq, origin_row, sign, source }))).toEqual(
          good.map(({ seq, originRow, sign, source }) => ({ seq, origin_row: originRow, sign, source })),
        );
        for (const [i, { row }] of good.entries()) {
          const wanted = Object.fromEntries(
            TEST_STREAM.columns.map(({ name, type }) => [
              name,
              row.values[name] ?? (/text|currency|country|enum/.test(type) ? '' : null),
            ]),
          );
          expect(held[i]).toMatchObject({ ...wanted, attributes: row.attributes });
        }
      }),
      { numRuns: 25 },
    );
  });

  test('cents, instants, booleans and codes come back as stated', async () => {
    const { row, problems } = parseRows(STRICT_STREAM, [
      {
        id: 'L1',
        currency: 'eur',
        amount_in_cents: -9007199254740991,
        at: '2024-01-31T23:30:00.125-01:30',
        seats: '-9223372036854775808',
        country: 'fr',
        rate: '-0.5',
        day: '2024-02-29',
      },
    ])[0]!;
    expect(problems).toEqual([]);
    expect(row.values).toEqual({
      id: 'L1',
      currency: 'EUR',
      amount_in_cents: -9007199254740991n,
      at: '2024-02-01T01:00:00.125Z',
      prorated: false,
      seats: -9223372036854775808n,
      country: 'FR',
      rate: '-0.5',
      day: '2024-02-29',
    });
    const [held] = await stored(STRICT_STREAM, [
      encodeRows(STRICT_STREAM, [{ row, seq: 1, originSeq: 1, originRow: 1, sign: 1, source: 's' }]),
    ]);
    expect(held).toMatchObject({
      amount_in_cents: '-9007199254740991',
      at: '2024-02-01 01:00:00.125',
      prorated: 'false',
      seats: '-9223372036854775808',
      country: 'FR',
      rate: '-0.5',
      day: '2024-02-29',
    });
  });

  test('rows over HTTP name unknown fields, and required ones that are missing', () => {
    const [first] = parseRows(STRICT_STREAM, [
      { id: 'x', curency: 'EUR', amount_in_cents: 12.5, at: '2024-01-01T00:00:00.0001Z' },
    ]);
    expect(first!.problems.map((problem) => [problem.column, problem.remedy ?? problem.reason])).toEqual([
      ['curency', 'did you mean currency?'],
      ['amount_in_cents', 'write whole cents: 1250'],
      ['at', 'times are kept to the millisecond and nothing is rounded here'],
      ['currency', 'a value is required and the cell is empty'],
    ]);
  });
});

test('threads and piece sizes do not show in what a file amounts to', async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => [
    `id${i}`,
    `E${i % 50}`,
    'B',
    i % 1000 === 7 ? 'x' : String(i),
    'kWh',
    '2024-01-01',
    '',
    `note ${i} `.repeat(3),
    '',
  ]);
  const path = await folder.file('big.csv', csvOf(HEADERS, rows));
  const inThreads = await readAll(path, TEST_STREAM, {}, { threads: 2, chunkBytes: 700_000 });
  const here = await readAll(path, TEST_STREAM, {}, { threads: 0, chunkBytes: 100_000_000 });
  expect(inThreads.blocks.length).toBeGreaterThan(5);
  expect(inThreads.counts).toEqual({ rows: 60_000, accepted: 59_940, rejected: 60 });
  expect(inThreads.rejects).toEqual(here.rejects);
  expect(here.blocks).toHaveLength(1);
  expect(await stored(TEST_STREAM, inThreads.blocks)).toEqual(await stored(TEST_STREAM, here.blocks));
});

test('numbers of JSON files keep every digit that is written', async () => {
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.bigInt({ min: 0n, max: 10n ** 26n - 1n }),
      fc.option(fc.stringMatching(/^\d{1,12}$/)),
    )
    .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`);
  const short = fc
    .tuple(fc.nat(99_999), fc.stringMatching(/^\d{1,9}$/))
    .map(([whole, fraction]) => `${whole}.${fraction}`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(number, short), { minLength: 1, maxLength: 40 }), async (numbers) => {
      const line = (quantity: string, i: number): string =>
        `{"external_id":"${i}","entity":"A","activity":"B","quantity":${quantity},"unit":"kg","start_date":"2024-01-01"}`;
      const bare = await readAll(await folder.file('n.ndjson', numbers.map(line).join('\n')), TEST_STREAM);
      const quoted = await readAll(
        await folder.file('q.ndjson', numbers.map((text, i) => line(`"${text}"`, i)).join('\n')),
        TEST_STREAM,
      );
      expect(bare.rejects).toEqual([]);
      expect(bare.blocks).toEqual(quoted.blocks);
    }),
    { numRuns: 60 },
  );
});
