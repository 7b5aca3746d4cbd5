/**
 * Rows under construction: cells go in as bytes, rows come out as columns of a Native block, or as problems. The one place where
 * a row is judged, whether it came in a file or over HTTP.
 */
import { minorUnits } from '../kernel/currency.ts';
import { shown } from '../kernel/errors.ts';
import { AmountColumn } from './amountColumn.ts';
import { columnFor } from './columnFor.ts';
import { type Column, DateColumn } from './columns.ts';
import { CELL_BYTES_MAX } from './limits.ts';
import { BlockWriter, writeConstantText, writeConstantU64 } from './native.ts';
import { type Notation, OK, REASON, wordsOf } from './reasons.ts';
import { AttributesColumn } from './textColumns.ts';
import type { BlockConstants, ColumnDefinition, ParsedRow, RowCheck, RowProblem, StreamDefinition } from './types.ts';

const TO_UTF8 = new TextEncoder();
export const ATTRIBUTE_PREFIX = 'attributes.';

/** Columns of a block, in the order in which they are written; key_hash is left to ClickHouse's default. */
export function blockColumns(definition: StreamDefinition): string[] {
  return [
    ...BLOCK_OWN_COLUMNS,
    ...definition.columns.map((column) => column.name),
    ...(definition.attributes === true ? ['attributes'] : []),
  ];
}

const BLOCK_OWN_COLUMNS = ['origin_row', 'seq', 'origin_seq', 'sign', 'source'] as const;

/** Constants of one row, where they differ from row to row. */
export interface RowConstants {
  seq: number;
  originSeq: number;
  originRow: number;
  sign: 1 | -1;
  source: string;
}

/** Where the cell of one header goes: a column (by number), an attribute (by key), or nowhere on purpose. */
export type Target = { column: number } | { attribute: string } | null;

/** Targets of headers under a mapping that was resolved before. */
export function targetsOf(
  definition: StreamDefinition,
  headers: readonly string[],
  mapping: Record<string, string | null>,
): Target[] {
  return headers.map((header) => {
    const name = Object.hasOwn(mapping, header) ? mapping[header] : null;
    if (name === null || name === undefined) return null;
    const column = definition.columns.findIndex((candidate) => candidate.name === name);
    if (column >= 0) return { column };
    return name.startsWith(ATTRIBUTE_PREFIX) && definition.attributes === true
      ? { attribute: name.slice(ATTRIBUTE_PREFIX.length) }
      : null;
  });
}

interface Fault {
  cell: number;
  column: number;
  code: number;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

export class RowBuilder {
  readonly definition: StreamDefinition;
  readonly columns: Column[];
  readonly attributes: AttributesColumn | undefined;
  /** Rows kept so far in this block; also the index of the row under construction. */
  rows = 0;
  private readonly notation: Notation;
  private readonly targetColumn: Int32Array;
  private readonly attributeKeys: (Uint8Array | undefined)[];
  private readonly attributeNames: (string | undefined)[];
  private readonly required: Uint8Array;
  private readonly defaults: (Uint8Array | undefined)[];
  private readonly present: Uint8Array;
  /** Columns whose amounts wait for the currency of their row; see {@link AmountColumn}. */
  private readonly amounts: number[];
  private readonly currency: number;
  /** Columns that no header feeds: filled when the block is written. */
  private readonly unfed: number[];
  private readonly unfedPerRow: number[];
  private readonly checks: ((row: number) => RowProblem | undefined)[];
  private originRows: Uint32Array<ArrayBuffer> = new Uint32Array(4096);
  private faults: Fault[] = [];

