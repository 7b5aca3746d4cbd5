/** Saved, named filters. */
import { Type } from 'typebox';
import { StatedStore } from '../../revenue/index.ts';
import { removeSegment, saveSegment, segments } from '../../revenue/metrics/index.ts';
import { accountOf, actorOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';

const strict = { additionalProperties: false } as const;
const SegmentSchema = Type.Object(
  { id: Type.String(), name: Type.String(), filters: Type.String(), description: Type.String() },
  strict,
);

export function segmentRoutes(app: Scope, context: HttpContext): void {
  const store = new StatedStore(context.footing.engines.pg, context.footing.journal);

  app.get(
    '/api/segments',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Saved segments, by name',
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: { 200: Type.Object({ segments: Type.Array(SegmentSchema) }, strict), ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'revenue');
      return read === null ? reply : { segments: await segments(read) };
    },
  );

  app.post(
    '/api/segments',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Save a segment, or give the one of that name another filter',
        body: Type.Object(
          {
            name: Type.String({ maxLength: 200 }),
            filters: Type.String({ maxLength: 4_000, examples: ["country~ANY~'DE','FR'~AND~mrr~GTE~150"] }),
            description: Type.Optional(Type.String({ maxLength: 1_000 })),
          },
          strict,
        ),
        response: { 200: SegmentSchema, 201: SegmentSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const made = await saveSegment(store, accountOf(request), actorOf(request), request.body);
      return reply.code(made.created ? 201 : 200).send(made.segment);
    },
  );

  app.delete(
    '/api/segments/:segment',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Delete a segment, by name or id',
        params: Type.Object({ segment: Type.String({ maxLength: 200 }) }, strict),
        response: { 204: Type.Null(), ...problemAnswers },
      },
    },
    async (request, reply) => {
      await removeSegment(store, accountOf(request), actorOf(request), request.params.segment);
      return reply.code(204).send(null);
    },
  );
}
