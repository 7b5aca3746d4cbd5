import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isFootingError } from '../kernel/errors.ts';
import { detect } from './detect.ts';
import { validateFile } from './intake.ts';
import { parseRows } from './jsonRows.ts';
import { CELL_BYTES_MAX } from './limits.ts';
import { readRow } from './readRow.ts';
import { REASON, wordsOf } from './reasons.ts';
import { rejectsFile, rejectsOptions } from './rejects.ts';
import { STRICT_STREAM, TEST_STREAM } from './testing/definition.ts';
import { readAll, testFolder, xlsxFile } from './testing/files.ts';
import type { ReadOptions } from './types.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeAll(async () => {
  folder = await testFolder();
});
afterAll(() => folder.close());

const HEADER = 'external_id,entity,activity,quantity,unit,start_date\n';
let files = 0;
const file = (content: string | Uint8Array): Promise<string> => folder.file(`f${files++}`, content);
const read = async (content: string | Uint8Array, given: ReadOptions = {}) =>
  readAll(await file(content), TEST_STREAM, given);
/** Reasons why the quantity `cell` is refused; empty when it is taken. */
const quantity = async (cell: string, given: ReadOptions = {}): Promise<string[]> => {
  const { rejects } = await read(`${HEADER}1,A,B,"${cell}",kWh,2024-01-01\n`, given);
  return rejects.flatMap((row) =>
    row.problems.map((problem) => `${problem.column}: ${problem.reason} / ${problem.remedy ?? ''}`),
  );
};
const failure = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (isFootingError(error)) return error;
    throw error;
  }
  throw new Error('expected a FootingError');
};

describe('headers', () => {
  test('an empty file is malformed', async () => {
    for (const content of ['', '\n\n', '\uFEFF', gzipSync('')]) {
      expect((await failure(read(content))).code).toBe('malformed');
    }
  });

  test('a header without rows is valid and said so', async () => {
    for (const content of [HEADER, HEADER.trimEnd()]) {
      const { detected, counts } = await read(content);
      expect(detected.report.headerOnly).toBe(true);
      expect(counts).toEqual({ rows: 0, accepted: 0, rejected: 0 });
    }
  });

  test('a first row that is longer than what detection looks at is a row', async () => {
    const long = 'x'.repeat(10 * CELL_BYTES_MAX);
    const { detected, counts, rejects } = await read(`${HEADER}1,${long},B,1,kWh,2024-01-01\n2,A,B,1,kWh,2024-01-01\n`);
    expect(detected.report.headerOnly).toBe(false);
    expect(counts).toEqual({ rows: 2, accepted: 1, rejected: 1 });
    expect(rejects[0]?.problems[0]?.reason).toMatch(/longer than/);
  });

  test('a text file that calls itself XLSX is not read as CSV', async () => {
    const path = await file(`${HEADER}1,A,B,5,kWh,2024-01-01\n`);
    const named = await failure(detect(path, TEST_STREAM, { fileName: 'fake.xlsx' }));
    expect([named.code, named.message]).toEqual(['unsupported', 'This is not an XLSX file, whatever its name says']);
    const said = await failure(detect(path, TEST_STREAM, { format: 'xlsx' }));
    expect([said.code, said.message]).toEqual(['unsupported', 'This is not an XLSX file']);
    const { options } = await detect(path, TEST_STREAM, { fileName: 'fake.xlsx', format: 'csv' });
    expect(options.format).toBe('csv');
  });

  test('unknown, doubled and missing columns are all named at once, with suggestions', async () => {
    const error = await failure(read('external_id,entitty,activity,activity,colour\n1,a,b,c,d\n'));
    expect(error.code).toBe('invalid');
    const byField = Object.fromEntries(error.problems.map((problem) => [problem.field, problem]));
    expect(byField.entitty?.remedy).toMatch(/did you mean entity\?/);
    expect(byField.activity?.reason).toMatch(/twice/);
    expect(byField.colour?.remedy).toMatch(/null to leave it out on purpose/);
    expect(byField.start_date?.reason).toMatch(/required/);
    expect(error.problems).toHaveLength(5);
    // The list of columns is long: it is said once, not at every header.
    expect(JSON.stringify(error.problems)).not.toContain('data_quality');
    expect(error.remedy).toContain('data_quality');
  });

  test('aliases, other spellings, mapping and columns left out on purpose', async () => {
    const content =
      'Ref,Entity,Activity Type,QUANTITY,Unit,Start-Date,colour,attributes.Site\n1,A,B,5,kWh,2024-01-01,red,X\n';
    const { detected, counts } = await read(content, { mapping: { Ref: 'external_id', colour: null } });
    expect(counts.accepted).toBe(1);
    expect(detected.options.mapping).toEqual({
      Ref: 'external_id',
      Entity: 'entity',
      'Activity Type': 'activity',
      QUANTITY: 'quantity',
      Unit: 'unit',
      'Start-Date': 'start_date',
      colour: null,
      'attributes.Site': 'attributes.Site',
    });
    expect(detected.report.leftOut).toEqual(['colour']);
  });
});

