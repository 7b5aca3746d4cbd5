import { createReadStream, createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { FootingError } from '../../kernel/errors.ts';
import type { ApiClient, Query } from '../client.ts';
import { EXIT_SOME_ROWS_REJECTED } from '../exit.ts';
import { sizeOf } from '../files.ts';
import { printLinesWithoutMrr } from '../noMrr.ts';
import { bytes, counted, grouped, inOptions, print, printJson, safe, wrapped } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { printRejected, type RejectedView } from '../rejected.ts';
import type { InventoryView } from '../views.ts';
import { type CommonOptions, command, onAccount, withAccount } from './shared.ts';

export interface ImportView {
  seq: number;
  stream: string;
  file_name: string;
  state: 'queued' | 'loading' | 'posted' | 'failed';
  counts: { rows: number; accepted: number; rejected: number; superseded: number } | null;
  error: string | null;
  rejected: RejectedView[];
}

type UploadAnswer =
  | { outcome: 'stated' | 'already'; import: ImportView; options?: ReadOptionsView; notes?: string[] }
  | {
      outcome: 'dry-run';
      counts: { rows: number; accepted: number; rejected: number; superseded: number };
      rejected: RejectedView[];
      held: {
        rows: number;
        reasons: Array<{ words: string; rows: number; examples: string[] }>;
        not_told: number;
      } | null;
      options: ReadOptionsView;
      notes: string[];
    };

/** How the file was read. */
interface ReadOptionsView {
  format: string;
  compression: string;
  encoding: string;
  delimiter: string;
  decimal: string;
  date_order: string;
  amounts: string | null;
  sheet: string | null;
}

interface ProgressView {
  stage: string;
  rows: number;
  rows_total: number | null;
  bytes: number;
  bytes_total: number | null;
}

interface Options extends CommonOptions {
  source?: string;
  allOrNothing?: boolean;
  dryRun?: boolean;
  map?: Record<string, string | null>;
  rememberMapping?: boolean;
  rejects?: string;
  again?: boolean;
  format?: string;
  compression?: string;
  encoding?: string;
  delimiter?: string;
  quote?: string;
  decimal?: string;
  dateOrder?: string;
  amounts?: string;
  sheet?: string;
}

export function importCommand(): Command {
  return withAccount(
    command('import', 'Import a file', [
      'footing import invoices billing.csv',
      'footing import activities energy.xlsx --sheet 2025 --dry-run',
      'footing import invoices export.csv.gz --map "Kunde=customer_external_id" --map "Notiz=" --decimal ,',
      'zcat lines.ndjson.gz | footing import activities - --source meters',
    ]),
  )
    .argument('<stream>', 'what the file holds: see `footing streams list`')
    .argument('<file>', 'CSV, NDJSON, JSON, XLSX or Parquet, also gzipped; - for standard input')
    .option('--source <name>', 'data source that the rows belong to')
    .option('--dry-run', 'only say what would happen')
    .option('--all-or-nothing', 'refuse the file when one row is bad')
    .option(
      '--map <header=column>',
      'match a header of the file to a column; repeat; nothing after = leaves it out',
      mapping,
    )
    .option('--remember-mapping', 'use the mapping for later files of this stream and source')
    .option('--again', 'import although the same file was imported before')
    .option('--rejects <file>', 'write the rejected rows there, to correct and import again')
    .option('--format <format>', 'csv, ndjson, json, xlsx or parquet')
    .option('--compression <kind>', 'none or gzip')
    .option('--encoding <name>', 'utf-8, utf-16le, utf-16be or windows-1252')
    .option('--delimiter <character>')
    .option('--quote <character>')
    .option('--decimal <character>', 'decimal separator: . or ,')
    .option('--date-order <order>', 'iso, dmy or mdy')
    .option('--amounts <unit>', "cents (49900) or units (499.00, with the decimals of the row's currency)")
    .option('--sheet <name>', 'sheet of an XLSX file')
    .action(async (stream: string, file: string, options: Options) => {
      if (options.dryRun && options.allOrNothing) {
        throw new FootingError('invalid', '--dry-run and --all-or-nothing exclude each other.');
      }
      await onAccount(options, async (client) => {
        const answer = await importFile(client, stream, file, options, options.json ?? false);
        await finish(client, answer, options);
      });
    });
}

/** Uploads and follows to the end. `already` and dry runs have no end to follow. */
export async function importFile(
  client: ApiClient,
  stream: string,
  file: string,
  options: Options,
  quiet: boolean,
): Promise<UploadAnswer> {
  const bar = new ProgressBar(stream, quiet);
  try {
    const answer = await upload(client, stream, file, options, bar);
    if (answer.outcome === 'dry-run') return answer;
    const settled = answer.import.state === 'posted' || answer.import.state === 'failed';
    return settled ? answer : { ...answer, import: await follow(client, answer.import.seq, bar) };
  } finally {
    bar.end();
  }
}

async function upload(
  client: ApiClient,
  stream: string,
  file: string,
  options: Options,
  bar: ProgressBar,
): Promise<UploadAnswer> {
  const total = file === '-' ? null : await sizeOf(file);
  let sent = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      bar.show({ stage: 'handing in', done: sent, total, detail: bytes(sent) });
      done(null, chunk);
    },
  });
  const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1024 * 1024 });
  source.on('error', (error: Error) => counted.destroy(error));
  const query: Query = {
    source: options.source,
    file_name: file === '-' ? `${stream} from standard input` : basename(file),
    mode: options.dryRun ? 'dry-run' : options.allOrNothing ? 'all' : 'rows',
    format: options.format,
    compression: options.compression,
    encoding: options.encoding,
    delimiter: options.delimiter,
    quote: options.quote,
    decimal: options.decimal,
    date_order: options.dateOrder,
    amounts: options.amounts,
    sheet: options.sheet,
    mapping: options.map === undefined ? undefined : JSON.stringify(options.map),
    remember_mapping: options.rememberMapping,
    again: options.again,
  };
  const path = `/api/imports/${encodeURIComponent(stream)}`;
  return client.upload<UploadAnswer>(path, query, source.pipe(counted), total ?? undefined);
}

