import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { loadConfig } from '../../engines/config.ts';
import { FootingError } from '../../kernel/errors.ts';
import { ApiClient, ApiProblem } from '../client.ts';
import { connectionTo } from '../connection.ts';
import { Folder } from '../folder.ts';
import type { Instance } from '../instance.ts';
import { bold, counted, print, printJson } from '../output.ts';
import { mrrRefs, printInventory, printMrr, printSuggestions } from '../statements.ts';
import type { InventoryView, MrrView } from '../views.ts';
import { importFile, summary } from './import.ts';
import { announce, startServer, untilStopped } from './serve.ts';
import { type CommonOptions, command, portNumber } from './shared.ts';

const FILES = join(import.meta.dirname, '../../../sample/files');
const ACCOUNT = { slug: 'aldermoor', name: 'Aldermoor Systems', currency: 'EUR', time_zone: 'UTC' };
/** In the order in which a company would state them: what others refer to comes first. */
export const SAMPLE: ReadonlyArray<[stream: string, file: string]> = [
  ['plans', 'plans.csv'],
  ['customers', 'customers.csv.gz'],
  ['invoices', 'invoices.csv.gz'],
  ['transactions', 'transactions.csv.gz'],
  ['entities', 'entities.csv'],
  ['ownership', 'ownership.csv'],
  ['instruments', 'instruments.csv'],
  ['residual_mixes', 'residual-mixes.csv'],
  ['own_generation', 'own-generation.csv'],
  ['activities', 'activities.csv.gz'],
  ['activities', 'activities-corrections.csv'],
];
/** Rates and prices come before all, since they decide what the rest is worth. */
export const MONEY: ReadonlyArray<[path: string, file: string, source: string]> = [
  ['/api/rates/import', 'rates.csv', 'Federal Reserve Board, G.5 monthly averages'],
  ['/api/price-indices/import', 'prices.csv', 'U.S. Bureau of Labor Statistics'],
];
/** The last year of the sample. */
const PERIOD = { from: '2025-01', to: '2025-12' };

interface Options extends CommonOptions {
  once?: boolean;
  port?: number;
}

export function demoCommand(): Command {
  return command('demo', 'Keep the books of a sample company and leave the server running', [
    'footing demo',
    'footing demo --once',
  ])
    .option('--once', 'stop when the statements are printed')
    .option('--port <port>', 'port, 0 for any (default: FOOTING_PORT or 4600)', portNumber)
    .action(async (options: Options) => {
      if (!existsSync(join(FILES, SAMPLE[0]![1]))) {
        throw new FootingError('not_found', `The sample files are not in ${FILES}.`, {
          remedy: 'Make them with `node sample/generate.ts`.',
        });
      }
      const { home } = loadConfig(process.env, options.home === undefined ? {} : { home: options.home });
      const folder = new Folder(home);
      const running = await folder.server();
      if (running) {
        await runDemo(new ApiClient(running.url, running.key), folder, options);
        if (!options.json) print(`\nThe server was running already: ${running.url}`);
        return;
      }
      const instance = await startServer({ ...options, logLevel: process.env.FOOTING_LOG_LEVEL ?? 'warn' });
      try {
        await runDemo(new ApiClient(instance.url, instance.key), folder, options);
      } catch (error) {
        await stop(instance, folder);
        throw error;
      }
      if (options.once) return stop(instance, folder);
      if (!options.json) {
        print();
        announce(instance, folder.accountKey(ACCOUNT.slug));
      }
      await untilStopped(instance);
    });
}

async function stop(instance: Instance, folder: Folder): Promise<void> {
  folder.forgetServer();
  await instance.close();
}

async function runDemo(instance: ApiClient, folder: Folder, options: Options): Promise<void> {
  const quiet = options.json ?? false;
  const say = (text = '') => {
    if (!quiet) print(text);
  };
  const isNew = await createAccount(instance);
  say(bold(`${ACCOUNT.name}, an invented company`) + (isNew ? '' : ' (its account is here already)'));
  const client = await connectionTo(instance, folder, {}, async () => {}).account(ACCOUNT.slug);
  for (const [path, file, source] of MONEY) {
    const bytes = await readFile(join(FILES, file));
    const answer = await client.upload<{ seq: number; rows: number; already: boolean }>(
      path,
      { source, file_name: file },
      Readable.from([bytes]),
      bytes.length,
    );
    const outcome = `${counted(answer.rows, 'figure')} of ${source}.`;
    say(
      answer.already
        ? `  ${file} was imported before, as entry ${answer.seq}: nothing changes.`
        : `  ${file} is entry ${answer.seq}: ${outcome}`,
    );
  }
  if (isNew) {
    const { seq } = await client.post<{ seq: number }>('/api/settings', { settings: { currency: ACCOUNT.currency } });
    say(`  Entry ${seq} states that recurring revenue is kept in ${ACCOUNT.currency}.`);
  }
  const outcomes = [];
  for (const [stream, file] of SAMPLE) {
    const answer = await importFile(client, stream, join(FILES, file), {}, quiet);
    outcomes.push({ file, ...answer });
    say(`  ${summary(answer)}`);
  }
  if (outcomes.every(({ outcome }) => outcome === 'already'))
    say('Every file was imported before: nothing has changed.');
  const mrr = await client.get<MrrView>('/api/reports/mrr', { ...PERIOD, interval: 'month' });
  const inventory = await client.get<InventoryView>('/api/reports/inventory', {
    ...PERIOD,
    group_by: 'scope,category',
  });
  if (quiet) return printJson({ account: ACCOUNT.slug, imports: outcomes, mrr, inventory });
  say();
  printMrr(mrr);
  say();
  printInventory(inventory);
  const refs = [
    ...mrrRefs(mrr).slice(0, 2),
    inventory.rows.find((row) => row.keys.scope === '2')?.ref ?? inventory.total.ref,
  ];
  printSuggestions(refs);
}

/** True when it was made now. */
async function createAccount(instance: ApiClient): Promise<boolean> {
  try {
    await instance.post('/api/accounts', ACCOUNT);
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && error.document.status === 409) return false;
    throw error;
  }
}
