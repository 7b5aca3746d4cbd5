/** Base years over HTTP: stated with their policy, events and targets, and the report that recalculates them from the books. */
import { type TSchema, Type } from 'typebox';
import {
  BASE_YEAR_EVENT_KIND,
  BASE_YEAR_KIND,
  BaseYearBody,
  type BaseYearEventInput,
  type BaseYearInput,
  baseYearReport,
  baseYearState,
  boundaryFor,
  checkBaseYear,
  checkEvent,
  checkTarget,
  DEFAULT_BASE_YEAR,
  EventBody,
  entriesAboutIn,
  GWP_SET_NAMES,
  methodologyInForce,
  ReportSchema,
  SCOPES,
  type Stated,
  StateSchema,
  TARGET_KIND,
  TargetBody,
  type TargetInput,
  THRESHOLD_PERCENT,
  WITHDRAW_EVENT_KIND,
  WITHDRAW_TARGET_KIND,
} from '../../carbon/index.ts';
import type { Json } from '../../journal/types.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { nearest } from '../../kernel/text.ts';
import { accountOf, actorOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, problemAnswers, StatedSchema } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { IdempotencyHeaders, idempotencyOf, sendStated } from './records.ts';

const strict = { additionalProperties: false } as const;

export function baseYearRoutes(app: Scope, context: HttpContext): void {
  const { footing } = context;

  app.get(
    '/api/carbon/base-years',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Base years, events and targets, as they are in force',
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: { 200: StateSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      const { baseYears, events, targets } = await baseYearState(read, read.seq);
      return {
        seq: read.seq,
        base_years: [...baseYears.values()].map(statedView),
        events: [...events.values()].map(statedView),
        targets: [...targets.values()].map(statedView),
      };
    },
  );

  app.get(
    '/api/reports/base-year',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'The base year recalculated from the books, cause by cause, and progress against targets',
        querystring: Type.Object(
          {
            name: Type.Optional(Type.String({ maxLength: 100, description: 'Default: the only one, or main' })),
            year: Type.Optional(
              Type.Integer({
                minimum: 1900,
                maximum: 2299,
                description: 'Looked at from the end of this year; default: the last one with lines',
              }),
            ),
            gwp: Type.Optional(
              Type.Enum([...GWP_SET_NAMES], {
                description: 'Restate under these potentials; default: those of the base year',
              }),
            ),
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: ReportSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      const { name, year, gwp } = request.query;
      return baseYearReport(
        read,
        {
          ...(name === undefined ? {} : { name }),
          ...(year === undefined ? {} : { year }),
          ...(gwp === undefined ? {} : { gwp: gwp as (typeof GWP_SET_NAMES)[number] }),
        },
        { entriesAbout: entriesAboutIn(footing.journal, read.accountId) },
      );
    },
  );

  stating(
    '/api/carbon/base-years',
    'State a base year with its recalculation policy',
    BaseYearBody,
    BASE_YEAR_KIND,
    async (accountId, body) => {
      const read = await footing.read(accountId, 'carbon');
      const methodology = await methodologyInForce(read, read.seq);
      const given = body as Partial<BaseYearInput> & Pick<BaseYearInput, 'from' | 'to'>;
      const approach = given.approach ?? methodology.approach;
      const input: BaseYearInput = {
        name: DEFAULT_BASE_YEAR,
        scope_2: 'location',
        threshold_percent: THRESHOLD_PERCENT,
        test_scopes: [...SCOPES],
        ...given,
        approach,
        parent: approach === 'none' ? '' : (given.parent ?? (given.approach === undefined ? methodology.parent : '')),
        gwp: given.gwp ?? methodology.gwp,
        as_of: given.as_of ?? null,
      };
      checkBaseYear(input, read.seq);
      if (approach !== 'none') {
        // A parent that is not known, or that has to be named, is said now and not when the report is read.
        const { boundary } = await boundaryFor(read, {
          from: input.from,
          to: input.to,
          approach,
          ...(input.parent === '' ? {} : { parent: input.parent }),
        });
        input.parent = boundary.parent ?? '';
      }
      return input as unknown as Json;
    },
  );

  stating(
    '/api/carbon/base-years/events',
    'State what happened to a base year, where the books alone do not say it',
    EventBody,
    BASE_YEAR_EVENT_KIND,
    async (accountId, body) => {
      const read = await footing.read(accountId, 'carbon');
      const { baseYears } = await baseYearState(read, read.seq);
      const input = { base_year: DEFAULT_BASE_YEAR, ...body };
      checkEvent(input as unknown as BaseYearEventInput, [...baseYears.keys()], read.seq);
      return input as Json;
    },
  );

  stating(
    '/api/carbon/targets',
    'State a target against a base year',
    TargetBody,
    TARGET_KIND,
    async (accountId, body) => {
      const read = await footing.read(accountId, 'carbon');
      const { baseYears } = await baseYearState(read, read.seq);
      const input = { base_year: DEFAULT_BASE_YEAR, kind: 'absolute', ...body };
      checkTarget(
        input as unknown as TargetInput,
        [...baseYears.values()].map(({ content }) => ({
          name: content.name,
          lastYear: Number(content.to.slice(0, 4)),
        })),
      );
      return input as Json;
    },
  );

  withdrawing(
    '/api/carbon/base-years/events/:name',
    'Withdraw an event of a base year',
    'events',
    WITHDRAW_EVENT_KIND,
    'id',
  );
  withdrawing('/api/carbon/targets/:name', 'Withdraw a target', 'targets', WITHDRAW_TARGET_KIND, 'name');

  /** A POST whose body, checked and completed, is the payload of an entry. */
  function stating(
    url: string,
    summary: string,
    body: TSchema,
    kind: string,
    payloadOf: (accountId: number, body: Record<string, unknown>) => Promise<Json>,
  ): void {
    app.post(
      url,
      {
        config: { access: 'write' },
        schema: {
          tags: [TAGS.records],
          summary,
          headers: IdempotencyHeaders,
          body,
          response: { 201: StatedSchema, ...problemAnswers },
        },
      },
      async (request, reply) => {
        const accountId = accountOf(request);
        const payload = await payloadOf(accountId, request.body as Record<string, unknown>);
        const appended = await footing.journal.append(accountId, {
          kind,
          actor: actorOf(request),
          payload,
          ...idempotencyOf(request),
        });
        return sendStated(reply, appended, 1);
      },
    );
  }

  function withdrawing(url: string, summary: string, what: 'events' | 'targets', kind: string, key: string): void {
    app.delete(
      url,
      {
        config: { access: 'write' },
        schema: {
          tags: [TAGS.records],
          summary,
          description: 'It stays readable as of the entries before.',
          headers: IdempotencyHeaders,
          params: Type.Object({ name: Type.String({ maxLength: 100 }) }, strict),
          response: { 200: StatedSchema, ...problemAnswers },
        },
      },
      async (request, reply) => {
        const accountId = accountOf(request);
        const { name } = request.params as { name: string };
        const read = await footing.read(accountId, 'carbon');
        const known = (await baseYearState(read, read.seq))[what];
        if (!known.has(name)) {
          const near = nearest(name, [...known.keys()]);
          throw new FootingError('not_found', `Nothing called ${shown(name)} is in force.`, {
            ...(near === undefined ? {} : { remedy: `Did you mean ${near}?` }),
          });
        }
        const appended = await footing.journal.append(accountId, {
          kind,
          actor: actorOf(request),
          payload: { [key]: name },
          ...idempotencyOf(request),
        });
        return sendStated(reply, appended, 1, 200);
      },
    );
  }
}

function statedView({ content, seq, actor, recordedAt }: Stated<object>) {
  return { stated_in: seq, stated_by: actor, stated_at: recordedAt, content: { ...content } };
}
