/** The organisation over HTTP: entities, ownership over time, shares under an approach, and what contradicts itself. */
import { Type } from 'typebox';
import { type Approach, CONSOLIDATION_APPROACHES, checkOrganisation, organisationTree } from '../../carbon/index.ts';
import type { HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, Day, Month, Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { boundaryParameters } from './inventory.ts';

const strict = { additionalProperties: false } as const;
const Share = Type.String({ description: 'A decimal, or a fraction such as 53/98' });

const EdgeSchema = Type.Object(
  {
    owner: Type.String(),
    owned: Type.String(),
    equity_share: Share,
    financial_control: Type.Enum(['yes', 'no', 'joint']),
    operational_control: Type.Enum(['yes', 'no']),
    valid_from: Day,
    valid_to: Nullable(Day),
  },
  strict,
);

const TreeSchema = Type.Object(
  {
    seq: Type.Integer(),
    approach: Nullable(Type.Enum([...CONSOLIDATION_APPROACHES])),
    parent: Nullable(Type.String({ description: 'The reporting parent of the approach' })),
    from: Nullable(Day),
    to: Nullable(Type.String({ description: 'The day after the last' })),
    roots: Type.Array(Type.String(), { description: 'Entities that belong to none and are owned by none' }),
    entities: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          name: Type.String(),
          kind: Type.String(),
          parent: Type.String({ description: 'The entity that it belongs to' }),
          country: Type.String(),
          opened: Nullable(Day),
          closed: Nullable(Day),
          lease: Type.String(),
          lease_role: Type.String(),
          floor_area: Nullable(Type.String()),
          stated: Type.Boolean({ description: 'False: only named as an owner or as owned' }),
          children: Type.Array(Type.String()),
          owners: Type.Array(EdgeSchema),
          shares: Nullable(Type.Array(Type.Object({ from: Day, share: Share }, strict))),
          reason: Type.String({ description: 'Why it does not count wholly' }),
        },
        strict,
      ),
    ),
  },
  strict,
);

const FindingsSchema = Type.Object(
  {
    seq: Type.Integer(),
    findings: Type.Array(
      Type.Object(
        {
          severity: Type.Enum(['contradiction', 'warning']),
          code: Type.String(),
          entity: Type.String(),
          from: Nullable(Day),
          to: Nullable(Day),
          words: Type.String(),
        },
        strict,
      ),
    ),
  },
  strict,
);

export function organisationRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/organisation',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Entities, what they belong to, who owns and controls them when, and their shares under an approach',
        querystring: Type.Object(
          {
            approach: Type.Optional(Type.Enum([...CONSOLIDATION_APPROACHES])),
            parent: boundaryParameters.parent,
            from: Type.Optional(Month),
            to: Type.Optional(Month),
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: TreeSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      const { approach, parent, from, to } = request.query;
      return organisationTree(read, {
        ...(approach === undefined ? {} : { approach: approach as Approach }),
        ...(parent === undefined ? {} : { parent }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
    },
  );

  app.get(
    '/api/organisation/check',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'What in the organisation contradicts itself or is missing',
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: { 200: FindingsSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      return { seq: read.seq, findings: await checkOrganisation(read, read.seq) };
    },
  );
}
