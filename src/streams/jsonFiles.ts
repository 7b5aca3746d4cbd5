/** NDJSON (one object per line) and JSON arrays of objects, read as a stream; numbers keep every digit that is written. */

import type { Json } from '../journal/types.ts';
import { FootingError, shown } from '../kernel/errors.ts';
import { textBytes } from './bytes.ts';
import { cellOfJson, fieldsOfJson } from './jsonRows.ts';
import { RECORD_BYTES_MAX } from './limits.ts';
import { CanonicalLines, type OtherRecords } from './records.ts';
import type { ResolvedReadOptions, RowProblem } from './types.ts';

/** Objects of which the fields are gathered to be the headers. */
const HEADER_OBJECTS_MAX = 1000;

/** Fields met in the first objects, in order of appearance, and how many objects were looked at. */
export async function jsonHeaders(
  path: string,
  options: ResolvedReadOptions,
): Promise<{ headers: string[]; rows: number }> {
  const fields = new Set<string>();
  let rows = 0;
  for await (const element of jsonElements(path, options)) {
    const object = parsed(element);
    if (typeof object !== 'string') for (const [name] of fieldsOfJson(object)) fields.add(name);
    if (++rows >= HEADER_OBJECTS_MAX) break;
  }
  return { headers: [...fields], rows };
}

/** Objects as canonical CSV. Headers are the fields that the mapping knows; another field makes its row a refused one. */
export async function jsonRecords(
  path: string,
  options: ResolvedReadOptions,
  onRead?: (bytes: number) => void,
): Promise<OtherRecords> {
  const headers = Object.keys(options.mapping);
  const places = new Map(headers.map((header, i) => [header, i]));
  async function* body(): AsyncGenerator<Uint8Array> {
    const lines = new CanonicalLines();
    for await (const element of jsonElements(path, options, onRead)) {
      const object = parsed(element);
      const cells = headers.map(() => '');
      const problems: RowProblem[] = [];
      if (typeof object === 'string') problems.push({ column: '', value: shown(element), reason: object });
      else for (const [name, value] of fieldsOfJson(object)) place(name, value, places, cells, problems);
      lines.add(cells, problems);
      if (lines.full) yield lines.take();
    }
    yield lines.take();
  }
  return { headers, body: body() };
}

function place(name: string, value: Json, places: Map<string, number>, cells: string[], problems: RowProblem[]): void {
  const at = places.get(name);
  const text = cellOfJson(value);
  if (at === undefined) {
    if (text === '') return;
    problems.push({
      column: name,
      value: shown(value),
      reason: `the field "${name}" is not among those that the beginning of the file has`,
      remedy: `name it in the mapping: to a column, or to null to leave it out on purpose`,
    });
  } else if (text === undefined) {
    problems.push({
      column: name,
      value: shown(value),
      reason: 'a value must be a string, a number, a boolean or null',
    });
  } else if (!text.isWellFormed()) {
    problems.push({
      column: name,
      value: shown(String(value)),
      reason: 'the text has half a character (a lone surrogate)',
    });
  } else cells[at] = text;
}

/** The object, its numbers as they are written; or words for what is wrong with it. */
function parsed(element: string): Record<string, Json> | string {
  try {
    const value: unknown = DELICATE_NUMBER.test(element) ? JSON.parse(element, exactNumbers) : JSON.parse(element);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, Json>;
    return 'not a JSON object';
  } catch (error) {
    return `not valid JSON: ${(error as Error).message}`;
  }
}

/**
 * Numbers that a double or its shortest notation might not give back: 16 characters or more, an exponent, very small. Others come
 * through JSON.parse unharmed, and without a reviver it is many times faster.
 */
const DELICATE_NUMBER = /[\d.]{16}|\d[eE]|0\.00000/;

/** JSON.parse gives a reviver the source text of a primitive: with it 0.10 stays 0.10 and 20 digits stay 20 digits. */
function exactNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

/** Source texts of the objects of the file. */
async function* jsonElements(
  path: string,
  options: ResolvedReadOptions,
  onRead?: (bytes: number) => void,
): AsyncGenerator<string> {
  const source = textBytes(path, options, onRead === undefined ? {} : { onRead });
  yield* options.format === 'ndjson' ? lines(source) : arrayElements(source);
}

const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });
const STRICT = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
/** Begins the text of an element whose bytes are no UTF-8, so that it is refused as no JSON. */
const BROKEN_TEXT_MARK = '\u0000bytes that are not UTF-8: ';

function textOf(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes);
  } catch {
    return BROKEN_TEXT_MARK + LENIENT.decode(bytes);
  }
}

async function* lines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of source) {
    const bytes = Buffer.concat([rest, part]);
    let from = 0;
    for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, from)) {
      const text = textOf(bytes.subarray(from, at)).trim();
      from = at + 1;
      if (text !== '') yield text;
    }
    rest = Buffer.from(bytes.subarray(from));
    if (rest.length > RECORD_BYTES_MAX)
      throw new FootingError('malformed', `A line of the file is longer than ${RECORD_BYTES_MAX} bytes`);
  }
  const text = textOf(rest).trim();
  if (text !== '') yield text;
}

const PLACE = { before: 0, inside: 1, behind: 2 } as const;

/** Cuts a JSON array at its top-level commas by following strings and brackets; what an element says is left to JSON.parse. */
async function* arrayElements(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let state: number = PLACE.before;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let element: Uint8Array[] = [];
  let elementBytes = 0;
  let position = 0;
  let elements = 0;
  const flush = (): string => {
    const text = textOf(Buffer.concat(element)).trim();
    element = [];
    elementBytes = 0;
    return text;
  };
  const broken = (why: string): FootingError =>
    new FootingError('malformed', `The JSON array ${why} (near byte ${position}, element ${elements + 1})`);
  for await (const part of source) {
    let from = 0;
    for (let i = 0; i < part.length; i++) {
      const c = part[i]!;
      if (state === PLACE.inside) {
        if (inString) {
          if (escaped) escaped = false;
          else if (c === 92) escaped = true;
          else if (c === 34) inString = false;
        } else if (c === 34) inString = true;
        else if (c === 123 || c === 91) depth++;
        else if (depth > 0 && (c === 125 || c === 93)) depth--;
        else if (depth === 0 && (c === 44 || c === 93)) {
          element.push(part.slice(from, i));
          const text = flush();
          if (text === '') {
            position += i;
            if (c === 44 || elements > 0) throw broken('has a comma too many');
          } else {
            elements++;
            yield text;
          }
          from = i + 1;
          if (c === 93) state = PLACE.behind;
        }
        continue;
      }
      if (c === 32 || (c >= 9 && c <= 13)) continue;
      position += i;
      if (state === PLACE.behind) throw broken('is followed by something else');
      if (c !== 91) throw broken('does not begin with "["');
      state = PLACE.inside;
      from = i + 1;
      position -= i;
    }
    if (state === PLACE.inside) {
      element.push(part.slice(from));
      elementBytes += part.length - from;
      if (elementBytes > RECORD_BYTES_MAX) throw broken(`has an element longer than ${RECORD_BYTES_MAX} bytes`);
    }
    position += part.length;
  }
  if (state !== PLACE.behind) throw broken('is cut short: it has no end');
}
