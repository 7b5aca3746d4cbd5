/** The caller's own account; and, for keys of the instance, the accounts there are. */
import { Type } from 'typebox';
import { accountOf, actorOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { AccountInput, AccountSchema, KeyInput, NewKeySchema, problemAnswers, Slug } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { accountView, keyView } from '../views.ts';

export function accountRoutes(app: Scope, context: HttpContext): void {
  const { accounts, journal } = context.footing;

  app.get(
    '/api/account',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.account],
        summary: 'The account of the key',
        response: {
          200: Type.Object({ account: AccountSchema, seq: Type.Integer() }, { additionalProperties: false }),
          ...problemAnswers,
        },
      },
    },
    async (request) => {
      const accountId = accountOf(request);
      const [account, head] = await Promise.all([accounts.get(accountId), journal.head(accountId)]);
      return { account: accountView(account), seq: head.seq };
    },
  );

  app.get(
    '/api/accounts',
    {
      config: { access: 'instance' },
      schema: {
        tags: [TAGS.account],
        summary: 'All accounts of the instance',
        response: {
          200: Type.Object({ accounts: Type.Array(AccountSchema) }, { additionalProperties: false }),
          ...problemAnswers,
        },
      },
    },
    async () => ({ accounts: (await accounts.list()).map(accountView) }),
  );

  app.post(
    '/api/accounts',
    {
      config: { access: 'instance' },
      schema: {
        tags: [TAGS.account],
        summary: 'Create an account',
        body: AccountInput,
        response: { 201: AccountSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { slug, name, currency, time_zone } = request.body;
      const account = await accounts.create(
        {
          slug,
          name,
          ...(currency === undefined ? {} : { currency }),
          ...(time_zone === undefined ? {} : { timeZone: time_zone }),
        },
        actorOf(request),
      );
      return reply.code(201).send(accountView(account));
    },
  );

  app.post(
    '/api/accounts/:slug/keys',
    {
      config: { access: 'instance' },
      schema: {
        tags: [TAGS.account],
        summary: 'Make a key of an account',
        params: Type.Object({ slug: Slug }),
        body: KeyInput,
        response: { 201: NewKeySchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const account = await accounts.get(request.params.slug);
      const { name, role = 'write' } = request.body;
      const { key, secret } = await context.keys.create(account.id, { name, role }, actorOf(request));
      return reply.code(201).send({ key: keyView(key), secret });
    },
  );
}
