/** The pages of the carbon book: parts of the total, the organisation, the catalogue, estimates, what-if. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, activity, openApplication, posted } from './support.ts';

const TIME = 180_000;
let application: Application;

beforeAll(async () => {
  application = await openApplication();
  const post = (stream: string, rows: unknown[]) => application.call(`/api/records/${stream}`, { json: { rows } });
  await post('entities', [
    { external_id: 'group', name: 'Loom Group plc', country: 'GB' },
    { external_id: 'mill', name: 'The mill', parent: 'group', country: 'GB' },
    { external_id: 'venture', name: 'The venture', parent: 'group', country: 'GB' },
  ]);
  await post('ownership', [
    {
      owner: 'group',
      owned: 'mill',
      equity_share: '100%',
      financial_control: 'yes',
      operational_control: 'yes',
      valid_from: '2020-01-01',
    },
    {
      owner: 'group',
      owned: 'venture',
      equity_share: '25%',
      financial_control: 'no',
      operational_control: 'no',
      valid_from: '2020-01-01',
    },
  ]);
  await post('activities', [
    { ...activity('a1', 'Electricity, United Kingdom', '1000'), entity: 'mill' },
    { ...activity('a2', 'Electricity, United Kingdom', '4000'), entity: 'venture' },
    { ...activity('a3', 'Natural gas', '2000'), entity: 'mill', unit: 'kWh (Gross CV)' },
  ]);
  await posted(application);
}, 300_000);
afterAll(() => application.close());

interface Inventory {
  total: { co2e_t: string };
  rows: { keys: Record<string, string>; co2e_t: string }[];
}
const inventory = async (query: string): Promise<Inventory> =>
  (await application.call(`/api/reports/inventory?from=2025-01&to=2025-12&${query}`)) as Inventory;
const shown = (tonnes: string) =>
  Number(tonnes).toLocaleString('en-GB', { minimumFractionDigits: 3, maximumFractionDigits: 3 });

describe('the breakdown', () => {
  it('shows flows, hot spots and months as the API has them', { timeout: TIME }, async () => {
    const { rows } = await inventory('group_by=activity,scope,category');
    const largest = rows
      .filter(({ keys }) => keys.scope !== 'outside')
      .toSorted((a, b) => Number(b.co2e_t) - Number(a.co2e_t))[0]!;
    const { page, faults, close } = await application.visit('/carbon/breakdown');
    await page.locator('canvas').first().waitFor();
    const first = page.getByRole('region', { name: 'Hot spots' }).getByRole('row').nth(1);
    await expect.poll(() => first.textContent()).toContain(shown(largest.co2e_t));
    expect(await first.textContent()).toContain(largest.keys.activity);
    await page.getByText('Country', { exact: true }).click();
    await page.getByRole('row', { name: /^United Kingdom/ }).waitFor();
    expect(page.url()).toContain('grid=country');
    expect(faults).toEqual([]);
    await close();
  });
});

describe('the organisation', () => {
  it('shows shares under an approach, and the inventory follows it', { timeout: TIME }, async () => {
    const { page, close } = await application.visit('/carbon/organisation');
    await page.getByText('Equity share', { exact: true }).click();
    const venture = page.getByRole('row', { name: /The venture/ });
    await expect.poll(() => venture.textContent()).toContain('25%');
    await page.getByRole('link', { name: 'Inventory', exact: true }).click();
    const { total } = await inventory('approach=equity&group_by=scope');
    const whole = await inventory('approach=none&group_by=scope');
    expect(total.co2e_t).not.toBe(whole.total.co2e_t);
    await page.getByText('Boundary: equity share').waitFor();
    await page.getByRole('row', { name: new RegExp(`^Total.*${shown(total.co2e_t).replace('.', '\\.')}`) }).waitFor();
    await page.getByText('Scope 2 by both methods').waitFor();
    await close();
  });
});

describe('the catalogue', () => {
  it('finds a factor by words and shows its gases and licence', { timeout: TIME }, async () => {
    const { page, close } = await application.visit('/carbon/factors');
    await page.getByLabel('Words of the name').fill('diesel average biofuel');
    await page.getByLabel('Region').fill('GB');
    await expect.poll(() => page.url()).toContain('factor_region=GB');
    await page.getByRole('button', { name: 'Diesel (average biofuel blend)' }).first().click();
    const detail = page.getByRole('region', { name: 'The factor' });
    await detail.getByText('N₂O').waitFor();
    await detail.getByText('OGL-UK-3.0').waitFor();
    await detail.getByRole('button', { name: 'Close' }).click();
    await detail.waitFor({ state: 'detached' });
    await close();
  });
});

describe('estimates', () => {
  it('say what an activity would come to, or why not, and state nothing', { timeout: TIME }, async () => {
    const { seq } = (await application.call('/api/account')) as { seq: number };
    const { page, close } = await application.visit('/carbon/estimate');
    await page.getByLabel('Activity, or id of a factor').fill('Electricity, United Kingdom');
    await page.getByLabel('Quantity').fill('1000');
    await page.getByLabel('Unit').fill('kWh');
    await page.getByLabel('Country').fill('GB');
    await page.locator('input[type=date]').fill('2025-03-01');
    await page.getByRole('button', { name: 'Estimate' }).click();
    const { results } = (await application.call('/api/carbon/estimate', {
      json: {
        items: [
          { activity: 'Electricity, United Kingdom', quantity: '1000', unit: 'kWh', country: 'GB', date: '2025-03-01' },
        ],
      },
    })) as { results: { co2e_kg: string }[] };
    await page.getByText('To the last digit').waitFor();
    expect((await page.getByRole('status').last().textContent())?.replaceAll(',', '')).toContain(
      String(Number(results[0]!.co2e_kg)),
    );
    await page.getByLabel('Activity, or id of a factor').fill('Nothing of the kind');
    await page.getByRole('button', { name: 'Estimate' }).click();
    await page.getByText(/^It would be held back:/).waitFor();
    expect(((await application.call('/api/account')) as { seq: number }).seq).toBe(seq);
    await close();
  });
});

describe('rules', () => {
  it('say what they would do before they are stated, and are taken back', { timeout: TIME }, async () => {
    const before = (await inventory('group_by=scope')).total.co2e_t;
    const { page, faults, close } = await application.visit('/carbon/rules');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Not the venture');
    await page.getByLabel('Field').selectOption('entity');
    await page.getByLabel('Values, separated by commas').fill('venture');
    await page.getByLabel('It uses').selectOption('none');
    await page.getByLabel('Why').fill('Reported by its majority owner');
    await page.getByRole('button', { name: 'See the effect' }).click();
    await page.getByText(/lines? of .* would be decided otherwise/).waitFor();
    await page.getByRole('button', { name: 'State the rule' }).click();
    await page.getByRole('row', { name: /^Not the venture/ }).waitFor();
    await expect.poll(async () => (await inventory('group_by=scope')).total.co2e_t).not.toBe(before);
    await page.getByRole('button', { name: 'Take back: Not the venture' }).click();
    await page.getByText('No rule is in force').waitFor();
    expect((await inventory('group_by=scope')).total.co2e_t).toBe(before);
    expect(faults).toEqual([]);
    await close();
  });
});

describe('what if', () => {
  it('shows another methodology by cause, states it, and adopts it after its effect', { timeout: TIME }, async () => {
    const before = await inventory('group_by=scope');
    const { page, faults, close } = await application.visit('/carbon/what-if?from=2025-01&to=2025-12');
    await page.getByLabel('Consolidation').selectOption('equity');
    const after = await inventory('approach=equity&group_by=scope');
    const result = page.locator('.stats').first();
    await expect.poll(() => result.textContent(), { timeout: 30_000 }).toContain(shown(after.total.co2e_t));
    expect(await result.textContent()).toContain(shown(before.total.co2e_t));
    expect(page.url()).toContain('try_approach=equity');
    await page.getByLabel('Name of the methodology').fill('by-equity');
    await page.getByRole('button', { name: 'State it' }).click();
    await page.getByRole('row', { name: /^by-equity@1/ }).waitFor();
    // Nothing has changed by stating it; adopting says first what it does.
    expect((await inventory('group_by=scope')).total.co2e_t).toBe(before.total.co2e_t);
    await page.getByRole('button', { name: 'Adopt …: by-equity@1' }).click();
    await page.getByText(/^With by-equity@1 in force the total/).waitFor();
    await page.getByRole('button', { name: 'Adopt it' }).click();
    await expect
      .poll(async () => (await inventory('group_by=scope')).total.co2e_t, { timeout: 30_000 })
      .toBe(after.total.co2e_t);
    expect(faults).toEqual([]);
    await close();
  });
});

describe('the base year', () => {
  it('takes what happened to it, says what is never in it, and loses nothing that was typed', {
    timeout: TIME,
  }, async () => {
    await application.call('/api/carbon/base-years', { json: { from: '2025-01', to: '2025-12', text: 'First year' } });
    const { page, faults, close } = await application.visit('/carbon/base-year');
    const form = page.getByRole('region', { name: 'State what happened' });
    const state = form.getByRole('button', { name: 'State it' });
    await form.getByLabel('What happened').fill('The mill runs a second shift');
    await form.getByLabel('Day').fill('2025-06-01');
    await form.getByLabel('Cause').selectOption('organic');
    await form.getByLabel('How it is known').selectOption('amount');
    await form.getByLabel('Change, t CO₂e').fill('1.5');
    await page.route('**/api/carbon/base-years/events', (route) => route.abort());
    await state.click();
    await form.getByText('The server cannot be reached.').waitFor();
    expect(await form.getByLabel('What happened').inputValue()).toBe('The mill runs a second shift');
    expect(await form.getByLabel('Change, t CO₂e').inputValue()).toBe('1.5');
    await page.unroute('**/api/carbon/base-years/events');
    await state.click();
    await form.getByText(/^Stated as entry/).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'The mill runs a second shift' });
    await row.getByText('never: organic').waitFor();
    const report = (await application.call('/api/reports/base-year')) as {
      original: { total_t: string };
      recalculated: { total_t: string };
      organic: { total_t: string };
    };
    expect(report.organic.total_t).toBe('1.5');
    expect(report.recalculated.total_t).toBe(report.original.total_t);
    expect(faults).toEqual([]);
    await close();
  });
});
