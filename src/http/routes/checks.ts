/** Checks of the carbon book's data over HTTP. */
import { type TProperties, Type } from 'typebox';
import {
  type Approach,
  CHECK_COUNTS,
  checkRef,
  completeness,
  duplicates,
  financedQuality,
  type InventoryQuery,
  intensityOutliers,
  negatives,
  OUTLIER_TIMES,
  periodFindings,
  qualityOf,
  SCREENING_STATUSES,
  screeningOf,
  spendQuality,
  unitOutliers,
} from '../../carbon/index.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, Day, DecimalText, Month, Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { boundaryParameters } from './inventory.ts';

const strict = { additionalProperties: false } as const;
/** Findings of one kind in an answer. */
const FINDINGS_MAX = 1_000;
const FINDINGS_DEFAULT = 100;

const period = { from: Type.Optional(Month), to: Type.Optional(Month) };
const limit = Type.Integer({ minimum: 1, maximum: FINDINGS_MAX, default: FINDINGS_DEFAULT });
const offset = Type.Integer({ minimum: 0, default: 0, description: 'Rows before the page' });
const times = Type.String({
  pattern: '^\\d{1,6}(\\.\\d{1,6})?$',
  default: OUTLIER_TIMES,
  description: 'Named is what is this many times above or below the median',
});

const RecordRef = Type.String({ description: 'The record, for /api/explain', examples: ['record/activities/12.7'] });
const FigureRef = Nullable(Type.String({ description: 'For /api/explain; null where nothing is' }));

const Activities = findings({
  external_id: Type.String(),
  entity: Type.String(),
  activity: Type.String(),
  quantity: Type.String(),
  unit: Type.String(),
  amount: Type.String(),
  currency: Type.String(),
  start_date: Day,
  end_date: Day,
  supplier: Type.String(),
  words: Type.String(),
  ref: RecordRef,
});

function findings(columns: TProperties) {
  return Type.Object(
    { findings: Type.Array(Type.Object(columns, strict)), total: Type.Integer({ description: 'Findings in all' }) },
    strict,
  );
}

const Percent = Nullable(Type.String({ description: 'Percent, two decimals; null where the total is 0' }));

const CompletenessSchema = Type.Object(
  {
    months: Type.Array(Month),
    rows: Type.Array(
      Type.Object(
        {
          entity: Type.String(),
          activity: Type.String(),
          scope: Type.Integer(),
          cells: Type.Array(
            Type.Object(
              {
                month: Month,
                state: Type.Enum(['complete', 'partial', 'missing', 'outside'], {
                  description: 'outside: the entity had not opened or had closed',
                }),
                days: Type.Integer(),
                ref: FigureRef,
              },
              strict,
            ),
          ),
          missing: Type.Integer(),
          partial: Type.Integer(),
        },
        strict,
      ),
    ),
    total: Type.Integer({ description: 'Rows of all pages; the counts are of all of them too' }),
    entities_without: Type.Array(Type.String(), { description: 'Sites and assets without any energy in these months' }),
    missing: Type.Integer(),
    partial: Type.Integer(),
  },
  strict,
);

const PeriodsSchema = findings({
  kind: Type.Enum(['gap', 'overlap']),
  entity: Type.String(),
  activity: Type.String(),
  supplier: Type.String(),
  meter: Type.String(),
  from: Day,
  to: Day,
  before: Type.String({ description: 'Key of the activity before' }),
  after: Type.String({ description: 'Key of the activity after' }),
  before_ref: RecordRef,
  after_ref: RecordRef,
});

const OutliersSchema = findings({
  against: Type.Enum(['history', 'peers']),
  entity: Type.String(),
  month: Month,
  scope: Type.String(),
  co2e_kg: DecimalText,
  value: Type.String({ description: 'kg CO2e; against peers kg CO2e per square metre' }),
  median: Type.String(),
  times: Type.String(),
  ref: Type.String({ description: 'For /api/explain' }),
});

const DuplicatesSchema = findings({
  entity: Type.String(),
  activity: Type.String(),
  supplier: Type.String(),
  document: Type.String(),
  quantity: Type.String(),
  unit: Type.String(),
  amount: Type.String(),
  currency: Type.String(),
  start_date: Day,
  end_date: Day,
  external_ids: Type.Array(Type.String()),
  refs: Type.Array(RecordRef),
  count: Type.Integer(),
});

