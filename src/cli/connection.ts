/**
 * How a command reaches the books: always through the API. It talks to the server that runs on the data folder; when none
 * does, it opens the folder itself, serves the same API on a loopback port for the time of the command, and closes it again.
 */
import { loadConfig } from '../engines/config.ts';
import { FootingError } from '../kernel/errors.ts';
import { ApiClient, ApiProblem } from './client.ts';
import { Folder } from './folder.ts';
import { openGuarded } from './signals.ts';

export interface ConnectionOptions {
  home?: string;
  /** Slug of the account; needed when there are several. */
  account?: string;
}

export interface Connection {
  /** With a key of the instance; null when a key of an account was given (FOOTING_KEY). */
  instance: ApiClient | null;
  /** The client of an account: the named one, or the only one there is. */
  account(slug?: string): Promise<ApiClient>;
  close(): Promise<void>;
}

interface AccountView {
  slug: string;
}

export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { FOOTING_URL: url, FOOTING_KEY: key } = process.env;
  if (url && key) {
    const client = new ApiClient(url, key);
    return { instance: null, account: async () => client, close: async () => {} };
  }
  if (url || key) {
    throw new FootingError(
      'invalid',
      `${url ? 'FOOTING_URL' : 'FOOTING_KEY'} is set without ${url ? 'FOOTING_KEY' : 'FOOTING_URL'}.`,
      {
        remedy: 'Set both to use a server elsewhere, or neither to use the data folder.',
      },
    );
  }
  const overrides = options.home === undefined ? {} : { home: options.home };
  const { home } = loadConfig(process.env, overrides);
  const folder = new Folder(home);
  const note = await folder.server();
  if (note) return connectionTo(new ApiClient(note.url, note.key), folder, options, async () => {});
  // The whole program is loaded only where it is needed: most commands just talk to a server.
  const { openInstance } = await import('./instance.ts');
  const logLevel = process.env.FOOTING_LOG_LEVEL ?? 'error';
  const opened = await openGuarded(() => openInstance({ ...overrides, host: '127.0.0.1', port: 0, logLevel }));
  return connectionTo(new ApiClient(opened.url, opened.key), folder, options, opened.close);
}

/** Runs `work` on a connection and closes it, whatever happens. */
export async function withConnection<T>(
  options: ConnectionOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(options);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

export function connectionTo(
  instance: ApiClient,
  folder: Folder,
  options: ConnectionOptions,
  close: () => Promise<void>,
): Connection {
  return {
    instance,
    close,
    async account(named) {
      const slug = named ?? options.account ?? process.env.FOOTING_ACCOUNT ?? (await onlyAccount(instance));
      const kept = folder.accountKey(slug);
      if (kept !== null && (await isValid(new ApiClient(instance.url, kept), slug))) {
        return new ApiClient(instance.url, kept);
      }
      const { secret } = await instance.post<{ secret: string }>(`/api/accounts/${encodeURIComponent(slug)}/keys`, {
        name: 'command line',
        role: 'admin',
      });
      folder.keepAccountKey(slug, secret);
      return new ApiClient(instance.url, secret);
    },
  };
}

async function onlyAccount(instance: ApiClient): Promise<string> {
  const { accounts } = await instance.get<{ accounts: AccountView[] }>('/api/accounts');
  if (accounts.length === 1) return accounts[0]!.slug;
  if (accounts.length === 0) {
    throw new FootingError('not_found', 'There is no account yet.', {
      remedy: 'Make one with `footing accounts create SLUG --name NAME`, or look at the sample with `footing demo`.',
    });
  }
  throw new FootingError('invalid', 'There are several accounts.', {
    remedy: `Say which with --account: ${accounts.map(({ slug }) => slug).join(', ')}.`,
  });
}

async function isValid(client: ApiClient, slug: string): Promise<boolean> {
  try {
    const { account } = await client.get<{ account: AccountView }>('/api/account');
    return account.slug === slug;
  } catch (error) {
    if (error instanceof ApiProblem && error.document.status === 401) return false;
    throw error;
  }
}
