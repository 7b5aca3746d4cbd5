#!/usr/bin/env node
// The `footing` command. It installs nothing: `npm ci`, `npm start` and `npm run demo` do.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkMachine, fail, root, runProject } from '../scripts/setup.mjs';

checkMachine();
if (!existsSync(join(root, 'node_modules', 'commander')) && !existsSync(join(root, '..', 'commander'))) {
  fail(1, 'Footing is not installed yet.', `Run \`npm ci\` in ${root} first.`);
}
runProject('src/cli/main.ts', process.argv.slice(2));
