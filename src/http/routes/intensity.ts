/** Greenhouse-gas intensity per net revenue over HTTP. */
import { Type } from 'typebox';
import type { Approach, GwpSetName } from '../../carbon/index.ts';
import { GWP_SET_NAMES } from '../../carbon/index.ts';
import { intensityStatement } from '../../statements/index.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { openRead } from '../reading.ts';
import { AsOf, DecimalText, Month, Nullable, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { boundaryParameters } from './inventory.ts';
import { methodologyOf } from './scope2.ts';

const strict = { additionalProperties: false } as const;
const Amount = { pattern: '^\\d{1,20}(\\.\\d{1,12})?$' };

const Side = Type.Object(
  {
    co2e_t: DecimalText,
    intensity: Nullable(Type.String({ description: 'Nine decimals; null where revenue is 0' })),
    ref: Type.String({ description: 'For /api/explain: the total; market-based, its scope 2' }),
  },
  strict,
);

const IntensitySchema = Type.Object(
  {
    seq: Type.Integer(),
    from: Month,
    to: Month,
    currency: Type.String(),
    basis: Type.Enum(['stated', 'recognised']),
    revenue: Type.String({ description: 'Net revenue in units of the currency' }),
    revenue_lines: Nullable(Type.Integer()),
    per: Type.String(),
    location_based: Side,
    market_based: Nullable(Side),
    notes: Type.Array(Type.String()),
  },
  strict,
);

export function intensityRoutes(app: Scope, context: HttpContext): void {
  app.get(
    '/api/reports/intensity',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Emissions per net revenue, with both methods of scope 2',
        querystring: Type.Object(
          {
            from: Month,
            to: Month,
            revenue: Type.Optional(
              Type.String({
                ...Amount,
                description:
                  'Net revenue of the financial statements, in units; default: what the invoices recognise in the period',
              }),
            ),
            currency: Type.Optional(Type.String({ pattern: '^[A-Za-z]{3}$' })),
            per: Type.String({ ...Amount, default: '1000000', description: 't CO2e per this much revenue' }),
            gwp: Type.Optional(Type.Enum([...GWP_SET_NAMES])),
            ...boundaryParameters,
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: IntensitySchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { from, to, revenue, currency, per, gwp, approach, parent } = request.query;
      const carbon = await openRead(context, request, reply, 'carbon');
      if (carbon === null) return reply;
      const methodology = await methodologyOf(carbon, undefined);
      const asked = approach ?? methodology.approach;
      const books = { carbon, revenue: await context.footing.read(accountOf(request), 'revenue', carbon.seq) };
      const statement = await intensityStatement(books, {
        from,
        to,
        per,
        gwp: (gwp ?? methodology.gwp) as GwpSetName,
        ...(revenue === undefined ? {} : { revenue }),
        ...(currency === undefined ? {} : { currency: currency.toUpperCase() }),
        ...(asked === 'none' ? {} : { approach: asked as Approach }),
        ...(asked === 'none' || parent === undefined ? {} : { parent }),
      });
      return { seq: carbon.seq, ...statement };
    },
  );
}
