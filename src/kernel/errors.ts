/**
 * Expected failures. Anything a person or a client can cause or meet is a FootingError with a stable code; everything
 * else that is thrown is a bug and surfaces as `internal`.
 */

/** HTTP status and command-line exit code of every error code, in one place. */
export const ERROR_CODES = {
  invalid: { status: 422, exit: 2, title: 'The request does not hold together' },
  malformed: { status: 400, exit: 2, title: 'The request could not be read' },
  unauthenticated: { status: 401, exit: 4, title: 'No valid API key' },
  forbidden: { status: 403, exit: 4, title: 'The key may not do this' },
  not_found: { status: 404, exit: 5, title: 'There is no such thing' },
  conflict: { status: 409, exit: 6, title: 'The request contradicts an earlier one' },
  too_large: { status: 413, exit: 2, title: 'The request is larger than the limit' },
  unsupported: { status: 415, exit: 2, title: 'This format is not supported' },
  busy: { status: 503, exit: 7, title: 'The server cannot take this now' },
  storage: { status: 507, exit: 7, title: 'The data folder has no room or cannot be written' },
  unavailable: { status: 503, exit: 7, title: 'A store that is needed does not answer' },
  corrupt: { status: 500, exit: 8, title: 'Stored data does not agree with itself' },
  platform: { status: 500, exit: 9, title: 'This platform is not supported' },
  internal: { status: 500, exit: 1, title: 'A fault in Footing itself' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One thing that is wrong: where it is, what stood there, why that is wrong, what to do. */
export interface Problem {
  /** Name of the field, column or option; a JSON pointer for nested bodies. */
  field?: string;
  /** The offending value as it was given, shortened to VALUE_SHOWN_CHARACTERS_MAX characters by {@link shown}. */
  value?: string;
  /** Row number in the source, 1 for the first row of data. */
  row?: number;
  reason: string;
  remedy?: string;
}

export const VALUE_SHOWN_CHARACTERS_MAX = 120;

/** A value as it may be printed in an error: whole when short, else its beginning and its full length. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length <= VALUE_SHOWN_CHARACTERS_MAX
    ? text
    : `${text.slice(0, VALUE_SHOWN_CHARACTERS_MAX)}… (${text.length} characters)`;
}

export class FootingError extends Error {
  readonly code: ErrorCode;
  readonly problems: Problem[];
  readonly remedy: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: { problems?: Problem[]; remedy?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'FootingError';
    this.code = code;
    this.problems = details.problems ?? [];
    this.remedy = details.remedy;
  }
}

/** True for a FootingError, optionally of one code. */
export function isFootingError(error: unknown, code?: ErrorCode): error is FootingError {
  return error instanceof FootingError && (code === undefined || error.code === code);
}

/** Throws `internal`: for what must hold whatever the input is. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new FootingError('internal', `Invariant broken: ${message}`);
}
