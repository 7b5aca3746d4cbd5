/**
 * Totals of lines that an entry reverses all at once, without adding up these lines: where everything that stands in a total is
 * reversed, its negation is what the total says.
 */
import { type Place, read } from './sql.ts';
import { type Flag, MASSES, type Mass } from './tables.ts';

/** Descriptors about which an entry decides again; `by` names the parameter that is the entry. */
const decidedAgain = (by: string) => `(SELECT descriptor FROM matches WHERE seq = {${by}:UInt64})`;
/** What was in force about the same descriptors: their lines stand under it, those of anything earlier are reversed. */
const decidedBefore = (by: string) => `SELECT match FROM matches
  WHERE seq < {${by}:UInt64} AND sign = 1 AND calculation = '' AND descriptor IN ${decidedAgain(by)}
    AND match NOT IN (SELECT match FROM matches WHERE sign = -1 AND seq < {${by}:UInt64})`;
export const DECIDED_AGAIN = decidedAgain('by');
export const DECIDED_BEFORE = decidedBefore('by');

/** Largest possible sum that is added in 128 bits: a tenth of what they hold at 24 decimals, because an activity may have several lines. */
const NARROW_KG_MAX = 1e13;
/** The same of quantities at 12 decimals. */
const NARROW_QUANTITY_MAX = 1e25;

/** True when no sum of quantities of `together` and of what becomes of them can leave 128 bits; `reach`: the largest coefficient. */
export function isNarrow(together: number, reach: number): boolean {
  return together * reach < NARROW_KG_MAX && together < NARROW_QUANTITY_MAX;
}

/** What is known of a batch's lines before they are added up. */
export interface KnownSums {
  /** Masses that are not zero in every line of the batch. */
  present: ReadonlySet<Mass>;
  /** The same of the lines that it posts, where those that it reverses may have others. */
  posted?: ReadonlySet<Mass>;
  /** True when no sum of the batch can leave 128 bits: additions in 256 cost twice as much. */
  narrow: boolean;
}

/** What of the reversals of an entry is taken back: all lines under the decisions that it has replaced were reversed. */
export interface TakenBack {
  /** Classes of which lines stand under other decisions too: they are added up line by line. */
  partialClasses: readonly string[];
  /** The same of pairs of country and kind, by their hash. */
  partialCountries: readonly string[];
}

const BEFORE = 'seq < {last:UInt64}';

const REPLACED = decidedBefore('last');

/** What can be taken back of an entry that has reversed all lines of what it decided again. */
export async function takenBackOf(place: Place, last: number): Promise<TakenBack> {
  const [row] = await read<{ classes: string[]; countries: string[] }>(
    place,
    `
    SELECT groupUniqArray(class) AS classes, groupUniqArray(cityHash64(country, kind)) AS countries
    FROM matches
    WHERE match IN (
      SELECT match
      FROM match_totals
      WHERE ${BEFORE} AND match NOT IN (${REPLACED})
      GROUP BY match
      HAVING sum(lines) != 0
    )`,
    { last },
  );
  return { partialClasses: row!.classes, partialCountries: row!.countries };
}

/** Lines that are reversed at once, beside other work. */
export const FEW_LINES = 300_000;

/** How much stands under decisions that were replaced, lines and what is held; of the latter perhaps less. */
export async function standing(place: Place, by: number): Promise<number> {
  const [row] = await read<{ lines: string; held: string }>(
    place,
    `SELECT
      (SELECT sum(lines) FROM match_totals WHERE seq < {by:UInt64} AND match IN (${DECIDED_BEFORE})) AS lines,
      (SELECT count() FROM held WHERE seq < {by:UInt64} AND sign = 1 AND match IN (${DECIDED_BEFORE})) AS held`,
    { by },
  );
  return Number(row!.lines) + Number(row!.held);
}

/** Masses of the lines of descriptors that an entry decides again. */
export interface MassesDecidedAgain {
  /** Those of earlier decisions: no line that the entry reverses has others. */
  before: ReadonlySet<Mass>;
  /** Those of its own: no line that it posts has others. */
  after: ReadonlySet<Mass>;
  /** Some amount is converted by the rate of its day. */
  converted: boolean;
  /** The largest coefficient, of both. */
  reach: number;
}

