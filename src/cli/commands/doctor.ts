import type { Command } from 'commander';
import { PROBLEM_CODES } from '../../http/problems.ts';
import type { Problem } from '../../kernel/errors.ts';
import { bold, bytes, print, printJson, safe } from '../output.ts';
import { type CommonOptions, command, onInstance } from './shared.ts';

interface StoreView {
  kind: string;
  version: string;
  answers_in_ms: number | null;
  resident_bytes: number | null;
  bytes: number;
  settings: Record<string, string>;
}

interface DoctorView {
  healthy: boolean;
  problems: Problem[];
  version: string;
  platform: { system: string; release: string; architecture: string; node: string; cpus: number; memory_bytes: number };
  home: { path: string; mode: string; free_bytes: number; parts: Array<{ name: string; bytes: number }> };
  postgresql: StoreView;
  clickhouse: StoreView;
  evidence: { files: number; bytes: number };
  accounts: Array<{ slug: string; seq: number; posted: Record<string, number> }>;
}

export function doctorCommand(): Command {
  return command('doctor', 'Versions, sizes, health, settings, and what is wrong', ['footing doctor']).action(
    async (options: CommonOptions) => {
      await onInstance(options, async (client) => {
        const report = await client.get<DoctorView>('/api/doctor');
        if (!report.healthy) process.exitCode = PROBLEM_CODES.unavailable.exit;
        if (options.json) return printJson(report);
        const { platform, home } = report;
        section('Program', [
          ['Footing', report.version],
          ['Node', platform.node],
          ['System', `${platform.system} ${platform.release} ${platform.architecture}`],
          ['Machine', `${platform.cpus} processors, ${bytes(platform.memory_bytes)}`],
        ]);
        section('Data folder', [
          ['Path', `${home.path} (mode ${home.mode})`],
          ...home.parts.map((part): [string, string] => [part.name, bytes(part.bytes)]),
          ['Evidence', `${report.evidence.files} files, ${bytes(report.evidence.bytes)}`],
          ['Free', bytes(home.free_bytes)],
        ]);
        section('PostgreSQL', storeLines(report.postgresql));
        section('ClickHouse', storeLines(report.clickhouse));
        section(
          'Accounts',
          report.accounts.map(({ slug, seq, posted }) => [
            slug,
            `entry ${seq}; posted: ${Object.entries(posted)
              .map(([book, at]) => `${book} ${at}`)
              .join(', ')}`,
          ]),
        );
        if (report.healthy) return print('Nothing is wrong.');
        print(bold('What is wrong'));
        for (const { field, value, reason, remedy } of report.problems) {
          const what = [field, value].filter((part) => part !== undefined).join(' = ');
          print(`  ${safe(what)}: ${safe(reason)}.${remedy ? ` ${safe(remedy)}` : ''}`);
        }
      });
    },
  );
}

function storeLines(store: StoreView): Array<[string, string]> {
  return [
    ['Version', `${store.version}, ${store.kind}`],
    ['Answers in', store.answers_in_ms === null ? 'does not answer' : `${store.answers_in_ms.toFixed(1)} ms`],
    ['Size', bytes(store.bytes)],
    ...(store.resident_bytes === null ? [] : [['Memory', bytes(store.resident_bytes)] as [string, string]]),
    ...Object.entries(store.settings),
  ];
}

function section(title: string, lines: Array<[string, string]>): void {
  if (lines.length === 0) return;
  print(bold(title));
  const width = Math.max(...lines.map(([label]) => label.length));
  for (const [label, value] of lines) print(`  ${safe(label).replaceAll('_', ' ').padEnd(width)}  ${safe(value)}`);
  print();
}
