/** What people do in the application, on small books whose figures are known. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, invoiceLine, openApplication, posted, stateSmallBooks, type Visit } from './support.ts';

let application: Application;

beforeAll(async () => {
  application = await openApplication();
  await stateSmallBooks(application);
  await posted(application);
}, 240_000);
afterAll(() => application.close());

/** Opens a page, runs the steps, and expects that nothing went wrong on the way. */
async function during(path: string, steps: (visit: Visit) => Promise<void>, options = {}): Promise<void> {
  const visit = await application.visit(path, options);
  try {
    await steps(visit);
    expect(visit.faults).toEqual([]);
  } finally {
    await visit.close();
  }
}

const TIME = 180_000;

describe('signing in', () => {
  it('says what is wrong with a key and keeps what was typed', { timeout: TIME }, async () => {
    await during(
      '/',
      async ({ page }) => {
        const key = page.getByLabel('API key', { exact: true });
        const submit = page.getByRole('button', { name: 'Sign in' });
        await submit.click();
        await page.getByText('Enter a key first.').waitFor();
        await key.fill('fk_nonsense');
        await submit.click();
        await page.getByText('This key is not valid.').waitFor();
        expect(await key.inputValue()).toBe('fk_nonsense');
        await key.fill('schlüssel ☃');
        await submit.click();
        await page.getByText('This key is not valid.').waitFor();
        await key.fill(application.keys.instance);
        await submit.click();
        await page.getByText('This key belongs to the whole instance and sees no account.').waitFor();
        await page.route('**/api/account', (route) => route.abort());
        await submit.click();
        await page.getByText('The server cannot be reached.').waitFor();
        expect(await key.inputValue()).toBe(application.keys.instance);
        await page.unroute('**/api/account');
        await key.fill(application.keys.admin);
        await submit.click();
        await page.getByRole('heading', { name: 'Overview' }).waitFor();
        expect(await page.evaluate('sessionStorage.getItem("footing.key")')).toBe(application.keys.admin);
      },
      { key: null },
    );
  });

  it('takes a key from a link and out of the address', { timeout: TIME }, async () => {
    await during(
      `/revenue#key=${application.keys.read}`,
      async ({ page }) => {
        await page.getByRole('heading', { name: 'Statement in EUR' }).waitFor();
        expect(page.url()).toBe(`${application.url}/revenue`);
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByLabel('API key', { exact: true }).waitFor();
        expect(await page.evaluate('sessionStorage.getItem("footing.key")')).toBe(null);
      },
      { key: null },
    );
  });
});

describe('first visit', () => {
  it('shows both statements as the API has them', { timeout: TIME }, async () => {
    await during('/', async ({ page }) => {
      const revenue = page.getByRole('region', { name: 'Recurring revenue' }).first();
      expect(await revenue.getByRole('row', { name: /MRR at end/ }).textContent()).toContain('1,500.50');
      const carbon = page.getByRole('region', { name: 'Greenhouse gases' }).first();
      const inventory = (await application.call('/api/reports/inventory?gwp=AR5')) as { total: { co2e_t: string } };
      const total = await carbon.getByRole('row', { name: /^Total/ }).textContent();
      expect(total).toContain(Number(inventory.total.co2e_t).toFixed(3));
      await page.getByText('look at why').click();
      await page.getByRole('heading', { name: 'Held back', exact: true }).waitFor();
      await page.getByText('No such thing').first().waitFor();
    });
  });

  it('says what to do next where nothing is', { timeout: TIME }, async () => {
    await during(
      '/',
      async ({ page }) => {
        await page.getByText('There is nothing in the books yet').waitFor();
        await page.getByRole('link', { name: 'Import a file' }).click();
        await page.getByText('No file was imported yet').waitFor();
      },
      { key: application.keys.empty },
    );
  });
});

describe('from a figure to its source', () => {
  it('walks to the stated row, and the link shows the same to others', { timeout: TIME }, async () => {
    let link = '';
    await during('/revenue', async ({ page }) => {
      await page.getByRole('button', { name: /^Expansion, Feb 2025, EUR: 500.50/ }).click();
      const panel = page.getByRole('complementary', { name: 'Where it comes from' });
      await panel.getByText('500.50').first().waitFor();
      await panel.getByRole('button', { name: /c1/ }).first().click();
      await panel.getByText('Source row').waitFor();
      const shown = await panel.textContent();
      expect(shown).toContain('amount_in_cents');
      expect(shown).toContain('150050');
      await panel.getByRole('button', { name: 'Copy link' }).click();
      await panel.getByText('Copied').waitFor();
      link = await page.evaluate<string>('navigator.clipboard.readText()');
      expect(link).toContain('as_of=');
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });
    });
    await application.call('/api/records/invoices', { json: { rows: [invoiceLine('l2', '2025-02', 170_000)] } });
    await during(link.slice(application.url.length), async ({ page }) => {
      const panel = page.getByRole('complementary', { name: 'Where it comes from' });
      await panel.getByText('Source row').waitFor();
      expect(await panel.textContent()).toContain('150050');
    });
    await application.call('/api/records/invoices', { json: { rows: [invoiceLine('l2', '2025-02', 150_050)] } });
  });
});

