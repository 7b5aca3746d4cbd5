/** Which entry was the last at a moment: how a day becomes the number that every reading takes as `as_of`. */
import { Type } from 'typebox';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { Instant, Nullable, problemAnswers, Seq } from '../schemas.ts';
import type { Scope } from '../scope.ts';

const strict = { additionalProperties: false } as const;

export function momentRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/journal/at',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.journal],
        summary: 'The last entry at a moment',
        description: 'Send its number as `as_of` to see the books as they stood then.',
        querystring: Type.Object(
          {
            time: Type.String({
              pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$',
              description: 'RFC 3339; entries recorded at this instant are counted',
              examples: ['2025-03-31T23:59:59.999Z'],
            }),
          },
          strict,
        ),
        response: {
          200: Type.Object(
            {
              seq: Nullable(Seq),
              recorded_at: Nullable(Instant),
            },
            { ...strict, description: 'Null when the journal had no entry yet' },
          ),
          ...problemAnswers,
        },
      },
    },
    async (request) => {
      const { rows } = await context.footing.engines.pg.query<{ seq: string; recorded_at: Date }>(
        `SELECT seq, recorded_at
         FROM journal_entries
         WHERE account_id = $1 AND recorded_at <= $2
         ORDER BY seq DESC
         LIMIT 1`,
        [accountOf(request), request.query.time],
      );
      const last = rows[0];
      return last === undefined
        ? { seq: null, recorded_at: null }
        : { seq: Number(last.seq), recorded_at: last.recorded_at.toISOString() };
    },
  );
}
