import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { carbonBook } from './book.ts';
import { adoption, openTestLedger, posted } from './ledger.test-support.ts';
import { read } from './sql.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

describe('smoke', () => {
  test('posts', async () => {
    const ledger = await openTestLedger(engines);
    await ledger.post([adoption(1)]);
    await ledger.post([
      posted(2, [
        {
          external_id: 'a',
          activity: 'Electricity, United Kingdom',
          quantity: '3100',
          unit: 'kWh',
          start_date: '2024-12-15',
          end_date: '2025-01-14',
          country: 'GB',
        },
        {
          external_id: 'b',
          activity: 'Natural gas',
          quantity: '1000000',
          unit: 'kWh (Gross CV)',
          start_date: '2025-12-15',
          country: 'GB',
        },
        { external_id: 'c', activity: 'Nonsense', quantity: '1', unit: 'kWh', start_date: '2025-12-15', country: 'GB' },
        {
          external_id: 'd',
          activity: 'Natural gas',
          quantity: '10.1234567',
          unit: 'kWh (Gross CV)',
          start_date: '2025-12-15',
          country: 'US',
        },
      ]),
    ]);
    await ledger.post([
      posted(3, [
        {
          external_id: 'b',
          activity: 'Natural gas',
          quantity: '-5',
          unit: 'kWh (Gross CV)',
          start_date: '2025-12-15',
          country: 'GB',
        },
      ]),
    ]);
    console.log(
      await read(
        ledger.context,
        'SELECT e.*, m.factor_id, m.held FROM emissions e left join matches m on e.match=m.match order by seq, origin_row, part',
      ),
    );
    console.log(await read(ledger.context, 'SELECT * FROM held'));
    console.log(await carbonBook.totals(ledger.context, 3));
    expect(1).toBe(1);
  });
});
