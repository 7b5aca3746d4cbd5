/** The carbon book: activities, factors, matching, emissions, inventory. */

export { intensity } from './base-year/baseYear.ts';
export { entriesAboutIn } from './base-year/entries.ts';
export { explainBaseYear, isBaseYearRef } from './base-year/explain.ts';
export { type BaseYearState, baseYearState, type Stated } from './base-year/ledger.ts';
export { DEFAULT_BASE_YEAR, SCOPES, THRESHOLD_PERCENT } from './base-year/names.ts';
export { baseYearReport } from './base-year/report.ts';
export * from './base-year/shapes.ts';
export {
  BASE_YEAR_EVENT_KIND,
  BASE_YEAR_KIND,
  checkBaseYear,
  checkEvent,
  checkTarget,
  TARGET_KIND,
  WITHDRAW_EVENT_KIND,
  WITHDRAW_TARGET_KIND,
} from './base-year/statements.ts';
export { carbonBook, openingEntries } from './book.ts';
export { readCsv, writeCsv } from './catalogue/csv.ts';
export { GWP_SET_NAMES } from './catalogue/gwp.ts';
export { loadCatalogue } from './catalogue/load.ts';
export { gasSplitOf } from './catalogue/supply-chain-gases.ts';
export type { Factor, GwpSetName, Release } from './catalogue/types.ts';
export {
  CHECK_COUNTS,
  checkRef,
  completeness,
  duplicates,
  financedQuality,
  intensityOutliers,
  negatives,
  OUTLIER_TIMES,
  periodFindings,
  qualityOf,
  SCREENING_STATUSES,
  screeningOf,
  spendQuality,
  unitOutliers,
} from './checks/index.ts';
export { FILTER_DIMENSIONS } from './dimensions.ts';
export {
  type CandidateView,
  candidateView,
  ESTIMATES_MAX,
  type EstimateItem,
  type EstimateResult,
  type Estimates,
  estimate,
} from './estimate/estimate.ts';
export { type EstimateTexts, estimateTexts } from './estimate/text.ts';
export { type ExplainOptions, explainInventory, isInventoryRef } from './explain.ts';
export { carbonExports } from './exports.ts';
export { factorsById, releaseById } from './factors/find.ts';
export type { Figures } from './figures.ts';
export { heldForecast } from './heldForecast.ts';
export {
  boundaryFor,
  type Dimension,
  GROUPS_MAX,
  type HeldGroup,
  type HeldSum,
  heldBack,
  INVENTORY_DIMENSIONS,
  type InventoryQuery,
  type InventoryRow,
  type InventoryStatement,
  inventory,
  inventoryByScope,
  narrowedBy,
  pageKeys,
} from './inventory.ts';
export { type EmissionLine, emissionLines, LINE_ORDERS, type LineOrder } from './lines.ts';
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
export { type Preview, previewChange } from './matching/preview.ts';
export { QUEUE_ORDERS, type QueueItem, type QueueOrder, reviewQueue } from './matching/queue.ts';
export { FURTHER_FIELDS } from './matching/refine.ts';
export { matchingState } from './matching/state.ts';
export { ADOPT_KIND, type AdoptPayload, adoptedReleases, releaseHash, starterReleases } from './matching.ts';
export { CAUSE_WORDS, CAUSES, type Cause, type CellChange, type Effects, type Side } from './methodology/difference.ts';
export { type DifferencePlace, explainDifference, keysOfPlace, refsOfFirst } from './methodology/explainDifference.ts';
export { differsFromBooks, inventoryUnder } from './methodology/inventoryUnder.ts';
export { checkReleases, decidesOtherwise } from './methodology/items.ts';
export {
  ADOPT_METHODOLOGY_KIND,
  type AdoptMethodologyPayload,
  methodologies,
  methodologyInForce,
  methodologyNamed,
  STATE_METHODOLOGY_KIND,
  type StatedMethodology,
  type StatePayload,
} from './methodology/ledger.ts';
export {
  APPROACHES,
  checkName,
  contentOf,
  DEFAULT_METHODOLOGY,
  GRANULARITIES,
  METHANE_RULES,
  type Methodology,
  type MethodologyInput,
  methodologyId,
} from './methodology/methodology.ts';
export { TIME_POLICIES } from './methodology/policies.ts';
export { type Compared, compare, type PositionQuery } from './methodology/whatIf.ts';
export { METHODS } from './methods/methods.ts';
export { type Boundary, boundaryOf, type EntityBoundary } from './organisation/boundary.ts';
export { checkOrganisation, type OrganisationFinding } from './organisation/check.ts';
export { type Entity, type Organisation, organisationAsOf, parentsOf } from './organisation/organisation.ts';
export {
  APPROACHES as CONSOLIDATION_APPROACHES,
  type Approach,
  effectiveShares,
  type OwnershipEdge,
} from './organisation/shares.ts';
export { entities, ownership } from './organisation/streams.ts';
export { type OrganisationTree, organisationTree } from './organisation/tree.ts';
export { ROW_ORDERS, type RowKeys, type RowOrder, type RowPage } from './page.ts';
export { FILE_BYTES_MAX as FACTOR_FILE_BYTES_MAX, importRelease, releaseAsOf } from './releases/imported.ts';
export { differenceOf, effectOfAdopting, type ReleaseView, releasesKnown } from './releases/preview.ts';
export { readPublication } from './releases/read.ts';
export { type InstrumentResult, placesOf } from './scope2/allocate.ts';
export { CHP_METHODS, type ChpMethod, lossEmissions, splitChp } from './scope2/chp.ts';
export { explainScope2, isScope2Ref } from './scope2/explain.ts';
export { marketTotalRef } from './scope2/explainTotal.ts';
export {
  type InstrumentSum,
  instrumentRef,
  instrumentSum,
  instrumentSumRef,
} from './scope2/instrumentSums.ts';
export { COVER_KINDS, marketBook } from './scope2/lines.ts';
export { type Scope2Statement, scope2Statement } from './scope2/statement.ts';
export { activities, carbonStreams, PERIOD_DAYS_MAX } from './streams.ts';
export { FLAG_WORDS, HOLD_WORDS } from './tables.ts';
export { DRAWS_DEFAULT, DRAWS_MAX, DRAWS_MIN } from './uncertainty/monteCarlo.ts';
export { UNCERTAINTY_METHODS, uncertainty } from './uncertainty/report.ts';
