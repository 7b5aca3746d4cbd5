/**
 * The base-year report: the figure as it was stated, every event since with its cause, what of it passed the threshold and is in the
 * recalculated base (GHG Protocol Corporate Standard, chapter 5), the years since under the same organisation, and targets.
 * A function of (ledger, seq, query), like the inventory.
 */
import { addMonthsToMonth, type Day, monthDays } from '../../kernel/dates.ts';
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { inventoryRef } from '../dimensions.ts';
import { boundaryFor } from '../inventory.ts';
import { read } from '../sql.ts';
import {
  type Amounts,
  amountsByYear,
  isNothing,
  minus,
  NOTHING,
  plus,
  shownAmounts,
  shownExactly,
  sumOf,
} from './amounts.ts';
import { changePercent, progressOf, recalculate } from './baseYear.ts';
import { type EntryAbout, eventsOf, Figures, type FoundEvent, periodOf, type State } from './events.ts';
import { baseYearNamed, baseYearState, type Stated } from './ledger.ts';
import type { EventCause } from './names.ts';
import type { BaseYearInput, BaseYearReport, BaseYearStep, TargetInput, TargetReport } from './shapes.ts';

export const EVENT_CAUSE_WORDS: Record<EventCause, string> = {
  structure: 'acquisitions, divestments, outsourcing and insourcing',
  method: 'other methods of calculation',
  factor: 'other factors, rates and prices',
  error: 'activity data stated later or corrected',
  boundary: 'another boundary',
  gwp: 'other warming potentials',
  organic: 'organic growth and decline: never in the base',
};

export interface BaseYearQuery {
  /** Default: the only one, or `main`. */
  name?: string;
  /** Year whose end the report looks from; default: the last one with lines. */
  year?: number;
  /** Potentials of the recalculated figures; default: those of the base year. */
  gwp?: GwpSetName;
}

const PERCENT_SCALE = 9;
const HUNDRED = Rational.parse('100');

export interface BaseYearOptions {
  entriesAbout: (seqs: readonly number[]) => Promise<Map<number, EntryAbout>>;
}

/** @throws FootingError `not_found` when no base year is stated as of context.seq, `invalid` for a year before it. */
export async function baseYearReport(
  context: ReadContext,
  query: BaseYearQuery,
  { entriesAbout }: BaseYearOptions,
): Promise<BaseYearReport> {
  const state = await baseYearState(context, context.seq);
  const stated = baseYearNamed(state, query.name);
  const base = stated.content;
  const lastYear = Number(base.to.slice(0, 4));
  const year = query.year ?? (await lastYearWithLines(context, lastYear));
  if (year < lastYear || `${year}-12` < base.to) {
    throw new FootingError('invalid', 'A base year is looked at from a later year.', {
      problems: [{ field: 'year', value: String(year), reason: `is before the base year, which ends in ${base.to}` }],
    });
  }
  const until = `${year}-12-31`;
  const gwp = query.gwp ?? base.gwp;
  const figures = new Figures(context, periodOf({ ...base, gwp }));
  const { start, end, events } = await eventsOf(context, figures, {
    first: base.as_of ?? stated.seq,
    until,
    stated: [...state.events.values()].filter(({ content }) => content.base_year === base.name),
    entriesAbout,
  });
  const asStated = gwp === base.gwp ? figures : new Figures(context, periodOf(base));
  const original = await asStated.at(start);
  if (sumOf(original, base.test_scopes).sign() <= 0) {
    throw new FootingError(
      'invalid',
      `The base year ${base.from} to ${base.to} has no emissions in scopes ${base.test_scopes.join(', ')} as of entry ${start.seq}.`,
      { remedy: 'State it again once its activities are in: until then nothing is a part of it' },
    );
  }
  const potentials = gwp === base.gwp ? null : await otherPotentials(asStated, figures, gwp, start, stated);
  const walked = walk(original, potentials, events, base, start);
  const restatedAs = walked.structure;
  const series = await yearsSince(context, base, gwp, year, restatedAs);
  const ref = baseYearRef({ name: base.name, year, ...(query.gwp === undefined ? {} : { gwp }) });
  const targets = [...state.targets.values()].filter(({ content }) => content.base_year === base.name);
  const actual = series.find((one) => one.year === year);
  const withoutLines = await acquiredWithoutLines(context, figures, end);
  return {
    seq: context.seq,
    name: base.name,
    from: base.from,
    to: base.to,
    years: figures.period.years,
    year,
    approach: base.approach,
    parent: base.parent,
    gwp,
    base_gwp: base.gwp,
    scope_2: base.scope_2,
    threshold_percent: base.threshold_percent,
    test_scopes: [...base.test_scopes],
    stated_in: stated.seq,
    stated_by: stated.actor,
    stated_at: stated.recordedAt,
    text: base.text ?? '',
    approved_by: base.approved_by ?? '',
    original: { ...shownAmounts(original), as_of: start.seq, ref: asStated.refAt(start) },
    steps: walked.steps.map((step, i) => stepView(step, i + 1, ref)),
    by_cause: [...walked.byCause].map(([cause, change]) => ({
      cause,
      words: EVENT_CAUSE_WORDS[cause],
      change: shownAmounts(change),
    })),
    recalculated: {
      ...shownAmounts(walked.base),
      steps: walked.recalculations,
      as_of: walked.asOf,
      structure: restatedAs,
    },
    pending: shownAmounts(walked.pending),
    organic: shownAmounts(walked.organic),
    without_lines: withoutLines,
    series: series.map(({ year: of, reported, restated, refs }) => ({
      year: of,
      reported: shownAmounts(reported),
      restated: shownAmounts(restated),
      reported_ref: refs.reported,
      restated_ref: refs.restated,
    })),
    targets: targets.map((target) => targetReport(target, lastYear, walked.base, year, actual?.restated ?? null)),
    notes: notesOf(base, walked, withoutLines, restatedAs),
    ref,
  };
}

