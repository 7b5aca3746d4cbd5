import type { Command } from 'commander';
import { Folder } from '../folder.ts';
import type { Instance } from '../instance.ts';
import { bold, print, printJson } from '../output.ts';
import { type Guard, openGuarded } from '../signals.ts';
import { type CommonOptions, command, portNumber } from './shared.ts';

export function serveCommand(): Command {
  return command('serve', 'Run the server', ['footing serve', 'footing serve --port 8080 --home /var/lib/footing'])
    .option('--host <address>', 'address to listen on (default: FOOTING_HOST or 127.0.0.1)')
    .option('--port <port>', 'port, 0 for any (default: FOOTING_PORT or 4600)', portNumber)
    .action(async (options: CommonOptions & { host?: string; port?: number }) => {
      const instance = await startServer(options);
      if (options.json) printJson({ url: instance.url, home: instance.config.home, pid: process.pid });
      else announce(instance);
      await untilStopped(instance);
    });
}

/** Opens the folder, listens, and leaves a note for other commands. */
export async function startServer(options: {
  home?: string;
  host?: string;
  port?: number;
  logLevel?: string;
}): Promise<Instance & Guard> {
  const { openInstance } = await import('../instance.ts');
  const { home, host, port, logLevel } = options;
  const given = Object.entries({ home, host, port, logLevel });
  return openGuarded(async () => {
    const instance = await openInstance(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
    const folder = new Folder(instance.config.home);
    folder.noteServer({ url: instance.url, pid: process.pid, key: instance.key });
    const close = async () => {
      folder.forgetServer();
      await instance.close();
    };
    return { ...instance, close };
  });
}

/**
 * Says where the server is. With `key`, the address signs the reader of this terminal in: the key stands behind the #, which browsers
 * do not send, and the page takes it out of the address bar.
 */
export function announce({ url, config }: Instance, key: string | null = null): void {
  print(bold('Footing is running'));
  print(`  URL          ${key === null ? url : `${url}/#key=${key}`}`);
  print(`  API          ${url}/api/docs`);
  print(`  Data folder  ${config.home}`);
  if (key === null) print('  A key        footing keys create --name NAME');
  print('Ctrl-C stops it.');
}

/** Waits for SIGINT or SIGTERM, then stops cleanly. A second signal ends the wait for running requests. */
export async function untilStopped(instance: Instance & Guard): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = () => resolve();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    instance.release();
  });
  const hurry = () => process.exit(1);
  process.once('SIGINT', hurry);
  process.once('SIGTERM', hurry);
  await instance.close();
  process.removeListener('SIGINT', hurry);
  process.removeListener('SIGTERM', hurry);
}
