/** `footing remove`: takes records back by their keys; they stay readable as of earlier entries. */
import type { Command } from 'commander';
import { readCsv } from '../../carbon/catalogue/csv.ts';
import { FootingError } from '../../kernel/errors.ts';
import { utf8Text } from '../../kernel/utf8.ts';
import { fileGiven } from '../files.ts';
import { counted, grouped, print, printJson } from '../output.ts';
import { type CommonOptions, command, onAccount, withAccount } from './shared.ts';

interface Options extends CommonOptions {
  source?: string;
}

/** Keys of one call, which is one entry: all of them are taken back or none. */
const KEYS_PER_CALL = 10_000;

export function removeCommand(): Command {
  return withAccount(
    command('remove', 'Take records back by their keys; they stay readable as of earlier entries', [
      'footing remove activities wrong-meter.csv',
      'footing remove invoices credited.csv --source stripe-de',
    ]),
  )
    .argument('<stream>', 'what the file holds: see `footing streams list`')
    .argument(
      '<file>',
      'CSV with the columns of the key; the others are not looked at, so the file that was imported will do',
    )
    .option('--source <name>', 'data source that the rows belong to')
    .action(async (stream: string, file: string, options: Options) => {
      const text = utf8Text(await fileGiven(file), file);
      await onAccount(options, async (client) => {
        const { key, title } = await client.get<{ key: string[]; title: string }>(
          `/api/streams/${encodeURIComponent(stream)}`,
        );
        const keys = keysOf(text, file, key, title);
        const entries: number[] = [];
        for (let from = 0; from < keys.length; from += KEYS_PER_CALL) {
          const answer = (await client.delete(`/api/records/${encodeURIComponent(stream)}`, {
            keys: keys.slice(from, from + KEYS_PER_CALL),
            ...(options.source === undefined ? {} : { source: options.source }),
          })) as { seq: number };
          entries.push(answer.seq);
        }
        if (options.json) return printJson({ stream, removed: keys.length, entries });
        print(
          `${counted(keys.length, 'row')} of ${stream} taken back, ${entryText(entries)}. As of earlier entries they stand.`,
        );
      });
    });
}

/** The keys of the rows, each once. */
function keysOf(text: string, file: string, key: readonly string[], title: string): Array<Record<string, string>> {
  const rows = readCsv(text, file);
  if (rows.length === 0) throw new FootingError('invalid', `${file} has no rows.`);
  const lacking = key.filter((column) => rows[0]![column] === undefined);
  if (lacking.length > 0) {
    throw new FootingError('invalid', `${file} does not say which rows are meant.`, {
      problems: lacking.map((field) => ({
        field,
        reason: `the file has no such column; the key of ${title} needs it`,
      })),
    });
  }
  const once = new Map<string, Record<string, string>>();
  for (const row of rows) {
    const stated = Object.fromEntries(key.map((column) => [column, row[column]!]));
    once.set(JSON.stringify(stated), stated);
  }
  return [...once.values()];
}

const entryText = (entries: readonly number[]): string =>
  entries.length === 1
    ? `entry ${entries[0]}`
    : `entries ${entries[0]} to ${entries.at(-1)} (${grouped(String(KEYS_PER_CALL))} rows each at most)`;
