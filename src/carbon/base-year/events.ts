/**
 * What happened to a base year since it was stated, in the order of days, read from the books themselves.
 *
 * The base year's figure is a function of two things: the entry as of which the books are read, and the day whose organisation counts
 * for the whole of it (`structure`). It starts as it was stated: at its entry, every day with its own shares. A day on which shares
 * change moves the structure; an entry moves the books. Each step is the difference between two such figures, so the steps add up to
 * the difference between the first and the last to the last digit, whatever happened.
 */
import { type Day, monthDays } from '../../kernel/dates.ts';
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { type InventoryQuery, inventoryRef } from '../dimensions.ts';
import { boundaryFor } from '../inventory.ts';
import { organisationAsOf } from '../organisation/organisation.ts';
import { percentOf } from '../organisation/share.ts';
import type { Approach } from '../organisation/shares.ts';
import { read } from '../sql.ts';
import { type Amounts, amountsAYear, isNothing, minus, NOTHING } from './amounts.ts';
import type { Stated } from './ledger.ts';
import type { EventCause, ScopeName } from './names.ts';
import type { BaseYearEventInput, BaseYearInput } from './shapes.ts';
import { monthsFrom } from './statements.ts';

/** Days and groups of entries that one report walks through. */
export const EVENTS_MAX = 400;
/** Entries whose kinds are looked up for one report. */
export const ENTRIES_MAX = 20_000;
/** Figures that are read side by side. */
const READ_TOGETHER = 3;
/** Names in the words of an event. */
const NAMES_MAX = 6;

/** What an entry is, as far as a base year needs to know it. */
export interface EntryAbout {
  kind: string;
  cause: EventCause;
  /** What it stated, in words. */
  words: string;
  /** YYYY-MM-DD on which it was recorded, UTC. */
  day: Day;
  /** True where it brought activities: of acquired entities they are a matter of structure. */
  activities: boolean;
}

export interface FoundEvent {
  day: Day;
  cause: EventCause;
  /** acquisition, divestment, shares, entries, stated, outsourced, insourced. */
  kind: string;
  title: string;
  words: string;
  text: string;
  approvedBy: string;
  /** First and last entry; null where no entry of the books is behind it. */
  entries: [number, number] | null;
  change: Amounts;
  /** References to the figure before and after; null for amounts that are stated. */
  refs: { before: string; after: string } | null;
  /** Amounts that are stated, not read from lines. */
  stated: boolean;
  /** Entry that stated the event, or labelled it; null where the books alone say it. */
  statedIn: number | null;
  /** Day whose organisation it brings; null where it leaves the organisation alone. */
  structure: Day | null;
  /** Where the books stand after it. */
  at: State;
}

/** The books as of an entry under the organisation of a day; null: every day has its own. */
export interface State {
  seq: number;
  structure: Day | null;
}

export interface BasePeriod {
  query: InventoryQuery;
  years: number;
  scope2: 'location' | 'market';
}

export function periodOf(base: BaseYearInput): BasePeriod {
  return {
    query: {
      from: base.from,
      to: base.to,
      gwp: base.gwp,
      ...(base.approach === 'none' ? {} : { approach: base.approach as Approach }),
      ...(base.approach === 'none' || base.parent === '' ? {} : { parent: base.parent }),
    },
    years: monthsFrom(base.from, base.to)! / 12,
    scope2: base.scope_2,
  };
}

/** Figures of a base period, each read once. */
export class Figures {
  readonly #read = new Map<string, Promise<Amounts>>();
  readonly #context: ReadContext;
  readonly period: BasePeriod;

  constructor(context: ReadContext, period: BasePeriod) {
    this.#context = context;
    this.period = period;
  }