  constructor(definition: StreamDefinition, targets: readonly Target[], notation: Notation) {
    this.definition = definition;
    this.notation = notation;
    this.columns = definition.columns.map((column) => columnFor(column, notation));
    this.attributes = definition.attributes === true ? new AttributesColumn() : undefined;
    this.targetColumn = Int32Array.from(targets, (target) =>
      target !== null && 'column' in target ? target.column : -1,
    );
    this.attributeNames = targets.map((target) =>
      target !== null && 'attribute' in target ? target.attribute : undefined,
    );
    this.attributeKeys = this.attributeNames.map((name) => (name === undefined ? undefined : TO_UTF8.encode(name)));
    this.required = Uint8Array.from(definition.columns, (column) => (column.required === true ? 1 : 0));
    // A default is written in the definition's notation (ISO dates, "." for decimals), whatever the file's is.
    this.defaults = definition.columns.map((column) =>
      column.default === undefined
        ? undefined
        : TO_UTF8.encode(column.type === 'decimal' ? column.default.replace('.', notation.decimal) : column.default),
    );
    this.present = new Uint8Array(definition.columns.length);
    const fed = new Set(this.targetColumn);
    this.currency = definition.columns.findIndex(({ type }) => type === 'currency');
    this.amounts = [...fed].filter((i) => this.columns[i] instanceof AmountColumn);
    this.unfed = definition.columns.map((_, i) => i).filter((i) => !fed.has(i));
    this.checks = (definition.checks ?? []).map((check) => this.compile(check));
    // Columns that rules look at, or that have a default, take part in every row even when no header feeds them.
    const watched = new Set((definition.checks ?? []).flatMap(columnsOfCheck));
    this.unfedPerRow =
      definition.check !== undefined
        ? this.unfed
        : this.unfed.filter((i) => this.defaults[i] !== undefined || watched.has(definition.columns[i]!.name));
    this.unfed = this.unfed.filter((i) => !this.unfedPerRow.includes(i));
  }

  startRow(): void {
    if (this.attributes !== undefined) this.attributes.startRow();
    if (this.faults.length > 0) this.faults = [];
  }

  /** Takes bytes[start, end) as the cell under header number `i`. White space around a value is not part of it. */
  cell(i: number, bytes: Uint8Array, from: number, to: number): void {
    const number = this.targetColumn[i]!;
    let start = from;
    let end = to;
    while (start < end && isSpace(bytes[start]!)) start++;
    while (end > start && isSpace(bytes[end - 1]!)) end--;
    if (number < 0) {
      const key = this.attributeKeys[i];
      if (key === undefined) {
        if (end - start > CELL_BYTES_MAX) this.faults.push({ cell: i, column: -1, code: REASON.cellTooLong });
        return;
      }
      if (start === end) return;
      const code = end - start > CELL_BYTES_MAX ? REASON.cellTooLong : this.attributes!.put(key, bytes, start, end);
      if (code !== OK) this.faults.push({ cell: i, column: -1, code });
      return;
    }
    const column = this.columns[number]!;
    if (start === end) {
      this.empty(number, i);
      return;
    }
    let code: number = REASON.cellTooLong;
    if (end - start > CELL_BYTES_MAX) column.putEmpty(this.rows);
    else code = column.put(bytes, start, end, this.rows);
    this.present[number] = 1;
    if (code !== OK) this.faults.push({ cell: i, column: number, code });
  }

  private empty(number: number, cell: number): void {
    const fallback = this.defaults[number];
    if (fallback !== undefined) {
      this.columns[number]!.put(fallback, 0, fallback.length, this.rows);
      this.present[number] = 1;
      return;
    }
    this.columns[number]!.putEmpty(this.rows);
    this.present[number] = 0;
    if (this.required[number] === 1) this.faults.push({ cell, column: number, code: REASON.missing });
  }

