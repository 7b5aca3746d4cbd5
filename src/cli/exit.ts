/** Exit codes, and errors as a person or a script can use them. */
import { CommanderError } from 'commander';
import { PROBLEM_CODES, type ProblemDocument, problemOf } from '../http/problems.ts';
import { ApiProblem } from './client.ts';
import { headersTogether } from './headers.ts';
import { inOptions, reasonAndRemedy, safe } from './output.ts';

/** An import went through, but some rows were rejected. */
export const EXIT_SOME_ROWS_REJECTED = 3;
const EXIT_USAGE = 2;
const PROBLEMS_SHOWN_MAX = 20;

export const EXIT_HELP = `
Exit codes:
  0  done
  1  a fault in Footing itself
  2  the command or its input does not hold together
  3  imported, but some rows were rejected
  4  the key is missing or may not do this
  5  there is no such thing
  6  it contradicts something earlier, or another process has the data folder
  7  a store, the server or the disk cannot do it now
  8  stored data does not agree with itself
  9  this platform is not supported`;

/** What a thrown error is to the outside. */
export function documentOf(error: unknown): ProblemDocument {
  if (error instanceof ApiProblem) return error.document;
  const document = problemOf(error, null);
  // There is no outside to keep the cause from: the command line's user is the one who can mend it.
  if (document.code === 'internal' && error instanceof Error)
    return { ...document, detail: error.stack ?? error.message };
  return document;
}

/** Prints the error on standard error and returns the exit code. */
export function reportError(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const document = documentOf(error);
  process.stderr.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${errorText(document)}\n`);
  return PROBLEM_CODES[document.code]?.exit ?? 1;
}

function errorText(document: ProblemDocument): string {
  const lines = [`Error: ${safe(document.detail)}`.replaceAll('\\u000a', '\n')];
  const headers = headersTogether(document.problems);
  lines.push(...headers.lines);
  for (const { row, field, value, reason, remedy } of headers.rest.slice(0, PROBLEMS_SHOWN_MAX)) {
    const where = [row === undefined ? '' : `row ${row}`, (field ?? '').replace(/^\//, '')]
      .filter((part) => part !== '')
      .join(', ');
    const what = value === undefined ? '' : JSON.stringify(safe(value));
    const label = [where, what].filter((part) => part !== '').join(' ');
    const said = reasonAndRemedy(safe(reason), remedy && inOptions(remedy, field));
    // "FOOTING_PORT=… is not a number" is said already when it is all that is wrong.
    if (document.problems.length === 1 && document.detail.endsWith(reason)) {
      if (remedy) lines.push(inOptions(remedy, field));
      continue;
    }
    const gap = /^(is|are|has|must)\b/.test(reason) ? ' ' : ': ';
    lines.push(`  ${label === '' ? '' : `${label}${gap}`}${said}`);
  }
  const more = headers.rest.length - PROBLEMS_SHOWN_MAX;
  if (more > 0) lines.push(`  … and ${more} more (--json lists all)`);
  // A remedy that stands at a problem already is not said again.
  if (document.remedy && !document.problems.some(({ remedy }) => remedy === document.remedy))
    lines.push(inOptions(document.remedy));
  return lines.join('\n');
}
