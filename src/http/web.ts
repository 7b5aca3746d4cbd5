/** The page at `/`: the built web application, its files, and its own addresses. Everything it shows comes from the API. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { HttpContext } from './context.ts';
import { frontRoutes } from './routes/front.ts';
import type { Scope } from './scope.ts';

const BUILT = join(import.meta.dirname, '../../web/dist');
/** Addresses of the application (web/src/app/router.tsx); everything else that nobody serves stays a problem document. */
const PAGES = ['revenue', 'carbon', 'held', 'imports', 'records', 'exports', 'sources', 'journal', 'settings'];
/** Styles are let through inline because the component kit sets its variables that way; scripts only from here. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Serves the application when it was built (`npm run build -w web`); otherwise a plain front page at `/`. */
export function webRoutes(app: Scope, context: HttpContext, folder = BUILT): void {
  if (!existsSync(join(folder, 'index.html'))) {
    frontRoutes(app, context);
    return;
  }
  app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, cacheControl: false });
  const route = { config: { access: 'none' as const }, schema: { hide: true } };
  // The page names its files by their content, so it is asked for anew each time and they never are.
  const page = async (_request: unknown, reply: FastifyReply) =>
    reply
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('cache-control', 'no-cache')
      .sendFile('index.html');

  for (const url of ['/', ...PAGES.flatMap((name) => [`/${name}`, `/${name}/*`])]) app.get(url, route, page);
  app.get('/favicon.svg', route, async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=86400').sendFile('favicon.svg'),
  );
  app.get('/assets/*', route, async (request, reply) => {
    const name = (request.params as { '*': string })['*'];
    return reply.header('cache-control', `public, max-age=${YEAR_MS / 1000}, immutable`).sendFile(`assets/${name}`);
  });
}
