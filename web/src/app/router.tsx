/** The pages and their addresses. Every page is a chunk of its own. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  redirect,
  retainSearchParams,
  stringifySearchWith,
} from '@tanstack/react-router';
import { commonSearch, type Search } from './address.ts';
import { Root } from './Root.tsx';
import { RouteError, RouteMissing } from './RouteError.tsx';

const root = createRootRoute({
  component: Root,
  validateSearch: (search: Record<string, unknown>): Search => ({ ...search, ...commonSearch(search) }),
  search: { middlewares: [retainSearchParams(['as_of'])] },
  errorComponent: RouteError,
  notFoundComponent: RouteMissing,
});

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/Overview.tsx'), 'Overview'),
});
const revenue = createRoute({
  getParentRoute: () => root,
  path: '/revenue',
  component: lazyRouteComponent(() => import('../pages/Revenue.tsx'), 'Revenue'),
});
const metrics = createRoute({
  getParentRoute: () => root,
  path: '/revenue/metrics',
  component: lazyRouteComponent(() => import('../pages/revenue/Metrics.tsx'), 'Metrics'),
});
const cohorts = createRoute({
  getParentRoute: () => root,
  path: '/revenue/cohorts',
  component: lazyRouteComponent(() => import('../pages/revenue/Cohorts.tsx'), 'Cohorts'),
});
const movements = createRoute({
  getParentRoute: () => root,
  path: '/revenue/movements',
  component: lazyRouteComponent(() => import('../pages/revenue/Movements.tsx'), 'Movements'),
});
const customers = createRoute({
  getParentRoute: () => root,
  path: '/revenue/customers',
  component: lazyRouteComponent(() => import('../pages/revenue/Customers.tsx'), 'Customers'),
});
const customer = createRoute({
  getParentRoute: () => root,
  path: '/revenue/customers/$source/$id',
  component: lazyRouteComponent(() => import('../pages/revenue/Customer.tsx'), 'Customer'),
});
const carbon = createRoute({
  getParentRoute: () => root,
  path: '/carbon',
  component: lazyRouteComponent(() => import('../pages/Carbon.tsx'), 'Carbon'),
});
const breakdown = createRoute({
  getParentRoute: () => root,
  path: '/carbon/breakdown',
  component: lazyRouteComponent(() => import('../pages/carbon/Breakdown.tsx'), 'Breakdown'),
});
const organisation = createRoute({
  getParentRoute: () => root,
  path: '/carbon/organisation',
  component: lazyRouteComponent(() => import('../pages/carbon/Organisation.tsx'), 'Organisation'),
});
const factors = createRoute({
  getParentRoute: () => root,
  path: '/carbon/factors',
  component: lazyRouteComponent(() => import('../pages/carbon/Factors.tsx'), 'Factors'),
});
const estimate = createRoute({
  getParentRoute: () => root,
  path: '/carbon/estimate',
  component: lazyRouteComponent(() => import('../pages/carbon/Estimate.tsx'), 'Estimate'),
});
const whatIf = createRoute({
  getParentRoute: () => root,
  path: '/carbon/what-if',
  component: lazyRouteComponent(() => import('../pages/carbon/WhatIf.tsx'), 'WhatIf'),
});
const checks = createRoute({
  getParentRoute: () => root,
  path: '/carbon/checks',
  component: lazyRouteComponent(() => import('../pages/carbon/DataChecks.tsx'), 'DataChecks'),
});
const activities = createRoute({
  getParentRoute: () => root,
  path: '/carbon/activities',
  component: lazyRouteComponent(() => import('../pages/carbon/Activities.tsx'), 'Activities'),
});
const instruments = createRoute({
  getParentRoute: () => root,
  path: '/carbon/instruments',
  component: lazyRouteComponent(() => import('../pages/carbon/Instruments.tsx'), 'Instruments'),
});
const rules = createRoute({
  getParentRoute: () => root,
  path: '/carbon/rules',
  component: lazyRouteComponent(() => import('../pages/carbon/Rules.tsx'), 'Rules'),
});
const intensity = createRoute({
  getParentRoute: () => root,
  path: '/carbon/intensity',
  component: lazyRouteComponent(() => import('../pages/carbon/Intensity.tsx'), 'Intensity'),
});
const baseYear = createRoute({
  getParentRoute: () => root,
  path: '/carbon/base-year',
  component: lazyRouteComponent(() => import('../pages/carbon/BaseYear.tsx'), 'BaseYear'),
});
const held = createRoute({
  getParentRoute: () => root,
  path: '/held',
  component: lazyRouteComponent(() => import('../pages/Held.tsx'), 'Held'),
});
const imports = createRoute({
  getParentRoute: () => root,
  path: '/imports',
  component: lazyRouteComponent(() => import('../pages/Imports.tsx'), 'Imports'),
});
const oneImport = createRoute({
  getParentRoute: () => root,
  path: '/imports/$seq',
  component: lazyRouteComponent(() => import('../pages/ImportDetail.tsx'), 'ImportDetail'),
});
const sources = createRoute({
  getParentRoute: () => root,
  path: '/sources',
  component: lazyRouteComponent(() => import('../pages/Sources.tsx'), 'Sources'),
});
const allRecords = createRoute({
  getParentRoute: () => root,
  path: '/records',
  beforeLoad: () => {
    throw redirect({ to: '/records/$stream', params: { stream: 'invoices' }, search: ((old: Search) => old) as never });
  },
});
const records = createRoute({
  getParentRoute: () => root,
  path: '/records/$stream',
  component: lazyRouteComponent(() => import('../pages/Records.tsx'), 'Records'),
});
const exportPage = createRoute({
  getParentRoute: () => root,
  path: '/exports',
  component: lazyRouteComponent(() => import('../pages/Exports.tsx'), 'Exports'),
});
const journal = createRoute({
  getParentRoute: () => root,
  path: '/journal',
  component: lazyRouteComponent(() => import('../pages/Journal.tsx'), 'Journal'),
});
const entry = createRoute({
  getParentRoute: () => root,
  path: '/journal/$seq',
  component: lazyRouteComponent(() => import('../pages/JournalEntry.tsx'), 'JournalEntry'),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../pages/Settings.tsx'), 'Settings'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    index,
    revenue,
    metrics,
    cohorts,
    movements,
    customers,
    customer,
    carbon,
    breakdown,
    organisation,
    factors,
    estimate,
    whatIf,
    activities,
    checks,
    instruments,
    rules,
    intensity,
    baseYear,
    held,
    imports,
    oneImport,
    sources,
    allRecords,
    records,
    exportPage,
    journal,
    entry,
    settings,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Plain text in the address: `from=2025-01`, not JSON.
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
