/** The journal: what was stated, in order. */
import { Type } from 'typebox';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, seqToRead } from '../reading.ts';
import { AsOf, EntrySchema, EntrySummarySchema, Next, Page, problemAnswers, Seq } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { type ActorNames, entrySummaryView, entryView } from '../views.ts';

interface Position {
  /** The page's last entry. */
  seq: number;
  /** Entry that the whole walk is as of, so that its pages fit together while others write. */
  asOf: number;
}

export function journalRoutes(app: Scope, context: HttpContext): void {
  const { journal } = context.footing;

  /** Keys of the account and of the instance; names of keys are given once, so answers may be kept by the entry's seq. */
  async function actorNames(accountId: number): Promise<ActorNames> {
    const keys = (await Promise.all([context.keys.list(accountId), context.keys.list(null)])).flat();
    return new Map(keys.map(({ id, name }) => [`key:${id}`, name]));
  }

  app.get(
    '/api/journal',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.journal],
        summary: 'Entries, newest first unless asked otherwise, without what they state',
        querystring: Type.Object(
          {
            order: Type.Enum(['newest', 'oldest'], { default: 'newest' }),
            kind: Type.Optional(Type.String({ maxLength: 100, description: 'Only entries of this kind' })),
            as_of: AsOf,
            ...Page,
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ entries: Type.Array(EntrySummarySchema), next: Next }, { additionalProperties: false }),
          ...problemAnswers,
        },
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const { order, kind, limit, cursor, as_of } = request.query;
      const scope = JSON.stringify(['journal', accountId, order, kind ?? null, as_of ?? null]);
      const position = cursor === undefined ? null : context.cursors.open<Position>(scope, cursor);
      const asOf = position?.asOf ?? (await seqToRead(context, accountId, as_of));
      if (answeredFromCache(context, request, reply, asOf)) return reply;
      const newest = order === 'newest';
      const found = await journal.list(accountId, {
        limit: limit + 1,
        descending: newest,
        ...(newest ? { before: position?.seq ?? asOf + 1 } : { after: position?.seq ?? 0, before: asOf + 1 }),
        ...(kind === undefined ? {} : { kinds: [kind] }),
      });
      const entries = found.slice(0, limit);
      const next = found.length > limit ? context.cursors.seal(scope, { seq: entries.at(-1)!.seq, asOf }) : null;
      const names = await actorNames(accountId);
      return { entries: entries.map((entry) => entrySummaryView(entry, names)), next };
    },
  );

  app.get(
    '/api/journal/:seq',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.journal],
        summary: 'One entry with what it states',
        params: Type.Object({ seq: Seq }),
        response: { 200: EntrySchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const entry = await journal.get(accountOf(request), request.params.seq);
      // An entry never changes, so its answer is as of itself for ever.
      if (answeredFromCache(context, request, reply, entry.seq)) return reply;
      return entryView(entry, await actorNames(entry.accountId));
    },
  );
}
