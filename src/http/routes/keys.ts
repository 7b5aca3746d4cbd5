/** Keys of the caller's account. */
import { Type } from 'typebox';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { KeyInput, KeySchema, NewKeySchema, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { keyView } from '../views.ts';

export function keyRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/keys',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.account],
        summary: 'The keys of the account, the revoked ones too',
        response: {
          200: Type.Object({ keys: Type.Array(KeySchema) }, { additionalProperties: false }),
          ...problemAnswers,
        },
      },
    },
    async (request) => ({ keys: (await context.keys.list(accountOf(request))).map(keyView) }),
  );

  app.post(
    '/api/keys',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.account],
        summary: 'Make a key',
        body: KeyInput,
        response: { 201: NewKeySchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { name, role = 'write' } = request.body;
      const made = await context.keys.create(accountOf(request), { name, role }, actorOf(request));
      if (made.seq !== null) setSeq(reply, made.seq);
      return reply.code(201).send({ key: keyView(made.key), secret: made.secret });
    },
  );

  app.delete(
    '/api/keys/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.account],
        summary: 'Revoke a key',
        description: 'It stops working at once on this server and within a second on every other one.',
        params: Type.Object({ id: Type.String() }),
        response: { 204: Type.Null(), ...problemAnswers },
      },
    },
    async (request, reply) => {
      setSeq(reply, await context.keys.revoke(accountOf(request), request.params.id, actorOf(request)));
      return reply.code(204).send(null);
    },
  );
}
