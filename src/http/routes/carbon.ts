/** The carbon book beside its reports: factors, the review queue, decisions and rules about matching, estimates. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  type Choice,
  candidateView,
  changeOf,
  checkDecisions,
  checkRules,
  choicesInForce,
  DECIDE_KIND,
  type DecisionInput,
  ESTIMATES_MAX,
  type EstimateItem,
  estimateTexts,
  type Factor,
  factorCo2eUnder,
  findFactors,
  GWP_SET_NAMES,
  type GwpSetName,
  gasSplitOf,
  matchingState,
  type Preview,
  previewChange,
  QUEUE_ORDERS,
  type QueueItem,
  type Release,
  RULE_KIND,
  type RuleInput,
  releaseById,
  reviewQueue,
  statedChoices,
  UNDO_KIND,
} from '../../carbon/index.ts';
import type { Json } from '../../journal/types.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, openRead, seqToRead } from '../reading.ts';
import { AsOf, Page, problemAnswers, StatedSchema } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { acceptedQuickly } from '../validation.ts';
import {
  CANDIDATES_DEFAULT,
  CANDIDATES_MAX,
  CHOICES_MAX,
  ChoicesSchema,
  DecisionSchema,
  EstimateItemSchema,
  EstimatesSchema,
  FactorListSchema,
  FactorSchema,
  Gwp,
  optional,
  PreviewSchema,
  plainEstimates,
  QUEUE_PAGE_DEFAULT,
  QUEUE_PAGE_MAX,
  QueueSchema,
  RuleSchema,
  text,
} from './carbonSchemas.ts';
import { IdempotencyHeaders, idempotencyOf, sendStated } from './records.ts';

const strict = { additionalProperties: false } as const;

export function carbonRoutes(app: Scope, context: HttpContext): void {
  const { footing } = context;

  app.get(
    '/api/carbon/queue',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Activities that wait for a decision about their factor, with candidates and their effect',
        querystring: Type.Object(
          {
            order: Type.Enum([...QUEUE_ORDERS], {
              default: 'effect',
              description:
                'Largest first by; effect = what the best candidate of a group would add to scopes 1 to 3, of the 10,000 groups with most lines',
            }),
            gwp: Gwp,
            candidates: Type.Integer({ minimum: 0, maximum: CANDIDATES_MAX, default: CANDIDATES_DEFAULT }),
            limit: Type.Integer({ minimum: 1, maximum: QUEUE_PAGE_MAX, default: QUEUE_PAGE_DEFAULT }),
            cursor: Page.cursor,
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: QueueSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { limit, candidates, order, gwp } = request.query;
      const walk = await openWalk(request, 'carbon queue', [order, gwp, candidates]);
      if (answeredFromCache(context, request, reply, walk.seq)) return reply;
      const read = await footing.read(accountOf(request), 'carbon', walk.seq);
      const page = { gwp: gwp as GwpSetName, order: order as (typeof QUEUE_ORDERS)[number], candidates, limit };
      const { items, total } = await reviewQueue(read, { ...page, offset: walk.offset });
      return { items: items.map(queueView), total, next: walk.next(items.length, total) };
    },
  );

  app.post(
    '/api/carbon/decisions',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.records],
        summary: 'Decide on the factors of activities, many at once; or see first what that would do',
        headers: IdempotencyHeaders,
        body: Type.Object(
          {
            decisions: Type.Array(DecisionSchema, { minItems: 1, maxItems: CHOICES_MAX }),
            preview: Type.Optional(Type.Boolean({ description: 'Only say what it would do to the totals' })),
            gwp: Type.Optional(Gwp),
          },
          strict,
        ),
        response: { 200: PreviewSchema, 201: StatedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const body = request.body as { decisions: DecisionInput[]; preview?: boolean; gwp?: GwpSetName };
      const read = await readNow(request);
      checkDecisions(body.decisions, (await matchingState(read, read.seq)).index);
      return stateChoices(request, reply, read, DECIDE_KIND, { decisions: body.decisions }, body.decisions.length);
    },
  );

  app.post(
    '/api/carbon/rules',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.records],
        summary: 'State rules that decide on factors; or see first what that would do',
        description:
          'A rule goes before decisions about single activities; of several that hold, the highest priority.',
        headers: IdempotencyHeaders,
        body: Type.Object(
          {
            rules: Type.Array(RuleSchema, { minItems: 1, maxItems: CHOICES_MAX }),
            preview: Type.Optional(Type.Boolean({ description: 'Only say what it would do to the totals' })),
            gwp: Type.Optional(Gwp),
          },
          strict,
        ),
        response: { 200: PreviewSchema, 201: StatedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const body = request.body as { rules: RuleInput[] };
      const read = await readNow(request);
      checkRules(body.rules, (await matchingState(read, read.seq)).index);
      return stateChoices(request, reply, read, RULE_KIND, { rules: body.rules }, body.rules.length);
    },
  );

  for (const [url, kind, summary] of [
    ['/api/carbon/decisions', 'decision', 'Decisions in force'],
    ['/api/carbon/rules', 'rule', 'Rules in force'],
  ] as const) {
    app.get(
      url,
      {
        config: { access: 'read' },
        schema: {
          tags: [TAGS.records],
          summary,
          querystring: Type.Object({ as_of: AsOf, ...Page }, strict),
          response: { 200: ChoicesSchema, ...problemAnswers },
        },
      },
      async (request, reply) => {
        const walk = await openWalk(request, url, []);
        if (answeredFromCache(context, request, reply, walk.seq)) return reply;
        const read = await footing.read(accountOf(request), 'carbon', walk.seq);
        const all = (await choicesInForce(read, read.seq)).filter((choice) => choice.kind === kind);
        const page = all.slice(walk.offset, walk.offset + request.query.limit);
        return { choices: page.map(choiceView), total: all.length, next: walk.next(page.length, all.length) };
      },
    );

    app.delete(
      `${url}/:id`,
      {
        config: { access: 'write' },
        schema: {
          tags: [TAGS.records],
          summary: `Take a ${kind} back`,
          description: 'What it decided is matched again without it. It stays readable as of earlier entries.',
          params: Type.Object({ id: Type.String({ maxLength: 100 }) }, strict),
          response: { 200: StatedSchema, ...problemAnswers },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const read = await readNow(request);
        const known = (await choicesInForce(read, read.seq)).find((choice) => choice.id === id);
        if (known?.kind !== kind) throw new FootingError('not_found', `No ${kind} ${shown(id)} is in force.`);
        const appended = await footing.journal.append(accountOf(request), {
          kind: UNDO_KIND,
          actor: actorOf(request),
          payload: { choices: [id] },
        });
        return sendStated(reply, appended, 1, 200);
      },
    );
  }

  app.get(
    '/api/carbon/factors',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Emission factors in force, by text and by what they are for',
        querystring: Type.Object(
          {
            q: optional('Words of the name'),
            scope: Type.Optional(Type.Enum(['1', '2', '3', 'outside'])),
            category: Type.Optional(Type.Integer({ minimum: 1, maximum: 15 })),
            region: optional('Exactly this region'),
            unit: optional('Unit that converts to that of the factor'),
            release: optional('Only of this release'),
            as_of: AsOf,
            ...Page,
          },
          strict,
        ),
        response: { 200: FactorListSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { limit, cursor: _cursor, as_of: _asOf, ...query } = request.query;
      const walk = await openWalk(request, 'carbon factors', Object.entries(query).sort());
      if (answeredFromCache(context, request, reply, walk.seq)) return reply;
      const read = await footing.read(accountOf(request), 'carbon', walk.seq);
      const found = findFactors((await matchingState(read, read.seq)).index, query);
      const page = found.slice(walk.offset, walk.offset + limit);
      return {
        factors: page.map(({ factor, score }) => ({
          ...briefView(factor),
          co2e_kg: co2eUnderEach(factor),
          score: score === null ? null : String(score),
        })),
        total: found.length,
        next: walk.next(page.length, found.length),
      };
    },
  );

  app.get(
    '/api/carbon/factors/:factor',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'One factor: gases, source, licence, and its CO2e under each set of potentials',
        description: 'The slashes of the id are written as %2F.',
        params: Type.Object({ factor: text('Id of the factor') }, strict),
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: { 200: FactorSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      const { factor: id } = request.params;
      const factor = (await matchingState(read, read.seq)).index.byId.get(id);
      if (!factor) throw new FootingError('not_found', `No factor ${shown(id)} is in force.`);
      return factorView(factor, await releaseById(read, read.seq, factor.release));
    },
  );

  app.post(
    '/api/carbon/estimate',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: `What activities would come to: one or up to ${ESTIMATES_MAX} at once, without stating them`,
        description:
          'Results stand in the order of the request. Nothing is used because its text is similar, unless `threshold` says so.',
        body: acceptedQuickly(
          Type.Object(
            {
              items: Type.Array(EstimateItemSchema, { minItems: 1, maxItems: ESTIMATES_MAX }),
              gwp: Type.Optional(Gwp),
              candidates: Type.Optional(
                Type.Integer({ minimum: 0, maximum: CANDIDATES_MAX, description: `Default ${CANDIDATES_DEFAULT}` }),
              ),
              threshold: Type.Optional(
                Type.String({
                  pattern: '^(0\\.\\d{1,4}|1)$',
                  description: 'Score from which the best candidate is used; without it none is',
                }),
              ),
            },
            strict,
          ),
          plainEstimates,
        ),
        response: { 200: EstimatesSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { items, gwp = 'AR5', candidates = CANDIDATES_DEFAULT, threshold } = request.body;
      const read = await readNow(request);
      const state = await matchingState(read, read.seq);
      const made = await estimateTexts(items as EstimateItem[], state, {
        gwp: gwp as GwpSetName,
        candidates,
        ...(threshold === undefined ? {} : { threshold: Number(threshold) }),
      });
      setSeq(reply, read.seq);
      return sendPieces(reply, [
        `{"seq":${read.seq},"gwp":"${gwp}","counts":${JSON.stringify(made.counts)},"factors":{`,
        [...made.factors.values()].map(briefText).join(','),
        '},"results":[',
        ...made.pieces,
        ']}\n',
      ]);
    },
  );

  async function readNow(request: FastifyRequest): Promise<ReadContext> {
    return footing.read(accountOf(request), 'carbon');
  }

  /** Appends the entry, or says what it would do when the body asks for a preview. */
  async function stateChoices(
    request: FastifyRequest,
    reply: FastifyReply,
    read: ReadContext,
    kind: string,
    payload: unknown,
    count: number,
  ): Promise<FastifyReply> {
    const { preview, gwp = 'AR5' } = request.body as { preview?: boolean; gwp?: GwpSetName };
    const actor = actorOf(request);
    if (preview) {
      const stated = { seq: read.seq + 1, kind, actor, recordedAt: '', payload: payload as Json };
      const change = changeOf(await choicesInForce(read, read.seq), statedChoices(stated), []);
      setSeq(reply, read.seq);
      return reply.code(200).send(previewView(await previewChange(read, change, gwp), read.seq, gwp));
    }
    const appended = await footing.journal.append(accountOf(request), {
      kind,
      actor,
      payload: payload as Json,
      ...idempotencyOf(request),
    });
    return sendStated(reply, appended, count);
  }

  /** Paging by offset, as of one entry from the first page to the last. */
  async function openWalk(request: FastifyRequest, name: string, parameters: unknown) {
    const query = request.query as { cursor?: string; as_of?: number; limit: number };
    const accountId = accountOf(request);
    const scope = JSON.stringify([name, accountId, query.as_of ?? null, parameters]);
    const position =
      query.cursor === undefined ? null : context.cursors.open<{ seq: number; offset: number }>(scope, query.cursor);
    const seq = position?.seq ?? (await seqToRead(context, accountId, query.as_of));
    const offset = position?.offset ?? 0;
    return {
      seq,
      offset,
      next: (shownNow: number, total: number) =>
        shownNow === query.limit && offset + query.limit < total
          ? context.cursors.seal(scope, { seq, offset: offset + query.limit })
          : null,
    };
  }
}