const QualitySchema = Type.Object(
  {
    total_kg: DecimalText,
    shares: Type.Array(
      Type.Object(
        {
          data_quality: Type.String(),
          kind: Type.Enum(['primary', 'estimate', 'score', 'other', 'not_stated']),
          co2e_kg: DecimalText,
          percent: Percent,
          lines: Type.Integer(),
          ref: Type.String({ description: 'For /api/explain' }),
        },
        strict,
      ),
    ),
    by_category: Type.Array(
      Type.Object(
        {
          scope: Type.String(),
          category: Type.String({ description: 'Empty where scopes 1 and 2 have none' }),
          co2e_kg: DecimalText,
          primary_percent: Percent,
          estimated_percent: Percent,
          ref: Type.String({ description: 'For /api/explain' }),
        },
        strict,
      ),
      { description: 'By scope and category' },
    ),
    estimated_percent: Percent,
    primary_percent: Percent,
    scope_3_primary_percent: Percent,
    score: Nullable(Type.String({ description: 'Emissions-weighted mean of the scores 1 to 5 that are stated' })),
    scored_percent: Percent,
    financed: Type.Array(
      Type.Object(
        {
          currency: Type.String(),
          outstanding: DecimalText,
          scored_percent: Percent,
          score: Nullable(Type.String({ description: 'Mean of the scores 1 to 5, weighted by outstanding amounts' })),
          ref: Type.String({ description: 'The financed emissions, for /api/explain' }),
        },
        strict,
      ),
      { description: 'Data quality of financed emissions (PCAF), whatever the boundary' },
    ),
    spend: Type.Array(
      Type.Object(
        {
          currency: Type.String(),
          amount: DecimalText,
          primary_percent: Percent,
          ref: Type.String({ description: 'For /api/explain' }),
        },
        strict,
      ),
      {
        description: 'Share of primary data by spend: of the amounts that are stated, in each currency',
      },
    ),
    refs: Type.Object(
      { total: FigureRef, estimated: FigureRef, primary: FigureRef, scope_3_primary: FigureRef, scored: FigureRef },
      { ...strict, description: 'What is of these qualities' },
    ),
  },
  strict,
);

const ScreeningSchema = Type.Object(
  {
    categories: Type.Array(
      Type.Object(
        {
          category: Type.Integer(),
          name: Type.String(),
          status: Type.Enum([...SCREENING_STATUSES, 'not_screened']),
          reason: Type.String(),
          estimate_t: Nullable(Type.String()),
          co2e_t: DecimalText,
          lines: Type.Integer(),
          ref: FigureRef,
          problem: Type.String({ description: 'What does not go together' }),
        },
        strict,
      ),
    ),
  },
  strict,
);

const SummarySchema = Type.Object(
  {
    seq: Type.Integer(),
    missing_months: Type.Integer(),
    partial_months: Type.Integer(),
    entities_without_energy: Type.Integer(),
    gaps_and_overlaps: Type.Integer(),
    intensity_outliers: Type.Integer(),
    unit_outliers: Type.Integer(),
    duplicates: Type.Integer({ description: 'Groups of activities that may be one' }),
    negatives: Type.Integer(),
    categories_without_reason: Type.Integer(),
    estimated_percent: Percent,
    primary_percent: Percent,
    scope_3_primary_percent: Percent,
    score: Nullable(Type.String()),
    refs: Type.Record(Type.String(), Type.String(), {
      description: 'Count -> what it has counted, for /api/explain; the shares have theirs in /quality',
    }),
  },
  strict,
);

type Asked = Record<string, string | number | undefined>;

function periodOf({ from, to }: Asked): { from?: string; to?: string } {
  return { ...(from === undefined ? {} : { from: String(from) }), ...(to === undefined ? {} : { to: String(to) }) };
}

function queryOf(asked: Asked): InventoryQuery {
  const { approach, parent } = asked;
  if (approach === undefined || approach === 'none') return periodOf(asked);
  return {
    ...periodOf(asked),
    approach: approach as Approach,
    ...(parent === undefined ? {} : { parent: String(parent) }),
  };
}

