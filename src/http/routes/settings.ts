/** Settings of the revenue book, and what figures would be under others. */
import { Type } from 'typebox';
import type { Json } from '../../journal/types.ts';
import { addMonthsToMonth, monthOf } from '../../kernel/dates.ts';
import { FootingError } from '../../kernel/errors.ts';
import {
  checkedSettings,
  compareMrr,
  deriveWhatIf,
  INTERVALS,
  movementMonths,
  SETTINGS,
  STATEMENT_ROWS,
  type StatementInterval,
  setSettings,
  settingsHistory,
} from '../../revenue/index.ts';
import { accountOf, actorOf, type HttpContext, setSeq } from '../context.ts';
import { TAGS } from '../openapi.ts';
import { answeredFromCache, seqToRead } from '../reading.ts';
import { AsOf, Day, Nullable, problemAnswers, SourceName } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { todayOf } from './metricParameters.ts';

const strict = { additionalProperties: false } as const;
const MONTHS_DEFAULT = 12;

const Value = Type.Unknown({ description: 'As the setting takes it; null: the default' });
const Settings = Type.Record(Type.String({ maxLength: 100 }), Value, {
  description: 'Value by name of the setting; null is the default again',
  examples: [{ churn_recognition: 'end_of_service_period', currency: 'EUR' }],
});
const Stated = Type.Object(
  { source: Type.Optional(Nullable(SourceName)), settings: Settings },
  { ...strict, description: 'Without a source: of the account' },
);

const Money = Type.Object({ cents: Type.String(), amount: Type.String() }, strict);
const ComparedSchema = Type.Object({ present: Money, tried: Money, difference: Money }, strict);
const WhatIfSchema = Type.Object(
  {
    seq: Type.Integer(),
    from: Day,
    to: Day,
    until: Day,
    currencies: Type.Array(
      Type.Object(
        {
          currency: Type.String(),
          buckets: Type.Array(
            Type.Object(
              {
                bucket: Type.String(),
                start: ComparedSchema,
                movements: Type.Object(
                  Object.fromEntries(STATEMENT_ROWS.map((type) => [type, ComparedSchema])),
                  strict,
                ),
                end: ComparedSchema,
                customers: Type.Object(
                  { present: Type.Integer(), tried: Type.Integer(), difference: Type.Integer() },
                  strict,
                ),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
  },
  { ...strict, description: 'The statement as it stands, as it would be, and the difference, figure by figure' },
);

export function settingRoutes(app: Scope, context: HttpContext): void {
  const { footing } = context;
  const { engines, journal, accounts, ledger } = footing;
  const trying = new Set<number>();

  app.get(
    '/api/settings',
    {
      config: { access: 'read' },
      schema: {
        tags: [TAGS.rates],
        summary: 'Settings of the revenue book',
        querystring: Type.Object({ as_of: AsOf }, strict),
        response: {
          200: Type.Object(
            {
              seq: Type.Integer(),
              settings: Type.Array(
                Type.Object(
                  {
                    name: Type.String(),
                    title: Type.String(),
                    words: Type.String({ description: 'What it decides' }),
                    per_source: Type.Boolean({ description: 'Whether data sources may have it otherwise' }),
                    choices: Nullable(Type.Array(Type.String())),
                    default: Value,
                    value: Type.Unknown({ description: 'What holds' }),
                    stated: Type.Boolean({ description: 'Whether somebody stated it' }),
                  },
                  strict,
                ),
              ),
              sources: Type.Array(
                Type.Object(
                  { source: Type.String(), settings: Settings },
                  { ...strict, description: 'What a data source has otherwise' },
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
      const account = await accounts.get(accountId);
      const seq = await seqToRead(context, accountId, request.query.as_of);
      if (answeredFromCache(context, request, reply, seq)) return reply;
      const stated = (await settingsHistory(engines.pg, accountId, seq)).statedAsOf(seq);
      const settings = SETTINGS.map(({ name, title, words, perSource, choices, default: otherwise }) => {
        const value = stated.account[name] ?? null;
        const preset = name === 'time_zone' ? account.timeZone : otherwise;
        return {
          name,
          title,
          words,
          per_source: perSource,
          choices: choices === null ? null : [...choices],
          default: preset,
          value: value ?? preset,
          stated: value !== null,
        };
      });
      const sources = Object.entries(stated.sources).map(([source, of]) => ({
        source,
        settings: Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null)),
      }));
      return { seq, settings, sources: sources.filter((each) => Object.keys(each.settings).length > 0) };
    },
  );

  app.post(
    '/api/settings',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.rates],
        summary: 'Change settings of the revenue book',
        description:
          'An entry of the journal. Everything is derived anew and the differences are posted with it; until they are, figures can be ' +
          'asked for as of the entry before.',
        body: Stated,
        response: { 201: Type.Object({ seq: Type.Integer() }, strict), ...problemAnswers },
      },
    },
    async (request, reply) => {
      const { source = null, settings } = request.body;
      const given = { source, settings: settings as Record<string, Json> };
      const seq = await setSettings(journal, accountOf(request), actorOf(request), given);
      setSeq(reply, seq);
      return reply.code(201).send({ seq });
    },
  );

  app.post(
    '/api/what-if/revenue',
    {
      config: { access: 'write' },
      schema: {
        tags: [TAGS.rates],
        summary: 'The MRR statement under other settings, beside the one that stands',
        description:
          'Nothing is stated. The whole book is derived by the settings tried, which takes as long as to change them.',
        body: Type.Object(
          {
            settings: Settings,
            source: Type.Optional(Nullable(SourceName)),
            from: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}(-\\d{2})?$' })),
            to: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}(-\\d{2})?$' })),
            interval: Type.Optional(Type.Enum([...INTERVALS])),
            currency: Type.Optional(Type.String({ pattern: '^[A-Za-z]{3}$' })),
            as_of: AsOf,
          },
          strict,
        ),
        response: { 200: WhatIfSchema, ...problemAnswers },
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const { source = null, settings, interval = 'month', currency, as_of } = request.body;
      const tried = checkedSettings({ source, settings: settings as Record<string, Json> });
      if (trying.has(accountId)) {
        throw new FootingError('busy', 'Other settings of this account are being tried.', {
          remedy: 'Try again when that is answered.',
        });
      }
      trying.add(accountId);
      try {
        const seq = await seqToRead(context, accountId, as_of);
        const live = await footing.read(accountId, 'revenue', seq);
        const until = await todayOf(context, accountId);
        const newest = Object.values((await movementMonths(live, until)).currencies)
          .sort()
          .at(-1);
        const to = request.body.to ?? newest ?? monthOf(until);
        const from = request.body.from ?? addMonthsToMonth(to.slice(0, 7), 1 - MONTHS_DEFAULT);
        const scratch = await ledger.scratch(accountId);
        try {
          const would = await deriveWhatIf(
            { engines, journal, accountId, database: scratch.database },
            { live, scratch: scratch.database, tried: [tried] },
          );
          setSeq(reply, seq);
          return (await compareMrr(live, would, {
            from,
            to,
            until,
            interval: interval as StatementInterval,
            ...(currency !== undefined && { currency }),
          })) as never;
        } finally {
          await ledger.drop(scratch);
        }
      } finally {
        trying.delete(accountId);
      }
    },
  );
}
