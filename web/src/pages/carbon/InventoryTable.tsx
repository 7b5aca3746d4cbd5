/** An inventory as a table that foots: the rows, then the total of scopes 1 to 3. */
import type { Inventory, InventoryRow } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { compare, percentOf, tonnes, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

interface Props {
  inventory: Inventory;
  /** Leaves out the columns beside the figure, where there is little room. */
  brief?: boolean;
  /** Sets a filter, where rows can be narrowed to. */
  onFilter?: ((keys: Record<string, string>) => void) | undefined;
}

/** Dimensions whose order means something; the others are shown by size. */
const ORDERED = new Set(['scope', 'category', 'month', 'year']);

export function InventoryTable({ inventory, brief = false, onFilter }: Props) {
  const dimensions = inventory.group_by;
  const total = inventory.total;
  const inScopes = inventory.rows.filter(({ keys }) => keys.scope !== 'outside');
  const rows = dimensions.every((dimension) => ORDERED.has(dimension))
    ? inScopes
    : inScopes.toSorted((a, b) => compare(b.co2e_kg, a.co2e_kg));
  const columns: Column<InventoryRow>[] = [
    ...dimensions.map(
      (dimension, index): Column<InventoryRow> => ({
        key: dimension,
        label: t.carbon.dimensions[dimension] ?? dimension,
        head: index === 0,
        text: ({ keys }) => (dimension in keys ? nameIn(keys, dimension) : totalLabel(index, dimensions.length)),
        cell: (row) => (
          <Name row={row} dimension={dimension} ifTotal={totalLabel(index, dimensions.length)} onFilter={onFilter} />
        ),
      }),
    ),
    {
      key: 'co2e',
      label: '',
      unit: t.carbon.unit,
      numeric: true,
      text: ({ co2e_t }) => co2e_t,
      cell: ({ co2e_t, ref, keys }) => <Figure text={tonnes(co2e_t)} of={ref} label={labelOf(dimensions, keys)} />,
    },
    {
      key: 'share',
      label: t.carbon.share,
      numeric: true,
      text: ({ co2e_kg }) => percentOf(co2e_kg, total.co2e_kg) ?? '–',
      cell: ({ co2e_kg, ref, keys }) => (
        <Figure
          text={percentOf(co2e_kg, total.co2e_kg) ?? '–'}
          of={ref}
          label={`${t.carbon.share}, ${labelOf(dimensions, keys)}`}
        />
      ),
    },
  ];
  if (!brief) {
    columns.push({
      key: 'lines',
      label: t.carbon.lines,
      numeric: true,
      text: ({ lines }) => String(lines),
      cell: ({ lines, ref, keys }) => (
        <Figure text={whole(lines)} of={ref} label={`${t.carbon.lines}, ${labelOf(dimensions, keys)}`} />
      ),
    });
  }
  return (
    <DataTable
      caption={t.carbon.inventory}
      columns={columns}
      rows={rows}
      totals={[{ ...total, keys: {} }]}
      rowKey={({ keys }) => JSON.stringify(keys)}
      note={t.common.asOfEntry(inventory.seq)}
    />
  );
}

function Name({
  row,
  dimension,
  ifTotal,
  onFilter,
}: {
  row: InventoryRow;
  dimension: string;
  ifTotal: string;
  onFilter: Props['onFilter'];
}) {
  const value = row.keys[dimension];
  if (value === undefined) return ifTotal;
  const name = nameIn(row.keys, dimension);
  // Nothing can be narrowed to values without a name, except to the scope that they are in.
  if (!onFilter || (value === '' && !row.keys.scope)) return name;
  return (
    <button
      type="button"
      className="link"
      onClick={() => onFilter(value === '' && row.keys.scope ? { scope: row.keys.scope } : { [dimension]: value })}
    >
      {name}
    </button>
  );
}

/** Beside a category the scope is said in short, and a scope without categories says what it holds. */
function nameIn(keys: Record<string, string>, dimension: string): string {
  const value = keys[dimension]!;
  if ('category' in keys && dimension === 'scope') return t.carbon.scopesShort[value] ?? value;
  if (dimension === 'category' && value === '') return t.carbon.scopeWhole[keys.scope ?? ''] ?? t.carbon.unnamed;
  return nameOf(dimension, value);
}

/** What the last line is called: over two columns where there are several. */
function totalLabel(index: number, columns: number): string {
  if (index === 0) return columns === 1 ? t.carbon.total : t.common.total;
  return index === 1 ? t.carbon.totalOf : '';
}

const labelOf = (dimensions: readonly string[], keys: Record<string, string>): string =>
  dimensions
    .map((dimension) => (dimension in keys ? nameOf(dimension, keys[dimension]!) : ''))
    .join(' ')
    .trim() || t.carbon.total;