export function checkRoutes(app: Scope, context: HttpContext): void {
  const bounded = { ...period, ...boundaryParameters };
  const check = (
    path: string,
    summary: string,
    parameters: TProperties,
    answer: TProperties[string],
    work: (read: ReadContext, asked: Asked) => Promise<unknown>,
  ) =>
    app.get(
      `/api/carbon/checks${path}`,
      {
        config: { access: 'read' },
        schema: {
          tags: [TAGS.reports],
          summary,
          querystring: Type.Object({ ...parameters, as_of: AsOf }, strict),
          response: { 200: answer, ...problemAnswers },
        },
      },
      async (request, reply) => {
        const read = await openRead(context, request, reply, 'carbon');
        if (read === null) return reply;
        return work(read, request.query as Asked);
      },
    );

  check('', 'All checks of the activity data, counted', bounded, SummarySchema, async (read, asked) => {
    const query = queryOf(asked);
    const [grid, periods, months, units, twice, negative, screened, quality] = [
      await completeness(read, { ...periodOf(asked), limit: 0 }),
      await periodFindings(read, { ...periodOf(asked), limit: 1 }),
      await intensityOutliers(read, query),
      await unitOutliers(read, 1),
      await duplicates(read, 1),
      await negatives(read, 1),
      await screeningOf(read, query),
      await qualityOf(read, query),
    ];
    return {
      seq: read.seq,
      missing_months: grid.missing,
      partial_months: grid.partial,
      entities_without_energy: grid.entities_without.length,
      gaps_and_overlaps: periods.total,
      intensity_outliers: months.length,
      unit_outliers: units.total,
      duplicates: twice.total,
      negatives: negative.total,
      categories_without_reason: screened.filter(({ problem }) => problem !== '').length,
      estimated_percent: quality.estimated_percent,
      primary_percent: quality.primary_percent,
      scope_3_primary_percent: quality.scope_3_primary_percent,
      score: quality.score,
      refs: Object.fromEntries(CHECK_COUNTS.map((name) => [name, checkRef(name, query)])),
    };
  });
  check(
    '/completeness',
    'Which entity lacks which month of which energy',
    { ...period, limit, offset },
    CompletenessSchema,
    (read, asked) =>
      completeness(read, { ...periodOf(asked), limit: Number(asked.limit), offset: Number(asked.offset) }),
  );
  check(
    '/periods',
    'Gaps and overlaps between the periods of one meter',
    { ...period, limit },
    PeriodsSchema,
    (read, asked) => periodFindings(read, { ...periodOf(asked), limit: Number(asked.limit) }),
  );
  check(
    '/outliers',
    'Months whose emissions are far from the history of their entity or from its peers',
    { ...bounded, times, limit },
    OutliersSchema,
    async (read, asked) => {
      const found = await intensityOutliers(read, queryOf(asked), String(asked.times));
      return { findings: found.slice(0, Number(asked.limit)), total: found.length };
    },
  );
  check(
    '/units',
    'Quantities so far from their like that the unit may be wrong',
    { limit },
    Activities,
    (read, asked) => unitOutliers(read, Number(asked.limit)),
  );
  check('/duplicates', 'Activities that may have been stated twice', { limit }, DuplicatesSchema, (read, asked) =>
    duplicates(read, Number(asked.limit)),
  );
  check('/negatives', 'Negative quantities and amounts', { limit }, Activities, (read, asked) =>
    negatives(read, Number(asked.limit)),
  );
  check(
    '/quality',
    'Data quality by emissions, share of estimates and of primary data',
    bounded,
    QualitySchema,
    async (read, asked) => {
      const query = queryOf(asked);
      return {
        ...(await qualityOf(read, query)),
        financed: await financedQuality(read, query),
        spend: await spendQuality(read, query),
      };
    },
  );
  check(
    '/screening',
    'The 15 categories of scope 3: figures, or the reason why there are none',
    bounded,
    ScreeningSchema,
    async (read, asked) => ({ categories: await screeningOf(read, queryOf(asked)) }),
  );
}
