/** Parts of a ZIP file that is in memory, found through its central directory and inflated as streams. */
import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { FootingError } from '../kernel/errors.ts';
import { checkInflation } from './bytes.ts';
import { XLSX_PART_BYTES_MAX } from './limits.ts';

export interface ZipPart {
  name: string;
  method: number;
  compressedBytes: number;
  headerAt: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;
const PARTS_MAX = 10_000;
const STORED = 0;
const DEFLATED = 8;

function damaged(why: string): FootingError {
  return new FootingError('malformed', `The XLSX file is damaged: ${why}`, {
    remedy: 'Save it again, or save it as CSV.',
  });
}

/** The parts by name. `malformed` when the file is no whole ZIP file. */
export function zipParts(file: Buffer): Map<string, ZipPart> {
  let end = -1;
  for (let at = file.length - END_BYTES; at >= Math.max(0, file.length - END_BYTES - COMMENT_BYTES_MAX); at--) {
    if (file.readUInt32LE(at) === END_SIGNATURE) {
      end = at;
      break;
    }
  }
  if (end < 0) throw damaged('its directory is missing (is it cut short?)');
  const count = file.readUInt16LE(end + 10);
  if (count > PARTS_MAX) throw damaged(`it has more than ${PARTS_MAX} parts`);
  const parts = new Map<string, ZipPart>();
  let at = file.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (at + 46 > file.length || file.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw damaged('its directory does not hold together');
    const nameBytes = file.readUInt16LE(at + 28);
    const name = file.toString('utf8', at + 46, at + 46 + nameBytes);
    if ((file.readUInt16LE(at + 8) & 1) === 1) {
      throw new FootingError('unsupported', 'The XLSX file is encrypted', { remedy: 'Save it without a password.' });
    }
    parts.set(name, {
      name,
      method: file.readUInt16LE(at + 10),
      compressedBytes: file.readUInt32LE(at + 20),
      headerAt: file.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return parts;
}

/** Inflated bytes of a part. `too_large` when it grows beyond reason, `malformed` when it is damaged. */
export async function* partBytes(file: Buffer, part: ZipPart): AsyncGenerator<Uint8Array> {
  const { headerAt, compressedBytes, method, name } = part;
  if (headerAt + 30 > file.length || file.readUInt32LE(headerAt) !== LOCAL_SIGNATURE)
    throw damaged(`part ${name} is not where it should be`);
  const start = headerAt + 30 + file.readUInt16LE(headerAt + 26) + file.readUInt16LE(headerAt + 28);
  const bytes = file.subarray(start, start + compressedBytes);
  if (bytes.length < compressedBytes) throw damaged(`part ${name} is cut short`);
  if (method === STORED) {
    yield bytes;
    return;
  }
  if (method !== DEFLATED) throw damaged(`part ${name} is compressed in an unknown way`);
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  const source = Readable.from(slices(bytes));
  source.on('error', (error) => inflate.destroy(error));
  let inflated = 0;
  try {
    for await (const out of source.pipe(inflate) as AsyncIterable<Uint8Array>) {
      inflated += out.length;
      checkInflation(inflated, compressedBytes);
      if (inflated > XLSX_PART_BYTES_MAX)
        throw new FootingError(
          'too_large',
          `Part ${name} of the XLSX file is larger than ${XLSX_PART_BYTES_MAX} bytes`,
        );
      yield out;
    }
  } catch (error) {
    if (((error as { code?: string }).code ?? '').startsWith('Z_'))
      throw damaged(`part ${name} cannot be decompressed`);
    throw error;
  } finally {
    source.destroy();
    inflate.destroy();
  }
}

function* slices(bytes: Buffer): Generator<Buffer> {
  const step = 256 * 1024;
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}
