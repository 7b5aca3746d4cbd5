/** What the pages of the carbon book read beside the inventory. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useAsOf } from '../app/address.ts';
import { api, dataOf } from './client.ts';
import { type Answer, asOfPart, type Query } from './queries.ts';
import type { paths } from './schema.d.ts';

export type QueueItem = Answer<'/api/carbon/queue'>['items'][number];
export type Candidate = QueueItem['candidates'][number];
export type FactorBrief = Answer<'/api/carbon/factors'>['factors'][number];
export type FactorQuery = Query<'/api/carbon/factors'>;
export type Factor = Answer<'/api/carbon/factors/{factor}'>;
export type EstimateAnswer = paths['/api/carbon/estimate']['post']['responses'][200]['content']['application/json'];
type DecisionAnswers = paths['/api/carbon/decisions']['post']['responses'];
export type Preview = DecisionAnswers[200]['content']['application/json'];
export type Stated = DecisionAnswers[201]['content']['application/json'];
export type DecisionInput = NonNullable<
  paths['/api/carbon/decisions']['post']['requestBody']
>['content']['application/json']['decisions'][number];

const ITEMS_PER_PAGE = 50;
/** As many as there are digits to choose them by. */
const CANDIDATES = 5;

export function useQueue(order: NonNullable<Query<'/api/carbon/queue'>['order']>) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['queue', order, asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/carbon/queue', {
          params: {
            query: {
              order,
              limit: ITEMS_PER_PAGE,
              candidates: CANDIDATES,
              ...asOfPart(asOf),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

/** What decisions would do to the total; nothing is stated. */
export function useEffectOf(decisions: readonly DecisionInput[]) {
  return useQuery({
    queryKey: ['effect', decisions],
    queryFn: async ({ signal }) =>
      (await dataOf(
        api.POST('/api/carbon/decisions', { body: { decisions: [...decisions], preview: true }, signal }),
      )) as Preview,
    enabled: decisions.length > 0,
  });
}

export function useFactors(query: FactorQuery, enabled = true, limit = 100) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['factors', query, asOf, limit],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/carbon/factors', {
          params: { query: { ...query, limit, ...asOfPart(asOf), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useFactor(id: string | undefined) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['factor', id, asOf],
    queryFn: () =>
      dataOf(api.GET('/api/carbon/factors/{factor}', { params: { path: { factor: id! }, query: asOfPart(asOf) } })),
    enabled: id !== undefined,
  });
}

export type Organisation = Answer<'/api/organisation'>;
export type Entity = Organisation['entities'][number];

export function useOrganisation(query: Query<'/api/organisation'>, enabled = true) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['organisation', query, asOf],
    queryFn: () => dataOf(api.GET('/api/organisation', { params: { query: { ...query, ...asOfPart(asOf) } } })),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useOrganisationCheck() {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['organisation check', asOf],
    queryFn: () => dataOf(api.GET('/api/organisation/check', { params: { query: asOfPart(asOf) } })),
  });
}

export type EmissionLine = Answer<'/api/carbon/lines'>['lines'][number];
export type LinesQuery = Query<'/api/carbon/lines'>;

const LINES_PER_PAGE = 100;

export function useLines(query: LinesQuery, enabled = true) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['lines', query, asOf],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/api/carbon/lines', {
          params: {
            query: { ...query, limit: LINES_PER_PAGE, ...asOfPart(asOf), ...(pageParam ? { cursor: pageParam } : {}) },
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

/** Emissions per net revenue. */
export function useIntensityReport(query: Query<'/api/reports/intensity'>, enabled = true) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['intensity', query, asOf],
    queryFn: () => dataOf(api.GET('/api/reports/intensity', { params: { query: { ...query, ...asOfPart(asOf) } } })),
    placeholderData: keepPreviousData,
    enabled,
  });
}
