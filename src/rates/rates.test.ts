/** Rates and price indices: files, look-ups, as of an entry, and the proof by replay. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/index.ts';
import { openAccounts, openJournal } from '../journal/index.ts';
import type { Journal } from '../journal/types.ts';
import { addDays } from '../kernel/dates.ts';
import { isFootingError } from '../kernel/errors.ts';
import { readRateFile } from './files.ts';
import { importMoney, priceTable, RateTable, ratePairs, rateTable, setPrices, setRates, verifyRates } from './index.ts';
import type { StandingRate } from './types.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

const standing = (rows: ReadonlyArray<[date: string, base: string, quote: string, rate: string]>): StandingRate[] =>
  rows.map(([date, base, quote, rate], i) => ({ date, base, quote, rate, source: 'test', seq: i + 1 }));

describe('look-up', () => {
  const table = new RateTable(
    standing([
      ['2026-03-02', 'EUR', 'USD', '1.25'],
      ['2026-03-06', 'EUR', 'USD', '1.28'],
      ['2026-03-02', 'EUR', 'GBP', '0.8'],
      ['2026-03-04', 'EUR', 'GBP', '0.9'],
      ['2026-03-01', 'USD', 'JPY', '150'],
    ]),
  );
  const rate = (from: string, to: string, day: string) => table.rate(from, to, day)?.rate.toString();

  it.each([
    ['stated', 'EUR', 'USD', '2026-03-02', '1.25'],
    ['the other way round', 'USD', 'EUR', '2026-03-02', '0.8'],
    ['the latest earlier day', 'EUR', 'USD', '2026-03-05', '1.25'],
    ['long after the last day', 'EUR', 'USD', '2030-01-01', '1.28'],
    ['before the first day', 'EUR', 'USD', '2026-03-01', undefined],
    ['crossed through EUR', 'USD', 'GBP', '2026-03-02', '0.64'],
    ['crossed, each leg at its day', 'USD', 'GBP', '2026-03-05', '0.72'],
    ['crossed, a fraction', 'GBP', 'USD', '2026-03-04', '25/18'],
    ['not through two currencies', 'GBP', 'JPY', '2026-03-04', undefined],
    ['nobody states it', 'EUR', 'CHF', '2026-03-02', undefined],
    ['one currency', 'CHF', 'CHF', '2026-03-02', '1'],
  ])('%s', (_, from, to, day, expected) => expect(rate(from, to, day)).toBe(expected));

  it('says which rates it is made of, and the day of the oldest', () => {
    const conversion = table.rate('USD', 'GBP', '2026-03-07')!;
    expect(conversion.date).toBe('2026-03-04');
    expect(conversion.legs.map(({ base, quote, date }) => `${base}/${quote} ${date}`)).toEqual([
      'EUR/USD 2026-03-06',
      'EUR/GBP 2026-03-04',
    ]);
  });

  it('takes the way whose oldest leg is the most recent', () => {
    const both = new RateTable(
      standing([
        ['2026-01-01', 'USD', 'GBP', '0.5'],
        ['2026-03-02', 'EUR', 'USD', '1.25'],
        ['2026-03-02', 'EUR', 'GBP', '0.8'],
      ]),
    );
    expect(both.rate('USD', 'GBP', '2026-02-01')?.rate.toString()).toBe('0.5');
    expect(both.rate('USD', 'GBP', '2026-03-02')?.rate.toString()).toBe('0.64');
  });

  it('steps are the look-ups of every day', () => {
    const day = fc.integer({ min: 0, max: 20 }).map((n) => addDays('2026-03-01', n));
    const currency = fc.constantFrom('EUR', 'USD', 'GBP', 'JPY');
    const stated = fc.uniqueArray(
      fc.tuple(
        day,
        currency,
        currency,
        fc.integer({ min: 1, max: 500 }).map((n) => String(n / 100)),
      ),
      { selector: ([date, base, quote]) => `${date}${base}${quote}`, maxLength: 12 },
    );
    fc.assert(
      fc.property(stated, (rows) => {
        const sorted = rows.filter(([, base, quote]) => base !== quote).sort(([a], [b]) => (a < b ? -1 : 1));
        const random = new RateTable(standing(sorted));
        const steps = random.steps('USD', 'GBP');
        for (let n = 0; n <= 21; n += 1) {
          const at = addDays('2026-03-01', n);
          const step = steps.findLast((each) => each.day <= at);
          expect(step?.rate.toString()).toBe(random.rate('USD', 'GBP', at)?.rate.toString());
        }
      }),
    );
  });
});

describe('files', () => {
  it('euro reference rates as published: newest first, N/A, a delimiter at the end', () => {
    const file = readRateFile(bytes('Date,USD,JPY,CYP,\n2026-11-20,1.0817,163.2,N/A,\n2026-11-19,1.0800,,N/A,\n'));
    expect(file.format).toBe('ecb');
    expect(file.empty).toBe(3);
    expect(
      file.rates.map(({ row, value }) => `${row} ${value.date} ${value.base}/${value.quote} ${value.rate}`),
    ).toEqual(['1 2026-11-20 EUR/USD 1.0817', '1 2026-11-20 EUR/JPY 163.2', '2 2026-11-19 EUR/USD 1.0800']);
  });

  it('the file of a single day', () => {
    const file = readRateFile(bytes('Date, USD, JPY, \n20 November 2026, 1.0817, 163.2, \n'));
    expect(file.rates.map(({ value }) => `${value.date} ${value.quote} ${value.rate}`)).toEqual([
      '2026-11-20 USD 1.0817',
      '2026-11-20 JPY 163.2',
    ]);
  });

  it('a table with columns in any order', () => {
    const file = readRateFile(bytes('rate;quote;base;date\r\n"0.92";EUR;USD;2026-03-01\r\n'));
    expect(file.rates).toEqual([{ row: 1, value: { date: '2026-03-01', base: 'USD', quote: 'EUR', rate: '0.92' } }]);
  });

  it.each([
    ['an empty file', '', 'malformed'],
    ['another table', 'name,city\nA,B\n', 'invalid'],
    ['a row of another length', 'date,base,quote,rate\n2026-03-01,USD\n', 'malformed'],
    ['an open quote', 'date,base,quote,rate\n"2026-03-01,USD,EUR,1\n', 'malformed'],
  ])('%s', (_, text, code) => {
    expect(() => readRateFile(bytes(text))).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('in the journal', () => {
  let engines: Engines;
  let journal: Journal;
  let account: number;

  beforeAll(async () => {
    engines = await testEngines();
    journal = openJournal(engines.pg, engines.evidence);
    account = (await openAccounts(engines.pg, journal).create({ slug: 'rates', name: 'Rates' }, 'test')).id;
  });
  afterAll(() => engines.close());

  const importText = (text: string) =>
    importMoney(engines.pg, journal, engines.evidence, account, 'test', {
      what: 'rates',
      bytes: bytes(text),
      source: 'European Central Bank',
      fileName: 'eurofxref-hist.csv',
    });
  const rateAsOf = async (seq: number, day: string) =>
    (await rateTable(engines.pg, account, seq, ['USD', 'EUR'])).rate('EUR', 'USD', day)?.rate.toString();

  it('the latest statement holds, every earlier state stays readable, and a rate can be withdrawn', async () => {
    const first = await importText('Date,USD,\n2026-03-02,1.10,\n2026-03-03,1.20,\n');
    expect(first).toMatchObject({ rows: 2, changed: 2, format: 'ecb' });
    const again = await importText('Date,USD,\n2026-03-02,1.10,\n2026-03-03,1.2000,\n2026-03-04,1.30,\n');
    expect(again).toMatchObject({ rows: 3, changed: 1, already: false });
    const head = await journal.head(account);
    const same = await importText('Date,USD,\n2026-03-02,1.10,\n2026-03-03,1.2000,\n2026-03-04,1.30,\n');
    expect(same).toMatchObject({ seq: again.seq, changed: 0, already: true });
    expect(await journal.head(account)).toEqual(head);
    const corrected = await setRates(journal, engines.evidence, account, 'test', {
      source: 'Treasurer',
      rates: [
        { date: '2026-03-03', base: 'EUR', quote: 'USD', rate: '1.15' },
        { date: '2026-03-04', base: 'EUR', quote: 'USD', rate: null },
      ],
    });
    expect(await rateAsOf(first.seq, '2026-03-04')).toBe('1.2');
    expect(await rateAsOf(again.seq, '2026-03-04')).toBe('1.3');
    expect(await rateAsOf(corrected.seq, '2026-03-04')).toBe('1.15');
    expect(await rateAsOf(first.seq - 1, '2026-03-04')).toBeUndefined();
    expect(await ratePairs(engines.pg, account, corrected.seq)).toEqual([
      { base: 'EUR', quote: 'USD', rates: 2, first: '2026-03-02', last: '2026-03-03' },
    ]);
  });

  it('a file with wrong values is refused as a whole, and every one is named', async () => {
    const before = await journal.head(account);
    const error = await importText(
      'date,base,quote,rate\n2026-02-30,EUR,USD,1\n2026-03-01,EUR,XQX,1\n2026-03-01,EUR,USD,-1\n2026-03-01,EUR,USD,"1,1"\n2026-03-05,EUR,EUR,1\n',
    ).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(isFootingError(error, 'invalid')).toBe(true);
    expect((error as { problems: object[] }).problems).toMatchObject([
      { row: 1, field: 'date', value: '2026-02-30' },
      { row: 2, field: 'quote', value: 'XQX' },
      { row: 3, field: 'rate', value: '-1' },
      { row: 4, field: 'rate', value: '1,1' },
      { row: 4, field: 'date', reason: 'was given in row 3 already' },
      { row: 5, field: 'quote', value: 'EUR' },
    ]);
    expect(await journal.head(account)).toEqual(before);
  });

  it('price indices: ratio, months that fall back on their year, nothing carried over', async () => {
    const { seq } = await setPrices(journal, engines.evidence, account, 'test', {
      source: 'Statistics office',
      prices: [
        { index: 'CPI', region: 'US', year: 2021, month: null, value: '100' },
        { index: 'CPI', region: 'US', year: 2024, month: null, value: '120' },
        { index: 'CPI', region: 'US', year: 2024, month: 6, value: '125' },
      ],
    });
    const table = await priceTable(engines.pg, account, seq);
    const ratio = (from: number, to: number, month?: number) =>
      table.change('CPI', 'US', { year: from }, { year: to, month: month ?? null })?.ratio.toString();
    expect([
      ratio(2021, 2024),
      ratio(2021, 2024, 6),
      ratio(2021, 2024, 7),
      ratio(2021, 2025),
      ratio(2022, 2024),
    ]).toEqual(['1.2', '1.25', '1.2', undefined, undefined]);
  });

  it('verification replays the entries and finds what was changed outside of them', async () => {
    expect(await verifyRates(engines, journal, account)).toEqual([]);
    await engines.pg.query(`UPDATE exchange_rates SET rate = 9 WHERE account_id = $1 AND date = '2026-03-02'`, [
      account,
    ]);
    const found = await verifyRates(engines, journal, account);
    expect(found).toMatchObject([
      { where: 'exchange_rates EUR USD 2026-03-02 2 1.1', found: 'nothing' },
      { where: 'exchange_rates EUR USD 2026-03-02 2 9', found: 'a row that no entry states' },
    ]);
  });
});
