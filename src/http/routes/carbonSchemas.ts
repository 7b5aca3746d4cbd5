/** The shapes of requests and answers of the carbon book beside its reports. */
import { Type } from 'typebox';
import { ESTIMATES_MAX, FACTS, FURTHER_FIELDS, GWP_SET_NAMES, OPERATORS } from '../../carbon/index.ts';
import { DecimalText, Instant, Next, Nullable } from '../schemas.ts';

const strict = { additionalProperties: false } as const;
const TEXT_CHARACTERS_MAX = 500;
const REASON_CHARACTERS_MAX = 1_000;
export const CHOICES_MAX = 10_000;
const CONDITIONS_MAX = 20;
const CONDITION_VALUES_MAX = 1_000;
export const CANDIDATES_MAX = 20;
export const CANDIDATES_DEFAULT = 3;
export const QUEUE_PAGE_MAX = 200;
export const QUEUE_PAGE_DEFAULT = 50;

export const text = (description: string) => Type.String({ maxLength: TEXT_CHARACTERS_MAX, description });
export const optional = (description: string) => Type.Optional(text(description));
export const Gwp = Type.Enum([...GWP_SET_NAMES], { default: 'AR5', description: 'Set of 100-year potentials' });

const target = {
  factor: Type.Optional(
    Nullable(text('Id of the factor to use whatever the place and year; null leaves the activity out, with a reason')),
  ),
  family: optional('Name of the factors to use: place, unit and year decide among them'),
  reason: Type.Optional(Type.String({ maxLength: REASON_CHARACTERS_MAX, description: 'Why' })),
};
export const DecisionSchema = Type.Object(
  {
    activity: Type.String({
      minLength: 1,
      maxLength: TEXT_CHARACTERS_MAX,
      description: 'The activity as it is stated',
    }),
    ...Object.fromEntries(
      FACTS.filter((fact) => fact !== 'activity').map((fact) => [
        fact,
        optional(`Only with this ${fact}; any when absent`),
      ]),
    ),
    ...target,
  },
  { ...strict, description: 'Remembered: it holds for later activities too, until another decision or its undoing' },
);
export const RuleSchema = Type.Object(
  {
    rule: Type.String({
      minLength: 1,
      maxLength: TEXT_CHARACTERS_MAX,
      description: 'Name of the rule; another of this name takes its place',
    }),
    when: Type.Array(
      Type.Object(
        {
          field: Type.String({
            pattern: `^(${[...FACTS, ...FURTHER_FIELDS].join('|')}|attributes\\..{1,100})$`,
            description: `One of ${[...FACTS, ...FURTHER_FIELDS].join(', ')}, or an attribute: attributes.cost_centre`,
          }),
          op: Type.Enum([...OPERATORS]),
          values: Type.Array(text('Capitals and white space do not count'), {
            minItems: 1,
            maxItems: CONDITION_VALUES_MAX,
          }),
        },
        strict,
      ),
      { minItems: 1, maxItems: CONDITIONS_MAX, description: 'All must hold' },
    ),
    priority: Type.Optional(
      Type.Integer({ minimum: -1_000_000, maximum: 1_000_000, description: 'Higher goes first' }),
    ),
    first_year: Type.Optional(Type.Integer({ minimum: 1900, maximum: 2200, description: 'First year of activities' })),
    last_year: Type.Optional(Type.Integer({ minimum: 1900, maximum: 2200, description: 'Last year of activities' })),
    ...target,
  },
  strict,
);

const ChoiceSchema = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(['decision', 'rule']),
    rule: Nullable(Type.String()),
    when: Type.Array(
      Type.Object({ field: Type.String(), op: Type.String(), values: Type.Array(Type.String()) }, strict),
    ),
    factor: Nullable(Type.String()),
    family: Nullable(Type.String()),
    left_out: Type.Boolean(),
    reason: Type.String(),
    priority: Type.Integer(),
    first_year: Nullable(Type.Integer()),
    last_year: Nullable(Type.Integer()),
    actor: Type.String({ description: 'Who stated it' }),
    recorded_at: Instant,
  },
  strict,
);
export const ChoicesSchema = Type.Object(
  { choices: Type.Array(ChoiceSchema), total: Type.Integer(), next: Next },
  { ...strict, description: 'In force, in the order in which they were stated' },
);

