/**
 * XLSX: one sheet, read as a stream; its first row that is not empty names the columns. Numbers are read as Excel shows them, with 15
 * significant digits; dates are told by the style of their cells; of formulas the stored result is taken.
 */
import { stat } from 'node:fs/promises';
import { Decimal } from 'decimal.js';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { FootingError, shown } from '../kernel/errors.ts';
import { fileBytes, gunzippedBytes } from './bytes.ts';
import { dayText } from './columns.ts';
import { HEADERS_MAX, SHARED_STRINGS_BYTES_MAX, SHEET_CELLS_MAX, XLSX_BYTES_MAX } from './limits.ts';
import { inMemory } from './parquetFiles.ts';
import { CanonicalLines, type OtherRecords } from './records.ts';
import type { ResolvedReadOptions } from './types.ts';
import { partBytes, type ZipPart, zipParts } from './zip.ts';

interface Workbook {
  file: Buffer;
  parts: Map<string, ZipPart>;
  sheets: { name: string; path: string }[];
  since1904: boolean;
  shared: string[];
  /** Of each cell style: does it show a date? */
  dateStyles: boolean[];
}

export async function xlsxRecords(
  path: string,
  options: ResolvedReadOptions,
): Promise<OtherRecords & { sheet: string }> {
  if (options.compression === 'none' && (await stat(path)).size > XLSX_BYTES_MAX) {
    throw new FootingError('too_large', `The XLSX file is larger than ${XLSX_BYTES_MAX} bytes`, {
      remedy: 'Save it as CSV.',
    });
  }
  const file = await inMemory(options.compression === 'gzip' ? gunzippedBytes(path) : fileBytes(path));
  const book = await openWorkbook(file);
  const sheet = options.sheet === null ? book.sheets[0] : book.sheets.find(({ name }) => name === options.sheet);
  if (sheet === undefined) {
    throw new FootingError('invalid', 'The workbook has no such sheet', {
      problems: [
        {
          field: 'sheet',
          value: options.sheet ?? '',
          reason: `sheets are: ${book.sheets.map(({ name }) => name).join(', ')}`,
        },
      ],
    });
  }
  const rows = sheetRows(book, sheet.path);
  let headers: string[] = [];
  for (;;) {
    const first = await rows.next();
    if (first.done === true) break;
    headers = first.value.cells.map((cell) => cell.trim());
    while (headers.at(-1) === '') headers.pop();
    if (headers.length > 0) break;
  }
  if (headers.length === 0)
    throw new FootingError('malformed', `The sheet "${sheet.name}" is empty: not even a header is there`);
  const decimal = options.decimal;
  async function* body(): AsyncGenerator<Uint8Array> {
    const lines = new CanonicalLines();
    for await (const row of rows) {
      if (row.problems.length === 0 && row.cells.every((cell) => cell === '')) continue;
      const problems = row.problems.map(({ place, ...problem }) => ({ column: headers[place] ?? '', ...problem }));
      for (const [i, cell] of row.cells.entries()) {
        if (i >= headers.length && cell !== '') {
          problems.push({
            column: '',
            value: shown(cell),
            reason: `the cell stands in column ${i + 1}, which has no header`,
          });
        }
      }
      const cells = headers.map((_, i) => {
        const cell = row.cells[i] ?? '';
        return decimal === ',' && row.numbers.has(i) ? cell.replace('.', ',') : cell;
      });
      lines.add(cells, problems);
      if (lines.full) yield lines.take();
    }
    yield lines.take();
  }
  return { headers, body: body(), sheet: sheet.name };
}

/** Names of the sheets of a workbook, in their order, without white space around them. */
export async function sheetNames(file: Buffer): Promise<string[]> {
  return (await openWorkbook(file)).sheets.map(({ name }) => name.trim());
}

/**
 * The rows of one sheet as texts, for files whose header stands anywhere. Names of sheets are compared without white space around them.
 * Numbers are the shortest decimal that is the stored binary number: not rounded to what Excel shows, which is left to the reader.
 * @throws FootingError `invalid` when there is no such sheet, `malformed` when a cell cannot be read.
 */
export async function sheetTexts(file: Buffer, name: string): Promise<string[][]> {
  const book = await openWorkbook(file);
  const sheet = book.sheets.find((each) => each.name.trim() === name);
  if (sheet === undefined) {
    throw new FootingError('invalid', `The workbook has no sheet "${name}"`, {
      problems: [
        { field: 'sheet', value: name, reason: `sheets are: ${book.sheets.map((each) => each.name).join(', ')}` },
      ],
    });
  }
  const found: string[][] = [];
  for await (const row of sheetRows(book, sheet.path, true)) {
    const [problem] = row.problems;
    if (problem)
      throw new FootingError('malformed', `Row ${found.length + 1} of "${name}": ${problem.value} ${problem.reason}`);
    found.push(row.cells);
  }
  return found;
}

