/** Methodologies in the ledger: what their entries add, which versions there are, and which is in force as of an entry. */
import type { Entry } from '../../journal/types.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { nearest } from '../../kernel/text.ts';
import { insertRows, type Place, read } from '../sql.ts';
import {
  contentOf,
  DEFAULT_METHODOLOGY,
  type Methodology,
  type MethodologyInput,
  methodologyId,
} from './methodology.ts';

export const STATE_METHODOLOGY_KIND = 'methodology.state';
export const ADOPT_METHODOLOGY_KIND = 'methodology.adopt';
export const METHODOLOGY_KINDS: readonly string[] = [STATE_METHODOLOGY_KIND, ADOPT_METHODOLOGY_KIND];

/** Payload of `methodology.state`. The version is how often the name has been stated. */
export interface StatePayload {
  name: string;
  parameters: MethodologyInput;
}
/** Payload of `methodology.adopt`: the methodology of the account from this entry on. */
export interface AdoptMethodologyPayload {
  name: string;
  version: number;
}

export interface StatedMethodology {
  methodology: Methodology;
  /** Entry that stated it; null for `default@1`. */
  seq: number | null;
  actor: string | null;
  recordedAt: string | null;
}

/** Writes what an entry of METHODOLOGY_KINDS says. */
export async function applyMethodology(place: Place, entry: Entry): Promise<void> {
  if (entry.kind === ADOPT_METHODOLOGY_KIND) {
    const { name, version } = entry.payload as unknown as AdoptMethodologyPayload;
    await insertRows(place, 'methodologies_adopted', [{ seq: entry.seq, sign: 1, name, version }]);
    return;
  }
  const { name, parameters } = entry.payload as unknown as StatePayload;
  const [row] = await read<{ versions: string }>(
    place,
    'SELECT count() AS versions FROM methodologies WHERE name = {name:String} AND seq < {seq:UInt64}',
    { name, seq: entry.seq },
  );
  await insertRows(place, 'methodologies', [
    {
      seq: entry.seq,
      sign: 1,
      name,
      version: Number(row?.versions ?? 0) + 1,
      content: JSON.stringify(parameters),
      actor: entry.actor,
      recorded_at: entry.recordedAt,
    },
  ]);
}

interface Row {
  seq: string;
  name: string;
  version: number;
  content: string;
  actor: string;
  recorded_at: string;
}

/** All versions stated by `seq`, in the order in which they were; `default@1` first. */
export async function methodologies(place: Place, seq: number): Promise<StatedMethodology[]> {
  const rows = await read<Row>(
    place,
    'SELECT seq, name, version, content, actor, recorded_at FROM methodologies WHERE seq <= {seq:UInt64} ORDER BY seq',
    { seq },
  );
  return [
    { methodology: DEFAULT_METHODOLOGY, seq: null, actor: null, recordedAt: null },
    ...rows.map((row) => ({
      methodology: {
        name: row.name,
        version: row.version,
        ...contentOf(JSON.parse(row.content) as MethodologyInput),
      },
      seq: Number(row.seq),
      actor: row.actor,
      recordedAt: row.recorded_at,
    })),
  ];
}

/** The methodology that the account has adopted as of `seq`, else `default@1`. */
export async function methodologyInForce(place: Place, seq: number): Promise<Methodology> {
  const [adopted] = await read<{ name: string; version: number }>(
    place,
    'SELECT name, version FROM methodologies_adopted WHERE seq <= {seq:UInt64} ORDER BY seq DESC LIMIT 1',
    { seq },
  );
  return adopted ? methodologyNamed(place, methodologyId(adopted), seq) : DEFAULT_METHODOLOGY;
}

/**
 * A methodology by `name@version`, or by its name alone: then its last version.
 * @throws FootingError `not_found` when none is called so as of `seq`.
 */
export async function methodologyNamed(place: Place, id: string, seq: number): Promise<Methodology> {
  const at = id.lastIndexOf('@');
  const name = at < 0 ? id : id.slice(0, at);
  const version = at < 0 ? undefined : id.slice(at + 1);
  const all = await methodologies(place, seq);
  const found = all.findLast(
    ({ methodology }) =>
      methodology.name === name && (version === undefined || String(methodology.version) === version),
  );
  if (found) return found.methodology;
  const names = all.map(({ methodology }) => methodologyId(methodology));
  const near = nearest(id, names);
  throw new FootingError('not_found', `There is no methodology ${shown(id)} as of entry ${seq}.`, {
    remedy: near ? `Did you mean ${near}?` : `There is ${names.slice(-5).join(', ')}.`,
  });
}
