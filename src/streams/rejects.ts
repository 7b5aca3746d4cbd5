/**
 * The rejects file: the rejected rows as CSV, with the original headers and two more columns that say which row it was and what is
 * wrong with it. Corrected, it is imported again as it is: those two columns are ignored on purpose.
 * Values are never altered, so a cell that begins with "=" stays what it was: open the file in a spreadsheet as text.
 */
import { Readable } from 'node:stream';
import { BEYOND_HEADER_PREFIX } from './chunk.ts';
import { openDecoded } from './decode.ts';
import { REJECT_PROBLEMS_HEADER, REJECT_ROW_HEADER } from './header.ts';
import { validateFile } from './intake.ts';
import type { RejectedRow, ResolvedReadOptions, RowProblem, StreamDefinition } from './types.ts';

/** Options under which a rejects file is read: comma, quote, UTF-8, and the notation of the file it came from. */
export function rejectsOptions(options: ResolvedReadOptions): ResolvedReadOptions {
  return {
    ...options,
    format: 'csv',
    compression: 'none',
    encoding: 'utf-8',
    delimiter: options.format === 'csv' ? options.delimiter : ',',
    quote: '"',
    sheet: null,
    mapping: { ...options.mapping, [REJECT_ROW_HEADER]: null, [REJECT_PROBLEMS_HEADER]: null },
  };
}

/** Lines of a rejects file: first the header, then one line per row handed in. */
export function rejectsHeader(headers: readonly string[], delimiter = ','): string {
  return line([...original(headers), REJECT_ROW_HEADER, REJECT_PROBLEMS_HEADER], delimiter);
}

export function rejectsLine(headers: readonly string[], reject: RejectedRow, delimiter = ','): string {
  const beyond = Object.entries(reject.cells)
    .filter(([name]) => name.startsWith(BEYOND_HEADER_PREFIX) && !headers.includes(name))
    .map(([name, text]) => `${name}: ${text}`);
  const said = [...reject.problems.map(problemText), ...beyond].join('; ');
  return line([...original(headers).map((header) => reject.cells[header] ?? ''), String(reject.row), said], delimiter);
}

/** A file that was a rejects file already gets its two columns once. */
function original(headers: readonly string[]): string[] {
  return headers.filter((header) => header !== REJECT_ROW_HEADER && header !== REJECT_PROBLEMS_HEADER);
}

/** One problem in words: column, value, reason, remedy. */
export function problemText(problem: RowProblem): string {
  const where = problem.column === '' ? '' : `${problem.column}${problem.value === '' ? '' : ` "${problem.value}"`}: `;
  return `${where}${problem.reason}${problem.remedy === undefined ? '' : ` (${problem.remedy})`}`;
}

function line(cells: readonly string[], delimiter: string): string {
  return `${cells.map((cell) => (/["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter)}\r\n`;
}

/** The rejects file of a file, made by reading it again. UTF-8 with the delimiter of the original. */
export function rejectsFile(path: string, definition: StreamDefinition, options: ResolvedReadOptions): Readable {
  const out = new Readable({ read: () => resume?.() });
  let resume: (() => void) | undefined;
  const push = async (text: string): Promise<void> => {
    if (out.destroyed || out.push(text)) return;
    await new Promise<void>((resolve) => {
      resume = resolve;
      out.once('close', resolve);
    });
    resume = undefined;
  };
  const abort = new AbortController();
  out.once('close', () => abort.abort());
  const write = async (): Promise<void> => {
    const { delimiter } = rejectsOptions(options);
    const decoded = await openDecoded(path, options);
    await decoded.close();
    await push(rejectsHeader(decoded.headers, delimiter));
    const settings = { signal: abort.signal };
    await validateFile(
      path,
      definition,
      options,
      async (rows) => {
        for (const row of rows) await push(rejectsLine(decoded.headers, row, delimiter));
      },
      settings,
    );
    out.push(null);
  };
  write().catch((error: unknown) => out.destroy(error as Error));
  return out;
}
