/**
 * What a command has opened is closed when the command is told to stop: PostgreSQL is a process of its own and would live on, and
 * half-built ledgers would stand until the next start.
 */
import { constants } from 'node:os';

const NAMES = ['SIGINT', 'SIGTERM'] as const;

export interface Guard {
  /** From now on somebody else answers signals. */
  release(): void;
}

export interface Closable {
  close(): Promise<void>;
}

/**
 * Opens, and closes what was opened when SIGINT or SIGTERM comes, also while it is still opening; then the program ends as the signal
 * would have ended it (130, 143). A second signal ends it at once.
 */
export async function openGuarded<Opened extends Closable>(open: () => Promise<Opened>): Promise<Opened & Guard> {
  let opened: Opened | undefined;
  let closing: Promise<void> | undefined;
  let exitCode: number | undefined;
  const close = () => {
    closing ??= opened!.close();
    return closing;
  };
  const told = (name: NodeJS.Signals) => {
    const again = exitCode !== undefined;
    exitCode = 128 + constants.signals[name];
    if (again) process.exit(exitCode);
    process.stderr.write('Stopping; a second signal ends at once.\n');
    if (opened) void end();
  };
  const end = async () => {
    await close().catch(() => {});
    process.exit(exitCode);
  };
  const release = () => {
    for (const name of NAMES) process.removeListener(name, told);
  };
  for (const name of NAMES) process.on(name, told);
  try {
    opened = await open();
  } catch (error) {
    if (exitCode !== undefined) process.exit(exitCode);
    release();
    throw error;
  }
  if (exitCode !== undefined) await end();
  return {
    ...opened,
    release,
    // Work that the stop cut short fails; the stop, not that failure, is what is told.
    close: async () => {
      if (exitCode !== undefined) await end();
      await close();
      release();
    },
  };
}
