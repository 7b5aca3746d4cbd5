/** `footing methodology …`, `footing what-if carbon`, `footing compare carbon`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ApiClient } from '../client.ts';
import { bold, type Column, dim, grouped, print, printJson, safe, table, wrapped } from '../output.ts';
import { printSuggestions } from '../statements.ts';
import { type CommonOptions, command, group, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

type Effects = Record<string, string>;

interface PositionView {
  seq: number;
  from: string | null;
  to: string | null;
  methodology: string;
  gwp: string;
  co2e_kg: string;
  scope_2_market_kg: string | null;
  held_lines: number;
  as_posted_lines: number;
}

interface DifferenceView {
  before: PositionView;
  after: PositionView;
  change_kg: string;
  change_percent: string | null;
  effects: Effects;
  refs: { after: string; effects: Record<string, string | null> };
  words: Record<string, string>;
  by_category: Array<{ scope: string; category: string; before_kg: string; after_kg: string; effects: Effects }>;
  changes: Array<{
    entity: string;
    activity: string;
    country: string;
    scope: string;
    category: string;
    effects: Effects;
  }>;
  changes_total: number;
}

interface MethodologyView {
  id: string;
  in_force: boolean;
  seq: number | null;
  actor: string | null;
  recorded_at: string | null;
  parameters: Record<string, unknown>;
}

interface ParameterOptions extends CommonOptions {
  gwp?: string;
  approach?: string;
  parent?: string;
  releases?: string;
  time?: string;
  gapYears?: number;
  geography?: string;
  methane?: string;
  matching?: string;
  set: string[];
  from?: string;
  to?: string;
}

/** Parameters of a methodology as options; `--set` takes any of them as JSON. */
function withParameters(made: Command): Command {
  return made
    .option('--gwp <set>', 'set of 100-year potentials: AR4, AR5 or AR6')
    .option('--approach <approach>', 'none, equity, financial or operational')
    .option('--parent <entity>', 'entity that reports')
    .option('--releases <ids>', 'comma-separated factor releases; all: every adopted one')
    .option('--time <policy>', 'nearest, latest_not_later, exact or publication_year')
    .option('--gap-years <n>', 'years that may lie between activity and factor', wholeNumber)
    .option('--methane <rule>', 'by_source, all_non_fossil or all_fossil')
    .option('--matching <period>', 'match instruments and use by year or month')
    .addOption(
      new Option('--set <parameter=json>', 'any parameter, such as \'geography={"world":false}\'')
        .argParser((text: string, all: string[]) => [...all, text])
        .default([], 'none'),
    );
}

