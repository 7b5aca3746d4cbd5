/** Checks of the carbon book's data, and the report that has all of them. */

export { CHECK_COUNTS } from './explain.ts';
export { type FinancedQuality, financedQuality } from './financed.ts';
export { type ActivityFinding, type DuplicateFinding, duplicates, negatives, unitOutliers } from './lines.ts';
export { intensityOutliers, OUTLIER_TIMES, type OutlierFinding } from './outliers.ts';
export { type Completeness, completeness, type PeriodFinding, periodFindings } from './periods.ts';
export { checkRef, type QualityReport, qualityOf, weightedScore } from './quality.ts';
export { type ScreenedCategory, screeningOf } from './screening.ts';
export { type SpendQuality, spendQuality } from './spend.ts';
export { CHECK_STREAMS, SCREENING_STATUSES, screening } from './streams.ts';
