/** Comma-separated text of the catalogue's own files and of publishers' flat files (RFC 4180, UTF-8, header row). */
import { FootingError } from '../../kernel/errors.ts';

export type CsvRow = Record<string, string>;

/**
 * Rows by column name; every cell as it stands, untrimmed.
 * @throws FootingError `malformed` when a row has more or fewer cells than the header, or a quote is not closed.
 */
export function readCsv(text: string, fileName: string): CsvRow[] {
  const { header, rows } = readCells(text, fileName);
  return rows.map((cells) => {
    const row: CsvRow = {};
    for (let column = 0; column < header.length; column++) row[header[column]!] = cells[column]!;
    return row;
  });
}

/** As {@link readCsv}, with the cells of a row in the order of the header. */
export function readCells(text: string, fileName: string): { header: string[]; rows: string[][] } {
  const [header, ...rows] = splitCsv(text.startsWith('\uFEFF') ? text.slice(1) : text, fileName);
  if (!header) throw new FootingError('malformed', `${fileName} is empty`);
  const ragged = rows.findIndex((cells) => cells.length !== header.length);
  if (ragged >= 0) {
    const found = rows[ragged]!.length;
    throw new FootingError(
      'malformed',
      `${fileName}, row ${ragged + 1}: ${found} cells under ${header.length} columns`,
    );
  }
  return { header, rows };
}

/** The cells under a header that is checked to be there. */
export function cell(row: CsvRow, column: string): string {
  const value = row[column];
  if (value === undefined) throw new FootingError('malformed', `There is no column ${column}`);
  return value;
}

/** CSV text with a header row; cells are quoted where they must be. */
export function writeCsv(columns: readonly string[], rows: readonly CsvRow[]): string {
  const lines = [columns.join(',')];
  for (const row of rows) lines.push(columns.map((column) => quoted(row[column] ?? '')).join(','));
  return `${lines.join('\n')}\n`;
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function splitCsv(text: string, fileName: string): string[][] {
  const rows: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (cells.length === 0) {
      const lineEnd = text.indexOf('\n', at);
      const line = text.slice(at, lineEnd < 0 ? text.length : lineEnd);
      if (!line.includes('"')) {
        rows.push((line.endsWith('\r') ? line.slice(0, -1) : line).split(','));
        at += line.length + 1;
        continue;
      }
    }
    let value: string;
    if (text[at] === '"') {
      let end = at + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (end < 0) throw new FootingError('malformed', `${fileName}: a quote in row ${rows.length} is not closed`);
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      value = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const end = endOfCell(text, at);
      value = text.slice(at, end);
      at = end;
    }
    cells.push(value);
    if (text[at] === ',') {
      at += 1;
      if (at === text.length) cells.push('');
      else if (text[at] === '\n' || text[at] === '\r') cells.push('');
      else continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    rows.push(cells);
    cells = [];
  }
  if (cells.length > 0) rows.push(cells);
  return rows;
}

function endOfCell(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 44 || code === 10 || code === 13) break;
  }
  return at;
}
