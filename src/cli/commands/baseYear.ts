/** `footing base-year …` states base years, events and targets; `footing report base-year` recalculates them from the books. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ShownAmounts as AmountsView, BaseYearReport as ReportView } from '../../carbon/base-year/shapes.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { bold, type Column, dim, print, printJson, safe, table, wrapped } from '../output.ts';
import { type CommonOptions, command, group, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

interface StatedView {
  stated_in: number;
  content: Record<string, unknown>;
}

interface Explained extends CommonOptions {
  baseYear?: string;
  text?: string;
  approvedBy?: string;
}

export function baseYearCommand(): Command {
  const made = group('base-year', 'Base years, what happened to them, targets', [
    'footing base-year state 2020 --threshold 5',
    'footing base-year target near-term --scopes 1,2 --target-year 2030 --annual 4.2',
    'footing report base-year --year 2025',
  ]);
  for (const one of [listCommand(), stateCommand(), eventCommand(), targetCommand(), withdrawCommand()])
    made.addCommand(one);
  return made;
}

/** Adds `footing report base-year`. */
export function withBaseYearReport(report: Command): Command {
  return report.addCommand(
    withAsOf(
      withAccount(
        command(
          'base-year',
          'The base year recalculated from the books, cause by cause, and progress against targets',
          [
            'footing report base-year',
            'footing report base-year --year 2025 --gwp AR6',
            'footing report base-year --as-of 40 --json',
          ],
        ),
      ),
    )
      .option('--name <name>', 'which base year (default: the only one, or main)')
      .option('--year <year>', 'looked at from the end of this year (default: the last one with lines)', wholeNumber)
      .addOption(new Option('--gwp <set>', 'restate under these potentials').choices(['AR4', 'AR5', 'AR6']))
      .action(async (options: CommonOptions & { name?: string; year?: number; gwp?: string }) => {
        await onAccount(options, async (client) => {
          const found = await client.get<ReportView>('/api/reports/base-year', {
            name: options.name,
            year: options.year,
            gwp: options.gwp,
            as_of: options.asOf,
          });
          if (options.json) return printJson(found);
          printReport(found);
        });
      }),
  );
}

const right = 'right' as const;
const tonnes = (text: string): string => Decimal.parse(text).toGrouped(3);
const percent = (text: string): string => `${Decimal.parse(text).toGrouped(2)} %`;
const AMOUNTS: Column[] = ['Scope 1', 'Scope 2', 'Scope 3', 'Total, t CO2e'].map((title) => ({ title, align: right }));
const cells = (amounts: AmountsView): string[] =>
  [amounts.scope_1_t, amounts.scope_2_t, amounts.scope_3_t, amounts.total_t].map(tonnes);

