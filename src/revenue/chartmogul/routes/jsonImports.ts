/**
 * Imports by JSON: arrays of customers, plans, invoices, line items, transactions and subscription events under one external id. An item with
 * a known external id takes the place of the one before. What became of each item stands in status_details.
 */
import type { StatedObject } from '../../stated/store.ts';
import type { ApiContext, Route } from '../context.ts';
import { notFound, refused } from '../errors.ts';
import { Fields } from '../fields.ts';
import { newId } from '../ids.ts';
import { SECTIONS } from '../importItems.ts';
import { IMPORT_KIND, ImportRuns } from '../importRuns.ts';

export const ITEMS_MAX = 20_000;

export function jsonImportRoutes(route: Route, context: ApiContext): void {
  const runs = new ImportRuns(context);
  context.onStart(() => runs.resume());
  context.onStop(() => runs.stop());

  route('POST', '/data_sources/:ds/json_imports', 201, async (call) => {
    const source = await context.sources.get(call, call.params.ds!);
    const fields = new Fields(call.body);
    const externalId = fields.text('external_id', { required: true });
    const items = SECTIONS.flatMap((section) => fields.list(section, { max: ITEMS_MAX }));
    fields.check();
    if (items.length === 0) throw refused('customers', `Give at least one of ${SECTIONS.join(', ')}`);
    const bytes = Buffer.from(JSON.stringify(call.body));
    const { sha256: evidence } = await context.footing.engines.evidence.put(bytes);
    const created = await context.stated.create(
      call.account.id,
      call.actor,
      IMPORT_KIND,
      newId(),
      { data_source_uuid: source.id, external_id: externalId, status: 'queued', status_details: {} },
      { evidence },
    );
    runs.schedule(call, created.id);
    return describe(created);
  });

  route('GET', '/data_sources/:ds/json_imports/:id', 200, async (call) => {
    const source = await context.sources.get(call, call.params.ds!);
    const byId = await context.stated.get(call.account.id, IMPORT_KIND, call.params.id!);
    const where = { external_id: call.params.id!, data_source_uuid: source.id };
    const found = byId ?? (await context.stated.list(call.account.id, IMPORT_KIND, { where, limit: 1 }))[0];
    if (!found || found.body.data_source_uuid !== source.id) throw notFound('Import', 'id', call.params.id);
    // One that was interrupted goes on when somebody asks for it.
    if (found.body.status !== 'completed') runs.schedule(call, found.id);
    return describe(found);
  });
}

function describe({ id, body, createdAt, updatedAt }: StatedObject) {
  return {
    id,
    data_source_uuid: body.data_source_uuid ?? null,
    status: body.status ?? 'queued',
    external_id: body.external_id ?? null,
    status_details: body.status_details ?? {},
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