export async function massesDecidedAgain(place: Place, by: number): Promise<MassesDecidedAgain> {
  const [probe] = await read<Record<string, string | number>>(
    place,
    `
    SELECT countIf(fx != '') AS converted, max(reach) AS reach_max,
      ${MASSES.flatMap((mass) => [
        `countIf(seq < {by:UInt64} AND n_${mass} != 0) AS before_${mass}`,
        `countIf(seq = {by:UInt64} AND n_${mass} != 0) AS after_${mass}`,
      ]).join(', ')}
    FROM matches
    WHERE sign = 1 AND descriptor IN ${DECIDED_AGAIN}`,
    { by },
  );
  const those = (when: string) => new Set(MASSES.filter((mass) => Number(probe![`${when}_${mass}`]) > 0));
  return {
    before: those('before'),
    after: those('after'),
    converted: Number(probe!.converted) > 0,
    reach: Number(probe!.reach_max),
  };
}

/** What is known of the sums of these lines, those reversed and those posted: quantities of `together` each. */
export function sumsDecidedAgain({ before, after, converted, reach }: MassesDecidedAgain, together: number): KnownSums {
  return {
    present: new Set([...before, ...after]),
    posted: after,
    narrow: !converted && isNarrow(2 * together, reach),
  };
}

/** Further conditions on the lines of the entry that are still to be added up: for totals by class, by country and by decision. */
export function restOf(takenBack: TakenBack | undefined): Record<'byClass' | 'byCountry' | 'byMatch', string> {
  if (takenBack === undefined) return { byClass: '', byCountry: '', byMatch: '' };
  const { partialClasses, partialCountries } = takenBack;
  if (partialClasses.length === 0) {
    const posted = ' AND sign = 1';
    return { byClass: posted, byCountry: posted, byMatch: posted };
  }
  const partly = `SELECT match FROM matches WHERE cityHash64(country, kind) IN (${partialCountries.join(', ')})`;
  return {
    byClass: ` AND (sign = 1 OR class IN (${partialClasses.join(', ')}))`,
    byCountry: ` AND (sign = 1 OR match IN (${partly}))`,
    byMatch: ` AND (sign = 1 OR match NOT IN (${REPLACED}))`,
  };
}

/**
 * The statements that add the negation of what is taken back. A decision is replaced once, so that its rows are turned round as they are;
 * of all others the earlier entries have turned some round already, and what is left of them is. Where no line stands, all sums are 0;
 * so are those of flags and masses that no line of the batch has.
 */
export function takeBack(
  { partialClasses, partialCountries }: TakenBack,
  { flags, present }: { flags: readonly Flag[]; present: ReadonlySet<Mass> },
): string[] {
  const insert = (table: string, keys: string, sums: readonly string[], where: string, added: boolean) => `
INSERT INTO ${table} (seq, ${keys}, ${sums.join(', ')})
SELECT {last:UInt64}, ${keys}, ${sums.map((column) => (added ? `-sum(${column})` : `-${column}`)).join(', ')}
FROM ${table}
WHERE ${BEFORE}${where}${
    added
      ? `
GROUP BY ${keys}
HAVING sum(lines) != 0`
      : ''
  }`;
  const masses = ['used', ...present];
  const all = ['lines', ...flags.map((flag) => `lines_${flag}`), ...masses];
  const facet = 'facet, value, entity, month, meaning';
  const but = (value: string, of: readonly string[]) =>
    of.length === 0 ? '' : ` AND ${value} NOT IN (${of.join(', ')})`;
  return [
    insert(
      'facet_totals',
      facet,
      all,
      ` AND facet = 'country'${but('cityHash64(toString(value), meaning)', partialCountries)}`,
      true,
    ),
    insert(
      'facet_totals',
      facet,
      all,
      ` AND facet IN ('data_quality', 'supplier')${but('meaning', partialClasses)}`,
      true,
    ),
    insert('match_totals', 'month, match', all, ` AND match IN (${REPLACED})`, false),
    insert('energy_totals', 'entity, month, match', ['lines', ...masses], ` AND match IN (${REPLACED})`, false),
  ];
}
