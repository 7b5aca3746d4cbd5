/** Small CSV files as a whole (RFC 4180, UTF-8), with comma, semicolon or tab. Large ones go through the streams' intake. */
import { FootingError } from '../kernel/errors.ts';
import { utf8Text } from '../kernel/utf8.ts';
import type { Located } from './check.ts';

/**
 * Header and rows (1 for the first row of data; empty lines are passed over and counted), every cell as it stands.
 * @throws FootingError `malformed` for bytes that are not UTF-8, an empty file, a quote that is not closed, a row of another length
 * than the header.
 */
export function readCsv(bytes: Uint8Array): { header: string[]; rows: Array<Located<string[]>> } {
  const text = utf8Text(bytes, 'The file');
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = [',', ';', '\t'].find((each) => firstLine.includes(each)) ?? ',';
  const records = split(text, delimiter);
  const [header, ...rest] = records;
  if (!header || header.join('').trim() === '') throw new FootingError('malformed', 'The file is empty.');
  const rows: Array<Located<string[]>> = [];
  for (const [i, cells] of rest.entries()) {
    if (cells.length === 1 && cells[0]!.trim() === '') continue;
    // A delimiter at the end of the header, or of a row, ends it and begins nothing.
    const extra = cells.slice(header.length).some((cell) => cell.trim() !== '');
    if (extra || cells.length < header.filter((name) => name.trim() !== '').length) {
      throw new FootingError('malformed', `Row ${i + 1} has ${cells.length} cells under ${header.length} columns.`, {
        problems: [{ row: i + 1, reason: `has ${cells.length} cells under ${header.length} columns` }],
      });
    }
    rows.push({ row: i + 1, value: cells });
  }
  return { header, rows };
}

function split(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    let value = '';
    if (text[at] === '"') {
      let end = at + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (end < 0) throw new FootingError('malformed', `A quote in row ${records.length} is not closed.`);
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      value = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    }
    const end = endOfCell(text, at, delimiter);
    value += text.slice(at, end);
    at = end;
    cells.push(value);
    if (text[at] === delimiter) {
      at += 1;
      if (at < text.length) continue;
      cells.push('');
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    records.push(cells);
    cells = [];
  }
  return records;
}

function endOfCell(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === delimiter || character === '\n' || character === '\r') return at;
  }
  return text.length;
}
