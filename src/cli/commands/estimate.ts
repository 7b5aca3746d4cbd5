/** `footing estimate`: what an activity would come to, or a file of them; nothing is stated. */
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { readCsv, writeCsv } from '../../carbon/catalogue/csv.ts';
import { FLAG_WORDS } from '../../carbon/tables.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError } from '../../kernel/errors.ts';
import { utf8Text } from '../../kernel/utf8.ts';
import type { ApiClient } from '../client.ts';
import { EXIT_SOME_ROWS_REJECTED } from '../exit.ts';
import { fileGiven } from '../files.ts';
import { bold, type Column, counted, dim, grouped, print, printJson, safe, table, wrapped } from '../output.ts';
import { type CommonOptions, command, onAccount, wholeNumber, withAccount } from './shared.ts';

interface LineView {
  factor: string;
  scope: string;
  category: number | null;
  co2e_kg: string;
  gases_kg: Record<string, string>;
  other_gas: string | null;
  flags: string[];
}

type ResultView =
  | { outcome: 'estimated'; co2e_kg: string; chosen_by: string; score: string | null; lines: LineView[] }
  | {
      outcome: 'held';
      words: string;
      detail: string;
      candidates: Array<{ family: string; score: string; reasons: string[] }> | null;
    }
  | { outcome: 'invalid'; field: string; reason: string };

interface EstimatesView {
  seq: number;
  gwp: string;
  counts: { estimated: number; held: number; invalid: number };
  factors: Record<string, { family: string; unit: string; region: string; release: string }>;
  results: ResultView[];
}

/** Fields of an item that an option or a column of a file may state. */
const FIELDS = [
  'activity',
  'factor',
  'quantity',
  'unit',
  'amount',
  'currency',
  'date',
  'country',
  'region',
  'category',
  'method',
  'supplier',
  'entity',
  'data_quality',
] as const;
type Item = Partial<Record<(typeof FIELDS)[number], string>> & { attributes?: Record<string, string> };

interface Options extends CommonOptions {
  factor?: string;
  amount?: string;
  currency?: string;
  date?: string;
  country?: string;
  region?: string;
  category?: string;
  method?: string;
  input?: Record<string, string>;
  gwp: string;
  threshold?: string;
  candidates: number;
  file?: string;
  output?: string;
}

/** Items of one call. */
const ITEMS_PER_CALL = 20_000;
const right = 'right' as const;

export function estimateCommand(): Command {
  return withAccount(
    command('estimate', 'What an activity would come to, by the factors in force; nothing is stated', [
      "footing estimate 'Natural gas' 1200 'kWh (Gross CV)' --country GB --date 2025-03-01",
      "footing estimate 'Spend, Software Publishers' --amount 5000 --currency USD --date 2022-06-30",
      'footing estimate --file quotes.csv --output estimates.csv',
    ]),
  )
    .argument('[activity]', 'name of the activity, or id of a factor')
    .argument('[quantity]', 'how much')
    .argument('[unit]', 'unit of the quantity')
    .option('--factor <id>', 'use this factor, whatever the activity is called')
    .option('--amount <amount>', 'amount spent, instead of a quantity')
    .option('--currency <code>', 'its currency')
    .option('--date <day>', 'day, YYYY-MM-DD; its year decides the factor')
    .option('--country <code>', 'country, ISO 3166-1 alpha-2')
    .option('--region <code>', 'state or grid subregion')
    .option('--category <number>', 'scope-3 category')
    .option('--method <name>', 'calculation method: footing factors methods')
    .option('--input <name=value>', 'an input of the method; repeat for more', input)
    .option('--gwp <set>', 'set of 100-year potentials: AR4, AR5 or AR6', 'AR5')
    .option('--threshold <score>', 'use the most similar factor from this score on, such as 0.8 (default: never)')
    .option('--candidates <n>', 'similar factors to show where none goes by the name', wholeNumber, 3)
    .option('--file <csv>', 'many at once: CSV with the columns activity, quantity, unit, date …')
    .option('--output <csv>', 'with --file: where the rows go, with what they come to beside them')
    .action(
      async (activity: string | undefined, quantity: string | undefined, unit: string | undefined, options: Options) =>
        options.file === undefined
          ? onAccount(options, (client) => one(client, itemOf(activity, quantity, unit, options), options))
          : many(options.file, options),
    );
}