  /**
   * Ends the row. Returns undefined when it is kept (with `originRow` as its number), else what is wrong with it; `text(i)` gives the
   * cell under header `i` as it stood. A `faulty` row, in which its reader found something wrong, is never kept.
   */
  endRow(
    originRow: number,
    headers: readonly string[],
    text: (i: number) => string,
    faulty = false,
  ): RowProblem[] | undefined {
    for (const number of this.unfedPerRow) this.empty(number, -1);
    if (this.amounts.length > 0) this.settleAmounts();
    if (faulty || this.faults.length > 0) {
      const problems = this.faults.map((fault) => this.problem(fault, headers, text));
      this.undo();
      return problems;
    }
    const row = this.rows;
    let problems: RowProblem[] | undefined;
    for (const check of this.checks) {
      const problem = check(row);
      if (problem !== undefined) problems = [...(problems ?? []), problem];
    }
    if (this.definition.check !== undefined) {
      const found = this.definition.check(this.parsed());
      if (found.length > 0) problems = [...(problems ?? []), ...found];
    }
    if (problems !== undefined) {
      this.undo();
      return problems;
    }
    if (row >= this.originRows.length) {
      const next = new Uint32Array(this.originRows.length * 2);
      next.set(this.originRows);
      this.originRows = next;
    }
    this.originRows[row] = originRow;
    this.attributes?.endRow(row);
    this.rows = row + 1;
    return undefined;
  }

  private settleAmounts(): void {
    const code = this.columns[this.currency]?.value(this.rows);
    const minor = typeof code === 'string' ? minorUnits(code) : undefined;
    if (minor === undefined && this.faults.length > 0) return;
    for (const number of this.amounts) {
      if (this.present[number] === 0) continue;
      const fault =
        minor === undefined ? REASON.noCurrency : (this.columns[number] as AmountColumn).settle(this.rows, minor);
      if (fault !== OK) this.faults.push({ cell: this.targetColumn.indexOf(number), column: number, code: fault });
    }
  }

  private undo(): void {
    for (const column of this.columns) column.undo();
    this.attributes?.undo();
  }

  private problem(fault: Fault, headers: readonly string[], text: (i: number) => string): RowProblem {
    const definition: ColumnDefinition | undefined = this.definition.columns[fault.column];
    const header = fault.cell < 0 ? undefined : headers[fault.cell];
    const name = definition?.name ?? (header === undefined ? '' : header);
    const value = fault.cell < 0 ? '' : text(fault.cell);
    const words = wordsOf(fault.code, definition ?? ATTRIBUTE_DEFINITION, value, this.notation);
    return { column: name, value: shown(value), ...words };
  }

  /** The row put last as JavaScript values; to be called before the next row begins. */
  parsed(row: number = this.rows): ParsedRow {
    const values: ParsedRow['values'] = {};
    for (const [i, column] of this.definition.columns.entries()) {
      // Columns that the row's source lacks are filled when a block is taken, not row by row.
      const value = this.unfed.includes(i) ? null : this.columns[i]!.value(row);
      values[column.name] = value === '' ? null : value;
    }
    return { values, attributes: this.attributes?.value() ?? {} };
  }

  /**
   * The kept rows as one Native block, and a fresh start. Row numbers stand at byte `rowNumbersAt` of the block.
   */
  takeBlock(constants: BlockConstants | readonly RowConstants[]): {
    bytes: Uint8Array<ArrayBuffer>;
    rows: number;
    rowNumbersAt: number;
  } {
    const rows = this.rows;
    for (const number of this.unfed) for (let row = 0; row < rows; row++) this.columns[number]!.putEmpty(row);
    const out = new BlockWriter(rows * 160 + 4096);
    out.varint(BLOCK_OWN_COLUMNS.length + this.columns.length + (this.attributes === undefined ? 0 : 1));
    out.varint(rows);
    out.text('origin_row');
    out.text('UInt32');
    const rowNumbersAt = out.position;
    out.bytes(new Uint8Array(this.originRows.buffer, 0, rows * 4));
    this.writeConstants(out, constants, rows);
    for (const [i, column] of this.definition.columns.entries()) {
      out.text(column.name);
      out.text(this.columns[i]!.nativeType);
      this.columns[i]!.write(out, rows);
    }
    if (this.attributes !== undefined) {
      out.text('attributes');
      out.text(this.attributes.nativeType);
      this.attributes.write(out, rows);
    }
    this.reset();
    return { bytes: out.take(), rows, rowNumbersAt };
  }

