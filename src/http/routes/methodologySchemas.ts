/** What a methodology, and a difference between two inventories, look like over HTTP. */
import { Type } from 'typebox';
import { APPROACHES, CAUSES, GRANULARITIES, GWP_SET_NAMES, METHANE_RULES, TIME_POLICIES } from '../../carbon/index.ts';
import { DecimalText, Nullable } from '../schemas.ts';

const strict = { additionalProperties: false } as const;

export const optional = <T extends Type.TSchema>(schema: T) => Type.Optional(schema);
export const Name = Type.String({
  maxLength: 200,
  description: 'name@version, or a name for its last version',
  examples: ['group-2025@2'],
});

export const parameters = {
  gwp: optional(Type.Enum([...GWP_SET_NAMES], { description: 'Set of 100-year potentials' })),
  approach: optional(
    Type.Enum([...APPROACHES], { description: 'Consolidation approach; none: everything counts wholly' }),
  ),
  parent: optional(Type.String({ maxLength: 255, description: 'Entity that reports' })),
  releases: optional(
    Nullable(
      Type.Array(Type.String({ maxLength: 200 }), {
        maxItems: 1_000,
        description: 'Factor releases that may be used; null: all that are adopted',
      }),
    ),
  ),
  time: optional(
    Type.Enum([...TIME_POLICIES], { description: "Which year's factor stands in where the activity's year has none" }),
  ),
  gap_years_max: optional(Type.Integer({ minimum: 0, maximum: 50, description: 'Years between activity and factor' })),
  geography: optional(
    Type.Object(
      {
        world: optional(Type.Boolean({ description: 'A factor for the world may stand in' })),
        other_countries: optional(Type.Boolean({ description: "Another country's may, where no grid is concerned" })),
        assume_only: optional(Type.Boolean({ description: 'Without a country, the only region there is' })),
      },
      strict,
    ),
  ),
  radiative_forcing: optional(Type.Enum(['as_stated', 'included', 'excluded'])),
  units: optional(
    Type.Record(Type.String({ maxLength: 50 }), Type.String({ maxLength: 50 }), {
      description: 'Meaning of ambiguous names of units',
    }),
  ),
  threshold: optional(
    Nullable(Type.String({ description: 'Score from which a similar text is used without a decision; null: never' })),
  ),
  fx: optional(Type.Enum(['transaction_date', 'year_average'])),
  deflate: optional(Type.Boolean({ description: 'Bring spend to the price year of the factor' })),
  methane: optional(Type.Enum([...METHANE_RULES], { description: 'Which potential methane takes' })),
  scope2: optional(
    Type.Object(
      {
        granularity: optional(
          Type.Enum([...GRANULARITIES, 'hour'], {
            description: 'Period within which instruments and use are matched; hour is not offered',
          }),
        ),
        vintage_months_before: optional(Type.Integer({ minimum: 0, maximum: 24 })),
        vintage_months_after: optional(Type.Integer({ minimum: 0, maximum: 24 })),
        markets: optional(
          Type.Record(Type.String({ maxLength: 100 }), Type.Array(Type.String({ maxLength: 2 }), { maxItems: 250 }), {
            description: 'Markets of several countries',
          }),
        ),
      },
      strict,
    ),
  ),
  oxidation: optional(Type.String({ maxLength: 40 })),
  carbon_to_co2: optional(Type.String({ maxLength: 60 })),
  net_gross: optional(
    Type.Object(
      {
        gas: optional(Type.String({ maxLength: 40 })),
        liquid: optional(Type.String({ maxLength: 40 })),
        coal: optional(Type.String({ maxLength: 40 })),
      },
      strict,
    ),
  ),
};
export const ParametersSchema = Type.Object(parameters, {
  ...strict,
  description: 'Those that are given; the others are as in default@1',
});

export const MethodologySchema = Type.Object(
  {
    id: Name,
    name: Type.String(),
    version: Type.Integer(),
    in_force: Type.Boolean(),
    seq: Nullable(Type.Integer({ description: 'Entry that stated it; null for default@1' })),
    actor: Nullable(Type.String()),
    recorded_at: Nullable(Type.String()),
    parameters: Type.Object(parameters, { ...strict, description: 'All of them' }),
  },
  strict,
);

const effects = Type.Object(
  Object.fromEntries(CAUSES.map((cause) => [cause, DecimalText])) as Record<
    (typeof CAUSES)[number],
    typeof DecimalText
  >,
  { ...strict, description: 'kg CO2e by cause; they add up to the change' },
);
const ref = Type.String({ description: 'For /api/explain' });
const refs = Type.Object(
  {
    before: Nullable(Type.String({ description: 'For /api/explain; null where it is not what the books say' })),
    after: ref,
    change: ref,
    effects: Type.Object(
      Object.fromEntries(CAUSES.map((cause) => [cause, Nullable(ref)])) as Record<
        (typeof CAUSES)[number],
        ReturnType<typeof Nullable<typeof ref>>
      >,
      { ...strict, description: 'null: the cause has no effect' },
    ),
  },
  strict,
);
const SideSchema = Nullable(
  Type.Object(
    {
      co2e_kg: DecimalText,
      used: Nullable(DecimalText),
      unit: Type.String(),
      method: Type.String(),
      factors: Type.Array(Type.String()),
    },
    strict,
  ),
);
const PositionSchema = Type.Object(
  {
    seq: Type.Integer(),
    from: Nullable(Type.String()),
    to: Nullable(Type.String()),
    methodology: Type.String(),
    gwp: Type.String(),
    co2e_kg: DecimalText,
    scope_2_market_kg: Nullable(
      Type.String({ description: 'Scope 2 by the market-based method; the total is location-based' }),
    ),
    scope_2_market_ref: Nullable(
      Type.String({ description: 'For /api/explain; null where no stated methodology gives that figure' }),
    ),
    held_lines: Nullable(
      Type.Integer({ description: 'Lines held back, where the methodology decides otherwise than the books' }),
    ),
    as_posted_lines: Type.Integer({
      description: 'Lines left as they are posted, because what would be multiplied is in no posted sum',
    }),
  },
  strict,
);
export const DifferenceSchema = Type.Object(
  {
    before: PositionSchema,
    after: PositionSchema,
    change_kg: DecimalText,
    change_percent: Nullable(Type.String()),
    effects,
    refs,
    words: Type.Record(Type.String(), Type.String(), { description: 'What each cause means' }),
    by_category: Type.Array(
      Type.Object(
        { scope: Type.String(), category: Type.String(), before_kg: DecimalText, after_kg: DecimalText, effects, refs },
        strict,
      ),
    ),
    changes: Type.Array(
      Type.Object(
        {
          entity: Type.String(),
          activity: Type.String(),
          country: Type.String(),
          scope: Type.String(),
          category: Type.String(),
          before: SideSchema,
          after: SideSchema,
          effects,
          ref,
        },
        strict,
      ),
      { description: 'The largest changes of single activities' },
    ),
    changes_total: Type.Integer(),
    by_entity: Type.Boolean({ description: 'Whether entities are told apart' }),
    exact: Type.Boolean({ description: 'The effects add up to the change, to the last digit' }),
  },
  strict,
);
