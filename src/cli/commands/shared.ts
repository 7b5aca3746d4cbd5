/** Options that commands share, and how they run. */
import { Command, InvalidArgumentError } from 'commander';
import type { ApiClient } from '../client.ts';
import { type Connection, type ConnectionOptions, withConnection } from '../connection.ts';

export interface CommonOptions extends ConnectionOptions {
  json?: boolean;
  asOf?: number;
}

/** A command with the options that all have, and an example or two below its help. */
export function command(name: string, summary: string, examples: readonly string[]): Command {
  return group(name, summary, examples)
    .option('--json', 'print JSON, as the API gives it')
    .option('--home <folder>', 'data folder (default: FOOTING_HOME or ./.footing)');
}

/** A command that only holds others. */
export function group(name: string, summary: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(summary)
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}

export function withAccount(made: Command): Command {
  return made.option('--account <slug>', 'account (default: FOOTING_ACCOUNT, or the only one there is)');
}

export function withAsOf(made: Command): Command {
  return made.option('--as-of <seq>', 'as the books stood at this journal entry', wholeNumber);
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return port;
}

/** Runs `work` with a client of the account. */
export function onAccount<T>(options: CommonOptions, work: (client: ApiClient) => Promise<T>): Promise<T> {
  return withConnection(options, async (connection) => work(await connection.account()));
}

/** Runs `work` with a client of the instance. */
export function onInstance<T>(
  options: CommonOptions,
  work: (client: ApiClient, connection: Connection) => Promise<T>,
): Promise<T> {
  return withConnection(options, async (connection) => {
    const client = connection.instance ?? (await connection.account());
    return work(client, connection);
  });
}
