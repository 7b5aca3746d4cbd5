/** Parquet: row group by row group; decimals, dates and timestamps as exact texts. */
import { open, stat } from 'node:fs/promises';
import { Decimal } from 'decimal.js';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { FootingError, shown } from '../kernel/errors.ts';
import { gunzippedBytes } from './bytes.ts';
import { dayText } from './columns.ts';
import { PARQUET_GROUP_BYTES_MAX, XLSX_BYTES_MAX } from './limits.ts';
import { CanonicalLines, type OtherRecords } from './records.ts';
import type { ResolvedReadOptions, RowProblem } from './types.ts';

/** Rows of a row group that are turned into records at a time. */
const SLICE_ROWS = 65_536;

export async function parquetRecords(path: string, options: ResolvedReadOptions): Promise<OtherRecords> {
  const file = await source(path, options);
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file.buffer);
  } catch (cause) {
    await file.close();
    throw new FootingError('malformed', `The Parquet file cannot be read: ${(cause as Error).message}`, { cause });
  }
  const columns = parquetSchema(metadata).children.map((child) => child.element);
  const headers = columns.map((column) => column.name);
  const texts = columns.map(textMaker);
  // The library turns decimals into doubles: without the annotation it hands out the whole numbers as they are stored.
  for (const element of metadata.schema) {
    if (isDecimal(element)) {
      delete element.converted_type;
      delete element.logical_type;
    }
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    const lines = new CanonicalLines();
    let first = 0;
    try {
      for (const group of metadata.row_groups) {
        const rows = Number(group.num_rows);
        if (Number(group.total_byte_size) > PARQUET_GROUP_BYTES_MAX) {
          throw new FootingError(
            'too_large',
            `A row group of the Parquet file has more than ${PARQUET_GROUP_BYTES_MAX} bytes`,
            {
              remedy: 'Write it with smaller row groups.',
            },
          );
        }
        let values: unknown[][] = [];
        try {
          await parquetRead({
            file: file.buffer,
            metadata,
            compressors,
            parsers: PARSERS,
            utf8: false,
            rowStart: first,
            rowEnd: first + rows,
            onComplete: (read: unknown[][]) => {
              values = read;
            },
          });
        } catch (cause) {
          throw new FootingError(
            'malformed',
            `The Parquet file is damaged behind row ${first}: ${(cause as Error).message}`,
            { cause },
          );
        }
        first += rows;
        for (let from = 0; from < values.length; from += SLICE_ROWS) {
          for (const row of values.slice(from, from + SLICE_ROWS)) {
            const problems: RowProblem[] = [];
            const cells = texts.map((text, i) => {
              const value = row[i];
              if (value === null || value === undefined) return '';
              const cell = text(value);
              if (cell !== undefined) return cell;
              problems.push({
                column: headers[i]!,
                value: shown(String(value)),
                reason: 'this kind of Parquet value is not taken',
              });
              return '';
            });
            lines.add(cells, problems);
            if (lines.full) yield lines.take();
          }
        }
      }
      yield lines.take();
    } finally {
      await file.close();
    }
  }
  return { headers, body: body() };
}

async function source(
  path: string,
  options: ResolvedReadOptions,
): Promise<{ buffer: AsyncBuffer; close: () => Promise<void> }> {
  if (options.compression === 'gzip') {
    const whole = await inMemory(gunzippedBytes(path));
    const bytes = new Uint8Array(whole).buffer;
    return {
      buffer: { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) },
      close: async () => {},
    };
  }
  const file = await open(path, 'r');
  const { size } = await stat(path);
  return {
    buffer: {
      byteLength: size,
      async slice(start, end = size) {
        const from = start < 0 ? size + start : start;
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - from));
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.buffer;
      },
    },
    close: () => file.close(),
  };
}

/** All bytes of a stream; `too_large` over the limit for files that are read as a whole. */
export async function inMemory(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.length;
    if (length > XLSX_BYTES_MAX) throw new FootingError('too_large', `The file is larger than ${XLSX_BYTES_MAX} bytes`);
    parts.push(part.slice());
  }
  return Buffer.concat(parts);
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function instantText(units: bigint, perMillisecond: bigint): string {
  const milliseconds = units / perMillisecond;
  const rest = units % perMillisecond;
  const at = Number(rest < 0n ? milliseconds - 1n : milliseconds);
  if (Math.abs(at) > 8.64e15) return `${units}`;
  const text = new Date(at).toISOString();
  if (rest === 0n) return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text;
  const fine = (rest < 0n ? rest + perMillisecond : rest).toString().padStart(perMillisecond === 1000n ? 3 : 6, '0');
  return text.replace('Z', `${fine}Z`);
}

const PARSERS = {
  timestampFromMilliseconds: (value: bigint) => instantText(value, 1n),
  timestampFromMicroseconds: (value: bigint) => instantText(value, 1000n),
  timestampFromNanoseconds: (value: bigint) => instantText(value, 1_000_000n),
  dateFromDays: (days: number) => (days === undefined || days === null ? days : dayText(days)),
  stringFromBytes: (bytes: Uint8Array) => bytes,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
};

function isDecimal(element: SchemaElement): boolean {
  return element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL';
}

/** How values of a column become cells; undefined for a value that no cell can say. */
function textMaker(element: SchemaElement): (value: unknown) => string | undefined {
  if (isDecimal(element)) {
    const scale = element.scale ?? (element.logical_type as { scale?: number } | undefined)?.scale ?? 0;
    return (value) => {
      if (value instanceof Uint8Array) return scaledText(bigEndian(value), scale);
      return typeof value === 'bigint' || typeof value === 'number' ? scaledText(BigInt(value), scale) : undefined;
    };
  }
  const single = element.type === 'FLOAT';
  return (value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    if (typeof value === 'number') return doubleText(single ? shortestSingle(value) : value);
    if (value instanceof Uint8Array) {
      try {
        return STRICT.decode(value);
      } catch {
        return undefined;
      }
    }
    return undefined;
  };
}

function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

function scaledText(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${whole}` : whole;
}

/** The shortest notation that is this double, without exponent. */
export function doubleText(value: number): string {
  return Number.isFinite(value) ? new Decimal(value).toFixed() : String(value);
}

/** The double whose notation is the shortest one that is this single-precision number: 0.1 and not 0.10000000149. */
function shortestSingle(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}
