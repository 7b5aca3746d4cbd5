/** What else one definition gives: CSV template, ClickHouse table, JSON schema, a description for people. */
import { CURRENCIES } from '../kernel/currency.ts';
import { DECIMAL_INTEGER_DIGITS_MAX, DECIMAL_SCALE_MAX, TEXT_CHARACTERS_MAX } from './limits.ts';
import { canonicalCell } from './scan.ts';
import type { ColumnDefinition, StreamDefinition } from './types.ts';

/** A CSV file with every column and one example row. */
export function csvTemplate(definition: StreamDefinition): string {
  const columns = definition.columns;
  const row = (cells: string[]): string => `${cells.map(canonicalCell).join(',')}\r\n`;
  return row(columns.map((column) => column.name)) + row(columns.map((column) => column.example));
}

/** ClickHouse type of a column as it is stored. */
export function clickhouseType(column: ColumnDefinition): string {
  const nullable = (type: string): string => (column.required === true ? type : `Nullable(${type})`);
  switch (column.type) {
    case 'decimal':
      return nullable(`Decimal(38, ${DECIMAL_SCALE_MAX})`);
    case 'cents':
    case 'integer':
      return nullable('Int64');
    case 'date':
      return nullable('Date32');
    case 'datetime':
      return nullable("DateTime64(3, 'UTC')");
    case 'boolean':
      return nullable('Bool');
    case 'text':
      return column.lowCardinality === true ? 'LowCardinality(String)' : 'String';
    default:
      return 'LowCardinality(String)';
  }
}

/**
 * CREATE TABLE of a stream's records. `key_hash` is a function of source and key columns; `orderBy` defaults to it, so that a
 * record is found by its key.
 */
export function clickhouseTable(
  definition: StreamDefinition,
  options: { orderBy?: string; ifNotExists?: boolean } = {},
): string {
  const columns: [string, string][] = [
    ['seq', 'UInt64'],
    ['origin_seq', 'UInt64'],
    ['origin_row', 'UInt32'],
    ['sign', 'Int8'],
    ['source', 'LowCardinality(String)'],
    ['key_hash', `UInt64 DEFAULT cityHash64(${['source', ...definition.key].join(', ')})`],
    ...definition.columns.map((column): [string, string] => [column.name, clickhouseType(column)]),
    ...(definition.attributes === true ? [['attributes', 'Map(String, String)'] as [string, string]] : []),
  ];
  const lines = columns.map(([name, type]) => `  ${name} ${type}`).join(',\n');
  return `CREATE TABLE ${options.ifNotExists === false ? '' : 'IF NOT EXISTS '}${definition.name}
(
${lines}
)
ENGINE = MergeTree
ORDER BY (${options.orderBy ?? 'key_hash, origin_seq, origin_row'})`;
}

type Schema = Record<string, unknown>;

/** JSON schema (2020-12, as in OpenAPI 3.1) of one row over HTTP. Decimals are strings, so that no digit is lost on the way. */
export function jsonSchema(definition: StreamDefinition): Schema {
  const properties: Record<string, Schema> = {};
  for (const column of definition.columns) properties[column.name] = columnSchema(column);
  if (definition.attributes === true) {
    properties.attributes = {
      type: 'object',
      additionalProperties: { type: ['string', 'null'], maxLength: TEXT_CHARACTERS_MAX },
      description: 'Further facts, by name. May also be given as fields attributes.x.',
    };
  }
  return {
    type: 'object',
    title: definition.title,
    properties,
    ...(definition.attributes === true
      ? { patternProperties: { '^attributes\\..+$': { type: ['string', 'number', 'boolean', 'null'] } } }
      : {}),
    required: definition.columns
      .filter((column) => column.required === true && column.default === undefined)
      .map((column) => column.name),
    additionalProperties: false,
  };
}

function columnSchema(column: ColumnDefinition): Schema {
  const optional = column.required !== true || column.default !== undefined;
  const either = (type: string): string | string[] => (optional ? [type, 'null'] : type);
  const facts: Schema = {
    description: column.description,
    examples: [column.example],
    ...(column.default === undefined ? {} : { default: column.default }),
  };
  switch (column.type) {
    case 'decimal':
      return {
        type: either('string'),
        pattern: `^[+-]?\\d{1,${DECIMAL_INTEGER_DIGITS_MAX}}(\\.\\d{1,${DECIMAL_SCALE_MAX}})?$`,
        ...facts,
      };
    case 'cents':
    case 'integer':
      return { type: either('integer'), format: 'int64', ...facts, examples: [Number(column.example)] };
    case 'date':
      return { type: either('string'), format: 'date', ...facts };
    case 'datetime':
      return {
        type: either('string'),
        ...facts,
        description: `${column.description} RFC 3339, or a date (midnight UTC).`,
      };
    case 'boolean':
      return { type: either('boolean'), ...facts, examples: [column.example === 'true'] };
    case 'currency':
      return column.unknown === 'keep'
        ? { type: either('string'), ...facts }
        : { type: either('string'), enum: [...CURRENCIES.keys(), ...(optional ? [null] : [])], ...facts };
    case 'country':
      return { type: either('string'), ...(column.unknown === 'keep' ? {} : { pattern: '^[A-Za-z]{2}$' }), ...facts };
    case 'enum':
      return column.unknown === 'keep'
        ? { type: either('string'), ...facts }
        : { type: either('string'), enum: [...(column.values ?? []), ...(optional ? [null] : [])], ...facts };
    default:
      return { type: either('string'), maxLength: column.charactersMax ?? TEXT_CHARACTERS_MAX, ...facts };
  }
}

export interface ColumnDescription {
  name: string;
  type: string;
  required: boolean;
  key: boolean;
  aliases: readonly string[];
  /** What may stand there, in words. */
  takes: string;
  default: string | null;
  description: string;
  example: string;
}

/** The stream for people: command-line help, reference documents, the page of a template. */
export function describe(definition: StreamDefinition): {
  name: string;
  title: string;
  key: readonly string[];
  columns: ColumnDescription[];
  attributes: boolean;
  rules: string[];
} {
  return {
    name: definition.name,
    title: definition.title,
    key: definition.key,
    attributes: definition.attributes === true,
    rules: (definition.checks ?? []).map((check) => check.reason),
    columns: definition.columns.map((column) => ({
      name: column.name,
      type: column.type,
      required: column.required === true,
      key: definition.key.includes(column.name),
      aliases: column.aliases ?? [],
      takes: takes(column),
      default: column.default ?? null,
      description: column.description,
      example: column.example,
    })),
  };
}

function takes(column: ColumnDefinition): string {
  const kept = column.unknown === 'keep' ? '; others are kept as stated' : '';
  switch (column.type) {
    case 'text':
      return `text of at most ${column.charactersMax ?? TEXT_CHARACTERS_MAX} characters`;
    case 'decimal':
      return `a decimal number with at most ${DECIMAL_SCALE_MAX} decimals, without thousands separators`;
    case 'cents':
      return 'a whole number of minor units (cents)';
    case 'integer':
      return 'a whole number';
    case 'date':
      return 'a day, YYYY-MM-DD';
    case 'datetime':
      return 'an instant in RFC 3339, or a day';
    case 'boolean':
      return 'true or false';
    case 'currency':
      return `a currency code of ISO 4217${kept}`;
    case 'country':
      return `a country code of ISO 3166-1, two letters${kept}`;
    case 'enum':
      return `one of ${(column.values ?? []).join(', ')}${kept}`;
  }
}