/** Runs a part through an XML parser; `onChunk` is awaited between pieces. Entities beyond the five of XML are not expanded. */
async function* parsePart(
  book: Pick<Workbook, 'file' | 'parts'>,
  path: string,
  setUp: (parser: SaxesParser) => void,
): AsyncGenerator<void> {
  const part = book.parts.get(path);
  if (part === undefined) throw new FootingError('malformed', `The XLSX file lacks its part ${path}`);
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('error', (error) => {
    throw new FootingError('malformed', `Part ${path} of the XLSX file is not well-formed XML: ${error.message}`);
  });
  setUp(parser as SaxesParser);
  const decoder = new TextDecoder('utf-8');
  for await (const bytes of partBytes(book.file, part)) {
    parser.write(decoder.decode(bytes, { stream: true }));
    yield;
  }
  parser.write(decoder.decode()).close();
  yield;
}

async function readPart(
  book: Pick<Workbook, 'file' | 'parts'>,
  path: string,
  setUp: (parser: SaxesParser) => void,
): Promise<void> {
  for await (const _ of parsePart(book, path, setUp)) void _;
}

/** The name of a tag without its namespace prefix. */
function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function attribute(tag: SaxesTagPlain, name: string): string | undefined {
  return tag.attributes[name];
}

async function openWorkbook(file: Buffer): Promise<Workbook> {
  const parts = zipParts(file);
  const book: Workbook = { file, parts, sheets: [], since1904: false, shared: [], dateStyles: [] };
  if (!parts.has('xl/workbook.xml')) {
    throw new FootingError('unsupported', 'This is a ZIP file, but no XLSX workbook', {
      remedy: 'Unpack it and import the file inside.',
    });
  }
  const targets = new Map<string, string>();
  await readPart(book, 'xl/_rels/workbook.xml.rels', (parser) => {
    parser.on('opentag', (tag) => {
      if (local(tag.name) !== 'Relationship') return;
      const target = attribute(tag as SaxesTagPlain, 'Target') ?? '';
      targets.set(
        attribute(tag as SaxesTagPlain, 'Id') ?? '',
        target.startsWith('/') ? target.slice(1) : `xl/${target}`,
      );
    });
  });
  await readPart(book, 'xl/workbook.xml', (parser) => {
    parser.on('opentag', (tag) => {
      const plain = tag as SaxesTagPlain;
      if (local(tag.name) === 'workbookPr') book.since1904 = ['1', 'true'].includes(attribute(plain, 'date1904') ?? '');
      if (local(tag.name) !== 'sheet') return;
      const id = Object.entries(plain.attributes).find(([name]) => local(name) === 'id' && name !== 'id')?.[1] ?? '';
      const path = targets.get(id);
      if (path !== undefined) book.sheets.push({ name: attribute(plain, 'name') ?? '', path });
    });
  });
  if (parts.has('xl/sharedStrings.xml')) await readSharedStrings(book);
  if (parts.has('xl/styles.xml')) await readStyles(book);
  return book;
}

async function readSharedStrings(book: Workbook): Promise<void> {
  let text = '';
  let inText = false;
  let phonetic = 0;
  let bytes = 0;
  await readPart(book, 'xl/sharedStrings.xml', (parser) => {
    parser.on('opentag', (tag) => {
      const name = local(tag.name);
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic++;
      else if (name === 't') inText = phonetic === 0;
    });
    parser.on('text', (part) => {
      if (inText) text += part;
    });
    parser.on('closetag', (tag) => {
      const name = local(tag.name);
      if (name === 't') inText = false;
      else if (name === 'rPh') phonetic--;
      else if (name === 'si') {
        bytes += text.length * 2 + 32;
        if (bytes > SHARED_STRINGS_BYTES_MAX) {
          throw new FootingError(
            'too_large',
            `The texts of the XLSX file need more than ${SHARED_STRINGS_BYTES_MAX} bytes`,
            { remedy: 'Save it as CSV.' },
          );
        }
        book.shared.push(text);
      }
    });
  });
}

const BUILT_IN_DATE_FORMATS = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

async function readStyles(book: Workbook): Promise<void> {
  const custom = new Map<number, boolean>();
  let inCells = false;
  await readPart(book, 'xl/styles.xml', (parser) => {
    parser.on('opentag', (tag) => {
      const plain = tag as SaxesTagPlain;
      const name = local(tag.name);
      if (name === 'numFmt') {
        const code = (attribute(plain, 'formatCode') ?? '').replace(/"[^"]*"|\\.|\[[^\]]*\]|_./g, '');
        custom.set(Number(attribute(plain, 'numFmtId')), /[ymdhs]/i.test(code) && !/general/i.test(code));
      } else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) {
        const id = Number(attribute(plain, 'numFmtId') ?? 0);
        book.dateStyles.push(custom.get(id) ?? BUILT_IN_DATE_FORMATS(id));
      }
    });
    parser.on('closetag', (tag) => {
      if (local(tag.name) === 'cellXfs') inCells = false;
    });
  });
}

