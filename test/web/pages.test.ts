/**
 * Every page on the sample company: without accessibility faults in light and dark, within a phone's width, and, with
 * FOOTING_SCREENSHOTS=1, photographed into docs/screenshots.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, importSample, openApplication, posted, type Visit } from './support.ts';

const FOLDER = join(import.meta.dirname, '../../docs/screenshots');
const PHOTOGRAPH = process.env.FOOTING_SCREENSHOTS;
const KEPT_TOO = new Set(['overview-dark', 'overview-narrow', 'explain-narrow']);
const SCREENSHOT_BYTES_MAX = 200_000;
const SCREENSHOT_HEIGHT_MAX = 940;
const SCREENSHOT_HEIGHT_MIN = 360;
const TIME = 180_000;
const WIDE = { width: 1360, height: 900 };
const NARROW = { width: 400, height: 800 };

let application: Application;
let axe: string;
let activitiesImport = 0;

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  application = await openApplication();
  await importSample(application);
  const { imports } = (await application.call('/api/imports')) as { imports: { seq: number; file_name: string }[] };
  activitiesImport = imports.find(({ file_name }) => file_name === 'activities.csv.gz')!.seq;
  await application.call('/api/carbon/base-years', {
    json: { from: '2024-01', to: '2024-12', text: 'First full year' },
  });
  await application.call('/api/carbon/targets', {
    json: { name: 'near-term', scopes: ['1', '2'], target_year: 2030, reduction_percent: '42' },
  });
  await posted(application);
}, 300_000);
afterAll(() => application.close());

/** Name of the picture, address, and what stands there when the page is complete. */
const PAGES: readonly [name: string, path: () => string, complete: string][] = [
  ['overview', () => '/', 'canvas'],
  ['revenue', () => '/revenue', 'canvas'],
  ['metrics', () => '/revenue/metrics?metric=nrr&compare=before', 'canvas'],
  ['cohorts', () => '/revenue/cohorts', 'tbody td'],
  ['customers', () => '/revenue/customers', 'tbody tr'],
  ['customer', () => '/revenue/customers/default/C-10863', '.timeline-bar'],
  ['movements', () => '/revenue/movements', 'tbody tr'],
  ['carbon', () => '/carbon', 'canvas'],
  ['breakdown', () => '/carbon/breakdown', 'canvas'],
  ['activities', () => '/carbon/activities', 'tbody tr'],
  ['what-if', () => '/carbon/what-if?try_gwp=AR6', 'canvas'],
  ['base-year', () => '/carbon/base-year', 'form'],
  ['checks', () => '/carbon/checks', '.complete-complete'],
  ['intensity', () => '/carbon/intensity', 'tbody tr'],
  ['instruments', () => '/carbon/instruments', 'tbody tr'],
  ['rules', () => '/carbon/rules', 'form'],
  ['organisation', () => '/carbon/organisation?approach=equity', '.timeline-bar'],
  ['factors', () => '/carbon/factors?q=diesel&id=uk-desnz-2025/diesel-average-biofuel-blend/l', '.facts'],
  ['estimate', () => '/carbon/estimate', 'form'],
  ['carbon-entities', () => '/carbon?by=entity&gwp=AR6&scope=3', 'canvas'],
  ['held', () => '/held', 'tbody tr'],
  ['imports', () => '/imports', 'tbody tr'],
  ['sources', () => '/sources', 'form'],
  ['import', () => `/imports/${activitiesImport}`, '.rejected'],
  ['records', () => '/records/invoices', 'tbody tr'],
  ['exports', () => '/exports', 'tbody tr'],
  ['journal', () => '/journal', 'tbody tr'],
  ['entry', () => `/journal/${activitiesImport}`, 'pre'],
  ['settings', () => '/settings', 'tbody tr'],
  [
    'explain',
    () => '/carbon?explain=inventory%3Fgwp%3DAR5%26from%3D2025-01%26to%3D2025-12%26scope%3D1',
    '.explain-steps li',
  ],
];

/** What the page is about is there, nothing is being read any more, and no place is kept for what is still to come. */
async function settled(page: Page, complete: string): Promise<void> {
  await page.locator(complete).first().waitFor();
  await page.locator('main[aria-busy=false]').waitFor();
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** All that another colour scheme can change: the document is the same. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** Faults by WCAG 2.2 A and AA, in words. */
async function faultsOf(page: Page, runOnly: unknown = WCAG): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  const options = JSON.stringify({ runOnly, resultTypes: ['violations'] });
  const found = await page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
    `axe.run(document, ${options}).then((result) => result.violations)`,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
}

/** Tables that cannot be copied as CSV, and charts that cannot be saved as PNG and SVG. */
const withoutCopies = (page: Page): Promise<string[]> =>
  page.evaluate(`[
    ...[...document.querySelectorAll('main table')].filter(
      (table) => !/ as CSV/.test(table.closest('.table')?.querySelector('.table-bar')?.textContent ?? ''),
    ),
    ...[...document.querySelectorAll('main figure.chart')].filter((chart) => !/PNG.*SVG/.test(chart.textContent)),
  ].map((one) => one.outerHTML.slice(0, 200))`);

async function inColours(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
}

