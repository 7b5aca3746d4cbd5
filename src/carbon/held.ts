/** What an inventory's query says of activities that are held back, and the reference that names them. */
import { type InventoryQuery, inventoryRef } from './dimensions.ts';

/** What no decision is needed for to know of an activity that is held back. */
const KNOWN = ['entity', 'month', 'year', 'country', 'region', 'activity'] as const;

/** The query without the filters that only a decision could answer. */
export function heldQuery(query: InventoryQuery): InventoryQuery {
  const kept = KNOWN.filter((dimension) => query.filters?.[dimension] !== undefined);
  return { ...query, filters: Object.fromEntries(kept.map((dimension) => [dimension, query.filters![dimension]])) };
}

export interface HeldKey {
  reason: string;
  unit: string;
  currency: string;
  detail?: string;
}

/** A reference to what is held back for one reason in one unit. */
export function heldRef(query: InventoryQuery, key: HeldKey): string {
  const words = new URLSearchParams(inventoryRef(heldQuery(query), {}).slice('inventory?'.length));
  words.delete('gwp');
  for (const [name, value] of Object.entries(key)) words.set(name, value);
  return `held?${words}`;
}