/** Characters of an answer that are sent as one text; a larger one goes out piece by piece, as the client takes it. */
const WHOLE_CHARACTERS_MAX = 256 * 1024;

/** JSON that is text already: its parts are known to match the schema of the answer (test/http/carbon.test.ts). */
function sendPieces(reply: FastifyReply, pieces: readonly string[]): FastifyReply {
  reply.type('application/json; charset=utf-8');
  const characters = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return reply.send(
    characters <= WHOLE_CHARACTERS_MAX ? pieces.join('') : Readable.from(pieces, { objectMode: false }),
  );
}

const briefTexts = new WeakMap<Factor, string>();

/** `"id":{…}` of {@link briefView}: factors never change, and a large call names thousands. */
function briefText(factor: Factor): string {
  const known = briefTexts.get(factor);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(factor.id)}:${JSON.stringify(briefView(factor))}`;
  briefTexts.set(factor, text);
  return text;
}

function queueView({ facts, candidates, ...item }: QueueItem) {
  return {
    ...facts,
    ...item,
    candidates: candidates.map(({ effect, ref, ...candidate }) => ({ ...candidateView(candidate), ...effect, ref })),
  };
}

function previewView(preview: Preview, seq: number, gwp: GwpSetName) {
  return { preview: true as const, seq, gwp, ...preview };
}

function choiceView(choice: Choice) {
  return {
    id: choice.id,
    kind: choice.kind,
    rule: choice.kind === 'rule' ? choice.subject : null,
    when: choice.conditions,
    factor: choice.factor || null,
    family: choice.family || null,
    left_out: choice.leftOut,
    reason: choice.reason,
    priority: choice.priority,
    first_year: choice.firstYear === 0 ? null : choice.firstYear,
    last_year: choice.lastYear === 9999 ? null : choice.lastYear,
    actor: choice.actor,
    recorded_at: choice.recordedAt,
  };
}

function briefView(factor: Factor) {
  return {
    id: factor.id,
    family: factor.name,
    release: factor.release,
    scope: factor.scope as string,
    category: factor.category,
    also_categories: [...factor.alsoCategories],
    method: factor.method as string,
    life_cycle_stage: factor.lifeCycleStage as string,
    unit: factor.unit.code,
    region: factor.region,
    valid_from: factor.validFrom,
    valid_to: factor.validTo,
    gwp_source: factor.gwpSource as string,
    co2e_source_kg: factor.co2eSource,
  };
}

const co2eUnderEach = (factor: Factor) =>
  Object.fromEntries(GWP_SET_NAMES.map((name) => [name, factorCo2eUnder(factor, name)]));

function factorView(factor: Factor, release: Release | undefined) {
  const { other_gas, ...gases } = factor.gases;
  const stated = gasSplitOf(factor);
  if (!release) throw new FootingError('corrupt', `The release ${factor.release} is missing.`);
  return {
    ...briefView(factor),
    aliases: [...factor.aliases],
    accompanies: factor.accompanies || null,
    gases_kg: gases as Record<string, string>,
    other_gas: other_gas || null,
    all_gases_kg: stated === undefined ? null : Object.fromEntries(stated),
    derived_from_co2e: factor.derivedFromCo2e,
    co2e_kg: co2eUnderEach(factor),
    uncertainty_percent: factor.uncertaintyPercent ?? null,
    source: { table: factor.sourceTable, row: factor.sourceRow },
    publication: {
      id: release.id,
      title: release.title,
      publisher: release.publisher,
      year: release.year,
      edition: release.edition,
      licence: release.licence,
      licence_url: release.licenceUrl,
      attribution: release.attribution,
      url: release.url,
      content_hash: release.contentHash,
    },
    notes: factor.notes,
  };
}
