/** Exchange rates and price indices: stated, imported, looked up. */
import { Type } from 'typebox';
import { currencyCode } from '../../kernel/currency.ts';
import { dayOfInstant } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import {
  FILE_BYTES_MAX,
  importMoney,
  priceTable,
  rateCurrency,
  ratePairs,
  rateTable,
  SET_ROWS_MAX,
  type StandingRate,
  setPrices,
  setRates,
  standingRates,
} from '../../rates/index.ts';
import { leaveBodiesAsStreams, uploadOf } from '../bodies.ts';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, seqToRead } from '../reading.ts';
import { AsOf, Day, DecimalText, Next, Nullable, Page, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';

const strict = { additionalProperties: false } as const;
/** Digits after the point to which a cross rate is shown beside its exact fraction. */
const SHOWN_PLACES = 12;

const Currency = Type.String({ pattern: '^[A-Za-z]{3}$', description: 'ISO 4217', examples: ['USD'] });
const Source = Type.String({
  minLength: 1,
  maxLength: 300,
  description: 'Who says so; kept with every figure',
  examples: ['European Central Bank, euro reference rates'],
});
const Stated = {
  seq: Type.Integer({ description: 'Entry that states them' }),
  rows: Type.Integer({ description: 'Rows stated' }),
  changed: Type.Integer({ description: 'Rows that say something new; the others stood already' }),
};
const StatedSchema = Type.Object(Stated, strict);
const ImportedSchema = Type.Object(
  {
    ...Stated,
    format: Type.Enum(['ecb', 'table', 'prices'], {
      description: 'What the file was found to be: euro reference rates, a table of rates, a table of price indices',
    }),
    empty: Type.Integer({ description: 'Cells that say that there is no rate (N/A)' }),
    evidence: Type.String({ description: 'SHA-256 of the file' }),
    already: Type.Boolean({
      description:
        'The same file was stated before and all of it stands: nothing was stated, seq is that of the entry then',
    }),
  },
  strict,
);
const RateSchema = Type.Object(
  {
    date: Day,
    base: Currency,
    quote: Currency,
    rate: Type.String({ description: 'Units of quote for one unit of base', examples: ['1.0817'] }),
    source: Type.String(),
    seq: Type.Integer({ description: 'Entry that states it' }),
  },
  strict,
);
const PriceSchema = Type.Object(
  {
    index: Type.String(),
    region: Type.String(),
    year: Type.Integer(),
    month: Nullable(Type.Integer()),
    value: DecimalText,
    source: Type.String(),
    seq: Type.Integer(),
  },
  strict,
);
const ImportQuery = Type.Object(
  {
    source: Source,
    file_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  },
  strict,
);

export function rateRoutes(app: Scope, context: HttpContext): void {
  const { engines, journal } = context.footing;
  const { pg, evidence } = engines;

  app.get(
    '/api/rates',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.rates],
        summary: 'Which exchange rates there are',
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: {
          200: Type.Object(
            {
              seq: Type.Integer(),
              pairs: Type.Array(
                Type.Object(
                  { base: Currency, quote: Currency, rates: Type.Integer(), first: Day, last: Day },
                  { ...strict, description: 'Number of days that have a rate, the first and the last of them' },
                ),
              ),
            },
            strict,
          ),
          ...problemAnswers,
        },
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const seq = await seqToRead(context, accountId, request.query.as_of);
      if (answeredFromCache(context, request, reply, seq)) return reply;
      return { seq, pairs: await ratePairs(pg, accountId, seq) };
    },
  );

  app.get(
    '/api/rates/list',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.rates],
        summary: 'Exchange rates as they stand, by pair and day',
        querystring: Type.Object(
          {
            base: Type.Optional(Currency),
            quote: Type.Optional(Currency),
            from: Type.Optional(Day),
            to: Type.Optional(Day),
            as_of: AsOf,
            ...Page,
          },
          strict,
        ),
        response: { 200: Type.Object({ rates: Type.Array(RateSchema), next: Next }, strict), ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { cursor, limit, as_of, base, quote, ...days } = request.query;
      const accountId = accountOf(request);
      const scope = JSON.stringify(['rates', accountId, base, quote, days, as_of]);
      type Position = { seq: number; after: Pick<StandingRate, 'base' | 'quote' | 'date'> };
      const position = cursor === undefined ? null : context.cursors.open<Position>(scope, cursor);
      const seq = position?.seq ?? (await seqToRead(context, accountId, as_of));
      if (answeredFromCache(context, request, reply, seq)) return reply;
      const found = await standingRates(pg, accountId, seq, {
        ...(base !== undefined && { base: base.toUpperCase() }),
        ...(quote !== undefined && { quote: quote.toUpperCase() }),
        ...days,
        ...(position && { after: position.after }),
        limit: limit! + 1,
      });
      const rates = found.slice(0, limit);
      const last = rates.at(-1);
      const after = last && { base: last.base, quote: last.quote, date: last.date };
      return { rates, next: found.length > limit! && after ? context.cursors.seal(scope, { seq, after }) : null };
    },
  );

  app.get(
    '/api/rates/convert',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.rates],
        summary: 'How one currency is turned into another on a day',
        description:
          'The rate of the day or the latest earlier one; where the pair is not stated, crossed through a currency that both are ' +
          'quoted against. `not_found` when there is none: never 1.',
        querystring: Type.Object({ from: Currency, to: Currency, date: Type.Optional(Day), as_of: AsOf }, strict),
        response: {
          200: Type.Object(
            {
              seq: Type.Integer(),
              from: Currency,
              to: Currency,
              date: Day,
              rate: Type.String({
                description: `Units of \`to\` for one of \`from\`, at most ${SHOWN_PLACES} decimals`,
              }),
              exact: Type.String({ description: 'The same exactly: a decimal, or a fraction' }),
              rate_date: Type.String({ description: 'Day of the oldest rate that it is made of' }),
              legs: Type.Array(RateSchema),
            },
            strict,
          ),
          ...problemAnswers,
        },
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const account = await context.footing.accounts.get(accountId);
      const { query } = request;
      const [from, to] = [currencyOf('from', query.from), currencyOf('to', query.to)];
      const date = query.date ?? dayOfInstant(Date.now(), account.timeZone);
      const seq = await seqToRead(context, accountId, query.as_of);
      if (answeredFromCache(context, request, reply, seq, { date })) return reply;
      const found = (await rateTable(pg, accountId, seq, [from, to])).rate(from, to, date);
      if (found === undefined) {
        throw new FootingError('not_found', `No rate from ${from} to ${to} was stated for ${date} or an earlier day.`, {
          remedy: 'Import rates: a file of the European Central Bank, or a table date,base,quote,rate.',
        });
      }
      return {
        seq,
        from,
        to,
        date,
        rate: found.rate.toDecimal(SHOWN_PLACES).toString(),
        exact: found.rate.toString(),
        rate_date: found.date,
        legs: found.legs,
      };
    },
  );

  app.post(
    '/api/rates',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.rates],
        summary: 'State exchange rates',
        description: 'A later statement of the same pair and day takes the place of an earlier one; null withdraws it.',
        body: Type.Object(
          {
            source: Source,
            rates: Type.Array(
              Type.Object(
                {
                  date: Day,
                  base: Currency,
                  quote: Currency,
                  rate: Nullable(Type.Union([Type.String({ maxLength: 60 }), Type.Number()])),
                },
                strict,
              ),
              { minItems: 1, maxItems: SET_ROWS_MAX },
            ),
          },
          strict,
        ),
        response: { 201: StatedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const rates = request.body.rates.map((rate) => ({
        ...rate,
        rate: rate.rate === null ? null : String(rate.rate),
      }));
      const input = { source: request.body.source, rates };
      const outcome = await setRates(journal, evidence, accountOf(request), actorOf(request), input);
      setSeq(reply, outcome.seq);
      return reply.code(201).send(outcome);
    },
  );

  app.get(
    '/api/price-indices',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.rates],
        summary: 'Price indices as they stand',
        querystring: Type.Object(
          {
            index: Type.Optional(Type.String({ maxLength: 100 })),
            region: Type.Optional(Type.String({ maxLength: 3 })),
            as_of: AsOf,
          },
          strict,
        ),
        response: {
          200: Type.Object({ seq: Type.Integer(), prices: Type.Array(PriceSchema) }, strict),
          ...problemAnswers,
        },
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const { index, region, as_of } = request.query;
      const seq = await seqToRead(context, accountId, as_of);
      if (answeredFromCache(context, request, reply, seq)) return reply;
      const { all } = await priceTable(pg, accountId, seq);
      const prices = all.filter(
        (price) =>
          (index === undefined || price.index === index) &&
          (region === undefined || price.region === region.toUpperCase()),
      );
      return { seq, prices };
    },
  );

  app.post(
    '/api/price-indices',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.rates],
        summary: 'State price indices',
        description: 'Levels, such as a consumer price index. A later statement takes the place of an earlier one.',
        body: Type.Object(
          {
            source: Source,
            prices: Type.Array(
              Type.Object(
                {
                  index: Type.String({ minLength: 1, maxLength: 100 }),
                  region: Type.String({ maxLength: 3, description: 'Country, currency, or empty for the world' }),
                  year: Type.Integer(),
                  month: Type.Optional(Nullable(Type.Integer())),
                  value: Nullable(Type.Union([Type.String({ maxLength: 60 }), Type.Number()])),
                },
                strict,
              ),
              { minItems: 1, maxItems: SET_ROWS_MAX },
            ),
          },
          strict,
        ),
        response: { 201: StatedSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const prices = request.body.prices.map((price) => ({
        ...price,
        month: price.month ?? null,
        value: price.value === null ? null : String(price.value),
      }));
      const input = { source: request.body.source, prices };
      const outcome = await setPrices(journal, evidence, accountOf(request), actorOf(request), input);
      setSeq(reply, outcome.seq);
      return reply.code(201).send(outcome);
    },
  );

  app.register(async (uploads: Scope) => {
    leaveBodiesAsStreams(uploads as never);
    for (const what of ['rates', 'prices'] as const) {
      uploads.post(
        what === 'rates' ? '/api/rates/import' : '/api/price-indices/import',
        {
          config: { access: 'write', body: 'stream' },
          bodyLimit: FILE_BYTES_MAX,
          schema: {
            tags: [TAGS.rates],
            summary: what === 'rates' ? 'Import a file of exchange rates' : 'Import a file of price indices',
            description:
              what === 'rates'
                ? 'CSV: the euro reference rates as the European Central Bank publishes them (Date,USD,JPY,…), or a table ' +
                  'with the columns date, base, quote, rate. One wrong value refuses the file.'
                : 'CSV with the columns index, region, year, month, value; month may be left out. One wrong value refuses the file.',
            querystring: ImportQuery,
            response: { 200: ImportedSchema, 201: ImportedSchema, ...problemAnswers },
          },
        },
        async (request, reply) => {
          const bytes = await whole(uploadOf(request, context.limits));
          const { source, file_name } = request.query;
          const outcome = await importMoney(pg, journal, evidence, accountOf(request), actorOf(request), {
            what,
            bytes,
            source,
            fileName: file_name ?? `${what}.csv`,
          });
          setSeq(reply, outcome.seq);
          return reply.code(outcome.already ? 200 : 201).send(outcome);
        },
      );
    }
  });
}

async function whole(upload: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of upload) {
    bytes += part.length;
    if (bytes > FILE_BYTES_MAX) {
      throw new FootingError('too_large', `The file has more than ${FILE_BYTES_MAX} bytes.`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function currencyOf(field: string, text: string): string {
  const code = currencyCode(text) ?? rateCurrency(text);
  if (code !== undefined) return code;
  throw new FootingError('invalid', 'There is no such currency.', {
    problems: [{ field, value: shown(text), reason: 'is not a currency of ISO 4217' }],
  });
}
