/** What of the application's state stands in the address: shared links and the back button work on it. */
import { useNavigate, useRouterState, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Parameters that every page has. */
export interface CommonSearch {
  /** The whole application shows the books as of this entry. */
  as_of?: number;
  /** The figure that is explained beside the page. */
  explain?: string;
}

export type Search = CommonSearch & Record<string, unknown>;

const ENTRY_PATTERN = /^\d{1,15}$/;

export function commonSearch(search: Record<string, unknown>): CommonSearch {
  const asOf = String(search.as_of ?? '');
  return {
    ...(ENTRY_PATTERN.test(asOf) ? { as_of: Number(asOf) } : {}),
    ...(typeof search.explain === 'string' && search.explain !== '' ? { explain: search.explain } : {}),
  };
}

export const useAddress = (): Search => useSearch({ strict: false }) as Search;
/** A part of the address: what uses it is drawn anew when this part changes, and not with every other one. */
export function useOfAddress<T extends string | number | boolean | undefined>(part: (search: Search) => T): T {
  return useSearch({ strict: false, select: (search: unknown) => part(search as Search) } as never) as unknown as T;
}

export const useAsOf = (): number | undefined => useOfAddress((search) => search.as_of);
export const usePath = (): string => useRouterState({ select: (state) => state.location.pathname });

/** One parameter as text; undefined when it is not there. */
export function useParameter(name: string): string | undefined {
  return useOfAddress((search) => (search[name] === undefined ? undefined : String(search[name])));
}

/** Changes parameters of the address and leaves the others; undefined takes one out. */
export function useSetAddress(): (patch: Search, options?: { replace?: boolean }) => void {
  const navigate = useNavigate();
  return useCallback(
    (patch, options = {}) => {
      void navigate({
        to: '.',
        search: ((old: Search) => clean({ ...old, ...patch })) as never,
        replace: options.replace ?? false,
        resetScroll: false,
      });
    },
    [navigate],
  );
}

/** What is kept from page to page (`as_of`) is only given up when it is undefined explicitly. */
function clean(search: Search): Search {
  const given = Object.entries(search).filter(
    ([name, value]) => (value !== undefined && value !== '') || name === 'as_of',
  );
  return Object.fromEntries(given);
}
