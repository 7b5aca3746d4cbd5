/** What every route of the server shares. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Footing } from '../footing.ts';
import { FootingError } from '../kernel/errors.ts';
import type { Cursors } from './cursors.ts';
import type { EventLogs } from './events.ts';
import type { Jobs } from './jobs.ts';
import type { ApiKeys, Caller, Role } from './keys.ts';
import type { Limits } from './limits.ts';
import type { WebhookSecrets } from './webhookSecrets.ts';

export interface HttpContext {
  footing: Footing;
  limits: Limits;
  keys: ApiKeys;
  webhookSecrets: WebhookSecrets;
  cursors: Cursors;
  events: EventLogs;
  jobs: Jobs;
  /** Version of the program; part of every ETag, because another version may calculate otherwise. */
  version: string;
}

/** Who may call a route. `none`: without a key. `instance`: with a key of the instance; the others are roles in an account. */
export type Access = 'none' | 'instance' | Role;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route must say it; the server refuses to start otherwise. */
    access?: Access;
    /** How the body comes in: parsed JSON (default), or a stream of bytes that the route reads itself. */
    body?: 'json' | 'stream';
  }
  interface FastifyRequest {
    /** Set on every route but those with access `none`. */
    caller: Caller | null;
    /** Hex SHA-256 of the JSON body's bytes, when the request has an Idempotency-Key. */
    bodyHash: string | null;
    bodyTimer: NodeJS.Timeout | null;
  }
}

/** The account that the request's key belongs to: the only place where a route learns of an account. */
export function accountOf(request: FastifyRequest): number {
  const accountId = request.caller?.accountId;
  if (accountId === null || accountId === undefined)
    throw new FootingError('internal', 'A route of an account ran without one.');
  return accountId;
}

/** As it is written into the journal. */
export function actorOf(request: FastifyRequest): string {
  return `key:${request.caller?.keyId ?? 'none'}`;
}

/** Says of which entry an answer is the state, or which entry it caused. */
export function setSeq(reply: FastifyReply, seq: number): void {
  reply.header('footing-seq', String(seq));
}