describe('numbers and dates', () => {
  test('1.234,56 is refused under either decimal mark, naming the remedy', async () => {
    expect(await quantity('1.234,56')).toEqual([
      expect.stringMatching(/thousands.*without them: 1234\.56; .*write 1234,56 and name it: decimal ","/),
    ]);
    expect(await quantity('1234,56')).toEqual([expect.stringMatching(/decimal mark of this file is ".".*decimal ","/)]);
    expect(await quantity('1.234,56', { decimal: ',' })).toEqual([expect.stringMatching(/without them: 1234,56$/)]);
    expect(await quantity('1234,56', { decimal: ',' })).toEqual([]);
    expect(await quantity('1,234.56')).toEqual([expect.stringMatching(/without them: 1234\.56$/)]);
  });

  test('an amount in a column of cents is told how it is written in cents', () => {
    const column = { name: 'amount_in_cents', type: 'cents', description: '', example: '1250' } as const;
    const remedy = (code: number, value: string) =>
      wordsOf(code, column, value, { decimal: '.', dateOrder: 'iso' }).remedy;
    expect(remedy(REASON.notWhole, '100.50')).toBe('write whole cents: 10050');
    expect(remedy(REASON.otherDecimalMark, '100,50')).toBe('write whole cents: 10050');
    expect(remedy(REASON.otherDecimalMark, '-0,5')).toBe('write whole cents: -50');
    expect(remedy(REASON.notWhole, '1.005')).toBe('write whole cents: 12.50 EUR as 1250');
  });

  test('what is no finite, plain, exact number is refused with its reason', async () => {
    expect(await quantity('NaN')).toEqual([expect.stringMatching(/finite/)]);
    expect(await quantity('inf')).toEqual([expect.stringMatching(/finite/)]);
    expect(await quantity('-Infinity')).toEqual([expect.stringMatching(/finite/)]);
    expect(await quantity('1e5')).toEqual([expect.stringMatching(/exponent/)]);
    expect(await quantity('1'.repeat(40))).toEqual([expect.stringMatching(/26 digits/)]);
    expect(await quantity('0.1234567890123')).toEqual([expect.stringMatching(/12 decimals/)]);
    expect(await quantity('12 kg')).toEqual([expect.stringMatching(/not a number/)]);
    for (const taken of ['-5', '+5.5', ' 7 ', '.5', '5.', '0.123456789012000', '9'.repeat(26)])
      expect(await quantity(taken)).toEqual([]);
  });

  test('days that do not exist, and other orders only when told', async () => {
    const day = async (cell: string, dateOrder?: 'dmy' | 'mdy') =>
      (await read(`${HEADER}1,A,B,5,kWh,${cell}\n`, dateOrder === undefined ? {} : { dateOrder })).rejects[0]
        ?.problems[0];
    expect((await day('31/02/2024'))?.remedy).toMatch(/date_order "dmy"/);
    const instant = { name: 'date', type: 'datetime', description: '', example: '' } as const;
    expect(wordsOf(REASON.notADatetime, instant, '31.01.2024', { decimal: '.', dateOrder: 'iso' }).remedy).toMatch(
      /date_order "dmy"/,
    );
    expect((await day('31/02/2024', 'dmy'))?.reason).toMatch(/no such day/);
    expect((await day('2024-02-30'))?.reason).toMatch(/no such day/);
    expect((await day('1899-12-31'))?.reason).toMatch(/1900-01-01/);
    expect(await day('2024-02-29')).toBeUndefined();
    expect(await day('29.02.2024', 'dmy')).toBeUndefined();
    expect((await day('29/02/2024', 'mdy'))?.reason).toMatch(/no such day/);
  });

  test('a decimal comma is detected only where nothing else can be meant', async () => {
    const semicolons = (cells: string[]) =>
      `${HEADER.replaceAll(',', ';')}${cells.map((cell, i) => `${i};A;B;${cell};kWh;2024-01-01\n`).join('')}`;
    expect((await read(semicolons(['1,5', '2']))).detected.options.decimal).toBe(',');
    const ambiguous = await read(semicolons(['1,234', '5']));
    expect(ambiguous.detected.options.decimal).toBe('.');
    expect(ambiguous.rejects.map((row) => row.row)).toEqual([1]);
    expect((await read(semicolons(['1,5', '2.5']))).detected.options.decimal).toBe('.');
    // 12.000 beside 12.000,5 is twelve thousand: refused for its point, never taken as twelve.
    const german = await read(semicolons(['12.000,5', '12.000', 'abc', '900']));
    expect(german.detected.options.decimal).toBe(',');
    expect(german.rejects.map((row) => row.row)).toEqual([1, 2, 3]);
    expect((await read(semicolons(['12.000', '900']))).detected.options.decimal).toBe('.');
  });
});

