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
export const useAsOf = (): number | undefined => useAddress().as_of;
export const usePath = (): string => useRouterState({ select: (state) => state.location.pathname });

/** One parameter as text; undefined when it is not there. */
export function useParameter(name: string): string | undefined {
  const value = useAddress()[name];
  return value === undefined ? undefined : String(value);
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
