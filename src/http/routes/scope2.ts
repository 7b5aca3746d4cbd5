/** Scope 2 by both methods beside the inventory, the instruments with what became of them, and the split of combined plants. */
import { Type } from 'typebox';
import {
  CHP_METHODS,
  type ChpMethod,
  COVER_KINDS,
  type InstrumentResult,
  type InstrumentSum,
  type InventoryStatement,
  instrumentRef,
  instrumentSum,
  instrumentSumRef,
  lossEmissions,
  type Methodology,
  marketBook,
  marketTotalRef,
  methodologyId,
  methodologyInForce,
  methodologyNamed,
  placesOf,
  type Scope2Statement,
  splitChp,
} from '../../carbon/index.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { accountOf, type HttpContext } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, seqToRead } from '../reading.ts';
import { AsOf, DecimalText, Next, Nullable, Page, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { figures } from './figureSchemas.ts';

const strict = { additionalProperties: false } as const;
const KWH_PER_MWH = Decimal.parse('0.001');
/** Digits after the point to which a split that is no decimal is shown. */
const SHOWN_PLACES = 12;

const RefFigures = Type.Object({ ...figures, ref: Type.String({ description: 'For /api/explain' }) }, strict);
const Kwh = Type.String({ description: 'kWh, exact', examples: ['400000'] });

const TotalSchema = Type.Object(
  { co2e_kg: DecimalText, co2e_t: DecimalText, ref: Type.String({ description: 'For /api/explain' }) },
  strict,
);

export const MethodologyName = Type.Optional(
  Type.String({
    maxLength: 200,
    description: 'Methodology, as name@version or as a name for its last version; default: the one in force',
    examples: ['default@1'],
  }),
);

export const Scope2Schema = Nullable(
  Type.Object(
    {
      methodology: Type.String(),
      granularity: Type.String({ description: 'Period within which instruments and use are matched' }),
      location_based: RefFigures,
      market_based: RefFigures,
      total_location_based: TotalSchema,
      total_market_based: TotalSchema,
      kwh: Kwh,
      covered_kwh: Kwh,
      covered_percent: Nullable(Type.String()),
      covers: Type.Array(
        Type.Object(
          {
            cover: Type.Enum([...COVER_KINDS]),
            words: Type.String(),
            kwh: Kwh,
            percent: Nullable(Type.String({ description: 'Share of the use' })),
            other_year_kwh: Kwh,
            co2e_kg: DecimalText,
            lines: Type.Integer(),
            ref: Type.String(),
          },
          strict,
        ),
        { description: 'The market-based figure by what its rates are due to' },
      ),
      notes: Type.Array(Type.String(), { description: 'What a reader of the market-based figure must know' }),
      rows: Type.Optional(
        Type.Array(
          Type.Object(
            {
              keys: Type.Record(Type.String(), Type.String()),
              ...figures,
              kwh: Kwh,
              ref: Type.String({ description: 'For /api/explain' }),
            },
            strict,
          ),
          {
            description:
              'The market-based figure by the dimensions asked for, adding up to it; by gas, kWh are those of the whole group. Not in brief answers',
          },
        ),
      ),
    },
    {
      ...strict,
      description:
        'Scope 2 by both methods. The totals are scopes 1 to 3 with either. Null where scope 2 is not asked for',
    },
  ),
);

/** Both methods of scope 2 as the inventory shows them, beside its own total, which is location-based. */
export function scope2View({ rows, ...made }: Scope2Statement, total: InventoryStatement['total'], brief: boolean) {
  const market = Decimal.parse(total.co2e_kg)
    .sub(Decimal.parse(made.location_based.co2e_kg))
    .add(Decimal.parse(made.market_based.co2e_kg));
  const flags = (of: object) => ({ ...of }) as Record<string, number>;
  return {
    ...made,
    location_based: { ...made.location_based, flags: flags(made.location_based.flags) },
    market_based: { ...made.market_based, flags: flags(made.market_based.flags) },
    total_location_based: { ...inBoth(Decimal.parse(total.co2e_kg)), ref: total.ref },
    total_market_based: { ...inBoth(market), ref: marketTotalRef(total.ref, made.methodology) },
    ...(brief
      ? {}
      : { rows: rows.map((row) => ({ ...row, keys: row.keys as Record<string, string>, flags: flags(row.flags) })) }),
  };
}

const inBoth = (kg: Decimal) => ({ co2e_kg: kg.toString(), co2e_t: kg.mul(KWH_PER_MWH).toString() });

const InstrumentSchema = Type.Object(
  {
    external_id: Type.String(),
    source: Type.String({ description: 'Data source' }),
    kind: Type.String(),
    carrier: Type.String(),
    mwh: Nullable(DecimalText),
    emission_rate: Nullable(DecimalText),
    vintage_start: Type.String(),
    vintage_end: Type.String(),
    country: Type.String(),
    site: Type.String(),
    registry: Type.String(),
    first_certificate: Type.String(),
    last_certificate: Type.String(),
    technology: Type.String(),
    status: Type.Enum(['applied', 'partly_applied', 'unused', 'rejected']),
    applied_mwh: DecimalText,
    unused_mwh: Nullable(DecimalText),
    applied_to: Type.Array(
      Type.Object({ site: Type.String(), country: Type.String(), period: Type.String(), mwh: DecimalText }, strict),
      { description: 'Where it is applied' },
    ),
    rejected: Type.Array(Type.Object({ criterion: Type.String(), words: Type.String() }, strict), {
      description: 'Why it may not be used',
    }),
    ref: Type.String({ description: 'For /api/explain' }),
  },
  strict,
);

export function scope2Routes(app: Scope, context: HttpContext): void {
  const { footing } = context;

  app.get(
    '/api/carbon/instruments',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Contractual instruments: how much of each is applied, what is left, and why some are rejected',
        querystring: Type.Object(
          {
            status: Type.Optional(Type.Enum(['applied', 'partly_applied', 'unused', 'rejected'])),
            methodology: MethodologyName,
            as_of: AsOf,
            ...Page,
          },
          strict,
        ),
        response: {
          200: Type.Object(
            {
              seq: Type.Integer(),
              methodology: Type.String(),
              counts: Type.Object(
                {
                  applied: Type.Integer(),
                  partly_applied: Type.Integer(),
                  unused: Type.Integer(),
                  rejected: Type.Integer(),
                },
                strict,
              ),
              applied_mwh: DecimalText,
              unused_mwh: DecimalText,
              rejected_mwh: DecimalText,
              refs: Type.Object(
                { applied: Type.String(), unused: Type.String(), rejected: Type.String() },
                { ...strict, description: 'What these sums are made of, for /api/explain' },
              ),
              instruments: Type.Array(InstrumentSchema),
              total: Type.Integer(),
              next: Next,
            },
            strict,
          ),
          ...problemAnswers,
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, as_of, status, methodology: named } = request.query;
      const accountId = accountOf(request);
      const scope = JSON.stringify(['instruments', accountId, as_of ?? null, status ?? null, named ?? null]);
      const position =
        cursor === undefined ? null : context.cursors.open<{ seq: number; offset: number }>(scope, cursor);
      const seq = position?.seq ?? (await seqToRead(context, accountId, as_of));
      if (answeredFromCache(context, request, reply, seq)) return reply;
      const read = await footing.read(accountId, 'carbon', seq);
      const methodology = await methodologyOf(read, named);
      const { allocation } = await marketBook(read, read.seq, methodology);
      const places = placesOf(allocation);
      const all = allocation.instruments;
      const found = status === undefined ? all : all.filter((each) => each.status === status);
      const offset = position?.offset ?? 0;
      const page = found.slice(offset, offset + limit);
      const count = (which: InstrumentResult['status']) => all.filter((each) => each.status === which).length;
      const sum = (of: InstrumentSum) => instrumentSum(all, of).mul(KWH_PER_MWH).toString();
      const last = offset + page.length >= found.length;
      return {
        seq: read.seq,
        methodology: methodologyId(methodology),
        counts: {
          applied: count('applied'),
          partly_applied: count('partly_applied'),
          unused: count('unused'),
          rejected: count('rejected'),
        },
        applied_mwh: sum('applied'),
        unused_mwh: sum('unused'),
        rejected_mwh: sum('rejected'),
        refs: {
          applied: instrumentSumRef('applied', methodology),
          unused: instrumentSumRef('unused', methodology),
          rejected: instrumentSumRef('rejected', methodology),
        },
        instruments: page.map((each) => instrumentView(each, methodology, places.get(each.instrument) ?? [])),
        total: found.length,
        next: last ? null : context.cursors.seal(scope, { seq, offset: offset + page.length }),
      };
    },
  );

  app.post(
    '/api/carbon/chp',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.reports],
        summary: 'Splits the emissions of a combined heat and power plant, and adds what is lost on the way',
        description:
          'Efficiency method: E × (H/eH) / (H/eH + P/eP) is the share of heat; `energy` divides by energy content, `work_potential` by the work that the heat could do, H × (1 − T0/T). One method per supplier. With `loss`, E × L / (1 − L) of each is lost in the network.',
        body: Type.Object(
          {
            emissions: Type.String({ description: 'Of the plant, any unit of mass', examples: ['10000'] }),
            heat: Type.String({ description: 'Delivered, any unit of energy', examples: ['60000'] }),
            power: Type.String({ description: 'Delivered, the same unit', examples: ['30000'] }),
            method: Type.Optional(Type.Enum([...CHP_METHODS])),
            heat_efficiency: Type.Optional(Type.String({ description: 'Default 0.8' })),
            power_efficiency: Type.Optional(Type.String({ description: 'Default 0.35' })),
            heat_temperature: Type.Optional(
              Type.String({ description: 'Of the delivered heat, °C; for work_potential', examples: ['150'] }),
            ),
            reference_temperature: Type.Optional(Type.String({ description: 'Of the surroundings, °C; default 15' })),
            loss: Type.Optional(Type.String({ description: 'Share of generation that is lost', examples: ['0.041'] })),
          },
          strict,
        ),
        response: {
          200: Type.Object(
            {
              heat: DecimalText,
              power: DecimalText,
              heat_loss: Nullable(DecimalText),
              power_loss: Nullable(DecimalText),
            },
            strict,
          ),
          ...problemAnswers,
        },
      },
    },
    async (request) => {
      const { heat_efficiency, power_efficiency, heat_temperature, reference_temperature, loss, ...input } =
        request.body;
      const split = splitChp({
        ...(input as { emissions: string; heat: string; power: string; method?: ChpMethod }),
        ...(heat_temperature === undefined ? {} : { heatTemperature: heat_temperature }),
        ...(reference_temperature === undefined ? {} : { referenceTemperature: reference_temperature }),
        ...(heat_efficiency === undefined ? {} : { heatEfficiency: heat_efficiency }),
        ...(power_efficiency === undefined ? {} : { powerEfficiency: power_efficiency }),
      });
      const lost = (part: 'heat' | 'power') =>
        loss === undefined ? null : lossEmissions(split[part].toString(), loss).toDecimal(SHOWN_PLACES).toString();
      return {
        heat: split.heat.toDecimal(SHOWN_PLACES).toString(),
        power: split.power.toDecimal(SHOWN_PLACES).toString(),
        heat_loss: lost('heat'),
        power_loss: lost('power'),
      };
    },
  );
}

