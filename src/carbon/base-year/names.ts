/** What may be chosen in statements about base years, and what holds where nothing is chosen. */
import { TRIGGERS } from './baseYear.ts';

export const SCOPES = ['1', '2', '3'] as const;
export type ScopeName = (typeof SCOPES)[number];
export const SCOPE2_METHODS = ['location', 'market'] as const;
/** What happened, for a reader; the cause decides what it does. */
export const EVENT_CAUSES = [...TRIGGERS, 'organic'] as const;
export type EventCause = (typeof EVENT_CAUSES)[number];
/** Moves of activities between the organisation and others, worked out from the lines of the base year. */
export const MOVES = ['outsourced', 'insourced'] as const;
export const MOVED_BY = ['entity', 'activity', 'country'] as const;

/** Percent of the base above which it is recalculated, unless stated otherwise (SBTi; usual). */
export const THRESHOLD_PERCENT = '5';
export const DEFAULT_BASE_YEAR = 'main';
export const TARGET_KINDS = ['absolute', 'intensity'] as const;
