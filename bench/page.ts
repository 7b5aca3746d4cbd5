/**
 * Interaction to next paint of the page, measured in Chromium against a running server:
 *
 *     node bench/page.ts URL/#key=fk_… [--runs 3] [--year 2025]
 *
 * `--year` is the one that the pages of the carbon book show: by themselves they show the last one with revenue.
 *
 * Every line is an interaction that people repeat: it is done by the browser's own input, and what is measured is what the Event
 * Timing API says, from the input to the next frame that was painted (in steps of 8 ms; an interaction that paints within 16 ms is
 * below what the API reports). Answers of the server are waited for after that, and their time is shown beside: it is no part of the
 * interaction, because the page must paint without them; an answer that takes longer than 20 s is not waited for. Below stand the
 * answers of the API that are larger than a screen needs. Ends with 1 when an interaction took 200 ms or more, or an answer was larger
 * than 1 MB.
 */
import type { Locator, Page, Response } from 'playwright-core';
import { launchBrowser } from '../test/web/browser.ts';

const INP_MS_MAX = 200;
const BELOW_MS = 16;
const WAIT_MS_MAX = 60_000;
const SETTLE_MS_MAX = 20_000;
/** For what is interacted with to be on the screen. */
const READY_MS_MAX = 120_000;
const REST_MS = 200;
const ANSWER_BYTES_MAX = 1_000_000;
/** Answers from here on are listed. */
const LISTED_FROM_BYTES = 200_000;

interface Interaction {
  name: string;
  path: string;
  /** What it is done to: on a large book that may be there long after the page itself, and is waited for. */
  on: (page: Page) => Locator;
  /** Does the one thing that is measured. */
  act: (on: Locator, page: Page) => Promise<unknown>;
}

const first = (selector: string) => (page: Page) => page.locator(selector).first();
const click = (on: Locator) => on.click();
const press = (key: string) => (on: Locator) => on.press(key);
/** Where somebody works by keys, wherever the focus is. */
const key = (name: string) => (_: Locator, page: Page) => page.keyboard.press(name);
/** By its words, exactly. */
const words = (text: string) => (page: Page) => page.getByText(text, { exact: true }).last();
/** A list whose next choice is taken by a key that the browser itself gets. */
const list = (label: string) => (page: Page) => page.getByLabel(label).first();
/** A table that can be scrolled: its last row is not on the screen. */
const table = (page: Page) => page.locator('.table-box:has(tbody tr)').last();

const INTERACTIONS: readonly Interaction[] = [
  { name: 'Overview: explain a figure', path: '/', on: first('.figure'), act: click },
  { name: 'Overview: another page', path: '/', on: first('nav a[href="/revenue"]'), act: click },
  { name: 'Overview: commands', path: '/', on: first('main'), act: key('Control+k') },
  { name: 'Revenue: another interval', path: '/revenue', on: words('Quarter'), act: click },
  {
    name: 'Metrics: another metric',
    path: '/revenue/metrics',
    on: (page) => page.locator('.metric-card').nth(5),
    act: click,
  },
  {
    name: 'Metrics: explain a cell of all metrics',
    path: '/revenue/metrics',
    on: first('.table td .figure'),
    act: click,
  },
  { name: 'Cohorts: figures for percent', path: '/revenue/cohorts', on: words('Figures'), act: click },
  { name: 'Customers: order', path: '/revenue/customers', on: first('th .sort'), act: click },
  {
    name: 'Customers: type a letter',
    path: '/revenue/customers',
    on: (page) => page.locator('main input').last(),
    act: press('a'),
  },
  { name: 'Customers: to the end of the table', path: '/revenue/customers', on: table, act: press('End') },
  { name: 'Customers: explain a cell', path: '/revenue/customers', on: first('td .figure'), act: click },
  { name: 'Movements: to the end of the table', path: '/revenue/movements', on: table, act: press('End') },
  { name: 'Inventory: explain a figure', path: '/carbon', on: first('td .figure'), act: click },
  { name: 'Inventory: another set of potentials', path: '/carbon', on: list('Potentials'), act: press('ArrowDown') },
  { name: 'Breakdown: another dimension', path: '/carbon/breakdown', on: words('Country'), act: click },
  { name: 'Hot spots: explain a figure', path: '/carbon/breakdown', on: first('td .figure'), act: click },
  { name: 'Activities: to the end of the table', path: '/carbon/activities', on: table, act: press('End') },
  {
    name: 'Activities: another order',
    path: '/carbon/activities',
    on: (page) => page.locator('main select').nth(1),
    act: press('ArrowDown'),
  },
  {
    name: 'Checks: to the end of the grid',
    path: '/carbon/checks',
    on: first('.table-box:has(.cell-button)'),
    act: press('End'),
  },
  { name: 'Checks: explain a month', path: '/carbon/checks', on: first('.cell-button'), act: click },
  {
    name: 'Factors: type a letter',
    path: '/carbon/factors',
    on: first('main input'),
    act: press('d'),
  },
  { name: 'Factors: to the end of the table', path: '/carbon/factors', on: table, act: press('End') },
  { name: 'What if: other potentials', path: '/carbon/what-if', on: list('Potentials'), act: press('ArrowDown') },
  { name: 'Held back: mark a group', path: '/held', on: first('[role=option]'), act: key(' ') },
  { name: 'Held back: choose a factor', path: '/held', on: first('.candidate'), act: key('2') },
  { name: 'Held back: next group', path: '/held', on: first('[role=option]'), act: key('j') },
  { name: 'Records: to the end of the table', path: '/records/invoices', on: table, act: press('End') },
  { name: 'Journal: another kind', path: '/journal', on: first('main select'), act: press('ArrowDown') },
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
  /** Infinite when not all was shown in time. */
  settled: number;
}

