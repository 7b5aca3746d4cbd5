/** The signature of Stripe's webhooks: HMAC-SHA256 over time and body, compared in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far the time of a signature may lie from now, seconds. */
export const TOLERANCE_S = 300;

export type Refusal = 'no signature' | 'no timestamp' | 'too old' | 'wrong signature';

/** Null when one of the signatures is right. `header` is that of `Stripe-Signature`: `t=1700000000,v1=…,v1=…`. */
export function refusalOf(header: string | undefined, body: Buffer, secret: string, nowMs: number): Refusal | null {
  const parts = (header ?? '').split(',').map((part) => part.trim().split('=', 2) as [string, string | undefined]);
  const stamps = parts.filter(([name]) => name === 't').map(([, value]) => value ?? '');
  const signatures = parts.filter(([name]) => name === 'v1').map(([, value]) => value ?? '');
  if (signatures.length === 0) return 'no signature';
  const [stamp] = stamps;
  if (stamp === undefined || !/^\d{1,12}$/.test(stamp)) return 'no timestamp';
  const expected = createHmac('sha256', secret).update(`${stamp}.`).update(body).digest();
  const right = signatures.filter((signature) => {
    const given = Buffer.from(signature, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (right.length === 0) return 'wrong signature';
  // Only a right signature says anything about its time.
  return Math.abs(nowMs / 1000 - Number(stamp)) > TOLERANCE_S ? 'too old' : null;
}

/** What Stripe would send: for tests and for trying a webhook out. */
export function signatureOf(body: Buffer, secret: string, seconds: number): string {
  const signature = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');
  return `t=${seconds},v1=${signature}`;
}
