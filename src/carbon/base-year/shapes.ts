/**
 * Shapes of base years, their events, targets and the report: declared once, as JSON Schema. The API checks and describes by them, the types
 * of this room and of the command line are made from them.
 */
import { type Static, Type } from 'typebox';
import { Day, Nullable, Seq } from '../../kernel/shapes.ts';
import { GWP_SET_NAMES } from '../catalogue/gwp.ts';
import { APPROACHES } from '../methodology/methodology.ts';
import {
  DEFAULT_BASE_YEAR,
  EVENT_CAUSES,
  type MOVED_BY,
  MOVES,
  SCOPE2_METHODS,
  SCOPES,
  TARGET_KINDS,
  THRESHOLD_PERCENT,
} from './names.ts';

const strict = { additionalProperties: false } as const;
const TEXT_CHARACTERS_MAX = 4_000;
const Name = Type.String({ maxLength: 100, examples: ['main'] });
const Month = Type.String({ maxLength: 7, description: 'YYYY-MM, inclusive', examples: ['2020-01'] });
const Tonnes = Type.String({ description: 't CO2e, exact', examples: ['8000'] });
const Percent = Type.String({ examples: ['5'] });
const Scopes = Type.Array(Type.Enum([...SCOPES]), { minItems: 1, maxItems: 3, examples: [['1', '2']] });
const approved = {
  text: Type.Optional(Type.String({ maxLength: TEXT_CHARACTERS_MAX, description: 'Why, for the report' })),
  approved_by: Type.Optional(Type.String({ maxLength: 255 })),
};

export const BaseYearBody = Type.Object(
  {
    name: Type.Optional(
      Type.String({ maxLength: 100, description: `Tells several base years apart; default: ${DEFAULT_BASE_YEAR}` }),
    ),
    from: Month,
    to: Type.String({
      maxLength: 7,
      description: 'Last month. Several whole years: their average is the base',
      examples: ['2020-12'],
    }),
    approach: Type.Optional(Type.Enum([...APPROACHES], { description: 'Default: that of the methodology in force' })),
    parent: Type.Optional(Type.String({ maxLength: 255 })),
    gwp: Type.Optional(Type.Enum([...GWP_SET_NAMES], { description: 'Default: that of the methodology in force' })),
    scope_2: Type.Optional(
      Type.Enum([...SCOPE2_METHODS], {
        description: 'Method of scope 2, chosen once for the base year and its targets; default: location',
      }),
    ),
    threshold_percent: Type.Optional(
      Type.String({
        maxLength: 12,
        description: `Change of the tested scopes above which the base is recalculated, alone or with all that is pending; default: ${THRESHOLD_PERCENT}`,
      }),
    ),
    test_scopes: Type.Optional(
      Type.Array(Type.Enum([...SCOPES]), { minItems: 1, maxItems: 3, description: 'Default: all' }),
    ),
    as_of: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Entry as of which the first figure is read; default: this entry' }),
    ),
    ...approved,
  },
  strict,
);

const fields = {
  base_year: Type.Optional(Type.String({ maxLength: 100, description: `Default: ${DEFAULT_BASE_YEAR}` })),
};

const Moved = Type.Optional(Type.Array(Type.String({ maxLength: 255 }), { maxItems: 1_000 }));
type Where = Record<(typeof MOVED_BY)[number], typeof Moved>;