function printReport(report: ReportView): void {
  const { steps, original, recalculated } = report;
  const period =
    report.years === 1 ? report.from.slice(0, 4) : `${report.from.slice(0, 4)} to ${report.to.slice(0, 4)}, average`;
  const counted =
    report.approach === 'none'
      ? 'everything counts wholly'
      : `${report.approach}${report.parent && ` of ${report.parent}`}`;
  print(
    bold(safe(`Base year ${period}, looked at from the end of ${report.year}`)) + dim(`  as of entry ${report.seq}`),
  );
  print(safe(`${report.gwp}, scope 2 ${report.scope_2}-based, ${counted}`));
  print(
    safe(
      `Recalculated when scopes ${report.test_scopes.join(', ')} change by more than ${report.threshold_percent} %, alone or together.`,
    ),
  );
  print();
  print(
    table(
      [{ title: '' }, ...AMOUNTS],
      [
        [`As stated, entry ${original.as_of}`, ...cells(original)],
        ...report.by_cause.map(({ cause, change }) => [`  ${CAUSES[cause] ?? cause}`, ...cells(change)]),
      ],
      { total: ['Recalculated', ...cells(recalculated)] },
    ),
  );
  if (steps.length > 0) {
    print();
    print(
      table(
        [
          { title: '#', align: right },
          { title: 'Day' },
          { title: 'What' },
          { title: 'Cause' },
          { title: 't CO2e', align: right },
          { title: 'Alone', align: right },
          { title: 'Together', align: right },
          { title: 'Base after, t', align: right },
        ],
        steps.map((step) => [
          String(step.number),
          step.day,
          step.title,
          CAUSES[step.cause] ?? step.cause,
          tonnes(step.change.total_t),
          percent(step.percent),
          percent(step.cumulative_percent),
          step.recalculated ? `${tonnes(step.base_t)} recalculated` : tonnes(step.base_t),
        ]),
      ),
    );
    print();
    for (const { number, words, text, approved_by: by } of steps) {
      const reason = [words, text, by && `Approved by ${by}`].filter(Boolean).join('. ');
      if (reason) print(wrapped(safe(`${number}. ${reason}.`), ''));
    }
  }
  if (Number(report.pending.total_t) !== 0) print(`Known and not in the base: ${tonnes(report.pending.total_t)} t.`);
  if (Number(report.organic.total_t) !== 0) print(`Organic, never in the base: ${tonnes(report.organic.total_t)} t.`);
  print();
  print(
    table(
      [
        { title: 'Year' },
        { title: 'Reported, t', align: right },
        ...AMOUNTS.map((column) => ({
          ...column,
          title: `${column.title} restated`.replace(', t CO2e restated', ' restated, t'),
        })),
      ],
      report.series.map(({ year, reported, restated }) => [String(year), tonnes(reported.total_t), ...cells(restated)]),
    ),
  );
  if (report.targets.length > 0) printTargets(report);
  print();
  if (report.without_lines.length > 0)
    print(wrapped(safe(`Without lines in the base year: ${report.without_lines.join(', ')}.`), ''));
  for (const note of report.notes) print(wrapped(safe(note), ''));
  print(dim('Where a figure comes from:'));
  print(dim(`  footing explain '${report.ref}'`));
}

const CAUSES: Record<string, string> = {
  structure: 'structure',
  method: 'method',
  factor: 'factors',
  error: 'data corrected',
  boundary: 'boundary',
  gwp: 'potentials',
  organic: 'organic',
};

function printTargets({ targets, year }: ReportView): void {
  print();
  const amount = (text: string | null) => (text === null ? '-' : tonnes(text));
  print(
    table(
      [
        { title: 'Target' },
        { title: 'Scopes' },
        { title: 'Unit' },
        { title: 'Base', align: right },
        { title: 'Goal', align: right },
        { title: 'By' },
        { title: `Path ${year}`, align: right },
        { title: `Actual ${year}`, align: right },
        { title: 'Gap', align: right },
        { title: 'Reached', align: right },
        { title: 'Expected', align: right },
      ],
      targets.map((target) => [
        target.name,
        target.scopes.join(', '),
        target.unit,
        amount(target.base),
        amount(target.target),
        String(target.target_year),
        amount(target.path),
        amount(target.actual),
        amount(target.gap),
        target.progress_percent === null ? 'not known' : percent(target.progress_percent),
        target.expected_percent === null ? '' : percent(target.expected_percent),
      ]),
    ),
  );
  for (const { name, on_track: on } of targets) {
    if (on === null) print(safe(`${name}: what it is divided by is not stated for ${year}.`));
    else print(safe(`${name} is ${on ? 'on its path or below' : 'above its path'}.`));
  }
}

function listCommand(): Command {
  return withAsOf(
    withAccount(
      command('list', 'What is stated: base years, events, targets', [
        'footing base-year list',
        'footing base-year list --as-of 40 --json',
      ]),
    ),
  ).action(async (options: CommonOptions) => {
    await onAccount(options, async (client) => {
      const found = await client.get<Record<'base_years' | 'events' | 'targets', StatedView[]>>(
        '/api/carbon/base-years',
        { as_of: options.asOf },
      );
      if (options.json) return printJson(found);
      if (found.base_years.length === 0)
        return print('No base year is stated. footing base-year state 2020 states one.');
      for (const [title, all] of [
        ['Base year', found.base_years],
        ['Event', found.events],
        ['Target', found.targets],
      ] as const) {
        for (const { stated_in, content } of all) {
          print(bold(safe(`${title} ${String(content.name ?? content.id)}`)) + dim(`  entry ${stated_in}`));
          for (const [name, value] of Object.entries(content)) {
            if (name === 'name' || name === 'id' || value === '' || value === null) continue;
            print(`  ${name.padEnd(18)}  ${safe(typeof value === 'string' ? value : JSON.stringify(value))}`);
          }
        }
      }
    });
  });
}

