/** CSV (RFC 4180, UTF-8, a header line) and NDJSON. */
import type { ExportColumn, ExportRow } from './types.ts';

/** Bytes gathered before they are passed on. */
const CHUNK_CHARACTERS = 64 * 1024;

async function* gathered(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const line of lines) {
    text += line;
    if (text.length >= CHUNK_CHARACTERS) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}

export function csv(columns: readonly ExportColumn[], rows: AsyncIterable<ExportRow>): AsyncIterable<Uint8Array> {
  return gathered(csvLines(columns, rows));
}

async function* csvLines(columns: readonly ExportColumn[], rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  yield `${columns.map(({ name }) => csvCell(name)).join(',')}\r\n`;
  for await (const row of rows) yield `${row.map((cell) => (cell === null ? '' : csvCell(cell))).join(',')}\r\n`;
}

const csvCell = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function ndjson(columns: readonly ExportColumn[], rows: AsyncIterable<ExportRow>): AsyncIterable<Uint8Array> {
  return gathered(ndjsonLines(columns, rows));
}

/** Integers and decimals are text, so that no reader rounds them. */
async function* ndjsonLines(columns: readonly ExportColumn[], rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  const names = columns.map(({ name }) => JSON.stringify(name));
  for await (const row of rows) {
    const cells = row.map((cell, i) => `${names[i]}:${jsonCell(cell, columns[i]!)}`);
    yield `{${cells.join(',')}}\n`;
  }
}

function jsonCell(cell: string | null, { type }: ExportColumn): string {
  if (cell === null) return 'null';
  return type === 'boolean' || type === 'json' ? cell : JSON.stringify(cell);
}
