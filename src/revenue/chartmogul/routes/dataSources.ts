/** Data sources. */

import { select } from '../../../ledger/index.ts';
import { checkSource } from '../../../ledger/recordsService.ts';
import type { RevenueSettings } from '../../rules/index.ts';
import { rulesToStated } from '../../settings/definitions.ts';
import { revenueStreams } from '../../streams.ts';
import type { ApiContext, Call, Part, Route } from '../context.ts';
import { changing } from '../context.ts';
import { notFound, refused } from '../errors.ts';
import { Fields } from '../fields.ts';
import { dataSourceId } from '../ids.ts';
import { LINE_IS_INVALID } from '../invoiceRows.ts';
import { currentCondition } from '../ledgerReads.ts';
import { type DataSource, DEFAULT_SYSTEM } from '../sources.ts';
import { VOID_KIND, type VoidPayload } from '../voiding.ts';

const NAME_TAKEN = () => refused('name', 'Has already been taken.', 'taken');

export function dataSourceRoutes(route: Route, context: ApiContext): void {
  route('POST', '/data_sources', 201, async (call) => {
    const fields = new Fields(call.body);
    const name = fields.text('name')?.trim() ?? '';
    const system = fields.text('system') || DEFAULT_SYSTEM;
    if (name === '') throw refused('name', 'A name is required for each data source.', 'blank');
    fields.check();
    try {
      checkSource(name);
    } catch {
      throw refused('name', 'A name has 1 to 100 printable characters.');
    }
    const id = dataSourceId(call.account.id, name);
    if (await context.sources.find(call, id)) throw NAME_TAKEN();
    const created = await changing(
      context.stated.create(call.account.id, call.actor, 'data_source', id, { name, system }),
      () => notFound('Data source'),
      NAME_TAKEN,
    );
    context.sources.forget(call);
    return {
      uuid: id,
      name,
      system,
      created_at: created.createdAt,
      status: 'never_imported',
    };
  });

  route('GET', '/data_sources', 200, async (call) => {
    const { name, system } = call.query;
    const wanted = (await context.sources.list(call)).filter(
      (source) => (!name || source.name === name) && (!system || source.system === system),
    );
    const [processed, settings] = [await processing(context, call), await context.settings(call)];
    return { data_sources: wanted.map((source) => describe(call, source, processed, settings)) };
  });
  route('GET', '/data_sources/:ds', 200, async (call) =>
    describe(
      call,
      await context.sources.fresh(call, call.params.ds!),
      await processing(context, call),
      await context.settings(call),
    ),
  );

  route('DELETE', '/data_sources/:ds', 204, (call) => remove(context, call, true));
  route('DELETE', '/data_sources/:ds/all', 204, (call) => remove(context, call, true));
  route('DELETE', '/data_sources/:ds/dependent', 204, (call) => remove(context, call, false));
}

/** Voids everything of the source and, with it, the source itself: all or nothing. */
async function remove(context: ApiContext, call: Call, itself: boolean): Promise<void> {
  context.sources.forget(call);
  const source = await context.sources.get(call, call.params.ds!);
  const payload: VoidPayload = {
    source: source.name,
    voids: revenueStreams.map(({ name }) => ({ stream: name, matches: [{}] })),
  };
  const parts: Part[] = [
    {
      kind: VOID_KIND,
      payload: payload as never,
      effects: async (tx) => {
        await tx.query(`DELETE FROM claims WHERE account_id = $1 AND split_part(claim, '/', 2) = $2`, [
          call.account.id,
          encodeURIComponent(source.name),
        ]);
      },
    },
  ];
  for (const kind of ['contact', 'subscription_event', 'json_import'] as const) {
    const where = { data_source_uuid: source.id };
    for (const { id } of await context.stated.list(call.account.id, kind, { where, limit: 100_000 })) {
      parts.push(context.part(call, `${kind}.delete`, { id }));
    }
  }
  if (itself && source.statedId !== null) parts.push(context.part(call, 'data_source.delete', { id: source.statedId }));
  await changing(context.stateAll(call, parts), () => notFound('Data source'));
  context.sources.forget(call);
  context.references.forgetAll();
}

type Processing = Map<string, { processed: number; pending: number; failed: number }>;

/** Invoices by source that count and that cannot; none is pending, because the answer waits for the ledger. */
async function processing(context: ApiContext, call: Call): Promise<Processing> {
  if (call.query.with_processing_status !== 'true') return new Map();
  const read = await context.read(call);
  const rows = await select<{ source: string; good: string; bad: string }>(
    read.engines,
    read.database,
    `SELECT source, countIf(invalid = 0) AS good, countIf(invalid > 0) AS bad
     FROM (
       SELECT source, countIf(${LINE_IS_INVALID}) AS invalid
       FROM invoices
       WHERE ${currentCondition('invoices', '1')}
       GROUP BY source, customer_hash, invoice_external_id
     )
     GROUP BY source`,
    { seq: read.seq },
  );
  return new Map(rows.map((row) => [row.source, { processed: Number(row.good), pending: 0, failed: Number(row.bad) }]));
}

function describe(call: Call, source: DataSource, processed: Processing, settings: RevenueSettings) {
  const asked = (name: string) => call.query[name] === 'true';
  const { autoChurnDays: days, invoiceHandling: handling } = { ...settings, ...settings.sources[source.name] };
  return {
    uuid: source.id,
    name: source.name,
    system: source.system,
    created_at: source.createdAt,
    status: source.used ? 'idle' : 'never_imported',
    ...(asked('with_processing_status') && {
      processing_status: processed.get(source.name) ?? { processed: 0, pending: 0, failed: 0 },
    }),
    ...(asked('with_auto_churn_subscription_setting') && {
      auto_churn_subscription_setting: { enabled: days !== null, interval: days },
    }),
    ...(asked('with_invoice_handling_setting') && {
      invoice_handling_setting: {
        manual: rulesToStated(handling.manual),
        automatic: rulesToStated(handling.automatic),
      },
    }),
  };
}
