/** Matching and factors of the carbon book: `footing match …`, `footing factors …`. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ApiClient } from '../client.ts';
import { bold, counted, dim, grouped, print, printJson, safe, table, wrapped } from '../output.ts';
import { releaseCommands } from './releases.ts';
import { type CommonOptions, command, group, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

interface QueueItemView {
  activity: string;
  unit: string;
  currency: string;
  country: string;
  region: string;
  category: string;
  words: string;
  detail: string;
  lines: number;
  quantity: string | null;
  amount: string | null;
  candidates: Array<{
    family: string;
    factor: string;
    score: string;
    reasons: string[];
    co2e_kg: string;
    years_held: number[];
    held_words: string;
  }>;
  years: number[];
}

interface PreviewView {
  lines: number;
  before_kg: string;
  after_kg: string;
  change_kg: string;
  held_lines: number;
  other_basis_lines: number;
}

interface ChoiceView {
  id: string;
  rule: string | null;
  when: Array<{ field: string; op: string; values: string[] }>;
  factor: string | null;
  family: string | null;
  left_out: boolean;
  reason: string;
  priority: number;
  actor: string;
  recorded_at: string;
}

interface TargetOptions extends CommonOptions {
  factor?: string;
  family?: string;
  leaveOut?: boolean;
  reason?: string;
  preview?: boolean;
}

interface ConfirmOptions extends TargetOptions {
  unit?: string;
  currency?: string;
  country?: string;
  region?: string;
  category?: string;
}

interface RuleOptions extends TargetOptions {
  when: Condition[];
  priority?: number;
  firstYear?: number;
  lastYear?: number;
}

interface Condition {
  field: string;
  op: string;
  values: string[];
}

interface FactorView {
  id: string;
  family: string;
  scope: string;
  category: number | null;
  method: string;
  unit: string;
  region: string;
  valid_from: string;
  valid_to: string;
  gwp_source: string;
  score: string | null;
  gases_kg: Record<string, string>;
  other_gas: string | null;
  co2e_kg: Record<string, string | null>;
  source: { table: string; row: string };
  publication: { title: string; publisher: string; edition: string; licence: string; attribution: string; url: string };
  notes: string;
}

export function matchCommand(): Command {
  return group('match', 'Activities that wait for a factor: candidates, decisions, rules', [
    'footing match list',
    "footing match confirm 'Gas, Leeds plant' --family 'Natural gas' --preview",
  ])
    .addCommand(listCommand())
    .addCommand(confirmCommand())
    .addCommand(decisionsCommand())
    .addCommand(undoCommand())
    .addCommand(rulesCommand());
}

function listCommand(): Command {
  return withAsOf(
    withAccount(
      command('list', 'What is held for want of a factor, the largest first, with candidates and their effect', [
        'footing match list',
        'footing match list --order amount --limit 10',
      ]),
    ),
  )
    .option('--order <by>', 'effect (of the best candidate on the total), lines, quantity or amount', 'effect')
    .option('--limit <n>', 'descriptions to show', wholeNumber, 20)
    .option('--candidates <n>', 'candidates for each', wholeNumber, 3)
    .option('--gwp <set>', 'set of 100-year potentials: AR4, AR5 or AR6', 'AR5')
    .action(async (options: CommonOptions & { order: string; limit: number; candidates: number; gwp: string }) => {
      await onAccount(options, async (client) => {
        const queue = await client.get<{ items: QueueItemView[]; total: number }>('/api/carbon/queue', {
          order: options.order,
          limit: options.limit,
          candidates: options.candidates,
          gwp: options.gwp,
          as_of: options.asOf,
        });
        if (options.json) return printJson(queue);
        for (const item of queue.items) printQueueItem(item);
        const more = queue.total - queue.items.length;
        if (queue.total === 0) print('Nothing waits for a factor.');
        else if (more > 0) print(`… and ${grouped(String(more))} more`);
      });
    });
}

function printQueueItem(item: QueueItemView): void {
  const facts = [item.country, item.region, item.category && `category ${item.category}`].filter(Boolean).join(', ');
  const sums = [
    counted(item.lines, 'line'),
    item.quantity === null ? '' : `${grouped(item.quantity)} ${item.unit}`,
    item.amount === null ? '' : `${grouped(item.amount)} ${item.currency}`,
  ].filter((part) => part !== '');
  print(`${bold(safe(item.activity))}${facts ? ` (${safe(facts)})` : ''}  ${safe(sums.join(', '))}`);
  print(wrapped(`${item.words}: ${item.detail}`, '  '));
  for (const { family, score, reasons, co2e_kg, years_held, held_words } of item.candidates) {
    const adds = years_held.length === item.years.length ? 'adds nothing yet' : `${grouped(co2e_kg)} kg CO2e`;
    print(`  ${score.padEnd(6)}  ${safe(family)}  ${adds}`);
    print(dim(wrapped(reasons.join('; '), '          ')));
    if (years_held.length > 0)
      print(dim(wrapped(`${years_held.join(', ')} would stay held: ${held_words}`, '          ')));
  }
}

function withTarget(made: Command): Command {
  return made
    .option('--factor <id>', 'use this factor, whatever the place and year')
    .option('--family <name>', 'use the factors of this name; place, unit and year decide among them')
    .option('--leave-out', 'leave the activity out; takes --reason')
    .option('--reason <text>', 'why')
    .option('--preview', 'only say what it would do to the totals');
}

function targetOf({ factor, family, leaveOut, reason }: TargetOptions): Record<string, unknown> {
  return {
    ...(leaveOut ? { factor: null } : factor === undefined ? {} : { factor }),
    ...(family === undefined ? {} : { family }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function confirmCommand(): Command {
  return withTarget(
    withAccount(
      command('confirm', 'Decide on the factor of an activity; remembered for later ones', [
        "footing match confirm 'Gas, Leeds plant' --family 'Natural gas' --preview",
        "footing match confirm 'Gas, Leeds plant' --family 'Natural gas' --reason 'contract 17'",
        "footing match confirm 'Deposit' --leave-out --reason 'no goods'",
      ]),
    ),
  )
    .argument('<activity>', 'the activity as it is stated')
    .option('--unit <unit>', 'only with this unit')
    .option('--currency <code>', 'only with this currency')
    .option('--country <code>', 'only in this country')
    .option('--region <region>', 'only in this region')
    .option('--category <category>', 'only with this category')
    .action(async (activity: string, options: ConfirmOptions) => {
      const facts = Object.fromEntries(
        (['unit', 'currency', 'country', 'region', 'category'] as const).flatMap((fact) =>
          options[fact] === undefined ? [] : [[fact, options[fact]]],
        ),
      );
      const decisions = [{ activity, ...facts, ...targetOf(options) }];
      await onAccount(options, (client) => stateOrPreview(client, '/api/carbon/decisions', { decisions }, options));
    });
}

async function stateOrPreview(client: ApiClient, path: string, body: object, options: TargetOptions): Promise<void> {
  const answer = await client.post<PreviewView & { seq: number }>(path, {
    ...body,
    ...(options.preview ? { preview: true } : {}),
  });
  if (options.json) return printJson(answer);
  if (!options.preview) return print(`Entry ${answer.seq} holds it.`);
  const change = answer.change_kg.startsWith('-') ? grouped(answer.change_kg) : `+${grouped(answer.change_kg)}`;
  print(
    `${counted(answer.lines, 'line')}: ${grouped(answer.before_kg)} kg CO2e now, ${grouped(answer.after_kg)} kg after (${change}). Nothing is stated yet.`,
  );
  if (answer.held_lines > 0) print(`${grouped(String(answer.held_lines))} lines are held.`);
  if (answer.other_basis_lines > 0)
    print(
      `${grouped(String(answer.other_basis_lines))} lines are not in these figures: amount and quantity change places, or a day has no rate.`,
    );
}

function decisionsCommand(): Command {
  return choiceList('decisions', 'List the decisions in force', '/api/carbon/decisions', 'footing match decisions');
}

function choiceList(name: string, summary: string, path: string, example: string): Command {
  return withAsOf(withAccount(command(name, summary, [example])))
    .option('--limit <n>', 'how many', wholeNumber, 100)
    .action(async (options: CommonOptions & { limit: number }) => {
      await onAccount(options, async (client) => {
        const answer = await client.get<{ choices: ChoiceView[]; total: number }>(path, {
          as_of: options.asOf,
          limit: options.limit,
        });
        if (options.json) return printJson(answer);
        const columns = ['Id', 'When', 'Factor', 'Reason', 'Stated by', 'At'].map((title) => ({ title }));
        print(table(columns, answer.choices.map(choiceCells)));
        if (answer.total > answer.choices.length) print(`… of ${grouped(String(answer.total))}`);
      });
    });
}

function choiceCells(choice: ChoiceView): string[] {
  const when = choice.when.map(({ field, op, values }) => `${field} ${op.replace('_', ' ')} ${values.join(' or ')}`);
  return [
    choice.id,
    `${choice.rule === null ? '' : `${choice.rule}: `}${when.join(', ')}`,
    choice.left_out ? 'left out' : (choice.factor ?? choice.family ?? ''),
    choice.reason,
    choice.actor,
    choice.recorded_at.slice(0, 19),
  ];
}

function undoCommand(): Command {
  return withAccount(command('undo', 'Take a decision back', ['footing match undo 12.1']))
    .argument('<id>', 'id of the decision, as `footing match decisions` shows it')
    .action((id: string, options: CommonOptions) => takeBack('/api/carbon/decisions', id, options));
}

async function takeBack(path: string, id: string, options: CommonOptions): Promise<void> {
  await onAccount(options, async (client) => {
    const answer = (await client.delete(`${path}/${encodeURIComponent(id)}`)) as { seq: number };
    if (options.json) return printJson(answer);
    print(`Taken back by entry ${answer.seq}.`);
  });
}

function rulesCommand(): Command {
  const add = withTarget(
    withAccount(
      command('add', 'State a rule; it goes before decisions', [
        "footing match rules add 'UK gas' --when 'activity contains gas' --when 'country is GB' --family 'Natural gas'",
      ]),
    ),
  )
    .argument('<name>', 'another rule of this name is replaced')
    .requiredOption(
      '--when <condition>',
      'field, is|is_not|contains|starts_with|ends_with, value; all must hold; repeat for more',
      condition,
      [] as Condition[],
    )
    .option('--priority <n>', 'higher goes first', wholeNumber)
    .option('--first-year <year>', 'first year of activities', wholeNumber)
    .option('--last-year <year>', 'last year of activities', wholeNumber)
    .action(async (name: string, options: RuleOptions) => {
      const rule = {
        rule: name,
        when: options.when,
        ...(options.priority === undefined ? {} : { priority: options.priority }),
        ...(options.firstYear === undefined ? {} : { first_year: options.firstYear }),
        ...(options.lastYear === undefined ? {} : { last_year: options.lastYear }),
        ...targetOf(options),
      };
      await onAccount(options, (client) => stateOrPreview(client, '/api/carbon/rules', { rules: [rule] }, options));
    });
  const remove = withAccount(command('undo', 'Take a rule back', ['footing match rules undo 12.1']))
    .argument('<id>')
    .action((id: string, options: CommonOptions) => takeBack('/api/carbon/rules', id, options));
  return group('rules', 'Rules that decide on factors', ['footing match rules list'])
    .addCommand(choiceList('list', 'List the rules in force', '/api/carbon/rules', 'footing match rules list'))
    .addCommand(add)
    .addCommand(remove);
}

function condition(words: string, before: Condition[]): Condition[] {
  const [, field, op, value] = /^(\S+) (\S+) (.+)$/s.exec(words.trim()) ?? [];
  if (field === undefined || op === undefined || value === undefined)
    throw new InvalidArgumentError("Write it like 'activity contains gas'.");
  return [...before, { field, op, values: [value] }];
}

export function factorsCommand(): Command {
  const search = withAsOf(
    withAccount(
      command('search', 'Find emission factors by text, the closest first', [
        'footing factors search natural gas --region GB',
        "footing factors search hotel --unit room-night --release 'uk-desnz-2025'",
      ]),
    ),
  )
    .argument('[words...]', 'words of the name')
    .option('--scope <scope>', '1, 2, 3 or outside')
    .option('--category <n>', 'scope-3 category', wholeNumber)
    .option('--region <region>', 'exactly this region')
    .option('--unit <unit>', 'unit that converts to that of the factor')
    .option('--release <id>', 'only of this release')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .action(async (words: string[], options: CommonOptions & Record<string, string | number | undefined>) => {
      await onAccount(options, async (client) => {
        const { scope, category, region, unit, release, limit, asOf } = options;
        const answer = await client.get<{ factors: FactorView[]; total: number }>('/api/carbon/factors', {
          q: words.length === 0 ? undefined : words.join(' '),
          scope,
          category,
          region,
          unit,
          release,
          limit,
          as_of: asOf,
        });
        if (options.json) return printJson(answer);
        const columns = ['Factor', 'Name', 'Scope', 'Unit', 'Region', 'From', 'Score'].map((title) => ({ title }));
        print(
          table(
            columns,
            answer.factors.map((factor) => [
              factor.id,
              factor.family,
              factor.scope,
              factor.unit,
              factor.region,
              factor.valid_from,
              factor.score ?? '',
            ]),
          ),
        );
        if (answer.total > answer.factors.length) print(`… of ${grouped(String(answer.total))}`);
      });
    });

  const show = withAsOf(
    withAccount(
      command('show', 'Show a factor: gases, source, licence, CO2e under each set of potentials', [
        'footing factors show uk-desnz-2025/natural-gas/kwh-gross-cv',
      ]),
    ),
  )
    .argument('<id>')
    .action(async (id: string, options: CommonOptions) => {
      await onAccount(options, async (client) => {
        const factor = await client.get<FactorView>(`/api/carbon/factors/${encodeURIComponent(id)}`, {
          as_of: options.asOf,
        });
        if (options.json) return printJson(factor);
        printFactor(factor);
      });
    });

  const factors = group('factors', 'The catalogue of emission factors', ['footing factors search natural gas'])
    .addCommand(search)
    .addCommand(show);
  for (const each of releaseCommands()) factors.addCommand(each);
  return factors;
}

function printFactor(factor: FactorView): void {
  print(bold(safe(factor.family)));
  const gases = Object.entries(factor.gases_kg).filter(([, mass]) => mass !== '0');
  const facts: Array<[string, string]> = [
    ['id', factor.id],
    ['scope', `${factor.scope}${factor.category === null ? '' : `, category ${factor.category}`}`],
    ['method', factor.method],
    ['region', factor.region],
    ['valid', factor.valid_to === '' ? `from ${factor.valid_from}` : `${factor.valid_from} up to ${factor.valid_to}`],
    ...gases.map(([gas, mass]): [string, string] => [
      gas === 'other_kg' ? (factor.other_gas ?? gas) : gas,
      `${mass} kg/${factor.unit}`,
    ]),
    ...Object.entries(factor.co2e_kg).map(([set, kg]): [string, string] => [
      `CO2e ${set}`,
      kg === null ? 'no potential for the gas' : `${kg} kg/${factor.unit}`,
    ]),
    ['potentials of the source', factor.gwp_source],
    ['source', `${factor.publication.title}, ${factor.publication.edition}`],
    ['table, row', `${factor.source.table}, ${factor.source.row}`],
    ['publisher', factor.publication.publisher],
    ['licence', factor.publication.licence],
    ['attribution', factor.publication.attribution],
    ['address', factor.publication.url],
    ...(factor.notes ? [['notes', factor.notes] as [string, string]] : []),
  ];
  const width = Math.max(...facts.map(([label]) => label.length));
  for (const [label, value] of facts) print(`  ${dim(safe(label).padEnd(width))}  ${safe(value)}`);
}