describe('text and structure', () => {
  test('the same rows under every encoding', async () => {
    const content = `${HEADER}1,Zürich,Fernwärme,5,kWh,2024-01-01\r\n2,Łódź,B,6,kWh,2024-01-02\r\n`;
    const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
    const base = await read(content);
    expect(base.counts.accepted).toBe(2);
    for (const [bytes, encoding] of [
      [Buffer.from(`\uFEFF${content}`), 'utf-8'],
      [Buffer.from(content, 'utf16le'), 'utf-16le'],
      [Buffer.from(`\uFEFF${content}`, 'utf16le'), 'utf-16le'],
      [utf16be(content), 'utf-16be'],
      [utf16be(`\uFEFF${content}`), 'utf-16be'],
    ] as const) {
      const other = await read(bytes);
      expect(other.detected.options.encoding).toBe(encoding);
      expect(other.blocks).toEqual(base.blocks);
    }
    const western = content.replace('Łódź', 'Málaga');
    const windows = await read(Buffer.from(western, 'latin1'));
    expect(windows.detected.options.encoding).toBe('windows-1252');
    expect(windows.blocks).toEqual((await read(western)).blocks);
  });

  test('a broken character refuses its row, not the file', async () => {
    const content = Buffer.concat([
      Buffer.from(`${HEADER}1,Zürich Höngg,B,5,kWh,2024-01-01\n2,X`),
      Buffer.from([0xff]),
      Buffer.from(',B,5,kWh,2024-01-01\n'),
    ]);
    const { rejects, counts } = await read(content);
    expect(counts).toEqual({ rows: 2, accepted: 1, rejected: 1 });
    expect(rejects[0]).toMatchObject({
      row: 2,
      problems: [{ column: 'entity', reason: expect.stringMatching(/UTF-8/) }],
    });
  });

  test('a cell of 10 MB refuses its row, and only that', async () => {
    const { rejects, counts } = await read(
      `${HEADER}1,A,B,5,kWh,2024-01-01\n2,"${'x\n'.repeat(5 * CELL_BYTES_MAX)}",B,5,kWh,2024-01-01\n3,A,B,5,kWh,2024-01-01\n`,
    );
    expect(counts).toEqual({ rows: 3, accepted: 2, rejected: 1 });
    expect(rejects[0]?.row).toBe(2);
    expect(rejects[0]?.problems[0]?.reason).toMatch(/longer than 1048576 bytes/);
    expect(rejects[0]?.problems[0]?.value.length).toBeLessThan(200);
  });

  test('ragged rows say how many cells they have', async () => {
    const { rejects, counts } = await read(
      `${HEADER}1,A,B,5,kWh\n2,A,B,5,kWh,2024-01-01\n3,A,B,5,kWh,2024-01-01,x,y\n`,
    );
    expect(counts.accepted).toBe(1);
    expect(rejects.map((row) => [row.row, row.problems[0]?.reason])).toEqual([
      [1, 'the row has 5 cells where the header has 6'],
      [3, 'the row has 8 cells where the header has 6'],
    ]);
    expect(rejects[1]?.cells['cell 8']).toBe('y');
  });

  test('an open quote and text behind a quote are refused where they stand', async () => {
    const { rejects, counts } = await read(
      `${HEADER}1,"A" x,B,5,kWh,2024-01-01\n2,A,B,5,kWh,2024-01-01\n3,"A,B,5,kWh,2024-01-01\n4,A,B,5,kWh,2024-01-01\n`,
    );
    expect(counts).toEqual({ rows: 3, accepted: 1, rejected: 2 });
    expect(rejects.map((row) => row.row)).toEqual([1, 3]);
    expect(rejects[1]?.problems[0]?.reason).toMatch(/not closed by the end/);
  });

  test('unknown codes are refused or kept, as the column says; negative quantities are taken', async () => {
    const kept = await read(
      'external_id,entity,activity,amount,currency,start_date,country\n1,A,B,-5,XXQ,2024-01-01,zz\n',
    );
    expect(kept.counts.accepted).toBe(1);
    const path = await file(
      'id,currency,amount_in_cents,country\n1,eur,5,de\n2,XXQ,5,DE\n3,EUR,5,ZZ\n4,EUR,5.5,DE\n5,EUR,499.00,DE\n',
    );
    const strict = await readAll(path, STRICT_STREAM);
    expect(strict.rejects.map((row) => [row.row, row.problems[0]?.column])).toEqual([
      [2, 'currency'],
      [3, 'country'],
      [4, 'amount_in_cents'],
      [5, 'amount_in_cents'],
    ]);
    expect(strict.rejects[3]?.problems[0]?.remedy).toBe(
      'write whole cents: 49900; if the file has whole units, say so: amounts "units"',
    );
    // An entry of a version that took it is read as it was.
    const { amounts: _, ...before } = strict.detected.options;
    const refused: number[] = [];
    await validateFile(path, STRICT_STREAM, before, (rows) => void refused.push(...rows.map(({ row }) => row)));
    expect(refused).toEqual([2, 3, 4]);
    const row = { id: '1', currency: 'EUR', amount_in_cents: '499.00' };
    expect(parseRows(STRICT_STREAM, [row])[0]?.problems).toHaveLength(1);
    expect(parseRows(STRICT_STREAM, [row], 'stated')[0]?.row.values).toMatchObject({ amount_in_cents: 499n });
  });

  test('amounts in whole units are made minor units by the currency of their row', async () => {
    const rows = [
      ['EUR', '499.00', 49900n],
      ['EUR', '-0.5', -50n],
      ['EUR', '12', 1200n],
      ['JPY', '1250', 1250n],
      ['JPY', '1250.00', 1250n],
      ['KWD', '1.005', 1005n],
      ['USD', '92233720368547758.07', 9223372036854775807n],
      ['EUR', '12.345', 'the amount has more decimals than its currency; nothing is rounded here'],
      ['EUR', '1.000', 'the amount has more decimals than its currency; nothing is rounded here'],
      ['JPY', '12.5', 'the amount has more decimals than its currency; nothing is rounded here'],
      ['EUR', '1,234.50', 'thousands separators are not taken'],
      ['EUR', '.', 'not a number'],
      ['EUR', '92233720368547758.08', 'beyond the range of 64-bit whole numbers'],
      ['EUR', '', 'a value is required and the cell is empty'],
    ] as const;
    const inCents = async (lines: [string, bigint][]) => {
      const stated = lines.map(([currency, cents], i) => `${i},${currency},${cents}`);
      return (await readAll(await file(`id,currency,amount_in_cents\n${stated.join('\n')}\n`), STRICT_STREAM)).blocks;
    };
    // The currency may stand behind the amount, or be read before it.
    for (const header of ['id,amount_in_cents,currency', 'id,currency,amount_in_cents']) {
      const lines = rows.map(([currency, amount], i) =>
        header.endsWith('currency') ? `${i},"${amount}",${currency}` : `${i},${currency},"${amount}"`,
      );
      const path = await file(`${header}\n${lines.join('\n')}\n`);
      const { blocks, rejects, detected } = await readAll(path, STRICT_STREAM, { amounts: 'units' });
      expect(blocks).toEqual(
        await inCents(rows.flatMap(([currency, , cents]) => (typeof cents === 'bigint' ? [[currency, cents]] : []))),
      );
      expect(rejects.map((row) => row.problems[0]?.reason)).toEqual(
        rows.flatMap(([, , wanted]) => (typeof wanted === 'string' ? [wanted] : [])),
      );
      expect(detected.options.amounts).toBe('units');
    }
    const commas = await readAll(await file('id;currency;amount_in_cents\n0;EUR;1234,50\n1;EUR;7\n'), STRICT_STREAM, {
      amounts: 'units',
    });
    expect(commas.blocks).toEqual(
      await inCents([
        ['EUR', 123450n],
        ['EUR', 700n],
      ]),
    );
    const unknown = await readAll(await file('id,currency,amount_in_cents\n1,XXQ,5.00\n'), STRICT_STREAM, {
      amounts: 'units',
    });
    expect(unknown.rejects[0]?.problems.map(({ column }) => column)).toEqual(['currency']);
    const none = await failure(read(`${HEADER}1,A,B,5,kWh,2024-01-01\n`, { amounts: 'units' }));
    expect(none.problems).toMatchObject([{ field: 'amounts', value: 'units' }]);
  });

  test('rules over several columns', async () => {
    const { rejects } = await read(
      'external_id,entity,activity,quantity,unit,start_date,end_date\n1,A,B,5,,2024-01-01,\n2,A,B,5,kg,2024-01-02,2024-01-01\n3,A,B,5,kg,2024-01-02,2024-01-02\n',
    );
    expect(rejects.map((row) => [row.row, row.problems[0]?.reason])).toEqual([
      [1, 'a quantity with its unit, or an amount with its currency, is required'],
      [2, 'the last day is before the first'],
    ]);
  });
});

