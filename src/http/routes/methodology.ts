/** Methodologies, what an inventory would be under another, and what changed between two inventories, by cause. */
import { Type } from 'typebox';
import {
  ADOPT_METHODOLOGY_KIND,
  APPROACHES,
  adoptedReleases,
  CAUSE_WORDS,
  CAUSES,
  type CellChange,
  type Compared,
  checkName,
  checkReleases,
  compare,
  contentOf,
  decidesOtherwise,
  type Effects,
  GRANULARITIES,
  GWP_SET_NAMES,
  METHANE_RULES,
  type Methodology,
  type MethodologyInput,
  methodologies,
  methodologyId,
  methodologyInForce,
  methodologyNamed,
  type PositionQuery,
  type Side,
  STATE_METHODOLOGY_KIND,
  type StatedMethodology,
  scope2Statement,
  TIME_POLICIES,
} from '../../carbon/index.ts';
import type { Json } from '../../journal/types.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, openRead, seqToRead } from '../reading.ts';
import { AsOf, DecimalText, Nullable, problemAnswers, StatedSchema } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { IdempotencyHeaders, idempotencyOf, sendStated } from './records.ts';
import { methodologyOf } from './scope2.ts';

const strict = { additionalProperties: false } as const;
const PERCENT_PLACES = 4;
/** Changes of single activities that an answer lists. */
const CHANGES_DEFAULT = 20;
const CHANGES_MAX = 1_000;

const optional = <T extends Type.TSchema>(schema: T) => Type.Optional(schema);
const Name = Type.String({
  maxLength: 200,
  description: 'name@version, or a name for its last version',
  examples: ['group-2025@2'],
});
const Month = Type.String({ pattern: '^\\d{4}-\\d{2}$', description: 'Month, inclusive', examples: ['2025-01'] });

