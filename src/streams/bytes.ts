/** From a file to a stream of bytes of UTF-8 text: reading, decompressing, transcoding. Nothing is replaced in silence. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { FootingError } from '../kernel/errors.ts';
import { INFLATED_BYTES_MAX, INFLATED_FREE_BYTES, INFLATION_RATIO_MAX } from './limits.ts';
import type { ResolvedReadOptions } from './types.ts';

const READ_BYTES = 1024 * 1024;

export type Encoding = ResolvedReadOptions['encoding'];

/** Bytes of the file from byte `start`, in one buffer that is used again: take what you need before asking for more. */
export async function* fileBytes(path: string, start = 0): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(READ_BYTES);
    for (let position = start; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Decompressed bytes of a gzip file. `malformed` when it is cut short or damaged, `too_large` when it grows beyond reason. */
export async function* gunzippedBytes(
  path: string,
  onRead?: (compressedBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const compressed = (await stat(path)).size;
  const source = createReadStream(path, { highWaterMark: READ_BYTES });
  if (onRead !== undefined) {
    let read = 0;
    source.on('data', (part) => {
      read += part.length;
      onRead(read);
    });
  }
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  const out = new PassThrough({ highWaterMark: READ_BYTES });
  const done = pipeline(source, gunzip, out).catch((error: unknown) => {
    out.destroy(error as Error);
  });
  let inflated = 0;
  try {
    for await (const part of out as AsyncIterable<Uint8Array>) {
      inflated += part.length;
      checkInflation(inflated, compressed);
      yield part;
    }
  } catch (error) {
    throw gzipError(error);
  } finally {
    source.destroy();
    gunzip.destroy();
    out.destroy();
    await done;
  }
}

/** Throws `too_large` when so much came out of so little that the file must be a bomb. */
export function checkInflation(inflated: number, compressed: number): void {
  if (inflated > INFLATED_BYTES_MAX) {
    throw new FootingError(
      'too_large',
      `The file becomes larger than ${INFLATED_BYTES_MAX} bytes when it is decompressed`,
    );
  }
  if (inflated > INFLATED_FREE_BYTES && inflated > compressed * INFLATION_RATIO_MAX) {
    throw new FootingError(
      'too_large',
      `The file grows more than ${INFLATION_RATIO_MAX}-fold when it is decompressed (${compressed} bytes to more than ${inflated})`,
      { remedy: 'Decompress it yourself and import the result, if it is what you mean.' },
    );
  }
}

function gzipError(error: unknown): unknown {
  const code = (error as { code?: string }).code ?? '';
  if (code === 'Z_BUF_ERROR') {
    return new FootingError('malformed', 'The gzip file is cut short: it ends in the middle of its data', {
      remedy: 'Transfer or compress it again.',
      cause: error,
    });
  }
  if (code.startsWith('Z_')) {
    return new FootingError('malformed', `The gzip file is damaged (${(error as Error).message})`, {
      remedy: 'Transfer or compress it again.',
      cause: error,
    });
  }
  return error;
}

const BOMS: Record<Encoding, readonly number[]> = {
  'utf-8': [0xef, 0xbb, 0xbf],
  'utf-16le': [0xff, 0xfe],
  'utf-16be': [0xfe, 0xff],
  'windows-1252': [],
};

/** Bytes of the byte order mark at the beginning of `head`, 0 when there is none. */
export function bomBytes(head: Uint8Array, encoding: Encoding): number {
  const bom = BOMS[encoding];
  return bom.length > 0 && bom.every((byte, i) => head[i] === byte) ? bom.length : 0;
}

/** UTF-8 bytes of a text in another encoding, without byte order mark. `malformed` where the bytes mean nothing. */
export async function* transcoded(source: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
  if (encoding === 'utf-8') {
    // Bytes stay as they are; text that is not UTF-8 is refused where it stands, row by row.
    let head: Uint8Array | undefined = new Uint8Array(0);
    for await (const part of source) {
      if (head === undefined) {
        yield part;
        continue;
      }
      const joined: Uint8Array = head.length === 0 ? part : Buffer.concat([head, part]);
      if (joined.length < 3) {
        head = joined.slice();
        continue;
      }
      head = undefined;
      yield joined.subarray(bomBytes(joined, 'utf-8'));
    }
    if (head !== undefined && head.length > 0) yield head;
    return;
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  const encoder = new TextEncoder();
  let before = 0;
  const decode = (part?: Uint8Array): Uint8Array => {
    try {
      return encoder.encode(part === undefined ? decoder.decode() : decoder.decode(part, { stream: true }));
    } catch (cause) {
      throw new FootingError('malformed', `The file is not valid ${encoding.toUpperCase()} (near byte ${before})`, {
        remedy: 'Save it as UTF-8, or name the encoding it has.',
        cause,
      });
    }
  };
  for await (const part of source) {
    yield decode(part);
    before += part.length;
  }
  const rest = decode();
  if (rest.length > 0) yield rest;
}

/**
 * The text of a file as UTF-8 bytes without byte order mark, from decoded byte `skip` on. A plain UTF-8 file is read from there;
 * others are decoded from the beginning and what stands before is passed over.
 */
export async function* textBytes(
  path: string,
  options: { compression: 'none' | 'gzip'; encoding: Encoding },
  read: { skip?: number; onRead?: (bytes: number) => void } = {},
): AsyncGenerator<Uint8Array> {
  let skip = read.skip ?? 0;
  if (options.compression === 'none' && options.encoding === 'utf-8' && skip > 0) {
    const bom = bomBytes(await headBytes(path, 3), 'utf-8');
    yield* counted(fileBytes(path, bom + skip), read.onRead);
    return;
  }
  const raw =
    options.compression === 'gzip' ? gunzippedBytes(path, read.onRead) : counted(fileBytes(path), read.onRead);
  for await (const part of transcoded(raw, options.encoding)) {
    if (skip >= part.length) {
      skip -= part.length;
      continue;
    }
    yield skip > 0 ? part.subarray(skip) : part;
    skip = 0;
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const part of source) {
    read += part.length;
    onRead?.(read);
    yield part;
  }
}

/** The first `count` bytes of a file, fewer when it is shorter. */
export async function headBytes(path: string, count: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const { bytesRead } = await file.read(buffer, filled, count - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** The first `count` bytes of a stream, which is then closed. */
export async function headOf(source: AsyncIterable<Uint8Array>, count: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of source) {
    parts.push(part.slice(0, count - length));
    length += part.length;
    if (length >= count) break;
  }
  return Buffer.concat(parts);
}
