/** The carbon book: activities, factors, matching, emissions, inventory. */
export { carbonBook, openingEntries } from './book.ts';
export { type ExplainOptions, explainInventory, isInventoryRef } from './explain.ts';
export type { Figures } from './figures.ts';
export {
  type Dimension,
  type HeldGroup,
  type HeldSum,
  heldBack,
  INVENTORY_DIMENSIONS,
  type InventoryQuery,
  type InventoryRow,
  type InventoryStatement,
  inventory,
} from './inventory.ts';
export { ADOPT_KIND, type AdoptPayload, starterReleases } from './matching.ts';
export { activities, carbonStreams, entities, PERIOD_DAYS_MAX } from './streams.ts';
export { HOLD_WORDS } from './tables.ts';
