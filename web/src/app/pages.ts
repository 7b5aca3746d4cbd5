/** The pages in the order of the navigation, with the second key of their shortcut (after g). */
import type { t } from '../texts.ts';

export interface PageLink {
  to: string;
  name: keyof typeof t.pages;
  key: string;
  isActive: (path: string) => boolean;
}

const under =
  (start: string) =>
  (path: string): boolean =>
    path === start || path.startsWith(`${start}/`);

export const PAGES: readonly PageLink[] = [
  { to: '/', name: 'overview', key: 'o', isActive: (path) => path === '/' },
  { to: '/revenue', name: 'revenue', key: 'r', isActive: under('/revenue') },
  { to: '/carbon', name: 'carbon', key: 'c', isActive: under('/carbon') },
  { to: '/held', name: 'held', key: 'h', isActive: under('/held') },
  { to: '/imports', name: 'imports', key: 'i', isActive: under('/imports') },
  { to: '/records/invoices', name: 'records', key: 'd', isActive: under('/records') },
  { to: '/journal', name: 'journal', key: 'j', isActive: under('/journal') },
  { to: '/settings', name: 'settings', key: 's', isActive: under('/settings') },
];
