/** The pages of the revenue book: every metric, saved segments and shared links, customers by search and order, cohorts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC_NAMES as BOOK_METRICS } from '../../src/revenue/metrics/index.ts';
import { conditionsOf, filtersOf } from '../../web/src/pages/revenue/conditions.ts';
import { METRIC_NAMES } from '../../web/src/pages/revenue/metricNames.ts';
import { type Application, invoiceLine, openApplication } from './support.ts';

const TIME = 180_000;
let application: Application;

beforeAll(async () => {
  application = await openApplication();
  const post = (stream: string, rows: unknown[]) => application.call(`/api/records/${stream}`, { json: { rows } });
  await post('plans', [{ external_id: 'basic', name: 'Basic', interval_count: 1, interval_unit: 'month' }]);
  await post('customers', [
    { external_id: 'c1', name: 'Ada', company: 'Loom Ltd', country: 'GB' },
    { external_id: 'c2', name: 'Bruno', company: 'Weberei AG', country: 'DE' },
    { external_id: 'c3', name: 'Carla', company: 'Tessile SpA', country: 'IT' },
  ]);
  const line = (customer: string, id: string, month: string, cents: number) => ({
    ...invoiceLine(id, month, cents),
    customer_external_id: customer,
    subscription_external_id: `s-${customer}`,
  });
  await post('invoices', [
    line('c1', 'a1', '2025-01', 100_000),
    line('c1', 'a2', '2025-02', 150_000),
    line('c2', 'b1', '2025-01', 300_000),
    line('c2', 'b2', '2025-02', 300_000),
    line('c3', 'd1', '2025-02', 20_000),
  ]);
  await application.call('/api/reports/mrr');
}, 300_000);
afterAll(() => application.close());

describe('the metrics', () => {
  it('are all those of the book', () => {
    expect([...METRIC_NAMES].sort()).toEqual([...BOOK_METRICS].sort());
  });

  it('show the figure of the API, filtered and compared, and the link shows the same', { timeout: TIME }, async () => {
    const { page, faults, close } = await application.visit('/revenue/metrics?from=2025-02&to=2025-02');
    const card = page.getByRole('button', { name: /^MRR\b/ }).first();
    await card.getByText('4,700.00').waitFor();
    await page.getByRole('button', { name: 'Add a filter' }).click();
    await page.getByLabel('Value').fill('GB, IT');
    await page.getByRole('button', { name: 'Apply' }).click();
    await card.getByText('1,700.00').waitFor();
    await page.getByText('Country is any of GB, IT').waitFor();
    await page.getByLabel('Compare with the period before').check();
    const row = page.getByRole('row', { name: /^Feb 2025/ });
    await expect.poll(() => row.textContent()).toContain('Jan 2025');
    expect(await row.textContent()).toContain('1,000.00');
    // Saved under a name, taken out, and chosen again.
    await page.getByRole('button', { name: 'Save as a segment' }).click();
    await page.getByLabel('Name of the segment').fill('Outside the DACH countries');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByLabel('Saved segments').waitFor();
    const link = page.url();
    await page.getByRole('button', { name: /^Take out: Country/ }).click();
    await card.getByText('4,700.00').waitFor();
    await page.getByLabel('Saved segments').selectOption({ label: 'Outside the DACH countries' });
    await card.getByText('1,700.00').waitFor();
    expect(faults).toEqual([]);
    await close();
    const other = await application.visit(link.slice(application.url.length), { key: application.keys.read });
    await other.page.getByText('Country is any of GB, IT').waitFor();
    await other.page
      .getByRole('button', { name: /^MRR\b/ })
      .first()
      .getByText('1,700.00')
      .waitFor();
    await other.close();
  });

  it('say where a figure comes from', { timeout: TIME }, async () => {
    const { page, close } = await application.visit('/revenue/metrics?from=2025-01&to=2025-02&metric=mrr');
    await page.getByRole('button', { name: /^MRR, Feb 2025, EUR: 4,700.00/ }).click();
    await page.getByRole('complementary', { name: 'Where it comes from' }).getByText('4,700.00').first().waitFor();
    await close();
  });
});

describe('filters in the address', () => {
  it.each([
    "country~ANY~'DE','FR'",
    "custom.team~CONTAINS~'a~b'~AND~mrr~GTE~150",
    "plan~NONE~'it''s one'~AND~owner~IS~null",
  ])('are read and written as the API has them: %s', (text) => {
    expect(filtersOf(conditionsOf(text))).toBe(text);
  });
});

describe('customers', () => {
  it('are ordered and searched by the server, and lead to their page', { timeout: TIME }, async () => {
    const { page, faults, close } = await application.visit('/revenue/customers');
    const names = () => page.locator('tbody th').allTextContents();
    await page.getByRole('heading', { name: '3 customers' }).waitFor();
    expect(await names()).toEqual(['Bruno', 'Ada', 'Carla']);
    await page
      .getByRole('button', { name: /^Customer/ })
      .first()
      .click();
    await expect.poll(names).toEqual(['Ada', 'Bruno', 'Carla']);
    expect(page.url()).toContain('sort=name');
    await page.getByLabel('Name, company, key or e-mail').fill('weberei');
    await expect.poll(names).toEqual(['Bruno']);
    expect(page.url()).toContain('q=weberei');
    await page.getByLabel('Name, company, key or e-mail').fill('nobody');
    await page.getByText('No customer like this').waitFor();
    await page.getByLabel('Name, company, key or e-mail').fill('loom');
    await page.getByRole('link', { name: 'Ada' }).click();
    await page.getByRole('heading', { name: 'Ada', level: 1 }).waitFor();
    await page.getByRole('row').filter({ hasText: '1,000.001,500.00 EUR' }).waitFor();
    await page.getByRole('row', { name: /Expansion/ }).waitFor();
    await page.getByRole('button', { name: /^i-a2, basic: 1,500.00/ }).click();
    await page.getByRole('complementary', { name: 'Where it comes from' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });
});

describe('cohorts', () => {
  it('show what is left of who began in a month', { timeout: TIME }, async () => {
    const { page, close } = await application.visit('/revenue/cohorts?from=2025-01&to=2025-02&kind=mrr&show=absolute');
    const row = page.getByRole('row', { name: /^Jan 2025/ });
    await row.waitFor();
    await row.getByRole('button', { name: /4,500.00/ }).click();
    const panel = page.getByRole('complementary', { name: 'Where it comes from' });
    // The cell, its customers, and what moved one of them there.
    await panel.getByRole('button', { name: /^c1.*1,500.00/ }).click();
    await panel.getByRole('button', { name: /^expansion, c1.*500.00/ }).waitFor();
    expect((await row.locator('td').allTextContents()).map((text) => text.trim())).toEqual([
      '2',
      '4,000.00',
      '4,000.00',
      '4,500.00',
    ]);
    // In per cent there is a weighted average, which is its cohorts added up.
    await page.goto(`${application.url}/revenue/cohorts?from=2025-01&to=2025-02&kind=mrr`);
    const average = page.getByRole('row', { name: /^Weighted average/ });
    await average.getByRole('button', { name: 'Weighted average, +1' }).click();
    await panel.getByText('began with').waitFor();
    await panel.getByRole('button', { name: /^Cohort of 2025-01 in 2025-02.*4,500.00/ }).waitFor();
    await close();
  });
});
