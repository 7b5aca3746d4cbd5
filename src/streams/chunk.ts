/** One piece of the decoded stream becomes one block and its rejected rows. Runs in worker threads or in the calling thread. */
import { shown } from '../kernel/errors.ts';
import { RECORD_BYTES_MAX } from './limits.ts';
import type { Notation } from './reasons.ts';
import { RowBuilder, targetsOf } from './rows.ts';
import { Cells, cellText, type Dialect, FAULT, scanRecord, undoubled } from './scan.ts';
import type { BlockConstants, RejectedRow, ResolvedReadOptions, RowProblem, StreamDefinition } from './types.ts';

export interface ChunkPlan {
  definition: StreamDefinition;
  headers: string[];
  options: ResolvedReadOptions;
  dialect: Dialect;
  faultCell: boolean;
  /** Absent: rows are judged and not encoded. */
  constants?: BlockConstants;
}

export interface ChunkResult {
  /** Rows met in the piece, kept or not. */
  rows: number;
  accepted: number;
  /** Row numbers count from 1 within the piece, as do the ones in the block. */
  rejects: RejectedRow[];
  block?: { bytes: Uint8Array<ArrayBuffer>; rows: number; rowNumbersAt: number };
}

const ROOM_BEYOND_HEADERS = 64;

export class ChunkReader {
  private readonly plan: ChunkPlan;
  private readonly builder: RowBuilder;
  private readonly cells: Cells;
  private readonly expected: number;
  private scratch: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024);

  constructor(plan: ChunkPlan) {
    this.plan = plan;
    const { definition, headers, options } = plan;
    this.builder = new RowBuilder(
      definition,
      targetsOf(definition, headers, options.mapping),
      notationOf(options, definition),
    );
    this.expected = headers.length + (plan.faultCell ? 1 : 0);
    this.cells = new Cells(this.expected + ROOM_BEYOND_HEADERS);
  }

  /** Reads whole records in bytes[0, length); see {@link scanRecord} for what must stand behind them. */
  read(bytes: Uint8Array, length: number): ChunkResult {
    const { builder, cells, expected, plan } = this;
    const { dialect, headers, faultCell } = plan;
    const { quote } = dialect;
    const { starts, ends, escaped } = cells;
    const rejects: RejectedRow[] = [];
    const text = (i: number): string => cellText(bytes, cells, i, quote);
    let rows = 0;
    for (let at = 0; at < length; ) {
      at = scanRecord(bytes, at, length, dialect, cells);
      // A blank line is no row.
      if (cells.count === 1 && starts[0] === ends[0] && !cells.quoted && !faultCell) continue;
      rows++;
      if (cells.count !== expected || cells.fault !== FAULT.none) {
        rejects.push(this.rejected(rows, bytes, this.structureProblem()));
        continue;
      }
      builder.startRow();
      for (let i = 0; i < headers.length; i++) {
        if (escaped[i] === 0) builder.cell(i, bytes, starts[i]!, ends[i]!);
        else {
          const start = starts[i]!;
          const end = ends[i]!;
          if (end - start > this.scratch.length) this.scratch = new Uint8Array((end - start) * 2);
          builder.cell(i, this.scratch, 0, undoubled(bytes, start, end, quote, this.scratch));
        }
      }
      const faulty = faultCell && starts[headers.length] !== ends[headers.length];
      let problems = builder.endRow(rows, headers, text, faulty);
      if (faulty)
        problems = withoutEchoes([...(JSON.parse(text(headers.length)) as RowProblem[]), ...(problems ?? [])]);
      if (problems !== undefined) rejects.push(this.rejected(rows, bytes, problems));
    }
    const accepted = builder.rows;
    if (plan.constants === undefined || accepted === 0) {
      builder.reset();
      return { rows, accepted, rejects };
    }
    return { rows, accepted, rejects, block: builder.takeBlock(plan.constants) };
  }

  /** The result of a record that does not end within the limit: one refused row. */
  endless(bytes: Uint8Array, length: number, recordBytes: number): ChunkResult {
    const beginning = new TextDecoder('utf-8').decode(bytes.subarray(0, length));
    const problem: RowProblem = {
      column: '',
      value: shown(beginning),
      reason: `the row does not end within ${RECORD_BYTES_MAX} bytes; it and all that follows, ${recordBytes} bytes, were not taken`,
      remedy: 'look for a quote that is opened in this row and never closed',
    };
    return {
      rows: 1,
      accepted: 0,
      rejects: [{ row: 1, cells: { [this.plan.headers[0]!]: shown(beginning) }, problems: [problem] }],
    };
  }

  private structureProblem(): RowProblem[] {
    const { cells, expected, plan } = this;
    if (cells.fault === FAULT.unterminatedQuote) {
      const column = plan.headers[cells.count - 1] ?? '';
      return [
        {
          column,
          value: '',
          reason:
            'a quote that is opened here is not closed by the end of the file; all that follows is part of this cell',
          remedy: 'close the quote, or double it when it is part of the text',
        },
      ];
    }
    if (cells.fault === FAULT.textAfterQuote) {
      return [
        {
          column: '',
          value: '',
          reason: 'text stands between a closing quote and the next delimiter',
          remedy: 'double the quotes that are part of the text',
        },
      ];
    }
    return [
      {
        column: '',
        value: '',
        reason: `the row has ${cells.count} cells where the header has ${expected}`,
        remedy:
          cells.count > expected
            ? 'put quotes around cells that contain the delimiter'
            : 'fill up the row with empty cells, or look for a line break inside a cell without quotes',
      },
    ];
  }

  private rejected(row: number, bytes: Uint8Array, problems: RowProblem[]): RejectedRow {
    const { cells, plan } = this;
    const kept = Math.min(cells.count, cells.starts.length);
    const texts: [string, string][] = [];
    for (let i = 0; i < kept && (i < plan.headers.length || !plan.faultCell); i++) {
      // What stands beyond the last header is shown under its place in the row.
      texts.push([plan.headers[i] ?? `${BEYOND_HEADER_PREFIX}${i + 1}`, cellText(bytes, cells, i, plan.dialect.quote)]);
    }
    return { row, cells: Object.fromEntries(texts), problems };
  }
}

/** Name under which a rejected row shows a cell that no header covers. */
export const BEYOND_HEADER_PREFIX = 'cell ';

/** Cells that a reader could not make out are empty in its record: what follows from that is no news. */
function withoutEchoes(problems: RowProblem[]): RowProblem[] {
  const said = new Set<string>();
  return problems.filter((problem) => {
    if (problem.column === '') said.add('*');
    else if (said.has(problem.column) || (said.has('*') && problem.value === '')) return false;
    said.add(problem.column);
    return true;
  });
}

export function notationOf(
  { decimal, dateOrder, amounts }: ResolvedReadOptions,
  { columns }: StreamDefinition,
): Notation {
  const choice = columns.some(({ type }) => type === 'currency') ? amounts : undefined;
  return { decimal, dateOrder, markedCents: amounts === undefined, ...(choice && { amounts: choice }) };
}
