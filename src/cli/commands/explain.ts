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

function printNode(node: NodeView, indent: string): void {
  const amount = node.value === null ? '' : `  ${grouped(node.value)}${node.unit ? ` ${safe(node.unit)}` : ''}`;
  print(indent + bold(safe(node.title)) + amount);
  const inner = `${indent}  `;
  if (node.words) print(wrapped(node.words, inner));
  const width = Math.max(0, ...node.facts.map(([label]) => label.length));
  for (const [label, value] of node.facts) print(`${inner}${dim(safe(label).padEnd(width))}  ${safe(value)}`);
  if (indent !== '' && node.ref && node.children.length < node.children_total)
    print(`${inner}${dim(`footing explain '${node.ref}'`)}`);
  for (const child of node.children) printNode(child, inner);
  const more = node.children_total - node.children.length;
  if (more > 0 && node.children.length > 0) print(`${inner}… and ${grouped(String(more))} more`);
}
