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

export type CustomerRow = Answer<'/api/customers'>['customers'][number];
export type CustomersQuery = Query<'/api/customers'>;
export type CustomerDetail = Answer<'/api/customers/{source}/{external_id}'>;
export type Subscription = CustomerDetail['subscriptions'][number];
export type Invoice = Answer<'/api/customers/{source}/{external_id}/invoices'>['invoices'][number];
export type Segment = Answer<'/api/segments'>['segments'][number];

const CUSTOMERS_PER_PAGE = 100;

export function useCustomers(query: CustomersQuery, enabled = true) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['customers', query, asOf],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/api/customers', {
          params: {
            query: {
              ...query,
              limit: CUSTOMERS_PER_PAGE,
              ...asOfPart(asOf),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useCustomer(source: string, externalId: string) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['customer', source, externalId, asOf],
    queryFn: () =>
      dataOf(
        api.GET('/api/customers/{source}/{external_id}', {
          params: { path: { source, external_id: externalId }, query: asOfPart(asOf) },
        }),
      ),
  });
}

const INVOICES_PER_PAGE = 25;

export function useInvoices(source: string, externalId: string) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['invoices', source, externalId, asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/customers/{source}/{external_id}/invoices', {
          params: {
            path: { source, external_id: externalId },
            query: { limit: INVOICES_PER_PAGE, ...asOfPart(asOf), ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

export function useSegments() {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['segments', asOf],
    queryFn: () => dataOf(api.GET('/api/segments', { params: { query: asOfPart(asOf) } })),
  });
}
