/** Factors and releases by id, the account's own among them. */
import { loadCatalogue } from '../catalogue/load.ts';
import type { Factor, Release } from '../catalogue/types.ts';
import { OWN_RELEASE } from '../decide.ts';
import type { Place } from '../sql.ts';
import { OWN_PUBLICATION, ownFactors } from './own.ts';

/** A factor of the catalogue, or one that the account had stated by `seq`. */
export async function factorById(place: Place, seq: number, id: string): Promise<Factor | undefined> {
  if (!id.startsWith(`${OWN_RELEASE}/`)) return loadCatalogue().byId(id);
  return (await ownFactors(place, seq)).find((factor) => factor.id === id);
}

/** The factors of some ids. */
export async function factorsById(place: Place, seq: number, ids: readonly string[]): Promise<Map<string, Factor>> {
  const own = ids.some((id) => id.startsWith(`${OWN_RELEASE}/`))
    ? new Map((await ownFactors(place, seq)).map((factor) => [factor.id, factor]))
    : undefined;
  const found = ids.map((id): [string, Factor | undefined] => [id, own?.get(id) ?? loadCatalogue().byId(id)]);
  return new Map(found.filter((pair): pair is [string, Factor] => pair[1] !== undefined));
}

/** A publication, or what stands for the account's own factors. */
export function releaseById(id: string): Release | undefined {
  return id === OWN_RELEASE ? OWN_PUBLICATION : loadCatalogue().release(id);
}
