/**
 * Strict schemas, in and out: what a request brings beyond its schema is refused, and an answer that does not match its
 * schema is a fault of ours, never sent. Schemas are compiled once, when they are first needed: all at once they would cost a start the better
 * part of a second.
 */
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify/types/schema.js';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { FootingError, type Problem, shown } from '../kernel/errors.ts';
import { calendarProblem, isCalendarPattern } from './calendar.ts';

/** The part of JSON Schema that matters for reading query strings. */
interface QueryProperty {
  type?: string;
  default?: unknown;
  pattern?: string;
}

const quickly = new WeakMap<object, (value: unknown) => boolean>();

/**
 * A check of large bodies that is quicker than that of their schema. It may accept only what the schema accepts; what it does not
 * accept is checked against the schema, which also says what is wrong.
 */
export function acceptedQuickly<Schema extends object>(schema: Schema, accepts: (value: unknown) => boolean): Schema {
  quickly.set(schema, accepts);
  return schema;
}

export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = compiledWhenNeeded(schema);
  const properties = Object.entries((schema as { properties?: Record<string, QueryProperty> }).properties ?? {});
  const accepts = quickly.get(schema) ?? (() => false);
  return (given: unknown) => {
    const value = httpPart === 'body' ? given : fromText(given, properties);
    if (accepts(value) || validator().Check(value)) {
      const problems = httpPart === 'body' ? [] : problemsOfText(value, properties);
      return problems.length === 0 ? { value } : { error: refused(httpPart ?? 'querystring', problems) };
    }
    return { error: invalidRequest(httpPart ?? 'body', validator().Errors(value), value) };
  };
};

export const serializerCompiler: FastifySerializerCompiler<TSchema> = ({ schema, method, url, httpStatus }) => {
  const validator = compiledWhenNeeded(schema);
  return (answer: unknown) => {
    if (validator().Check(answer)) return `${JSON.stringify(answer)}\n`;
    const wrong = validator()
      .Errors(answer)
      .slice(0, 5)
      .map((error) => `${error.instancePath} ${error.message}`);
    throw new FootingError(
      'internal',
      `The answer ${httpStatus} of ${method} ${url} does not match its schema: ${wrong.join('; ')}`,
    );
  };
};

function compiledWhenNeeded(schema: TSchema): () => ReturnType<typeof Compile<TSchema>> {
  let compiled: ReturnType<typeof Compile<TSchema>> | undefined;
  return () => {
    compiled ??= Compile(schema);
    return compiled;
  };
}

/** Query strings and paths carry text: whole numbers and booleans are read where the schema asks for them, nothing else is. */
function fromText(given: unknown, properties: Array<[string, QueryProperty]>): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const value: Record<string, unknown> = { ...given };
  for (const [name, property] of properties) {
    const text = value[name];
    if (text === undefined) {
      if (property.default !== undefined) value[name] = property.default;
    } else if (property.type === 'integer' && typeof text === 'string' && /^-?\d{1,15}$/.test(text)) {
      value[name] = Number(text);
    } else if (property.type === 'boolean' && (text === 'true' || text === 'false')) {
      value[name] = text === 'true';
    }
  }
  return value;
}

/** What no schema says of text in queries, paths and headers. */
function problemsOfText(value: unknown, properties: Array<[string, QueryProperty]>): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  const problems: Problem[] = [];
  for (const [field, text] of Object.entries(value)) {
    // PostgreSQL keeps no text with it.
    if (typeof text === 'string' && text.includes('\0'))
      problems.push({ field, value: shown(text), reason: 'must not contain the character U+0000' });
  }
  for (const [field, { pattern }] of properties) {
    const text = (value as Record<string, unknown>)[field];
    if (typeof text !== 'string' || !isCalendarPattern(pattern)) continue;
    const reason = calendarProblem(text);
    if (reason !== undefined) problems.push({ field, value: shown(text), reason });
  }
  return problems;
}

/** Patterns of the schemas in words: a regular expression helps nobody who has mistyped a month. */
const PATTERN_WORDS: ReadonlyMap<string, string> = new Map([
  ['^\\d{4}-\\d{2}(-\\d{2})?$', 'must be a day or month written like 2025-03-31 or 2025-03'],
  ['^\\d{4}-\\d{2}$', 'must be a month written like 2025-03'],
  ['^\\d{4}-\\d{2}-\\d{2}$', 'must be a day written like 2025-03-31'],
  ['^[A-Za-z]{3}$', 'must be a currency code of three letters, such as EUR'],
  ['^[A-Z]{3}$', 'must be a currency code of three capital letters, such as EUR'],
  [
    '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
    'must be lower-case letters, digits and hyphens, at most 63, such as aldermoor',
  ],
]);

interface SchemaError {
  keyword: string;
  instancePath: string;
  message: string;
  params: object;
}

const PARTS: Record<string, string> = { querystring: 'query', params: 'path', headers: 'header', body: 'body' };

function invalidRequest(part: string, errors: readonly SchemaError[], value: unknown): FootingError {
  const problems: Problem[] = [];
  for (const error of errors) {
    // A refused extra property is reported twice; the one that names it is kept.
    if (error.keyword === 'boolean') continue;
    // Members of a union are reported one by one before the union itself.
    if (error.keyword === 'const' && errors.some((e) => e.keyword === 'anyOf' && e.instancePath === error.instancePath))
      continue;
    problems.push(...problemsOf(part, error, value));
  }
  return refused(part, problems);
}

function refused(part: string, problems: Problem[]): FootingError {
  return new FootingError(
    'invalid',
    `The ${PARTS[part] ?? part} of the request does not match what this route takes.`,
    {
      problems,
    },
  );
}

function problemsOf(part: string, error: SchemaError, value: unknown): Problem[] {
  const at = (name?: string) => {
    const path = name === undefined ? error.instancePath : `${error.instancePath}/${name}`;
    return part === 'body' ? path || '/' : path.slice(1);
  };
  const params = error.params as {
    additionalProperties?: string[];
    requiredProperties?: string[];
    allowedValues?: unknown[];
  };
  if (params.additionalProperties) {
    return params.additionalProperties.map((name) => ({ field: at(name), reason: 'is not known here' }));
  }
  if (params.requiredProperties) {
    return params.requiredProperties.map((name) => ({ field: at(name), reason: 'is missing' }));
  }
  const found = valueAt(value, error.instancePath);
  return [
    {
      field: at(),
      ...(found === undefined ? {} : { value: shown(found) }),
      reason: params.allowedValues
        ? `must be one of ${params.allowedValues.join(', ')}`
        : (PATTERN_WORDS.get((error.params as { pattern?: string | RegExp }).pattern?.toString() ?? '') ??
          error.message),
    },
  ];
}

function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return at;
}
