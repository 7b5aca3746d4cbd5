/** Errors as ChartMogul's clients read them: every shape that they know, at once. */
import { ERROR_CODES, isFootingError, shown } from '../../kernel/errors.ts';

export interface FieldError {
  /** Name of the parameter, with its place in nested bodies: `invoices[0].line_items[2].plan_uuid`. */
  param: string;
  /** `missing`, `blank`, `taken`, `invalid`, `not_found` … */
  code: string;
  message: string;
  /** What was given, shortened; where the message is one that clients compare and so cannot say it. */
  value?: string;
}

export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly FieldError[];
  /** Further keys of the body, where a resource has a shape of its own. */
  readonly more: Record<string, unknown>;

  constructor(status: number, message: string, errors: readonly FieldError[] = [], more: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.errors = errors;
    this.more = more;
  }
}

/** 404 for a thing that is not there: `notFound('Invoice')`. */
export function notFound(what: string, param = 'uuid', value?: string): ApiError {
  const message = `${what} not found`;
  const named = value === undefined ? message : `${message}: ${shown(value)}`;
  const given = value === undefined ? {} : { value: shown(value) };
  return new ApiError(404, message, [{ param, code: 'not_found', message: named, ...given }]);
}

/** 422 for one field. `value`: what was given. */
export function refused(param: string, message: string, code = 'invalid', value?: string): ApiError {
  const given = value === undefined ? {} : { value: shown(value) };
  return new ApiError(422, message, [{ param, code, message, ...given }]);
}

/** 400 for one parameter. */
export function badParameter(param: string, message: string, code = 'invalid'): ApiError {
  return new ApiError(400, message, [{ param, code, message }]);
}

/** 400 or 422 for all that was found wrong at once; a missing parameter makes it 400. */
export function wrongFields(errors: readonly FieldError[]): ApiError {
  const first = errors[0]!;
  const missing = errors.find(({ code }) => code === 'missing');
  return new ApiError(missing ? 400 : 422, (missing ?? first).message, errors);
}

/** Body of an error answer. */
export function errorBody(status: number, message: string, errors: readonly FieldError[]): Record<string, unknown> {
  if (status === 401) return { code: 401, message, param: null };
  const byField = Object.fromEntries(errors.toReversed().map((error) => [error.param, error.message]));
  return {
    code: status,
    message,
    param: errors[0]?.param ?? null,
    error: message,
    errors: byField,
    error_details: errors,
  };
}

/** Status and body for anything that was thrown. What is no expected failure says nothing about its inside. */
export function answerOf(error: unknown): { status: number; body: Record<string, unknown> } {
  if (error instanceof ApiError) {
    return { status: error.status, body: { ...errorBody(error.status, error.message, error.errors), ...error.more } };
  }
  if (isFootingError(error)) {
    // A contradiction with what is there is a validation failure for these clients.
    const status = error.code === 'conflict' ? 422 : ERROR_CODES[error.code].status;
    const message =
      error.code === 'internal'
        ? 'Internal server error'
        : error.code === 'unauthenticated'
          ? 'No valid API key provided'
          : error.message;
    const errors = error.problems.map((problem) => ({
      param: problem.field ?? 'base',
      code: error.code,
      message:
        `${problem.reason}${problem.value === undefined ? '' : ` Given: ${problem.value}.`} ${problem.remedy ?? ''}`.trim(),
    }));
    return { status, body: errorBody(status, message, errors) };
  }
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { status: 413, body: errorBody(413, 'The body is too large', []) };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, body: errorBody(statusCode, 'The request could not be read', []) };
  }
  return { status: 500, body: errorBody(500, 'Internal server error', []) };
}