export function baseYearRef({
  name,
  year,
  gwp,
  step,
}: {
  name: string;
  year: number;
  gwp?: GwpSetName;
  step?: number;
}): string {
  const words = new URLSearchParams({ name, year: String(year) });
  if (gwp !== undefined) words.set('gwp', gwp);
  if (step !== undefined) words.set('step', String(step));
  return `base-year?${words}`;
}

interface WalkedStep {
  event: FoundEvent;
  percent: Rational;
  cumulativePercent: Rational;
  recalculated: boolean;
  base: Amounts;
}

interface Walked {
  steps: WalkedStep[];
  base: Amounts;
  pending: Amounts;
  organic: Amounts;
  byCause: Map<EventCause, Amounts>;
  recalculations: number;
  /** Where the books stood at the last recalculation. */
  asOf: number;
  structure: Day | null;
}

/** Puts all that is pending into the base whenever the tested scopes pass the threshold. */
function walk(
  original: Amounts,
  potentials: FoundEvent | null,
  events: readonly FoundEvent[],
  base: BaseYearInput,
  start: State,
): Walked {
  const tested = (amounts: Amounts) => sumOf(amounts, base.test_scopes);
  const first = potentials ? plus(original, potentials.change) : original;
  const result = recalculate(
    tested(first),
    events.map(({ cause, change }) => ({ cause, change: tested(change) })),
    { thresholdPercent: Rational.parse(base.threshold_percent) },
  );
  let [current, pending, organic] = [first, NOTHING, NOTHING];
  const byCause = new Map<EventCause, Amounts>();
  let waiting: FoundEvent[] = [];
  const walked: Walked = {
    steps: [],
    base: first,
    pending,
    organic,
    byCause,
    recalculations: 0,
    asOf: start.seq,
    structure: null,
  };
  if (potentials) {
    // All years are under the potentials asked for, whatever the threshold: figures of two sets do not compare.
    const percent = changePercent(tested(original), tested(first)) ?? Rational.ZERO;
    byCause.set('gwp', potentials.change);
    walked.recalculations = 1;
    walked.steps.push({ event: potentials, percent, cumulativePercent: percent, recalculated: true, base: first });
  }
  result.steps.forEach(({ percent, cumulativePercent, recalculated }, i) => {
    const event = events[i]!;
    if (event.cause === 'organic') organic = plus(organic, event.change);
    else {
      pending = plus(pending, event.change);
      waiting.push(event);
    }
    if (recalculated) {
      current = plus(current, pending);
      for (const one of waiting) {
        byCause.set(one.cause, plus(byCause.get(one.cause) ?? NOTHING, one.change));
        // Of what is only pending, the years since keep the shares of their own days.
        if (one.structure !== null) walked.structure = one.structure;
      }
      [pending, waiting] = [NOTHING, []];
      walked.recalculations += 1;
      walked.asOf = event.at.seq;
    }
    walked.steps.push({ event, percent, cumulativePercent, recalculated, base: current });
  });
  return { ...walked, base: current, pending, organic };
}

