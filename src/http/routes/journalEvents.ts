/** The journal as it grows, as server-sent events: what keeps a screen, or a copy elsewhere, up with the books. */
import { Type } from 'typebox';
import { accountOf, type HttpContext } from '../context.ts';
import { EventLog } from '../events.ts';
import { type Head, JournalHeads } from '../heads.ts';
import { TAGS } from '../openapi.ts';
import type { Scope } from '../scope.ts';

export function journalEventRoutes(app: Scope, context: HttpContext): void {
  const heads = new JournalHeads(context.footing);
  app.addHook('onClose', async () => heads.close());

  app.get(
    '/api/journal/events',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.journal],
        summary: 'The growing journal as server-sent events',
        description:
          'One `head` event at once, and one whenever the journal has grown or more of it can be read: ' +
          '`{"seq": 12, "posted": {"revenue": 12, "carbon": 11}}`, the last entry, and the last one whose postings each book holds. ' +
          'Movements within a tenth of a second are told as one. Every event carries the whole state, so a client that was cut off ' +
          'misses nothing by coming back. The stream ends when its key is revoked.',
        querystring: Type.Object(
          {
            until: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: Number.MAX_SAFE_INTEGER,
                description: 'The stream ends when both books hold this entry; 0 for one event',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const { keyId } = request.caller!;
      const { until = Number.POSITIVE_INFINITY } = request.query;
      const log = new EventLog();
      const tell = ({ seq, posted }: Head) => {
        const isLast = Math.min(posted.revenue, posted.carbon) >= until;
        if (isLast) log.end('head', { seq, posted });
        else log.add('head', { seq, posted });
      };
      const now = await heads.head(accountId);
      const unwatch = heads.watch(accountId, (head) => {
        tell(head);
        // Taking a key back is an entry too, so every stream of the account comes by here.
        context.keys.stands(keyId).then(
          (stands) => stands || log.end('end', { reason: 'The key was revoked.' }),
          () => {},
        );
      });
      tell(now);
      reply.raw.on('close', unwatch);
      if (request.raw.destroyed) unwatch();
      try {
        context.events.send(request, reply, accountId, log, { resume: false });
      } catch (error) {
        unwatch();
        throw error;
      }
    },
  );
}
