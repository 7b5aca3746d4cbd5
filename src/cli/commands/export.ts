import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { FootingError } from '../../kernel/errors.ts';
import { bytes, print, printJson, table } from '../output.ts';
import { type CommonOptions, command, onAccount, withAccount, withAsOf } from './shared.ts';

interface ExportOptions extends CommonOptions {
  format?: string;
  output?: string;
  from?: string;
  to?: string;
  interval?: string;
  currency?: string;
  filters?: string;
  segment?: string;
}

interface TableView {
  name: string;
  title: string;
  book: string;
  columns: Array<{ name: string; type: string }>;
}

const FORMATS = ['csv', 'ndjson', 'parquet', 'xlsx'];

export function exportCommand(): Command {
  return withAsOf(
    withAccount(
      command('export', 'Write a table to a file: CSV, NDJSON, Parquet or XLSX', [
        'footing export',
        'footing export invoices -o invoices.parquet',
        'footing export movements --format csv --as-of 12 > movements.csv',
        'footing export metrics --from 2025-01 --to 2025-12 --output metrics.xlsx',
      ]),
    ),
  )
    .argument('[table]', 'which table; without it, the tables there are')
    .option('--format <format>', `${FORMATS.join(', ')} (default: by the name of the file, or csv)`)
    .option('-o, --output <file>', 'where to (default: standard output)')
    .option('--from <day>', 'reports: first day or month')
    .option('--to <day>', 'reports: last day or month')
    .option('--interval <interval>', 'reports: day, week, month, quarter or year')
    .option('--currency <code>', 'reports: currency')
    .option('--filters <filter>', 'metrics: as in `footing report metrics`')
    .option('--segment <name>', 'metrics: a saved segment')
    .action(async (name: string | undefined, options: ExportOptions) => {
      await onAccount(options, async (client) => {
        if (name === undefined) {
          const answer = await client.get<{ tables: TableView[] }>('/api/export');
          if (options.json) return printJson(answer);
          const columns = ['Table', 'What', 'Book', 'Columns'].map((title) => ({ title }));
          print(
            table(
              columns,
              answer.tables.map((each) => [each.name, each.title, each.book, String(each.columns.length)]),
            ),
          );
          return;
        }
        const query = new URLSearchParams();
        const { from, to, interval, currency, filters, segment, asOf } = options;
        const format = options.format ?? formatOf(options.output);
        for (const [key, value] of Object.entries({
          format,
          from,
          to,
          interval,
          currency,
          filters,
          segment,
          as_of: asOf,
        })) {
          if (value !== undefined) query.set(key, String(value));
        }
        const body = await client.download(`/api/export/${encodeURIComponent(name)}?${query}`);
        if (options.output === undefined) {
          await pipeline(body, process.stdout, { end: false });
          return;
        }
        // A file that is cut short has another name.
        const unfinished = `${options.output}.part`;
        try {
          await pipeline(body, createWriteStream(unfinished));
          await rename(unfinished, options.output);
        } catch (error) {
          await rm(unfinished, { force: true });
          throw new FootingError(
            'unavailable',
            `${options.output} could not be written whole: ${(error as Error).message}`,
          );
        }
        const written = { file: options.output, format, bytes: (await stat(options.output)).size };
        if (options.json) return printJson(written);
        print(`${written.file}: ${bytes(written.bytes)}`);
      });
    });
}

function formatOf(file: string | undefined): string {
  const ending = file?.split('.').at(-1)?.toLowerCase() ?? '';
  return ending === 'jsonl' ? 'ndjson' : FORMATS.includes(ending) ? ending : 'csv';
}
