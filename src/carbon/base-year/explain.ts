/**
 * The walk from a base-year report: report -> step -> the two figures that it is the difference of -> lines. References:
 *
 *     base-year?name=main&year=2025            the report
 *     base-year?name=main&year=2025&step=2     one of its steps
 */
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { type BaseYearOptions, baseYearReport } from './report.ts';
import type { BaseYearReport, BaseYearStep } from './shapes.ts';

export const isBaseYearRef = (ref: string): boolean => /^base-year(\?|$)/.test(ref);

const KG_PER_TONNE = Decimal.parse('1000');

/** @throws FootingError `malformed` for a reference that cannot be read, `not_found` for one that leads nowhere. */
export async function explainBaseYear(
  context: ReadContext,
  ref: string,
  options: BaseYearOptions & { offset?: number; limit?: number },
): Promise<ExplanationNode> {
  const words = new URLSearchParams(ref.split('?', 2)[1] ?? '');
  const number = (name: string): number | undefined => {
    const text = words.get(name);
    if (text === null) return undefined;
    if (!/^\d{1,4}$/.test(text)) throw new FootingError('malformed', `Not a number: ${shown(text)}`);
    return Number(text);
  };
  const [name, year, step, gwp] = [words.get('name'), number('year'), number('step'), words.get('gwp')];
  if (gwp !== null && !['AR4', 'AR5', 'AR6'].includes(gwp))
    throw new FootingError('malformed', `There is no set of potentials ${shown(gwp)}`);
  const report = await baseYearReport(
    context,
    {
      ...(name === null ? {} : { name }),
      ...(year === undefined ? {} : { year }),
      ...(gwp === null ? {} : { gwp: gwp as GwpSetName }),
    },
    options,
  );
  if (step === undefined) return reportNode(report, options);
  const found = report.steps[step - 1];
  if (!found) throw new FootingError('not_found', `The report has no step ${step}; it has ${report.steps.length}.`);
  return stepNode(found, true);
}

function reportNode(
  report: BaseYearReport,
  { offset = 0, limit = 50 }: { offset?: number; limit?: number },
): ExplanationNode {
  const { original, steps, recalculated, pending } = report;
  const first = figure(original.ref, `As it was stated, as of entry ${original.as_of}`, original.total_t);
  const all = [first, ...steps.map((step) => stepNode(step, false))];
  return {
    kind: 'figure',
    ref: report.ref,
    title: `Base year ${report.from} to ${report.to}, recalculated`,
    value: kilograms(recalculated.total_t),
    unit: 'kg CO2e',
    words: `Stated in entry ${report.stated_in}; events are put into the base when ${scopesOf(report)} change by more than ${report.threshold_percent} % of it, alone or together.`,
    facts: [
      ['looked at from the end of', String(report.year)],
      [
        'consolidation',
        report.approach === 'none'
          ? 'everything counts wholly'
          : `${report.approach}${report.parent && ` of ${report.parent}`}`,
      ],
      ['potentials', report.gwp],
      ['scope 2', `${report.scope_2}-based`],
      ['recalculations', String(recalculated.steps)],
      ['known and below the threshold, kg CO2e', kilograms(pending.total_t)],
      ...report.notes.map((note): [string, string] => ['note', note]),
    ],
    children: all.slice(offset, offset + limit),
    childrenTotal: all.length,
  };
}

function stepNode(step: BaseYearStep, open: boolean): ExplanationNode {
  const children = open
    ? [
        ...(step.before_ref ? [figure(step.before_ref, 'Before', null)] : []),
        ...(step.after_ref && step.after_ref !== step.before_ref ? [figure(step.after_ref, 'After', null)] : []),
        ...entriesOf(step).map((seq) => entryNode(seq)),
      ]
    : [];
  return {
    kind: 'part',
    ref: step.ref,
    title: `${step.day}  ${step.title}`,
    value: kilograms(step.change.total_t),
    unit: 'kg CO2e',
    words: step.words === '' ? null : step.words,
    facts: [
      ['cause', step.cause_words],
      ['of the base, %', step.percent],
      ['with what was pending, %', step.cumulative_percent],
      ['base recalculated', step.recalculated ? `yes, to ${step.base_t} t` : 'no'],
      ...(step.entries ? [entriesFact(step.entries)] : []),
      ...(step.text === '' ? [] : [['reason', step.text] as [string, string]]),
      ...(step.approved_by === '' ? [] : [['approved by', step.approved_by] as [string, string]]),
    ],
    children,
    childrenTotal: children.length,
  };
}

const entriesFact = ({ first, last }: { first: number; last: number }): [string, string] =>
  first === last ? ['journal entry', String(first)] : ['journal entries', `${first} to ${last}`];

function figure(ref: string, title: string, tonnes: string | null): ExplanationNode {
  return {
    kind: 'figure',
    ref,
    title,
    value: tonnes === null ? null : kilograms(tonnes),
    unit: tonnes === null ? null : 'kg CO2e',
    words: null,
    facts: [],
    children: [],
    childrenTotal: 0,
  };
}

/** Entries behind a step: the first ones that it names, and the one that stated it. */
function entriesOf({ entries, stated_in }: BaseYearStep): number[] {
  const count = entries === null ? 0 : Math.min(entries.last - entries.first + 1, ENTRIES_LISTED_MAX);
  const named = Array.from({ length: count }, (_, i) => entries!.first + i);
  return [...named, ...(stated_in === null ? [] : [stated_in])];
}

const ENTRIES_LISTED_MAX = 5;

const entryNode = (seq: number): ExplanationNode => ({
  ...figure(`entry/${seq}`, `Entry ${seq}`, null),
  kind: 'entry',
});

const kilograms = (tonnes: string): string => Decimal.parse(tonnes).mul(KG_PER_TONNE).toString();

const scopesOf = ({ test_scopes: scopes }: BaseYearReport): string =>
  scopes.length === 1 ? `scope ${scopes[0]}` : `scopes ${scopes.slice(0, -1).join(', ')} and ${scopes.at(-1)}`;
