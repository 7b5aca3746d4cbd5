/** What the page reads, as hooks. Every reading of figures is as of the entry in the address, when there is one. */
import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useAsOf } from '../app/address.ts';
import { ApiError, api, apiFetch, dataOf } from './client.ts';
import type { paths } from './schema.d.ts';

export type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Data } } } };
}
  ? Data
  : never;
export type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never;

export type Mrr = Answer<'/api/reports/mrr'>;
export type MrrCurrency = Mrr['currencies'][number];
export type MrrBucket = MrrCurrency['buckets'][number];
export type MrrFigure = MrrBucket['end'];
export type Inventory = Answer<'/api/reports/inventory'>;
export type InventoryRow = Inventory['rows'][number];
export type Held = Answer<'/api/reports/held'>['groups'][number];
export type Warning = Answer<'/api/reports/warnings'>['warnings'][number];
export type Import = Answer<'/api/imports/{seq}'>;
export type RejectedRow = Import['rejected'][number];
export type EntrySummary = Answer<'/api/journal'>['entries'][number];
export type Stream = Answer<'/api/streams'>['streams'][number];
export type ApiKey = Answer<'/api/keys'>['keys'][number];
export type Job = Answer<'/api/jobs/{id}'>;
export type MrrQuery = Query<'/api/reports/mrr'>;
export type InventoryQuery = Query<'/api/reports/inventory'>;
/** One step of the walk from a figure to its source; its children have the same shape. */
export type Explanation = Omit<Answer<'/api/explain'>, 'children'> & { children: Explanation[] };
/** One record as it stands: its columns, and where it was stated. */
export type RecordRow = Record<string, unknown> & { origin_seq: string; origin_row: number; source: string };

const RETRIES_MAX = 2;
const HEAD_POLL_MS = 10_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      // What the server refuses it refuses again; what it could not do now may work in a second.
      retry: (failures, error) =>
        failures < RETRIES_MAX && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

/** The account and the number of its last entry. */
export const useAccount = () =>
  useQuery({
    queryKey: ['account'],
    queryFn: () => dataOf(api.GET('/api/account')),
    staleTime: 0,
  });

/** Asks for the last entry every few seconds, and reads everything on the screen again when there is another one. */
export function usePollJournal(enabled: boolean): void {
  const { data } = useQuery({
    queryKey: ['account'],
    queryFn: () => dataOf(api.GET('/api/account')),
    refetchInterval: enabled ? HEAD_POLL_MS : false,
    staleTime: 0,
  });
  const seq = data?.seq;
  const seen = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (enabled && seq !== undefined && seen.current !== undefined && seq !== seen.current) readAgain();
    if (seq !== undefined) seen.current = seq;
  }, [enabled, seq]);
}

export function readAgain(): void {
  void queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'account' });
}

export const asOfPart = (asOf: number | undefined) => (asOf === undefined ? {} : { as_of: asOf });

export function useMrr(query: MrrQuery, enabled = true) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['mrr', query, asOf],
    queryFn: () => dataOf(api.GET('/api/reports/mrr', { params: { query: { ...query, ...asOfPart(asOf) } } })),
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** As many as the server gives in one answer: charts and tables are drawn of all groups. */
const ROWS_MAX = 50_000;