function parametersOf(options: ParameterOptions): Record<string, unknown> {
  const given: Record<string, unknown> = {
    gwp: options.gwp?.toUpperCase(),
    approach: options.approach,
    parent: options.parent,
    releases:
      options.releases === undefined
        ? undefined
        : options.releases === 'all'
          ? null
          : options.releases.split(',').map((id) => id.trim()),
    time: options.time,
    gap_years_max: options.gapYears,
    methane: options.methane,
    scope2: options.matching === undefined ? undefined : { granularity: options.matching },
  };
  for (const text of options.set) {
    const at = text.indexOf('=');
    const name = text.slice(0, at).trim();
    if (at < 1) throw new InvalidArgumentError(`--set takes parameter=json, not ${text}`);
    try {
      given[name] = JSON.parse(text.slice(at + 1));
    } catch {
      given[name] = text.slice(at + 1);
    }
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export function whatIfCommand(): Command {
  const carbon = withParameters(
    withAsOf(
      withAccount(
        command('carbon', 'The inventory under another methodology, with the difference by cause; nothing is stated', [
          'footing what-if carbon --gwp AR6',
          'footing what-if carbon --from 2025-01 --to 2025-12 --releases uk-desnz-2024,world-grid-2022',
          'footing what-if carbon --approach equity --parent Group --by-entity',
        ]),
      ),
    ),
  )
    .option('--methodology <name@version>', 'a methodology that was stated')
    .option('--base <name@version>', 'what it is compared with (default: the methodology in force)')
    .option('--from <month>', 'first month')
    .option('--to <month>', 'last month')
    .option('--by-entity', 'tell entities apart')
    .option('--changes <n>', 'largest changes to show', wholeNumber, 10)
    .action(
      async (
        options: ParameterOptions & { methodology?: string; base?: string; byEntity?: boolean; changes: number },
      ) => {
        await onAccount(options, async (client) => {
          const parameters = parametersOf(options);
          const found = await client.post<DifferenceView>('/api/carbon/what-if', {
            ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
            ...defined({
              methodology: options.methodology,
              base: options.base,
              from: options.from,
              to: options.to,
              as_of: options.asOf,
              by_entity: options.byEntity,
              changes: options.changes,
            }),
          });
          if (options.json) return printJson(found);
          printDifference(found, 'Now', 'What if');
        });
      },
    );
  return group('what-if', 'What figures would be if something else were decided', [
    'footing what-if carbon --gwp AR6',
  ]).addCommand(carbon);
}

interface CompareOptions extends CommonOptions {
  from?: string;
  to?: string;
  baseFrom?: string;
  baseTo?: string;
  baseAsOf?: number;
  methodology?: string;
  baseMethodology?: string;
  totals?: boolean;
  changes: number;
}

export function compareCommand(): Command {
  const carbon = withAsOf(
    withAccount(
      command('carbon', 'Two inventories compared by cause: two periods, or the same as of two entries', [
        'footing compare carbon --base-from 2024-01 --base-to 2024-12 --from 2025-01 --to 2025-12',
        'footing compare carbon --from 2025-01 --to 2025-12 --base-as-of 8',
      ]),
    ),
  )
    .option('--from <month>', 'first month')
    .option('--to <month>', 'last month')
    .option('--base-from <month>', 'first month of what it is compared with (default: --from)')
    .option('--base-to <month>', 'last month of it (default: --to)')
    .option('--base-as-of <seq>', 'as the books stood at this entry', wholeNumber)
    .option('--methodology <name@version>', 'default: the one in force')
    .option('--base-methodology <name@version>', 'default: --methodology')
    .option('--totals', 'do not tell entities apart: faster')
    .option('--changes <n>', 'largest changes to show', wholeNumber, 10)
    .action(async (options: CompareOptions) => {
      await onAccount(options, async (client) => {
        const found = await client.get<DifferenceView>('/api/reports/changes', {
          from: options.from,
          to: options.to,
          base_from: options.baseFrom,
          base_to: options.baseTo,
          as_of: options.asOf,
          base_as_of: options.baseAsOf,
          methodology: options.methodology,
          base_methodology: options.baseMethodology,
          by_entity: options.totals ? 'false' : 'true',
          changes: options.changes,
        });
        if (options.json) return printJson(found);
        printDifference(found, 'Before', 'After');
      });
    });
  return group('compare', 'What changed between two statements, and why', [
    'footing compare carbon --from 2025-01 --to 2025-12 --base-as-of 8',
  ]).addCommand(carbon);
}

const CAUSES = ['activity', 'factor', 'structure', 'method', 'scope_of_data', 'gwp'];
const TITLES: Record<string, string> = {
  activity: 'Activity',
  factor: 'Factors',
  structure: 'Structure',
  method: 'Method',
  scope_of_data: 'Data',
  gwp: 'Potentials',
};
const right = 'right' as const;

function printDifference(found: DifferenceView, first: string, second: string): void {
  const side = (title: string, { methodology, gwp, from, to, seq }: PositionView) =>
    `${title}: ${from || to ? `${from ?? 'beginning'} to ${to ?? 'end'}` : 'all periods'}, methodology ${methodology}, ${gwp}, as of entry ${seq}`;
  print(bold('Greenhouse-gas inventory by cause of change, t CO2e'));
  print(dim(safe(side(first, found.before))));
  print(dim(safe(side(second, found.after))));
  print();
  const shown = CAUSES.filter((cause) => found.effects[cause] !== '0');
  const columns: Column[] = [
    { title: 'Scope' },
    { title: 'Category' },
    { title: first, align: right },
    ...shown.map((cause) => ({ title: TITLES[cause]!, align: right })),
    { title: second, align: right },
  ];
  const rows = found.by_category.map((part) => [
    part.scope,
    part.category,
    tonnes(part.before_kg),
    ...shown.map((cause) => tonnes(part.effects[cause]!)),
    tonnes(part.after_kg),
  ]);
  const total = [
    'Total',
    '',
    tonnes(found.before.co2e_kg),
    ...shown.map((cause) => tonnes(found.effects[cause]!)),
    tonnes(found.after.co2e_kg),
  ];
  print(table(columns, rows, { total }));
  print();
  print(
    `Change: ${tonnes(found.change_kg)} t${found.change_percent === null ? '' : ` (${Number(found.change_percent).toFixed(2)} %)`}. Scope 2 is location-based here.`,
  );
  const [market, marketAfter] = [found.before.scope_2_market_kg, found.after.scope_2_market_kg];
  if (market !== null && marketAfter !== null) {
    print(`Scope 2 by the market-based method: ${tonnes(market)} t, then ${tonnes(marketAfter)} t.`);
  }
  for (const cause of shown) print(wrapped(`${TITLES[cause]}: ${found.words[cause]}.`, ''));
  if (found.after.as_posted_lines > 0) {
    print(
      wrapped(
        `${grouped(String(found.after.as_posted_lines))} lines are left as they are posted: what would be multiplied instead is in no posted sum.`,
        '',
      ),
    );
  }
  if (found.after.held_lines > 0) print(`${grouped(String(found.after.held_lines))} lines would be held back.`);
  if (found.changes.length > 0) {
    print();
    const entities = found.changes.some(({ entity }) => entity !== '');
    const list: Column[] = [
      { title: 'Largest changes' },
      ...(entities ? [{ title: 'Entity' }] : []),
      { title: 'Scope' },
      { title: 't CO2e', align: right },
      { title: 'Cause' },
    ];
    print(
      table(
        list,
        found.changes.map(({ activity, country, entity, scope, category, effects }) => [
          country === '' || activity.includes(country) ? activity : `${activity} (${country})`,
          ...(entities ? [entity] : []),
          category === '' ? scope : `${scope}, category ${category}`,
          tonnes(sum(CAUSES.map((cause) => effects[cause]!))),
          CAUSES.filter((cause) => effects[cause] !== '0')
            .map((cause) => TITLES[cause]!.toLowerCase())
            .join(', '),
        ]),
      ),
    );
    if (found.changes_total > found.changes.length) {
      print(dim(`… of ${grouped(String(found.changes_total))}; --changes shows more.`));
    }
  }
  print(
    dim('Tonnes are rounded to the kilogram here; --json has every digit, and there the effects add up to the change.'),
  );
  if (shown.length > 0)
    printSuggestions([found.refs.after, ...shown.slice(0, 1).map((cause) => found.refs.effects[cause]!)]);
}

/** Kilograms as tonnes with three decimals, for reading. */
function tonnes(kg: string): string {
  const [, sign = '', whole = '0'] = /^(-?)(\d+)/.exec(kg) ?? [];
  const up = /^\d*\.([5-9])/.test(kg.replace('-', '')) ? 1n : 0n;
  const digits = (BigInt(whole) + up).toString().padStart(4, '0');
  const text = `${digits.slice(0, -3)}.${digits.slice(-3)}`;
  return grouped(`${/^[0.]+$/.test(text) ? '' : sign}${text}`);
}

/** Sum of kilograms to the thousandth, for reading. */
function sum(all: string[]): string {
  const thousandths = all.reduce((total, kg) => {
    const [whole = '0', fraction = ''] = kg.replace('-', '').split('.');
    const value = BigInt(whole + fraction.padEnd(3, '0').slice(0, 3));
    return kg.startsWith('-') ? total - value : total + value;
  }, 0n);
  const digits = (thousandths < 0n ? -thousandths : thousandths).toString().padStart(4, '0');
  return `${thousandths < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

export function methodologyCommand(): Command {
  return group('methodology', 'The rules by which the inventory is made, named and versioned', [
    'footing methodology list',
    'footing methodology state group-2025 --gwp AR6 --approach operational --parent Group',
    'footing methodology adopt group-2025@1 --preview',
  ])
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(stateCommand())
    .addCommand(adoptCommand());
}

function listCommand(): Command {
  return withAsOf(
    withAccount(command('list', 'Every version that was stated, and which is in force', ['footing methodology list'])),
  ).action(async (options: CommonOptions) => {
    await onAccount(options, async (client) => {
      const answer = await read(client, options.asOf);
      if (options.json) return printJson(answer);
      const columns = ['Methodology', 'In force', 'Potentials', 'Approach', 'Years', 'Stated by', 'At'].map(
        (title) => ({ title }),
      );
      const rows = answer.methodologies.map(({ id, in_force, parameters, actor, recorded_at }) => [
        id,
        in_force ? 'yes' : '',
        String(parameters.gwp),
        parameters.approach === 'none' ? 'everything counts' : `${parameters.approach}, ${parameters.parent}`,
        String(parameters.time),
        actor ?? 'comes with Footing',
        recorded_at?.slice(0, 10) ?? '',
      ]);
      print(table(columns, rows));
    });
  });
}

function showCommand(): Command {
  return withAsOf(
    withAccount(
      command('show', 'All parameters of a methodology', [
        'footing methodology show default@1',
        'footing methodology show',
      ]),
    ),
  )
    .argument('[name@version]', 'default: the one in force')
    .action(async (id: string | undefined, options: CommonOptions) => {
      await onAccount(options, async (client) => {
        const { methodologies, in_force } = await read(client, options.asOf);
        const wanted = id ?? in_force;
        const found = methodologies.findLast((each) => each.id === wanted || each.id.startsWith(`${wanted}@`));
        if (!found)
          throw new InvalidArgumentError(
            `There is no methodology ${safe(wanted)}; footing methodology list shows all.`,
          );
        if (options.json) return printJson(found);
        print(bold(found.id) + (found.in_force ? dim('  in force') : ''));
        const width = Math.max(...Object.keys(found.parameters).map((name) => name.length));
        for (const [name, value] of Object.entries(found.parameters)) {
          const text = typeof value === 'string' ? value || '-' : JSON.stringify(value);
          print(`  ${name.padEnd(width)}  ${wrapped(safe(text), ' '.repeat(width + 4)).trimStart()}`);
        }
      });
    });
}

async function read(client: ApiClient, asOf: number | undefined) {
  return client.get<{ in_force: string; methodologies: MethodologyView[] }>('/api/carbon/methodologies', {
    as_of: asOf,
  });
}

function stateCommand(): Command {
  return withParameters(
    withAccount(
      command('state', 'State a version of a methodology; it changes nothing until it is adopted', [
        'footing methodology state group-2025 --gwp AR6 --time latest_not_later',
        'footing methodology state group-2025 --set \'geography={"other_countries":false}\' --preview',
      ]),
    ),
  )
    .argument('<name>', 'lower-case letters, digits, dots, hyphens')
    .option('--preview', 'only say what adopting it would do')
    .option('--from <month>', 'first month of the preview')
    .option('--to <month>', 'last month of the preview')
    .action(async (name: string, options: ParameterOptions & { preview?: boolean }) => {
      await onAccount(options, async (client) => {
        const body = { name, parameters: parametersOf(options), ...previewOf(options) };
        const answer = await client.post<DifferenceView & { seq: number }>('/api/carbon/methodologies', body);
        if (options.json) return printJson(answer);
        if (options.preview) return printDifference(answer, 'Now', 'If adopted');
        const { methodologies } = await read(client, undefined);
        const id = methodologies.find(({ seq }) => seq === answer.seq)?.id ?? name;
        print(`Entry ${answer.seq} states ${id}. It is used once it is adopted: footing methodology adopt ${id}`);
      });
    });
}

function adoptCommand(): Command {
  return withAccount(
    command('adopt', 'Keep the books by a methodology from here on; earlier entries stay readable as they were', [
      'footing methodology adopt group-2025@1 --preview',
      'footing methodology adopt group-2025@1',
    ]),
  )
    .argument('<name@version>', 'as stated')
    .option('--preview', 'only say what it would do')
    .option('--from <month>', 'first month of the preview')
    .option('--to <month>', 'last month of the preview')
    .action(async (methodology: string, options: ParameterOptions & { preview?: boolean }) => {
      await onAccount(options, async (client) => {
        const body = { methodology, ...previewOf(options) };
        const answer = await client.post<DifferenceView & { seq: number }>('/api/carbon/methodologies/adopt', body);
        if (options.json) return printJson(answer);
        if (options.preview) return printDifference(answer, 'Now', 'If adopted');
        print(`Entry ${answer.seq} adopts ${methodology}.`);
      });
    });
}

function previewOf({ preview, from, to }: { preview?: boolean; from?: string; to?: string }): object {
  return preview ? { preview: true, ...defined({ from, to }) } : {};
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
