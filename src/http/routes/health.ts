/** Is the server there, and what do its error codes mean. Without a key. */
import { Type } from 'typebox';
import { FootingError } from '../../kernel/errors.ts';
import type { HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { PROBLEM_CODES } from '../problems.ts';
import { problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';

const HEALTH_QUERY_MS_MAX = 5_000;

export function healthRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/health',
    {
      config: { access: 'none' },
      schema: {
        tags: [TAGS.operation],
        summary: 'Whether the server and its stores answer',
        response: {
          200: Type.Object({ status: Type.Enum(['ok']), version: Type.String() }, { additionalProperties: false }),
          ...problemAnswers,
        },
      },
    },
    async () => {
      const { pg, clickhouse } = context.footing.engines;
      await withinTime(
        Promise.all([
          pg.query('SELECT 1'),
          clickhouse
            .client('default')
            .query({ query: 'SELECT 1', format: 'JSONEachRow' })
            .then((answer) => answer.text()),
        ]),
      );
      return { status: 'ok' as const, version: context.version };
    },
  );

  app.get(
    '/api/problems/:code',
    {
      config: { access: 'none' },
      schema: {
        tags: [TAGS.operation],
        summary: 'What a code in a problem document means',
        params: Type.Object({ code: Type.String() }),
        response: {
          200: Type.Object(
            { code: Type.String(), status: Type.Integer(), title: Type.String() },
            { additionalProperties: false },
          ),
          ...problemAnswers,
        },
      },
    },
    async ({ params: { code } }) => {
      if (!Object.hasOwn(PROBLEM_CODES, code)) throw new FootingError('not_found', 'There is no such code.');
      const { status, title } = PROBLEM_CODES[code as keyof typeof PROBLEM_CODES];
      return { code, status, title };
    },
  );
}

async function withinTime(check: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), HEALTH_QUERY_MS_MAX);
  });
  try {
    await Promise.race([check, late]);
  } catch (cause) {
    throw new FootingError('unavailable', 'A store does not answer.', { cause });
  } finally {
    clearTimeout(timer);
  }
}
