/** Exchange rates and price indices at the command line. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { FootingError } from '../../kernel/errors.ts';
import { sizeOf } from '../files.ts';
import { counted, dim, print, printJson, safe, table } from '../output.ts';
import { type CommonOptions, command, group, onAccount, withAccount, withAsOf } from './shared.ts';

interface Rate {
  date: string;
  base: string;
  quote: string;
  rate: string;
  source: string;
  seq: number;
}

interface Imported {
  seq: number;
  rows: number;
  changed: number;
  format: 'ecb' | 'table' | 'prices';
  empty: number;
  already: boolean;
}

const ECB_SOURCE = 'European Central Bank, euro reference rates';

export function ratesCommand(): Command {
  return group('rates', 'Exchange rates and price indices', [
    'footing rates import eurofxref-hist.csv',
    'footing rates import rates.csv --source "Treasury"',
    'footing rates show',
    'footing rates show USD EUR --on 2026-03-31',
  ])
    .addCommand(importCommand())
    .addCommand(showCommand())
    .addCommand(setCommand())
    .addCommand(pricesCommand());
}

function importCommand(): Command {
  return withAccount(
    command('import', 'Import a file of rates: euro reference rates of the European Central Bank, or a table', [
      'footing rates import eurofxref-hist.csv',
      'footing rates import rates.csv --source "Treasury"',
      'footing rates import cpi.csv --prices --source "Bureau of Labor Statistics"',
    ]),
  )
    .argument('<file>', 'CSV: Date,USD,JPY,… or date,base,quote,rate (--prices: index,region,year,month,value)')
    .option('--source <name>', `who publishes the figures (default for euro reference rates: ${ECB_SOURCE})`)
    .option('--prices', 'the file holds price indices')
    .action(async (file: string, options: CommonOptions & { source?: string; prices?: boolean }) => {
      const size = await sizeOf(file);
      await onAccount(options, async (client) => {
        const path = options.prices ? '/api/price-indices/import' : '/api/rates/import';
        const query = {
          source: options.source ?? (options.prices ? basename(file) : ECB_SOURCE),
          file_name: basename(file),
        };
        const answer = await client.upload<Imported>(path, query, createReadStream(file), size);
        if (options.json) return printJson(answer);
        if (answer.already) {
          return print(`${safe(basename(file))} was imported before, as entry ${answer.seq}: nothing changes.`);
        }
        const what = options.prices ? 'price index value' : 'rate';
        const empty = answer.empty > 0 ? ` ${counted(answer.empty, 'cell')} held no rate.` : '';
        const fresh = answer.changed === answer.rows ? 'all new' : `${answer.changed} new, the others stood already`;
        print(`${safe(basename(file))} is entry ${answer.seq}: ${counted(answer.rows, what)}, ${fresh}.${empty}`);
      });
    });
}

function showCommand(): Command {
  return withAsOf(
    withAccount(
      command('show', 'Which rates there are; or how one currency is turned into another on a day', [
        'footing rates show',
        'footing rates show USD EUR --on 2026-03-31',
        'footing rates show --as-of 12',
      ]),
    ),
  )
    .argument('[from]', 'currency to convert from')
    .argument('[to]', 'currency to convert into')
    .option('--on <day>', 'day (default: today)')
    .action(async (from: string | undefined, to: string | undefined, options: CommonOptions & { on?: string }) => {
      if ((from === undefined) !== (to === undefined)) {
        throw new FootingError('invalid', 'Name two currencies, or none.');
      }
      await onAccount(options, async (client) => {
        if (from === undefined || to === undefined) {
          const answer = await client.get<{
            seq: number;
            pairs: Array<{ base: string; quote: string; rates: number; first: string; last: string }>;
          }>('/api/rates', { as_of: options.asOf });
          if (options.json) return printJson(answer);
          if (answer.pairs.length === 0) return print('No rates: footing rates import FILE');
          const columns = [
            { title: 'Pair' },
            { title: 'Days', align: 'right' as const },
            { title: 'First' },
            { title: 'Last' },
          ];
          const rows = answer.pairs.map(({ base, quote, rates, first, last }) => [
            `${base}/${quote}`,
            String(rates),
            first,
            last,
          ]);
          print(table(columns, rows));
          return print(dim(`As of entry ${answer.seq}. EUR/USD is the price of one EUR in USD.`));
        }
        const answer = await client.get<{ date: string; rate: string; exact: string; rate_date: string; legs: Rate[] }>(
          '/api/rates/convert',
          { from, to, date: options.on, as_of: options.asOf },
        );
        if (options.json) return printJson(answer);
        print(`1 ${from.toUpperCase()} = ${answer.rate} ${to.toUpperCase()} on ${answer.date}`);
        if (answer.exact !== answer.rate) print(dim(`  exactly ${answer.exact}`));
        for (const leg of answer.legs) {
          print(`  ${leg.base}/${leg.quote} ${leg.rate} of ${leg.date}: ${safe(leg.source)}, entry ${leg.seq}`);
        }
      });
    });
}

function setCommand(): Command {
  return withAccount(
    command('set', 'State one rate', [
      'footing rates set EUR USD 1.0817 --on 2026-03-31 --source "Treasury"',
      'footing rates set EUR USD none --on 2026-03-31 --source "Treasury"',
    ]),
  )
    .argument('<base>')
    .argument('<quote>')
    .argument('<rate>', 'units of quote for one unit of base; none withdraws what was stated')
    .requiredOption('--on <day>', 'day of the rate')
    .requiredOption('--source <name>', 'who says so')
    .action(
      async (base: string, quote: string, rate: string, options: CommonOptions & { on: string; source: string }) => {
        await onAccount(options, async (client) => {
          const answer = await client.post<{ seq: number; changed: number }>('/api/rates', {
            source: options.source,
            rates: [{ date: options.on, base, quote, rate: rate === 'none' ? null : rate }],
          });
          if (options.json) return printJson(answer);
          print(`Entry ${answer.seq}.${answer.changed === 0 ? ' It stood so already.' : ''}`);
        });
      },
    );
}

function pricesCommand(): Command {
  return withAsOf(
    withAccount(
      command('prices', 'Price indices as they stand', ['footing rates prices', 'footing rates prices --region US']),
    ),
  )
    .option('--region <code>', 'country or currency')
    .option('--index <name>', 'index')
    .action(async (options: CommonOptions & { region?: string; index?: string }) => {
      await onAccount(options, async (client) => {
        const answer = await client.get<{
          prices: Array<{
            index: string;
            region: string;
            year: number;
            month: number | null;
            value: string;
            source: string;
          }>;
        }>('/api/price-indices', { as_of: options.asOf, region: options.region, index: options.index });
        if (options.json) return printJson(answer);
        if (answer.prices.length === 0) return print('No price indices: footing rates import FILE --prices');
        const columns = [
          { title: 'Index' },
          { title: 'Region' },
          { title: 'Time' },
          { title: 'Value', align: 'right' as const },
          { title: 'Source' },
        ];
        const rows = answer.prices.map(({ index, region, year, month, value, source }) => [
          safe(index),
          region,
          month === null ? String(year) : `${year}-${String(month).padStart(2, '0')}`,
          value,
          safe(source),
        ]);
        print(table(columns, rows));
      });
    });
}
