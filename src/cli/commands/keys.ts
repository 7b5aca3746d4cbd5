import type { Command } from 'commander';
import { print, printJson, table } from '../output.ts';
import { type CommonOptions, command, group, onAccount, withAccount } from './shared.ts';

interface KeyView {
  id: string;
  name: string;
  role: string;
  created_at: string;
  revoked_at: string | null;
}

export function keysCommand(): Command {
  const list = withAccount(command('list', 'List the keys of the account', ['footing keys list'])).action(
    async (options: CommonOptions) => {
      await onAccount(options, async (client) => {
        const answer = await client.get<{ keys: KeyView[] }>('/api/keys');
        if (options.json) return printJson(answer);
        const columns = ['Key', 'Name', 'Role', 'Since', 'Revoked'].map((title) => ({ title }));
        const rows = answer.keys.map((key) => [
          key.id,
          key.name,
          key.role,
          key.created_at.slice(0, 10),
          key.revoked_at?.slice(0, 10) ?? '',
        ]);
        print(table(columns, rows));
      });
    },
  );

  const create = withAccount(
    command('create', 'Make a key; it is shown this once', [
      'footing keys create --name "billing export"',
      'footing keys create --name dashboard --role read',
    ]),
  )
    .requiredOption('--name <name>', 'what the key is for')
    .option('--role <role>', 'read, write or admin', 'write')
    .action(async (options: CommonOptions & { name: string; role: string }) => {
      await onAccount(options, async (client) => {
        const made = await client.post<{ key: KeyView; secret: string }>('/api/keys', {
          name: options.name,
          role: options.role,
        });
        if (options.json) return printJson(made);
        print(made.secret);
        process.stderr.write(
          `Key ${made.key.id} with the role ${made.key.role}. It is kept as a hash only: note it now.\n`,
        );
      });
    });

  const revoke = withAccount(command('revoke', 'Revoke a key', ['footing keys revoke 2cv4tssnurdv']))
    .argument('<id>', 'the part between fk_ and the next _')
    .action(async (id: string, options: CommonOptions) => {
      await onAccount(options, async (client) => {
        await client.delete(`/api/keys/${encodeURIComponent(id)}`);
        if (options.json) return printJson({ id, revoked: true });
        print(`Revoked the key ${id}.`);
      });
    });

  return group('keys', 'API keys of an account', [
    'footing keys list',
    'footing keys create --name dashboard --role read',
  ])
    .addCommand(list)
    .addCommand(create)
    .addCommand(revoke);
}
