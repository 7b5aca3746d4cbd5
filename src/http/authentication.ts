/** From the Authorization header to the caller; every route but the public ones passes here before its body is read. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FootingError } from '../kernel/errors.ts';
import type { Access } from './context.ts';
import { type ApiKeys, type Caller, ROLES } from './keys.ts';

/** Sets request.caller or throws `unauthenticated` or `forbidden`. */
export function authenticator(keys: ApiKeys) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    if (request.is404) return;
    const access = request.routeOptions.config.access ?? 'admin';
    if (access === 'none') return;
    const key = keyIn(request.headers.authorization);
    const caller = key === null ? null : await keys.callerOf(key);
    if (caller === null) {
      throw new FootingError(
        'unauthenticated',
        key === null ? 'The request carries no API key.' : 'This API key is not valid.',
        {
          remedy: 'Send the header `Authorization: Bearer fk_…`. `footing keys create` makes a key.',
        },
      );
    }
    refuseOtherSites(request);
    checkAccess(caller, access);
    request.caller = caller;
  };
}

/**
 * A browser that was given the key (Basic) sends it along with whatever a page of another site makes it send, and a form can send a file
 * without asking. Browsers say where a request comes from; other clients say nothing and are let through.
 */
function refuseOtherSites(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new FootingError('forbidden', 'A page of another site may change nothing here.');
}

function checkAccess(caller: Caller, access: Exclude<Access, 'none'>): void {
  if (access === 'instance') {
    if (caller.accountId === null) return;
    throw new FootingError(
      'forbidden',
      'Accounts are managed with a key of the instance; this one belongs to an account.',
    );
  }
  if (caller.accountId === null) {
    throw new FootingError('forbidden', 'This key belongs to the instance and sees no account.', {
      remedy: 'Make a key of the account with POST /api/accounts/{slug}/keys.',
    });
  }
  if (ROLES.indexOf(caller.role) < ROLES.indexOf(access)) {
    throw new FootingError(
      'forbidden',
      `This takes a key with the role ${access}; this one has the role ${caller.role}.`,
    );
  }
}

/** The key in `Bearer <key>`, or the user name in `Basic`; null when there is neither. */
function keyIn(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [scheme = '', credentials = ''] = header.trim().split(/ +/, 2);
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() === 'basic') return Buffer.from(credentials, 'base64').toString().split(':', 1)[0] ?? null;
  return null;
}
