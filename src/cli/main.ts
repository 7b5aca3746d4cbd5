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

// A reader that has seen enough (`footing journal | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, process.argv.includes('--json'));
}
