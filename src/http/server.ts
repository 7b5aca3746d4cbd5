/** The HTTP server: puts authentication, limits, problem documents and the routes together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Footing } from '../footing.ts';
import { authenticator } from './authentication.ts';
import { readJsonBodies } from './bodies.ts';
import { chartmogulRoutes } from './chartmogul.ts';
import type { HttpContext } from './context.ts';
import { Cursors } from './cursors.ts';
import { EventLogs } from './events.ts';
import { Jobs } from './jobs.ts';
import { ApiKeys } from './keys.ts';
import { LIMITS, type Limits } from './limits.ts';
import { registerOpenApi } from './openapi.ts';
import { answerBrokenConnection, sendNotFound, sendProblem } from './problems.ts';
import { accountRoutes } from './routes/accounts.ts';
import { adminRoutes } from './routes/admin.ts';
import { baseYearRoutes } from './routes/baseYear.ts';
import { carbonRoutes } from './routes/carbon.ts';
import { checkRoutes } from './routes/checks.ts';
import { customerRoutes } from './routes/customers.ts';
import { exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { importRoutes } from './routes/imports.ts';
import { intensityRoutes } from './routes/intensity.ts';
import { inventoryRoutes } from './routes/inventory.ts';
import { journalRoutes } from './routes/journal.ts';
import { journalEventRoutes } from './routes/journalEvents.ts';
import { keyRoutes } from './routes/keys.ts';
import { lineRoutes } from './routes/lines.ts';
import { methodologyRoutes } from './routes/methodology.ts';
import { metricRoutes } from './routes/metrics.ts';
import { momentRoutes } from './routes/moments.ts';
import { organisationRoutes } from './routes/organisation.ts';
import { rateRoutes } from './routes/rates.ts';
import { recordRoutes } from './routes/records.ts';
import { releaseRoutes } from './routes/releases.ts';
import { reportRoutes } from './routes/reports.ts';
import { scope2Routes } from './routes/scope2.ts';
import { segmentRoutes } from './routes/segments.ts';
import { settingRoutes } from './routes/settings.ts';
import { sourceRoutes } from './routes/sources.ts';
import { streamRoutes } from './routes/streams.ts';
import { stripeRoutes } from './routes/stripe.ts';
import { uncertaintyRoutes } from './routes/uncertainty.ts';
import { sharedSecret } from './secrets.ts';
import { serializerCompiler, validatorCompiler } from './validation.ts';
import { webRoutes } from './web.ts';
import { WebhookSecrets } from './webhookSecrets.ts';

export interface ServerOptions {
  limits?: Partial<Limits>;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** API keys of the instance: for the command that starts the server and has no key yet. */
    keys: ApiKeys;
  }
}

/**
 * The server, not yet listening. It closes neither the stores nor anything else that it was given; `close()` lets running
 * requests finish and ends event streams.
 */
export async function buildServer(footing: Footing, options: ServerOptions = {}): Promise<FastifyInstance> {
  const limits: Limits = { ...LIMITS, ...options.limits };
  const events = new EventLogs(limits);
  const context: HttpContext = {
    footing,
    limits,
    keys: new ApiKeys(footing.engines.pg, footing.journal, limits.keyCacheMs),
    webhookSecrets: new WebhookSecrets(footing.engines),
    cursors: new Cursors(await sharedSecret(footing.engines.pg, 'cursors')),
    events,
    jobs: new Jobs(events, footing.engines.log),
    version: programVersion(),
  };
  const log = footing.engines.log.child({ part: 'http' });
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: true,
    bodyLimit: limits.jsonBytesMax,
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    http: {
      headersTimeout: limits.headersMsMax,
      connectionsCheckingInterval: limits.connectionsCheckMs,
      noDelay: true,
    },
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 500 },
    frameworkErrors: sendProblem,
    clientErrorHandler(error, socket) {
      answerBrokenConnection(error, socket, log);
    },
  }) as unknown as FastifyInstance;
  app.server.maxConnections = limits.connectionsMax;
  app.decorate('keys', context.keys);
  app.decorateRequest('caller', null);
  app.decorateRequest('bodyHash', null);
  app.decorateRequest('bodyTimer', null);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler(sendNotFound);
  app.setValidatorCompiler(validatorCompiler as never);
  app.setSerializerCompiler(serializerCompiler as never);
  app.addHook('onRoute', (route) => {
    // The page that shows the description is as public as the description.
    if (route.url.startsWith('/api/docs')) route.config = { ...route.config, access: 'none' };
    if (route.config?.access === undefined) {
      throw new Error(`Route ${String(route.method)} ${route.url} does not say who may call it.`);
    }
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  app.addHook('onRequest', authenticator(context.keys));
  readJsonBodies(app, limits);
  app.addHook('preClose', async () => events.close());

  await registerOpenApi(app, context);
  for (const routes of [
    webRoutes,
    healthRoutes,
    accountRoutes,
    keyRoutes,
    journalRoutes,
    journalEventRoutes,
    streamRoutes,
    momentRoutes,
    lineRoutes,
    importRoutes,
    recordRoutes,
    reportRoutes,
    inventoryRoutes,
    baseYearRoutes,
    intensityRoutes,
    organisationRoutes,
    checkRoutes,
    carbonRoutes,
    releaseRoutes,
    scope2Routes,
    methodologyRoutes,
    uncertaintyRoutes,
    metricRoutes,
    segmentRoutes,
    customerRoutes,
    exportRoutes,
    rateRoutes,
    settingRoutes,
    chartmogulRoutes,
    stripeRoutes,
    sourceRoutes,
    adminRoutes,
  ]) {
    await app.register(async (scope) => routes(scope, context));
  }
  app.addHook('onClose', async () => {
    // Requests have been answered. Jobs would take minutes: they end, and can be started again.
    context.footing.ledger.stop();
    await context.jobs.settled();
  });
  await app.ready();
  return app;
}

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

function programVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