/** The largest answer of each request, by its address without the page of rows. */
const answers = new Map<string, number>();

async function weigh(response: Response, origin: string): Promise<void> {
  const address = response.url();
  if (!address.startsWith(`${origin}/api/`) || address.includes('/events')) return;
  const bytes = await response.body().then(
    (body) => body.length,
    () => 0,
  );
  const name = address.slice(origin.length).replace(/[?&]cursor=[^&]*/, '');
  answers.set(name, Math.max(answers.get(name) ?? 0, bytes));
}

async function measure(page: Page, url: string, { path, on, act }: Interaction): Promise<Measured> {
  await page.goto(url + path + periodOf(path), { timeout: WAIT_MS_MAX });
  await settle(page);
  const target = on(page);
  await target.waitFor({ timeout: READY_MS_MAX });
  await target.scrollIntoViewIfNeeded();
  // Events of the loading itself belong to no interaction; what they leave behind is drawn before it begins.
  await page.waitForTimeout(REST_MS);
  await page.evaluate('window.slowest = 0');
  const begun = performance.now();
  await act(target, page);
  // Two frames: the one that shows the interaction, and the one after which its duration is known.
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))',
  );
  const settled = (await settle(page)) ? performance.now() - begun : Number.POSITIVE_INFINITY;
  return { paint: await page.evaluate<number>('window.slowest'), settled };
}

const periodOf = (path: string): string =>
  year !== undefined && path.startsWith('/carbon') ? `?from=${year}-01&to=${year}-12` : '';

/** Whether everything is shown. */
async function settle(page: Page): Promise<boolean> {
  await page.locator('main').waitFor({ timeout: WAIT_MS_MAX });
  const shown = async () => {
    await page.locator('main[aria-busy=false]').waitFor({ timeout: SETTLE_MS_MAX });
    await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached', timeout: SETTLE_MS_MAX });
  };
  return shown().then(
    () => true,
    () => false,
  );
}

const [address, ...flags] = process.argv.slice(2);
const flag = (name: string) => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
const runs = Number(flag('--runs') ?? 3);
const year = flag('--year');
if (address === undefined || !address.includes('#key=') || !Number.isInteger(runs) || runs < 1) {
  console.error('Usage: node bench/page.ts http://127.0.0.1:4600/#key=fk_… [--runs 3] [--year 2025]');
  process.exit(2);
}
const browser = await launchBrowser();
const page = await browser.newPage({ viewport: { width: 1360, height: 900 }, locale: 'en-GB' });
await page.addInitScript(OBSERVE);
await page.goto(address);
const url = new URL(address).origin;
page.on('response', (response) => void weigh(response, url));
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
  const ms = (value: number) =>
    value === Number.POSITIVE_INFINITY
      ? `> ${SETTLE_MS_MAX / 1_000} s`
      : value < BELOW_MS
        ? `< ${BELOW_MS} ms`
        : `${Math.round(value)} ms`;
  const median = (of: (one: Measured) => number) => measured.map(of).sort((a, b) => a - b)[Math.floor(runs / 2)]!;
  const longest = Math.max(...measured.map(({ paint }) => paint));
  worst = Math.max(worst, longest);
  console.log(
    `| ${interaction.name} | ${ms(median(({ paint }) => paint))} | ${ms(longest)} | ${ms(median(({ settled }) => settled))} |`,
  );
}
await browser.close();
const large = [...answers].filter(([, bytes]) => bytes >= LISTED_FROM_BYTES).sort(([, a], [, b]) => b - a);
console.log(`\nAnswers of the API: ${answers.size}, of ${Math.max(0, ...answers.values())} bytes at most.`);
for (const [name, bytes] of large) console.log(`- ${bytes} bytes: ${name}`);
process.exitCode = worst < INP_MS_MAX && !large.some(([, bytes]) => bytes > ANSWER_BYTES_MAX) ? 0 : 1;
