/** Rows that come as JSON (over HTTP): judged by the same columns as rows of files, and encoded into the same blocks. */

import type { Json } from '../journal/types.ts';
import { FootingError, shown } from '../kernel/errors.ts';
import { nearest } from '../kernel/text.ts';
import { columnMeant } from './header.ts';
import { ATTRIBUTE_PREFIX, RowBuilder, type RowConstants, type Target } from './rows.ts';
import type { Parsed, ParsedRow, RowProblem, StreamDefinition } from './types.ts';

const TO_UTF8 = new TextEncoder();
const JSON_NOTATION = { decimal: '.', dateOrder: 'iso' } as const;
/** Values of one row over HTTP, attributes included. */
const FIELDS_MAX = 2_000;

export interface ParsedJsonRow {
  /** The parsed values; meaningful only when there are no problems. */
  row: ParsedRow;
  problems: RowProblem[];
}

/** A JSON value as the text of a cell; undefined when a cell cannot say it. Numbers are taken as JavaScript prints them. */
export function cellOfJson(value: Json | undefined): string | undefined {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** Fields of a JSON object with `attributes: {x: …}` turned into `attributes.x`. */
export function* fieldsOfJson(row: Record<string, Json>): Generator<[string, Json]> {
  for (const [name, value] of Object.entries(row)) {
    if (name === 'attributes' && value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) yield [ATTRIBUTE_PREFIX + key, inner];
    } else yield [name, value];
  }
}

/**
 * Judges rows given as JSON objects: the same rules, words and results as for the rows of a file. `stated` rows stand in the journal and
 * are read as they were when they were taken, also by an earlier version.
 */
export function parseRows(
  definition: StreamDefinition,
  rows: readonly Record<string, Json>[],
  stated: 'stated' | 'new' = 'new',
): ParsedJsonRow[] {
  return rows.map((row) => parseRow(definition, row, stated));
}

const BUILDERS_KEPT_MAX = 64;
/** Builders by definition and fields: rows posted one by one mostly have the same fields. */
const builders = new WeakMap<StreamDefinition, Map<string, RowBuilder>>();

function builderFor(
  definition: StreamDefinition,
  names: readonly string[],
  targets: Target[],
  stated: 'stated' | 'new',
): RowBuilder {
  let known = builders.get(definition);
  if (known === undefined) {
    known = new Map();
    builders.set(definition, known);
  }
  const key = `${stated}\n${names.join('\n')}`;
  let builder = known.get(key);
  if (builder === undefined) {
    if (known.size >= BUILDERS_KEPT_MAX) known.clear();
    builder = new RowBuilder(definition, targets, { ...JSON_NOTATION, markedCents: stated === 'stated' });
    known.set(key, builder);
  }
  return builder;
}

function parseRow(definition: StreamDefinition, row: Record<string, Json>, stated: 'stated' | 'new'): ParsedJsonRow {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) {
    return { row: emptyRow(), problems: [{ column: '', value: shown(row), reason: 'a row must be a JSON object' }] };
  }
  const problems: RowProblem[] = [];
  const names: string[] = [];
  const texts: string[] = [];
  const targets: Target[] = [];
  const seen = new Set<string>();
  for (const [name, value] of fieldsOfJson(row)) {
    if (names.length >= FIELDS_MAX) throw new FootingError('too_large', `A row has more than ${FIELDS_MAX} fields`);
    const meant = columnMeant(definition, name);
    const text = cellOfJson(value);
    if (meant === undefined) {
      problems.push(unknownField(definition, name, value));
      continue;
    }
    if (text === undefined) {
      problems.push({
        column: meant,
        value: shown(value),
        reason: 'a value must be a string, a number, a boolean or null',
      });
      continue;
    }
    if (seen.has(meant)) {
      problems.push({ column: meant, value: shown(value), reason: 'the row states this column twice' });
      continue;
    }
    seen.add(meant);
    names.push(name);
    texts.push(text);
    const column = definition.columns.findIndex((candidate) => candidate.name === meant);
    targets.push(column >= 0 ? { column } : { attribute: meant.slice(ATTRIBUTE_PREFIX.length) });
  }
  // What a file must have as a header, a JSON row must have as a field, or leave to a default.
  for (const [column, { name, required }] of definition.columns.entries()) {
    if (required === true && !seen.has(name)) {
      names.push(name);
      texts.push('');
      targets.push({ column });
    }
  }
  const builder = builderFor(definition, names, targets, stated);
  const found = putTexts(builder, names, texts);
  if (found !== undefined) problems.push(...withoutKnown(found, problems));
  const parsed = found === undefined ? builder.parsed(0) : emptyRow();
  builder.reset();
  return { row: parsed, problems };
}