describe('damaged and hostile files', () => {
  const many = `${HEADER}${Array.from({ length: 20_000 }, (_, i) => `${i},A,B,${i * 7919},kWh,2024-01-01\n`).join('')}`;

  test('gzip that is cut short or damaged is malformed', async () => {
    const whole = gzipSync(many);
    expect((await failure(read(whole.subarray(0, whole.length - 2000)))).message).toMatch(/cut short/);
    const damaged = Buffer.from(whole);
    damaged[whole.length >> 1]! ^= 0xff;
    expect((await failure(read(damaged))).code).toBe('malformed');
    expect((await read(whole)).counts.accepted).toBe(20_000);
  });

  test('gzip and XLSX bombs are stopped', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(HEADER), Buffer.alloc(100 * 1024 * 1024, '\n')]));
    expect((await failure(read(bomb))).code).toBe('too_large');
    const cells = ['external_id', 'entity', 'activity', 'quantity', 'unit', 'start_date'].map(
      (name) => `<c t="str"><v>${name}</v></c>`,
    );
    const sheet = xlsxFile(`<row>${cells.join('')}</row>${' '.repeat(100 * 1024 * 1024)}`);
    expect((await failure(read(sheet))).code).toBe('too_large');
  });

  test('other kinds of files are named', async () => {
    expect((await failure(read(Buffer.from('d0cf11e0a1b11ae1', 'hex')))).message).toMatch(/\.xls/);
    expect((await failure(read('[{"external_id": "1"}, '))).message).toMatch(/cut short/);
    expect((await failure(read(Buffer.from('PK\u0003\u0004 nothing more')))).code).toBe('malformed');
  });

  test('XLSX cells with errors, and formulas without result, refuse their row', async () => {
    const row = (quantity: string) =>
      `<row><c t="str"><v>1</v></c><c t="str"><v>A</v></c><c t="str"><v>B</v></c>${quantity}<c t="str"><v>kWh</v></c><c s="1"><v>45292</v></c></row>`;
    const header = `<row>${HEADER.trim()
      .split(',')
      .map((name) => `<c t="str"><v>${name}</v></c>`)
      .join('')}</row>`;
    const { rejects, counts } = await read(
      xlsxFile(
        header +
          row('<c t="e"><v>#REF!</v></c>') +
          row('<c><f>A1</f></c>') +
          row('<c><f>A1</f><v>4.3499999999999996</v></c>'),
      ),
    );
    expect(counts.accepted).toBe(1);
    expect(rejects.map((reject) => reject.problems[0]?.reason)).toEqual([
      'the cell holds the error #REF!',
      'the cell has a formula without a stored result',
    ]);
  });
});