  queryAt({ seq, structure }: State): InventoryQuery {
    return {
      ...this.period.query,
      ...(structure === null ? {} : { structure }),
      ...(seq === this.#context.seq ? {} : { asOf: seq }),
    };
  }

  refAt(state: State): string {
    return inventoryRef(this.queryAt(state), {});
  }

  at(state: State, filters?: InventoryQuery['filters']): Promise<Amounts> {
    const key = JSON.stringify([state.seq, state.structure, filters ?? null]);
    let amounts = this.#read.get(key);
    if (!amounts) {
      const query = { ...this.queryAt(state), ...(filters === undefined ? {} : { filters }) };
      amounts = amountsAYear({ ...this.#context, seq: state.seq }, query, this.period.scope2, this.period.years);
      amounts.catch(() => this.#read.delete(key));
      this.#read.set(key, amounts);
    }
    return amounts;
  }
}

type Step =
  | { day: Day; kind: 'day'; words: string; risen: boolean; fallen: boolean; before: State; after: State }
  | {
      day: Day;
      kind: 'entries';
      seqs: number[];
      about: EntryAbout;
      label: Stated<BaseYearEventInput> | null;
      before: State;
      after: State;
    }
  | { day: Day; kind: 'stated'; event: Stated<BaseYearEventInput>; before: State; after: State };

export interface EventsQuery {
  until: Day;
  stated: ReadonlyArray<Stated<BaseYearEventInput>>;
  /** What entries are. */
  entriesAbout: (seqs: readonly number[]) => Promise<Map<number, EntryAbout>>;
}

/**
 * All events from the statement of the base year until the day `until`, in order.
 * @param first entry as of which the base year was stated
 * @throws FootingError `too_large` over EVENTS_MAX events.
 */
export async function eventsOf(
  context: ReadContext,
  figures: Figures,
  { first, ...asked }: EventsQuery & { first: number },
): Promise<{ start: State; end: State; events: FoundEvent[] }> {
  const start: State = { seq: first, structure: null };
  const steps = await stepsOf(context, figures, start, asked);
  const states = steps.flatMap(({ before, after }) => [before, after]);
  await inTurns([start, ...states], (state) => figures.at(state));
  const events: FoundEvent[] = [];
  for (const step of steps) events.push(...(await eventsIn(figures, step)));
  return { start, end: steps.at(-1)?.after ?? start, events };
}

async function stepsOf(
  context: ReadContext,
  figures: Figures,
  start: State,
  { until, stated, entriesAbout }: EventsQuery,
): Promise<Step[]> {
  const seqs = await entriesThatTouch(context, figures.period, start.seq);
  if (seqs.length > ENTRIES_MAX) throw tooMany(`${seqs.length} entries touch the base year since it was stated`);
  const [about, days] = await Promise.all([entriesAbout(seqs), daysOfChange(context, figures.period, until)]);
  const labels = new Map(stated.flatMap((event) => (event.content.entries ?? []).map((seq) => [seq, event] as const)));
  type Mark = { day: Day; rank: number; order: number; seq?: number; event?: Stated<BaseYearEventInput> };
  let latest = '';
  const marks: Mark[] = [
    ...days.map((day) => ({ day, rank: 0, order: 0 })),
    ...stated
      .filter(({ content }) => content.entries === undefined && content.day <= until)
      .map((event, i) => ({ day: event.content.day, rank: 1, order: i, event })),
    ...seqs.map((seq) => {
      // Entries stay in their order, whatever the clock said.
      latest = [latest, about.get(seq)!.day].sort()[1]!;
      return { day: latest, rank: 2, order: seq, seq };
    }),
  ].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.rank - b.rank || a.order - b.order));
  const steps: Step[] = [];
  let at = start;
  const sharesMoved = (before: State, after: State) => sharesBetween(context, figures.period, before, after);
  for (const { day, seq, event } of marks) {
    if (event) {
      steps.push({ day, kind: 'stated', event, before: at, after: at });
    } else if (seq !== undefined) {
      const label = labels.get(seq) ?? null;
      const one = about.get(seq)!;
      const last = steps.at(-1);
      const after = { ...at, seq };
      // What is stated on one day for one cause is one event: its parts may be a file that came in pieces.
      if (
        last?.kind === 'entries' &&
        last.label === label &&
        last.day === day &&
        last.about.cause === one.cause &&
        last.about.activities === one.activities
      ) {
        last.seqs.push(seq);
        last.after = after;
      } else steps.push({ day, kind: 'entries', seqs: [seq], about: one, label, before: at, after });
      at = after;
    } else {
      const after = { ...at, structure: day };
      const changed = await sharesMoved(at, after);
      if (changed !== null) steps.push({ day, kind: 'day', ...changed, before: at, after });
      at = after;
    }
    if (steps.length > EVENTS_MAX)
      throw tooMany(`More than ${EVENTS_MAX} events touch the base year since it was stated`);
  }
  // Entries about the organisation say whose shares they move.
  await inTurns(steps, async (step) => {
    if (step.kind === 'entries' && step.about.cause === 'structure' && figures.period.query.approach !== undefined) {
      const moved = await sharesMoved(step.before, step.after);
      if (moved !== null && moved.words !== '') step.about = { ...step.about, words: moved.words };
    }
  });
  return steps;
}

async function eventsIn(figures: Figures, step: Step): Promise<FoundEvent[]> {
  const { day, before, after } = step;
  const refs = { before: figures.refAt(before), after: figures.refAt(after) };
  const change = minus(await figures.at(after), await figures.at(before));
  if (step.kind === 'stated') return [await statedEvent(figures, step.event, before)];
  if (step.kind === 'day') {
    if (isNothing(change)) return [];
    const kind = step.risen && step.fallen ? 'shares' : step.risen ? 'acquisition' : 'divestment';
    const titles = { shares: 'Shares change', acquisition: 'Acquisition', divestment: 'Divestment' };
    return [
      {
        day,
        cause: 'structure',
        kind,
        title: titles[kind],
        words: step.words,
        text: '',
        approvedBy: '',
        entries: null,
        change,
        refs,
        stated: false,
        statedIn: null,
        structure: after.structure,
        at: after,
      },
    ];
  }
  const { seqs, about, label } = step;
  const span: [number, number] = [seqs[0]!, seqs.at(-1)!];
  const entries = seqs.length === 1 ? `Entry ${span[0]}` : `Entries ${span[0]} to ${span[1]}`;
  const made = (cause: EventCause, words: string, amounts: Amounts): FoundEvent[] =>
    isNothing(amounts)
      ? []
      : [
          {
            day,
            cause: label?.content.cause ?? cause,
            kind: 'entries',
            title: label?.content.title ?? entries,
            words: label ? `${entries}: ${words}` : words,
            text: label?.content.text ?? '',
            approvedBy: label?.content.approved_by ?? '',
            entries: span,
            change: amounts,
            refs,
            stated: false,
            statedIn: label?.seq ?? null,
            structure: cause === 'structure' ? after.structure : null,
            at: after,
          },
        ];
  if (label || !about.activities || after.structure === null) return made(about.cause, about.words, change);
  // Data of entities that were not part of it when the base year was stated come with the acquisition.
  const own = (seq: number) => figures.at({ seq, structure: null });
  const corrected = minus(await own(after.seq), await own(before.seq));
  return [
    ...made('error', about.words, corrected),
    ...made('structure', `${about.words}, of entities whose share has changed since`, minus(change, corrected)),
  ];
}

async function statedEvent(
  figures: Figures,
  { content: event, seq }: Stated<BaseYearEventInput>,
  at: State,
): Promise<FoundEvent> {
  const common = {
    day: event.day,
    cause: event.cause,
    title: event.title,
    text: event.text ?? '',
    approvedBy: event.approved_by ?? '',
    entries: null,
    statedIn: seq,
    structure: null,
    at,
  };
  if (event.changes) {
    const change = { ...NOTHING };
    for (const { scope, co2e_t } of event.changes) change[scope] = Rational.parse(co2e_t);
    return {
      ...common,
      kind: 'stated',
      words: 'Amounts as stated, not read from lines',
      change,
      refs: null,
      stated: true,
    };
  }
  const { direction, where, to_scope: toScope = '1' } = event.moved!;
  const filters = Object.fromEntries(Object.entries(where).filter(([, values]) => values && values.length > 0));
  const found = await figures.at(at, filters).catch((error) => {
    // A name that the books did not know yet, or no longer know, has no lines.
    if (error instanceof FootingError && error.code === 'invalid') return NOTHING;
    throw error;
  });
  const named = Object.values(filters).flat().join(', ');
  const scopes: ScopeName[] = direction === 'outsourced' ? ['1', '2'] : ['3'];
  if (scopes.every((scope) => found[scope].isZero())) {
    const words = `The base year has no lines of ${named} in ${direction === 'outsourced' ? 'scopes 1 and 2' : 'scope 3'}: nothing moves`;
    return { ...common, kind: direction, words, change: NOTHING, refs: null, stated: false };
  }
  const ref = inventoryRef({ ...figures.queryAt(at), filters: { ...filters, scope: scopes } }, {});
  if (direction === 'outsourced') {
    const gone = found['1'].add(found['2']);
    const change: Amounts = { '1': found['1'].neg(), '2': found['2'].neg(), '3': gone };
    const words = `Scopes 1 and 2 of ${named} in the base year are caused by others now: they move to scope 3`;
    return {
      ...common,
      kind: direction,
      words,
      change,
      refs: { before: ref, after: ref },
      stated: false,
    };
  }
  const change: Amounts = { ...NOTHING, '3': found['3'].neg(), [toScope]: found['3'] };
  const words = `Scope 3 of ${named} in the base year is caused by the organisation itself now: it moves to scope ${toScope}`;
  return { ...common, kind: direction, words, change, refs: { before: ref, after: ref }, stated: false };
}

/** Entries after `first` that change lines of the period, what they are counted by, or what scope 2 is covered by. */
async function entriesThatTouch(context: ReadContext, { query, scope2 }: BasePeriod, first: number): Promise<number[]> {
  const after = 'seq > {first:UInt64} AND seq <= {seq:UInt64}';
  const tables = [
    ...(query.approach === undefined ? [] : ['entities', 'ownership']),
    ...(scope2 === 'market' ? ['instruments', 'residual_mixes', 'own_generation', 'methodologies_adopted'] : []),
  ];
  const rows = await read<{ seq: string }>(
    context,
    [
      `SELECT seq FROM inventory_totals WHERE ${after} AND month >= toDate32({from:String}) AND month <= toDate32({to:String})`,
      ...tables.map((table) => `SELECT seq FROM ${table} WHERE ${after}`),
    ]
      .map((select) => `SELECT DISTINCT toString(seq) AS seq FROM (${select})`)
      .join(' UNION DISTINCT '),
    { first, seq: context.seq, from: `${query.from}-01`, to: `${query.to}-01` },
  );
  return rows.map(({ seq }) => Number(seq)).sort((a, b) => a - b);
}

/** Days after the beginning of the period, until `until`, on which an edge begins or ends. */
async function daysOfChange(context: ReadContext, { query }: BasePeriod, until: Day): Promise<Day[]> {
  if (query.approach === undefined) return [];
  const { edges } = await organisationAsOf(context, context.seq);
  const from = `${query.from}-01`;
  const days = edges.flatMap((edge) => (edge.to === null ? [edge.from] : [edge.from, edge.to]));
  return [...new Set(days)].filter((day) => day > from && day <= until).sort();
}

/** Whose shares differ between two structures of the same books, in words; null when nobody's does. */
async function sharesBetween(
  context: ReadContext,
  { query }: BasePeriod,
  before: State,
  after: State,
): Promise<{ words: string; risen: boolean; fallen: boolean } | null> {
  const approach = query.approach!;
  const [was, is] = await Promise.all(
    [before, after].map(({ seq, structure }) =>
      boundaryFor({ ...context, seq }, { ...query, approach, ...(structure === null ? {} : { structure }) }),
    ),
  );
  const first = `${query.from}-01`;
  const { last } = monthDays(query.to!);
  const { organisation } = is!.boundary;
  const all = new Set([...is!.names, ...organisation.entities.keys(), ...organisation.edges.map(({ owned }) => owned)]);
  const differs = (name: string) =>
    JSON.stringify(was!.boundary.of(name).stretches) !== JSON.stringify(is!.boundary.of(name).stretches);
  if (![...all].some(differs)) return null;
  const changed = is!.names.flatMap((name) => {
    const [one, other] = [was!.boundary.shareOver(name, first, last), is!.boundary.shareOver(name, first, last)];
    return one.equals(other) ? [] : [{ name, one, other }];
  });
  const listed = changed
    .slice(0, NAMES_MAX)
    .map(({ name, one, other }) => `${name} ${percentOf(one)} to ${percentOf(other)}`);
  const more = changed.length - listed.length;
  return {
    words: `${listed.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    risen: changed.some(({ one, other }) => other.cmp(one) > 0),
    fallen: changed.some(({ one, other }) => other.cmp(one) < 0),
  };
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const item = items[next]!;
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: READ_TOGETHER }, worker));
}

function tooMany(words: string): FootingError {
  return new FootingError('too_large', words, {
    remedy: 'State the base year again, as of a later entry: what happened before is then part of it',
  });
}