describe('as of an earlier entry', () => {
  it('turns the whole application back, and forward again', { timeout: TIME }, async () => {
    const { seq } = (await application.call('/api/account')) as { seq: number };
    await application.call('/api/records/invoices', { json: { rows: [invoiceLine('l3', '2025-03', 200_000)] } });
    await during('/revenue?from=2025-01&to=2025-03', async ({ page }) => {
      const end = page.getByRole('row', { name: /^Mar 2025/ });
      await expect.poll(() => end.textContent(), { timeout: 20_000 }).toContain('2,000.00');
      await page.getByRole('button', { name: /^As of now/ }).click();
      await page.getByLabel('Entry number').fill('99999');
      await page.getByText(/^A number from 1 to/).waitFor();
      await page.getByLabel('Entry number').fill(String(seq));
      await page.getByRole('button', { name: 'Show' }).first().click();
      await page.getByText(/The books as they stood after entry/).waitFor();
      expect(page.url()).toContain(`as_of=${seq}`);
      await expect.poll(() => end.textContent(), { timeout: 20_000 }).toContain('1,500.50');
      await page.getByRole('link', { name: 'Carbon' }).click();
      await page.getByRole('heading', { name: 'Carbon' }).waitFor();
      expect(page.url()).toContain(`as_of=${seq}`);
      await page.getByText(`as of entry ${seq}`).first().waitFor();
      await page.getByRole('button', { name: 'Back to now' }).click();
      await page.getByText(/The books as they stood/).waitFor({ state: 'detached' });
      expect(page.url()).not.toContain('as_of');
      // By day: none before the books were opened, and today the last one.
      const head = ((await application.call('/api/account')) as { seq: number }).seq;
      await page.getByRole('button', { name: /^As of now/ }).click();
      await page.getByLabel('End of day').fill('2001-01-01');
      await page.getByRole('button', { name: 'Show' }).last().click();
      await page.getByText('The journal had no entry yet on that day.').waitFor();
      await page.getByLabel('End of day').fill(new Date().toISOString().slice(0, 10));
      await page.getByRole('button', { name: 'Show' }).last().click();
      await page.getByText(/The books as they stood after entry/).waitFor();
      expect(page.url()).toContain(`as_of=${head}`);
    });
  });
});

describe('while others work', () => {
  /** Polling would take ten seconds. */
  const FOLLOWED_MS_MAX = 8_000;
  const state = (id: string, cents: number) =>
    application.call('/api/records/invoices', { json: { rows: [invoiceLine(id, '2025-02', cents)] } });

  it('what is on the screen follows, also when the connection broke meanwhile', { timeout: TIME }, async () => {
    await during('/revenue?from=2025-01&to=2025-02', async ({ page }) => {
      const end = page.getByRole('row', { name: /^Feb 2025/ });
      const shows = (text: string) =>
        expect.poll(() => end.textContent(), { timeout: FOLLOWED_MS_MAX, interval: 50 }).toContain(text);
      await shows('1,500.50');
      await page.locator('html[data-live=true]').waitFor();
      await state('l2', 160_000);
      await shows('1,600.00');
      // The page that nobody looks at gives its connection up, and catches up when it is looked at again.
      await page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
      await page.locator('html[data-live=false]').waitFor();
      await state('l2', 150_050);
      await page.evaluate(`delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))`);
      await shows('1,500.50');
    });
  });

  it('the stream says where the journal and the books are, and ends with its key', { timeout: TIME }, async () => {
    const { id, secret } = await application.newKey();
    const { seq } = (await application.call('/api/account')) as { seq: number };
    const open = (query: string, key: string) =>
      fetch(`${application.url}/api/journal/events${query}`, { headers: { authorization: `Bearer ${key}` } });
    expect(await (await open(`?until=${seq}`, secret)).text()).toContain(
      `event: head\ndata: {"seq":${seq},"posted":{"revenue":${seq},"carbon":${seq}}}\n\n`,
    );
    const endless = (await open('', secret)).text();
    await application.call(`/api/keys/${id}`, { method: 'DELETE' });
    expect(await endless).toMatch(/event: end\n/);
  });
});

const FILE = [
  'Kunde,invoice_external_id,date,currency,external_id,type,subscription_external_id,plan_external_id,service_period_start,service_period_end,amount_in_cents,Notiz',
  'c2,w1,2025-02-01,EUR,w1,subscription,s2,basic,2025-02-01,2025-02-28,30000,a',
  'c2,w2,2025-02-31,EUR,w2,subscription,s2,basic,2025-03-01,2025-03-31,30000,b',
].join('\n');

