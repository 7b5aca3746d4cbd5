// `npm test [vitest arguments]`: sets the machine up, runs every test, and prints `N passed, N failed` as its last line.
// A test that cannot run fails: skipped and unfinished tests, errors outside of tests and a crashed runner all count.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkMachine, ensureInstalled, root, startProject } from './setup.mjs';

checkMachine();
ensureInstalled();
const folder = mkdtempSync(join(tmpdir(), 'footing-test-'));
const summaryFile = join(folder, 'summary.json');
const ended = await startProject(
  'node_modules/vitest/vitest.mjs',
  [
    'run',
    '--root',
    root,
    '--allowOnly=false',
    '--reporter=default',
    `--reporter=${join(root, 'scripts/test-reporter.mjs')}`,
    ...process.argv.slice(2),
  ],
  { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), FOOTING_TEST_SUMMARY: summaryFile },
);
const summary = readSummary();
rmSync(folder, { recursive: true, force: true });
process.exitCode = report(summary, ended);

function readSummary() {
  try {
    return JSON.parse(readFileSync(summaryFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Prints what was counted as failed besides failed tests, then the last line; returns the exit code. */
function report(result, { code, signal }) {
  const notes = [];
  let passed = 0;
  let failed = 0;
  if (result === undefined) {
    failed += 1;
    notes.push(
      `The test runner ended without a result (${signal === null ? `exit code ${code}` : signal}): counted as one failure.`,
    );
  } else {
    passed = result.passed;
    failed = result.failed + result.notRun.length + result.errors.length;
    for (const name of result.notRun) notes.push(`Did not run, counted as failed: ${name}`);
    for (const text of result.errors) notes.push(`Error outside of a test, counted as failed: ${text}`);
    if (passed + failed === 0) {
      failed += 1;
      notes.push('No test was found: counted as one failure.');
    }
    if (failed === 0 && (code !== 0 || signal !== null)) {
      failed += 1;
      notes.push(
        `The test runner ended with ${signal ?? `exit code ${code}`} after passing tests: counted as one failure.`,
      );
    }
  }
  process.stdout.write(`${[...notes, `${passed} passed, ${failed} failed`].join('\n')}\n`);
  return failed === 0 ? 0 : 1;
}
