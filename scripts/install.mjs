// Checks the machine and installs what is missing; runs nothing. Used by .ci/run.
import { checkMachine, ensureInstalled } from './setup.mjs';

checkMachine();
ensureInstalled();
