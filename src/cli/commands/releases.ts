/** Releases of factors and calculation methods: `footing factors import|releases|adopt|methods`. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { FootingError } from '../../kernel/errors.ts';
import { bold, counted, dim, grouped, print, printJson, safe, wrapped } from '../output.ts';
import { type CommonOptions, command, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

interface ReleaseView {
  id: string;
  title: string;
  publisher: string;
  year: number;
  licence: string;
  gwp_source: string;
  factors: number;
  rows_read: number;
  left: Record<string, number>;
  adopted: boolean;
  imported_by: number | null;
}
interface DifferenceView {
  with: string | null;
  added: number;
  removed: number;
  changed: number;
  unchanged: number;
  largest: Array<{
    factor: string;
    unit: string;
    unit_before: string;
    measure: string;
    before: string;
    after: string;
    percent: string | null;
  }>;
}
interface EffectView {
  lines: number;
  before_kg: string;
  after_kg: string;
  change_kg: string;
  newly_held: number;
  no_longer_held: number;
  not_estimated: number;
}
interface MethodView {
  name: string;
  title: string;
  formula: string;
  quantity: string | null;
  inputs: Array<{ name: string; required: boolean; default: string | null; description: string }>;
  category: number | null;
}

/** Changes of single factors that are printed. */
const CHANGES_SHOWN = 10;

export function releaseCommands(): Command[] {
  return [importCommand(), releasesCommand(), adoptCommand(), methodsCommand()];
}

interface ImportOptions extends CommonOptions {
  release?: string;
  title?: string;
  publisher?: string;
  year?: number;
  gwpSource?: string;
  licence?: string;
  validFrom?: string;
  validTo?: string;
}

function importCommand(): Command {
  return withAccount(
    command('import', "Import a publisher's file of factors; nothing is calculated with it until it is adopted", [
      'footing factors import ghg-conversion-factors-2026-flat-format.xlsx',
      'footing factors import ghg-emission-factors-hub-2026.xlsx',
      'footing factors import acme.csv --release acme-2026 --year 2026 --gwp-source AR6 --publisher "Acme Energy"',
    ]),
  )
    .argument(
      '<file>',
      'UK flat file or US EPA GHG Emission Factors Hub (XLSX), US EPA supply-chain factors (CSV), or a CSV in the format of the catalogue',
    )
    .option('--release <id>', 'id of the release, for a CSV in the format of the catalogue')
    .option('--title <title>', 'its title')
    .option('--publisher <name>', 'its publisher')
    .option('--year <year>', 'year of the publication', wholeNumber)
    .option('--gwp-source <set>', 'set of potentials that the source used: AR4, AR5, AR6')
    .option('--licence <name>', 'its licence')
    .option('--valid-from <day>', 'first day on which it is valid (default: of its year)')
    .option('--valid-to <day>', 'first day on which it is no longer valid (default: of the next year)')
    .action(async (file: string, options: ImportOptions) => {
      const bytes = await sizeOf(file);
      await onAccount(options, async (client) => {
        const query = {
          file_name: basename(file),
          release: options.release,
          title: options.title,
          publisher: options.publisher,
          year: options.year,
          gwp_source: options.gwpSource,
          licence: options.licence,
          valid_from: options.validFrom,
          valid_to: options.validTo,
        };
        const answer = await client.upload<{
          seq: number;
          repeated: boolean;
          release: ReleaseView;
          difference: DifferenceView;
          effect: EffectView;
        }>('/api/carbon/releases/import', query, createReadStream(file), bytes);
        if (options.json) return printJson(answer);
        const { release, repeated } = answer;
        print(
          repeated
            ? `${safe(release.id)} is known already, with the same content.`
            : `${safe(basename(file))} is release ${bold(safe(release.id))}, entry ${answer.seq}: ${counted(release.factors, 'factor')} of ${counted(release.rows_read, 'row')}.`,
        );
        for (const [reason, rows] of Object.entries(release.left))
          print(dim(`  ${counted(rows, 'row')}: ${safe(reason)}`));
        printDifference(answer.difference);
        printEffect(answer.effect);
        if (!release.adopted) print(`Take it into force: footing factors adopt ${safe(release.id)}`);
      });
    });
}

