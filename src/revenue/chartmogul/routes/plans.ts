/** Plans. */
import { randomUUID } from 'node:crypto';
import { plans } from '../../streams.ts';
import type { ApiContext, Route } from '../context.ts';
import { refused } from '../errors.ts';
import { Fields } from '../fields.ts';
import { planId } from '../ids.ts';
import { countRecords } from '../ledgerReads.ts';
import { describePlan, planPage, planRow } from '../planRows.ts';
import { claim, patchEntry, postEntry, voidEntry } from '../writes.ts';

const UNITS = ['day', 'month', 'year'];
const TAKEN = () => refused('external_id', 'A plan with this identifier already exists in our system.', 'taken');

export function planRoutes(route: Route, context: ApiContext): void {
  route('POST', '/plans', 201, async (call) => {
    const fields = new Fields(call.body);
    const sourceId = fields.text('data_source_uuid', { required: true });
    const name = fields.text('name', { required: true });
    const count = fields.integer('interval_count', { required: true, min: 1 });
    const unit = fields.oneOf('interval_unit', UNITS, { required: true });
    const externalId = fields.text('external_id') || randomUUID();
    fields.check();
    const source = await context.sources.find(call, sourceId!);
    if (!source) throw refused('data_source_uuid', 'Data source not found', 'not_found');
    const row = { external_id: externalId, name, interval_count: count, interval_unit: unit };
    const entry = postEntry(plans, source.name, [row]);
    const reference = { source: source.name, externalId };
    await context.claiming(call, {
      entry,
      claims: [claim('plan', source.name, externalId)],
      taken: TAKEN,
      exists: () => context.references.exists(call, 'plans', reference),
      unclaimed: { stream: 'plans', sources: [source.name] },
    });
    return {
      uuid: context.references.keep(call, 'plans', reference),
      data_source_uuid: source.id,
      ...row,
    };
  });

  route('GET', '/plans', 200, (call) => planPage(context, call));
  route('GET', '/plans/:uuid', 200, async (call) =>
    describePlan(call, await planRow(context, call, call.params.uuid!)),
  );

  route('PATCH', '/plans/:uuid', 202, async (call) => {
    const fields = new Fields(call.body);
    const row = await planRow(context, call, call.params.uuid!);
    const name = fields.has('name') ? fields.text('name', { required: true }) : row.name;
    const count = fields.has('interval_count')
      ? fields.integer('interval_count', { required: true, min: 1 })
      : Number(row.interval_count);
    const unit = fields.has('interval_unit')
      ? fields.oneOf('interval_unit', UNITS, { required: true })
      : row.interval_unit;
    fields.check();
    const set = { name, interval_count: count, interval_unit: unit };
    const changes = [{ match: { external_id: row.external_id }, set }];
    await context.state(call, patchEntry(plans, row.source, changes, [{ ...row }]));
    return {
      ...describePlan(call, row),
      ...set,
    };
  });

  route('DELETE', '/plans/:uuid', 204, async (call) => {
    const row = await planRow(context, call, call.params.uuid!);
    const used = await countRecords(
      await context.read(call),
      'invoices',
      'source = {source:String} AND plan_external_id = {plan:String}',
      { source: row.source, plan: row.external_id },
    );
    if (used > 0) {
      throw refused('uuid', `The plan is used by ${used} line items; delete or change those first`, 'in_use');
    }
    const voids = [{ stream: 'plans', matches: [{ external_id: row.external_id }] }];
    await context.state(call, {
      ...voidEntry(row.source, voids),
      releases: [claim('plan', row.source, row.external_id)],
    });
    context.references.forget(call, planId(row.source, row.external_id));
  });
}