export const EventBody = Type.Object(
  {
    id: Type.String({ maxLength: 100, description: 'Stating it again replaces it', examples: ['logistics-2024'] }),
    ...fields,
    day: Day,
    cause: Type.Enum([...EVENT_CAUSES], { description: 'organic: seen, and never in the base' }),
    title: Type.String({ maxLength: 255, examples: ['Own lorries are replaced by a carrier'] }),
    entries: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), {
        maxItems: 1_000,
        description: 'Entries whose effect it explains, in place of the cause that their kind suggests',
      }),
    ),
    changes: Type.Optional(
      Type.Array(Type.Object({ scope: Type.Enum([...SCOPES]), co2e_t: Type.String({ maxLength: 40 }) }, strict), {
        maxItems: 3,
        description: 'What the books do not hold: estimated or backcast tonnes, negative for what leaves',
      }),
    ),
    moved: Type.Optional(
      Type.Object(
        {
          direction: Type.Enum([...MOVES]),
          where: Type.Object({ entity: Moved, activity: Moved, country: Moved } satisfies Where, strict),
          to_scope: Type.Optional(Type.Enum(['1', '2'], { description: 'Where insourced lines go; default 1' })),
        },
        { ...strict, description: 'Lines of the base year that others cause now, or the organisation itself' },
      ),
    ),
    ...approved,
  },
  { ...strict, description: 'Exactly one of entries, changes and moved says what it amounts to' },
);

export const TargetBody = Type.Object(
  {
    name: Type.String({ maxLength: 100, examples: ['near-term'] }),
    ...fields,
    kind: Type.Optional(Type.Enum([...TARGET_KINDS], { description: 'Default: absolute' })),
    scopes: Scopes,
    target_year: Type.Integer({ minimum: 1901, maximum: 2299, examples: [2030] }),
    reduction_percent: Type.Optional(
      Type.String({ maxLength: 12, description: 'Of the base, by the target year', examples: ['42'] }),
    ),
    annual_percent: Type.Optional(
      Type.String({ maxLength: 12, description: 'Of the base, a year: 4.2 is the path of 1.5 °C', examples: ['4.2'] }),
    ),
    per: Type.Optional(
      Type.Object(
        {
          name: Type.String({ maxLength: 100, examples: ['EUR million of revenue'] }),
          values: Type.Record(Type.String(), Type.String(), {
            description: 'Year to how much of it there was, the base year among them',
            examples: [{ '2020': '480', '2025': '512.4' }],
          }),
        },
        { ...strict, description: 'Intensity: what emissions are divided by' },
      ),
    ),
    ...approved,
  },
  strict,
);

const stated = { stated_in: Seq, stated_by: Type.String(), stated_at: Type.String() };
const Loose = Type.Object({}, { additionalProperties: true });

export const StateSchema = Type.Object(
  {
    seq: Type.Integer(),
    base_years: Type.Array(Type.Object({ ...stated, content: Loose }, strict)),
    events: Type.Array(Type.Object({ ...stated, content: Loose }, strict)),
    targets: Type.Array(Type.Object({ ...stated, content: Loose }, strict)),
  },
  { ...strict, description: 'In force as of the entry; content is as it was stated' },
);

const amounts = { scope_1_t: Tonnes, scope_2_t: Tonnes, scope_3_t: Tonnes, total_t: Tonnes };
const Amounts = Type.Object(amounts, strict);
const Ref = Type.String({ description: 'For /api/explain' });

const StepSchema = Type.Object(
  {
    number: Type.Integer(),
    day: Day,
    cause: Type.Enum([...EVENT_CAUSES]),
    cause_words: Type.String(),
    kind: Type.String(),
    title: Type.String(),
    words: Type.String(),
    text: Type.String(),
    approved_by: Type.String(),
    entries: Nullable(Type.Object({ first: Type.Integer(), last: Type.Integer() }, strict)),
    stated: Type.Boolean({ description: 'Amounts that are stated, not read from lines' }),
    stated_in: Nullable(Type.Integer({ description: 'Entry that stated or labelled it' })),
    change: Amounts,
    percent: Percent,
    cumulative_percent: Type.String({ description: 'With all that is known and not in the base yet' }),
    recalculated: Type.Boolean({ description: 'From here on the base holds this and all that was pending' }),
    base_t: Tonnes,
    before_ref: Nullable(Ref),
    after_ref: Nullable(Ref),
    ref: Ref,
  },
  strict,
);

