/** `footing instruments`: contractual instruments of scope 2 and what became of them. */
import type { Command } from 'commander';
import { type Column, dim, grouped, print, printJson, safe, table, wrapped } from '../output.ts';
import { type CommonOptions, command, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

const right = 'right' as const;

interface InstrumentsView {
  seq: number;
  counts: Record<string, number>;
  applied_mwh: string;
  unused_mwh: string;
  rejected_mwh: string;
  instruments: Array<{
    external_id: string;
    kind: string;
    country: string;
    site: string;
    mwh: string | null;
    emission_rate: string | null;
    vintage_start: string;
    vintage_end: string;
    status: string;
    applied_mwh: string;
    unused_mwh: string | null;
    applied_to: Array<{ site: string; country: string; period: string; mwh: string }>;
    rejected: Array<{ words: string }>;
    ref: string;
  }>;
  total: number;
}

export function instrumentsCommand(): Command {
  return withAsOf(
    withAccount(
      command(
        'instruments',
        'Contractual instruments of scope 2: what is applied, what is left, what is rejected and why',
        ['footing instruments', 'footing instruments --status rejected', 'footing instruments --where'],
      ),
    ),
  )
    .option('--status <status>', 'only applied, partly_applied, unused or rejected')
    .option('--where', 'say at which site and in which period each is applied')
    .option('--methodology <name@version>', 'default: the one in force')
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .action(
      async (options: CommonOptions & { status?: string; where?: boolean; methodology?: string; limit: number }) => {
        await onAccount(options, async (client) => {
          const found = await client.get<InstrumentsView>('/api/carbon/instruments', {
            status: options.status,
            methodology: options.methodology,
            limit: options.limit,
            as_of: options.asOf,
          });
          if (options.json) return printJson(found);
          if (Object.values(found.counts).every((count) => count === 0))
            return print('No instruments are stated. footing import instruments FILE brings them.');
          if (found.total === 0) return print(`No instrument is ${safe((options.status ?? '').replaceAll('_', ' '))}.`);
          const columns: Column[] = [
            { title: 'Instrument' },
            { title: 'Kind' },
            { title: 'Market' },
            { title: 'Site' },
            { title: 'Vintage' },
            { title: 'kg/kWh', align: right },
            { title: 'MWh', align: right },
            { title: 'Applied', align: right },
            { title: 'Left', align: right },
            { title: 'Status' },
          ];
          print(
            table(
              columns,
              found.instruments.map((each) => [
                each.external_id,
                each.kind.replaceAll('_', ' '),
                each.country,
                each.site,
                vintageOf(each.vintage_start, each.vintage_end),
                each.emission_rate ?? '',
                each.mwh === null ? 'all' : grouped(each.mwh),
                grouped(each.applied_mwh),
                each.unused_mwh === null ? '' : grouped(each.unused_mwh),
                each.status.replaceAll('_', ' '),
              ]),
            ),
          );
          print();
          print(
            `Applied: ${grouped(found.applied_mwh)} MWh. Left over: ${grouped(found.unused_mwh)} MWh. Rejected: ${grouped(found.rejected_mwh)} MWh.`,
          );
          if (options.where) printPlaces(found);
          for (const { external_id, rejected } of found.instruments) {
            if (rejected.length > 0) {
              print(
                wrapped(
                  `${safe(external_id)} is rejected: ${safe(rejected.map(({ words }) => words).join('; '))}.`,
                  '',
                ),
              );
            }
          }
          if (found.total > found.instruments.length)
            print(dim(`… of ${grouped(String(found.total))}; --limit shows more.`));
        });
      },
    );
}

/** A whole year by its number, a whole month by its name. */
function vintageOf(start: string, end: string): string {
  const year = start.slice(0, 4);
  if (start === `${year}-01-01` && end === `${year}-12-31`) return year;
  const month = start.slice(0, 7);
  const next = new Date(Date.parse(end) + 86_400_000).toISOString().slice(0, 10);
  if (start === `${month}-01` && end.startsWith(month) && next.endsWith('-01')) return month;
  return `${start} to ${end}`;
}

/** Where the volume of each instrument goes. */
function printPlaces({ instruments }: InstrumentsView): void {
  const rows = instruments.flatMap(({ external_id, applied_to }) =>
    applied_to.map(({ site, country, period, mwh }, i) => [
      i === 0 ? external_id : '',
      site || '(no entity)',
      country,
      period,
      grouped(mwh),
    ]),
  );
  print();
  if (rows.length === 0) {
    print('None of them is applied anywhere.');
    return;
  }
  const columns: Column[] = ['Instrument', 'Site', 'Country', 'Period'].map((title) => ({ title }));
  print(table([...columns, { title: 'Applied, MWh', align: right }], rows));
}
