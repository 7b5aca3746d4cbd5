import type { Command } from 'commander';
import { bold, print, printJson, table } from '../output.ts';
import { type CommonOptions, command, group, onAccount, withAccount } from './shared.ts';

interface StreamView {
  name: string;
  book: string;
  title: string;
  key: string[];
  attributes: boolean;
  columns: Array<{ name: string; type: string; required: boolean; description: string; example: string }>;
}

export function streamsCommand(): Command {
  const list = withAccount(command('list', 'List the kinds of records', ['footing streams list'])).action(
    async (options: CommonOptions) => {
      await onAccount(options, async (client) => {
        const answer = await client.get<{ streams: StreamView[] }>('/api/streams');
        if (options.json) return printJson(answer);
        const columns = ['Stream', 'Book', 'Key', 'Title'].map((title) => ({ title }));
        print(
          table(
            columns,
            answer.streams.map(({ name, book, key, title }) => [name, book, key.join(', '), title]),
          ),
        );
      });
    },
  );

  const show = withAccount(command('show', 'Show the columns of a stream', ['footing streams show activities']))
    .argument('<name>')
    .action(async (name: string, options: CommonOptions) => {
      await onAccount(options, async (client) => {
        const stream = await client.get<StreamView>(`/api/streams/${encodeURIComponent(name)}`);
        if (options.json) return printJson(stream);
        print(`${bold(stream.title)}; key: ${stream.key.join(', ')}`);
        const columns = ['Column', 'Type', 'Required', 'Example', 'Meaning'].map((title) => ({
          title,
          wraps: title === 'Meaning',
        }));
        const rows = stream.columns.map((column) => [
          column.name,
          column.type,
          column.required ? 'yes' : '',
          column.example,
          column.description,
        ]);
        print(table(columns, rows));
        if (stream.attributes) print('Any columns attributes.* may be added.');
      });
    });

  const template = withAccount(
    command('template', 'Print a CSV file to begin with', ['footing streams template activities > activities.csv']),
  )
    .argument('<name>')
    .action(async (name: string, options: CommonOptions) => {
      await onAccount(options, async (client) => {
        const text = await client.text(`/api/streams/${encodeURIComponent(name)}/template.csv`);
        if (options.json) return printJson({ stream: name, template: text });
        process.stdout.write(text);
      });
    });

  return group('streams', 'What can be imported: streams, their columns, their templates', [
    'footing streams list',
    'footing streams template invoices > invoices.csv',
  ])
    .addCommand(list)
    .addCommand(show)
    .addCommand(template);
}