/** A column whose value could not be a cell is not also missing. */
function withoutKnown(found: RowProblem[], known: readonly RowProblem[]): RowProblem[] {
  return found.filter((problem) => !known.some((earlier) => earlier.column === problem.column));
}

function emptyRow(): ParsedRow {
  return { values: {}, attributes: {} };
}

function putTexts(builder: RowBuilder, names: readonly string[], texts: readonly string[]): RowProblem[] | undefined {
  builder.startRow();
  for (const [i, text] of texts.entries()) {
    const bytes = TO_UTF8.encode(text);
    builder.cell(i, bytes, 0, bytes.length);
  }
  return builder.endRow(1, names, (i) => texts[i]!);
}

export function unknownField(definition: StreamDefinition, name: string, value: Json): RowProblem {
  const meant = nearest(
    name,
    definition.columns.map((column) => column.name),
  );
  const ways = definition.attributes === true ? ` To keep what has no column, name it ${ATTRIBUTE_PREFIX}x.` : '';
  return {
    column: name,
    value: shown(value),
    reason: `${definition.name} have no column "${name}"`,
    ...(meant === undefined
      ? ways === ''
        ? {}
        : { remedy: ways.trim() }
      : { remedy: `did you mean ${meant}?${ways}` }),
  };
}

/** A parsed row with the values of the block's own columns. */
export interface BlockRow extends RowConstants {
  row: ParsedRow;
}

/** Rows that were parsed before as one Native block, columns as named by blockColumns(). */
export function encodeRows(definition: StreamDefinition, rows: readonly BlockRow[]): Uint8Array {
  const attributeKeys = [...new Set(rows.flatMap(({ row }) => Object.keys(row.attributes)))];
  const targets: Target[] = [
    ...definition.columns.map((_, column) => ({ column })),
    ...attributeKeys.map((attribute) => ({ attribute })),
  ];
  const names = [...definition.columns.map((column) => column.name), ...attributeKeys];
  // Values were judged when they were parsed; what holds over several columns is not asked again.
  const { check: _, checks: __, ...plain } = definition;
  const columns = plain.columns.map(({ default: ___, ...column }) => ({ ...column, unknown: 'keep' as const }));
  const builder = new RowBuilder({ ...plain, columns }, targets, JSON_NOTATION);
  for (const { row, originRow } of rows) {
    builder.startRow();
    const texts = names.map((name, i) =>
      i < definition.columns.length ? textOfParsed(row.values[name] ?? null) : (row.attributes[name] ?? ''),
    );
    for (const [i, text] of texts.entries()) {
      const bytes = TO_UTF8.encode(text);
      builder.cell(i, bytes, 0, bytes.length);
    }
    const problems = builder.endRow(originRow, names, (i) => texts[i]!);
    if (problems !== undefined) {
      throw new FootingError('internal', 'A parsed row cannot be encoded', {
        problems: problems.map(({ column, ...problem }) => ({ field: column, ...problem })),
      });
    }
  }
  return builder.takeBlock(rows).bytes;
}

/** Notation from which a parsed value is read again as itself. */
export function textOfParsed(value: Parsed): string {
  return value === null ? '' : String(value);
}
