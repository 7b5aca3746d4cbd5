/**
 * What a check has counted, finding by finding: `check/<name>?from=…&to=…&approach=…&parent=…`, where the name is that of the count in
 * the summary of all checks.
 */
import { Decimal, sumDecimals } from '../../kernel/decimal.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/types.ts';
import type { InventoryQuery } from '../dimensions.ts';
import { asOfOf, queryOf } from '../refs.ts';
import { duplicates, negatives, unitOutliers } from './lines.ts';
import { intensityOutliers } from './outliers.ts';
import { completeness, monthsNotCovered, periodFindings } from './periods.ts';
import { type PrimaryPart, primaryParts } from './quality.ts';
import { screeningOf } from './screening.ts';

const CHILDREN_MAX = 50;

interface Finding {
  ref: string | null;
  title: string;
  words?: string;
}
type Found = { findings: Finding[]; total: number };
/** `listed`: as many findings as are looked at. */
type Read = (context: ReadContext, query: InventoryQuery, listed: number) => Promise<Found>;

const days = (from: string, to: string) => (from === to ? from : `${from} to ${to}`);

/** Counts of the summary -> their title, and how their findings are read. */
const CHECKS: Record<string, { title: string; read: Read }> = {
  missing_months: { title: 'Months without the energy that an entity uses', read: cells('missing') },
  partial_months: { title: 'Months of which the energy is covered in part', read: cells('partial') },
  entities_without_energy: {
    title: 'Sites and assets without any energy',
    read: async (context, query) => {
      const { entities_without } = await completeness(context, { ...periodOf(query), limit: 0 });
      return all(entities_without.map((name) => ({ ref: entityRef(name), title: name })));
    },
  },
  gaps_and_overlaps: {
    title: 'Gaps and overlaps between the periods of one meter',
    read: async (context, query, limit) => {
      const { findings, total } = await periodFindings(context, { ...periodOf(query), limit });
      const said = findings.map(({ kind, entity, activity, from, to, before, after, after_ref }) => ({
        ref: after_ref,
        title: `${entity}, ${activity}: ${kind} ${days(from, to)}`,
        words: `Between ${before} and ${after}.`,
      }));
      return { findings: said, total };
    },
  },
  intensity_outliers: {
    title: 'Months far from the history of their entity or from its peers',
    read: async (context, query) => {
      const found = await intensityOutliers(context, query);
      return all(
        found.map(({ ref, entity, month, scope, against, times }) => ({
          ref,
          title: `${entity}, ${month}, scope ${scope}`,
          words: `${times} times the median of its ${against}.`,
        })),
      );
    },
  },
  unit_outliers: {
    title: 'Quantities so far from their like that the unit may be wrong',
    read: async (context, _, limit) => activities(await unitOutliers(context, limit)),
  },
  duplicates: {
    title: 'Activities that may have been stated twice',
    read: async (context, _, limit) => {
      const { findings, total } = await duplicates(context, limit);
      const said = findings.map(({ refs, external_ids, count, entity, activity, start_date, end_date }) => ({
        ref: refs[0] ?? null,
        title: `${entity}, ${activity}, ${days(start_date, end_date)}: ${count} alike`,
        words: `${external_ids.join(', ')}${count > external_ids.length ? ' and more' : ''}.`,
      }));
      return { findings: said, total };
    },
  },
  negatives: {
    title: 'Negative quantities and amounts',
    read: async (context, _, limit) => activities(await negatives(context, limit)),
  },
  categories_without_reason: {
    title: 'Categories of scope 3 whose screening does not go with what there is',
    read: async (context, query) => {
      const odd = (await screeningOf(context, query)).filter(({ problem }) => problem !== '');
      return all(
        odd.map(({ category, name, ref, problem }) => ({ ref, title: `${category} ${name}`, words: problem })),
      );
    },
  },
};

/** Shares that are of two kinds of lines. */
const SHARES: Record<string, { title: string; scope: string | undefined }> = {
  primary: { title: 'Emissions from primary data', scope: undefined },
  scope_3_primary: { title: 'Emissions of scope 3 from primary data', scope: '3' },
};

export const CHECK_COUNTS = Object.keys(CHECKS);

export const isCheckRef = (ref: string): boolean => ref.startsWith('check/');

/** @throws FootingError `not_found` for a check that there is not. */
export async function explainCheck(
  context: ReadContext,
  ref: string,
  { limit = CHILDREN_MAX, offset = 0 }: { limit?: number | undefined; offset?: number | undefined } = {},
): Promise<ExplanationNode> {
  const [name = '', text = ''] = ref.slice('check/'.length).split('?');
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : Object.hasOwn(SHARES, name) ? SHARES[name] : undefined;
  if (!check) throw new FootingError('not_found', `There is no check ${shown(name)}.`);
  const words = new URLSearchParams(text);
  if (words.has('as_of')) context = { ...context, seq: asOfOf(words, context.seq) };
  if ('scope' in check) return primaryNode(ref, check.title, await primaryParts(context, queryOf(words), check.scope));
  const { findings, total } = await check.read(context, queryOf(words), offset + limit);
  return {
    kind: 'figure',
    ref,
    title: check.title,
    value: String(total),
    unit: total === 1 ? 'finding' : 'findings',
    words: null,
    facts: [],
    children: findings.slice(offset, offset + limit).map((finding) => ({
      kind: finding.ref?.startsWith('record/') ? 'record' : 'part',
      ref: finding.ref,
      title: finding.title,
      value: null,
      unit: null,
      words: finding.words ?? null,
      facts: [],
      children: [],
      childrenTotal: 0,
    })),
    childrenTotal: total,
  };
}

function primaryNode(ref: string, title: string, parts: readonly PrimaryPart[]): ExplanationNode {
  return {
    kind: 'figure',
    ref,
    title,
    value: sumDecimals(parts.map(({ co2e_kg }) => Decimal.parse(co2e_kg))).toString(),
    unit: 'kg CO2e',
    words:
      'Lines that are said to be, and lines that a supplier’s own figure makes unless they are said to be estimates.',
    facts: [],
    children: parts.map(({ words, co2e_kg, ref: own }) => ({
      kind: 'part',
      ref: own,
      title: words,
      value: co2e_kg,
      unit: 'kg CO2e',
      words: null,
      facts: [],
      children: [],
      childrenTotal: 0,
    })),
    childrenTotal: parts.length,
  };
}

const all = (findings: Finding[]): Found => ({ findings, total: findings.length });

const entityRef = (name: string) => `record/entities?${new URLSearchParams({ external_id: name })}`;

const activities = ({
  findings,
  total,
}: {
  findings: Array<{ ref: string; external_id: string; entity: string; quantity: string; unit: string; words: string }>;
  total: number;
}): Found => ({
  findings: findings.map(({ ref, external_id, entity, quantity, unit, words }) => ({
    ref,
    title: [external_id, entity, quantity === '' ? '' : `${quantity} ${unit}`].filter((part) => part !== '').join(', '),
    words,
  })),
  total,
});

function cells(state: 'missing' | 'partial'): Read {
  return async (context, query, limit) => {
    const { cells, total } = await monthsNotCovered(context, periodOf(query), state, limit);
    const findings = cells.map(({ entity, activity, month, days: covered, ref }) => ({
      ref,
      title: `${entity}, ${activity}: ${month}`,
      words: state === 'missing' ? 'Nothing is stated.' : `${covered} days are covered.`,
    }));
    return { findings, total };
  };
}

function periodOf({ from, to }: InventoryQuery): { from?: string; to?: string } {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
