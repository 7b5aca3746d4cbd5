// Vitest reporter that writes the counts which scripts/test.mjs prints; the readable output is vitest's own.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: 0, notRun: [], errors: [] };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const { state } = test.result();
        if (state === 'passed') summary.passed += 1;
        else if (state === 'failed') summary.failed += 1;
        else summary.notRun.push(`${pathOf(module)} > ${test.fullName} (${state})`);
      }
      // A file that failed to load or whose hooks failed shows errors of its own beside its tests.
      const own = [...errorsOf(module), ...suiteErrors(module)];
      for (const error of own) summary.errors.push(`${pathOf(module)}: ${error.message}`);
      if (tests === 0 && own.length === 0) summary.notRun.push(`${pathOf(module)} (no tests)`);
    }
    for (const error of unhandledErrors) summary.errors.push(error.message ?? String(error));
    writeFileSync(process.env.FOOTING_TEST_SUMMARY, JSON.stringify(summary));
  }
}

const pathOf = (module) => relative(process.cwd(), module.moduleId);

const errorsOf = (task) => task.errors?.() ?? [];

function suiteErrors(module) {
  return [...module.children.allSuites()].flatMap(errorsOf);
}