describe('importing a file', () => {
  it('maps columns, shows what would be rejected, and takes corrections in place', { timeout: TIME }, async () => {
    await during('/imports', async ({ page }) => {
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'invoices-2025.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) });
      expect(await page.getByLabel('What is in it').inputValue()).toBe('invoices');
      const check = page.getByRole('button', { name: 'Check the file' });
      await check.click();
      await page.getByText(/invoices have no column "Kunde"/).waitFor();
      await page.getByLabel('Goes to: Kunde').selectOption('customer_external_id');
      await page.getByLabel('Goes to: Notiz').selectOption('(left out)');
      await check.click();
      await page.getByText('2 rows: 1 can be taken, 1 would be rejected.').waitFor();
      await page.getByText('there is no such day in the calendar').first().waitFor();
      expect((await application.call('/api/imports')) as object).toEqual({ imports: [], next: null });
      await page.getByRole('button', { name: 'Import 1 row' }).click();
      await page.getByRole('heading', { name: 'invoices-2025.csv' }).waitFor();
      await page.getByText('Posted', { exact: true }).waitFor();
      const cell = page.getByLabel('date of row 2');
      await cell.fill('2025-02-30');
      await page.getByRole('button', { name: 'Hand in 1 corrected row' }).click();
      await page
        .getByRole('alert')
        .getByText(/there is no such day in the calendar/)
        .waitFor();
      expect(await cell.inputValue()).toBe('2025-02-30');
      await cell.fill('2025-02-28');
      await page.getByRole('button', { name: 'Hand in 1 corrected row' }).click();
      await page.getByText(/1 row taken as entry/).waitFor();
    });
    const { imports } = (await application.call('/api/imports')) as { imports: { source: string; counts: object }[] };
    expect(imports.length).toBe(2);
    const { rows } = (await application.call('/api/records/invoices?invoice_external_id=w2&external_id=w2')) as {
      rows: { date: string; amount_in_cents: string }[];
    };
    expect(rows.map(({ date, amount_in_cents }) => [date.slice(0, 10), amount_in_cents])).toEqual([
      ['2025-02-28', '30000'],
    ]);
    await during('/imports', async ({ page }) => {
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.from('') });
      await page.getByLabel('What is in it').selectOption('invoices');
      await page.getByRole('button', { name: 'Check the file' }).click();
      await page.getByText('The file is empty: not even a header is there').waitFor();
    });
  });
});

describe('when the API fails', () => {
  it('shows a plain message, and another try brings the figures', { timeout: TIME }, async () => {
    await during('/journal', async ({ page }) => {
      await page.getByRole('link', { name: '1', exact: true }).waitFor();
      await page.route('**/api/reports/**', (route) =>
        route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }),
      );
      await page.getByRole('link', { name: 'Held back' }).click();
      await page.getByText('The server answered with status 500 and something that is not from Footing.').waitFor();
      await page.unroute('**/api/reports/**');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('No such thing').first().waitFor();
    });
  });

  it('says so when an answer is slow', { timeout: TIME }, async () => {
    await during('/journal', async ({ page }) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route('**/api/reports/held**', async (route) => {
        await held;
        await route.continue();
      });
      await page.getByRole('link', { name: 'Held back' }).click();
      await page.getByText('The server takes longer than usual.').waitFor();
      release();
      await page.getByText('No such thing').first().waitFor();
    });
  });

  it('asks for a key again when it was revoked, and loses nothing that was typed', { timeout: TIME }, async () => {
    const { id, secret } = await application.newKey();
    await during(
      '/settings',
      async ({ page }) => {
        await page.getByLabel('What is it for').fill('Nightly export');
        await application.call(`/api/keys/${id}`, { method: 'DELETE' });
        const dialog = page.getByRole('dialog', { name: 'Sign in again' });
        // Whichever request meets the revoked key first: that of the button, or one by which the page follows the journal.
        const pressed = page
          .getByRole('button', { name: 'Make a key' })
          .click()
          .catch(() => {});
        await Promise.race([pressed, dialog.waitFor()]);
        await dialog.waitFor();
        await dialog.getByLabel('API key', { exact: true }).fill(application.keys.admin);
        await dialog.getByRole('button', { name: 'Sign in' }).click();
        await dialog.waitFor({ state: 'detached' });
        expect(await page.getByLabel('What is it for').inputValue()).toBe('Nightly export');
        await page.getByRole('button', { name: 'Make a key' }).click();
        await page.getByText('This is the key. It is shown this once and never again.').waitFor();
      },
      { key: secret },
    );
  });
});

