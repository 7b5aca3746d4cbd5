/** Data sources: what each has brought, and how its connection stands. */
import type { Command } from 'commander';
import { counted, grouped, print, printJson, safe, table, wrapped } from '../output.ts';
import { type CommonOptions, command, onAccount, withAccount } from './shared.ts';

interface SourcesView {
  sources: Array<{
    name: string;
    system: string;
    records: { customers: number; plans: number; invoices: number; transactions: number };
    last_entry: { seq: number; recorded_at: string } | null;
    stripe: {
      held: number;
      held_listed: Array<{ id: string; object: string; reason: string }>;
      webhook: { path: string } | null;
      sync: { unfinished: boolean; complete_as_of: string | null; last_at: string; error: string | null } | null;
    } | null;
  }>;
}

export function sourcesCommand(): Command {
  return withAccount(
    command('sources', 'List the data sources of the revenue book, with the state of their connections', [
      'footing sources',
      'footing sources --json',
    ]),
  ).action(async (options: CommonOptions) => {
    await onAccount(options, async (client) => {
      const view = await client.get<SourcesView>('/api/sources');
      if (options.json) return printJson(view);
      if (view.sources.length === 0) {
        return print('There are no data sources. A file that is imported makes one: footing import --help');
      }
      const columns = [
        { title: 'Source' },
        { title: 'System' },
        ...['Customers', 'Plans', 'Invoice lines', 'Transactions'].map((title) => ({ title, align: 'right' as const })),
        { title: 'Last entry' },
      ];
      const rows = view.sources.map(({ name, system, records, last_entry: last }) => [
        safe(name),
        safe(system),
        ...[records.customers, records.plans, records.invoices, records.transactions].map((n) => grouped(String(n))),
        last === null ? '' : `${last.seq}, ${minute(last.recorded_at)}`,
      ]);
      print(table(columns, rows));
      for (const source of view.sources) for (const line of connection(source)) print(wrapped(line, '  '));
    });
  });
}

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');

function connection({ name, stripe }: SourcesView['sources'][number]): string[] {
  if (stripe === null) return [];
  const { sync, webhook, held } = stripe;
  const lines: string[] = [];
  if (webhook) lines.push(`${safe(name)}: webhook at ${webhook.path}`);
  if (sync?.complete_as_of) lines.push(`${safe(name)}: synced, as of ${minute(sync.complete_as_of)}`);
  if (sync?.unfinished) lines.push(`${safe(name)}: a sync is not complete; it goes on with the next run`);
  if (sync?.error) lines.push(`${safe(name)}: the last sync failed at ${minute(sync.last_at)}: ${safe(sync.error)}`);
  if (held > 0) {
    lines.push(`${safe(name)}: ${counted(held, 'object')} could not be taken`);
    for (const each of stripe.held_listed)
      lines.push(`  ${safe(each.id)} (${safe(each.object)}): ${safe(each.reason)}`);
  }
  return lines;
}
