/** Connections with billing systems. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { FootingError } from '../../kernel/errors.ts';
import type { StripeOutcome } from '../../revenue/index.ts';
import { STRIPE_URL, type SyncPosition, syncStripe } from '../../revenue/stripe/sync.ts';
import type { ApiClient } from '../client.ts';
import { EXIT_SOME_ROWS_REJECTED } from '../exit.ts';
import { fileGiven } from '../files.ts';
import { counted, grouped, print, printJson, safe, wrapped } from '../output.ts';
import { type CommonOptions, command, group, onAccount, withAccount } from './shared.ts';

interface StripeOptions extends CommonOptions {
  source: string;
  metered?: string;
}

const HELD_SHOWN_MAX = 10;

export function connectCommand(): Command {
  const stripe = group('stripe', 'Stripe: files of its objects, a sync with a key, webhooks', [
    'footing connect stripe import customers.json invoices.json',
    'STRIPE_API_KEY=rk_live_… footing connect stripe sync',
  ]);
  for (const each of [importStripe(), syncCommand(), webhookCommand()]) stripe.addCommand(each);
  return group('connect', 'Take in what a billing system has', [
    'footing connect stripe import export.ndjson',
  ]).addCommand(stripe);
}

function withSource(made: Command): Command {
  return withAccount(made)
    .option('--source <name>', 'data source that the records belong to', 'stripe')
    .addOption(
      new Option('--metered <how>', 'how lines of metered prices count').choices(['one_time', 'subscription']),
    );
}

function importStripe(): Command {
  return withSource(
    command('import', "Import files of Stripe's objects", [
      'footing connect stripe import customers.json prices.json subscriptions.json invoices.json charges.json refunds.json',
      'footing connect stripe import export.ndjson.gz --as-of 2026-01-31T00:00:00Z',
    ]),
  )
    .argument(
      '<files...>',
      'JSON as the API gives it (objects, lists, events), also one object to a line, also gzipped',
    )
    .option('--as-of <instant>', 'when Stripe had it so: what is in the book of later stays (default: now)')
    .option('--again', 'state objects although they say nothing new')
    .action(async (files: string[], options: StripeOptions & { asOf?: string; again?: boolean }) => {
      await onAccount(options as CommonOptions, async (client) => {
        const outcomes: Array<{ file: string } & StripeOutcome> = [];
        for (const file of await inOrder(files)) {
          const outcome = await client.upload<StripeOutcome>(
            '/api/connectors/stripe/import',
            {
              source: options.source,
              file_name: basename(file.name),
              as_of: options.asOf,
              metered: options.metered,
              again: options.again,
            },
            Readable.from([file.bytes]),
            file.bytes.length,
          );
          outcomes.push({ file: file.name, ...outcome });
          if (!options.json) printOutcome(file.name, outcome);
        }
        if (outcomes.some(({ held }) => held > 0)) process.exitCode = EXIT_SOME_ROWS_REJECTED;
        if (options.json) printJson(outcomes);
      });
    });
}

/** What speaks of others comes after them: refunds after charges, those after invoices. Files of several kinds stay where they are. */
const ORDER = ['product', 'price', 'plan', 'customer', 'subscription', 'invoice', 'credit_note', 'charge', 'refund'];

async function inOrder(files: readonly string[]): Promise<Array<{ name: string; bytes: Buffer }>> {
  const read = await Promise.all(
    files.map(async (name) => ({
      name,
      bytes: await fileGiven(name),
    })),
  );
  const rank = ({ bytes }: { bytes: Buffer }) => {
    const kinds = [
      ...bytes
        .subarray(0, 100_000)
        .toString('latin1')
        .matchAll(/"object"\s*:\s*"(\w+)"/g),
    ];
    const found = kinds.map(([, kind]) => ORDER.indexOf(kind!)).find((each) => each >= 0);
    return found ?? ORDER.length;
  };
  return read
    .map((file) => ({ file, rank: rank(file) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ file }) => file);
}

