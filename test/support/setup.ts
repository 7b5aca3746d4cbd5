/** Runs in every test file: one seed for all property tests of a run, so that a failure can be repeated. */
import fc from 'fast-check';
import { inject } from 'vitest';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: inject('propertySeed') });