function itemOf(
  activity: string | undefined,
  quantity: string | undefined,
  unit: string | undefined,
  options: Options,
): Item {
  if (activity === undefined && options.factor === undefined) throw missing('an activity');
  if (options.date === undefined) throw missing('--date, the day of the activity');
  const { factor, amount, currency, date, country, region, category, method } = options;
  const stated = { activity, factor, quantity, unit, amount, currency, date, country, region, category, method };
  return {
    ...Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)),
    ...(options.input && { attributes: options.input }),
  };
}

function missing(what: string): FootingError {
  return new FootingError('invalid', `Something is missing: ${what}.`, {
    remedy: "Write it like footing estimate 'Natural gas' 1200 'kWh (Gross CV)' --country GB --date 2025-03-01",
  });
}

async function one(client: ApiClient, item: Item, options: Options): Promise<void> {
  const answer = await ask(client, [item], options);
  if (options.json) return printJson(answer);
  const result = answer.results[0]!;
  if (result.outcome === 'invalid') {
    throw new FootingError('invalid', 'This cannot be estimated.', {
      problems: [{ field: result.field, reason: result.reason }],
    });
  }
  if (result.outcome === 'held') return printHeld(result);
  printEstimated(result, answer);
}

function printEstimated(result: ResultView & { outcome: 'estimated' }, { factors, gwp, seq }: EstimatesView): void {
  print(`${bold(`${grouped(result.co2e_kg)} kg CO2e`)}${dim(`  scopes 1 to 3, ${gwp}, factors as of entry ${seq}`)}`);
  print();
  const columns: Column[] = [
    { title: 'Scope' },
    { title: 'Category', align: right },
    { title: 'kg CO2e', align: right },
    { title: 'Factor', wraps: true },
    { title: 'Of' },
  ];
  const rows = result.lines.map((line) => {
    const factor = factors[line.factor];
    return [
      line.scope,
      line.category === null ? '' : String(line.category),
      grouped(line.co2e_kg),
      factor ? `${factor.family}, ${factor.region}, per ${factor.unit}` : line.factor,
      factor?.release ?? '',
    ];
  });
  print(table(columns, rows));
  const flags = [...new Set(result.lines.flatMap((line) => line.flags))];
  if (flags.length > 0) print();
  for (const flag of flags) print(wrapped(`${FLAG_WORDS[flag as keyof typeof FLAG_WORDS] ?? flag}.`, '  '));
  if (result.score !== null) print(wrapped(`The factor was chosen by its text, score ${result.score}.`, '  '));
  print();
  print('Where a factor comes from:');
  for (const id of new Set(result.lines.map((line) => line.factor))) print(`  footing factors show '${safe(id)}'`);
}

function printHeld({ words, detail, candidates }: ResultView & { outcome: 'held' }): void {
  print(wrapped(`It would be held back: ${detail === '' ? words : `${words}: ${detail}`}.`, ''));
  for (const { family, score, reasons } of candidates ?? []) {
    print(`  ${score.padEnd(6)}  ${safe(family)}`);
    print(dim(wrapped(reasons.join('; '), '          ')));
  }
}

