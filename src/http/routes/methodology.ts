/** Methodologies, what an inventory would be under another, and what changed between two inventories, by cause. */
import { Type } from 'typebox';
import {
  ADOPT_METHODOLOGY_KIND,
  adoptedReleases,
  checkName,
  checkReleases,
  contentOf,
  DEFAULT_METHODOLOGY,
  type Methodology,
  type MethodologyInput,
  methodologies,
  methodologyId,
  methodologyInForce,
  methodologyNamed,
  STATE_METHODOLOGY_KIND,
  type StatedMethodology,
} from '../../carbon/index.ts';
import type { Json } from '../../journal/types.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, openRead, seqToRead } from '../reading.ts';
import { AsOf, Month, problemAnswers, StatedSchema } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { CHANGES_DEFAULT, CHANGES_MAX, differenceView } from './differences.ts';
import {
  DifferenceSchema,
  MethodologySchema,
  Name,
  optional,
  ParametersSchema,
  parameters,
} from './methodologySchemas.ts';
import { IdempotencyHeaders, idempotencyOf, sendStated } from './records.ts';
import { methodologyOf } from './scope2.ts';

const strict = { additionalProperties: false } as const;
/** Stands for the account's own factors, which count always. */
const OWN_FACTORS = 'own';

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
      if (content.releases !== null) await checkReleases(read, read.seq, content.releases);
      if (preview) {
        const version =
          (await methodologies(read, read.seq)).filter((each) => each.methodology.name === name).length + 1;
        setSeq(reply, read.seq);
        const before = { context: read, from, to, methodology: await methodologyInForce(read, read.seq) };
        const after = { ...before, methodology: { name, version, ...content } };
        // It is stated on top of default@1, and has no number yet under which a reference would find it.
        const tried = { from: DEFAULT_METHODOLOGY, parameters: input };
        return reply.code(200).send(await differenceView({ before, after, byEntity: false, tried }));
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
        return reply
          .code(200)
          .send(await differenceView({ before, after: { ...before, methodology }, byEntity: false, tried: null }));
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
      if (content.releases !== null) await checkReleases(read, read.seq, content.releases);
      const changed = Object.keys(given).length > 0;
      setSeq(reply, read.seq);
      return differenceView(
        {
          before,
          after: { ...before, methodology: { ...named, ...content } },
          byEntity: by_entity ?? false,
          tried: changed ? { from: named, parameters: given as MethodologyInput } : null,
        },
        changes,
      );
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
      return differenceView({ before, after, byEntity: query.by_entity, tried: null }, query.changes);
    },
  );
}

/** What is adopted must be able to decide: its releases are adopted too. */
async function checkAdopted(read: ReadContext, { releases }: Methodology): Promise<void> {
  if (releases === null) return;
  const adopted = new Set((await adoptedReleases(read, read.seq)).map(({ release }) => release));
  const problems = (await checkReleases(read, read.seq, releases))
    .filter((release) => release !== OWN_FACTORS && !adopted.has(release))
    .map((release) => ({
      field: 'releases',
      value: shown(release),
      reason: 'is not adopted',
      remedy: 'Adopt it first',
    }));
  if (problems.length > 0)
    throw new FootingError('invalid', 'The methodology names releases that are not adopted.', { problems });
}

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
