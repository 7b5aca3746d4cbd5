/** A header that does not fit, as text: columns that are unknown or missing in the same way stand in one line each. */
import type { ProblemDocument } from '../http/problems.ts';
import { counted, safe } from './output.ts';

type Problem = ProblemDocument['problems'][number];

const UNKNOWN = /^(?<stream>\S+) have no column "/;
const MISSING = 'the file has no such column, and it is required';
const HOLDS = /it holds: (?<what>[^.]*)/;

/**
 * Takes out of the problems what can be said together, and says it. What has a remedy of its own (did you mean …?) stays with the
 * others; so does a single one.
 */
export function headersTogether(problems: readonly Problem[]): { lines: string[]; rest: Problem[] } {
  const unknown = problems.filter(({ reason, remedy }) => UNKNOWN.test(reason) && !remedy?.startsWith('did you mean'));
  const missing = problems.filter(({ reason }) => reason === MISSING);
  if (unknown.length + missing.length < 3) return { lines: [], rest: [...problems] };
  const lines: string[] = [];
  if (unknown.length > 0) {
    const stream = UNKNOWN.exec(unknown[0]!.reason)!.groups!.stream;
    const attributes = unknown.some(({ remedy }) => remedy?.includes('attributes.'));
    lines.push(
      `  ${counted(unknown.length, 'header')} that ${stream} do not have: ${unknown.map(({ field }) => `"${safe(field ?? '')}"`).join(', ')}.`,
      `    Each: say which column it is with --map "HEADER=COLUMN", ${attributes ? 'name it attributes.NAME to keep it, ' : ''}or leave it out on purpose with --map "HEADER=".`,
      '    --remember-mapping keeps what was said for the next file.',
    );
  }
  if (missing.length > 0) {
    lines.push(`  ${counted(missing.length, 'required column')} that the file does not have:`);
    for (const { field, remedy } of missing) {
      const what = HOLDS.exec(remedy ?? '')?.groups?.what;
      lines.push(`    ${field ?? ''}${what === undefined ? '' : `: ${what}`}`);
    }
  }
  return { lines, rest: problems.filter((problem) => !unknown.includes(problem) && !missing.includes(problem)) };
}