async function many(file: string, options: Options): Promise<void> {
  const text = utf8Text(await fileGiven(file), file);
  const rows = readCsv(text, file);
  const items = rows.map((row) => itemOfRow(row, options));
  const results: ResultView[] = [];
  const counts = { estimated: 0, held: 0, invalid: 0 };
  let total = Decimal.ZERO;
  await onAccount(options, async (client) => {
    for (let from = 0; from < items.length; from += ITEMS_PER_CALL) {
      const answer = await ask(client, items.slice(from, from + ITEMS_PER_CALL), options);
      results.push(...answer.results);
      for (const outcome of ['estimated', 'held', 'invalid'] as const) counts[outcome] += answer.counts[outcome];
    }
  });
  for (const result of results) if (result.outcome === 'estimated') total = total.add(Decimal.parse(result.co2e_kg));
  const columns = [...Object.keys(rows[0] ?? {}), ...ADDED];
  const estimates = writeCsv(
    columns,
    rows.map((row, i) => ({ ...row, ...added(results[i]!) })),
  );
  if (options.output !== undefined) await writeFile(options.output, estimates);
  if (counts.held + counts.invalid > 0) process.exitCode = EXIT_SOME_ROWS_REJECTED;
  if (options.json) return printJson({ counts, co2e_kg: total.toString(), results });
  if (options.output === undefined) return print(estimates.trimEnd());
  print(
    `${counted(counts.estimated, 'row')} estimated, ${grouped(total.toString())} kg CO2e; ${counts.held} would be held back, ${counts.invalid} cannot be read. Each stands in ${options.output}.`,
  );
}

/** Columns that a file gets beside its own. */
const ADDED = ['outcome', 'co2e_kg', 'scope', 'scope_3_category', 'factor_used', 'flags', 'reason'];

function added(result: ResultView): Record<string, string> {
  if (result.outcome === 'invalid') return { outcome: 'invalid', reason: `${result.field}: ${result.reason}` };
  if (result.outcome === 'held') {
    return { outcome: 'held', reason: result.detail === '' ? result.words : `${result.words}: ${result.detail}` };
  }
  const joined = (texts: string[]) => [...new Set(texts)].filter((each) => each !== '').join('|');
  return {
    outcome: 'estimated',
    co2e_kg: result.co2e_kg,
    scope: joined(result.lines.map(({ scope }) => scope)),
    scope_3_category: joined(result.lines.map(({ category }) => (category === null ? '' : String(category)))),
    factor_used: joined(result.lines.map(({ factor }) => factor)),
    flags: joined(result.lines.flatMap(({ flags }) => flags)),
  };
}

const ATTRIBUTE = 'attributes.';

/** Cells that are empty state nothing; columns that no item has are refused, so that no fact is lost in silence. */
function itemOfRow(row: Record<string, string>, options: Options): Item {
  const item: Item = options.date === undefined ? {} : { date: options.date };
  for (const [column, value] of Object.entries(row)) {
    const name = column.trim();
    if (name === 'external_id' || name === 'notes') continue;
    if (name.startsWith(ATTRIBUTE)) {
      if (value.trim() !== '') item.attributes = { ...item.attributes, [name.slice(ATTRIBUTE.length)]: value };
    } else if ((FIELDS as readonly string[]).includes(name)) {
      if (value.trim() !== '') item[name as (typeof FIELDS)[number]] = value;
    } else {
      throw new FootingError('invalid', `The file has a column that an estimate has not.`, {
        problems: [{ field: name, reason: 'is none of the columns' }],
        remedy: `Columns are ${FIELDS.join(', ')}, ${ATTRIBUTE}NAME; external_id and notes go through as they are`,
      });
    }
  }
  return item;
}

function ask(client: ApiClient, items: readonly Item[], options: Options): Promise<EstimatesView> {
  const { gwp, candidates, threshold, file } = options;
  return client.post<EstimatesView>('/api/carbon/estimate', {
    items,
    gwp,
    candidates: file === undefined ? candidates : 0,
    ...(threshold === undefined ? {} : { threshold }),
  });
}

function input(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Write it like 'distance_km=120'.");
  return { ...before, [name.trim()]: value! };
}
