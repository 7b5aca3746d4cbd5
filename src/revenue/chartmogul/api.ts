/**
 * The ChartMogul-compatible API, a Fastify plugin: transport, authentication and errors as ChartMogul's clients expect them; what it
 * offers is in routes/.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Account } from '../../journal/types.ts';
import { type ApiCaller, ApiContext, type Call, type ChartmogulDependencies, type Route } from './context.ts';
import { ApiError, answerOf, badParameter, errorBody, notFound } from './errors.ts';
import { exportFile } from './exports.ts';
import { isObject, type JsonObject } from './fields.ts';
import { accountRoutes } from './routes/account.ts';
import { activityRoutes } from './routes/activities.ts';
import { attributeRoutes } from './routes/attributes.ts';
import { contactRoutes } from './routes/contacts.ts';
import { crmRoutes } from './routes/crm.ts';
import { customerRoutes } from './routes/customers.ts';
import { dataSourceRoutes } from './routes/dataSources.ts';
import { invoiceRoutes } from './routes/invoices.ts';
import { jsonImportRoutes } from './routes/jsonImports.ts';
import { lineItemRoutes } from './routes/lineItems.ts';
import { metricRoutes } from './routes/metrics.ts';
import { planGroupRoutes } from './routes/planGroups.ts';
import { planRoutes } from './routes/plans.ts';
import { subscriptionEventRoutes } from './routes/subscriptionEvents.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { transactionRoutes } from './routes/transactions.ts';

/** Longest body, bytes: 10,000 line items with all their fields fit. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024;
const ACCOUNT_KEPT_MS = 2_000;
/** Fetched without key: the address carries a secret. */
const EXPORT_FILE = '/activities_export/:id/:secret/activities.zip';

const ROUTES = [
  accountRoutes,
  dataSourceRoutes,
  customerRoutes,
  attributeRoutes,
  contactRoutes,
  crmRoutes,
  planRoutes,
  planGroupRoutes,
  invoiceRoutes,
  lineItemRoutes,
  transactionRoutes,
  subscriptionRoutes,
  subscriptionEventRoutes,
  jsonImportRoutes,
  metricRoutes,
  activityRoutes,
];

/** Registers the API on a scope that is mounted at /v1. */
export function registerChartmogulApi(app: FastifyInstance, dependencies: ChartmogulDependencies): void {
  const context = new ApiContext(dependencies.footing);
  const callers = new WeakMap<FastifyRequest, ApiCaller>();
  const accounts = accountsKept(dependencies);

  readAnyBody(app);
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = answerOf(error);
    if (status >= 500) request.log.error({ err: error }, 'request to the ChartMogul-compatible API failed');
    send(reply, status, body);
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `There is no ${request.method} ${request.url.split('?')[0]}`;
    send(reply, 404, errorBody(404, message, []));
  });
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.url?.endsWith(EXPORT_FILE)) return;
    const caller = await dependencies.authenticate(request);
    if (caller === null) throw new ApiError(401, 'No valid API key provided');
    // An export states nothing: it is a question.
    const reads = request.method === 'GET' || request.routeOptions.url?.endsWith('/activities_export') === true;
    if (caller.role === 'read' && !reads) {
      throw new ApiError(403, 'The requested action is forbidden for this API key; it may only read');
    }
    callers.set(request, caller);
  });

  const route: Route = (method, path, status, handler) => {
    app.route({
      method,
      url: path,
      config: { ...dependencies.routeConfig },
      // Described by ChartMogul; the OpenAPI document of this server is that of its own API.
      schema: { hide: true } as object,
      handler: async (request, reply) => {
        const caller = callers.get(request)!;
        const account = await accounts(caller.accountId);
        const asked = { ...(request.query as object), ...(request.params as object) };
        for (const [name, text] of Object.entries(asked)) {
          // PostgreSQL keeps no text with it.
          if (String(text).includes('\0')) throw badParameter(name, `${name} has a character that cannot be stored`);
        }
        const call: Call = {
          // Statements need not know what figures are shown in.
          account: method === 'POST' && status === 201 ? account : await context.asSettled(account),
          actor: caller.actor,
          params: request.params as Record<string, string>,
          query: lastOfEach(request.query as Record<string, string | string[]>),
          body: objectIn(request.body),
          origin: `${request.protocol}://${request.host}`,
        };
        send(reply, status, await handler(call));
        return reply;
      },
    });
  };
  for (const routes of ROUTES) routes(route, context);
  app.addHook('onReady', async () => {
    for (const start of context.starting) {
      start().catch((err) => app.log.error({ err }, 'work that an earlier server left was not taken up'));
    }
  });
  app.addHook('preClose', async () => {
    await Promise.all(context.stopping.map((stop) => stop()));
  });
  app.route({
    method: 'GET',
    url: EXPORT_FILE,
    config: { ...dependencies.routeConfig },
    schema: { hide: true } as object,
    handler: async (request, reply) => {
      const { id, secret } = request.params as Record<string, string>;
      const found = await context.exports.withSecret(id!, secret!);
      if (!found) throw notFound('Activities export', 'id');
      const read = await dependencies.footing.read(found.accountId, 'revenue', found.question.seq);
      reply.type('application/zip').header('content-disposition', 'attachment; filename="activities.zip"');
      return reply.send(Readable.from(exportFile(found, read), { objectMode: false }));
    },
  });
}

function send(reply: FastifyReply, status: number, body: unknown): void {
  reply.code(status);
  if (status === 204) reply.send();
  else reply.type('application/json; charset=utf-8').send(JSON.stringify(body ?? {}));
}

/**
 * Clients send JSON with and without a content type, an empty body with one, and bodies with DELETE. (A body of GET is not read: what it
 * says stands in the query too.)
 */
function readAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX }, (_request, body, done) => {
    const text = body.toString();
    if (text.trim() === '') return done(null, {});
    try {
      done(null, NEEDS_CARE.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text));
    } catch (error) {
      done(new ApiError(400, `The body is not JSON: ${(error as Error).message.slice(0, 200)}`));
    }
  });
}

/**
 * What {@link exactNumber}, which costs several times the parsing, would leave as it is has nothing of this: numbers with a fraction, an exponent or
 * very many digits, which stand at the beginning or after one of `:[,`; a key __proto__, perhaps in escapes.
 */
const NEEDS_CARE = /(?:^|[:[,])\s*-?(?:\d+[.eE]|\d{16})|__proto__|\\u/;

/** A number that a double would round is kept as its digits, and a key __proto__ is left out. */
function exactNumber(key: string, value: unknown, context?: { source?: string }): unknown {
  if (key === '__proto__') return undefined;
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return context?.source ?? String(value);
}

function objectIn(body: unknown): JsonObject {
  if (body === undefined || body === null) return {};
  if (!isObject(body)) throw new ApiError(400, 'The body must be a JSON object');
  return body;
}

function lastOfEach(query: Record<string, string | string[]>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]),
  );
}

/** Accounts change rarely and every request needs one. */
function accountsKept(dependencies: ChartmogulDependencies): (id: number) => Promise<Account> {
  const kept = new Map<number, { until: number; account: Promise<Account> }>();
  return (id) => {
    const known = kept.get(id);
    if (known && known.until > performance.now()) return known.account;
    const account = dependencies.footing.accounts.get(id);
    account.catch(() => kept.delete(id));
    kept.set(id, { until: performance.now() + ACCOUNT_KEPT_MS, account });
    return account;
  };
}
