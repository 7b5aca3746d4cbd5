/** The pages in the order of the navigation, with the second key of their shortcut (after g). */
import { t } from '../texts.ts';

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
  { to: '/exports', name: 'exports', key: 'e', isActive: under('/exports') },
  { to: '/journal', name: 'journal', key: 'j', isActive: under('/journal') },
  { to: '/settings', name: 'settings', key: 's', isActive: under('/settings') },
];

/** Pages within a part of the application, for the commands. */
export const SUBPAGES: readonly { to: string; name: string }[] = [
  { to: '/revenue/metrics', name: t.metrics.title },
  { to: '/revenue/cohorts', name: t.cohorts.title },
  { to: '/revenue/customers', name: t.customers.title },
  { to: '/revenue/movements', name: t.movements.title },
  { to: '/carbon/breakdown', name: t.carbon.breakdown },
  { to: '/carbon/activities', name: t.activities.title },
  { to: '/carbon/base-year', name: t.baseYear.title },
  { to: '/sources', name: t.sources.title },
  { to: '/carbon/checks', name: t.checks.title },
  { to: '/carbon/intensity', name: t.intensity.title },
  { to: '/carbon/organisation', name: t.organisation.title },
  { to: '/carbon/instruments', name: t.instruments.title },
  { to: '/carbon/rules', name: t.rules.title },
  { to: '/carbon/factors', name: t.factors.title },
  { to: '/carbon/estimate', name: t.estimate.title },
  { to: '/carbon/what-if', name: t.whatIf.title },
];
