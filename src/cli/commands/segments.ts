import type { Command } from 'commander';
import { print, printJson, table } from '../output.ts';
import { type CommonOptions, command, group, onAccount, withAccount, withAsOf } from './shared.ts';

interface SegmentView {
  id: string;
  name: string;
  filters: string;
  description: string;
}

export function segmentsCommand(): Command {
  const list = withAsOf(
    withAccount(
      command('list', 'List the saved segments', ['footing segments list', 'footing segments list --as-of 12']),
    ),
  ).action(async (options: CommonOptions) => {
    await onAccount(options, async (client) => {
      const answer = await client.get<{ segments: SegmentView[] }>('/api/segments', { as_of: options.asOf });
      if (options.json) return printJson(answer);
      if (answer.segments.length === 0) {
        print('No segments are saved. `footing segments save NAME FILTER` saves one.');
        return;
      }
      const columns = ['Segment', 'Filter', 'Description'].map((title) => ({ title }));
      print(
        table(
          columns,
          answer.segments.map(({ name, filters, description }) => [name, filters, description]),
        ),
      );
    });
  });

  const save = withAccount(
    command('save', 'Save a filter under a name, or give that name another filter', [
      `footing segments save "Large in DACH" "country~ANY~'DE','AT','CH'~AND~mrr~GTE~500"`,
      `footing segments save Yearly "billing_interval~ANY~'1 year'" --description "Pays once a year"`,
    ]),
  )
    .argument('<name>', 'name of the segment')
    .argument('<filter>', `such as "country~ANY~'DE','FR'~AND~mrr~GTE~150"`)
    .option('--description <text>', 'what it is for')
    .action(async (name: string, filters: string, options: CommonOptions & { description?: string }) => {
      await onAccount(options, async (client) => {
        const made = await client.post<SegmentView>('/api/segments', {
          name,
          filters,
          ...(options.description !== undefined && { description: options.description }),
        });
        if (options.json) return printJson(made);
        print(`Saved the segment "${made.name}". Use it with --segment "${made.name}".`);
      });
    });

  const remove = withAccount(command('delete', 'Delete a segment', ['footing segments delete "Large in DACH"']))
    .argument('<name>', 'name of the segment')
    .action(async (name: string, options: CommonOptions) => {
      await onAccount(options, async (client) => {
        await client.delete(`/api/segments/${encodeURIComponent(name)}`);
        if (options.json) return printJson({ name, deleted: true });
        print(`Deleted the segment "${name}". Reports as of earlier entries still know it.`);
      });
    });

  return group('segments', 'Saved, named filters', [
    'footing segments list',
    `footing segments save "Large in DACH" "country~ANY~'DE','AT','CH'~AND~mrr~GTE~500"`,
    'footing report metrics --segment "Large in DACH"',
  ])
    .addCommand(list)
    .addCommand(save)
    .addCommand(remove);
}