function stepView(
  { event, percent, cumulativePercent, recalculated, base }: WalkedStep,
  number: number,
  ref: string,
): BaseYearStep {
  return {
    number,
    day: event.day,
    cause: event.cause,
    cause_words: EVENT_CAUSE_WORDS[event.cause],
    kind: event.kind,
    title: event.title,
    words: event.words,
    text: event.text,
    approved_by: event.approvedBy,
    entries: event.entries && { first: event.entries[0], last: event.entries[1] },
    stated: event.stated,
    stated_in: event.statedIn,
    change: shownAmounts(event.change),
    percent: shownPercent(percent),
    cumulative_percent: shownPercent(cumulativePercent),
    recalculated,
    base_t: shownExactly(sumOf(base)),
    before_ref: event.refs?.before ?? null,
    after_ref: event.refs?.after ?? null,
    ref: `${ref}&step=${number}`,
  };
}

const shownPercent = (percent: Rational): string => percent.toDecimal(PERCENT_SCALE).toString();

/** The same lines under other potentials: first, so that all that follows is under them. */
async function otherPotentials(
  asStated: Figures,
  figures: Figures,
  gwp: GwpSetName,
  start: State,
  { content: base }: Stated<BaseYearInput>,
): Promise<FoundEvent> {
  return {
    day: monthDays(base.to).last,
    cause: 'gwp',
    kind: 'gwp',
    title: `${gwp} in place of ${base.gwp}`,
    words: 'The same masses of gases under the other potentials; what a source gives as CO2e alone stays',
    text: '',
    approvedBy: '',
    entries: null,
    change: minus(await figures.at(start), await asStated.at(start)),
    refs: { before: asStated.refAt(start), after: figures.refAt(start) },
    stated: false,
    statedIn: null,
    structure: null,
    at: start,
  };
}

interface YearAmounts {
  year: number;
  reported: Amounts;
  restated: Amounts;
  refs: { reported: string; restated: string };
}

/** The years from the base year to the one looked at: as reported, and under the organisation that the base was recalculated to. */
async function yearsSince(
  context: ReadContext,
  base: BaseYearInput,
  gwp: GwpSetName,
  year: number,
  structure: Day | null,
): Promise<YearAmounts[]> {
  const { query, scope2 } = periodOf({ ...base, gwp });
  const all = { ...query, to: `${year}-12` };
  const pinned = structure === null ? all : { ...all, structure };
  const [reported, restated] = await Promise.all([
    amountsByYear(context, all, scope2),
    structure === null ? null : amountsByYear(context, pinned, scope2),
  ]);
  // The base year itself stands above; a base of several years has an average and no year.
  const last = Number(base.to.slice(0, 4));
  const first = Math.min(last + 1, year);
  return Array.from({ length: year - first + 1 }, (_, i) => {
    const of = String(first + i);
    const period = { from: `${of}-01`, to: `${of}-12` };
    return {
      year: first + i,
      reported: reported.get(of) ?? NOTHING,
      restated: (restated ?? reported).get(of) ?? NOTHING,
      refs: {
        reported: inventoryRef({ ...all, ...period }, {}),
        restated: inventoryRef({ ...pinned, ...period }, {}),
      },
    };
  });
}

