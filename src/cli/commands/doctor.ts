import type { Command } from 'commander';
import { PROBLEM_CODES } from '../../http/problems.ts';
import { bold, bytes, print, printJson, safe } from '../output.ts';
import { type CommonOptions, command, onInstance } from './shared.ts';

interface DoctorView {
  healthy: boolean;
  problems: Array<{ what: string; remedy: string | null }>;
  versions: Record<string, string>;
  settings: Record<string, string>;
  sizes: Record<string, number | null>;
  accounts: Array<{ slug: string; seq: number; posted: Record<string, number> }>;
}

export function doctorCommand(): Command {
  return command('doctor', 'Versions, sizes, health, settings, and what is wrong', ['footing doctor']).action(
    async (options: CommonOptions) => {
      await onInstance(options, async (client) => {
        const report = await client.get<DoctorView>('/api/doctor');
        if (!report.healthy) process.exitCode = PROBLEM_CODES.unavailable.exit;
        if (options.json) return printJson(report);
        section('Versions', Object.entries(report.versions));
        section('Settings', Object.entries(report.settings));
        section(
          'Sizes',
          Object.entries(report.sizes).map(([name, size]) => [
            name.replace(/_bytes$/, ''),
            size === null ? 'unknown' : name.endsWith('_bytes') ? bytes(size) : String(size),
          ]),
        );
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
        for (const { what, remedy } of report.problems) print(`  ${safe(what)}${remedy ? ` ${safe(remedy)}` : ''}`);
      });
    },
  );
}

function section(title: string, lines: Array<[string, string]>): void {
  if (lines.length === 0) return;
  print(bold(title));
  const width = Math.max(...lines.map(([label]) => label.length));
  for (const [label, value] of lines) print(`  ${safe(label).replaceAll('_', ' ').padEnd(width)}  ${safe(value)}`);
  print();
}
