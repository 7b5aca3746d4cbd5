/** Problem documents (RFC 9457): the one shape in which the API says that something went wrong. */

import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES, type ErrorCode, FootingError, isFootingError, type Problem } from '../kernel/errors.ts';
import { type FilePreview, HeaderError } from '../streams/preview.ts';

/** Failures that only HTTP knows, beside those of the kernel. */
export const HTTP_CODES = {
  timeout: { status: 408, exit: 7, title: 'The request did not arrive in time' },
  header_too_large: { status: 431, exit: 2, title: 'The header lines are longer than the limit' },
} as const;

export type ProblemCode = ErrorCode | keyof typeof HTTP_CODES;
export const PROBLEM_CODES = { ...ERROR_CODES, ...HTTP_CODES };

export interface ProblemDocument {
  /** A relative reference that leads to words on the code. */
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Path of the request; null when it was never read. */
  instance: string | null;
  code: ProblemCode;
  remedy: string | null;
  problems: Problem[];
  /** What stands in a file whose header does not fit. */
  file?: FilePreview;
}

/** A failure of the exchange itself, outside what the kernel's codes name. */
export class HttpFailure extends Error {
  readonly code: ProblemCode;
  readonly remedy: string | null;

  constructor(code: ProblemCode, message: string, remedy: string | null = null) {
    super(message);
    this.name = 'HttpFailure';
    this.code = code;
    this.remedy = remedy;
  }
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export function problemDocument(
  code: ProblemCode,
  detail: string,
  instance: string | null,
  details: { remedy?: string | null; problems?: Problem[] } = {},
): ProblemDocument {
  const { status, title } = PROBLEM_CODES[code];
  return {
    type: `/api/problems/${code}`,
    title,
    status,
    detail,
    instance,
    code,
    remedy: details.remedy ?? null,
    problems: details.problems ?? [],
  };
}

/** Faults of the transport as Fastify names them. Everything that is not here and carries no 4xx status is a bug of ours. */
const FASTIFY_CODES: Record<string, { code: ProblemCode; detail: string; remedy?: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'too_large', detail: 'The body is longer than this route takes.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported',
    detail: 'This route does not read that content type.',
    remedy: 'Send JSON with the header Content-Type: application/json.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'malformed', detail: 'The body is empty where JSON is expected.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'malformed', detail: 'The body is not JSON.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'malformed',
    detail: 'The body is not as long as its Content-Length says.',
  },
  FST_ERR_BAD_URL: { code: 'malformed', detail: 'The path is not a valid URL.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'malformed', detail: 'A part of the path is too long.' },
  ECONNRESET: { code: 'malformed', detail: 'The connection was cut before the request was complete.' },
  ERR_STREAM_PREMATURE_CLOSE: {
    code: 'malformed',
    detail: 'The connection was cut before the request was complete.',
  },
};

/** What the outside may know of an error. Causes and stacks of internal faults stay inside. */
export function problemOf(error: unknown, instance: string | null): ProblemDocument {
  if (isFootingError(error)) {
    const detail = error.code === 'internal' ? 'The fault is logged on the server.' : error.message;
    const document = problemDocument(error.code, detail, instance, {
      remedy: error.remedy ?? null,
      problems: error.problems,
    });
    return error instanceof HeaderError && error.file !== undefined ? { ...document, file: error.file } : document;
  }
  if (error instanceof HttpFailure) {
    return problemDocument(error.code, error.message, instance, { remedy: error.remedy });
  }
  const { code, statusCode } = error as Partial<FastifyError>;
  const known = code === undefined ? undefined : FASTIFY_CODES[code];
  if (known) return problemDocument(known.code, known.detail, instance, { remedy: known.remedy ?? null });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return problemDocument('malformed', 'The request could not be read.', instance);
  }
  return problemDocument('internal', 'The fault is logged on the server.', instance);
}

/** Fastify's error handler. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const document = problemOf(error, pathOf(request));
  // Busy is a state that passes, and says so to the caller; the rest is for whoever runs the server to see.
  if (document.code === 'busy') request.log.info({ path: document.instance }, document.detail);
  else if (document.status >= 500) request.log.error({ err: error, path: document.instance }, document.title);
  if (document.status === 401) reply.header('www-authenticate', 'Bearer realm="footing", Basic realm="footing"');
  if (document.status === 503) reply.header('retry-after', '1');
  // The rest of an unread body must not be taken for the next request.
  if (document.status === 408 || document.status === 413) reply.header('connection', 'close');
  reply
    .code(document.status)
    .removeHeader('etag')
    .header('cache-control', 'no-store')
    .type(PROBLEM_MEDIA_TYPE)
    .send(problemText(document));
}

/** Read by people in a terminal as often as by programs: in lines, with one at its end. */
const problemText = (document: ProblemDocument): string => `${JSON.stringify(document, null, 2)}\n`;

/** Unknown routes, and known ones under another method. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(
    new FootingError('not_found', `There is no ${request.method} ${pathOf(request)}.`, {
      remedy: 'GET /api/openapi.json lists what there is; /api/docs shows it.',
    }),
    request,
    reply,
  );
}

/** For what fails before there is a request: bytes that are not HTTP, headers that never end. */
export function answerBrokenConnection(
  error: NodeJS.ErrnoException,
  socket: Socket,
  log: Pick<FastifyBaseLogger, 'debug'>,
): void {
  log.debug({ err: error }, 'connection refused');
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const code: ProblemCode =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'timeout'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? 'header_too_large'
        : 'malformed';
  const document = problemDocument(code, `${PROBLEM_CODES[code].title}.`, null);
  const body = problemText(document);
  socket.end(
    `HTTP/1.1 ${document.status} ${document.title}\r\ncontent-type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** The path without its query, which may hold what nobody wants to see in a log. */
export function pathOf(request: FastifyRequest): string {
  const end = request.url.indexOf('?');
  return end < 0 ? request.url : request.url.slice(0, end);
}