export function useInventory(query: InventoryQuery, enabled = true) {
  const asOf = useAsOf();
  return useQuery({
    queryKey: ['inventory', query, asOf],
    queryFn: () =>
      dataOf(
        api.GET('/api/reports/inventory', {
          params: { query: { limit: ROWS_MAX, brief: true, ...query, ...asOfPart(asOf) } },
        }),
      ),
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** Rows in the order of their keys, `limit` at a time. */
export function useInventoryPages(query: InventoryQuery & { limit: number }, enabled = true) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['inventory', 'pages', query, asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/reports/inventory', {
          params: { query: { brief: true, ...query, ...asOfPart(asOf), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    enabled,
  });
}

const HELD_PER_PAGE = 200;

export function useHeld() {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['held', asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/reports/held', {
          params: { query: { limit: HELD_PER_PAGE, ...asOfPart(asOf), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

export function useWarnings() {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['warnings', asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/reports/warnings', {
          params: { query: { limit: 100, ...asOfPart(asOf), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

export function useExplanation(ref: string | undefined) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['explain', ref, asOf],
    queryFn: async ({ pageParam }) =>
      (await dataOf(
        api.GET('/api/explain', {
          params: { query: { ref: ref!, ...asOfPart(asOf), ...(pageParam > 0 ? { offset: pageParam } : {}) } },
        }),
      )) as unknown as Explanation,
    initialPageParam: 0,
    getNextPageParam: (page, pages) => {
      const listed = pages.reduce((total, { children }) => total + children.length, 0);
      return page.children.length > 0 && listed < page.children_total ? listed : null;
    },
    enabled: ref !== undefined,
  });
}

export function useImports() {
  return useInfiniteQuery({
    queryKey: ['imports'],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/imports', { params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

export const useImport = (seq: number) =>
  useQuery({
    queryKey: ['import', seq],
    queryFn: () => dataOf(api.GET('/api/imports/{seq}', { params: { path: { seq } } })),
  });

export function useJournal(kind: string | undefined, asOf: number | undefined, limit = 100) {
  return useInfiniteQuery({
    queryKey: ['journal', kind, asOf, limit],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/journal', {
          params: {
            query: {
              order: 'newest',
              limit,
              ...asOfPart(asOf),
              ...(kind ? { kind } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

export const useEntry = (seq: number | undefined) =>
  useQuery({
    queryKey: ['entry', seq],
    queryFn: () => dataOf(api.GET('/api/journal/{seq}', { params: { path: { seq: seq! } } })),
    enabled: seq !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useStreams = () =>
  useQuery({
    queryKey: ['streams'],
    queryFn: () => dataOf(api.GET('/api/streams')),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useKeys = () => useQuery({ queryKey: ['keys'], queryFn: () => dataOf(api.GET('/api/keys')) });

export const useJobs = () => useQuery({ queryKey: ['jobs'], queryFn: () => dataOf(api.GET('/api/jobs')) });

/** Records of a stream, page by page; `key` names one record by its whole key. */
export function useRecords(stream: string, key: Record<string, string> | null, limit = 200) {
  const asOf = useAsOf();
  return useInfiniteQuery({
    queryKey: ['records', stream, key, asOf, limit],
    queryFn: async ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(limit), ...key });
      if (asOf !== undefined) query.set('as_of', String(asOf));
      if (pageParam) query.set('cursor', pageParam);
      const response = await apiFetch(`/api/records/${stream}?${query}`, { signal });
      return (await response.json()) as { rows: RecordRow[]; next: string | null };
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

/** The last calendar year that the books say something about; null when they are empty, undefined while that is not known. */
export function useYears(): { years: string[]; latest: string | null } | undefined {
  const mrr = useMrr({ from: FIRST_MONTH, interval: 'year' });
  const inventory = useInventory({ gwp: 'AR5', group_by: 'year' });
  if (!mrr.data || !inventory.data) return undefined;
  const revenue = mrr.data.currencies.flatMap(({ buckets }) =>
    buckets.filter(({ postings }) => postings > 0).map(({ bucket }) => bucket),
  );
  const carbon = inventory.data.rows.map(({ keys }) => keys.year ?? '');
  const years = [...new Set([...revenue, ...carbon])].filter((year) => year !== '').sort();
  const latest = revenue.toSorted().at(-1) ?? fullest(inventory.data.rows) ?? null;
  return { years, latest };
}

/** Where the search for the first year begins; nothing that is imported begins earlier. */
const FIRST_MONTH = '1990-01';

/** A year of which only the first bills are there is not the one to begin with. */
function fullest(rows: readonly InventoryRow[]): string | undefined {
  return rows.toSorted((a, b) => b.lines - a.lines)[0]?.keys.year;
}
