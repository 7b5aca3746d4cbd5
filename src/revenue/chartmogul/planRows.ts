/** Plans as records of the ledger. */
import type { ApiContext, Call } from './context.ts';
import { badParameter, notFound } from './errors.ts';
import { dataSourceId, partsOf, planId } from './ids.ts';
import { countRecords, currentRecords, inTexts } from './ledgerReads.ts';
import { numberPart, pageOf, pageRequest } from './pages.ts';

export interface PlanRow {
  origin_seq: string;
  origin_row: number;
  source: string;
  external_id: string;
  name: string;
  interval_count: string;
  interval_unit: string;
}

export function describePlan(call: Call, row: PlanRow) {
  return {
    uuid: planId(row.source, row.external_id),
    data_source_uuid: dataSourceId(call.account.id, row.source),
    external_id: row.external_id,
    name: row.name,
    interval_count: Number(row.interval_count),
    interval_unit: row.interval_unit,
  };
}

/** The current plan with the id; 404 when there is none. */
export async function planRow(context: ApiContext, call: Call, id: string): Promise<PlanRow> {
  const parts = partsOf('pl', id);
  if (!parts) throw notFound('Plan');
  const rows = await currentRecords<PlanRow>(await context.read(call), 'plans', { where: `key_hash = ${parts.place}` });
  const row = rows.find((each) => planId(each.source, each.external_id) === id);
  if (!row) throw notFound('Plan');
  return row;
}

/** A page of plans, newest first; with `ids`, only those. */
export async function planPage(context: ApiContext, call: Call, ids?: readonly string[]) {
  const read = await context.read(call);
  const conditions: string[] = ['1'];
  const parameters: Record<string, unknown> = {};
  if (ids) {
    const places = ids.map((id) => partsOf('pl', id)?.place ?? '0');
    conditions.push(`key_hash IN (${places.join(', ') || '0'})`);
  }
  const { data_source_uuid: sourceId, external_id: externalId, system } = call.query;
  if (sourceId || system) {
    const sources = (await context.sources.list(call, false)).filter(
      (source) => (!sourceId || source.id === sourceId) && (!system || source.system === system),
    );
    conditions.push(`source IN (${inTexts(sources.map(({ name }) => name))})`);
  }
  if (externalId) {
    conditions.push('external_id = {external_id:String}');
    parameters.external_id = externalId;
  }
  const where = conditions.join(' AND ');
  const request = pageRequest(call.query, 2);
  const total = request.after !== null ? undefined : await countRecords(read, 'plans', where, parameters);
  if (request.after) {
    const [seq, row] = request.after.map(numberPart) as [string, string];
    if (seq.startsWith('-') || row.startsWith('-')) throw badParameter('cursor', 'The cursor is not valid');
    conditions.push(`(origin_seq, origin_row) < (toUInt64(${seq}), toUInt32(${row}))`);
  }
  const found = await currentRecords<PlanRow>(read, 'plans', {
    where: conditions.join(' AND '),
    parameters,
    orderBy: 'origin_seq DESC, origin_row DESC',
    limit: request.perPage + 1,
    offset: request.page === null ? 0 : (request.page - 1) * request.perPage,
  });
  const { rows, tail } = pageOf(request, found, (row) => [row.origin_seq, String(row.origin_row)], total);
  return { plans: rows.map((row) => describePlan(call, row)), ...tail };
}