test('rows of a file are found again, with and without index', async () => {
  const path = await file(
    `${HEADER}${Array.from({ length: 5000 }, (_, i) => `id${i},"A, ""q""\n${i}",B,${i},kWh,2024-01-01\n`).join('')}`,
  );
  const { index, detected } = await readAll(path, TEST_STREAM, {}, { chunkBytes: 10_000 });
  expect(index.length).toBeGreaterThan(5);
  for (const row of [1, 2, 3777, 5000]) {
    for (const known of [index, []]) {
      const cells = await readRow(path, TEST_STREAM, detected.options, row, known);
      expect(cells.external_id).toBe(`id${row - 1}`);
      expect(cells.entity).toBe(`A, "q"\n${row - 1}`);
    }
  }
  expect((await failure(readRow(path, TEST_STREAM, detected.options, 5001, index))).code).toBe('not_found');
});

test('a rejects file is corrected and imported again', async () => {
  const path = await file(
    'external_id;entity;activity;quantity;unit;start_date\n1;A;"B; c";x;kWh;2024-01-01\n2;A;B;1;kWh;2024-01-01\n3;A;B;1;kWh;2024-13-01\n',
  );
  const { detected } = await readAll(path, TEST_STREAM);
  const parts: Buffer[] = [];
  for await (const part of rejectsFile(path, TEST_STREAM, detected.options)) parts.push(Buffer.from(part));
  const text = Buffer.concat(parts).toString();
  expect(text.split('\r\n')[0]).toBe(
    'external_id;entity;activity;quantity;unit;start_date;footing_row;footing_problems',
  );
  expect(text.split('\r\n')).toHaveLength(4);
  const corrected = await file(text.replace(';x;', ';5;').replace('2024-13-01', '2024-12-01'));
  const again = await readAll(corrected, TEST_STREAM);
  expect(again.counts).toEqual({ rows: 2, accepted: 2, rejected: 0 });
  expect(again.detected.report.leftOut).toEqual(['footing_row', 'footing_problems']);
  expect((await detect(corrected, TEST_STREAM, rejectsOptions(detected.options))).options.delimiter).toBe(';');
});