interface SheetRow {
  cells: string[];
  /** Places of cells that are numbers. */
  numbers: Set<number>;
  problems: { place: number; value: string; reason: string }[];
}

async function* sheetRows(book: Workbook, path: string, shortest = false): AsyncGenerator<SheetRow> {
  let ready: SheetRow[] = [];
  let row: SheetRow = { cells: [], numbers: new Set(), problems: [] };
  let place = -1;
  let type = 'n';
  let style = -1;
  let value = '';
  let reading = false;
  let formula = false;
  let stored = false;
  let phonetic = 0;
  let cells = 0;
  const parts = parsePart(book, path, (parser) => {
    parser.on('opentag', (tag) => {
      const plain = tag as SaxesTagPlain;
      switch (local(tag.name)) {
        case 'row':
          row = { cells: [], numbers: new Set(), problems: [] };
          place = -1;
          break;
        case 'c': {
          if (++cells > SHEET_CELLS_MAX)
            throw new FootingError('too_large', `The sheet has more than ${SHEET_CELLS_MAX} cells`, {
              remedy: 'Save it as CSV.',
            });
          const ref = attribute(plain, 'r');
          place = ref === undefined ? place + 1 : columnOf(ref);
          if (place >= HEADERS_MAX)
            throw new FootingError('too_large', `The sheet has more than ${HEADERS_MAX} columns`);
          type = attribute(plain, 't') ?? 'n';
          style = Number(attribute(plain, 's') ?? -1);
          value = '';
          formula = false;
          stored = false;
          break;
        }
        case 'f':
          formula = true;
          break;
        case 'v':
          reading = true;
          stored = true;
          break;
        case 't':
          reading = phonetic === 0;
          stored = true;
          break;
        case 'rPh':
          phonetic++;
          break;
      }
    });
    parser.on('text', (text) => {
      if (reading) value += text;
    });
    parser.on('closetag', (tag) => {
      switch (local(tag.name)) {
        case 'v':
        case 't':
          reading = false;
          break;
        case 'rPh':
          phonetic--;
          break;
        case 'c':
          while (row.cells.length < place) row.cells.push('');
          row.cells[place] = cellValue();
          break;
        case 'row':
          ready.push(row);
          break;
      }
    });
  });
  const cellValue = (): string => {
    if (formula && !stored)
      row.problems.push({ place, value: '', reason: 'the cell has a formula without a stored result' });
    if (value === '') return '';
    switch (type) {
      case 's': {
        const text = book.shared[Number(value)];
        if (text === undefined)
          row.problems.push({
            place,
            value: shown(value),
            reason: 'the cell refers to a text that the file does not have',
          });
        return text ?? '';
      }
      case 'b':
        return value === '1' ? 'true' : 'false';
      case 'e':
        row.problems.push({ place, value: shown(value), reason: `the cell holds the error ${shown(value)}` });
        return '';
      case 'n': {
        const number = Number(value);
        if (!Number.isFinite(number)) return value;
        if (style >= 0 && book.dateStyles[style] === true) return serialText(number, book.since1904);
        row.numbers.add(place);
        if (/^-?\d{1,15}$/.test(value)) return value;
        if (shortest) return String(number);
        return new Decimal(number.toPrecision(15)).toFixed();
      }
      default:
        return value;
    }
  };
  for await (const _ of parts) {
    void _;
    const rows = ready;
    ready = [];
    yield* rows;
  }
}

/** Column number of a cell reference: A1 -> 0, AB7 -> 27. */
function columnOf(ref: string): number {
  let column = 0;
  for (const letter of ref) {
    const digit = letter.charCodeAt(0) - 64;
    if (digit < 1 || digit > 26) break;
    column = column * 26 + digit;
  }
  return column - 1;
}

const DAYS_1900 = -25_569;
const DAYS_1904 = -24_107;
const DAY_MS = 86_400_000;

/** A day number of Excel as date, with its time (to the millisecond) when it has one. Day 60 of 1900, which never was, stays a number. */
export function serialText(serial: number, since1904: boolean): string {
  let days = Math.floor(serial);
  let milliseconds = Math.round((serial - days) * DAY_MS);
  if (milliseconds === DAY_MS) {
    days++;
    milliseconds = 0;
  }
  if (!since1904 && (days < 1 || days === 60)) return String(serial);
  const day = since1904 ? days + DAYS_1904 : days + DAYS_1900 + (days < 60 ? 1 : 0);
  if (Math.abs(day) > 3_000_000) return String(serial);
  return milliseconds === 0 ? dayText(day) : new Date(day * DAY_MS + milliseconds).toISOString();
}
