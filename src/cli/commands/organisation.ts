/** The organisation: `footing organisation …`. */
import type { Command } from 'commander';
import { Rational } from '../../kernel/rational.ts';
import { bold, dim, print, printJson, safe, table, wrapped } from '../output.ts';
import { type CommonOptions, command, group, onAccount, withAccount, withAsOf } from './shared.ts';

interface TreeView {
  seq: number;
  approach: string | null;
  parent: string | null;
  entities: Array<{
    id: string;
    kind: string;
    parent: string;
    country: string;
    lease: string;
    lease_role: string;
    stated: boolean;
    children: string[];
    owners: Array<{
      owner: string;
      equity_share: string;
      financial_control: string;
      operational_control: string;
      valid_from: string;
      valid_to: string | null;
    }>;
    shares: Array<{ from: string; share: string }> | null;
    reason: string;
  }>;
}

interface FindingsView {
  findings: Array<{
    severity: string;
    code: string;
    entity: string;
    from: string | null;
    to: string | null;
    words: string;
  }>;
}

interface ShowOptions extends CommonOptions {
  approach?: string;
  parent?: string;
  from?: string;
  to?: string;
}

export function organisationCommand(): Command {
  const made = group('organisation', 'Entities, ownership and control', [
    'footing organisation show --approach equity',
    'footing organisation check',
  ]);
  for (const one of [showCommand(), checkCommand()]) made.addCommand(one);
  return made;
}

function showCommand(): Command {
  return withAsOf(
    withAccount(
      command('show', 'Entities, who owns them when, and their shares under an approach', [
        'footing organisation show',
        'footing organisation show --approach financial --parent "Aldermoor Systems Ltd" --from 2025-01 --to 2025-12',
        'footing organisation show --as-of 12 --json',
      ]),
    ),
  )
    .option('--approach <approach>', 'shares under equity, financial or operational')
    .option('--parent <entity>', 'reporting parent (default: the one owner whom nobody owns)')
    .option('--from <month>', 'first month')
    .option('--to <month>', 'last month')
    .action(async (options: ShowOptions) => {
      await onAccount(options, async (client) => {
        const tree = await client.get<TreeView>('/api/organisation', {
          approach: options.approach,
          parent: options.parent,
          from: options.from,
          to: options.to,
          as_of: options.asOf,
        });
        if (options.json) return printJson(tree);
        printTree(tree);
      });
    });
}

function printTree(tree: TreeView): void {
  if (tree.entities.length === 0) {
    print('No entities are stated. Import them: footing import entities FILE, footing import ownership FILE.');
    return;
  }
  const under = tree.approach === null ? '' : `, shares by ${WORDS[tree.approach]} of ${tree.parent ?? 'everything'}`;
  print(bold(`Organisation${safe(under)}`) + dim(`  as of entry ${tree.seq}`));
  print();
  const columns = [
    'Entity',
    'Kind',
    'Country',
    'Belongs to',
    'Owned by',
    ...(tree.approach === null ? [] : ['Share', '']),
  ];
  const rows = tree.entities.map((entity) => [
    entity.id,
    [entity.kind, entity.lease && `${entity.lease} lease, ${entity.lease_role}`].filter(Boolean).join(', ') ||
      (entity.stated ? '' : 'not stated'),
    entity.country,
    entity.parent,
    entity.owners.map(ownerText).join('; '),
    ...(tree.approach === null ? [] : [(entity.shares ?? []).map(shareText).join('; '), entity.reason]),
  ]);
  print(
    table(
      columns.map((title) => ({ title, wraps: ['Owned by', 'Share'].includes(title) })),
      rows,
    ),
  );
}

const WORDS: Record<string, string> = {
  equity: 'equity share',
  financial: 'financial control',
  operational: 'operational control',
};

function ownerText(edge: TreeView['entities'][number]['owners'][number]): string {
  const control = [
    edge.financial_control === 'yes' ? 'controls' : edge.financial_control === 'joint' ? 'joint control' : '',
    edge.operational_control === 'yes' ? 'operates' : '',
  ].filter((word) => word !== '');
  const time = edge.valid_to === null ? `since ${edge.valid_from}` : `${edge.valid_from} until before ${edge.valid_to}`;
  return [`${edge.owner} ${percentText(edge.equity_share)}`, ...control, time].join(', ');
}

function shareText({ from, share }: { from: string; share: string }, i: number): string {
  return i === 0 ? percentText(share) : `${percentText(share)} from ${from}`;
}

/** A share in per cent; the fraction beside it where the per cent are rounded. */
function percentText(share: string): string {
  const percent = Rational.parse(share).mul(HUNDRED);
  const exact = percent.toExactDecimal();
  if (exact && exact.scale <= 4) return `${exact} %`;
  return `${percent.toDecimal(2)} % (${share})`;
}
const HUNDRED = Rational.parse('100');

function checkCommand(): Command {
  return withAsOf(
    withAccount(
      command('check', 'What in the organisation contradicts itself or is missing', [
        'footing organisation check',
        'footing organisation check --as-of 12 --json',
      ]),
    ),
  ).action(async (options: CommonOptions) => {
    await onAccount(options, async (client) => {
      const { findings, ...rest } = await client.get<FindingsView>('/api/organisation/check', { as_of: options.asOf });
      if (options.json) return printJson({ ...rest, findings });
      if (findings.length === 0) return print('Nothing contradicts itself.');
      const columns = ['', 'Entity', 'From', 'Until before', 'What'].map((title) => ({
        title,
        wraps: title === 'What',
      }));
      print(
        table(
          columns,
          findings.map(({ severity, entity, from, to, words }) => [severity, entity, from ?? '', to ?? '', words]),
        ),
      );
      if (findings.some(({ severity }) => severity === 'contradiction')) {
        print();
        print(
          wrapped(
            'Entities whose ownership contradicts itself are left out of every inventory with an approach, visibly, until it is mended.',
            '',
          ),
        );
      }
    });
  });
}
