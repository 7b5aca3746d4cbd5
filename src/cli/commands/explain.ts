import type { Command } from 'commander';
import type { ApiClient } from '../client.ts';
import { bold, dim, grouped, print, printJson, safe, wrapped } from '../output.ts';
import { type CommonOptions, command, onAccount, withAccount, withAsOf } from './shared.ts';

interface NodeView {
  kind: string;
  ref: string | null;
  title: string;
  value: string | null;
  unit: string | null;
  words: string | null;
  facts: Array<[string, string]>;
  children: NodeView[];
  children_total: number;
}

export function explainCommand(): Command {
  return withAsOf(
    withAccount(
      command('explain', 'Walk from a figure to its source', [
        'footing explain REF     (a reference that a report or an explanation prints)',
      ]),
    ),
  )
    .argument('<ref>', 'reference of a figure, a posting, a record, a factor …')
    .action(async (ref: string, options: CommonOptions) => {
      await onAccount(options, async (client) => {
        const node = await explanation(client, ref, options.asOf);
        if (options.json) return printJson(node);
        printNode(node, '');
      });
    });
}

export function explanation(client: ApiClient, ref: string, asOf?: number): Promise<NodeView> {
  return client.get<NodeView>('/api/explain', { ref, as_of: asOf });
}

/** Facts with longer names than this are not lined up. */
const LABEL_COLUMNS_MAX = 40;
/** More steps than this are listed with their amounts only; each can be explained in turn. */
const STEPS_IN_FULL_MAX = 3;

function printNode(node: NodeView, indent: string): void {
  print(indent + headline(node));
  const inner = `${indent}  `;
  if (node.words) print(wrapped(node.words, inner));
  const width = Math.max(
    0,
    ...node.facts.map(([label]) => label.length).filter((length) => length <= LABEL_COLUMNS_MAX),
  );
  for (const [label, value] of node.facts) print(`${inner}${dim(safe(label).padEnd(width))}  ${safe(value)}`);
  const inFull = node.children.length <= STEPS_IN_FULL_MAX;
  for (const child of node.children) {
    if (inFull) printNode(child, inner);
    else print(inner + headline(child));
    if (child.ref && child.children.length === 0) print(dim(`${inner}  footing explain '${child.ref}'`));
  }
  const more = node.children_total - node.children.length;
  if (more > 0 && node.children.length > 0) print(`${inner}… and ${grouped(String(more))} more`);
}

function headline(node: NodeView): string {
  const amount = node.value === null ? '' : `  ${grouped(node.value)}${node.unit ? ` ${safe(node.unit)}` : ''}`;
  return bold(safe(node.title)) + amount;
}