  /** Forgets the kept rows. */
  reset(): void {
    for (const column of this.columns) column.reset();
    this.attributes?.reset();
    this.rows = 0;
  }

  private writeConstants(out: BlockWriter, constants: BlockConstants | readonly RowConstants[], rows: number): void {
    const perRow = Array.isArray(constants) ? (constants as readonly RowConstants[]) : undefined;
    const all = constants as BlockConstants;
    for (const [name, of] of [
      ['seq', 'seq'],
      ['origin_seq', 'originSeq'],
    ] as const) {
      out.text(name);
      out.text('UInt64');
      if (perRow === undefined) writeConstantU64(out, all[of], rows);
      else for (const row of perRow) out.u64(row[of]);
    }
    out.text('sign');
    out.text('Int8');
    if (perRow === undefined) out.reserve(rows).fill(1);
    else for (const row of perRow) out.byte(row.sign & 255);
    out.text('source');
    if (perRow === undefined) {
      out.text('LowCardinality(String)');
      writeConstantText(out, all.source, rows);
    } else {
      out.text('String');
      for (const row of perRow) out.text(row.source);
    }
  }

  private compile(check: RowCheck): (row: number) => RowProblem | undefined {
    const number = (name: string): number => {
      const i = this.definition.columns.findIndex((column) => column.name === name);
      if (i < 0) throw new Error(`check of stream ${this.definition.name} names the unknown column ${name}`);
      return i;
    };
    const problem = (column: string, value: string): RowProblem => ({
      column,
      value: shown(value),
      reason: check.reason,
      ...(check.remedy === undefined ? {} : { remedy: check.remedy }),
    });
    const { present, columns } = this;
    const said = (i: number, row: number): string => String(columns[i]!.value(row) ?? '');
    switch (check.kind) {
      case 'anyOf': {
        const groups = check.groups.map((group) => group.map(number));
        const names = check.groups.map((group) => group.join(' + ')).join(', ');
        return () => (groups.some((group) => group.every((i) => present[i] === 1)) ? undefined : problem(names, ''));
      }
      case 'notAfter':
      case 'daysAtMost': {
        const first = number(check.first);
        const then = number(check.last);
        const a = columns[first]!;
        const b = columns[then]!;
        if (!(a instanceof DateColumn && b instanceof DateColumn))
          throw new Error(`${check.kind} compares two date columns`);
        const wrong = check.kind === 'notAfter' ? (days: number) => days < 0 : (days: number) => days + 1 > check.days;
        return (row) =>
          present[first] === 1 && present[then] === 1 && wrong(b.dayAt(row) - a.dayAt(row))
            ? problem(check.last, `${said(first, row)} … ${said(then, row)}`)
            : undefined;
      }
      case 'needs': {
        const needed = number(check.column);
        const filled = number(check.with);
        return () => (present[filled] === 1 && present[needed] === 0 ? problem(check.column, '') : undefined);
      }
      case 'together': {
        const all = check.columns.map(number);
        return () => {
          const filled = all.filter((i) => present[i] === 1).length;
          return filled === 0 || filled === all.length ? undefined : problem(check.columns.join(' + '), '');
        };
      }
      case 'requiredWhen': {
        const needed = number(check.column);
        const when = number(check.when);
        const values = new Set(check.values);
        return (row) => (present[needed] === 0 && values.has(said(when, row)) ? problem(check.column, '') : undefined);
      }
    }
  }
}

const ATTRIBUTE_DEFINITION: ColumnDefinition = { name: 'attributes', type: 'text', description: '', example: '' };

function columnsOfCheck(check: RowCheck): readonly string[] {
  switch (check.kind) {
    case 'anyOf':
      return check.groups.flat();
    case 'notAfter':
    case 'daysAtMost':
      return [check.first, check.last];
    case 'needs':
      return [check.column, check.with];
    case 'together':
      return check.columns;
    case 'requiredWhen':
      return [check.column, check.when];
  }
}