function targetReport(
  { content, seq }: Stated<TargetInput>,
  baseYear: number,
  base: Amounts,
  year: number,
  restated: Amounts | null,
): TargetReport {
  const per = content.per;
  const dividedIn = (of: number) => (per === undefined ? Rational.ONE : amountIn(per.values, of));
  const years = new Rational(BigInt(content.target_year - baseYear));
  const annualRate = content.annual_percent
    ? Rational.parse(content.annual_percent).div(HUNDRED)
    : Rational.parse(content.reduction_percent!).div(HUNDRED).div(years);
  const basis = sumOf(base, content.scopes).div(dividedIn(baseYear)!);
  const target = { baseYear, base: basis, targetYear: content.target_year, annualRate };
  const divisor = dividedIn(year);
  const actual = restated === null || divisor === null ? null : sumOf(restated, content.scopes).div(divisor);
  const common = {
    name: content.name,
    kind: content.kind,
    scopes: [...content.scopes],
    target_year: content.target_year,
    annual_percent: shownExactly(annualRate.mul(HUNDRED)),
    unit: per === undefined ? 't CO2e' : `t CO2e per ${per.name}`,
    base: shownExactly(basis),
    text: content.text ?? '',
    approved_by: content.approved_by ?? '',
    stated_in: seq,
  };
  const progress = progressOf(target, year, actual ?? basis);
  if (actual === null) {
    const none = { actual: null, gap: null, progress_percent: null, on_track: null };
    return {
      ...common,
      ...none,
      target: shownExactly(progress.target),
      path: shownExactly(progress.path),
      expected_percent: shownPercent(progress.expectedPercent),
    };
  }
  return {
    ...common,
    target: shownExactly(progress.target),
    actual: shownExactly(actual),
    path: shownExactly(progress.path),
    gap: shownExactly(progress.gap),
    progress_percent: shownPercent(progress.progressPercent),
    expected_percent: shownPercent(progress.expectedPercent),
    on_track: progress.gap.sign() <= 0,
  };
}

function amountIn(values: Record<string, string>, year: number): Rational | null {
  const text = values[String(year)];
  return text === undefined ? null : Rational.parse(text);
}

/** The last year that has lines, not before the base year's. */
async function lastYearWithLines(context: ReadContext, least: number): Promise<number> {
  const [row] = await read<{ year: number; rows: string }>(
    context,
    'SELECT toUInt32(max(toYear(month))) AS year, count() AS rows FROM inventory_totals WHERE seq <= {seq:UInt64}',
    { seq: context.seq },
  );
  return row === undefined || row.rows === '0' ? least : Math.max(least, row.year);
}

/** Entities that the organisation of the end counts, that were there before the base year ended, and that have no lines in it. */
async function acquiredWithoutLines(context: ReadContext, { period }: Figures, end: State): Promise<string[]> {
  const { query } = period;
  if (query.approach === undefined || end.structure === null) return [];
  const asked = { ...query, approach: query.approach };
  const { names, boundary } = await boundaryFor(context, { ...asked, structure: end.structure });
  const before = (await boundaryFor(context, asked)).boundary;
  const having = new Set(names);
  const after: Day = `${addMonthsToMonth(query.to!, 1)}-01`;
  const [first, last] = [`${query.from}-01`, `${query.to}-28`];
  return [...boundary.organisation.entities.values()]
    .filter(({ id, opened }) => {
      if (having.has(id) || (opened !== null && opened >= after)) return false;
      // What belongs to another is missed there; what itself holds others alone may have no activities of its own.
      const gained = boundary.shareOver(id, first, last).cmp(before.shareOver(id, first, last)) > 0;
      return (
        gained &&
        ![...boundary.organisation.entities.values()].some((other) => other.parent === id && having.has(other.id))
      );
    })
    .map(({ id }) => id)
    .sort();
}

function notesOf(
  base: BaseYearInput,
  walked: Walked,
  withoutLines: readonly string[],
  structure: Day | null,
): string[] {
  return [
    ...(walked.recalculations === 0
      ? ['Nothing has passed the threshold: the base year stands as it was stated.']
      : [
          structure === null
            ? 'The base year is recalculated; the years since are read from the same books.'
            : `The years since are restated as if the organisation of ${structure} had been there all the time.`,
        ]),
    ...(isNothing(walked.pending)
      ? []
      : ['Some changes are known and not in the base, because together they are below the threshold.']),
    ...(base.approach === 'none'
      ? [
          'Without a consolidation approach everything counts wholly: acquisitions and divestments are seen only where they are stated.',
        ]
      : []),
    ...(walked.steps.some(({ event }) => event.stated)
      ? ['Amounts that are stated rather than read from lines are in the base year alone, not in the years since.']
      : []),
    ...(withoutLines.length > 0
      ? [
          'Some entities that count now have no lines in the base year: estimate what they emitted and state it as an event.',
        ]
      : []),
  ];
}
