/** `verify` and `rebuild`: started on the server, followed here. */
import type { Command } from 'commander';
import { PROBLEM_CODES } from '../../http/problems.ts';
import { FootingError } from '../../kernel/errors.ts';
import { type ApiClient, ApiProblem } from '../client.ts';
import { bytes, counted, print, printJson, safe } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { type CommonOptions, command, onAccount, withAccount } from './shared.ts';

interface JobView<Result> {
  id: string;
  state: 'running' | 'done' | 'failed';
  result: Result;
  problem: ApiProblem['document'] | null;
}

interface VerifyResult {
  agrees: boolean;
  seq: number;
  entries: number;
  evidence: { files: number; bytes: number };
  totals: Array<{ book: string; name: string; live: string; rebuilt: string; agrees: boolean }>;
  findings: Array<{ what: string; where: string; expected: string; found: string }>;
  seconds: number;
}

export function verifyCommand(): Command {
  return withAccount(
    command('verify', 'Re-perform the books: the chain, every file, every total', [
      'footing verify',
      'footing verify --json',
    ]),
  ).action(async (options: CommonOptions) => {
    await onAccount(options, async (client) => {
      const result = await runJob<VerifyResult>(client, '/api/verify', 'Verifying', options);
      if (!result.agrees) process.exitCode = PROBLEM_CODES.corrupt.exit;
      if (options.json) return printJson(result);
      printVerification(result);
    });
  });
}

export function rebuildCommand(): Command {
  return withAccount(
    command('rebuild', 'Build the ledger anew from the journal and the evidence', ['footing rebuild']),
  ).action(async (options: CommonOptions) => {
    await onAccount(options, async (client) => {
      const started = performance.now();
      const result = await runJob<{ seq: number }>(client, '/api/rebuild', 'Rebuilding', options);
      if (options.json) return printJson(result);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      print(`The ledger was built anew up to entry ${result.seq} in ${seconds} s.`);
    });
  });
}

async function runJob<Result>(client: ApiClient, path: string, title: string, options: CommonOptions): Promise<Result> {
  const job = await client.post<JobView<Result>>(path);
  const bar = new ProgressBar(title, options.json);
  try {
    for await (const event of client.events(`/api/jobs/${job.id}/events`)) {
      if (event.name === 'progress') {
        bar.show(event.data as { stage: string; done: number; total: number | null });
        continue;
      }
      const ended = event.data as JobView<Result>;
      if (ended.state === 'done') return ended.result;
      if (ended.problem) throw new ApiProblem(ended.problem);
    }
  } finally {
    bar.end();
  }
  throw new FootingError('unavailable', 'The server stopped before the work was done.');
}

function printVerification(result: VerifyResult): void {
  const broken = result.findings.some((finding) => finding.what === 'chain');
  print(
    broken
      ? `Journal    the chain is broken; it was followed over ${counted(result.entries, 'entry', 'entries')}`
      : `Journal    ${counted(result.entries, 'entry', 'entries')}, the chain holds`,
  );
  print(`Evidence   ${counted(result.evidence.files, 'file')}, ${bytes(result.evidence.bytes)}`);
  const agreeing = result.totals.filter((total) => total.agrees).length;
  // A rebuild from a chain or a file that does not agree would prove nothing.
  const checked = result.totals.length > 0 || result.agrees;
  print(
    checked
      ? `Ledger     ${agreeing} of ${counted(result.totals.length, 'total')} ${result.totals.length === 1 ? 'agrees' : 'agree'} with a rebuild from the journal`
      : 'Ledger     not checked, because it cannot be rebuilt from what does not agree',
  );
  print();
  if (result.agrees) {
    print(`Everything agrees, as of entry ${result.seq} (${result.seconds.toFixed(1)} s).`);
    return;
  }
  const first = result.findings[0];
  if (first) print(`The first thing that does not agree: ${safe(first.where)}`);
  for (const { what, where, expected, found } of result.findings) {
    print();
    print(`  ${what}: ${safe(where)}`);
    print(`    expected  ${safe(expected)}`);
    print(`    found     ${safe(found)}`);
  }
  print();
  print('What each means and what to do: docs/operating.md, "When verify finds something".');
}
