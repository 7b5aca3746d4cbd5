/** Scopes, their categories and activities as areas. Choosing one explains it. */
import { useCallback } from 'react';
import type { Inventory } from '../../api/queries.ts';
import { useSetAddress } from '../../app/address.ts';
import { Chart } from '../../components/Chart.tsx';
import { TOOLTIP } from '../../components/chartParts.ts';
import { compare, sum, tonnes } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

interface Area {
  name: string;
  /** Where the area is drawn; the figure is `exact`. */
  value: number;
  exact: string;
  ref?: string;
  itemStyle?: { color: string; borderColor: string };
  children?: Area[];
}

export function Treemap({ inventory, fileName }: { inventory: Inventory; fileName: string }) {
  const setAddress = useSetAddress();
  const select = useCallback(
    (_name: string, data: unknown) => {
      const ref = (data as Area | undefined)?.ref;
      if (ref) setAddress({ explain: ref });
    },
    [setAddress],
  );
  const areas = areasOf(inventory);
  const option = {
    tooltip: {
      ...TOOLTIP,
      formatter: (item: unknown) => {
        const { name, exact } = (item as { data: Area }).data;
        return exact === undefined ? name : `${name}\n${tonnes(exact)} ${t.carbon.unit}`;
      },
    },
    series: [
      {
        type: 'treemap',
        data: areas,
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        top: 0,
        left: 0,
        right: 0,
        bottom: 0,
        leafDepth: 3,
        label: { fontSize: 11, overflow: 'truncate', color: '#fff' },
        upperLabel: { show: true, height: 20, fontSize: 11, color: '#fff', overflow: 'truncate' },
        levels: [
          { itemStyle: { gapWidth: 4, borderWidth: 0 }, upperLabel: { show: false } },
          { itemStyle: { gapWidth: 1, borderWidth: 1 }, upperLabel: { fontWeight: 'bold' } },
          { itemStyle: { gapWidth: 1, borderWidth: 1 } },
        ],
      },
    ],
  };
  return <Chart label={t.carbon.treemap} fileName={fileName} option={option} height={300} onSelect={select} />;
}

function areasOf({ rows, rest }: Inventory): Area[] {
  const positive = rows.filter(({ keys, co2e_kg }) => keys.scope !== 'outside' && compare(co2e_kg, '0') > 0);
  const smaller: Area[] =
    rest.rows > 0 && compare(rest.co2e_t, '0') > 0
      ? [
          {
            name: t.carbon.smallerParts(rest.rows),
            value: Number(rest.co2e_t),
            exact: rest.co2e_t,
            itemStyle: frame(''),
          },
        ]
      : [];
  const scopes = group(positive, 'scope').map(([scope, ofScope]) => ({
    itemStyle: frame(scope),
    ...area(
      nameOf('scope', scope),
      group(ofScope, 'category').flatMap(([category, ofCategory]) => {
        const leaves: Area[] = ofCategory.map(({ keys, co2e_t, ref }) => ({
          name: nameOf('activity', keys.activity ?? ''),
          value: Number(co2e_t),
          exact: co2e_t,
          ref,
          itemStyle: frame(scope),
        }));
        return category === '' ? leaves : [{ itemStyle: frame(scope), ...area(nameOf('category', category), leaves) }];
      }),
    ),
  }));
  return [...scopes, ...smaller];
}

/** Of an area's frame, and of the area: the same hues as in the chart by month, dark enough for white text. */
const SCOPE_COLOURS: Record<string, [string, string]> = {
  '1': ['#124e48', '#1f756c'],
  '2': ['#6d4509', '#96610f'],
  '3': ['#24476f', '#3c6ea8'],
};

function frame(scope: string): { color: string; borderColor: string } {
  const [borderColor, color] = SCOPE_COLOURS[scope] ?? ['#3a4446', '#566368'];
  return { color, borderColor };
}

function area(name: string, children: Area[]): Area {
  const exact = sum(children.map((child) => child.exact));
  return { name, value: Number(exact), exact, children };
}

function group(rows: Inventory['rows'], dimension: string): [string, Inventory['rows']][] {
  const groups = Map.groupBy(rows, ({ keys }) => keys[dimension] ?? '');
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
