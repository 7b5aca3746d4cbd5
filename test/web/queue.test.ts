/** The matching queue as somebody works it who never takes a hand off the keyboard. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, activity, openApplication, posted } from './support.ts';

const TIME = 180_000;
const NAMES = Array.from({ length: 10 }, (_, index) => `Electricity of the United Kingdom, meter ${index + 1}`);

let application: Application;
beforeAll(async () => {
  application = await openApplication();
  await application.call('/api/records/activities', {
    json: {
      rows: [
        activity('a0', 'Electricity, United Kingdom', '1000'),
        ...NAMES.map((name, index) => activity(`m${index}`, name, String(100 - index))),
        activity('x1', 'Paper clips of the office', '5'),
      ],
    },
  });
  await posted(application);
}, 300_000);
afterAll(() => application.close());

const total = async () =>
  Number(((await application.call('/api/reports/inventory')) as { total: { co2e_kg: string } }).total.co2e_kg);
const decisions = async () =>
  (await application.call('/api/carbon/decisions')) as {
    total: number;
    choices: { when: { values: string[] }[]; family: string | null; left_out: boolean; reason: string }[];
  };

describe('the matching queue', () => {
  it('has ten descriptors matched by keyboard, each with its effect shown before', { timeout: TIME }, async () => {
    const before = await total();
    const { page, faults, close } = await application.visit('/held');
    await page.getByText('11 groups wait for a decision.').waitFor();
    for (let left = 11; left > 1; left--) {
      // The list stands on the first group that is left; the office's paper clips are passed by.
      const current = page.locator('.queue-choice h3');
      if ((await current.textContent()) === 'Paper clips of the office') await page.keyboard.press('j');
      await page.getByText(/^This changes the total by \+\d/).waitFor();
      await page.keyboard.press('1');
      await page.keyboard.press('Enter');
      await page.getByText(new RegExp(`\\b${left - 1} groups? waits? for a decision`)).waitFor();
    }
    await expect.poll(async () => (await decisions()).total, { timeout: 30_000 }).toBe(10);
    const after = await total();
    expect(after).toBeGreaterThan(before);
    expect((await decisions()).choices.map(({ when }) => when[0]!.values[0]!.toLowerCase()).sort()).toEqual(
      NAMES.map((name) => name.toLowerCase()).sort(),
    );
    await page.keyboard.press('u');
    await page.getByText('2 groups wait for a decision.').waitFor();
    expect((await decisions()).total).toBe(9);
    expect(await total()).toBeLessThan(after);
    expect(faults).toEqual([]);
    await close();
  });

  it('decides in bulk, leaves out with a reason, and takes another factor from the search', {
    timeout: TIME,
  }, async () => {
    const names = ['Steam from the neighbours, north', 'Steam from the neighbours, south'];
    await application.call('/api/records/activities', {
      json: { rows: names.map((name, index) => activity(`s${index}`, name, '10')) },
    });
    const { page, close } = await application.visit('/held');
    await page.getByRole('option', { name: /Steam from the neighbours, south/ }).waitFor();
    // Mark both, search a factor, confirm once.
    for (const name of names) {
      await page.getByRole('option', { name: new RegExp(name) }).click();
      await page.keyboard.press(' ');
    }
    await page.getByText('2 marked.').waitFor();
    await page.getByRole('option', { name: new RegExp(names[0]!) }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('Onsite heat and steam');
    await page
      .locator('.candidate', { hasText: /^Onsite heat and steam/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    // The effect of what was proposed before may still stand there.
    await page
      .locator('.candidate', { hasText: /^Onsite heat and steam/ })
      .locator('input:checked')
      .waitFor();
    await page.getByText(/over 2 lines\.$/).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await decisions()).total, { timeout: 30_000 }).toBe(11);
    // One is left out, with a reason that is kept.
    await page.getByRole('option', { name: /Paper clips/ }).click();
    await page.keyboard.press('x');
    await page.getByLabel('Why').fill('Immaterial');
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => (await decisions()).choices.some((one) => one.left_out && one.reason === 'Immaterial'), {
        timeout: 30_000,
      })
      .toBe(true);
    await close();
  });

  it('keeps the choice where the server refuses it, and says why', { timeout: TIME }, async () => {
    await application.call('/api/records/activities', { json: { rows: [activity('n1', 'Wind of the coast', '3')] } });
    const { page, close } = await application.visit('/held');
    const option = page.getByRole('option', { name: /Wind of the coast/ });
    await option.click();
    await page.keyboard.press('x');
    await page.getByLabel('Why').fill('Not ours');
    await page.route('**/api/carbon/decisions', (route) => {
      if (route.request().postDataJSON()?.preview === true) return route.continue();
      return route.fulfill({ status: 503, contentType: 'text/html', body: 'busy' });
    });
    await page.keyboard.press('Enter');
    await page.getByText('The server answered with status 503 and something that is not from Footing.').waitFor();
    await option.waitFor();
    expect(await page.getByLabel('Why').inputValue()).toBe('Not ours');
    await close();
  });

  it('keeps its place while others state more', { timeout: TIME }, async () => {
    const post = (id: string, name: string, quantity: string) =>
      application.call('/api/records/activities', { json: { rows: [activity(id, name, quantity)] } });
    await post('p1', 'Heat of the old town', '4');
    await post('p2', 'Heat of the harbour', '2');
    const { page, close } = await application.visit('/held');
    const current = page.locator('.queue-choice h3');
    await page.locator('html[data-live=true]').waitFor();
    await page.getByRole('option', { name: /Heat of the harbour/ }).click();
    await page.keyboard.press('x');
    await page.getByLabel('Why').fill('Half a reason');
    await post('p3', 'Heat of the airport', '900000');
    await page.getByRole('option', { name: /Heat of the airport/ }).waitFor({ timeout: 30_000 });
    expect(await current.textContent()).toBe('Heat of the harbour');
    expect(await page.getByLabel('Why').inputValue()).toBe('Half a reason');
    await close();
  });
});
