import type { Command } from 'commander';
import { bold, print, printJson, safe, table } from '../output.ts';
import { type CommonOptions, command, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

interface EntryView {
  seq: number;
  kind: string;
  actor: string;
  actor_name: string | null;
  stream: string | null;
  file_name: string | null;
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

/** Kinds that most journals have; others say themselves what they are. */
const KINDS = [
  'records.import',
  'records.post',
  'records.patch',
  'records.delete',
  'factors.adopt',
  'matching.decide',
  'matching.rule',
  'matching.undo',
  'account.create',
  'key.create',
  'key.revoke',
];

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
    .option('--kind <kind>', `only entries of this kind: ${KINDS.join(', ')} …`)
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
          ...['Recorded', 'Kind', 'Stream', 'File', 'By', 'Hash'].map((title) => ({ title })),
        ];
        const rows = entries.map((entry) => [
          String(entry.seq),
          entry.recorded_at.slice(0, 19).replace('T', ' '),
          entry.kind,
          entry.stream ?? '',
          entry.file_name ?? '',
          entry.actor_name ?? entry.actor,
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
    ['By', safe(entry.actor_name === null ? entry.actor : `${entry.actor_name} (${entry.actor})`)],
    ...(entry.file_name === null ? [] : [['File', safe(entry.file_name)] as const]),
    ['Evidence', entry.evidence ?? 'none'],
    ['Payload hash', entry.payload_hash],
    ['Previous', entry.previous_hash],
    ['Hash', entry.hash],
  ] as const) {
    print(`  ${label.padEnd(13)} ${value}`);
  }
  print(`  ${'States'.padEnd(13)} ${JSON.stringify(entry.payload, null, 2).replaceAll('\n', '\n  ')}`);
}
