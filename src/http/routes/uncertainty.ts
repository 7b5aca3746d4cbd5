/** The uncertainty of an inventory. */
import { Type } from 'typebox';
import {
  APPROACHES,
  DRAWS_DEFAULT,
  DRAWS_MAX,
  DRAWS_MIN,
  GWP_SET_NAMES,
  methodologyId,
  UNCERTAINTY_METHODS,
  uncertainty,
} from '../../carbon/index.ts';
import type { HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, DecimalText, Month, Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { MethodologyName, methodologyOf } from './scope2.ts';

const strict = { additionalProperties: false } as const;
const Statistic = Type.String({ description: 'To three decimals', examples: ['12.345'] });

const figure = {
  scope: Type.String({ description: 'Empty for the total' }),
  category: Type.String(),
  co2e_kg: DecimalText,
  low_kg: Nullable(Statistic),
  high_kg: Nullable(Statistic),
  percent: Nullable(Type.String({ description: 'The larger side of the 95 % interval, per cent of the figure' })),
  mean_kg: Nullable(Statistic),
  median_kg: Nullable(Statistic),
  quality_score: Nullable(
    Type.String({ description: 'Data quality weighted by emissions, 1 very good to 5 poor, of what has a score' }),
  ),
  quality_known_percent: Nullable(Statistic),
  ref: Type.String({ description: 'For /api/explain' }),
};
const FigureSchema = Type.Object(figure, strict);

const UncertaintySchema = Type.Object(
  {
    seq: Type.Integer(),
    from: Nullable(Type.String()),
    to: Nullable(Type.String()),
    gwp: Type.String(),
    methodology: Type.String(),
    method: Type.Enum([...UNCERTAINTY_METHODS]),
    seed: Nullable(Type.Integer()),
    draws: Nullable(Type.Integer()),
    total: FigureSchema,
    parts: Type.Array(FigureSchema, { description: 'By scope and category' }),
    factors: Type.Array(
      Type.Object(
        {
          factor: Type.String(),
          name: Type.String(),
          co2e_kg: DecimalText,
          percent: Statistic,
          stated: Type.Boolean({ description: 'Its uncertainty is stated; otherwise it follows from the pedigree' }),
          variance_percent: Type.String({ description: 'Its share of the variance of the total' }),
          ref: Type.String({ description: 'What the factor gives in this inventory, for /api/explain' }),
        },
        strict,
      ),
      { description: 'Factors that contribute most' },
    ),
    notes: Type.Array(Type.String()),
  },
  strict,
);

export function uncertaintyRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/reports/uncertainty',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'How far the inventory may be from the truth: 95 % intervals by scope and category, and data quality',
        description:
          'Factors err in all their lines together, quantities each by itself. approach_1 is error propagation, lognormal adds by Fenton and Wilkinson, monte_carlo draws from a seed.',
        querystring: Type.Object(
          {
            from: Type.Optional(Month),
            to: Type.Optional(Month),
            method: Type.Enum([...UNCERTAINTY_METHODS], { default: 'lognormal' }),
            gwp: Type.Optional(Type.Enum([...GWP_SET_NAMES], { description: 'Default: that of the methodology' })),
            approach: Type.Optional(Type.Enum([...APPROACHES])),
            parent: Type.Optional(Type.String({ maxLength: 255 })),
            under: Type.Optional(
              Type.String({ maxLength: 255, description: 'Only this entity and all that is under it' }),
            ),
            seed: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 1 }),
            draws: Type.Integer({ minimum: DRAWS_MIN, maximum: DRAWS_MAX, default: DRAWS_DEFAULT, multipleOf: 2 }),
            methodology: MethodologyName,
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: UncertaintySchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const read = await openRead(context, request, reply, 'carbon');
      if (read === null) return reply;
      const { from, to, method, seed, draws, under, ...query } = request.query;
      const methodology = await methodologyOf(read, query.methodology);
      const approach = query.approach ?? methodology.approach;
      const parent = query.parent ?? (query.approach === undefined ? methodology.parent : '');
      const gwp = query.gwp ?? methodology.gwp;
      const drawn = method === 'monte_carlo';
      const found = await uncertainty(read, {
        gwp: gwp as typeof methodology.gwp,
        methane: methodology.methane,
        method: method as (typeof UNCERTAINTY_METHODS)[number],
        seed,
        draws,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(under === undefined ? {} : { under }),
        ...(approach === 'none' ? {} : { approach: approach as Exclude<typeof methodology.approach, 'none'> }),
        ...(approach === 'none' || parent === '' ? {} : { parent }),
      });
      return {
        ...found,
        from: from ?? null,
        to: to ?? null,
        gwp,
        methodology: methodologyId(methodology),
        seed: drawn ? seed : null,
        draws: drawn ? draws : null,
      };
    },
  );
}
