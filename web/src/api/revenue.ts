/** What the pages of the revenue book read. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useAsOf } from '../app/address.ts';
import { api, dataOf } from './client.ts';
import { type Answer, asOfPart, type Query } from './queries.ts';

export type Metrics = Answer<'/api/metrics'>;
export type MetricDefinition = Metrics['metrics'][number];
export type MetricUnit = 'cents' | 'count' | 'percent' | 'ratio';
export type MetricBucket = Metrics['buckets'][number];
export type MetricsQuery = Query<'/api/metrics'>;
export type Cohorts = Answer<'/api/metrics/cohorts'>;
export type CohortsQuery = Query<'/api/metrics/cohorts'>;
export type Movement = Answer<'/api/metrics/activities'>['activities'][number];
export type MovementsQuery = Query<'/api/metrics/activities'>;

export function useMetrics(query: MetricsQuery, enabled = true) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['metrics', query, asOf],
    queryFn: () => dataOf(api.GET('/api/metrics', { params: { query: { ...query, ...asOfPart(asOf) } } })),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useCohorts(query: CohortsQuery, enabled = true) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['cohorts', query, asOf],
    queryFn: () => dataOf(api.GET('/api/metrics/cohorts', { params: { query: { ...query, ...asOfPart(asOf) } } })),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useMovements(query: MovementsQuery, enabled = true) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['movements', query, asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/metrics/activities', {
          params: { query: { ...query, ...asOfPart(asOf), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    enabled,
  });
}
