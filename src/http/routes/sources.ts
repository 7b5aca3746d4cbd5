/** Data sources: what each has brought, and how its connection stands. */
import { Type } from 'typebox';
import { listSources, StatedStore, StripeConnections } from '../../revenue/index.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { Instant, Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';

const strict = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });

const StripeSchema = Type.Object(
  {
    objects: Type.Integer({ description: 'Objects of Stripe that are known' }),
    held: Type.Integer({ description: 'Of these, objects that could not be taken; at most 20 are listed' }),
    held_listed: Type.Array(Type.Object({ id: Type.String(), object: Type.String(), reason: Type.String() }, strict)),
    webhook: Nullable(
      Type.Object({ id: Type.String(), path: Type.String(), metered: Type.String(), created_at: Instant }, strict),
    ),
    sync: Nullable(
      Type.Object(
        {
          unfinished: Type.Boolean({
            description: 'A pass was begun and is not complete: it goes on with the next run',
          }),
          resource: Nullable(Type.String({ description: 'What it was reading' })),
          complete_as_of: Nullable(Instant),
          last_at: Instant,
          error: Nullable(Type.String({ description: 'Why it stopped; null where it got on' })),
        },
        strict,
      ),
    ),
  },
  strict,
);

const SourceSchema = Type.Object(
  {
    name: Type.String(),
    uuid: Type.String({ description: 'As the ChartMogul-compatible API knows it' }),
    system: Type.String(),
    created_at: Instant,
    records: Type.Object(
      { customers: Count, plans: Count, invoices: Count, transactions: Count },
      { ...strict, description: 'Current records; of invoices their lines' },
    ),
    last_entry: Nullable(Type.Object({ seq: Type.Integer(), recorded_at: Instant }, strict)),
    stripe: Nullable(StripeSchema),
  },
  strict,
);

export function sourceRoutes(app: Scope, { footing }: HttpContext): void {
  const { engines, journal } = footing;
  const stated = new StatedStore(engines.pg, journal);
  const connections = new StripeConnections(engines.pg, journal);

  app.get(
    '/api/sources',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.imports],
        summary: 'Data sources of the revenue book',
        description: 'What each has brought, when last, and how its connection with Stripe stands; by name.',
        response: { 200: Type.Object({ sources: Type.Array(SourceSchema) }, strict), ...problemAnswers },
      },
    },
    async (request) => {
      const read = await footing.read(accountOf(request), 'revenue');
      const found = await listSources(read, { stated, connections });
      return {
        sources: found.map(({ createdAt, last, stripe, ...source }) => ({
          ...source,
          created_at: createdAt,
          last_entry: last && { seq: last.seq, recorded_at: last.at },
          stripe: stripe && {
            objects: stripe.objects,
            held: stripe.held,
            held_listed: stripe.heldListed,
            webhook: stripe.webhook && {
              id: stripe.webhook.id,
              path: `/api/connectors/stripe/webhook/${stripe.webhook.id}`,
              metered: stripe.webhook.metered,
              created_at: stripe.webhook.createdAt,
            },
            sync: stripe.sync && {
              unfinished: stripe.sync.unfinished,
              resource: stripe.sync.resource,
              complete_as_of: stripe.sync.completeAsOf,
              last_at: stripe.sync.lastAt,
              error: stripe.sync.error,
            },
          },
        })),
      };
    },
  );
}