async function follow(client: ApiClient, seq: number, bar: ProgressBar): Promise<ImportView> {
  for await (const event of client.events(`/api/imports/${seq}/events`)) {
    if (event.name === 'progress') {
      const { stage, rows, rows_total, bytes: done, bytes_total } = event.data as ProgressView;
      const byRows = rows_total !== null;
      bar.show({
        stage,
        done: byRows ? rows : done,
        total: byRows ? rows_total : bytes_total,
        detail: `${grouped(String(rows))} rows`,
      });
    } else if (event.name === 'posted' || event.name === 'failed') {
      if (event.data !== null) return event.data as ImportView;
      break;
    }
  }
  return client.get<ImportView>(`/api/imports/${seq}`);
}

async function finish(client: ApiClient, answer: UploadAnswer, options: Options): Promise<void> {
  const counts = answer.outcome === 'dry-run' ? answer.counts : answer.import.counts;
  if ((counts?.rejected ?? 0) > 0 && answer.outcome !== 'already') process.exitCode = EXIT_SOME_ROWS_REJECTED;
  if (options.rejects !== undefined && answer.outcome !== 'dry-run' && (counts?.rejected ?? 0) > 0) {
    await pipeline(
      await client.download(`/api/imports/${answer.import.seq}/rejects.csv`),
      createWriteStream(options.rejects),
    );
  }
  if (answer.outcome !== 'dry-run' && answer.import.state === 'failed') {
    throw new FootingError(
      'unavailable',
      `Entry ${answer.import.seq} is safe in the journal but could not be posted: ${answer.import.error ?? 'unknown'}`,
      {
        remedy: 'It is tried again; `footing doctor` shows how the stores are.',
      },
    );
  }
  if (options.json) return printJson(answer);
  print(summary(answer));
  if (answer.options) print(readAs(answer.options));
  for (const note of answer.notes ?? []) print(wrapped(inOptions(safe(note)), ''));
  const rejected = answer.outcome === 'dry-run' ? answer.rejected : answer.import.rejected;
  if (rejected.length > 0 && answer.outcome !== 'already') printRejected(rejected, counts?.rejected ?? rejected.length);
  if (options.rejects !== undefined && (counts?.rejected ?? 0) > 0)
    print(`All rejected rows are in ${options.rejects}.`);
  if (answer.outcome === 'dry-run' && answer.held !== null) printForecast(answer.held);
  if (answer.outcome === 'stated') await printConsequences(client, answer.import.stream);
}

