import type { Command } from 'commander';
import { Decimal } from '../../kernel/decimal.ts';
import { printLinesWithoutMrr } from '../noMrr.ts';
import { grouped, print, printJson, table, wrapped } from '../output.ts';
import { mrrRefs, printInventory, printMrr, printSuggestions } from '../statements.ts';
import type { HeldView, InventoryView, MrrView } from '../views.ts';
import { type CommonOptions, command, group, onAccount, wholeNumber, withAccount, withAsOf } from './shared.ts';

interface MrrOptions extends CommonOptions {
  from?: string;
  to?: string;
  interval: string;
  currency?: string;
}

interface InventoryOptions extends CommonOptions {
  methodology?: string;
  from?: string;
  to?: string;
  gwp?: string;
  groupBy: string;
  by?: string;
  approach?: string;
  parent?: string;
  under?: string;
  entity?: string;
  country?: string;
  scope?: string;
  supplier?: string;
  order: string;
  limit?: number;
}

/** As many as the server gives in one answer. */
const ROWS_MAX = 50_000;

export function reportCommand(): Command {
  const report = group('report', 'Statements of the books', ['footing report mrr', 'footing report inventory']);
  for (const made of [mrrCommand(), inventoryCommand(), intensityCommand(), heldCommand(), warningsCommand()])
    report.addCommand(made);
  return report;
}

function mrrCommand(): Command {
  return withAsOf(
    withAccount(
      command('mrr', 'Monthly recurring revenue and what moved it', [
        'footing report mrr',
        'footing report mrr --from 2025-01 --to 2025-12 --currency EUR',
        'footing report mrr --interval quarter --from 2024-01 --as-of 12 --json',
      ]),
    ),
  )
    .option('--from <day>', 'first day or month (default: 11 months before the last)')
    .option('--to <day>', 'last day or month (default: the newest month in which anything moved)')
    .option('--interval <interval>', 'day, week, month, quarter or year', 'month')
    .option('--currency <code>', 'only this currency')
    .action(async (options: MrrOptions) => {
      await onAccount(options, async (client) => {
        const statement = await client.get<MrrView>('/api/reports/mrr', {
          from: options.from,
          to: options.to,
          interval: options.interval,
          currency: options.currency,
          as_of: options.asOf,
        });
        if (options.json) return printJson(statement);
        printMrr(statement);
        await printLinesWithoutMrr(client, statement.seq);
        printSuggestions(mrrRefs(statement).slice(0, 2));
      });
    });
}

function inventoryCommand(): Command {
  return withAsOf(
    withAccount(
      command('inventory', 'Greenhouse-gas inventory', [
        'footing report inventory --from 2025-01 --to 2025-12',
        'footing report inventory --by entity,scope --gwp AR6',
        'footing report inventory --approach equity --parent "Aldermoor Systems Ltd" --by entity',
        'footing report inventory --by activity --order co2e --limit 20',
        'footing report inventory --under "Aldermoor Systems Ltd" --by gas',
        'footing report inventory --group-by month --scope 2 --json',
      ]),
    ),
  )
    .option('--from <month>', 'first month')
    .option('--to <month>', 'last month')
    .option('--gwp <set>', 'set of 100-year potentials: AR4, AR5 or AR6 (default: that of the methodology)')
    .option(
      '--group-by <dimensions>',
      'comma-separated: scope, category, method, entity, month, year, country, region, activity, factor, release, supplier, data_quality, gas',
      'scope,category',
    )
    .option('--by <dimensions>', 'the same as --group-by')
    .option('--approach <approach>', 'equity, financial or operational; none counts everything wholly')
    .option('--parent <entity>', 'reporting parent (default: the one owner whom nobody owns)')
    .option('--under <entity>', 'only this entity and all that is under it')
    .option('--methodology <name@version>', 'by another methodology than the one in force')
    .option('--scope <scope>', 'only 1, 2, 3 or outside')
    .option('--entity <name>', 'only this entity')
    .option('--country <code>', 'only this country')
    .option('--supplier <name>', 'only from this supplier')
    .option('--order <order>', 'keys, or co2e: the largest first', 'keys')
    .option('--limit <rows>', 'rows at most; what the others hold is said below (default: all)', wholeNumber)
    .action(async (options: InventoryOptions) => {
      await onAccount(options, async (client) => {
        const statement = await client.get<InventoryView>('/api/reports/inventory', {
          from: options.from,
          to: options.to,
          gwp: options.gwp,
          group_by: options.by ?? options.groupBy,
          approach: options.approach,
          parent: options.parent,
          under: options.under,
          methodology: options.methodology,
          supplier: options.supplier,
          scope: options.scope,
          entity: options.entity,
          country: options.country,
          order: options.order,
          limit: options.limit ?? ROWS_MAX,
          as_of: options.asOf,
        });
        if (options.json) return printJson(statement);
        printInventory(statement);
        // What is worked out under another methodology has no lines to walk to.
        printSuggestions(statement.rows.slice(0, 2).flatMap(({ ref }) => (ref.includes('methodology=') ? [] : [ref])));
      });
    });
}

interface IntensityView {
  from: string;
  to: string;
  currency: string;
  basis: string;
  revenue: string;
  per: string;
  location_based: { co2e_t: string; intensity: string | null; ref: string };
  market_based: { co2e_t: string; intensity: string | null; ref: string } | null;
  notes: string[];
}

