/** Bad input over this API: a status, a message that names the field, and no partial effect. */
import { describe, expect, test } from 'vitest';
import { type Any, failure, type LiveServer } from './support.ts';
import { customerOf, invoiceOf, line, withTwoSources } from './twoSources.ts';

let server: LiveServer;
let C: Any;
let config: Any;
let number: number;
let a: string;
let planA: string;
withTwoSources((book) => {
  ({ server, C, config, number, a, planA } = book);
});

const customerIn = (ds: string, external_id: string) => customerOf({ C, config }, ds, external_id);
const billed = (customer: string, id: string, lines: object[], more?: object) =>
  invoiceOf({ C, config }, customer, id, lines, more);

describe('bad input: status, field, and no partial effect', () => {
  const good = () => line(planA, 's', '2026-01-01', '2026-02-01', 5000);
  const cases: Array<[title: string, change: (invoice: Any) => void, status: number, param: string, words: RegExp]> = [
    [
      'a date that cannot be read',
      (i) => {
        i.date = '31.01.2026';
      },
      422,
      'invoices[0].date',
      /no date/,
    ],
    [
      'a day that does not exist',
      (i) => {
        i.date = '2026-02-30';
      },
      422,
      'invoices[0].date',
      /no date/,
    ],
    [
      'an unknown currency',
      (i) => {
        i.currency = 'ABC';
      },
      422,
      'invoices[0].currency',
      /ISO 4217/,
    ],
    [
      'an unknown plan',
      (i) => {
        i.line_items[0].plan_uuid = 'pl_no';
      },
      422,
      'invoices[0].line_items[0].plan_uuid',
      /Plan not found/,
    ],
    [
      'an end before its start',
      (i) => {
        i.line_items[0].service_period_end = '2025-12-31';
      },
      422,
      'invoices[0].line_items[0].service_period_end',
      /after/,
    ],
    [
      'an amount that is no number',
      (i) => {
        i.line_items[0].amount_in_cents = '12,50';
      },
      422,
      'invoices[0].line_items[0].amount_in_cents',
      /whole number/,
    ],
    [
      'a fraction of a cent',
      (i) => {
        i.line_items[0].amount_in_cents = 12.5;
      },
      422,
      'invoices[0].line_items[0].amount_in_cents',
      /whole number/,
    ],
    [
      'a trial that costs something',
      (i) => {
        i.line_items[0].type = 'trial';
      },
      422,
      'invoices[0].line_items[0].amount_in_cents',
      /must be 0/,
    ],
    [
      'a type of another kind',
      (i) => {
        i.line_items[0].type = 'monthly';
      },
      422,
      'invoices[0].line_items[0].type',
      /one of/,
    ],
    [
      'no external id',
      (i) => {
        i.external_id = '';
      },
      422,
      'invoices[0].external_id',
      /blank/,
    ],
    [
      'no currency',
      (i) => {
        delete i.currency;
      },
      400,
      'invoices[0].currency',
      /missing/,
    ],
    [
      'no service period',
      (i) => {
        delete i.line_items[0].service_period_start;
      },
      400,
      'invoices[0].line_items[0].service_period_start',
      /missing/,
    ],
    [
      'a payment of less than nothing',
      (i) => {
        i.transactions = [{ type: 'payment', date: '2026-01-01', result: 'successful', amount_in_cents: -1 }];
      },
      422,
      'invoices[0].transactions[0].amount_in_cents',
      /at least 0/,
    ],
    [
      'a result of another kind',
      (i) => {
        i.transactions = [{ type: 'payment', date: '2026-01-01', result: 'maybe' }];
      },
      422,
      'invoices[0].transactions[0].result',
      /one of/,
    ],
    [
      'line items that are no list',
      (i) => {
        i.line_items = {};
      },
      422,
      'invoices[0].line_items',
      /list/,
    ],
    [
      'a text that is too long',
      (i) => {
        i.external_id = 'x'.repeat(300);
      },
      422,
      'invoices[0].external_id',
      /255/,
    ],
  ];
  test.each(cases)('%s', async (_title, change, status, param, words) => {
    const x = await customerIn(a, 'x');
    const invoice = { external_id: 'i', date: '2026-01-01', currency: 'EUR', line_items: [good()] };
    change(invoice);
    const head = (await server.footing.journal.head(server.account.id)).seq;
    const { body } = await failure(
      C.Invoice.create(config, x, { invoices: [invoice, { ...invoice, external_id: 'second' }] }),
    );
    expect(body.code).toBe(status);
    expect(body.errors[param]).toMatch(words);
    expect(body.error_details.some((each: Any) => each.param === param)).toBe(true);
    for (const each of body.error_details) if (each.code === 'invalid') expect(each.value).toBeTypeOf('string');
    expect((await server.footing.journal.head(server.account.id)).seq).toBe(head);
  });

  test('a duplicate says where it stands in the request and what it is; nothing of the request is kept', async () => {
    const x = await customerIn(a, 'x');
    const body = (id: string, more: object = {}) => ({ external_id: id, date: '2026-01-01', currency: 'EUR', ...more });
    const paid = (id: string) => ({
      transactions: [{ type: 'payment', date: '2026-01-01', result: 'successful', external_id: id }],
    });
    await billed(x, 'i', [{ ...good(), external_id: 'l' }], paid('t'));
    const head = (await server.footing.journal.head(server.account.id)).seq;
    const cases: Array<[object[], string, string, RegExp]> = [
      [[body('n'), body('i')], 'invoices[1].external_id', 'i', /invoice already exists/],
      [
        [body('n', { line_items: [good(), { ...good(), external_id: 'l' }] })],
        'invoices[0].line_items[1].external_id',
        'l',
        /line item already exists/,
      ],
      [[body('n', paid('t'))], 'invoices[0].transactions[0].external_id', 't', /has already been taken/],
      [[body('n'), body('m'), body('n')], 'invoices[2].external_id', 'n', /stands twice/],
    ];
    for (const [invoices, param, value, words] of cases) {
      const refused = (await failure(C.Invoice.create(config, x, { invoices }))).body;
      expect(refused).toMatchObject({ code: 422, param, error_details: [{ param, value, code: 'taken' }] });
      expect(refused.error).toMatch(words);
    }
    for (const [path, id] of [
      ['invoices', 'inv_nonsense'],
      ['line_items', 'li_1'],
      ['transactions', 'tr_1'],
    ]) {
      const malformed = await server.call('DELETE', `/${path}/${id}`);
      expect([malformed.status, malformed.json.error]).toEqual([422, 'Invalid UUID passed']);
      const none = `${id!.split('_')[0]}_00000000-0000-4000-8000-000000000000`;
      expect((await server.call('DELETE', `/${path}/${none}`)).status).toBe(404);
    }
    expect(
      (await failure(C.Customer.create(config, { data_source_uuid: a, external_id: 'm', email: 'm.example' }))).body,
    ).toMatchObject({ code: 422, param: 'email', error_details: [{ value: 'm.example' }] });
    const blank = await failure(C.Customer.create(config, { data_source_uuid: null, external_id: null }));
    expect([blank.status, Object.keys(blank.body.errors).sort()]).toEqual([422, ['data_source_uuid', 'external_id']]);
    expect((await server.footing.journal.head(server.account.id)).seq).toBe(head);
    const changed = await C.Customer.modify(config, x, {
      state: 'NY',
      status: 'Active',
      attributes: { custom: { channel: 'fair', kinds: ['a', 'b'], none: null }, tags: ['t'] },
    });
    expect(changed.address.state).toBe('New York');
    expect(changed.attributes).toMatchObject({ tags: ['t'], custom: { channel: 'fair', kinds: '["a","b"]' } });
  });

  test('an unknown customer, a plan in use', async () => {
    const unknown = await failure(
      C.Invoice.create(config, 'cus_00000000-0000-8000-8000-000000000000', { invoices: [] }),
    );
    expect(unknown.body).toMatchObject({ code: 404, param: 'customer_uuid' });
    const x = await customerIn(a, 'x');
    await billed(x, 'i', [good()]);
    expect((await failure(C.Plan.destroy(config, planA))).body).toMatchObject({
      code: 422,
      param: 'uuid',
      error_details: [{ code: 'in_use' }],
    });
    expect((await C.Plan.retrieve(config, planA)).uuid).toBe(planA);
  });

  test('a payment larger than its invoice is taken, and flagged', async () => {
    const x = await customerIn(a, 'x');
    const made = await billed(x, 'i', [good()], {
      transactions: [{ type: 'payment', date: '2026-01-02', result: 'successful', amount_in_cents: 99_999 }],
    });
    expect(made.transactions[0].amount_in_cents).toBe(99_999);
    expect(made.transactions[0].errors.amount_in_cents[0]).toMatch(/more than the \d+ that its invoice/);
    expect((await C.Invoice.retrieve(config, made.uuid)).transactions[0].errors).toHaveProperty('amount_in_cents');
    const asked = await fetch(`${server.url}/api/reports/warnings?code=transaction-exceeds-invoice`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    const { warnings } = (await asked.json()) as Any;
    expect(warnings.filter((each: Any) => each.source === `A${number}`)).toMatchObject([{ invoice_external_id: 'i' }]);
  });

  test('10,000 line items in one invoice are taken; one more is not', async () => {
    const x = await customerIn(a, 'x');
    const lines = Array.from({ length: 10_000 }, (_, i) => ({
      type: 'one_time',
      amount_in_cents: i,
      external_id: `l${i}`,
    }));
    const made = await billed(x, 'big', lines);
    expect(made.line_items).toHaveLength(10_000);
    expect((await C.Invoice.retrieve(config, made.uuid)).line_items).toHaveLength(10_000);
    const more = await failure(billed(x, 'bigger', [...lines, { type: 'one_time', amount_in_cents: 1 }]));
    expect(more.body).toMatchObject({ code: 422, param: 'invoices[0].line_items' });
  });

  test.each([
    ['mrr~GT~abc', /abc/],
    ["nonsense~ANY~'x'", /nonsense/],
    ['plan~ANY', /./],
    ['mrr~ALMOST~5', /ALMOST/],
    ["plan~ANY~'a'~OR~mrr~GT~1", /./],
  ])('a filter that does not parse: %s', async (filters, words) => {
    const { status, body } = await failure(
      C.Metrics.mrr(config, { 'start-date': '2026-01-01', 'end-date': '2026-01-31', filters }),
    );
    expect(status).toBe(400);
    expect(body.param).toBe('filters');
    expect(body.message).toMatch(words);
  });

  test.each(['/invoices', '/customers', '/activities', '/plans', '/contacts', '/subscription_events'])(
    'a cursor of another list or by hand: %s',
    async (path) => {
      for (const cursor of [
        'abc',
        Buffer.from('2026-01-01T00:00:00.000000000Z&1').toString('base64'),
        '%00',
        'a'.repeat(5_000),
      ]) {
        const answer = await server.call('GET', `${path}?cursor=${encodeURIComponent(cursor)}`);
        expect([cursor.slice(0, 10), answer.status]).toEqual([cursor.slice(0, 10), 400]);
        expect(answer.json.param).toBe('cursor');
      }
    },
  );
});
