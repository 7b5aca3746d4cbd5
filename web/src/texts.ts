/** Every word that the page says, one file per page under texts/. Another language is other files of these shapes. */
import { activities } from './texts/activities.ts';
import { baseYear } from './texts/baseYear.ts';
import { carbon } from './texts/carbon.ts';
import { checks } from './texts/checks.ts';
import { customers, segments } from './texts/customers.ts';
import { explain } from './texts/explain.ts';
import { exportPage } from './texts/exports.ts';
import { estimate, factors } from './texts/factors.ts';
import { filters } from './texts/filters.ts';
import { app, asOf, chart, common, errors, pages, palette, signIn } from './texts/frame.ts';
import { held, queue } from './texts/held.ts';
import { imports } from './texts/imports.ts';
import { instruments } from './texts/instruments.ts';
import { intensity } from './texts/intensity.ts';
import { journal } from './texts/journal.ts';
import { cohorts, metrics, movements } from './texts/metrics.ts';
import { boundary, organisation, scope2 } from './texts/organisation.ts';
import { overview } from './texts/overview.ts';
import { records } from './texts/records.ts';
import { revenue } from './texts/revenue.ts';
import { rules } from './texts/rules.ts';
import { bookSettings, rates, settings } from './texts/settings.ts';
import { sources } from './texts/sources.ts';
import { whatIf } from './texts/whatIf.ts';

export const t = {
  app,
  pages,
  common,
  errors,
  signIn,
  palette,
  asOf,
  chart,
  explain,
  overview,
  revenue,
  filters,
  metrics,
  cohorts,
  movements,
  customers,
  segments,
  carbon,
  organisation,
  boundary,
  scope2,
  factors,
  estimate,
  held,
  queue,
  imports,
  records,
  journal,
  settings,
  bookSettings,
  rates,
  whatIf,
  activities,
  checks,
  exports: exportPage,
  instruments,
  intensity,
  rules,
  sources,
  baseYear,
};