/** Into docs/screenshots: every page in light, and of a few what they are in dark or on a phone; of all into FOOTING_SCREENSHOTS, a folder. */
async function photograph(page: Page, name: string): Promise<void> {
  if (PHOTOGRAPH === undefined) return;
  if (PHOTOGRAPH !== '1') {
    await page.screenshot({ path: join(PHOTOGRAPH, `${name}.png`), animations: 'disabled', fullPage: true });
    return;
  }
  if (/-(dark|narrow)$/.test(name) && !KEPT_TOO.has(name)) return;
  await mkdir(FOLDER, { recursive: true });
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  const width = Math.min(1_280, page.viewportSize()!.width);
  // A picture of much detail is cut lower, so that the repository stays small.
  let tall = Math.min(SCREENSHOT_HEIGHT_MAX, Math.max(720, height));
  let picture: Buffer;
  do {
    await page.setViewportSize({ width, height: tall });
    await page.waitForTimeout(400);
    picture = await page.screenshot({ animations: 'disabled' });
    tall = Math.floor(tall * 0.85);
  } while (picture.length > SCREENSHOT_BYTES_MAX && tall > SCREENSHOT_HEIGHT_MIN);
  expect(picture.length).toBeLessThanOrEqual(SCREENSHOT_BYTES_MAX);
  await writeFile(join(FOLDER, `${name}.png`), picture);
}

describe('every page', () => {
  let visit: Visit;
  beforeAll(async () => {
    visit = await application.visit('/journal');
  }, TIME);
  afterAll(() => visit.close());

  it.each(PAGES)('%s: accessible in light and dark, within a width of 400 pixels', async (name, path, complete) => {
    const { page, faults } = visit;
    faults.length = 0;
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(application.url + path());
    await settled(page, complete);
    expect(await faultsOf(page)).toEqual([]);
    expect(await withoutCopies(page)).toEqual([]);
    await photograph(page, name);

    await page.setViewportSize(WIDE);
    await inColours(page, 'dark');
    await settled(page, complete);
    expect(await faultsOf(page, COLOURS)).toEqual([]);
    await photograph(page, `${name}-dark`);

    await page.setViewportSize(NARROW);
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(NARROW.width);
    await settled(page, complete);
    await photograph(page, `${name}-narrow`);
    expect(faults).toEqual([]);
  });
});

describe('first visit on the demo', () => {
  it('shows the figures of the API, and leads from both totals down to a row of its files', {
    timeout: TIME,
  }, async () => {
    const link = `/#key=${application.keys.read}`;
    const { page, faults, close } = await application.visit(link, { key: null });
    await settled(page, 'canvas');
    const year = 'from=2025-01&to=2025-12';
    type Mrr = { currencies: { buckets: { end: { amount: string } }[] }[] };
    const mrr = (await application.call(`/api/reports/mrr?${year}&interval=year`)) as Mrr;
    const inventory = (await application.call(`/api/reports/inventory?gwp=AR5&${year}`)) as {
      total: { co2e_t: string };
    };
    const shown = (figure: string, places: number) =>
      Number(figure).toLocaleString('en-GB', { minimumFractionDigits: places, maximumFractionDigits: places });
    const row = (region: string, name: RegExp) =>
      page.getByRole('region', { name: region }).first().getByRole('row', { name });
    const end = row('Recurring revenue', /^MRR at end/);
    expect(await end.textContent()).toContain(shown(mrr.currencies[0]!.buckets[0]!.end.amount, 2));
    const total = row('Greenhouse gases', /^Total/);
    expect(await total.textContent()).toContain(shown(inventory.total.co2e_t, 3));

    const panel = page.getByRole('complementary', { name: 'Where it comes from' });
    // No person reads thirty digits: they stand below the figure.
    await total.getByRole('button').first().click();
    await panel.getByText(/^exactly [\d,]+\.\d{7,}$/).waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    for (const [figure, file] of [
      [row('Recurring revenue', /^New business/), 'invoices.csv.gz'],
      [total, 'activities.csv.gz'],
    ] as const) {
      await figure.getByRole('button').first().click();
      // Down to the row, by the first step of each level.
      for (let level = 0; level < 9; level++) {
        await settled(page, '.explain-node h3');
        if ((await panel.textContent())?.includes('Source row')) break;
        const title = await panel.locator('.explain-node h3').first().textContent();
        await panel.locator('.explain-steps button').first().click();
        await expect.poll(() => panel.locator('.explain-node h3').first().textContent()).not.toBe(title);
      }
      expect(await panel.textContent()).toContain(file);
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });
    }
    expect(faults).toEqual([]);
    await close();
  });
});

describe('signed out', () => {
  it('is accessible, in light and in dark, and fits 400 pixels', { timeout: TIME }, async () => {
    for (const [colorScheme, width] of [
      ['light', 1360],
      ['dark', 400],
    ] as const) {
      const { page, close } = await application.visit('/', { key: null, colorScheme, width });
      await page.getByLabel('API key', { exact: true }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      if (width > 400) await photograph(page, 'sign-in');
      await close();
    }
  });
});

describe('a long table', () => {
  it('asks the server for more while it is scrolled, and keeps few rows in the page', { timeout: TIME }, async () => {
    const { page, close } = await application.visit('/records/invoices');
    await settled(page, 'tbody tr');
    const box = page.getByRole('region', { name: /^Invoices/ }).last();
    const loaded = async () => {
      await box.press('End');
      const note = await page.getByText(/^[\d,]+ rows so far/).textContent();
      return Number(note?.replace(/\D/g, ''));
    };
    await expect.poll(loaded, { timeout: 30_000 }).toBeGreaterThanOrEqual(600);
    expect(await page.locator('tbody tr').count()).toBeLessThan(120);
    await close();
  });
});

describe('printing', () => {
  it('leaves the controls out and the figures in', { timeout: TIME }, async () => {
    const { page, close } = await application.visit('/revenue');
    await settled(page, 'canvas');
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
    expect(await page.getByRole('row', { name: /^Dec 2025/ }).isVisible()).toBe(true);
    await close();
  });
});
