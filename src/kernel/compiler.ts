/**
 * Turns off Maglev, the middle one of V8's compilers, in this process; import it before anything else. The reason, and what it
 * costs, are in docs/decisions/0022-without-maglev.md. A function that is run often is compiled by TurboFan as before.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-maglev');
