/** The lines of an inventory over HTTP, page by page. */
import { Type } from 'typebox';
import {
  type Dimension,
  emissionLines,
  FILTER_DIMENSIONS,
  GWP_SET_NAMES,
  type GwpSetName,
  LINE_ORDERS,
  type LineOrder,
} from '../../carbon/index.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, seqToRead } from '../reading.ts';
import { AsOf, DecimalText, Month, Next, Nullable, Page, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';

const strict = { additionalProperties: false } as const;

const LineSchema = Type.Object(
  {
    ref: Type.String({ description: 'For /api/explain' }),
    source: Type.String({ description: 'Data source' }),
    external_id: Type.String({ description: 'Key of the activity' }),
    activity: Type.String(),
    entity: Type.String(),
    month: Type.String({ description: 'Month into which this part of the activity falls' }),
    start_date: Type.String(),
    end_date: Type.String(),
    used: Type.String({ description: 'What of the activity this line is calculated from', examples: ['1200'] }),
    unit: Type.String({ description: 'Unit of it; the currency where it is calculated from spend' }),
    country: Type.String(),
    supplier: Type.String(),
    data_quality: Type.String(),
    scope: Type.String({ description: '1, 2, 3 or outside' }),
    category: Nullable(Type.Integer()),
    method: Type.String(),
    factor: Type.String(),
    co2e_kg: DecimalText,
    notes: Type.Array(Type.String(), { description: 'What a reader must know' }),
  },
  strict,
);

const filters = Object.fromEntries(
  FILTER_DIMENSIONS.map((dimension) => [
    dimension,
    Type.Optional(Type.String({ maxLength: 4_000, description: `Only this ${dimension}` })),
  ]),
);

export function lineRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/carbon/lines',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'The lines of an inventory, one per activity, month and factor',
        description: 'Everything counts wholly: consolidation is applied to sums.',
        querystring: Type.Object(
          {
            from: Type.Optional(Month),
            to: Type.Optional(Month),
            gwp: Type.Enum([...GWP_SET_NAMES], { default: 'AR5', description: 'Set of 100-year potentials' }),
            order: Type.Enum([...LINE_ORDERS], { default: 'largest', description: 'Largest by CO2e as published' }),
            as_of: AsOf,
            ...Page,
            ...filters,
          },
          strict,
        ),
        response: { 200: Type.Object({ lines: Type.Array(LineSchema), next: Next }, strict), ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { cursor, limit, as_of: asOf, ...query } = request.query;
      const rest = query as Record<string, string | undefined>;
      const accountId = accountOf(request);
      const scope = JSON.stringify(['carbon lines', accountId, asOf ?? null, Object.entries(rest).sort()]);
      const position =
        cursor === undefined ? null : context.cursors.open<{ seq: number; offset: number }>(scope, cursor);
      const seq = position?.seq ?? (await seqToRead(context, accountId, asOf));
      if (answeredFromCache(context, request, reply, seq)) return reply;
      const offset = position?.offset ?? 0;
      const given = FILTER_DIMENSIONS.filter((dimension) => rest[dimension] !== undefined);
      const found = await emissionLines(
        await context.footing.read(accountId, 'carbon', seq),
        {
          gwp: rest.gwp as GwpSetName,
          ...(rest.from === undefined ? {} : { from: rest.from }),
          ...(rest.to === undefined ? {} : { to: rest.to }),
          filters: Object.fromEntries(given.map((dimension) => [dimension, [rest[dimension]!]])) as Partial<
            Record<Dimension, readonly string[]>
          >,
        },
        { order: rest.order as LineOrder, limit: limit + 1, offset },
      );
      return {
        lines: found.slice(0, limit).map((line) => ({
          ref: line.ref,
          source: line.source,
          external_id: line.externalId,
          activity: line.activity,
          entity: line.entity,
          month: line.month,
          start_date: line.startDate,
          end_date: line.endDate,
          used: line.used,
          unit: line.unit,
          country: line.country,
          supplier: line.supplier,
          data_quality: line.dataQuality,
          scope: line.scope,
          category: line.category,
          method: line.method,
          factor: line.factor,
          co2e_kg: line.co2eKg,
          notes: line.notes,
        })),
        next: found.length > limit ? context.cursors.seal(scope, { seq, offset: offset + limit }) : null,
      };
    },
  );
}
