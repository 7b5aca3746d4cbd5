/** What a browser finds at the printed URL. */
import type { HttpContext } from '../context.ts';
import type { Scope } from '../scope.ts';

export function frontRoutes(app: Scope, context: HttpContext): void {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Footing</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color: #1c2430; background: #fff; }
  code { background: #f0f2f5; padding: .1em .3em; border-radius: .2em; }
  a { color: #0b57a4; }
  @media (prefers-color-scheme: dark) { body { color: #e4e8ee; background: #14181f; } code { background: #252b35; } a { color: #8ec1f5; } }
</style>
<h1>Footing</h1>
<p>Version ${context.version} is running. It keeps the books for recurring revenue and carbon footprint.</p>
<ul>
  <li><a href="/api/docs/">The API</a>, and its <a href="/api/openapi.json">OpenAPI description</a></li>
  <li><code>footing report mrr</code> and <code>footing report inventory</code> print the statements</li>
  <li><code>footing explain REF</code> walks from a figure to its source</li>
  <li><code>footing keys create --name NAME</code> makes a key for the API</li>
</ul>
`;
  app.get('/', { config: { access: 'none' }, schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      .send(page),
  );
}
