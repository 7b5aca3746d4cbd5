/**
 * The order of the files of a run: those that take minutes come first, so that the two workers end together. In a fresh checkout nothing
 * is known of how long files take, and by their size, which is what vitest goes by then, the tests of kills (a few lines each) come last.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first. */
const LONG = [
  'faults/kill-postgres',
  'faults/kill-clickhouse',
  'faults/kill-server',
  'web/pages',
  'faults/disk',
  'test/docs',
  'revenue/posting',
  'faults/engines',
  'faults/together',
  'cli/commands',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONG.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return found === -1 ? LONG.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