/** The import is done and said: when the server stops right after it, that does not make it a failure. */
async function printConsequences(client: ApiClient, stream: string): Promise<void> {
  try {
    if (stream === 'activities') await printHeld(client);
    if (stream === 'invoices') await printLinesWithoutMrr(client);
  } catch (error) {
    print(`What is held back could not be asked for: ${safe((error as Error).message)}`);
  }
}

/** What a dry run foresees of good rows. */
function printForecast({
  rows,
  reasons,
  not_told,
}: NonNullable<Extract<UploadAnswer, { outcome: 'dry-run' }>['held']>) {
  print();
  print(rows === 0 ? 'No row would be held back.' : `${counted(rows, 'row')} would be held back, in no total:`);
  for (const reason of reasons) {
    const others = reason.examples.length > 0 ? ` (${reason.examples.map((name) => safe(name)).join(', ')})` : '';
    print(wrapped(`${counted(reason.rows, 'row')}: ${reason.words}${others}`, '  '));
  }
  if (not_told > 0)
    print(
      wrapped(
        `${counted(not_told, 'row')} for calculation methods: whether one is held back shows when it is calculated.`,
        '  ',
      ),
    );
}

/** What is in the book and in no total, after this import. */
async function printHeld(client: ApiClient): Promise<void> {
  const { held } = await client.get<Pick<InventoryView, 'held'>>('/api/reports/inventory', { group_by: 'scope' });
  const lines = held.reduce((sum, group) => sum + group.lines, 0);
  print(
    lines === 0
      ? 'Nothing is held back in the book.'
      : `${counted(lines, 'line')} of the book ${lines === 1 ? 'is' : 'are'} held back, in no total: footing report held`,
  );
}

function readAs({
  format,
  compression,
  encoding,
  delimiter,
  decimal,
  date_order,
  amounts,
  sheet,
}: ReadOptionsView): string {
  const names: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };
  const parts = [`${format.toUpperCase()}${compression === 'none' ? '' : ` in ${compression}`}`];
  if (sheet !== null) parts.push(`sheet ${sheet}`);
  if (format === 'csv') parts.push(`delimiter ${names[delimiter] ?? delimiter}`);
  if (!['xlsx', 'parquet'].includes(format)) parts.push(encoding);
  if (format === 'csv') parts.push(`decimal mark ${decimal}`, `dates ${DATES[date_order] ?? date_order}`);
  if (amounts === 'units') parts.push('amounts in whole units of their currency');
  return safe(`Read as ${parts.join(', ')}.`);
}

const DATES: Record<string, string> = { iso: 'YYYY-MM-DD', dmy: 'DD/MM/YYYY', mdy: 'MM/DD/YYYY' };

/** One line on what an import did. */
export function summary(answer: UploadAnswer): string {
  const count = (n: number) => grouped(String(n));
  if (answer.outcome === 'dry-run') {
    const { rows, accepted, rejected, superseded } = answer.counts;
    return `Dry run: of ${counted(rows, 'row')}, ${count(accepted)} would go in and ${count(rejected)} would be rejected; ${count(superseded)} earlier would be superseded. Nothing was stated.`;
  }
  const { seq, counts, stream, file_name } = answer.import;
  const name = safe(file_name);
  if (answer.outcome === 'already') return `${name} was imported before, as entry ${seq}: nothing changes.`;
  if (counts === null) return `${name} is entry ${seq}.`;
  const taken = counts.accepted === 1 ? singular(stream) : stream;
  return `${name} is entry ${seq}: ${count(counts.accepted)} ${taken} taken, ${count(counts.rejected)} rejected, ${count(counts.superseded)} earlier superseded.`;
}

/** One of what a stream holds: activities -> activity, plans -> plan. */
function singular(stream: string): string {
  const words = stream.replaceAll('_', ' ');
  return words.endsWith('ies') ? `${words.slice(0, -3)}y` : words.replace(/s$/, '');
}

function mapping(pair: string, previous: Record<string, string | null> = {}): Record<string, string | null> {
  const at = pair.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be header=column.');
  return { ...previous, [pair.slice(0, at)]: pair.slice(at + 1) || null };
}
