/** Values that an inventory is filtered by, checked before they are read with: a mistyped site is no site without emissions. */
import { countryCode } from '../kernel/country.ts';
import { FootingError, type Problem, shown } from '../kernel/errors.ts';
import { nearest } from '../kernel/text.ts';
import type { ReadContext } from '../ledger/types.ts';
import { loadCatalogue } from './catalogue/load.ts';
import { read } from './sql.ts';

const SCOPES = ['1', '2', '3', 'outside'];
/** Names listed among which the nearest is looked for. */
const NAMES_MAX = 10_000;

/** Where values of a dimension occur. `seq` on the table: as of an entry. */
const OCCUR: Record<string, string> = {
  entity: `
SELECT toString(entity) AS value FROM inventory_totals WHERE seq <= {seq:UInt64}
UNION DISTINCT SELECT toString(entity) FROM held WHERE seq <= {seq:UInt64}
UNION DISTINCT SELECT external_id FROM entities WHERE seq <= {seq:UInt64}
UNION DISTINCT SELECT arrayJoin([owner, owned]) FROM ownership WHERE seq <= {seq:UInt64}`,
  ...Object.fromEntries(
    ['supplier', 'data_quality'].map((name) => [
      name,
      `SELECT DISTINCT toString(value) AS value FROM facet_totals WHERE facet = '${name}' AND seq <= {seq:UInt64}`,
    ]),
  ),
  ...Object.fromEntries(
    ['country', 'region', 'activity', 'method', 'release'].map((name) => [
      name,
      `SELECT DISTINCT ${name} AS value FROM matches WHERE seq <= {seq:UInt64}`,
    ]),
  ),
  factor: 'SELECT DISTINCT factor_id AS value FROM matches WHERE seq <= {seq:UInt64}',
};

/**
 * Refuses values that the book does not know as of context.seq. Entities are known when they are stated or occur in
 * activities; countries also by their code, factors and releases also when they are in the catalogue.
 * @throws FootingError `invalid`, with one problem per unknown value.
 */
export async function checkFilters(
  context: ReadContext,
  filters: Readonly<Record<string, readonly string[] | undefined>>,
): Promise<void> {
  const found = await Promise.all(
    Object.entries(filters).flatMap(([name, values = []]) => values.map((value) => problemOf(context, name, value))),
  );
  const problems = found.filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  const [first] = problems;
  throw new FootingError('invalid', `There is no ${first!.field} ${first!.value} in this book`, { problems });
}

async function problemOf(context: ReadContext, name: string, value: string): Promise<Problem | undefined> {
  const unknown = (reason: string, remedy?: string): Problem => ({
    field: name,
    value: shown(value),
    reason,
    ...(remedy === undefined ? {} : { remedy }),
  });
  if (name === 'scope') return SCOPES.includes(value) ? undefined : unknown(`is not one of ${SCOPES.join(', ')}`);
  if (name === 'category')
    return /^([1-9]|1[0-5])?$/.test(value) ? undefined : unknown('is not one of the scope-3 categories 1 to 15');
  if (name === 'month')
    return /^\d{4}-(0[1-9]|1[0-2])$/.test(value) ? undefined : unknown('is not a month', 'Write it like 2025-03');
  if (name === 'year') return /^\d{4}$/.test(value) ? undefined : unknown('is not a year', 'Write it like 2025');
  const occur = OCCUR[name];
  // '' is the group of activities that say nothing.
  if (occur === undefined || value === '' || isReference(name, value)) return undefined;
  const [hit] = await read<{ value: string }>(context, `SELECT value FROM (${occur}) WHERE value = {value:String}`, {
    seq: context.seq,
    value,
  });
  if (hit) return undefined;
  const names = await read<{ value: string }>(
    context,
    `SELECT value FROM (${occur}) ORDER BY value LIMIT ${NAMES_MAX}`,
    {
      seq: context.seq,
    },
  );
  const meant = nearest(
    value,
    names.map((row) => row.value).filter((each) => each !== ''),
  );
  return unknown(
    name === 'entity' ? 'is neither stated nor named by any activity' : `occurs in no activity`,
    meant === undefined ? undefined : `Did you mean ${meant}?`,
  );
}

/** Known without occurring: what the world or the catalogue knows. */
function isReference(name: string, value: string): boolean {
  if (name === 'country') return countryCode(value) === value;
  if (name === 'factor') return loadCatalogue().byId(value) !== undefined;
  return name === 'release' && loadCatalogue().release(value) !== undefined;
}
