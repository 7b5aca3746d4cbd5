/** Checks of the data behind the inventory: each is read by itself, when its table comes onto the screen. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useAsOf } from '../app/address.ts';
import { api, dataOf } from './client.ts';
import { type Answer, asOfPart } from './queries.ts';

export interface Months {
  from?: string;
  to?: string;
}
export type Completeness = Answer<'/api/carbon/checks/completeness'>;
export type CompletenessRow = Completeness['rows'][number];
export type Outlier = Answer<'/api/carbon/checks/outliers'>['findings'][number];
export type Period = Answer<'/api/carbon/checks/periods'>['findings'][number];
export type Duplicate = Answer<'/api/carbon/checks/duplicates'>['findings'][number];
export type Doubt = Answer<'/api/carbon/checks/units'>['findings'][number];
export type QualityReport = Answer<'/api/carbon/checks/quality'>;
export type Screening = Answer<'/api/carbon/checks/screening'>['categories'][number];
export type Uncertainty = Answer<'/api/reports/uncertainty'>;

const FINDINGS_SHOWN = 100;

function useCheck<T>(name: string, months: Months, enabled: boolean, read: (asOf: { as_of?: number }) => Promise<T>) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['check', name, months, asOf],
    queryFn: () => read(asOfPart(asOf)),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export const useChecks = (months: Months, enabled: boolean) =>
  useCheck('summary', months, enabled, (asOf) =>
    dataOf(api.GET('/api/carbon/checks', { params: { query: { ...months, ...asOf } } })),
  );
/** Rows of the grid, a screen's worth at a time. */
export function useCompleteness(months: Months, enabled: boolean) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['check', 'completeness', months, asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/carbon/checks/completeness', {
          params: { query: { ...months, limit: FINDINGS_SHOWN, offset: pageParam, ...asOfPart(asOf) } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: ({ total }, pages) => {
      const read = pages.reduce((sum, { rows }) => sum + rows.length, 0);
      return read < total ? read : undefined;
    },
    placeholderData: keepPreviousData,
    enabled,
  });
}
export const useOutliers = (months: Months, enabled: boolean) =>
  useCheck('outliers', months, enabled, (asOf) =>
    dataOf(
      api.GET('/api/carbon/checks/outliers', { params: { query: { ...months, limit: FINDINGS_SHOWN, ...asOf } } }),
    ),
  );
export const usePeriods = (months: Months, enabled: boolean) =>
  useCheck('periods', months, enabled, (asOf) =>
    dataOf(api.GET('/api/carbon/checks/periods', { params: { query: { ...months, limit: FINDINGS_SHOWN, ...asOf } } })),
  );
export const useDuplicates = (enabled: boolean) =>
  useCheck('duplicates', {}, enabled, (asOf) =>
    dataOf(api.GET('/api/carbon/checks/duplicates', { params: { query: { limit: FINDINGS_SHOWN, ...asOf } } })),
  );
export const useNegatives = (enabled: boolean) =>
  useCheck('negatives', {}, enabled, (asOf) =>
    dataOf(api.GET('/api/carbon/checks/negatives', { params: { query: { limit: FINDINGS_SHOWN, ...asOf } } })),
  );
export const useUnitDoubts = (enabled: boolean) =>
  useCheck('units', {}, enabled, (asOf) =>
    dataOf(api.GET('/api/carbon/checks/units', { params: { query: { limit: FINDINGS_SHOWN, ...asOf } } })),
  );
export const useQuality = (months: Months, enabled: boolean) =>
  useCheck('quality', months, enabled, (asOf) =>
    dataOf(api.GET('/api/carbon/checks/quality', { params: { query: { ...months, ...asOf } } })),
  );
export const useScreening = (months: Months, enabled: boolean) =>
  useCheck('screening', months, enabled, (asOf) =>
    dataOf(api.GET('/api/carbon/checks/screening', { params: { query: { ...months, ...asOf } } })),
  );
export const useUncertainty = (months: Months, enabled: boolean) =>
  useCheck('uncertainty', months, enabled, (asOf) =>
    dataOf(api.GET('/api/reports/uncertainty', { params: { query: { ...months, ...asOf } } })),
  );