function intensityCommand(): Command {
  return withAsOf(
    withAccount(
      command('intensity', 'Emissions per net revenue, with both methods of scope 2', [
        'footing report intensity --from 2025-01 --to 2025-12 --currency EUR',
        'footing report intensity --from 2025-01 --to 2025-12 --revenue 512400000 --currency EUR --json',
      ]),
    ),
  )
    .requiredOption('--from <month>', 'first month')
    .requiredOption('--to <month>', 'last month')
    .option('--revenue <amount>', 'net revenue of the financial statements (default: what the invoices recognise)')
    .option('--currency <code>', 'currency of the revenue')
    .option('--per <amount>', 't CO2e per this much revenue', '1000000')
    .option('--approach <approach>', 'equity, financial or operational')
    .option('--parent <entity>', 'reporting parent')
    .action(
      async (options: CommonOptions & Record<'from' | 'to' | 'per', string> & Partial<Record<string, string>>) => {
        await onAccount(options, async (client) => {
          const found = await client.get<IntensityView>('/api/reports/intensity', {
            from: options.from,
            to: options.to,
            revenue: options.revenue,
            currency: options.currency,
            per: options.per,
            approach: options.approach,
            parent: options.parent,
            as_of: options.asOf,
          });
          if (options.json) return printJson(found);
          const { currency, per } = found;
          print(
            `Net revenue ${found.from} to ${found.to}, ${found.basis}: ${grouped(found.revenue)} ${currency}`.trim(),
          );
          const rows = [
            ['Location-based', found.location_based] as const,
            ...(found.market_based ? [['Market-based', found.market_based] as const] : []),
          ].map(([title, side]) => [title, Decimal.parse(side.co2e_t).toGrouped(3), side.intensity ?? 'none']);
          print();
          print(
            table(
              [
                { title: 'Scope 2' },
                { title: 't CO2e', align: 'right' },
                { title: `t per ${grouped(per)} ${currency}`.trim(), align: 'right' },
              ],
              rows,
            ),
          );
          for (const note of found.notes) print(wrapped(note, ''));
          printSuggestions([found.location_based, found.market_based].flatMap((side) => (side ? [side.ref] : [])));
        });
      },
    );
}

function heldCommand(): Command {
  return withAsOf(
    withAccount(
      command('held', 'Activities that are held back, and why', ['footing report held', 'footing report held --json']),
    ),
  )
    .option('--limit <count>', 'groups to list', wholeNumber, 50)
    .action(async (options: CommonOptions & { limit: number }) => {
      await onAccount(options, async (client) => {
        const held = await client.get<HeldView>('/api/reports/held', { limit: options.limit, as_of: options.asOf });
        if (options.json) return printJson(held);
        if (held.groups.length === 0) return print('Nothing is held back.');
        const columns = [
          { title: 'Lines', align: 'right' as const },
          { title: 'Activity' },
          { title: 'Unit' },
          { title: 'Country' },
          { title: 'Why', wraps: true },
        ];
        const rows = held.groups.map((group) => [
          grouped(String(group.lines)),
          group.activity,
          group.unit || group.currency,
          group.country,
          group.detail === '' ? group.words : `${group.words}: ${group.detail}`,
        ]);
        print(table(columns, rows));
        if (held.total > held.groups.length)
          print(`… ${grouped(String(held.total))} groups in all; --limit shows more.`);
      });
    });
}

interface WarningsView {
  warnings: Array<
    Record<
      | 'code'
      | 'words'
      | 'customer_external_id'
      | 'subscription_external_id'
      | 'invoice_external_id'
      | 'external_id'
      | 'plan_external_id'
      | 'at',
      string
    >
  >;
  total: number;
}

function warningsCommand(): Command {
  return withAsOf(
    withAccount(
      command('warnings', 'What is odd in the billing data', [
        'footing report warnings',
        'footing report warnings --code CODE --json',
      ]),
    ),
  )
    .option('--code <code>', 'only warnings of this kind')
    .option('--limit <count>', 'warnings to list', wholeNumber, 50)
    .action(async (options: CommonOptions & { code?: string; limit: number }) => {
      await onAccount(options, async (client) => {
        const found = await client.get<WarningsView>('/api/reports/warnings', {
          code: options.code,
          limit: options.limit,
          as_of: options.asOf,
        });
        if (options.json) return printJson(found);
        if (found.warnings.length === 0) return print('Nothing is odd.');
        const columns = ['Code', 'Customer', 'Subscription', 'Invoice', 'Line', 'Plan', 'At'].map((title) => ({
          title,
        }));
        const rows = found.warnings.map((each) => [
          each.code,
          each.customer_external_id,
          each.subscription_external_id,
          each.invoice_external_id,
          each.external_id,
          each.plan_external_id,
          each.at.slice(0, 10),
        ]);
        print(table(columns, rows));
        print();
        for (const [code, words] of new Map(found.warnings.map((each) => [each.code, each.words])))
          print(wrapped(`${code}: ${words}`, ''));
        if (found.total > found.warnings.length)
          print(`… ${grouped(String(found.total))} warnings in all; --limit shows more.`);
      });
    });
}
