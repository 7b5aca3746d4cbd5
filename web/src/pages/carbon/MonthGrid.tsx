/** One dimension by month: where it was much, the cell is dark; where nothing was stated, it is empty. */
import { memo } from 'react';
import type { Inventory, InventoryRow } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { month as monthName } from '../../format/dates.ts';
import { compare, decimal, sum } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

interface Row {
  value: string;
  total: string;
  cells: Record<string, InventoryRow>;
}

const DECIMALS = 1;

interface Props {
  /** Grouped by `by` and month. */
  pages: readonly Inventory[];
  by: string;
  onEnd?: (() => void) | undefined;
}

export const MonthGrid = memo(Grid);

function Grid({ pages, by, onEnd }: Props) {
  const read = pages.flatMap(({ rows }) => rows);
  const isAll = pages.at(-1)?.next == null;
  // The months of the last one go on overleaf: it is shown when it is whole.
  const cut = isAll ? undefined : read.at(-1)?.keys[by];
  const inScopes = read.filter(({ keys }) => keys.scope !== 'outside' && (isAll || keys[by] !== cut));
  const months = [...new Set(inScopes.map(({ keys }) => keys.month!))].sort();
  const grouped: Row[] = [...Map.groupBy(inScopes, ({ keys }) => keys[by] ?? '')].map(([value, own]) => ({
    value,
    total: sum(own.map(({ co2e_t }) => co2e_t)),
    cells: Object.fromEntries(own.map((row) => [row.keys.month!, row])),
  }));
  // The largest first, once all are known; until then by name, as they come.
  const rows = isAll ? grouped.toSorted((a, b) => compare(b.total, a.total)) : grouped;
  const columns: Column<Row>[] = [
    {
      key: by,
      label: t.carbon.dimensions[by] ?? by,
      head: true,
      text: ({ value }) => nameOf(by, value),
    },
    ...months.map(
      (month): Column<Row> => ({
        key: month,
        label: monthName(month),
        numeric: true,
        text: ({ cells }) => cells[month]?.co2e_t ?? '',
        // Within its row: the months of a small site differ as visibly as those of a large one.
        shade: ({ cells }) => heatIn(cells, cells[month]?.co2e_t),
        cell: ({ cells, value }) => {
          const cell = cells[month];
          return (
            cell && (
              <Figure
                text={decimal(cell.co2e_t, DECIMALS)}
                of={cell.ref}
                label={`${nameOf(by, value)}, ${monthName(month)}`}
              />
            )
          );
        },
      }),
    ),
    {
      key: 'total',
      label: t.common.total,
      unit: t.carbon.unit,
      numeric: true,
      text: ({ total }) => total,
      cell: ({ total, cells, value }) => (
        <Figure
          text={decimal(total, DECIMALS)}
          of={ofAllMonths(Object.values(cells)[0]?.ref)}
          label={`${nameOf(by, value)}, ${t.common.total}`}
        />
      ),
    },
  ];
  return (
    <DataTable
      caption={t.carbon.byMonthOf(t.carbon.dimensions[by] ?? by)}
      columns={columns}
      rows={rows}
      rowKey={({ value }) => value}
      note={isAll ? t.common.asOfEntry(pages[0]!.seq) : t.common.rowsSoFar(rows.length)}
      more={!isAll}
      onEnd={onEnd}
      heightMax={520}
      dense
    />
  );
}

/** The reference of a row's months together: that of one of them without its month. */
function ofAllMonths(ref: string | undefined): string | null {
  if (ref === undefined) return null;
  const [what, query = ''] = ref.split('?');
  const asked = new URLSearchParams(query);
  asked.delete('month');
  return `${what}?${asked}`;
}

function heatIn(cells: Row['cells'], value: string | undefined): number | null {
  if (value === undefined || compare(value, '0') <= 0) return null;
  const largest = Math.max(...Object.values(cells).map(({ co2e_t }) => Number(co2e_t)));
  return Number(value) / largest;
}
