// `npm run demo` and `npm start`: node scripts/run.mjs <command> [arguments of `footing <command>`]
import { checkMachine, ensureInstalled, fail, runProject } from './setup.mjs';
import { buildWeb } from './web.mjs';

const [command, ...args] = process.argv.slice(2);
if (command === undefined)
  fail(
    2,
    'Usage: node scripts/run.mjs <command> [arguments]',
    'The commands are those of `footing`: see `footing --help`.',
  );
checkMachine();
ensureInstalled();
if (['serve', 'demo'].includes(command) && !args.includes('--once') && !buildWeb({ quiet: true })) {
  process.stderr.write('The page could not be built; the server runs without it.\n');
}
runProject('src/cli/main.ts', [command, ...args]);
