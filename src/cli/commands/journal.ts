import type { Command } from 'commander';
import { bold, print, printJson, safe, table } from '../output.ts';
import { type CommonOptions, command, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

interface EntryView {
  seq: number;
  kind: string;
  actor: string;
  recorded_at: string;
  evidence: string | null;
  payload_hash: string;
  previous_hash: string;
  hash: string;
  payload?: unknown;
}

interface Options extends CommonOptions {
  limit: number;
  kind?: string;
  oldest?: boolean;
}

/** Most entries per request of the API. */
const PAGE_ENTRIES_MAX = 1_000;

export function journalCommand(): Command {
  return withAsOf(
    withAccount(
      command('journal', 'List what was stated, newest first; or show one entry', [
        'footing journal',
        'footing journal --kind records.import --limit 5',
        'footing journal 3',
      ]),
    ),
  )
    .argument('[seq]', 'entry to show', wholeNumber)
    .option('--limit <count>', 'entries to list', wholeNumber, 20)
    .option('--kind <kind>', 'only entries of this kind')
    .option('--oldest', 'oldest first')
    .action(async (seq: number | undefined, options: Options) => {
      await onAccount(options, async (client) => {
        if (seq !== undefined) {
          const entry = await client.get<EntryView>(`/api/journal/${seq}`);
          return options.json ? printJson(entry) : printEntry(entry);
        }
        const entries: EntryView[] = [];
        let cursor: string | undefined;
        do {
          const page = await client.get<{ entries: EntryView[]; next: string | null }>('/api/journal', {
            limit: Math.min(PAGE_ENTRIES_MAX, options.limit - entries.length),
            order: options.oldest ? 'oldest' : 'newest',
            kind: options.kind,
            as_of: options.asOf,
            cursor,
          });
          entries.push(...page.entries);
          cursor = page.next ?? undefined;
        } while (cursor !== undefined && entries.length < options.limit);
        if (options.json) return printJson({ entries });
        const columns = [
          { title: 'Entry', align: 'right' as const },
          ...['Recorded', 'Kind', 'By', 'Evidence', 'Hash'].map((title) => ({ title })),
        ];
        const rows = entries.map((entry) => [
          String(entry.seq),
          entry.recorded_at.slice(0, 19).replace('T', ' '),
          entry.kind,
          entry.actor,
          entry.evidence?.slice(0, 12) ?? '',
          entry.hash.slice(0, 12),
        ]);
        print(table(columns, rows));
      });
    });
}

function printEntry(entry: EntryView): void {
  print(bold(`Entry ${entry.seq}: ${safe(entry.kind)}`));
  for (const [label, value] of [
    ['Recorded', entry.recorded_at],
    ['By', safe(entry.actor)],
    ['Evidence', entry.evidence ?? 'none'],
    ['Payload hash', entry.payload_hash],
    ['Previous', entry.previous_hash],
    ['Hash', entry.hash],
  ] as const) {
    print(`  ${label.padEnd(13)} ${value}`);
  }
  print(`  ${'States'.padEnd(13)} ${JSON.stringify(entry.payload, null, 2).replaceAll('\n', '\n  ')}`);
}