const parameters = {
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
const ParametersSchema = Type.Object(parameters, {
  ...strict,
  description: 'Those that are given; the others are as in default@1',
});

const MethodologySchema = Type.Object(
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
    held_lines: Nullable(
      Type.Integer({ description: 'Lines held back, where the methodology decides otherwise than the books' }),
    ),
    as_posted_lines: Type.Integer({
      description: 'Lines left as they are posted, because what would be multiplied is in no posted sum',
    }),
  },
  strict,
);
const DifferenceSchema = Type.Object(
  {
    before: PositionSchema,
    after: PositionSchema,
    change_kg: DecimalText,
    change_percent: Nullable(Type.String()),
    effects,
    words: Type.Record(Type.String(), Type.String(), { description: 'What each cause means' }),
    by_category: Type.Array(
      Type.Object(
        { scope: Type.String(), category: Type.String(), before_kg: DecimalText, after_kg: DecimalText, effects },
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

export function methodologyRoutes(app: Scope, context: HttpContext): void {
  const { footing } = context;

  app.get(
    '/api/carbon/methodologies',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Methodologies: every version that was stated, and which is in force',
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: {
          200: Type.Object(
            { seq: Type.Integer(), in_force: Name, methodologies: Type.Array(MethodologySchema) },
            strict,
          ),
          ...problemAnswers,
        },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      const [all, inForce] = await Promise.all([methodologies(read, read.seq), methodologyInForce(read, read.seq)]);
      return {
        seq: read.seq,
        in_force: methodologyId(inForce),
        methodologies: all.map((each) => methodologyView(each, inForce)),
      };
    },
  );

  app.post(
    '/api/carbon/methodologies',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.records],
        summary: 'State a version of a methodology; or see first what adopting it would do',
        description:
          'A version never changes: stating the name again makes the next one. Stating alone changes no figure.',
        headers: IdempotencyHeaders,
        body: Type.Object(
          {
            name: Type.String({ maxLength: 100, examples: ['group-2025'] }),
            parameters: ParametersSchema,
            preview: optional(Type.Boolean({ description: 'Only say what it would do to the inventory' })),
            from: optional(Month),
            to: optional(Month),
          },
          strict,
        ),
        response: { 200: DifferenceSchema, 201: StatedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { name, parameters: given, preview, from, to } = request.body;
      const input = given as MethodologyInput;
      const content = contentOf(input);
      checkName(name);
      const read = await footing.read(accountOf(request), 'carbon');
      if (content.releases !== null) checkReleases(content.releases);
      if (preview) {
        const version =
          (await methodologies(read, read.seq)).filter((each) => each.methodology.name === name).length + 1;
        setSeq(reply, read.seq);
        const before = { context: read, from, to, methodology: await methodologyInForce(read, read.seq) };
        return reply
          .code(200)
          .send(await differenceView(before, { ...before, methodology: { name, version, ...content } }));
      }
      const appended = await footing.journal.append(accountOf(request), {
        kind: STATE_METHODOLOGY_KIND,
        actor: actorOf(request),
        payload: { name, parameters: input } as unknown as Json,
        ...idempotencyOf(request),
      });
      return sendStated(reply, appended, 1);
    },
  );

  app.post(
    '/api/carbon/methodologies/adopt',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.records],
        summary: 'Adopt a methodology: from this entry on the books are kept by it; or see first what that would do',
        headers: IdempotencyHeaders,
        body: Type.Object(
          {
            methodology: Name,
            preview: optional(Type.Boolean({ description: 'Only say what it would do to the inventory' })),
            from: optional(Month),
            to: optional(Month),
          },
          strict,
        ),
        response: { 200: DifferenceSchema, 201: StatedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { methodology: id, preview, from, to } = request.body;
      const read = await footing.read(accountOf(request), 'carbon');
      const methodology = await methodologyNamed(read, id, read.seq);
      if (preview) {
        setSeq(reply, read.seq);
        const before = { context: read, from, to, methodology: await methodologyInForce(read, read.seq) };
        return reply.code(200).send(await differenceView(before, { ...before, methodology }));
      }
      await checkAdopted(read, methodology);
      const appended = await footing.journal.append(accountOf(request), {
        kind: ADOPT_METHODOLOGY_KIND,
        actor: actorOf(request),
        payload: { name: methodology.name, version: methodology.version },
        ...idempotencyOf(request),
      });
      return sendStated(reply, appended, 1);
    },
  );

  app.post(
    '/api/carbon/what-if',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'The inventory under another methodology, with the difference by cause; nothing is stated',
        body: Type.Object(
          {
            methodology: optional(Name),
            parameters: optional(
              Type.Object(parameters, {
                ...strict,
                description: 'Changed in `methodology`, or in the one in force when none is named',
              }),
            ),
            base: optional(
              Type.String({
                maxLength: 200,
                description: 'What it is compared with; default: the methodology in force',
              }),
            ),
            from: optional(Month),
            to: optional(Month),
            as_of: AsOf,
            by_entity: optional(Type.Boolean({ description: 'Tell entities apart; reads all lines' })),
            changes: optional(
              Type.Integer({ minimum: 0, maximum: CHANGES_MAX, description: `Default ${CHANGES_DEFAULT}` }),
            ),
          },
          strict,
        ),
        response: { 200: DifferenceSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { methodology: id, parameters: given = {}, base, from, to, as_of, by_entity, changes } = request.body;
      if (id === undefined && Object.keys(given).length === 0) {
        throw new FootingError(
          'invalid',
          'A what-if needs a methodology, or parameters that change the one in force.',
          {
            problems: [{ field: 'parameters', value: '', reason: 'nothing is changed' }],
          },
        );
      }
      const seq = await seqToRead(context, accountOf(request), as_of);
      const read = await footing.read(accountOf(request), 'carbon', seq);
      const before = { context: read, from, to, methodology: await methodologyOf(read, base) };
      const named = await methodologyOf(read, id);
      const content = contentOf(given as MethodologyInput, named);
      if (content.releases !== null) checkReleases(content.releases);
      const changed = Object.keys(given).length > 0;
      const methodology = {
        ...content,
        name: changed ? `${methodologyId(named)}, changed` : named.name,
        version: named.version,
      };
      setSeq(reply, read.seq);
      return differenceView(before, { ...before, methodology }, by_entity, changes, changed);
    },
  );

  app.get(
    '/api/reports/changes',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Two inventories compared by cause: two periods, or the same as of two entries',
        querystring: Type.Object(
          {
            from: optional(Month),
            to: optional(Month),
            as_of: AsOf,
            base_from: optional(Month),
            base_to: optional(Month),
            base_as_of: optional(Type.Integer({ minimum: 0, description: 'Entry as of which the first side is read' })),
            methodology: optional(Name),
            base_methodology: optional(Name),
            by_entity: Type.Boolean({ default: true, description: 'Tell entities apart; reads all lines' }),
            changes: Type.Integer({ minimum: 0, maximum: CHANGES_MAX, default: CHANGES_DEFAULT }),
          },
          strict,
        ),
        response: { 200: DifferenceSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const query = request.query;
      const seq = await seqToRead(context, accountId, query.as_of);
      const baseSeq = query.base_as_of === undefined ? seq : await seqToRead(context, accountId, query.base_as_of);
      if (query.base_from === undefined && query.base_as_of === undefined && query.base_methodology === undefined) {
        throw new FootingError('invalid', 'A comparison needs something to compare with.', {
          problems: [
            {
              field: 'base_from',
              value: '',
              reason: 'is missing, and so are base_as_of and base_methodology',
              remedy: 'Give the period, the entry or the methodology of the first side',
            },
          ],
        });
      }
      if (answeredFromCache(context, request, reply, seq)) return reply;
      const [read, baseRead] = await Promise.all([
        footing.read(accountId, 'carbon', seq),
        footing.read(accountId, 'carbon', baseSeq),
      ]);
      const methodology = await methodologyOf(read, query.methodology);
      const after = { context: read, from: query.from, to: query.to, methodology };
      const before = {
        context: baseRead,
        from: query.base_from ?? query.from,
        to: query.base_to ?? query.to,
        methodology:
          query.base_methodology === undefined && query.methodology === undefined
            ? await methodologyInForce(baseRead, baseSeq)
            : await methodologyOf(baseRead, query.base_methodology ?? query.methodology),
      };
      return differenceView(before, after, query.by_entity, query.changes);
    },
  );
}

/** What is adopted must be able to decide: its releases are adopted too. */
async function checkAdopted(read: ReadContext, { releases }: Methodology): Promise<void> {
  if (releases === null) return;
  const adopted = new Set((await adoptedReleases(read, read.seq)).map(({ release }) => release));
  const problems = checkReleases(releases)
    .filter((release) => !adopted.has(release))
    .map((release) => ({
      field: 'releases',
      value: shown(release),
      reason: 'is not adopted',
      remedy: 'Adopt it first',
    }));
  if (problems.length > 0)
    throw new FootingError('invalid', 'The methodology names releases that are not adopted.', { problems });
}

async function differenceView(
  before: PositionQuery,
  after: PositionQuery,
  byEntity = false,
  changes = CHANGES_DEFAULT,
  unnamed = false,
) {
  const [found, marketBefore, marketAfter] = await Promise.all([
    compare(before, after, byEntity),
    marketOf(before),
    marketOf(after),
  ]);
  const change = found.after.sub(found.before);
  return {
    before: positionView(before, found, 'before', marketBefore, false),
    after: positionView(after, found, 'after', marketAfter, unnamed),
    change_kg: text(change),
    change_percent: found.before.isZero() ? null : percentOf(change, found.before),
    effects: effectsView(found.effects),
    words: CAUSE_WORDS,
    by_category: found.parts.map((part) => ({
      scope: String(part.scope),
      category: part.category === 0 ? '' : String(part.category),
      before_kg: text(part.before),
      after_kg: text(part.after),
      effects: effectsView(part.effects),
    })),
    changes: found.cells.slice(0, changes).map(cellView),
    changes_total: found.cells.length,
    by_entity: found.byEntity,
    exact: true,
  };
}

function percentOf(change: Decimal, of: Decimal): string {
  const hundredfold = Rational.fromDecimal(change).mul(Rational.parse('100'));
  return hundredfold.div(Rational.fromDecimal(of)).toDecimal(PERCENT_PLACES).toString();
}

/** Scope 2 by the market-based method; null where factors are others than the posted ones: what nothing covers takes those. */
async function marketOf({ context, from, to, methodology }: PositionQuery): Promise<string | null> {
  if (await decidesOtherwise(context, methodology)) return null;
  const { approach, parent, gwp } = methodology;
  const statement = await scope2Statement(
    context,
    {
      gwp,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(approach === 'none' ? {} : { approach }),
      ...(parent === '' ? {} : { parent }),
    },
    { methodology },
  );
  return statement && text(Decimal.parse(statement.market_based.co2e_kg));
}

function positionView(
  { context, from, to, methodology }: PositionQuery,
  found: Compared,
  side: 'before' | 'after',
  market: string | null,
  unnamed: boolean,
) {
  return {
    seq: context.seq,
    from: from ?? null,
    to: to ?? null,
    methodology: unnamed ? methodology.name : methodologyId(methodology),
    gwp: methodology.gwp,
    co2e_kg: text(found[side]),
    scope_2_market_kg: market,
    held_lines: found.heldLines[side],
    as_posted_lines: found.otherBasisLines[side],
  };
}

function cellView({ before, after, effects: own }: CellChange) {
  const side = (after ?? before)!;
  return {
    entity: side.entity,
    activity: side.activity,
    country: side.country,
    scope: String(side.scope),
    category: side.category === 0 ? '' : String(side.category),
    before: sideView(before, 'counted'),
    after: sideView(after, 'own'),
    effects: effectsView(own),
  };
}

function sideView(side: Side | null, figure: 'counted' | 'own') {
  if (!side) return null;
  return {
    co2e_kg: text(side[figure]),
    used: side.used.toExactDecimal()?.toString() ?? null,
    unit: side.unit,
    method: side.method,
    factors: side.factors,
  };
}

const effectsView = (of: Effects) =>
  Object.fromEntries(CAUSES.map((cause) => [cause, text(of[cause])])) as Record<(typeof CAUSES)[number], string>;

/** All digits: effects add up as they are shown. */
const text = (kg: Decimal): string => kg.toString();

function methodologyView({ methodology, seq, actor, recordedAt }: StatedMethodology, inForce: Methodology) {
  return {
    id: methodologyId(methodology),
    name: methodology.name,
    version: methodology.version,
    in_force: methodologyId(methodology) === methodologyId(inForce),
    seq,
    actor,
    recorded_at: recordedAt,
    parameters: parametersView(methodology),
  };
}

function parametersView(methodology: Methodology) {
  const { geography, scope2, netGross } = methodology;
  return {
    gwp: methodology.gwp,
    approach: methodology.approach,
    parent: methodology.parent,
    releases: methodology.releases === null ? null : [...methodology.releases],
    time: methodology.time,
    gap_years_max: methodology.gapYearsMax,
    geography: {
      world: geography.world,
      other_countries: geography.otherCountries,
      assume_only: geography.assumeOnly,
    },
    radiative_forcing: methodology.radiativeForcing,
    units: { ...methodology.units },
    threshold: methodology.threshold,
    fx: methodology.fx,
    deflate: methodology.deflate,
    methane: methodology.methane,
    scope2: {
      granularity: scope2.granularity,
      vintage_months_before: scope2.vintageMonthsBefore,
      vintage_months_after: scope2.vintageMonthsAfter,
      markets: Object.fromEntries(
        Object.entries(scope2.markets).map(([market, countries]) => [market, [...countries]]),
      ),
    },
    oxidation: methodology.oxidation,
    carbon_to_co2: methodology.carbonToCo2,
    net_gross: { ...netGross },
  };
}
