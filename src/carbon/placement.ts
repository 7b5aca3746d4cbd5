/** Where in the inventory a line stands: its factor's scope and category, or the scope-3 category that the activity states. Pure. */
import type { Factor } from './catalogue/types.ts';

/**
 * Categories in which others burn fuel and use energy: what is a scope 1 or 2 factor for oneself is theirs, when the activity says so. Not
 * among them: 1, 2, 5 and 12, which are about goods and waste (and 1 and 2 may mean a scope), and 3, which is about what one uses oneself.
 */
const OF_OTHERS: ReadonlySet<number> = new Set([4, 6, 7, 8, 9, 10, 11, 13, 14, 15]);

export interface Placement {
  /** 0: beside the scopes. */
  scope: number;
  category: number;
  /** The activity states a category in which such a line cannot stand. */
  ignored: boolean;
}

export function placementOf(factor: Factor, stated: number | undefined): Placement {
  const scope = factor.scope === 'outside' ? 0 : Number(factor.scope);
  const category = factor.category ?? 0;
  if (stated === undefined || stated === category || scope === 0) return { scope, category, ignored: false };
  const allowed = factor.alsoCategories.includes(stated) || (scope !== 3 && OF_OTHERS.has(stated));
  return allowed ? { scope: 3, category: stated, ignored: false } : { scope, category, ignored: true };
}

/**
 * Where what goes along with a line stands: upstream emissions of what others burn or use are in their category, and not in that of
 * one's own fuel and energy (3).
 */
export function companionPlacement(factor: Factor, main: Factor, mainCategory: number): Placement {
  const own = placementOf(factor, undefined);
  if (own.scope !== 3) return own;
  const moved = main.scope !== '3' && mainCategory !== 0;
  return moved || factor.alsoCategories.includes(mainCategory) ? { ...own, category: mainCategory } : own;
}
