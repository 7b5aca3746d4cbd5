/** What every page of the inventory takes from the address: months, potentials, and what it is narrowed to. */

import { useMemo } from 'react';
import type { InventoryQuery } from '../../api/queries.ts';
import { useYears } from '../../api/queries.ts';
import { useOfAddress, useParameter } from '../../app/address.ts';

export const GWP_SETS = ['AR4', 'AR5', 'AR6'] as const;
/** Dimensions that a row can be narrowed to. */
export const FILTERS = ['scope', 'category', 'entity', 'country', 'activity', 'factor', 'month', 'method'] as const;
/** Parameters that mean the same on every page of the book. */
export const KEPT = ['from', 'to', 'gwp', 'approach', ...FILTERS] as const;
export const APPROACHES = ['none', 'equity', 'financial', 'operational'] as const;

export interface CarbonRange {
  /** False until it is known what the books hold. */
  ready: boolean;
  from: string | undefined;
  to: string | undefined;
  gwp: (typeof GWP_SETS)[number];
  /** Undefined: as the methodology says. */
  approach: (typeof APPROACHES)[number] | undefined;
  filters: Record<string, string>;
  query: Omit<InventoryQuery, 'group_by'>;
  /** For the names of files. */
  name: string;
}

export function useCarbonRange(): CarbonRange {
  const latest = useYears()?.latest;
  const from = useParameter('from') ?? (latest ? `${latest}-01` : undefined);
  const to = useParameter('to') ?? (latest ? `${latest}-12` : undefined);
  const asked = useParameter('gwp');
  const askedApproach = useParameter('approach');
  const approach = APPROACHES.find((one) => one === askedApproach);
  const gwp = GWP_SETS.find((set) => set === asked) ?? 'AR5';
  const narrowed = useOfAddress((search) =>
    JSON.stringify(FILTERS.flatMap((name) => (search[name] === undefined ? [] : [[name, String(search[name])]]))),
  );
  const filters = useMemo(() => Object.fromEntries(JSON.parse(narrowed)) as Record<string, string>, [narrowed]);
  return {
    ready: latest !== undefined,
    from,
    to,
    gwp,
    approach,
    filters,
    query: { ...(from ? { from } : {}), ...(to ? { to } : {}), gwp, ...(approach ? { approach } : {}), ...filters },
    name: [gwp, from, to].filter(Boolean).join('-'),
  };
}
