/** Base years, events and targets in the ledger: what their entries add, and what is in force as of an entry. */
import type { Entry } from '../../journal/types.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { insertRows, type Place, read } from '../sql.ts';
import type { BaseYearEventInput, BaseYearInput, TargetInput } from './shapes.ts';
import {
  BASE_YEAR_EVENT_KIND,
  BASE_YEAR_KIND,
  TARGET_KIND,
  WITHDRAW_EVENT_KIND,
  WITHDRAW_TARGET_KIND,
} from './statements.ts';

/** Something stated, and the entry that stated it. */
export interface Stated<T> {
  content: T;
  seq: number;
  actor: string;
  recordedAt: string;
}

export interface BaseYearState {
  baseYears: Map<string, Stated<BaseYearInput>>;
  /** In the order in which they were first stated. */
  events: Map<string, Stated<BaseYearEventInput>>;
  targets: Map<string, Stated<TargetInput>>;
}

/** Writes what an entry of BASE_YEAR_KINDS says. */
export async function applyBaseYear(place: Place, entry: Entry): Promise<void> {
  const content = entry.payload as { name?: string; id?: string };
  await insertRows(place, 'base_year_statements', [
    {
      seq: entry.seq,
      sign: 1,
      kind: entry.kind,
      name: content.name ?? content.id ?? '',
      content: JSON.stringify(content),
      actor: entry.actor,
      recorded_at: entry.recordedAt,
    },
  ]);
}

/** What is in force as of `seq`: of each name what was stated last, unless it was withdrawn since. */
export async function baseYearState(place: Place, seq: number): Promise<BaseYearState> {
  const rows = await read<{
    seq: string;
    kind: string;
    name: string;
    content: string;
    actor: string;
    recorded_at: string;
  }>(
    place,
    `SELECT seq, kind, name, content, actor, recorded_at FROM base_year_statements WHERE seq <= {seq:UInt64} ORDER BY seq`,
    { seq },
  );
  const state: BaseYearState = { baseYears: new Map(), events: new Map(), targets: new Map() };
  for (const row of rows) {
    const stated = <T>(): Stated<T> => ({
      content: JSON.parse(row.content) as T,
      seq: Number(row.seq),
      actor: row.actor,
      recordedAt: row.recorded_at,
    });
    if (row.kind === BASE_YEAR_KIND) state.baseYears.set(row.name, stated());
    else if (row.kind === BASE_YEAR_EVENT_KIND) state.events.set(row.name, stated());
    else if (row.kind === WITHDRAW_EVENT_KIND) state.events.delete(row.name);
    else if (row.kind === TARGET_KIND) state.targets.set(row.name, stated());
    else if (row.kind === WITHDRAW_TARGET_KIND) state.targets.delete(row.name);
  }
  return state;
}

/**
 * The base year of a name; without one the only one, or the one named `main`.
 * @throws FootingError `not_found` when there is none, `invalid` when several may be meant.
 */
export function baseYearNamed({ baseYears }: BaseYearState, name?: string): Stated<BaseYearInput> {
  const found =
    baseYears.get(name ?? 'main') ??
    (name === undefined && baseYears.size === 1 ? [...baseYears.values()][0] : undefined);
  if (found) return found;
  if (baseYears.size === 0 || name !== undefined) {
    throw new FootingError(
      'not_found',
      name === undefined ? 'No base year is stated.' : `There is no base year ${shown(name)}.`,
      {
        remedy:
          baseYears.size === 0
            ? 'State one: footing base-year state 2020, or POST /api/carbon/base-years'
            : `There is ${[...baseYears.keys()].join(', ')}.`,
      },
    );
  }
  throw new FootingError('invalid', 'There are several base years.', {
    problems: [{ field: 'name', value: '', reason: `may be ${[...baseYears.keys()].join(', ')}` }],
  });
}
