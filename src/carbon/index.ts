/** The carbon book: activities, factors, matching, emissions, inventory. */
export { carbonBook, openingEntries } from './book.ts';
export { GWP_SET_NAMES } from './catalogue/gwp.ts';
export { loadCatalogue } from './catalogue/load.ts';
export type { Factor, GwpSetName, Release } from './catalogue/types.ts';
export {
  type CandidateView,
  candidateView,
  ESTIMATES_MAX,
  type EstimateItem,
  type EstimateResult,
  type Estimates,
  estimate,
} from './estimate/estimate.ts';
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
export type { Candidate } from './matching/candidates.ts';
export { checkDecisions, checkRules } from './matching/check.ts';
export {
  type Choice,
  type DecisionInput,
  FACTS,
  OPERATORS,
  type RuleInput,
} from './matching/choices.ts';
export { factorCo2eUnder, findFactors } from './matching/factors.ts';
export {
  changeOf,
  choicesInForce,
  DECIDE_KIND,
  RULE_KIND,
  statedChoices,
  UNDO_KIND,
} from './matching/ledger.ts';
export { type Preview, previewChange, QUEUE_ORDERS, type QueueItem, reviewQueue } from './matching/queue.ts';
export { matchingState } from './matching/state.ts';
export { ADOPT_KIND, type AdoptPayload, starterReleases } from './matching.ts';
export { activities, carbonStreams, PERIOD_DAYS_MAX } from './streams.ts';
export { HOLD_WORDS } from './tables.ts';
