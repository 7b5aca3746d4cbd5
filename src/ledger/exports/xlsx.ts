/**
 * XLSX, written row by row. Whole numbers and decimals that a spreadsheet keeps exactly (15 digits) are numbers, others text; days are
 * dates, instants text in RFC 3339. A table longer than a sheet goes on in the next one.
 */
import { Zip, ZipDeflate, type ZipPassThrough } from 'fflate';
import { dayNumber } from '../../kernel/dates.ts';
import { FootingError } from '../../kernel/errors.ts';
import type { ExportColumn, ExportRow, ExportType } from './types.ts';

/** Rows of a sheet, the header counted. */
const SHEET_ROWS_MAX = 1_048_576;
const CELL_CHARACTERS_MAX = 32_767;
const CHUNK_CHARACTERS = 64 * 1024;
/** Files of equal content have equal bytes. */
const WRITTEN_AT = new Date(1980, 0, 1);
/** Days of spreadsheets are counted from 30 December 1899; before March 1900 they count a day that never was. */
const DAY_ZERO = dayNumber('1899-12-30');
const FIRST_DAY = '1900-03-01';
const DATE_STYLE = 1;
const HEADER_STYLE = 2;

export async function* xlsx(
  title: string,
  columns: readonly ExportColumn[],
  rows: AsyncIterable<ExportRow>,
): AsyncGenerator<Uint8Array> {
  const out: Uint8Array[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    if (bytes.length > 0) out.push(bytes);
  });
  const header = `<row>${columns.map(({ name }) => textCell(name, HEADER_STYLE)).join('')}</row>`;
  let sheets = 0;
  let sheet: Part | undefined;
  let text = '';
  let rowsInSheet = 0;
  const end = () => {
    sheet?.end(`${text}</sheetData></worksheet>`);
    text = '';
  };
  const begin = () => {
    sheets += 1;
    sheet = new Part(zip, `xl/worksheets/sheet${sheets}.xml`);
    sheet.add(SHEET_HEAD);
    text = header;
    rowsInSheet = 1;
  };
  begin();
  let row = 0;
  for await (const cells of rows) {
    row += 1;
    if (rowsInSheet === SHEET_ROWS_MAX) {
      end();
      begin();
    }
    rowsInSheet += 1;
    text += `<row>${cells.map((cell, i) => cellXml(cell, columns[i]!, row)).join('')}</row>`;
    if (text.length < CHUNK_CHARACTERS) continue;
    sheet!.add(text);
    text = '';
    while (out.length > 0) yield out.shift()!;
  }
  end();
  for (const [name, content] of frame(title, sheets)) new Part(zip, name).end(content);
  zip.end();
  while (out.length > 0) yield out.shift()!;
}

/** A part of the file, deflated as it comes. */
class Part {
  readonly #part: ZipDeflate | ZipPassThrough;

  constructor(zip: Zip, name: string) {
    this.#part = new ZipDeflate(name, { level: 6 });
    this.#part.mtime = WRITTEN_AT;
    zip.add(this.#part);
  }

  add(text: string): void {
    this.#part.push(Buffer.from(text));
  }

  end(text: string): void {
    this.#part.push(Buffer.from(text), true);
  }
}

function cellXml(cell: string | null, { name, type }: ExportColumn, row: number): string {
  if (cell === null || cell === '') return '<c/>';
  if (isExactNumber(cell, type)) return `<c><v>${cell}</v></c>`;
  if (type === 'boolean') return `<c t="b"><v>${cell === 'true' ? 1 : 0}</v></c>`;
  if (type === 'date' && cell >= FIRST_DAY) return `<c s="${DATE_STYLE}"><v>${dayNumber(cell) - DAY_ZERO}</v></c>`;
  if (cell.length > CELL_CHARACTERS_MAX) {
    throw new FootingError('too_large', `A cell of a spreadsheet holds ${CELL_CHARACTERS_MAX} characters at most`, {
      problems: [{ field: name, row, reason: `has ${cell.length} characters` }],
      remedy: 'Export as CSV, NDJSON or Parquet.',
    });
  }
  return textCell(cell);
}

function isExactNumber(cell: string, type: ExportType): boolean {
  if (type !== 'integer' && type !== 'decimal') return false;
  return /^-?\d+(\.\d+)?$/.test(cell) && cell.replace(/[-.]/g, '').replace(/^0+/, '').length <= 15;
}

function textCell(text: string, style?: number): string {
  const space = /^\s|\s$|\n/.test(text) ? ' xml:space="preserve"' : '';
  return `<c t="inlineStr"${style === undefined ? '' : ` s="${style}"`}><is><t${space}>${xmlText(text)}</t></is></c>`;
}

/** XML has no place for most control characters; spreadsheets write them (and what looks like such writing) as _xHHHH_. */
function xmlText(text: string): string {
  return (
    text
      .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/g, (character) => {
        return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
      })
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .toWellFormed()
  );
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const SHEET_HEAD = `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;

/** The parts beside the sheets. */
function frame(title: string, sheets: number): Array<[name: string, content: string]> {
  const numbers = Array.from({ length: sheets }, (_, i) => i + 1);
  const name = (n: number) => xmlText(`${title.replace(/[[\]:*?/\\]/g, ' ').slice(0, 25)}${n === 1 ? '' : ` ${n}`}`);
  const type = (part: string, content: string) =>
    `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${content}+xml"/>`;
  return [
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${numbers
        .map((n) => `<sheet name="${name(n)}" sheetId="${n}" r:id="rId${n}"/>`)
        .join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships">${numbers
        .map((n) => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`)
        .join('')}<Relationship Id="rId${sheets + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    ],
    [
      'xl/styles.xml',
      `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>` +
        '<fonts count="2"><font/><font><b/></font></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>' +
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>',
    ],
    [
      '_rels/.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
        `<Default Extension="xml" ContentType="application/xml"/>${type('/xl/workbook.xml', 'sheet.main')}${type('/xl/styles.xml', 'styles')}${numbers
          .map((n) => type(`/xl/worksheets/sheet${n}.xml`, 'worksheet'))
          .join('')}</Types>`,
    ],
  ];
}
