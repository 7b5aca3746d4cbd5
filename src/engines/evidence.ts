/**
 * Evidence in a folder, `HOME/evidence` unless FOOTING_EVIDENCE names another: `ab/abcdef…` (the SHA-256 in hex), read-only, `tmp` for
 * what is being received (one for each data folder when the evidence is shared), and `store-id`, which says which store it is. Order of a store: temporary file written and synced -> renamed to its hash -> folder synced -> answered.
 * A crash before the rename leaves a temporary file, removed at the next start; after it, evidence that no entry refers to
 * yet, which does no harm and is found again when the upload is repeated.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FootingError } from '../kernel/errors.ts';
import { faultPoint } from '../kernel/faults.ts';
import { privateFolder, storageError, syncFolder, writeFileDurably } from './files.ts';
import type { EvidenceStore, StoredEvidence } from './types.ts';

const SHA256 = /^[0-9a-f]{64}$/;
/** Small chunks of a stream are gathered to this size before they are written. */
const WRITE_BYTES = 1024 * 1024;

const STORE_ID = 'store-id';

/** Opens the store, removing what aborted uploads left. Only the holder of the data folder's lock may call this. */
export async function openEvidence(home: string, folder = join(home, 'evidence')): Promise<EvidenceStore> {
  const shared = folder !== join(home, 'evidence');
  const holder = createHash('sha256').update(`${hostname()}:${home}`).digest('hex').slice(0, 16);
  const temporary = join(folder, shared ? `tmp-${holder}` : 'tmp');
  await privateFolder(temporary);
  for (const name of await readdir(temporary)) await rm(join(temporary, name), { force: true });
  return new FolderEvidence(folder, temporary);
}

class FolderEvidence implements EvidenceStore {
  readonly #folder: string;
  readonly #temporary: string;

  constructor(folder: string, temporary: string) {
    this.#folder = folder;
    this.#temporary = temporary;
  }

  async id(): Promise<string> {
    const path = join(this.#folder, STORE_ID);
    const temporary = join(this.#temporary, randomUUID());
    try {
      if ((await sizeOf(path)) === undefined) {
        await writeFileDurably(temporary, `${randomUUID()}\n`);
        // A link, unlike a rename, does not replace what another server has put there meanwhile.
        await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error;
        });
        await rm(temporary);
        await syncFolder(this.#folder);
      }
      return (await readFile(path, 'utf8')).trim();
    } catch (error) {
      throw storageError(error, path);
    }
  }

  async put(
    source: Readable | Uint8Array,
    options: { bytesMax?: number; onProgress?: (bytes: number) => void } = {},
  ): Promise<StoredEvidence> {
    const path = join(this.#temporary, randomUUID());
    let received: { sha256: string; bytes: number };
    try {
      received = await this.#receive(source, path, options);
    } catch (error) {
      await rm(path, { force: true });
      throw storageError(error, this.#folder);
    }
    const { sha256, bytes } = received;
    await faultPoint('evidence.written');
    try {
      const parent = join(this.#folder, sha256.slice(0, 2));
      const existed = await this.#stored(sha256, bytes);
      if (existed) {
        await rm(path, { force: true });
        // It may have been renamed a moment ago by another upload that has not synced the folder yet.
        await syncFolder(parent);
      } else {
        if ((await mkdir(parent, { recursive: true, mode: 0o700 })) !== undefined) await syncFolder(this.#folder);
        await rename(path, this.#pathOf(sha256));
        await faultPoint('evidence.renamed');
        await syncFolder(parent);
      }
      return { sha256, bytes, existed };
    } catch (error) {
      await rm(path, { force: true });
      throw storageError(error, this.#folder);
    }
  }

  async path(sha256: string): Promise<string> {
    if (!(await this.has(sha256))) {
      throw new FootingError('not_found', `There is no evidence ${sha256}.`, {
        problems: [{ field: 'evidence', value: sha256, reason: 'is not stored' }],
      });
    }
    return this.#pathOf(sha256);
  }

  async has(sha256: string): Promise<boolean> {
    return SHA256.test(sha256) && (await sizeOf(this.#pathOf(sha256))) !== undefined;
  }

  read(sha256: string, range?: { start: number; end: number }): Readable {
    return Readable.from(this.#chunks(sha256, range), { objectMode: false, highWaterMark: WRITE_BYTES });
  }

  async verify(sha256: string, onProgress?: (bytes: number) => void): Promise<boolean> {
    if (!(await this.has(sha256))) return false;
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(this.#pathOf(sha256), { highWaterMark: WRITE_BYTES })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      onProgress?.(bytes);
    }
    return hash.digest('hex') === sha256;
  }

  async *list(): AsyncIterable<{ sha256: string; bytes: number }> {
    const parents = (await readdir(this.#folder)).filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
    for (const parent of parents) {
      for (const sha256 of (await readdir(join(this.#folder, parent))).sort()) {
        const bytes = await sizeOf(join(this.#folder, parent, sha256));
        if (SHA256.test(sha256) && bytes !== undefined) yield { sha256, bytes };
      }
    }
  }

  async *#chunks(sha256: string, range?: { start: number; end: number }): AsyncGenerator<Buffer> {
    const path = await this.path(sha256);
    const hash = range === undefined ? createHash('sha256') : undefined;
    for await (const chunk of createReadStream(path, { highWaterMark: WRITE_BYTES, ...range })) {
      hash?.update(chunk as Buffer);
      yield chunk as Buffer;
    }
    if (hash !== undefined && hash.digest('hex') !== sha256) {
      throw new FootingError(
        'corrupt',
        `The stored evidence ${sha256} was changed: its bytes do not hash to its name.`,
        {
          problems: [{ field: 'evidence', value: sha256, reason: 'does not hash to its name' }],
          remedy: 'Restore the file from a backup, or hand the same document in again.',
        },
      );
    }
  }

  async #receive(
    source: Readable | Uint8Array,
    path: string,
    { bytesMax = Number.POSITIVE_INFINITY, onProgress }: { bytesMax?: number; onProgress?: (bytes: number) => void },
  ): Promise<{ sha256: string; bytes: number }> {
    const hash = createHash('sha256');
    let bytes = 0;
    const file = await open(path, 'wx', 0o600);
    try {
      const chunks = source instanceof Readable ? gathered(source) : [source];
      for await (const chunk of chunks) {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) throw tooLarge(bytesMax);
        hash.update(chunk);
        await writeWhole(file, chunk);
        onProgress?.(bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(path, 0o400);
    return { sha256: hash.digest('hex'), bytes };
  }

  /** A file of that name and length whose content still agrees; a damaged one is replaced by the new upload. */
  async #stored(sha256: string, bytes: number): Promise<boolean> {
    return (await sizeOf(this.#pathOf(sha256))) === bytes && (await this.verify(sha256));
  }

  #pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }
}

async function* gathered(source: Readable): AsyncGenerator<Uint8Array> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    const part = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
    parts.push(part);
    length += part.length;
    if (length >= WRITE_BYTES) {
      yield parts.length === 1 ? part : Buffer.concat(parts);
      parts = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(parts);
  // A cut connection ends an HTTP request's stream without `end`.
  if (source.destroyed && !source.readableEnded) throw new FootingError('malformed', 'The upload was cut off.');
}

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength; ) {
    const { bytesWritten } = await file.write(chunk, offset);
    offset += bytesWritten;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const info = await stat(path);
    return info.isFile() ? info.size : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function tooLarge(bytesMax: number): FootingError {
  return new FootingError('too_large', `The document is larger than ${bytesMax} bytes.`, {
    remedy: 'Split it into several files.',
  });
}
