/**
 * Runs in every test file: one seed for all property tests of a run, so that a failure can be repeated. A failure ends its test at
 * once and prints its counterexample and seed: making it smaller replays whole histories on the stores and would outlast the test's
 * time, so that only "timed out" were seen. FOOTING_TEST_SHRINK=1 makes it smaller, with as much time as that takes.
 */
import '../../src/kernel/compiler.ts';
import fc from 'fast-check';
import { inject } from 'vitest';

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed: inject('propertySeed'),
  endOnFailure: process.env.FOOTING_TEST_SHRINK !== '1',
});