/** The methodology that a request names, else the one in force. */
export async function methodologyOf(read: ReadContext, named: string | undefined): Promise<Methodology> {
  return named === undefined ? methodologyInForce(read, read.seq) : methodologyNamed(read, named, read.seq);
}

function instrumentView(
  result: InstrumentResult,
  methodology: Methodology,
  places: ReadonlyArray<{ entity: string; country: string; period: string; kwh: Decimal }>,
) {
  const { instrument, status, applied, unused, rejections } = result;
  const mwh = (kwh: Decimal) => kwh.mul(KWH_PER_MWH).toString();
  return {
    external_id: instrument.id,
    source: instrument.source,
    kind: instrument.kind,
    carrier: instrument.carrier,
    mwh: instrument.kwh && mwh(instrument.kwh),
    emission_rate: instrument.rate?.toString() ?? null,
    vintage_start: instrument.vintageStart,
    vintage_end: instrument.vintageEnd,
    country: instrument.country,
    site: instrument.site,
    registry: instrument.registry,
    first_certificate: instrument.firstCertificate,
    last_certificate: instrument.lastCertificate,
    technology: instrument.technology,
    status,
    applied_mwh: mwh(applied),
    unused_mwh: unused && mwh(unused),
    applied_to: places.map(({ entity, country, period, kwh }) => ({ site: entity, country, period, mwh: mwh(kwh) })),
    rejected: rejections.map(({ criterion, words }) => ({ criterion, words })),
    ref: instrumentRef(result, methodology),
  };
}
