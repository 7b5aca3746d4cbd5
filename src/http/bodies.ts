/** Bodies: JSON read without losing a digit, uploads as streams, and neither waited for for ever. */
import { createHash } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FootingError } from '../kernel/errors.ts';
import type { Limits } from './limits.ts';
import { HttpFailure, sendProblem } from './problems.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Replaces Fastify's JSON parser. */
export function readJsonBodies(app: FastifyInstance, limits: Limits): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/([\w.-]+\+)?json(;|$)/,
    { parseAs: 'buffer', bodyLimit: limits.jsonBytesMax },
    (request: FastifyRequest, body: Buffer, done) => {
      try {
        if (request.headers['idempotency-key'] !== undefined) {
          request.bodyHash = createHash('sha256').update(body).digest('hex');
        }
        done(null, parseJson(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  app.addHook('onRequest', async (request, reply) => {
    if ((request.routeOptions.config.body ?? 'json') !== 'json' || !bringsBody(request)) return;
    request.bodyTimer = setTimeout(() => cutOff(request, reply, limits.jsonBodyMsMax), limits.jsonBodyMsMax);
  });
  const stopTimer = (request: FastifyRequest) => {
    if (request.bodyTimer) clearTimeout(request.bodyTimer);
    request.bodyTimer = null;
  };
  app.addHook('preValidation', async (request) => stopTimer(request));
  app.addHook('onResponse', async (request) => stopTimer(request));
}

/** Within this scope every body, whatever its type, is left to the route as a stream. */
export function leaveBodiesAsStreams(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

function bringsBody(request: FastifyRequest): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

function cutOff(request: FastifyRequest, reply: FastifyReply, ms: number): void {
  if (reply.sent) return;
  sendProblem(new HttpFailure('timeout', `The body had not arrived after ${ms / 1000} s.`), request, reply);
}

/**
 * Where a JSON number may hold more digits than a double keeps: a fraction, an exponent, or very many digits. A number stands at the
 * beginning or after one of `:[,`; digits inside of texts, which are exact anyway, need no second look.
 */
const MAYBE_INEXACT = /(?:^|[:[,])\s*-?(?:\d+[.eE]|\d{16})/;
const EXACT_INTEGER = /^-?\d+$/;
/** A key that would change what an object is instead of what it holds; escapes included. */
const PROTOTYPE_KEY =
  /"(?:_|\\u005f){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006f)(?:t|\\u0074)(?:o|\\u006f)(?:_|\\u005f){2}"\s*:/i;

/**
 * JSON with its numbers as they are written: a safe integer as a number, every other number as its text ("0.10" stays "0.10"),
 * because a double would round it in silence. Errors: `malformed`.
 */
export function parseJson(body: Uint8Array): unknown {
  const text = decode(body);
  if (text.trim() === '') throw new FootingError('malformed', 'The body is empty where JSON is expected.');
  if (PROTOTYPE_KEY.test(text)) throw new FootingError('malformed', 'The body has a key named __proto__.');
  try {
    return MAYBE_INEXACT.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
  } catch (error) {
    throw new FootingError('malformed', `The body is not JSON: ${(error as Error).message.slice(0, 200)}.`);
  }
}

function decode(body: Uint8Array): string {
  try {
    return UTF8.decode(body);
  } catch {
    throw new FootingError('malformed', 'The body is not valid UTF-8.');
  }
}

function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return Number.isSafeInteger(value) && EXACT_INTEGER.test(context.source) ? value : context.source;
}

/**
 * The bytes of an upload as a stream that fails instead of waiting for ever: with `timeout` when too few bytes come, with
 * `malformed` when the connection is cut. It never ends well unless the whole body has arrived.
 */
export function uploadOf(request: FastifyRequest, limits: Limits): Readable {
  const raw = request.raw;
  const upload = new PassThrough({ highWaterMark: 1024 * 1024 });
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.uploadBytesMax) {
    throw new FootingError('too_large', `The file has ${declared} bytes; the limit is ${limits.uploadBytesMax}.`);
  }
  let seen = 0;
  raw.on('data', (chunk: Buffer) => {
    seen += chunk.length;
  });
  let seenBefore = 0;
  const watch = setInterval(() => {
    // The client is not to blame while we are the ones who do not read.
    const waitingForUs = upload.writableNeedDrain;
    if (!waitingForUs && seen - seenBefore < limits.uploadWindowBytesMin) {
      fail(
        new HttpFailure(
          'timeout',
          `The upload brought fewer than ${limits.uploadWindowBytesMin} bytes in ${limits.uploadWindowMs / 1000} s.`,
          'Nothing of it was kept; send it again.',
        ),
      );
    }
    seenBefore = seen;
  }, limits.uploadWindowMs);
  const fail = (error: Error) => {
    clearInterval(watch);
    raw.unpipe(upload);
    upload.destroy(error);
  };
  const cut = () => fail(new FootingError('malformed', 'The upload was cut before its end. Nothing of it was kept.'));
  raw.on('end', () => clearInterval(watch));
  raw.on('error', cut);
  raw.on('close', () => {
    clearInterval(watch);
    if (!raw.readableEnded) cut();
  });
  upload.on('close', () => {
    clearInterval(watch);
    raw.unpipe(upload);
  });
  raw.pipe(upload);
  return upload;
}
