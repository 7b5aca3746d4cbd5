/** Stripe: files of its objects, its webhooks, and how far a sync has come. */
import { Type } from 'typebox';
import { FootingError } from '../../kernel/errors.ts';
import { STRIPE_FILE_BYTES_MAX, StripeConnections, StripeConnector, webhookRefusal } from '../../revenue/index.ts';
import { leaveBodiesAsStreams, uploadOf } from '../bodies.ts';
import { accountOf, actorOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { Instant, Nullable, problemAnswers, SourceName } from '../schemas.ts';
import type { Scope } from '../scope.ts';

const strict = { additionalProperties: false } as const;
/** Stripe's events are far smaller. */
const EVENT_BYTES_MAX = 4 * 1024 * 1024;
const DEFAULT_SOURCE = 'stripe';

const Metered = Type.Enum(['one_time', 'subscription'], {
  default: 'one_time',
  description: 'How lines of metered prices count: as one-time revenue, or as MRR until the next line',
});
const Counts = Type.Record(Type.String(), Type.Integer());
const OutcomeSchema = Type.Object(
  {
    seqs: Type.Array(Type.Integer(), { description: 'Entries that were stated' }),
    objects: Type.Integer(),
    stated: Counts,
    unchanged: Type.Integer({ description: 'Objects that say nothing new' }),
    older: Type.Integer({ description: 'Objects of which a later state is in the book' }),
    unused: Counts,
    held: Type.Integer({ description: 'Objects that could not be taken; at most 200 are listed' }),
    held_listed: Type.Array(
      Type.Object(
        { id: Type.String(), object: Type.String(), field: Type.String(), value: Type.String(), reason: Type.String() },
        strict,
      ),
    ),
    notes: Type.Array(Type.Object({ id: Type.String(), note: Type.String() }, strict)),
  },
  strict,
);
const WebhookSchema = Type.Object(
  {
    id: Type.String(),
    source: Type.String(),
    metered: Metered,
    path: Type.String({ description: 'Where Stripe is to send events to, after the address of this server' }),
    created_at: Instant,
  },
  strict,
);
const PositionSchema = Type.Object(
  {
    started_at: Nullable(Type.Integer()),
    resource: Nullable(Type.String({ maxLength: 100 })),
    after: Nullable(Type.String({ maxLength: 255 })),
    complete_as_of: Nullable(Type.Integer()),
  },
  strict,
);
const HookId = Type.String({ format: 'uuid' });

export function stripeRoutes(app: Scope, { footing, limits, webhookSecrets }: HttpContext): void {
  const connector = new StripeConnector(footing);
  const connections = new StripeConnections(footing.engines.pg, footing.journal);
  // What an earlier version kept as it is gets sealed.
  app.addHook('onReady', async () => {
    for (const { accountId, id, secret } of await webhookSecrets.unsealed()) {
      const webhook = await connections.webhook(accountId, id);
      if (!webhook) continue;
      const { sealed, sealedSha256 } = await webhookSecrets.seal(accountId, id, secret);
      await connections.setWebhook(accountId, 'system', { ...webhook, sealed: sealedSha256 }, (tx) =>
        webhookSecrets.keep(tx, accountId, id, sealed),
      );
    }
  });
  const pathOf = (id: string) => `/api/connectors/stripe/webhook/${id}`;

  app.register(async (uploads: Scope) => {
    leaveBodiesAsStreams(uploads as never);
    uploads.post(
      '/api/connectors/stripe/import',
      {
        config: { access: 'write', body: 'stream' },
        bodyLimit: STRIPE_FILE_BYTES_MAX,
        schema: {
          tags: [TAGS.imports],
          summary: "Import a file of Stripe's objects",
          description:
            'The body is JSON as the API of Stripe gives it: objects, lists or events, as one document or one to a line, also gzipped. ' +
            'Objects that say nothing new state nothing.',
          querystring: Type.Object(
            {
              source: Type.Optional(SourceName),
              file_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
              as_of: Type.Optional(
                Type.String({ maxLength: 40, description: 'When Stripe had it so, RFC 3339; default: now' }),
              ),
              metered: Type.Optional(Metered),
              again: Type.Optional(Type.Boolean({ description: 'State objects although they say nothing new' })),
            },
            strict,
          ),
          response: { 200: OutcomeSchema, ...problemAnswers },
        },
      },
      async (request) => {
        const { query } = request;
        return connector.take({
          accountId: accountOf(request),
          actor: actorOf(request),
          source: query.source ?? DEFAULT_SOURCE,
          bytes: await gathered(uploadOf(request, limits), STRIPE_FILE_BYTES_MAX),
          fileName: query.file_name ?? 'stripe.json',
          asOf: instantOf(query.as_of),
          metered: query.metered === 'subscription' ? 'subscription' : 'one_time',
          again: query.again ?? false,
        });
      },
    );

    uploads.post(
      '/api/connectors/stripe/webhook/:id',
      {
        config: { access: 'none', body: 'stream' },
        bodyLimit: EVENT_BYTES_MAX,
        schema: {
          tags: [TAGS.imports],
          summary: 'Where Stripe sends its events to',
          description:
            'Takes no key: the header Stripe-Signature proves where the event comes from. Each event is taken once.',
          params: Type.Object({ id: HookId }),
          response: { 200: OutcomeSchema, ...problemAnswers },
        },
      },
      async (request) => {
        const secret = await webhookSecrets.find(request.params.id);
        const webhook = secret && (await connections.webhook(secret.accountId, request.params.id));
        if (!secret || !webhook) throw new FootingError('not_found', 'There is no such webhook.');
        const bytes = await gathered(uploadOf(request, limits), EVENT_BYTES_MAX);
        const header = request.headers['stripe-signature'];
        const refusal = webhookRefusal(
          typeof header === 'string' ? header : undefined,
          bytes,
          secret.secret,
          Date.now(),
        );
        if (refusal !== null) {
          throw new FootingError('malformed', `The event is not taken: ${refusal}.`, {
            problems: [{ field: 'Stripe-Signature', reason: `The header was checked: ${refusal}.` }],
            remedy: 'The signing secret of the webhook must be the one that Stripe shows for this address.',
          });
        }
        const event = eventIn(bytes);
        return connector.take({
          accountId: secret.accountId,
          actor: `webhook:${webhook.id}`,
          source: webhook.source,
          bytes,
          fileName: `${event.id}.json`,
          asOf: event.created * 1000,
          metered: webhook.metered,
          idempotency: { key: `stripe:${webhook.id}:${event.id}`, requestHash: event.id },
        });
      },
    );
  });

  app.put(
    '/api/connectors/stripe/webhook',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.imports],
        summary: 'Set up the webhook of a data source',
        description:
          'The signing secret is kept sealed with a key of the server; the entry has the hash of what is sealed. Setting it again replaces it.',
        body: Type.Object(
          {
            source: Type.Optional(SourceName),
            signing_secret: Type.String({ minLength: 8, maxLength: 200 }),
            metered: Type.Optional(Metered),
          },
          strict,
        ),
        response: { 200: WebhookSchema, ...problemAnswers },
      },
    },
    async (request) => {
      const accountId = accountOf(request);
      const { source = DEFAULT_SOURCE, signing_secret, metered = 'one_time' } = request.body;
      const { sealed, sealedSha256 } = await webhookSecrets.seal(
        accountId,
        connections.webhookId(accountId, source),
        signing_secret,
      );
      const webhook = await connections.setWebhook(
        accountId,
        actorOf(request),
        { source, metered: metered === 'subscription' ? 'subscription' : 'one_time', sealed: sealedSha256 },
        (tx, id) => webhookSecrets.keep(tx, accountId, id, sealed),
      );
      return view(webhook);
    },
  );

  app.get(
    '/api/connectors/stripe/webhook',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.imports],
        summary: 'Webhooks that are set up',
        response: { 200: Type.Object({ webhooks: Type.Array(WebhookSchema) }, strict), ...problemAnswers },
      },
    },
    async (request) => ({ webhooks: (await connections.webhooks(accountOf(request))).map(view) }),
  );

  app.delete(
    '/api/connectors/stripe/webhook/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.imports],
        summary: 'Take a webhook away',
        params: Type.Object({ id: HookId }),
        response: { 204: Type.Null(), ...problemAnswers },
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const { id } = request.params;
      await connections.removeWebhook(accountId, actorOf(request), id, (tx) =>
        webhookSecrets.forget(tx, accountId, id),
      );
      return reply.code(204).send(null);
    },
  );

  const SyncQuery = Type.Object({ source: Type.Optional(SourceName) }, strict);
  app.get(
    '/api/connectors/stripe/sync',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.imports],
        summary: 'How far the sync of a data source has come',
        querystring: SyncQuery,
        response: { 200: PositionSchema, ...problemAnswers },
      },
    },
    async (request) => connections.position(accountOf(request), request.query.source ?? DEFAULT_SOURCE),
  );
  app.put(
    '/api/connectors/stripe/sync',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.imports],
        summary: 'Keep how far the sync of a data source has come',
        querystring: SyncQuery,
        body: Type.Object(
          {
            ...PositionSchema.properties,
            error: Type.Optional(Nullable(Type.String({ maxLength: 1_000, description: 'Why the sync stopped' }))),
          },
          strict,
        ),
        response: { 200: PositionSchema, ...problemAnswers },
      },
    },
    async (request) => {
      const source = request.query.source ?? DEFAULT_SOURCE;
      const { error, ...position } = request.body;
      await connections.keepPosition(accountOf(request), actorOf(request), source, position, error ?? null);
      return position;
    },
  );

  function view({ id, source, metered, createdAt }: Awaited<ReturnType<typeof connections.webhooks>>[number]) {
    return { id, source, metered, path: pathOf(id), created_at: createdAt };
  }
}

async function gathered(stream: AsyncIterable<unknown>, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += (part as Buffer).length;
    if (bytes > bytesMax) {
      throw new FootingError('too_large', `At most ${bytesMax} bytes are taken at once`, {
        remedy: 'Divide the file into several.',
      });
    }
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function instantOf(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new FootingError('invalid', 'as_of is no instant', {
    problems: [{ field: 'as_of', value: text, reason: 'It must be RFC 3339, such as 2026-01-31T12:00:00Z.' }],
  });
}

function eventIn(bytes: Buffer): { id: string; created: number } {
  let event: { id?: unknown; created?: unknown; object?: unknown };
  try {
    event = JSON.parse(bytes.toString()) as typeof event;
  } catch (cause) {
    throw new FootingError('malformed', 'The event is no JSON.', { cause });
  }
  const { id, created, object } = event;
  if (object !== 'event' || typeof id !== 'string' || id.length > 100 || !Number.isSafeInteger(created)) {
    throw new FootingError('malformed', 'The body is no event of Stripe: it needs object, id and created.');
  }
  return { id, created: created as number };
}
