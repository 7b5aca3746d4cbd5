/** Releases that an account has imported: stated by entries, kept as evidence, read when they are asked for. */
import type { Engines } from '../../engines/types.ts';
import type { Entry, Journal, Json } from '../../journal/types.ts';
import { FootingError, invariant } from '../../kernel/errors.ts';
import type { WrittenRelease } from '../catalogue/format.ts';
import { loadCatalogue, readFactors } from '../catalogue/load.ts';
import { withAllGases } from '../catalogue/supply-chain-gases.ts';
import type { Factor, Release } from '../catalogue/types.ts';
import { insertRows, type Place, read } from '../sql.ts';

/** `factors.file`: the publisher's file as it came. `factors.import`: what was read from it, in the catalogue's own format. */
export const FILE_KIND = 'factors.file';
export const IMPORT_FACTORS_KIND = 'factors.import';
export const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** Payload of `factors.import`; the evidence is JSON: `{ release, factors, gases }`, texts of a factors.csv and, of some, of a gases.csv. */
export interface ImportPayload {
  release: string;
  hash: string;
  file: string;
  /** Entry that holds the publisher's file. */
  original: number;
  factors: number;
}

export interface ImportedRow {
  seq: number;
  release: string;
  hash: string;
  evidence: string;
  fileName: string;
  actor: string;
  recordedAt: string;
}

/**
 * States a release: the file as it came, and what was read from it. Nothing is calculated with it until it is adopted.
 * @throws FootingError `conflict` when a release of this name with other content is known: a published release never changes.
 */
export async function importRelease(
  journal: Journal,
  engines: Engines,
  place: Place & { seq: number },
  actor: string,
  input: { fileName: string; bytes: Uint8Array; made: WrittenRelease },
): Promise<{ seq: number; repeated: boolean }> {
  const { release } = input.made;
  const known =
    loadCatalogue().release(release.id) ??
    (await importedReleases(place, place.seq)).find((row) => row.release === release.id);
  if (known) {
    const hash = 'contentHash' in known ? known.contentHash : known.hash;
    if (hash === release.contentHash) return { seq: place.seq, repeated: true };
    throw new FootingError('conflict', `There is a release ${release.id} with other content.`, {
      remedy: 'A release never changes. Import the corrected publication under another id',
    });
  }
  const original = await engines.evidence.put(input.bytes, { bytesMax: FILE_BYTES_MAX });
  const first = await journal.append(place.accountId, {
    kind: FILE_KIND,
    actor,
    payload: { file: input.fileName },
    evidence: original.sha256,
  });
  const made = await engines.evidence.put(new TextEncoder().encode(JSON.stringify(input.made)));
  const payload: ImportPayload = {
    release: release.id,
    hash: release.contentHash,
    file: input.fileName,
    original: first.entry.seq,
    factors: release.counts.factors,
  };
  const second = await journal.append(place.accountId, {
    kind: IMPORT_FACTORS_KIND,
    actor,
    payload: payload as unknown as Json,
    evidence: made.sha256,
  });
  return { seq: second.entry.seq, repeated: false };
}

/** Writes what an entry `factors.import` says. */
export async function applyImport(place: Place, entry: Entry): Promise<void> {
  invariant(entry.evidence !== null, `entry ${entry.seq} imports factors without evidence`);
  const { release, hash, file } = entry.payload as unknown as ImportPayload;
  const row = { seq: entry.seq, sign: 1, release, hash, evidence: entry.evidence, file_name: file };
  await insertRows(place, 'imported_releases', [{ ...row, actor: entry.actor, recorded_at: entry.recordedAt }]);
}

/** The releases that the account had imported by `seq`, in that order. */
export async function importedReleases(place: Place, seq: number): Promise<ImportedRow[]> {
  const rows = await read<Record<string, string>>(
    place,
    `SELECT seq, release, hash, evidence, file_name, actor, recorded_at
     FROM imported_releases WHERE seq <= {seq:UInt64} ORDER BY seq`,
    { seq },
  );
  return rows.map((row) => ({
    seq: Number(row.seq),
    release: row.release!,
    hash: row.hash!,
    evidence: row.evidence!,
    fileName: row.file_name!,
    actor: row.actor!,
    recordedAt: row.recorded_at!,
  }));
}

export interface LoadedRelease {
  release: Release;
  factors: Factor[];
}

const loaded = new Map<string, Promise<LoadedRelease>>();
const LOADED_MAX = 32;

/** An imported release with its factors, from the evidence; read once per process. */
export function loadImported(engines: Engines, evidence: string): Promise<LoadedRelease> {
  const known = loaded.get(evidence);
  if (known) return known;
  const loading = readImported(engines, evidence);
  if (loaded.size >= LOADED_MAX) loaded.delete(loaded.keys().next().value!);
  loaded.set(evidence, loading);
  loading.catch(() => loaded.delete(evidence));
  return loading;
}

async function readImported(engines: Engines, evidence: string): Promise<LoadedRelease> {
  const parts: Buffer[] = [];
  for await (const part of engines.evidence.read(evidence)) parts.push(part as Buffer);
  const made = JSON.parse(Buffer.concat(parts).toString('utf8')) as WrittenRelease;
  const factors = readFactors(made.factors, made.release);
  return { release: made.release, factors: made.gases === undefined ? factors : withAllGases(factors, made.gases) };
}

/** The release of an id as of `seq`, of the catalogue or imported. */
export async function releaseAsOf(place: Place, seq: number, id: string): Promise<LoadedRelease | undefined> {
  const catalogue = loadCatalogue();
  const shipped = catalogue.release(id);
  if (shipped) return { release: shipped, factors: catalogue.factors.filter(({ release }) => release === id) };
  const row = (await importedReleases(place, seq)).find(({ release }) => release === id);
  return row && loadImported(place.engines, row.evidence);
}
