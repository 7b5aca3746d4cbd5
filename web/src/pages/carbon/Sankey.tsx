/** Who emits what: entities on the left, what they emit by on the right, the width of a band is CO2e. */
import { useCallback } from 'react';
import type { Inventory } from '../../api/queries.ts';
import { useSetAddress } from '../../app/address.ts';
import { Chart } from '../../components/Chart.tsx';
import { TOOLTIP } from '../../components/chartParts.ts';
import { compare, difference, sum, tonnes } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

/** Entities with a band of their own; the smaller ones share one. */
const ENTITIES_MAX = 12;
const PX_PER_NODE = 34;

/** The hues that scopes have in the other charts. */
const SCOPE_COLOURS: Record<string, string> = { '1': '#2b8a7f', '2': '#d08a1d', '3': '#5b87bd' };
const ENTITY_COLOUR = '#8a999c';

interface Band {
  source: string;
  target: string;
  value: number;
  exact: string;
  ref: string | null;
}

interface Props {
  /** Grouped by entity, scope and category, the largest first. */
  inventory: Inventory;
  /** Grouped by scope and category: what smaller flows come to together. */
  wholes: Inventory;
  fileName: string;
}

export function Sankey({ inventory, wholes, fileName }: Props) {
  const setAddress = useSetAddress();
  const select = useCallback(
    (_name: string, data: unknown) => {
      const ref = (data as Partial<Band> | undefined)?.ref;
      if (ref) setAddress({ explain: ref });
    },
    [setAddress],
  );
  const { bands, sources, targets } = bandsOf(inventory, wholes);
  const option = {
    tooltip: {
      ...TOOLTIP,
      formatter: (item: unknown) => {
        const { data, name } = item as { data: Partial<Band> & { exact?: string }; name: string };
        if (data.exact === undefined) return name;
        const title = data.source === undefined ? name.slice(2) : `${data.source.slice(2)} → ${data.target!.slice(2)}`;
        return `${title}\n${tonnes(data.exact)} ${t.carbon.unit}`;
      },
    },
    series: [
      {
        type: 'sankey',
        left: 4,
        right: 170,
        top: 8,
        bottom: 8,
        nodeGap: 10,
        draggable: false,
        layoutIterations: 24,
        label: {
          formatter: ({ name }: { name: string }) => name.slice(2),
          fontSize: 12,
          overflow: 'truncate',
          width: 165,
        },
        lineStyle: { color: 'target', opacity: 0.32, curveness: 0.5 },
        emphasis: { focus: 'adjacency' },
        data: [...sources, ...targets],
        links: bands,
      },
    ],
  };
  const height = Math.max(280, PX_PER_NODE * Math.max(sources.length, targets.length));
  return <Chart label={t.carbon.sankey} fileName={fileName} option={option} height={height} onSelect={select} />;
}

/** Names of nodes are unique over both sides: `e:` before entities, `c:` before what they emit by. */
function bandsOf({ rows, rest: unread }: Inventory, wholes: Inventory) {
  const positive = rows.filter(({ keys, co2e_kg }) => keys.scope !== 'outside' && compare(co2e_kg, '0') > 0);
  const byEntity = [...Map.groupBy(positive, ({ keys }) => keys.entity ?? '')]
    .map(([entity, own]) => ({ entity, own, total: sum(own.map(({ co2e_kg }) => co2e_kg)) }))
    .toSorted((a, b) => compare(b.total, a.total));
  const shown = byEntity.slice(0, ENTITIES_MAX);
  const rest = byEntity.slice(ENTITIES_MAX);
  const bands: Band[] = shown.flatMap(({ entity, own }) =>
    own.map(({ keys, co2e_t, ref }) => ({
      source: `e:${nameOf('entity', entity)}`,
      target: targetOf(keys),
      value: Number(co2e_t),
      exact: co2e_t,
      ref,
    })),
  );
  // What has no band of its own: smaller entities, and flows that are not read one by one.
  const together =
    unread.rows === 0
      ? sumsOf(rest.flatMap(({ own }) => own))
      : less(sumsOf(wholes.rows), sumsOf(shown.flatMap(({ own }) => own)));
  const others = unread.rows === 0 ? t.carbon.otherEntities(rest.length) : t.carbon.smallerFlows;
  for (const [target, exact] of together) {
    if (compare(exact, '0') > 0) bands.push({ source: `e:${others}`, target, value: Number(exact), exact, ref: null });
  }
  const node = (side: 'source' | 'target') =>
    [...Map.groupBy(bands, (band) => band[side])].map(([name, own]) => ({
      name,
      exact: sum(own.map(({ exact }) => exact)),
    }));
  const scopes = new Map([...wholes.rows, ...positive].map(({ keys }) => [targetOf(keys), keys.scope ?? '']));
  return {
    bands,
    sources: node('source').map((one) => ({ ...one, itemStyle: { color: ENTITY_COLOUR } })),
    targets: node('target').map((one) => ({
      ...one,
      itemStyle: { color: SCOPE_COLOURS[scopes.get(one.name) ?? ''] ?? ENTITY_COLOUR },
    })),
  };
}

/** Tonnes by what they are emitted by, of the rows in the scopes. */
function sumsOf(rows: Inventory['rows']): Map<string, string> {
  const inScopes = rows.filter(({ keys }) => keys.scope !== 'outside');
  return new Map(
    [...Map.groupBy(inScopes, ({ keys }) => targetOf(keys))].map(([target, own]) => [
      target,
      sum(own.map(({ co2e_t }) => co2e_t)),
    ]),
  );
}

function less(whole: Map<string, string>, part: Map<string, string>): Map<string, string> {
  return new Map([...whole].map(([target, exact]) => [target, difference(exact, part.get(target) ?? '0')]));
}

function targetOf(keys: Record<string, string>): string {
  const { scope = '', category = '' } = keys;
  return `c:${category === '' ? nameOf('scope', scope) : nameOf('category', category)}`;
}
