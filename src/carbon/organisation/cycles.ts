/** Strongly connected components of an ownership graph (Tarjan 1972, without recursion). */

interface Arc {
  owner: string;
  owned: string;
}

/**
 * Components, owners before what they own. With `nodes` every one of them is in a component, alone when it is in no circle;
 * without, only the circles are returned.
 */
export function cyclesOf(arcs: readonly Arc[], nodes?: Iterable<string>): string[][] {
  const next = new Map<string, string[]>();
  const known = new Set<string>(nodes);
  for (const { owner, owned } of arcs) {
    known.add(owner).add(owned);
    const list = next.get(owner);
    if (list) list.push(owned);
    else next.set(owner, [owned]);
  }
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const waiting: string[] = [];
  const isWaiting = new Set<string>();
  const components: string[][] = [];
  for (const start of known) {
    if (order.has(start)) continue;
    const path: Array<{ node: string; at: number }> = [{ node: start, at: 0 }];
    while (path.length > 0) {
      const step = path.at(-1)!;
      const { node } = step;
      if (step.at === 0) {
        order.set(node, order.size);
        low.set(node, order.get(node)!);
        waiting.push(node);
        isWaiting.add(node);
      }
      const successor = (next.get(node) ?? [])[step.at];
      if (successor !== undefined) {
        step.at += 1;
        if (!order.has(successor)) path.push({ node: successor, at: 0 });
        else if (isWaiting.has(successor)) low.set(node, Math.min(low.get(node)!, order.get(successor)!));
        continue;
      }
      path.pop();
      const above = path.at(-1)?.node;
      if (above !== undefined) low.set(above, Math.min(low.get(above)!, low.get(node)!));
      if (low.get(node) !== order.get(node)) continue;
      const component: string[] = [];
      for (;;) {
        const member = waiting.pop()!;
        isWaiting.delete(member);
        component.push(member);
        if (member === node) break;
      }
      components.push(component);
    }
  }
  // Tarjan finds what is owned before its owners.
  components.reverse();
  if (nodes !== undefined) return components;
  const own = new Set(arcs.filter(({ owner, owned }) => owner === owned).map(({ owner }) => owner));
  return components.filter((component) => component.length > 1 || own.has(component[0]!));
}
