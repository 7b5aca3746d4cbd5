/**
 * Interaction to next paint of the page, measured in Chromium against a running server:
 *
 *     node bench/page.ts URL/#key=fk_… [--runs 3]
 *
 * Every line is an interaction that people repeat: it is done by the browser's own input, and what is measured is what the Event
 * Timing API says, from the input to the next frame that was painted (in steps of 8 ms; an interaction that paints within 16 ms is
 * below what the API reports). Answers of the server are waited for after that, and their time is shown beside: it is no part of the
 * interaction, because the page must paint without them. Ends with 1 when an interaction took 200 ms or more.
 */
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/web/browser.ts';

const INP_MS_MAX = 200;
const BELOW_MS = 16;
const WAIT_MS_MAX = 60_000;

interface Interaction {
  name: string;
  path: string;
  /** Does the one thing that is measured. */
  act: (page: Page) => Promise<unknown>;
}

const clickFirst = (selector: string) => (page: Page) => page.locator(selector).first().click();
const option = (label: string, index: number) => (page: Page) => page.getByLabel(label).first().selectOption({ index });
const scroll = (page: Page) => page.locator('.table-box').last().press('End');

const INTERACTIONS: readonly Interaction[] = [
  { name: 'Overview: explain a figure', path: '/', act: clickFirst('.figure') },
  { name: 'Overview: another page', path: '/', act: clickFirst('nav a[href="/revenue"]') },
  { name: 'Overview: commands', path: '/', act: (page) => page.keyboard.press('Control+k') },
  {
    name: 'Revenue: another interval',
    path: '/revenue',
    act: (page) => page.getByText('Quarter', { exact: true }).click(),
  },
  {
    name: 'Metrics: another metric',
    path: '/revenue/metrics',
    act: (page) => page.locator('.metric-card').nth(5).click(),
  },
  {
    name: 'Cohorts: figures for percent',
    path: '/revenue/cohorts',
    act: (page) => page.getByText('Figures', { exact: true }).click(),
  },
  { name: 'Customers: order', path: '/revenue/customers', act: clickFirst('th .sort') },
  {
    name: 'Customers: type a letter',
    path: '/revenue/customers',
    act: (page) => page.locator('main input').last().press('a'),
  },
  { name: 'Customers: to the end of the table', path: '/revenue/customers', act: scroll },
  { name: 'Customers: explain a cell', path: '/revenue/customers', act: clickFirst('td .figure') },
  { name: 'Movements: to the end of the table', path: '/revenue/movements', act: scroll },
  { name: 'Inventory: another set of potentials', path: '/carbon', act: option('Potentials', 2) },
  {
    name: 'Breakdown: another dimension',
    path: '/carbon/breakdown',
    act: (page) => page.getByText('Country', { exact: true }).last().click(),
  },
  {
    name: 'Activities: another order',
    path: '/carbon/activities',
    act: (page) => page.locator('main select').nth(1).selectOption({ index: 1 }),
  },
  { name: 'Checks: explain a month', path: '/carbon/checks', act: clickFirst('.cell-button') },
  {
    name: 'Factors: type a letter',
    path: '/carbon/factors',
    act: (page) => page.locator('main input').first().press('d'),
  },
  { name: 'Held back: next group', path: '/held', act: (page) => page.keyboard.press('j') },
  { name: 'Records: to the end of the table', path: '/records/invoices', act: scroll },
  {
    name: 'Journal: another kind',
    path: '/journal',
    act: (page) => page.locator('main select').first().selectOption({ index: 1 }),
  },
];

/** Collects every event that the browser times, the longest wait of each interaction. */
const OBSERVE = `
  window.slowest = 0;
  new PerformanceObserver((list) => {
    for (const event of list.getEntries()) {
      if (event.interactionId !== 0 || event.entryType === 'first-input') window.slowest = Math.max(window.slowest, event.duration);
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });`;

interface Measured {
  paint: number;
  settled: number;
}

async function measure(page: Page, url: string, { path, act }: Interaction): Promise<Measured> {
  await page.goto(url + path, { timeout: WAIT_MS_MAX });
  await settle(page);
  await page.evaluate('window.slowest = 0');
  const begun = performance.now();
  await act(page);
  // Two frames: the one that shows the interaction, and the one after which its duration is known.
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))',
  );
  await settle(page);
  const settled = performance.now() - begun;
  return { paint: await page.evaluate<number>('window.slowest'), settled };
}

async function settle(page: Page): Promise<void> {
  await page.locator('main[aria-busy=false]').waitFor({ timeout: WAIT_MS_MAX });
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached', timeout: WAIT_MS_MAX });
}

const [address, flag, runsText = '3'] = process.argv.slice(2);
const runs = flag === '--runs' ? Number(runsText) : 3;
if (address === undefined || !address.includes('#key=') || !Number.isInteger(runs) || runs < 1) {
  console.error('Usage: node bench/page.ts http://127.0.0.1:4600/#key=fk_… [--runs 3]');
  process.exit(2);
}
const browser = await launchBrowser();
const page = await browser.newPage({ viewport: { width: 1360, height: 900 }, locale: 'en-GB' });
await page.addInitScript(OBSERVE);
await page.goto(address);
const url = new URL(address).origin;
console.log(`| interaction | to next paint, median of ${runs} | longest | until all is shown |`);
console.log('| --- | ---: | ---: | ---: |');
let worst = 0;
for (const interaction of INTERACTIONS) {
  const measured: Measured[] = [];
  try {
    for (let run = 0; run < runs; run++) measured.push(await measure(page, url, interaction));
  } catch (error) {
    console.log(`| ${interaction.name} | not measured: ${String(error).split('\n')[0]} | | |`);
    worst = Number.POSITIVE_INFINITY;
    continue;
  }
  const ms = (value: number) => (value < BELOW_MS ? `< ${BELOW_MS} ms` : `${Math.round(value)} ms`);
  const median = (of: (one: Measured) => number) => measured.map(of).sort((a, b) => a - b)[Math.floor(runs / 2)]!;
  const longest = Math.max(...measured.map(({ paint }) => paint));
  worst = Math.max(worst, longest);
  console.log(
    `| ${interaction.name} | ${ms(median(({ paint }) => paint))} | ${ms(longest)} | ${ms(median(({ settled }) => settled))} |`,
  );
}
await browser.close();
process.exitCode = worst < INP_MS_MAX ? 0 : 1;
