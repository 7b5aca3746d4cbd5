/** Mounts the revenue book's ChartMogul-compatible API at /v1, with the keys of this server. */
import type { FastifyRequest } from 'fastify';
import { type ApiCaller, registerChartmogulApi } from '../revenue/index.ts';
import type { HttpContext } from './context.ts';
import type { Scope } from './scope.ts';

export async function chartmogulRoutes(app: Scope, { footing, keys }: HttpContext): Promise<void> {
  await app.register(
    async (scope) => {
      registerChartmogulApi(scope as never, {
        footing,
        // The API checks the key itself, in order to refuse as its clients expect.
        routeConfig: { access: 'none' },
        async authenticate(request: FastifyRequest): Promise<ApiCaller | null> {
          const key = userName(request.headers.authorization);
          const caller = key === null ? null : await keys.callerOf(key);
          if (caller === null || caller.accountId === null) return null;
          return { accountId: caller.accountId, actor: `key:${caller.keyId}`, role: caller.role };
        },
      });
    },
    { prefix: '/v1' },
  );
}

/** The key is the user name of Basic authentication, with any password. */
function userName(header: string | undefined): string | null {
  const [scheme = '', credentials = ''] = (header ?? '').trim().split(/ +/, 2);
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return null;
  return Buffer.from(credentials, 'base64').toString().split(':', 1)[0] ?? null;
}