export const PreviewSchema = Type.Object(
  {
    preview: Type.Literal(true),
    seq: Type.Integer({ description: 'Entry as of which the effect is calculated' }),
    gwp: Gwp,
    descriptors: Type.Integer({ description: 'Descriptions by year that are decided otherwise than now' }),
    lines: Type.Integer(),
    before_kg: DecimalText,
    after_kg: DecimalText,
    change_kg: DecimalText,
    choices: Type.Array(Type.Object({ lines: Type.Integer(), change_kg: DecimalText }, strict)),
    held_lines: Type.Integer(),
    still_held: Type.Array(
      Type.Object(
        {
          activity: Type.String(),
          year: Type.Integer(),
          reason: Type.String(),
          detail: Type.String(),
          lines: Type.Integer(),
        },
        strict,
      ),
    ),
    other_basis_lines: Type.Integer({
      description: 'Lines not in the figures: amount and quantity change places, or a day has no rate',
    }),
  },
  { ...strict, description: 'What would happen; nothing is stated' },
);

const CandidateSchema = Type.Object(
  {
    family: Type.String(),
    factor: Type.String(),
    score: DecimalText,
    reasons: Type.Array(Type.String()),
  },
  strict,
);
export const QueueSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          activity: Type.String(),
          unit: Type.String(),
          currency: Type.String(),
          country: Type.String(),
          region: Type.String(),
          category: Type.String(),
          reason: Type.String(),
          words: Type.String(),
          detail: Type.String(),
          years: Type.Array(Type.Integer()),
          lines: Type.Integer(),
          quantity: Nullable(DecimalText),
          amount: Nullable(DecimalText),
          candidates: Type.Array(
            Type.Object(
              {
                ...CandidateSchema.properties,
                co2e_kg: Type.String({ description: 'What choosing the family would add to scopes 1 to 3' }),
                years_held: Type.Array(Type.Integer(), { description: 'Years that would stay held all the same' }),
                held_words: Type.String({ description: 'Why the first of them would; empty = none would' }),
                ref: Type.String({ description: 'For /api/explain: where co2e_kg comes from' }),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
    total: Type.Integer({ description: 'Descriptions in all' }),
    next: Next,
  },
  strict,
);

const factorBrief = {
  id: Type.String(),
  family: Type.String({ description: 'Its name; factors of one name differ in unit, region or validity' }),
  release: Type.String(),
  scope: Type.String(),
  category: Nullable(Type.Integer()),
  also_categories: Type.Array(Type.Integer()),
  method: Type.String(),
  life_cycle_stage: Type.String(),
  unit: Type.String(),
  region: Type.String(),
  valid_from: Type.String(),
  valid_to: Type.String({ description: 'No longer valid on this day' }),
  gwp_source: Type.String({ description: 'Set of potentials that the source calculated with' }),
  co2e_source_kg: Nullable(Type.String({ description: 'kg CO2e per unit as published' })),
};
const co2eUnderEach = Type.Record(Type.String(), Nullable(DecimalText), {
  description: 'kg CO2e per unit under each set; null where the set has no potential for the gas',
});
export const FactorListSchema = Type.Object(
  {
    factors: Type.Array(Type.Object({ ...factorBrief, co2e_kg: co2eUnderEach, score: Nullable(DecimalText) }, strict)),
    total: Type.Integer(),
    next: Next,
  },
  strict,
);
export const FactorSchema = Type.Object(
  {
    ...factorBrief,
    aliases: Type.Array(Type.String()),
    accompanies: Nullable(Type.String({ description: 'Family along with which it is drawn in' })),
    gases_kg: Type.Record(Type.String(), DecimalText, { description: 'kg of each gas per unit' }),
    other_gas: Nullable(Type.String()),
    all_gases_kg: Nullable(
      Type.Record(Type.String(), DecimalText, {
        description: 'Where the source states more gases than lines hold: each of them; `unspecified` is kg CO2e',
      }),
    ),
    derived_from_co2e: Type.Boolean({ description: 'Gas masses are the published CO2e of the gas / its potential' }),
    co2e_kg: co2eUnderEach,
    uncertainty_percent: Nullable(
      Type.String({ description: 'Half-width of the 95 % interval in per cent; null where the source states none' }),
    ),
    source: Type.Object({ table: Type.String(), row: Type.String() }, strict),
    publication: Type.Object(
      {
        id: Type.String(),
        title: Type.String(),
        publisher: Type.String(),
        year: Type.Integer(),
        edition: Type.String(),
        licence: Type.String(),
        licence_url: Type.String(),
        attribution: Type.String(),
        url: Type.String(),
        content_hash: Type.String({ description: 'SHA-256 of the factors' }),
      },
      strict,
    ),
    notes: Type.String(),
  },
  strict,
);

export const EstimateItemSchema = Type.Object(
  {
    activity: Type.Optional(text('Name of the activity, or id of a factor')),
    factor: optional('Id of the factor to use'),
    quantity: Type.Optional(Nullable(Type.Union([DecimalText, Type.Number()]))),
    unit: optional('Unit of the quantity'),
    amount: Type.Optional(Nullable(Type.Union([DecimalText, Type.Number()]))),
    currency: optional('Currency of the amount'),
    date: Type.String({
      maxLength: 10,
      description: 'Day, YYYY-MM-DD; its year decides the factor',
      examples: ['2025-03-01'],
    }),
    country: optional('ISO 3166-1 alpha-2'),
    region: optional('State or grid subregion'),
    category: optional('Scope-3 category'),
    method: optional('Calculation method, see /api/carbon/methods; its inputs are attributes'),
    attributes: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), text('Input or further fact'))),
    supplier: optional('Supplier, for rules that ask for it'),
    entity: optional('Entity, for rules that ask for it'),
    data_quality: optional('Data quality, for rules that ask for it'),
  },
  strict,
);