const TargetSchema = Type.Object(
  {
    name: Type.String(),
    kind: Type.Enum([...TARGET_KINDS]),
    scopes: Type.Array(Type.String()),
    target_year: Type.Integer(),
    annual_percent: Percent,
    unit: Type.String(),
    base: Type.String(),
    target: Type.String(),
    actual: Nullable(Type.String({ description: 'Of the year, restated like the base' })),
    path: Nullable(Type.String({ description: 'Where the straight line from base to target is in the year' })),
    gap: Nullable(Type.String({ description: 'Actual above the path; negative below' })),
    progress_percent: Nullable(Percent),
    expected_percent: Nullable(Percent),
    on_track: Nullable(Type.Boolean()),
    text: Type.String(),
    approved_by: Type.String(),
    stated_in: Seq,
  },
  strict,
);

export const ReportSchema = Type.Object(
  {
    seq: Type.Integer(),
    name: Name,
    from: Month,
    to: Month,
    years: Type.Integer({ description: 'Above 1: the base is their average' }),
    year: Type.Integer(),
    approach: Type.Enum([...APPROACHES]),
    parent: Type.String(),
    gwp: Type.Enum([...GWP_SET_NAMES]),
    base_gwp: Type.Enum([...GWP_SET_NAMES]),
    scope_2: Type.Enum([...SCOPE2_METHODS]),
    threshold_percent: Percent,
    test_scopes: Type.Array(Type.String()),
    ...stated,
    text: Type.String(),
    approved_by: Type.String(),
    original: Type.Object({ ...amounts, as_of: Type.Integer(), ref: Ref }, strict),
    steps: Type.Array(StepSchema, { description: 'What happened to it since, by day; the changes add up' }),
    by_cause: Type.Array(
      Type.Object({ cause: Type.Enum([...EVENT_CAUSES]), words: Type.String(), change: Amounts }, strict),
      { description: 'From the original to the recalculated base, adding up exactly' },
    ),
    recalculated: Type.Object(
      {
        ...amounts,
        steps: Type.Integer({ description: 'How often it was recalculated' }),
        as_of: Type.Integer(),
        structure: Nullable(Day),
      },
      strict,
    ),
    pending: Type.Object(amounts, { ...strict, description: 'Known, and below the threshold so far' }),
    organic: Type.Object(amounts, { ...strict, description: 'Stated as organic: never in the base' }),
    without_lines: Type.Array(Type.String(), {
      description: 'Entities that count now and have no lines in the base year',
    }),
    series: Type.Array(
      Type.Object(
        { year: Type.Integer(), reported: Amounts, restated: Amounts, reported_ref: Ref, restated_ref: Ref },
        strict,
      ),
    ),
    targets: Type.Array(TargetSchema),
    notes: Type.Array(Type.String()),
    ref: Ref,
  },
  strict,
);

export type ShownAmounts = Static<typeof Amounts>;
export type BaseYearStep = Static<typeof StepSchema>;
export type TargetReport = Static<typeof TargetSchema>;
export type BaseYearReport = Static<typeof ReportSchema>;

/** What is stated, with what was left out filled in: it stands so in the journal. */
type Filled<Body, Optional extends keyof Body> = Required<Omit<Body, Optional>> & Pick<Body, Optional>;
type Approved = 'text' | 'approved_by';
/** A base year with its policy. Approach, parent and potentials are those of the methodology in force unless they are stated. */
export type BaseYearInput = Filled<Omit<Static<typeof BaseYearBody>, 'as_of'>, Approved> & {
  /** Entry as of which the first figure is read; null: the entry that states it. */
  as_of: number | null;
};
/** Something that concerns the base year: exactly one of `entries`, `changes` and `moved` says what it amounts to. */
export type BaseYearEventInput = Filled<Static<typeof EventBody>, Approved | 'entries' | 'changes' | 'moved'>;
/** Exactly one of `reduction_percent` and `annual_percent`; `per` of an intensity. */
export type TargetInput = Filled<Static<typeof TargetBody>, Approved | 'reduction_percent' | 'annual_percent' | 'per'>;
