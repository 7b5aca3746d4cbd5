/** The API's own description: OpenAPI 3.1 at /api/openapi.json and a page to read it at /api/docs, all served from here. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './context.ts';

export const TAGS = {
  account: 'Account and keys',
  journal: 'Journal',
  streams: 'Streams',
  imports: 'Imports',
  records: 'Records',
  reports: 'Reports',
  rates: 'Rates and settings',
  operation: 'Operation',
} as const;

const DESCRIPTION = `
Footing keeps the books for recurring revenue and carbon footprint. What you state becomes an entry in the journal; reports
are functions of the journal up to an entry.

- **Keys.** Every request carries an API key: \`Authorization: Bearer fk_…\`, or Basic with the key as the user name. A key
  belongs to one account and sees nothing else.
- **Errors** are problem documents (RFC 9457) with a stable \`code\` and, per field or row, what is wrong and what to do.
- **As of.** Reads take \`as_of\`, the number of a journal entry, and answer as the books stood then. \`Footing-Seq\` says as of
  which entry an answer is; \`ETag\` and \`If-None-Match\` save asking twice.
- **Numbers** with decimals are text in answers (\`"1234.50"\`) and may be text or numbers in requests; no digit is lost.
- **Lists** are paged: send \`next\` of one page as \`cursor\` of the next request.
- **Repeating safely.** Send \`Idempotency-Key\` with a POST or DELETE of records: the same request again gets the first
  answer again, with \`Idempotency-Replayed: true\`.
`.trim();

/** Everything comes from this server; styles are set by script, so they must be allowed inline. */
const DOCS_CSP =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

const shownInstead = new WeakMap<object, object>();

/** The description shows `shown` where requests and answers are checked against `checked`. Returns `checked`. */
export function documentedAs<Schema extends object>(checked: Schema, shown: object): Schema {
  shownInstead.set(checked, shown);
  return checked;
}

function withShown(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(withShown);
  const shown = shownInstead.get(schema);
  if (shown) return withShown(shown);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withShown(value)]));
}

/** What has a default may be left out of a query, although what is checked always holds it. */
function withOptionalDefaults(query: object): object {
  const { properties = {}, required = [] } = query as {
    properties?: Record<string, { default?: unknown }>;
    required?: string[];
  };
  return { ...query, required: required.filter((name) => properties[name]?.default === undefined) };
}

export async function registerOpenApi(app: FastifyInstance, context: HttpContext): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Footing',
        version: context.version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: Object.values(TAGS).map((name) => ({ name })),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'The API key' },
          basic: { type: 'http', scheme: 'basic', description: 'The API key as user name, no password' },
        },
      },
      security: [{ bearer: [] }, { basic: [] }],
    },
    transform: ({ schema, url, route }) => {
      const access = route.config?.access;
      const described = withShown(schema ?? {}) as Record<string, unknown>;
      if (described.querystring) described.querystring = withOptionalDefaults(described.querystring);
      if (url.startsWith('/api/docs')) described.hide = true;
      if (access === 'none') described.security = [];
      else if (access !== undefined) {
        described.description =
          `${described.description ?? ''}\n\nTakes a key of the ${access === 'instance' ? 'instance' : `account with the role ${access}`}.`.trim();
      }
      return { schema: described as never, url };
    },
  });
  app.get(
    '/api/openapi.json',
    { config: { access: 'none' }, schema: { tags: [TAGS.operation], summary: 'This description, as OpenAPI 3.1' } },
    async (_request, reply) => reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: DOCS_CSP,
    // Without a key to type in, "Try it out" could only fail; the key is not remembered beyond the page.
    uiConfig: { docExpansion: 'list', persistAuthorization: false, validatorUrl: null },
    theme: { title: 'Footing API' },
  });
}
