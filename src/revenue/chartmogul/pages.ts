/** Pagination: opaque keyset cursors, and page numbers for old clients. */
import { badParameter } from './errors.ts';

export const PER_PAGE_MAX = 200;

export interface PageRequest {
  perPage: number;
  /** Sort key of the last row of the page before, as text; null for the first page. */
  after: string[] | null;
  /** Page number when asked for by number, 1 for the first. */
  page: number | null;
}

type Query = Record<string, string | undefined>;

/** Reads per_page, cursor and page. `keys`: how many parts the list's sort key has. Errors: 400 with the parameter. */
export function pageRequest(query: Query, keys: number): PageRequest {
  const perPage = Math.min(wholeNumber(query, 'per_page') ?? PER_PAGE_MAX, PER_PAGE_MAX);
  const page = wholeNumber(query, 'page');
  const cursor = query.cursor;
  if (cursor === undefined || cursor === '') return { perPage, after: null, page };
  return { perPage, after: readCursor(cursor, keys), page: null };
}

function wholeNumber(query: Query, name: string): number | null {
  const text = query[name];
  if (text === undefined || text === '') return null;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) {
    throw badParameter(name, `${name} must be a whole number of 1 or more`);
  }
  return Number(text);
}

export function writeCursor(parts: readonly string[]): string {
  return Buffer.from(parts.map(encodeURIComponent).join('&')).toString('base64');
}

function readCursor(cursor: string, keys: number): string[] {
  const text = Buffer.from(cursor, 'base64').toString();
  let parts: string[] = [];
  try {
    parts = text.split('&').map(decodeURIComponent);
  } catch {
    // Not one of ours; refused below.
  }
  if (parts.length !== keys || writeCursor(parts) !== cursor || parts.some((part) => /[\p{Cc}\ufffd]/u.test(part))) {
    throw badParameter('cursor', 'The cursor is not valid; use the one from the answer before, unchanged');
  }
  return parts;
}

/** A cursor's part that must be a number, else 400. */
export function numberPart(part: string): string {
  if (!/^-?\d{1,20}$/.test(part)) throw badParameter('cursor', 'The cursor is not valid');
  return part;
}

/**
 * cursor and has_more of a list from which one row more than a page was read; with `total`, page numbers too, unless a cursor was followed:
 * old clients read them.
 */
export function pageOf<Row>(
  request: PageRequest,
  found: readonly Row[],
  sortKey: (row: Row) => string[],
  total?: number,
): { rows: Row[]; tail: Record<string, string | number | boolean | null> } {
  const rows = found.slice(0, request.perPage);
  const last = rows.at(-1);
  const numbers =
    request.after !== null || total === undefined
      ? {}
      : { current_page: request.page ?? 1, total_pages: Math.ceil(total / request.perPage) };
  return {
    rows,
    tail: { cursor: last ? writeCursor(sortKey(last)) : null, has_more: found.length > request.perPage, ...numbers },
  };
}
