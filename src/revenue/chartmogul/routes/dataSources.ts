/** Data sources. */
import { checkSource } from '../../../ledger/recordsService.ts';
import { revenueStreams } from '../../streams.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { changing } from '../context.ts';
import { notFound, refused } from '../errors.ts';
import { Fields } from '../fields.ts';
import { dataSourceId } from '../ids.ts';
import { type DataSource, DEFAULT_SYSTEM } from '../sources.ts';
import { VOID_KIND, type VoidPayload } from '../voiding.ts';

const INVOICE_HANDLING = {
  create_subscription_when_invoice_is: 'open',
  update_subscription_when_invoice_is: 'open',
  prevent_subscription_for_invoice_voided: true,
  prevent_subscription_for_invoice_refunded: false,
  prevent_subscription_for_invoice_written_off: true,
};

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
    return { data_sources: wanted.map((source) => describe(call, source)) };
  });
  route('GET', '/data_sources/:ds', 200, async (call) =>
    describe(call, await context.sources.get(call, call.params.ds!)),
  );

  route('DELETE', '/data_sources/:ds', 204, (call) => remove(context, call, true));
  route('DELETE', '/data_sources/:ds/all', 204, (call) => remove(context, call, true));
  route('DELETE', '/data_sources/:ds/dependent', 204, (call) => remove(context, call, false));
}

/** Voids everything of the source, then the source itself. A crash between the two: asked again, the rest is done. */
async function remove(context: ApiContext, call: Call, itself: boolean): Promise<void> {
  context.sources.forget(call);
  const source = await context.sources.get(call, call.params.ds!);
  const payload: VoidPayload = {
    source: source.name,
    voids: revenueStreams.map(({ name }) => ({ stream: name, matches: [{}] })),
  };
  await context.footing.journal.append(call.account.id, {
    kind: VOID_KIND,
    actor: call.actor,
    payload: payload as never,
    effects: async (tx) => {
      await tx.query(`DELETE FROM claims WHERE account_id = $1 AND split_part(claim, '/', 2) = $2`, [
        call.account.id,
        encodeURIComponent(source.name),
      ]);
    },
  });
  for (const kind of ['contact', 'subscription_event', 'json_import'] as const) {
    const where = { data_source_uuid: source.id };
    for (const { id } of await context.stated.list(call.account.id, kind, { where, limit: 100_000 })) {
      await context.stated.remove(call.account.id, call.actor, kind, id);
    }
  }
  if (itself && source.statedId !== null) {
    await changing(context.stated.remove(call.account.id, call.actor, 'data_source', source.statedId), () =>
      notFound('Data source'),
    );
  }
  context.sources.forget(call);
}

function describe(call: Call, source: DataSource) {
  const asked = (name: string) => call.query[name] === 'true';
  return {
    uuid: source.id,
    name: source.name,
    system: source.system,
    created_at: source.createdAt,
    status: source.used ? 'idle' : 'never_imported',
    ...(asked('with_processing_status') && { processing_status: { processed: 0, pending: 0, failed: 0 } }),
    ...(asked('with_auto_churn_subscription_setting') && {
      auto_churn_subscription_setting: { enabled: false, interval: null },
    }),
    ...(asked('with_invoice_handling_setting') && {
      invoice_handling_setting: { manual: INVOICE_HANDLING, automatic: INVOICE_HANDLING },
    }),
  };
}