function syncCommand(): Command {
  return withSource(
    command('sync', 'Read an account at Stripe with its key; run again, it reads what changed since', [
      'STRIPE_API_KEY=rk_live_… footing connect stripe sync',
      'footing connect stripe sync --key-file stripe.key --full',
    ]),
  )
    .option('--key-file <file>', 'file with the key (default: the environment variable STRIPE_API_KEY)')
    .option('--full', 'read everything again')
    .option('--url <address>', 'address of the API', STRIPE_URL)
    .action(async (options: StripeOptions & { keyFile?: string; full?: boolean; url: string }) => {
      const key = await secretFrom(options.keyFile, 'STRIPE_API_KEY');
      await onAccount(options, async (client) => {
        const total = emptyOutcome();
        const query = { source: options.source };
        const before = await client.get<SyncPosition>('/api/connectors/stripe/sync', query);
        let reached = before;
        await syncStripe(before, {
          key,
          url: options.url,
          full: options.full ?? false,
          now: () => Date.now(),
          wait: (ms) => wait(ms),
          onWait: (ms, why) => process.stderr.write(`Stripe: ${why}; waiting ${(ms / 1000).toFixed(1)} s\n`),
          keep: (position) => {
            reached = position;
            return keep(client, options.source, position);
          },
          async page({ resource, text, asOf }) {
            const bytes = Buffer.from(text);
            const outcome = await client.upload<StripeOutcome>(
              '/api/connectors/stripe/import',
              {
                source: options.source,
                file_name: `${resource}.json`,
                as_of: new Date(asOf).toISOString(),
                metered: options.metered,
              },
              Readable.from([bytes]),
              bytes.length,
            );
            add(total, outcome);
            if (!options.json && process.stderr.isTTY) {
              process.stderr.write(`\r${resource}: ${grouped(String(total.objects))} objects read `);
            }
          },
        }).catch(async (error: Error) => {
          // The list of sources says why the books are not up to date.
          await keep(client, options.source, { ...reached, error: error.message.slice(0, 1_000) }).catch(() => {});
          throw error;
        });
        if (!options.json && process.stderr.isTTY) process.stderr.write('\n');
        if (total.held > 0) process.exitCode = EXIT_SOME_ROWS_REJECTED;
        if (options.json) return printJson(total);
        printOutcome('Stripe', total);
      });
    });
}

async function keep(client: ApiClient, source: string, position: SyncPosition & { error?: string }): Promise<void> {
  await client.put(`/api/connectors/stripe/sync?source=${encodeURIComponent(source)}`, position);
}

function webhookCommand(): Command {
  return withSource(
    command('webhook', 'Set up where Stripe sends its events to', [
      'STRIPE_WEBHOOK_SECRET=whsec_… footing connect stripe webhook',
      'footing connect stripe webhook --secret-file whsec.txt --metered subscription',
    ]),
  )
    .option(
      '--secret-file <file>',
      'file with the signing secret (default: the environment variable STRIPE_WEBHOOK_SECRET)',
    )
    .action(async (options: StripeOptions & { secretFile?: string }) => {
      const secret = await secretFrom(options.secretFile, 'STRIPE_WEBHOOK_SECRET');
      await onAccount(options, async (client) => {
        const made = await client.put<{ path: string }>('/api/connectors/stripe/webhook', {
          source: options.source,
          signing_secret: secret,
          ...(options.metered && { metered: options.metered }),
        });
        if (options.json) return printJson(made);
        print(made.path);
        process.stderr.write('Give Stripe this path after the public address of the server, https only.\n');
      });
    });
}

/** Secrets come by file or environment, because the command line is seen by others on the machine. */
async function secretFrom(file: string | undefined, variable: string): Promise<string> {
  const text = file === undefined ? process.env[variable] : await readFile(file, 'utf8').catch(() => undefined);
  const secret = text?.trim();
  if (secret) return secret;
  throw new FootingError('invalid', file === undefined ? `${variable} is not set.` : `There is no secret in ${file}.`, {
    remedy: `Set the environment variable ${variable}, or name a file that holds it.`,
  });
}

function emptyOutcome(): StripeOutcome {
  return { seqs: [], objects: 0, stated: {}, unchanged: 0, older: 0, unused: {}, held: 0, held_listed: [], notes: [] };
}

function add(total: StripeOutcome, part: StripeOutcome): void {
  total.seqs.push(...part.seqs);
  for (const name of ['objects', 'unchanged', 'older', 'held'] as const) total[name] += part[name];
  for (const name of ['stated', 'unused'] as const) {
    for (const [kind, count] of Object.entries(part[name])) total[name][kind] = (total[name][kind] ?? 0) + count;
  }
  total.held_listed.push(...part.held_listed);
  total.notes.push(...part.notes);
}

function printOutcome(name: string, outcome: StripeOutcome): void {
  const kinds = Object.entries(outcome.stated).map(([kind, count]) => counted(count, kind.replaceAll('_', ' ')));
  const parts = [kinds.length > 0 ? `taken ${kinds.join(', ')}` : 'nothing new'];
  if (outcome.unchanged > 0) parts.push(`${grouped(String(outcome.unchanged))} unchanged`);
  if (outcome.older > 0) parts.push(`${grouped(String(outcome.older))} older than what is in the book`);
  const unused = Object.entries(outcome.unused).map(([kind, count]) => `${grouped(String(count))} ${kind}`);
  if (unused.length > 0) parts.push(`not used: ${unused.join(', ')}`);
  if (outcome.held > 0) parts.push(`${grouped(String(outcome.held))} held`);
  print(`${safe(name)}: ${parts.join('; ')}.`);
  for (const held of outcome.held_listed.slice(0, HELD_SHOWN_MAX)) {
    const what = held.id === '' ? held.object || 'Something' : held.id;
    print(
      wrapped(
        `${safe(what)} held: ${safe(held.field)} ${safe(held.reason)}${held.value ? ` (${safe(held.value)})` : ''}`,
        '  ',
      ),
    );
  }
  for (const { id, note } of outcome.notes.slice(0, HELD_SHOWN_MAX)) print(wrapped(`${safe(id)}: ${safe(note)}`, '  '));
}
