/**
 * The bytes that an entry's hash is computed over. This is the only place that makes them.
 *
 * Version 1: the byte 1, then every field as an 8-byte big-endian length and its UTF-8 bytes, in this order: account id, seq,
 * kind, actor, recorded_at, payload hash (32 bytes), evidence (32 bytes or none), idempotency key, request hash, previous hash
 * (32 bytes). An absent field has the length 2^64-1 and no bytes, so absent and empty differ. What is hashed is what was
 * stated; nothing derived is in it.
 */
import { createHash } from 'node:crypto';

export const HASH_VERSION = 1;

/** The previous hash of an account's first entry. */
export const GENESIS_HASH: Buffer = Buffer.alloc(32);

const ABSENT = Buffer.alloc(8, 0xff);

export interface HashedFields {
  accountId: number;
  seq: number;
  kind: string;
  actor: string;
  /** RFC 3339, UTC, six decimals of a second: what PostgreSQL's timestamptz keeps. */
  recordedAt: string;
  payloadHash: Buffer;
  evidence: Buffer | null;
  idempotencyKey: string | null;
  requestHash: Buffer | null;
  previousHash: Buffer;
}

export function entryHash(fields: HashedFields): Buffer {
  const hash = createHash('sha256');
  hash.update(Buffer.of(HASH_VERSION));
  const values: Array<string | Buffer | null> = [
    String(fields.accountId),
    String(fields.seq),
    fields.kind,
    fields.actor,
    fields.recordedAt,
    fields.payloadHash,
    fields.evidence,
    fields.idempotencyKey,
    fields.requestHash,
    fields.previousHash,
  ];
  for (const value of values) {
    if (value === null) {
      hash.update(ABSENT);
      continue;
    }
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    hash.update(length);
    hash.update(bytes);
  }
  return hash.digest();
}
