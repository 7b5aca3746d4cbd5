/** Runs the `footing` command. */
import '../kernel/compiler.ts';
import type { Command } from 'commander';
import { reportError } from './exit.ts';
import { program } from './program.ts';

/** Commander ends the process itself unless it is told to throw, on every level. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.showHelpAfterError('(--help shows how it is used)');
  for (const child of command.commands) throwInsteadOfExit(child);
}
throwInsteadOfExit(program);

// A reader that has seen enough (`footing journal | head`) is no error. The command goes on to its end, so that it closes what it opened:
// PostgreSQL is a process of its own and would live on.
const GONE: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED'];
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!GONE.includes(error.code)) throw error;
});

/** The arguments; of a command that does not exist there is no help, and asking for it must say that it does not exist. */
function asked(): string[] {
  const words = process.argv.slice(2);
  let at: Command = program;
  for (const word of words) {
    if (word.startsWith('-') || at.commands.length === 0 || word === 'help') return process.argv;
    const next = at.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) return process.argv.filter((each) => each !== '--help' && each !== '-h');
    at = next;
  }
  return process.argv;
}

try {
  await program.parseAsync(asked());
} catch (error) {
  process.exitCode = reportError(error, process.argv.includes('--json'));
}
