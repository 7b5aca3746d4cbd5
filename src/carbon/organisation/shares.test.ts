import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rational } from '../../kernel/rational.ts';
import { parseShare } from './share.ts';
import { effectiveShares, type OwnershipEdge, sharesAt } from './shares.ts';

const R = (text: string) => Rational.parse(text);

function edge(owner: string, owned: string, equity: string, more: Partial<OwnershipEdge> = {}): OwnershipEdge {
  return {
    owner,
    owned,
    equity: R(equity),
    financial: 'no',
    operational: false,
    from: '2000-01-01',
    to: null,
    ...more,
  };
}
const shareOf = (edges: OwnershipEdge[], approach: 'equity' | 'financial' | 'operational', entity: string) =>
  sharesAt(edges, approach, 'P').shares.get(entity) ?? Rational.ZERO;

describe('shares as people write them', () => {
  test.each([
    ['80%', '0.8'],
    ['80 %', '0.8'],
    ['0.8', '0.8'],
    ['1/3', '1/3'],
    ['33.5%', '0.335'],
    ['', '0'],
    ['100%', '1'],
  ])('%s is %s', (text, share) => expect(parseShare(text).toString()).toBe(share));
  test.each(['80', '101%', '-1%', 'most', '1/0', '%'])('%s is refused', (text) =>
    expect(() => parseShare(text)).toThrow(/Not a share/),
  );
});

describe('financial and operational control', () => {
  test('what a joint venture controls counts at the share of the venture', () => {
    const edges = [edge('P', 'JV', '0.5', { financial: 'joint' }), edge('JV', 'Sub', '1', { financial: 'yes' })];
    expect(shareOf(edges, 'financial', 'Sub').toString()).toBe('0.5');
  });
  test('an associate and what it controls are not consolidated', () => {
    const edges = [edge('P', 'Q', '0.3'), edge('Q', 'R', '1', { financial: 'yes', operational: true })];
    expect([shareOf(edges, 'financial', 'R'), shareOf(edges, 'operational', 'R')].map(String)).toEqual(['0', '0']);
    expect(shareOf(edges, 'equity', 'R').toString()).toBe('0.3');
  });
  test('an operator without equity counts it wholly', () => {
    expect(shareOf([edge('P', 'X', '0', { operational: true })], 'operational', 'X').toString()).toBe('1');
  });
  test('a subsidiary that is controlled but not operated operates what it operates for the group', () => {
    const edges = [edge('P', 'A', '1', { financial: 'yes' }), edge('A', 'X', '0.2', { operational: true })];
    expect([shareOf(edges, 'operational', 'A'), shareOf(edges, 'operational', 'X')].map(String)).toEqual(['0', '1']);
  });
});

describe('what contradicts itself has no share and says why', () => {
  test.each([
    ['more than the whole', [edge('P', 'A', '0.8'), edge('Q', 'A', '0.3')]],
    ['two rows', [edge('P', 'A', '0.2'), edge('P', 'A', '0.3')]],
  ])('%s', (words, edges) => {
    const { shares, unclear } = sharesAt([...edges, edge('A', 'B', '1'), edge('P', 'C', '0.7')], 'equity', 'P');
    expect([...shares].map(([entity, share]) => [entity, String(share)])).toEqual([
      ['C', '0.7'],
      ['P', '1'],
    ]);
    expect(unclear.get('A')).toContain(words);
    expect(unclear.get('B')).toContain('held through');
  });
  test('a circle of control', () => {
    const control = { financial: 'yes' } as const;
    const edges = [edge('P', 'A', '0.5', control), edge('A', 'B', '1', control), edge('B', 'A', '0.5', control)];
    expect([...sharesAt(edges, 'financial', 'P').unclear.keys()].sort()).toEqual(['A', 'B']);
    expect(sharesAt(edges, 'equity', 'P').unclear.size).toBe(0);
  });
  test('what the parent is not connected with does not matter', () => {
    expect(sharesAt([edge('Q', 'Z', '0.9'), edge('R', 'Z', '0.9')], 'equity', 'P').unclear.size).toBe(0);
  });
});

const NAMES = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
/** Edges whose owners hold at most 100 % of each entity; acyclic when owners come before what they own. */
const graph = (acyclic: boolean) =>
  fc
    .array(fc.array(fc.nat({ max: 40 }), { minLength: NAMES.length + 1, maxLength: NAMES.length + 1 }), {
      minLength: NAMES.length,
      maxLength: NAMES.length,
    })
    .map((weights) =>
      NAMES.flatMap((owned, i) => {
        const owners = ['P', ...NAMES].filter((owner, j) => owner !== owned && (!acyclic || j <= i));
        const parts = owners.map((_, j) => Math.max(0, (weights[i]?.[j] ?? 0) - 15));
        const outside = 1 + (weights[i]?.at(-1) ?? 0);
        const whole = parts.reduce((a, b) => a + b, outside);
        return owners.flatMap((owner, j) => (parts[j] ? [edge(owner, owned, `${parts[j]}/${whole}`)] : []));
      }),
    );

test('without circles the solution is the sum over all paths', () => {
  fc.assert(
    fc.property(graph(true), (edges) => {
      const paths = (entity: string): Rational =>
        entity === 'P'
          ? Rational.ONE
          : edges
              .filter(({ owned }) => owned === entity)
              .reduce((sum, { owner, equity }) => sum.add(equity.mul(paths(owner))), Rational.ZERO);
      for (const entity of NAMES) expect(String(shareOf(edges, 'equity', entity))).toBe(String(paths(entity)));
    }),
    { numRuns: 60 },
  );
});

test('shares are from 0 to 1 and solve the equations, with circles too', () => {
  fc.assert(
    fc.property(graph(false), (edges) => {
      const { shares, unclear } = sharesAt(edges, 'equity', 'P');
      expect(unclear.size).toBe(0);
      for (const entity of NAMES) {
        const share = shares.get(entity) ?? Rational.ZERO;
        expect(share.sign()).toBeGreaterThanOrEqual(0);
        expect(share.cmp(Rational.ONE)).toBeLessThanOrEqual(0);
        const right = edges
          .filter(({ owned }) => owned === entity)
          .reduce((sum, { owner, equity }) => sum.add(equity.mul(shares.get(owner) ?? Rational.ZERO)), Rational.ZERO);
        expect(String(share)).toBe(String(right));
      }
    }),
    { numRuns: 60 },
  );
});

test('segments cover the time without gaps and change only where an edge does', () => {
  const day = fc.integer({ min: 1, max: 28 }).map((n) => `2024-03-${String(n).padStart(2, '0')}`);
  fc.assert(
    fc.property(day, day, (one, other) => {
      const edges = [edge('P', 'A', '0.4', { to: one }), edge('P', 'B', '0.5', { from: other })];
      const segments = effectiveShares(edges, 'equity', 'P', '2024-03-01', '2024-04-01');
      expect(segments[0]!.from).toBe('2024-03-01');
      expect(segments.at(-1)!.to).toBe('2024-04-01');
      for (const [i, segment] of segments.entries()) {
        if (i > 0) expect(segment.from).toBe(segments[i - 1]!.to);
        expect(String(segment.shares.get('A') ?? 0)).toBe(segment.from < one ? '0.4' : '0');
        expect(String(segment.shares.get('B') ?? 0)).toBe(segment.from >= other ? '0.5' : '0');
      }
    }),
  );
});
