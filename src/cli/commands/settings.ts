/** Settings of the revenue book at the command line. */
import { type Command, InvalidArgumentError } from 'commander';
import { bold, type Column, dim, grouped, print, printJson, safe, table, wrapped } from '../output.ts';
import { type CommonOptions, command, group, onAccount, withAccount, withAsOf } from './shared.ts';

interface SettingView {
  name: string;
  title: string;
  words: string;
  per_source: boolean;
  choices: string[] | null;
  default: unknown;
  value: unknown;
  stated: boolean;
}

interface Compared {
  present: { cents: string; amount: string };
  tried: { cents: string; amount: string };
  difference: { cents: string; amount: string };
}

interface WhatIfView {
  seq: number;
  from: string;
  to: string;
  currencies: Array<{
    currency: string;
    buckets: Array<{
      bucket: string;
      start: Compared;
      movements: Record<string, Compared>;
      end: Compared;
      customers: { present: number; tried: number; difference: number };
    }>;
  }>;
}

interface SetOptions extends CommonOptions {
  source?: string;
}

export function settingsCommand(): Command {
  return group('settings', 'Settings of the revenue book', [
    'footing settings show',
    'footing settings set currency=EUR',
    'footing settings try churn_recognition=end_of_service_period --from 2025-01 --to 2025-12',
  ])
    .addCommand(showCommand())
    .addCommand(setCommand())
    .addCommand(tryCommand());
}

function showCommand(): Command {
  return withAsOf(
    withAccount(
      command('show', 'What holds, and what each setting decides', [
        'footing settings show',
        'footing settings show --words',
        'footing settings show --as-of 12',
      ]),
    ),
  )
    .option('--words', 'say what each of them decides')
    .action(async (options: CommonOptions & { words?: boolean }) => {
      await onAccount(options, async (client) => {
        const answer = await client.get<{
          seq: number;
          settings: SettingView[];
          sources: Array<{ source: string; settings: Record<string, unknown> }>;
        }>('/api/settings', { as_of: options.asOf });
        if (options.json) return printJson(answer);
        const columns: Column[] = [{ title: 'Setting' }, { title: 'Value' }, { title: '' }];
        const rows = answer.settings.map(({ name, value, stated }) => [
          name,
          typeof value === 'object' && value !== null && !stated ? 'standard' : shownValue(value),
          stated ? 'stated' : '',
        ]);
        print(table(columns, rows));
        for (const { source, settings } of answer.sources) {
          print();
          print(bold(`Data source ${safe(source)}`));
          print(
            table(
              columns.slice(0, 2),
              Object.entries(settings).map(([name, value]) => [name, shownValue(value)]),
            ),
          );
        }
        print(dim(`As of entry ${answer.seq}.`));
        if (!options.words) return;
        for (const { name, words, choices } of answer.settings) {
          print();
          print(bold(name));
          print(wrapped(words, '  '));
          if (choices !== null) print(`  One of ${choices.join(', ')}.`);
        }
      });
    });
}

function setCommand(): Command {
  return withAccount(
    command('set', 'Change settings; figures as of earlier entries stay what they were', [
      'footing settings set currency=EUR fx_date=service_period_start',
      'footing settings set auto_churn_days=30 --source shop',
      'footing settings set churn_recognition=default',
    ]),
  )
    .argument('<name=value...>', 'settings; default as the value takes back what was stated')
    .option('--source <name>', 'of this data source alone')
    .action(async (pairs: string[], options: SetOptions) => {
      await onAccount(options, async (client) => {
        const answer = await client.post<{ seq: number }>('/api/settings', {
          ...(options.source !== undefined && { source: options.source }),
          settings: settingsOf(pairs),
        });
        if (options.json) return printJson(answer);
        print(`Entry ${answer.seq}. The figures before it: --as-of ${answer.seq - 1}`);
      });
    });
}

interface TryOptions extends SetOptions {
  from?: string;
  to?: string;
  interval: string;
  currency?: string;
}

