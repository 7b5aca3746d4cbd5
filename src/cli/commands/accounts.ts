import type { Command } from 'commander';
import { print, printJson, table } from '../output.ts';
import { type CommonOptions, command, group, onInstance } from './shared.ts';

interface AccountView {
  slug: string;
  name: string;
  currency: string;
  time_zone: string;
  created_at: string;
}

export function accountsCommand(): Command {
  const list = command('list', 'List the accounts', ['footing accounts list']).action(
    async (options: CommonOptions) => {
      await onInstance(options, async (client) => {
        const answer = await client.get<{ accounts: AccountView[] }>('/api/accounts');
        if (options.json) return printJson(answer);
        const columns = ['Account', 'Name', 'Currency', 'Time zone', 'Since'].map((title) => ({ title }));
        const rows = answer.accounts.map((account) => [
          account.slug,
          account.name,
          account.currency,
          account.time_zone,
          account.created_at.slice(0, 10),
        ]);
        print(rows.length === 0 ? 'There is no account yet.' : table(columns, rows));
      });
    },
  );

  const create = command('create', 'Create an account', [
    'footing accounts create aldermoor --name "Aldermoor Systems" --currency EUR',
  ])
    .argument('<slug>', 'short name: lower-case letters, digits and hyphens')
    .requiredOption('--name <name>', 'name of the company')
    .option('--currency <code>', 'currency of its statements, ISO 4217', 'EUR')
    .option('--time-zone <zone>', 'IANA time zone', 'UTC')
    .action(async (slug: string, options: CommonOptions & { name: string; currency: string; timeZone: string }) => {
      await onInstance(options, async (client) => {
        const account = await client.post<AccountView>('/api/accounts', {
          slug,
          name: options.name,
          currency: options.currency,
          time_zone: options.timeZone,
        });
        if (options.json) return printJson(account);
        print(`Created the account ${account.slug} (${account.name}, ${account.currency}).`);
      });
    });

  return group('accounts', 'The accounts of the instance', [
    'footing accounts list',
    'footing accounts create acme --name "Acme plc" --currency GBP',
  ])
    .addCommand(list)
    .addCommand(create);
}
