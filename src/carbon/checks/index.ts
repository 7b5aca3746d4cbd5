/** Checks of the carbon book's data, and the report that has all of them. */

export { CHECK_COUNTS, checkRef } from './explain.ts';
export { type ActivityFinding, type DuplicateFinding, duplicates, negatives, unitOutliers } from './lines.ts';
export { intensityOutliers, OUTLIER_TIMES, type OutlierFinding } from './outliers.ts';
export { type Completeness, completeness, type PeriodFinding, periodFindings } from './periods.ts';
export { type QualityReport, qualityOf, weightedScore } from './quality.ts';
export { type ScreenedCategory, screeningOf } from './screening.ts';
export { CHECK_STREAMS, SCREENING_STATUSES, screening } from './streams.ts';
