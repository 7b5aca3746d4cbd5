/** What most of the total comes from: the largest parts with their running share. */
import type { Inventory, InventoryRow } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { compare, percentOf, sum, tonnes, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

const SPOTS_SHOWN = 25;

interface Spot extends InventoryRow {
  rank: number;
  /** Share of this and all larger ones. */
  running: string;
}

/** `inventory` is grouped by activity, scope and category, the largest first. */
export function HotSpots({ inventory }: { inventory: Inventory }) {
  const total = inventory.total.co2e_kg;
  const inScopes = inventory.rows.filter(({ keys }) => keys.scope !== 'outside');
  const largest = inScopes.toSorted((a, b) => compare(b.co2e_kg, a.co2e_kg)).slice(0, SPOTS_SHOWN);
  const spots: Spot[] = largest.map((row, index) => ({
    ...row,
    rank: index + 1,
    running: percentOf(sum(largest.slice(0, index + 1).map(({ co2e_kg }) => co2e_kg)), total) ?? '–',
  }));
  const columns: Column<Spot>[] = [
    { key: 'rank', label: '', numeric: true, text: ({ rank }) => String(rank) },
    { key: 'activity', label: t.carbon.dimensions.activity!, head: true, text: ({ keys }) => keys.activity ?? '' },
    {
      key: 'scope',
      label: t.carbon.dimensions.scope!,
      text: ({ keys }) =>
        [t.carbon.scopesShort[keys.scope ?? ''] ?? keys.scope, keys.category && nameOf('category', keys.category)]
          .filter(Boolean)
          .join(', '),
    },
    {
      key: 'co2e',
      label: '',
      unit: t.carbon.unit,
      numeric: true,
      text: ({ co2e_t }) => co2e_t,
      cell: ({ co2e_t, ref, keys }) => <Figure text={tonnes(co2e_t)} of={ref} label={keys.activity ?? ''} />,
    },
    {
      key: 'share',
      label: t.carbon.share,
      numeric: true,
      text: ({ co2e_kg }) => percentOf(co2e_kg, total) ?? '–',
      cell: ({ co2e_kg, ref, keys }) => (
        <Figure text={percentOf(co2e_kg, total) ?? '–'} of={ref} label={`${t.carbon.share}, ${keys.activity ?? ''}`} />
      ),
    },
    { key: 'running', label: t.carbon.running, numeric: true, text: ({ running }) => running },
    {
      key: 'lines',
      label: t.carbon.lines,
      numeric: true,
      text: ({ lines }) => String(lines),
      cell: ({ lines, ref, keys }) => (
        <Figure text={whole(lines)} of={ref} label={`${t.carbon.lines}, ${keys.activity ?? ''}`} />
      ),
    },
  ];
  return (
    <DataTable
      caption={t.carbon.hotSpots}
      columns={columns}
      rows={spots}
      rowKey={({ rank }) => String(rank)}
      note={t.carbon.largestOf(spots.length, inventory.rest.rows === 0 ? inScopes.length : inventory.rows_total)}
      heightMax={520}
    />
  );
}