/** Forms that send something: what is typed into them by label, and what sends it. Keys and base years have tests of their own. */
const FORMS: readonly [path: string, typed: Record<string, string>, button: string][] = [
  [
    '/settings',
    { 'One unit of': 'USD', 'is worth, in': 'EUR', 'so many': '0.9', 'Who says so': 'ECB', Date: '2025-01-02' },
    'State the rate',
  ],
  ['/settings', { Currency: 'USD' }, 'See the effect'],
  ['/sources', { 'Data source': 'shop', 'Signing secret': 'whsec_0123456789' }, 'Set up'],
  [
    '/carbon/rules',
    { Name: 'Heat', 'Values, separated by commas': 'Heat', 'Name of the factors': 'Natural gas' },
    'See the effect',
  ],
  ['/carbon/estimate', { 'Activity, or id of a factor': 'Natural gas', Quantity: '12', Unit: 'kWh' }, 'Estimate'],
];

describe('what is typed into a form', () => {
  it('is still there when the server fails, and when the session has ended', { timeout: TIME }, async () => {
    await during('/journal', async ({ page }) => {
      let answer = { status: 503, contentType: 'text/html', body: 'busy' };
      await page.route('**/api/**', (route) =>
        route.request().method() === 'GET' ? route.continue() : route.fulfill(answer),
      );
      for (const [path, typed, button] of FORMS) {
        answer = { status: 503, contentType: 'text/html', body: 'busy' };
        await page.goto(application.url + path);
        const form = page
          .locator('form, section')
          .filter({ has: page.getByRole('button', { name: button }) })
          .last();
        const typedIn = () =>
          form
            .locator('input, select')
            .evaluateAll((fields) => fields.map((field) => (field as unknown as { value: string }).value));
        for (const [label, text] of Object.entries(typed)) await form.getByLabel(label).first().fill(text);
        const before = await typedIn();
        for (const text of Object.values(typed)) expect(before).toContain(text);
        await form.getByRole('button', { name: button }).click();
        await page.getByText('The server answered with status 503 and something that is not from Footing.').waitFor();
        expect(await typedIn(), path).toEqual(before);
        answer = { status: 401, contentType: 'application/json', body: '{"code":"unauthorized","detail":"Not valid"}' };
        await form.getByRole('button', { name: button }).click();
        const dialog = page.getByRole('dialog', { name: 'Sign in again' });
        await dialog.getByLabel('API key', { exact: true }).fill(application.keys.admin);
        await dialog.getByRole('button', { name: 'Sign in' }).click();
        await dialog.waitFor({ state: 'detached' });
        expect(await typedIn(), path).toEqual(before);
      }
    });
  });
});

describe('commands, copies and downloads', () => {
  it('goes everywhere by keyboard', { timeout: TIME }, async () => {
    await during('/journal', async ({ page }) => {
      const openPalette = async () => {
        await page.keyboard.press('Control+k');
        await page.locator('[role=combobox]:focus').waitFor();
      };
      await page.getByRole('heading', { name: 'Entries' }).waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('c');
      await page.getByRole('heading', { name: 'Carbon', level: 1 }).waitFor();
      await openPalette();
      await page.keyboard.type('go to rec');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Records', level: 1 }).waitFor();
      await openPalette();
      await page.keyboard.type('light and dark');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
    });
  });

  it('copies exact figures and saves charts', { timeout: TIME }, async () => {
    await during('/revenue?from=2025-01&to=2025-02&interval=month', async ({ page }) => {
      await page.getByRole('button', { name: 'Copy as CSV' }).first().click();
      await page.getByText('Copied').first().waitFor();
      const csv = await page.evaluate<string>('navigator.clipboard.readText()');
      expect(csv.split('\r\n')[0]).toBe(
        'Period,MRR at start (EUR),New business (EUR),Expansion (EUR),Contraction (EUR),Churn (EUR),Reactivation (EUR),MRR at end (EUR),Customers (paying)',
      );
      expect(csv).toContain('Jan 2025,0.00,1000.00,0.00,0.00,0.00,0.00,1000.00,1');
      for (const [kind, start] of [
        ['PNG', '\u0089PNG'],
        ['SVG', '<svg'],
      ] as const) {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: `Save as ${kind}: MRR and its movements, EUR` }).click(),
        ]);
        const text = (await readFile(await download.path())).toString('latin1');
        expect(text.slice(0, 4)).toBe(start);
        expect(text.length).toBeGreaterThan(2_000);
      }
    });
  });

  it('verifies the books with progress and says that they agree', { timeout: 120_000 }, async () => {
    await during('/journal', async ({ page }) => {
      await page.getByRole('button', { name: 'Verify the books' }).click();
      await page.getByText(/^The books agree:/).waitFor({ timeout: 100_000 });
    });
  });
});
