import type { ImportedRelease } from './format.ts';
export function importEpaHub(_tables: Map<string, string>, _year: number): ImportedRelease {
  throw new Error('not yet');
}