function tryCommand(): Command {
  return withAsOf(
    withAccount(
      command('try', 'The MRR statement under other settings, beside the one that stands; nothing is stated', [
        'footing settings try churn_recognition=end_of_service_period',
        'footing settings try classification_window_minutes=0 --from 2025-01 --to 2025-12',
      ]),
    ),
  )
    .argument('<name=value...>', 'settings to try')
    .option('--source <name>', 'of this data source alone')
    .option('--from <day>', 'first day or month (default: 11 months before the last)')
    .option('--to <day>', 'last day or month (default: the newest month in which anything moved)')
    .option('--interval <interval>', 'day, week, month, quarter or year', 'month')
    .option('--currency <code>', 'only this currency')
    .action(async (pairs: string[], options: TryOptions) => {
      await onAccount(options, async (client) => {
        const answer = await client.post<WhatIfView>('/api/what-if/revenue', {
          settings: settingsOf(pairs),
          ...(options.source !== undefined && { source: options.source }),
          ...(options.from !== undefined && { from: options.from }),
          ...(options.to !== undefined && { to: options.to }),
          ...(options.currency !== undefined && { currency: options.currency }),
          ...(options.asOf !== undefined && { as_of: options.asOf }),
          interval: options.interval,
        });
        if (options.json) return printJson(answer);
        printWhatIf(answer, pairs);
      });
    });
}

const ROWS: ReadonlyArray<[type: string, title: string]> = [
  ['new_biz', 'New business'],
  ['expansion', 'Expansion'],
  ['contraction', 'Contraction'],
  ['churn', 'Churn'],
  ['reactivation', 'Reactivation'],
  ['fx', 'FX'],
];

/** Per currency: MRR at the end of each bucket both ways, then the sums of the movements both ways. */
function printWhatIf(answer: WhatIfView, pairs: readonly string[]): void {
  print(
    bold(`Recurring revenue with ${safe(pairs.join(', '))}`) + dim(`  as of entry ${answer.seq}, nothing was stated`),
  );
  if (answer.currencies.length === 0) print('There are no movements either way.');
  const right = 'right' as const;
  for (const { currency, buckets } of answer.currencies) {
    print();
    const columns: Column[] = [
      { title: currency },
      { title: 'MRR as it stands', align: right },
      { title: 'would be', align: right },
      { title: 'difference', align: right },
      { title: 'Customers', align: right },
      { title: 'would be', align: right },
    ];
    print(
      table(
        columns,
        buckets.map(({ bucket, end, customers }) => [
          bucket,
          grouped(end.present.amount),
          grouped(end.tried.amount),
          grouped(end.difference.amount),
          grouped(String(customers.present)),
          grouped(String(customers.tried)),
        ]),
      ),
    );
    print();
    const decimals = buckets[0]?.end.present.amount.split('.')[1]?.length ?? 0;
    const sum = (type: string, side: keyof Compared) =>
      amount(
        buckets.reduce((total, { movements }) => total + BigInt(movements[type]?.[side].cents ?? 0), 0n),
        decimals,
      );
    const moved = ROWS.filter(([type]) =>
      buckets.some(({ movements }) => movements[type]?.present.cents !== '0' || movements[type]?.tried.cents !== '0'),
    );
    print(
      table(
        [
          { title: `${answer.from} to ${answer.to}` },
          ...columns.slice(1, 4).map((column, i) => (i === 0 ? { ...column, title: 'as it stands' } : column)),
        ],
        moved.map(([type, title]) => [title, sum(type, 'present'), sum(type, 'tried'), sum(type, 'difference')]),
      ),
    );
  }
}

function amount(cents: bigint, decimals: number): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return grouped(`${cents < 0n ? '-' : ''}${whole}${decimals === 0 ? '' : `.${digits.slice(-decimals)}`}`);
}

function shownValue(value: unknown): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function settingsOf(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new InvalidArgumentError(`${pair} must be name=value.`);
      const text = pair.slice(at + 1);
      if (text === 'default' || text === '') return [pair.slice(0, at), null];
      try {
        return [pair.slice(0, at), text.startsWith('{') ? JSON.parse(text) : text];
      } catch {
        throw new InvalidArgumentError(`${pair.slice(0, at)} begins like JSON and is none.`);
      }
    }),
  );
}