function stateCommand(): Command {
  return explained(
    withAccount(
      command('state', 'State a base year with its recalculation policy', [
        'footing base-year state 2020',
        'footing base-year state 2019 2021 --approach operational --threshold 5 --test-scopes 1,2',
      ]),
    ),
  )
    .argument('<year>', 'the base year')
    .argument('[last]', 'the last year, where the average of several is the base')
    .option('--name <name>', 'tells several base years apart', 'main')
    .option('--threshold <percent>', 'change above which it is recalculated', '5')
    .option('--test-scopes <scopes>', 'scopes that are tested together', scopesOf, ['1', '2', '3'])
    .addOption(
      new Option('--approach <approach>', 'consolidation (default: of the methodology)').choices([
        'none',
        'equity',
        'financial',
        'operational',
      ]),
    )
    .option('--parent <entity>', 'reporting parent (default: the one owner whom nobody owns)')
    .addOption(new Option('--gwp <set>', 'potentials (default: of the methodology)').choices(['AR4', 'AR5', 'AR6']))
    .addOption(
      new Option('--scope-2 <method>', 'method of scope 2').choices(['location', 'market']).default('location'),
    )
    .option('--read-as-of <seq>', 'entry as of which the first figure is read (default: this one)', wholeNumber)
    .action(
      async (
        year: string,
        last: string | undefined,
        options: Explained & {
          name: string;
          threshold: string;
          testScopes: string[];
          approach?: string;
          parent?: string;
          gwp?: string;
          scope2: string;
          readAsOf?: number;
        },
      ) => {
        await posted(
          options,
          '/api/carbon/base-years',
          {
            name: options.name,
            from: `${yearOf(year)}-01`,
            to: `${yearOf(last ?? year)}-12`,
            threshold_percent: options.threshold,
            test_scopes: options.testScopes,
            scope_2: options.scope2,
            approach: options.approach,
            parent: options.parent,
            gwp: options.gwp,
            as_of: options.readAsOf,
          },
          `states the base year ${options.name}. footing report base-year shows it.`,
        );
      },
    );
}

function eventCommand(): Command {
  return explained(
    withAccount(
      command('event', 'State what happened to a base year, where the books alone do not say it', [
        'footing base-year event lorries --day 2024-07-01 --cause structure --title "Lorries go to a carrier" --outsourced --activity "Diesel, lorries"',
        'footing base-year event beta --day 2023-04-01 --cause structure --title "Beta, backcast" --change 1=120.5 --change 2=40',
        'footing base-year event meter --day 2024-02-01 --cause error --title "Meter in Leeds was read twice" --entries 31,32',
      ]),
    ),
  )
    .argument('<id>', 'a name; stating it again replaces it')
    .requiredOption('--day <day>', 'when it happened')
    .addOption(
      new Option('--cause <cause>', 'what it is')
        .choices(['structure', 'method', 'factor', 'error', 'boundary', 'gwp', 'organic'])
        .makeOptionMandatory(),
    )
    .requiredOption('--title <words>', 'what happened')
    .option('--base-year <name>', 'which base year', 'main')
    .option('--change <scope=tonnes>', 'stated tonnes of a scope; repeat', collected, [])
    .option('--entries <numbers>', 'journal entries whose effect it explains')
    .option('--outsourced', 'lines of the base year that others cause now')
    .option('--insourced', 'lines of the base year that the organisation causes itself now')
    .option('--entity <name>', 'lines of this entity; repeat', collected, [])
    .option('--activity <name>', 'lines of this activity; repeat', collected, [])
    .addOption(new Option('--to-scope <scope>', 'where insourced lines go').choices(['1', '2']))
    .action(
      async (
        id: string,
        options: Explained & {
          day: string;
          cause: string;
          title: string;
          change: string[];
          entries?: string;
          outsourced?: boolean;
          insourced?: boolean;
          entity: string[];
          activity: string[];
          toScope?: string;
        },
      ) => {
        const direction = options.outsourced ? 'outsourced' : options.insourced ? 'insourced' : undefined;
        const where = {
          ...(options.entity.length > 0 ? { entity: options.entity } : {}),
          ...(options.activity.length > 0 ? { activity: options.activity } : {}),
        };
        await posted(
          options,
          '/api/carbon/base-years/events',
          {
            id,
            base_year: options.baseYear,
            day: options.day,
            cause: options.cause,
            title: options.title,
            changes: options.change.length === 0 ? undefined : options.change.map(changeOf),
            entries: options.entries?.split(',').map((one) => wholeNumber(one.trim())),
            moved: direction && { direction, where, ...(options.toScope ? { to_scope: options.toScope } : {}) },
          },
          `states the event ${id}.`,
        );
      },
    );
}

