/**
 * Makes the sample files of Aldermoor Systems, the company of `npm run demo`.
 *   node sample/generate.ts            writes sample/files
 *   node sample/generate.ts --check    compares instead: exit code 1 when a file is not what the generator makes
 * The same bytes on every machine: own random numbers, no clock, and a compressor written in JavaScript.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'fflate';
import { carbonFiles } from './carbon-files.ts';
import { moneyFiles } from './money-files.ts';
import { organisationFiles } from './organisation-files.ts';
import { revenueFiles } from './revenue-files.ts';

const FOLDER = join(import.meta.dirname, 'files');
/** Files above this size are kept compressed, which the import reads as they are. */
const PLAIN_BYTES_MAX = 100_000;

/** File name -> bytes. */
export function sampleFiles(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [name, text] of Object.entries({
    ...moneyFiles(),
    ...revenueFiles(),
    ...organisationFiles(),
    ...carbonFiles(),
  })) {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length <= PLAIN_BYTES_MAX) files.set(name, bytes);
    else files.set(`${name}.gz`, gzipSync(bytes, { level: 9, mtime: 0 }));
  }
  return files;
}

function write(files: Map<string, Uint8Array>): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, bytes] of files) {
    writeFileSync(join(FOLDER, name), bytes);
    process.stdout.write(`${name} ${bytes.length} bytes\n`);
  }
}

function check(files: Map<string, Uint8Array>): boolean {
  const problems: string[] = [];
  for (const [name, bytes] of files) {
    try {
      if (!readFileSync(join(FOLDER, name)).equals(bytes)) problems.push(`${name} differs`);
    } catch {
      problems.push(`${name} is missing`);
    }
  }
  for (const name of readdirSync(FOLDER)) if (!files.has(name)) problems.push(`${name} is not made by the generator`);
  for (const problem of problems) process.stderr.write(`sample/files: ${problem}; run \`node sample/generate.ts\`\n`);
  return problems.length === 0;
}

if (import.meta.main) {
  const files = sampleFiles();
  if (!process.argv.includes('--check')) write(files);
  else if (!check(files)) process.exitCode = 1;
}