const ITEM_CHARACTERS_MAX: ReadonlyMap<string, number> = new Map([
  ['date', 10],
  ...[
    'activity',
    'factor',
    'unit',
    'currency',
    'country',
    'region',
    'category',
    'supplier',
    'entity',
    'data_quality',
  ].map((name): [string, number] => [name, TEXT_CHARACTERS_MAX]),
]);
const PLAIN_DECIMAL = /^\d{1,15}(\.\d{1,12})?$/;

/** True of bodies of estimates that the schema accepts too: texts and plain numbers, without methods. See `acceptedQuickly`. */
export function plainEstimates(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const { items, candidates = 0, gwp = 'AR5', ...further } = body as Record<string, unknown>;
  if (Object.keys(further).length > 0 || !(GWP_SET_NAMES as readonly unknown[]).includes(gwp)) return false;
  if (!Number.isInteger(candidates) || Number(candidates) < 0 || Number(candidates) > CANDIDATES_MAX) return false;
  return Array.isArray(items) && items.length > 0 && items.length <= ESTIMATES_MAX && items.every(isPlainItem);
}

function isPlainItem(item: unknown): boolean {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false;
  for (const name in item) {
    const value = (item as Record<string, unknown>)[name];
    if (name === 'quantity' || name === 'amount') {
      if (typeof value === 'string' ? !PLAIN_DECIMAL.test(value) : !Number.isSafeInteger(value)) return false;
    } else {
      const most = ITEM_CHARACTERS_MAX.get(name);
      if (most === undefined || typeof value !== 'string' || value.length > most) return false;
    }
  }
  return typeof (item as { date?: unknown }).date === 'string';
}

const EstimateResultSchema = Type.Union([
  Type.Object(
    {
      outcome: Type.Literal('estimated'),
      co2e_kg: Type.String({ description: 'Scopes 1 to 3 together, exact' }),
      chosen_by: Type.String({ description: 'name, line, text, or the id of the decision or rule' }),
      score: Nullable(DecimalText),
      lines: Type.Array(
        Type.Object(
          {
            factor: Type.String({ description: 'See `factors`' }),
            scope: Type.String(),
            category: Nullable(Type.Integer()),
            method: Type.String(),
            basis: Type.Enum(['quantity', 'spend']),
            co2e_kg: DecimalText,
            gases_kg: Type.Record(Type.String(), DecimalText, { description: 'Gases that are not zero' }),
            other_gas: Nullable(Type.String()),
            flags: Type.Array(Type.String(), { description: 'Fallbacks and whatever else a reader must know' }),
          },
          strict,
        ),
      ),
    },
    strict,
  ),
  Type.Object(
    {
      outcome: Type.Literal('held'),
      reason: Type.String(),
      words: Type.String(),
      detail: Type.String(),
      candidates: Nullable(Type.Array(CandidateSchema)),
    },
    strict,
  ),
  Type.Object({ outcome: Type.Literal('invalid'), field: Type.String(), reason: Type.String() }, strict),
]);
const estimateAnswer = {
  seq: Type.Integer({ description: 'Entry as of which factors and decisions count' }),
  gwp: Gwp,
  counts: Type.Object({ estimated: Type.Integer(), held: Type.Integer(), invalid: Type.Integer() }, strict),
  factors: Type.Record(Type.String(), Type.Object(factorBrief, strict)),
};
export const EstimatesSchema = Type.Object({ ...estimateAnswer, results: Type.Array(EstimateResultSchema) }, strict);