function targetCommand(): Command {
  return explained(
    withAccount(
      command('target', 'State a target against a base year', [
        'footing base-year target near-term --scopes 1,2 --target-year 2030 --annual 4.2',
        'footing base-year target per-revenue --scopes 1,2,3 --target-year 2035 --reduction 55 --per "EUR million" --amount 2020=480 --amount 2025=512.4',
      ]),
    ),
  )
    .argument('<name>', 'stating it again replaces it')
    .requiredOption('--scopes <scopes>', 'such as 1,2', scopesOf)
    .requiredOption('--target-year <year>', 'when it is to be reached', wholeNumber)
    .option('--base-year <name>', 'which base year', 'main')
    .option('--annual <percent>', 'percent of the base that is reduced a year')
    .option('--reduction <percent>', 'percent of the base that is reduced by the target year')
    .option('--per <unit>', 'an intensity: what emissions are divided by')
    .option('--amount <year=amount>', 'how much of it there was in a year; repeat', collected, [])
    .action(
      async (
        name: string,
        options: Explained & {
          scopes: string[];
          targetYear: number;
          annual?: string;
          reduction?: string;
          per?: string;
          amount: string[];
        },
      ) => {
        await posted(
          options,
          '/api/carbon/targets',
          {
            name,
            base_year: options.baseYear,
            kind: options.per === undefined ? 'absolute' : 'intensity',
            scopes: options.scopes,
            target_year: options.targetYear,
            annual_percent: options.annual,
            reduction_percent: options.reduction,
            per:
              options.per === undefined
                ? undefined
                : { name: options.per, values: Object.fromEntries(options.amount.map(pairOf)) },
          },
          `states the target ${name}. footing report base-year shows progress.`,
        );
      },
    );
}

function withdrawCommand(): Command {
  return withAccount(
    command('withdraw', 'Withdraw an event or a target; earlier entries still show it', [
      'footing base-year withdraw event lorries',
      'footing base-year withdraw target near-term',
    ]),
  )
    .argument('<what>', 'event or target')
    .argument('<name>', 'as stated')
    .action(async (what: string, name: string, options: CommonOptions) => {
      if (what !== 'event' && what !== 'target') throw new InvalidArgumentError('It must be event or target.');
      await onAccount(options, async (client) => {
        const url = what === 'event' ? '/api/carbon/base-years/events' : '/api/carbon/targets';
        const answer = (await client.delete(`${url}/${encodeURIComponent(name)}`)) as { seq: number };
        if (options.json) return printJson(answer);
        print(`Entry ${answer.seq} withdraws the ${what} ${safe(name)}.`);
      });
    });
}

async function posted(options: Explained, url: string, body: object, words: string): Promise<void> {
  await onAccount(options, async (client) => {
    const all = { ...body, text: options.text, approved_by: options.approvedBy };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const answer = await client.post<{ seq: number }>(url, given);
    if (options.json) return printJson(answer);
    print(`Entry ${answer.seq} ${safe(words)}`);
  });
}

function explained(made: Command): Command {
  return made.option('--text <words>', 'why, for the report').option('--approved-by <name>', 'who approved it');
}

const collected = (value: string, before: string[]): string[] => [...before, value];

function scopesOf(text: string): string[] {
  const scopes = text.split(',').map((scope) => scope.trim());
  if (!scopes.every((scope) => ['1', '2', '3'].includes(scope)))
    throw new InvalidArgumentError('Scopes are 1, 2 and 3, such as 1,2.');
  return scopes;
}

function yearOf(text: string): string {
  if (!/^\d{4}$/.test(text)) throw new InvalidArgumentError(`${safe(text)} is not a year.`);
  return text;
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`${safe(text)} is not written like 2020=480.`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function changeOf(text: string): { scope: string; co2e_t: string } {
  const [scope, co2e_t] = pairOf(text);
  return { scope, co2e_t };
}
