/** `footing report uncertainty`: 95 % intervals of the inventory. */
import type { Command } from 'commander';
import { bold, type Column, dim, grouped, print, printJson, table, wrapped } from '../output.ts';
import { type CommonOptions, command, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

interface FigureView {
  scope: string;
  category: string;
  co2e_kg: string;
  low_kg: string | null;
  high_kg: string | null;
  percent: string | null;
  quality_score: string | null;
  quality_known_percent: string | null;
}

interface UncertaintyView {
  seq: number;
  from: string | null;
  to: string | null;
  gwp: string;
  method: string;
  total: FigureView;
  parts: FigureView[];
  factors: Array<{ name: string; co2e_kg: string; percent: string; stated: boolean; variance_percent: string }>;
  notes: string[];
}

interface Options extends CommonOptions {
  from?: string;
  to?: string;
  method: string;
  gwp?: string;
  approach?: string;
  parent?: string;
  under?: string;
  seed?: number;
  draws?: number;
  methodology?: string;
}

const right = 'right' as const;
const FACTORS_PRINTED = 10;

export function withUncertainty(report: Command): Command {
  return report.addCommand(uncertaintyCommand());
}

function uncertaintyCommand(): Command {
  return withAsOf(
    withAccount(
      command('uncertainty', 'How far the greenhouse-gas inventory may be from the truth, and its data quality', [
        'footing report uncertainty --from 2025-01 --to 2025-12',
        'footing report uncertainty --method monte_carlo --seed 7',
      ]),
    ),
  )
    .option('--from <month>', 'first month')
    .option('--to <month>', 'last month')
    .option('--method <method>', 'approach_1, lognormal or monte_carlo', 'lognormal')
    .option('--gwp <set>', 'set of 100-year potentials (default: that of the methodology)')
    .option('--approach <approach>', 'none, equity, financial or operational')
    .option('--parent <entity>', 'entity that reports')
    .option('--under <entity>', 'only this entity and all that is under it')
    .option('--seed <n>', 'of the draws', wholeNumber)
    .option('--draws <n>', 'an even number', wholeNumber)
    .option('--methodology <name@version>', 'default: the one in force')
    .action(async (options: Options) => {
      await onAccount(options, async (client) => {
        const { from, to, method, gwp, approach, parent, under, seed, draws, methodology, asOf } = options;
        const query = { from, to, method, gwp, approach, parent, under, seed, draws, methodology, as_of: asOf };
        const found = await client.get<UncertaintyView>('/api/reports/uncertainty', query);
        if (options.json) return printJson(found);
        printUncertainty(found);
      });
    });
}

function printUncertainty(found: UncertaintyView): void {
  const { from, to } = found;
  const period = from || to ? `${from ?? 'beginning'} to ${to ?? 'end'}` : 'all periods';
  print(
    bold(`Uncertainty of the greenhouse-gas inventory, ${period}, ${found.gwp}, ${found.method.replaceAll('_', ' ')}`) +
      dim(`  as of entry ${found.seq}`),
  );
  print();
  const columns: Column[] = [
    { title: 'Scope' },
    { title: 'Category' },
    ...['t CO2e', 'at least', 'at most', '±  %', 'Quality'].map((title) => ({ title, align: right })),
  ];
  const cells = (part: FigureView) => [
    tonnes(part.co2e_kg),
    part.low_kg === null ? '' : tonnes(part.low_kg),
    part.high_kg === null ? '' : tonnes(part.high_kg),
    part.percent === null ? '' : Number(part.percent).toFixed(1),
    part.quality_score === null ? '' : Number(part.quality_score).toFixed(2),
  ];
  const rows = found.parts.map((part) => [part.scope, part.category, ...cells(part)]);
  print(table(columns, rows, { total: ['Total', '', ...cells(found.total)] }));
  print();
  if (found.total.quality_known_percent !== null) {
    const known = Number(found.total.quality_known_percent).toFixed(1);
    print(
      wrapped(
        `Quality: 1 very good to 5 poor, weighted by emissions, of the ${known} % whose activities say something of it.`,
        '',
      ),
    );
  }
  for (const note of found.notes) print(wrapped(note, ''));
  if (found.factors.length > 0) {
    print();
    const list: Column[] = [
      { title: 'What contributes most' },
      { title: 't CO2e', align: right },
      { title: '±  %', align: right },
      { title: '' },
      { title: 'of the variance, %', align: right },
    ];
    print(
      table(
        list,
        found.factors
          .slice(0, FACTORS_PRINTED)
          .map(({ name, co2e_kg, percent, stated, variance_percent }) => [
            name,
            tonnes(co2e_kg),
            Number(percent).toFixed(1),
            stated ? 'stated' : 'by pedigree',
            Number(variance_percent).toFixed(1),
          ]),
      ),
    );
    if (found.factors.length > FACTORS_PRINTED) print(dim('… and smaller ones; --json lists the twenty largest.'));
  }
  print(dim('Intervals hold the true figure in 95 of 100 cases; tonnes are rounded to the kilogram here.'));
}

/** Kilograms as tonnes, for reading: statistics are no exact figures. */
const tonnes = (kg: string): string => grouped((Number(kg) / 1000).toFixed(3));
