/** A table: semantic, dense, scrolling by itself, virtual when long, and ready to be copied as CSV. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useEffect, useRef } from 'react';
import { t } from '../texts.ts';
import { CopyButton } from './CopyButton.tsx';
import { toCsv } from './csv.ts';

export interface Column<Row> {
  key: string;
  label: string;
  /** Exact text: what is copied, and shown unless `cell` says otherwise. */
  text: (row: Row) => string;
  cell?: (row: Row) => ReactNode;
  numeric?: boolean;
  /** The unit of the column's numbers, shown under the label. */
  unit?: string;
  /** Stays in place when the table is scrolled sideways, and heads its row. */
  head?: boolean;
  /** Heat of the cell's background, 0 to 1; null for none. */
  shade?: (row: Row) => number | null;
  /** The rows can be ordered by it. */
  sortable?: boolean;
}

export interface Sort {
  key: string;
  descending: boolean;
}

const VIRTUAL_FROM_ROWS = 150;
const ROW_PX = 30;
/** The next page is asked for when so many rows are left below the screen. */
const ROWS_AHEAD = 30;

/** Shown whole, whatever their height: nobody should scroll a box for a row that is cut in half. */
const ROWS_WHOLE = 30;

interface Props<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** Tells rows apart; `index` is for rows that may be alike. */
  rowKey: (row: Row, index: number) => string;
  /** The last lines, in bold: totals. */
  totals?: readonly Row[];
  onEnd?: (() => void) | undefined;
  /** Shown beside the copy button: how many rows there are. */
  note?: ReactNode;
  /** Pixels; tables of more than ROWS_WHOLE rows scroll inside. */
  heightMax?: number;
  /** Not all rows are here yet: copying says so. */
  more?: boolean | undefined;
  sort?: Sort | undefined;
  onSort?: ((sort: Sort) => void) | undefined;
  /** Narrow cells, for tables of many short figures. */
  dense?: boolean;
  /** On a phone each row stands by itself, a line per column: for tables of many columns and few rows. */
  stack?: boolean;
  /** Beside the copy button. */
  actions?: ReactNode;
}

export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  totals = [],
  onEnd,
  note,
  heightMax = 640,
  more = false,
  sort,
  onSort,
  dense = false,
  stack = false,
  actions,
}: Props<Row>) {
  const box = useRef<HTMLElement>(null);
  const isVirtual = rows.length > VIRTUAL_FROM_ROWS;
  const virtualizer = useVirtualizer({
    count: isVirtual ? rows.length : 0,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const first = isVirtual ? (items[0]?.index ?? 0) : 0;
  const last = isVirtual ? (items.at(-1)?.index ?? -1) : rows.length - 1;
  useEffect(() => {
    if (last >= rows.length - ROWS_AHEAD) onEnd?.();
  }, [last, rows.length, onEnd]);
  const csv = () =>
    toCsv([
      columns.map(({ label, unit }) => (unit ? `${label} (${unit})` : label)),
      ...[...rows, ...totals].map((row) => columns.map(({ text }) => text(row))),
    ]);
  // A table that may become longer has rows of one height.
  const isFree = !isVirtual && onEnd === undefined && !dense;
  const look = ['table', dense && 'table-dense', isFree && 'table-free', stack && !isVirtual && 'table-stack']
    .filter(Boolean)
    .join(' ');
  const below = isVirtual ? (rows.length - 1 - last) * ROW_PX : 0;
  return (
    <div className={look}>
      <div className="table-bar">
        <span className="dimmed">{note}</span>
        <span className="controls no-print">
          {actions}
          <CopyButton text={csv} label={more ? t.common.copyCsvOf(rows.length) : t.common.copyCsv} />
        </span>
      </div>
      {/* What scrolls must be reachable by keyboard. */}
      <section
        ref={box}
        className="table-box"
        style={rows.length > ROWS_WHOLE ? { maxHeight: heightMax } : undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region takes the focus so that arrow keys move it
        tabIndex={0}
        aria-label={caption}
      >
        <table aria-rowcount={rows.length + totals.length + 1}>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {first > 0 && <Spacer height={first * ROW_PX} columns={columns.length} />}
            {rows.slice(first, last + 1).map((row, index) => (
              <Line
                key={rowKey(row, first + index)}
                row={row}
                columns={columns}
                index={isVirtual ? first + index + 2 : undefined}
              />
            ))}
            {below > 0 && <Spacer height={below} columns={columns.length} />}
          </tbody>
          {totals.length > 0 && (
            <tfoot>
              {totals.map((row, index) => (
                <Line key={rowKey(row, index)} row={row} columns={columns} index={undefined} />
              ))}
            </tfoot>
          )}
        </table>
      </section>
    </div>
  );
}

function Heading<Row>({
  column: { key, label, unit, numeric, head, sortable },
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}) {
  const words = (
    <>
      {label}
      {unit && ' '}
      {unit && <span className="unit">{unit}</span>}
    </>
  );
  if (!sortable || !onSort) {
    return (
      <th scope="col" className={classOf(numeric, head)}>
        {words}
      </th>
    );
  }
  const own = sort?.key === key ? sort : undefined;
  return (
    <th
      scope="col"
      className={classOf(numeric, head)}
      aria-sort={own ? (own.descending ? 'descending' : 'ascending') : 'none'}
    >
      {/* Numbers are asked for from the largest on, names from A. */}
      <button
        type="button"
        className="sort"
        onClick={() => onSort({ key, descending: own ? !own.descending : numeric === true })}
      >
        {words}
        <span aria-hidden="true">{own ? (own.descending ? ' ▼' : ' ▲') : ' ↕'}</span>
      </button>
    </th>
  );
}

interface LineProps<Row> {
  row: Row;
  columns: readonly Column<Row>[];
  index: number | undefined;
}

/** Drawn anew only when its row or the columns are others. */
const Line = memo(LineOfCells) as <Row>(props: LineProps<Row>) => ReactNode;

function LineOfCells<Row>({ row, columns, index }: LineProps<Row>) {
  return (
    <tr aria-rowindex={index}>
      {columns.map(({ key, label, unit, text, cell, numeric, head, shade }) => {
        const content = cell ? cell(row) : text(row);
        return head ? (
          <th key={key} scope="row" className={classOf(numeric, head)}>
            {content}
          </th>
        ) : (
          <td
            key={key}
            className={classOf(numeric, head)}
            style={shadeOf(shade?.(row))}
            data-label={[label, unit].filter(Boolean).join(', ')}
          >
            {content}
          </td>
        );
      })}
    </tr>
  );
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  return (
    <tr className="spacer">
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

const classOf = (numeric: boolean | undefined, head: boolean | undefined): string | undefined =>
  numeric ? 'numeric' : head ? 'row-head' : undefined;

/** Never so dark that the text on it is hard to read. */
const SHADE_PERCENT_MAX = 42;

const shadeOf = (heat: number | null | undefined) =>
  heat === null || heat === undefined
    ? undefined
    : { background: `color-mix(in srgb, var(--heat) ${(heat * SHADE_PERCENT_MAX).toFixed(1)}%, transparent)` };
