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

/** `inventory` is grouped by `by` and month. */
export const MonthGrid = memo(Grid);

function Grid({ inventory, by }: { inventory: Inventory; by: string }) {
  const inScopes = inventory.rows.filter(({ keys }) => keys.scope !== 'outside');
  const months = [...new Set(inScopes.map(({ keys }) => keys.month!))].sort();
  const rows: Row[] = [...Map.groupBy(inScopes, ({ keys }) => keys[by] ?? '')]
    .map(([value, own]) => ({
      value,
      total: sum(own.map(({ co2e_t }) => co2e_t)),
      cells: Object.fromEntries(own.map((row) => [row.keys.month!, row])),
    }))
    .toSorted((a, b) => compare(b.total, a.total));
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
      cell: ({ total }) => decimal(total, DECIMALS),
    },
  ];
  return (
    <DataTable
      caption={t.carbon.byMonthOf(t.carbon.dimensions[by] ?? by)}
      columns={columns}
      rows={rows}
      rowKey={({ value }) => value}
      note={t.common.asOfEntry(inventory.seq)}
      heightMax={520}
      dense
    />
  );
}

function heatIn(cells: Row['cells'], value: string | undefined): number | null {
  if (value === undefined || compare(value, '0') <= 0) return null;
  const largest = Math.max(...Object.values(cells).map(({ co2e_t }) => Number(co2e_t)));
  return Number(value) / largest;
}