function printDifference(difference: DifferenceView): void {
  if (difference.with === null) return;
  print(
    `Against ${safe(difference.with)}: ${difference.changed} changed, ${difference.unchanged} unchanged, ${difference.added} added, ${difference.removed} removed.`,
  );
  const shown = difference.largest.slice(0, CHANGES_SHOWN);
  const widest = (texts: string[]) => Math.max(...texts.map((text) => text.length));
  const columns = shown.map(({ percent, before, after, measure }) => [
    percent === null ? 'from 0' : `${percent} %`,
    before,
    after,
    measure === 'co2e' ? 'kg CO2e' : 'kg biogenic CO2',
  ]);
  const widths = [0, 1, 2, 3].map((i) => widest(columns.map((cells) => cells[i]!)));
  // Ids of factors can be longer than a terminal is wide: they come last.
  for (const [i, { factor }] of shown.entries()) {
    const [percent, before, after, measure] = columns[i]!.map((text, k) =>
      k === 3 ? text.padEnd(widths[k]!) : text.padStart(widths[k]!),
    );
    print(`  ${percent}  ${before} to ${after} ${measure}  ${safe(factor)}`);
  }
  const other = shown.find(({ unit, unit_before }) => unit !== unit_before);
  if (other) print(`Before per ${other.unit_before}, now per ${other.unit}: money of other years, at other prices.`);
}

function printEffect(effect: EffectView): void {
  if (effect.lines === 0) {
    print('Adopting it would change no line of the inventory.');
    return;
  }
  print(
    `Adopting it would change ${counted(effect.lines, 'line')}: from ${grouped(effect.before_kg)} to ${grouped(effect.after_kg)} kg CO2e, ${grouped(effect.change_kg)} kg.`,
  );
  if (effect.newly_held > 0) print(`${counted(effect.newly_held, 'line')} would be held back.`);
  if (effect.no_longer_held > 0) print(`${counted(effect.no_longer_held, 'line')} would no longer be held back.`);
  if (effect.not_estimated > 0) print(`Not in these figures: ${counted(effect.not_estimated, 'line')}.`);
}

function releasesCommand(): Command {
  return withAsOf(
    withAccount(
      command('releases', 'Releases of factors that are known, and which are in force', ['footing factors releases']),
    ),
  ).action(async (options: CommonOptions & { asOf?: number }) =>
    onAccount(options, async (client) => {
      const { releases } = await client.get<{ releases: ReleaseView[] }>('/api/carbon/releases', {
        as_of: options.asOf,
      });
      if (options.json) return printJson({ releases });
      for (const each of releases) {
        const origin = each.imported_by === null ? 'ships' : `entry ${each.imported_by}`;
        print(
          `${each.adopted ? '✓' : ' '} ${bold(safe(each.id))}  ${grouped(String(each.factors))} factors, ${each.gwp_source}, ${safe(each.licence)}, ${origin}`,
        );
        print(dim(`    ${safe(each.title)}; ${safe(each.publisher)}`));
      }
    }),
  );
}

function adoptCommand(): Command {
  return withAccount(
    command('adopt', 'Take releases into force; every activity is matched again, old figures stay readable', [
      'footing factors adopt uk-desnz-2026 --preview',
      'footing factors adopt uk-desnz-2026',
      'footing factors adopt --drop uk-desnz-2024',
    ]),
  )
    .argument('[release...]', 'releases to take into force')
    .option('--drop <release...>', 'releases to take out of force')
    .option('--preview', 'only say what it would do')
    .action(async (add: string[], options: CommonOptions & { drop?: string[]; preview?: boolean }) =>
      onAccount(options, async (client) => {
        const body = { add, remove: options.drop ?? [], preview: options.preview ?? false };
        const answer = await client.post<{ seq: number; releases: string[]; effect: EffectView | null }>(
          '/api/carbon/releases/adopt',
          body,
        );
        if (options.json) return printJson(answer);
        if (answer.effect) {
          printEffect(answer.effect);
          return;
        }
        print(`Entry ${answer.seq}: in force are ${answer.releases.map(safe).join(', ')}.`);
      }),
    );
}

function methodsCommand(): Command {
  return withAccount(
    command('methods', 'Calculation methods that an activity may name, with their inputs', [
      'footing factors methods',
      'footing factors methods financed',
    ]),
  )
    .argument('[name]', 'only this method')
    .action(async (name: string | undefined, options: CommonOptions) =>
      onAccount(options, async (client) => {
        const { methods } = await client.get<{ methods: MethodView[] }>('/api/carbon/methods');
        const shown = methods.filter((method) => name === undefined || method.name === name);
        if (shown.length === 0) throw new FootingError('not_found', `There is no method ${name}`);
        if (options.json) return printJson({ methods: shown });
        for (const method of shown) {
          print(
            `${bold(method.name)}  ${method.title}${method.category === null ? '' : `, category ${method.category}`}`,
          );
          print(wrapped(method.formula, '  '));
          if (name === undefined) continue;
          if (method.quantity !== null) print(`  quantity: ${method.quantity}`);
          for (const input of method.inputs) {
            const need = input.required
              ? 'needed'
              : input.default === null
                ? 'may be left out'
                : `default ${input.default}`;
            print(`  attributes.${input.name}: ${input.description} ${dim(`(${need})`)}`);
          }
        }
      }),
    );
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new FootingError('not_found', `The file ${file} cannot be read: ${(error as Error).message}`);
  }
}
