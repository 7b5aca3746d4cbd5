/** The revenue book: its streams, its postings, its statements. */
export { revenueBook } from './book.ts';
export { INTERVALS, type StatementInterval } from './buckets.ts';
export { registerChartmogulApi } from './chartmogul/api.ts';
export type { ApiCaller, ChartmogulDependencies } from './chartmogul/context.ts';
export { postedSettings } from './circumstances.ts';
export { DailyTotals } from './dailyTotals.ts';
export { explainRevenue, type SourceOf } from './explain.ts';
export { revenueExports } from './exports.ts';
export { amountText, type Money, money } from './money.ts';
export { recognisedRevenue } from './recognised.ts';
export type { RevenueSettings } from './rules/index.ts';
export {
  checkedSettings,
  revenueSettingsAsOf,
  SETTINGS,
  type SettingsPayload,
  setSettings,
  settingsHistory,
  verifySettings,
} from './settings/index.ts';
export { listSources, type SourceState } from './sourcesList.ts';
export { StatedStore } from './stated/store.ts';
export { type StatedDifference, verifyStated } from './stated/verify.ts';
export {
  MOVEMENT_LABELS,
  MOVEMENT_TYPES,
  type MovementType,
  type MrrBucket,
  type MrrStatement,
  type MrrStatementParameters,
  movementMonths,
  mrrStatement,
  STATEMENT_ROWS,
  type StatementRow,
} from './statement.ts';
export { customers, invoices, plans, revenueStreams, transactions } from './streams.ts';
export * from './stripe/index.ts';
export { UnpostedTotals } from './unposted.ts';
export { type DataWarning, listWarnings } from './warnings.ts';
export { type Compared, compareMrr, deriveWhatIf, type MrrComparison } from './whatIf.ts';
