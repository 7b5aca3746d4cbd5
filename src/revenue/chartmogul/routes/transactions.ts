/** Payments and refunds. */
import type { Json } from '../../../journal/types.ts';
import { transactions } from '../../streams.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { Fields } from '../fields.ts';
import { externalIdOf, readTransaction } from '../invoiceFields.ts';
import {
  asTransaction,
  billedBy,
  describeTransaction,
  findInvoice,
  findTransaction,
  idByExternalId,
  type TransactionRow,
} from '../invoiceRows.ts';
import type { CombinedPayload } from '../voiding.ts';
import { claim, patchEntry, postEntry, type Row, valuesOf, voidEntry } from '../writes.ts';
import { stateClaimed } from './invoices.ts';

export function transactionRoutes(route: Route, context: ApiContext): void {
  route('POST', '/import/invoices/:uuid/transactions', 201, async (call) => {
    const invoice = await findInvoice(context, call, call.params.uuid!);
    const fields = new Fields(call.body);
    const row: Row = { invoice_external_id: invoice.name, ...readTransaction(fields, true) };
    fields.check();
    const name = externalIdOf(String(row.external_id));
    const claims = name === null ? [] : [claim('transaction', invoice.source, name)];
    const exists = async () => invoice.transactions.some((each) => each.external_id === name);
    await stateClaimed(context, call, { entry: postEntry(transactions, invoice.source, [row]), claims, exists });
    return describeTransaction(asTransaction(invoice.source, row), billedBy(invoice));
  });

  route('GET', '/transactions', 200, async (call) => {
    const row = await findTransaction(context, call, await idByExternalId(context, call, 'transaction'));
    return { transactions: [describeTransaction(row)] };
  });
  route('GET', '/transactions/:uuid', 200, async (call) => {
    return describeTransaction(await findTransaction(context, call, call.params.uuid!));
  });
  for (const [path, idOf] of [
    ['/transactions/:uuid', async (call: Call) => call.params.uuid!],
    ['/transactions', (call: Call) => idByExternalId(context, call, 'transaction')],
  ] as const) {
    route('PATCH', path, 200, async (call) => {
      const fields = new Fields(call.body);
      const set = readTransaction(fields, false);
      fields.check();
      const row = await findTransaction(context, call, await idOf(call));
      return change(context, call, row, set);
    });
    route('DELETE', path, 204, async (call) => {
      const row = await findTransaction(context, call, await idOf(call));
      const voids = [{ stream: 'transactions', matches: [keyOf(row)] }];
      const releases = [claim('transaction', row.source, row.external_id)];
      await context.state(call, { ...voidEntry(row.source, voids), releases });
    });
    route('PATCH', `${path}/disabled_state`, 200, async (call) => {
      const fields = new Fields(call.body);
      const disabled = fields.boolean('disabled', { required: true })!;
      fields.check();
      const row = await findTransaction(context, call, await idOf(call));
      return change(context, call, row, {
        'attributes.disabled_at': disabled ? new Date().toISOString() : null,
        'attributes.disabled_by': disabled ? call.actor : null,
      });
    });
  }
}

const keyOf = (row: TransactionRow) => ({
  invoice_external_id: row.invoice_external_id,
  external_id: row.external_id,
});

async function change(context: ApiContext, call: Call, row: TransactionRow, set: Record<string, Json>) {
  const after = { ...valuesOf(transactions, row), ...set };
  if (typeof set.external_id === 'string' && set.external_id !== row.external_id) {
    const entry = postEntry(transactions, row.source, [after]);
    (entry.payload as unknown as CombinedPayload).voids = [{ stream: 'transactions', matches: [keyOf(row)] }];
    const name = externalIdOf(set.external_id);
    const claims = name === null ? [] : [claim('transaction', row.source, name)];
    await stateClaimed(context, call, { entry, claims, exists: async () => false });
    await context.releaseQuietly(call, [claim('transaction', row.source, row.external_id)]);
  } else if (Object.keys(set).length > 0) {
    const changes = [{ match: { external_id: row.external_id }, set }];
    await context.state(call, patchEntry(transactions, row.source, changes, [row]));
  }
  return describeTransaction(asTransaction(row.source, after));
}
