/** Factors and releases by id, the account's own among them. */
import { loadCatalogue } from '../catalogue/load.ts';
import type { Factor, Release } from '../catalogue/types.ts';
import { OWN_RELEASE } from '../decide.ts';
import { importedReleases, loadImported, releaseAsOf } from '../releases/imported.ts';
import type { Place } from '../sql.ts';
import { OWN_PUBLICATION, ownFactors } from './own.ts';

/** A factor of the catalogue, of an imported release, or one that the account had stated by `seq`. */
export async function factorById(place: Place, seq: number, id: string): Promise<Factor | undefined> {
  return (await factorsById(place, seq, [id])).get(id);
}

/** The factors of some ids. */
export async function factorsById(place: Place, seq: number, ids: readonly string[]): Promise<Map<string, Factor>> {
  const found = new Map<string, Factor>();
  const elsewhere: string[] = [];
  for (const id of new Set(ids)) {
    const factor = loadCatalogue().byId(id);
    if (factor) found.set(id, factor);
    else elsewhere.push(id);
  }
  if (elsewhere.length === 0) return found;
  const own = elsewhere.some((id) => id.startsWith(`${OWN_RELEASE}/`)) ? await ownFactors(place, seq) : [];
  const imported = await Promise.all(
    (await importedReleases(place, seq))
      .filter(({ release }) => elsewhere.some((id) => id.startsWith(`${release}/`)))
      .map(({ evidence }) => loadImported(place.engines, evidence)),
  );
  const wanted = new Set(elsewhere);
  for (const factor of [...own, ...imported.flatMap(({ factors }) => factors)]) {
    if (wanted.has(factor.id)) found.set(factor.id, factor);
  }
  return found;
}

/** A publication of the catalogue or an imported one, or what stands for the account's own factors. */
export async function releaseById(place: Place, seq: number, id: string): Promise<Release | undefined> {
  return id === OWN_RELEASE ? OWN_PUBLICATION : (await releaseAsOf(place, seq, id))?.release;
}
