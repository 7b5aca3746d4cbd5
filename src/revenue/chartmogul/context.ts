/** What the routes of this API are given and share. */
import type { FastifyRequest } from 'fastify';
import type { Engines } from '../../engines/types.ts';
import type { Account, AppendInput, Journal, Json } from '../../journal/types.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { type Ledger, lastMarked, type ReadContext, unclaimedMarks } from '../../ledger/index.ts';
import type { RevenueSettings } from '../rules/index.ts';
import { revenueSettingsAsOf } from '../settings/index.ts';
import { type ChangeOptions, StatedStore, statedEntry } from '../stated/store.ts';
import type { ApiError } from './errors.ts';
import { ActivityExports } from './exports.ts';
import type { JsonObject } from './fields.ts';
import { claimStands, References } from './references.ts';
import { DataSources } from './sources.ts';

/** The part of Footing that this API stands on. */
export interface ChartmogulFooting {
  engines: Engines;
  journal: Journal;
  ledger: Ledger;
  accounts: { get(slugOrId: string | number): Promise<Account> };
  read(accountId: number, book: 'revenue', asOf?: number): Promise<ReadContext>;
}

export interface ApiCaller {
  accountId: number;
  /** As it is written into the journal. */
  actor: string;
  role: 'read' | 'write' | 'admin';
}

export interface ChartmogulDependencies {
  footing: ChartmogulFooting;
  /** Whom the request comes from; null when it carries no valid key of an account. */
  authenticate(request: FastifyRequest): Promise<ApiCaller | null>;
  /** Put into the config of every route: for what the server asks of its routes. */
  routeConfig?: Record<string, unknown>;
}

/** One request, read. */
export interface Call {
  account: Account;
  actor: string;
  params: Record<string, string>;
  /** Query parameters; of repeated ones the last counts. */
  query: Record<string, string | undefined>;
  body: JsonObject;
  /** Scheme and host as the client named them: `http://127.0.0.1:4000`. */
  origin: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** What it returns is the body of the answer; undefined is an empty one (204). */
export type Handler = (call: Call) => Promise<unknown>;
/** Adds a route below /v1; `status` is that of a success. */
export type Route = (method: Method, path: string, status: number, handler: Handler) => void;

export class ApiContext {
  readonly footing: ChartmogulFooting;
  readonly stated: StatedStore;
  readonly sources: DataSources;
  readonly references: References;
  readonly exports: ActivityExports;
  /** Marks of records without claims that were met, with the last entry that was seen to make them. */
  readonly #marked = new Map<string, number>();

  constructor(footing: ChartmogulFooting) {
    this.footing = footing;
    this.stated = new StatedStore(footing.engines.pg, footing.journal);
    this.exports = new ActivityExports(footing.engines.pg);
    this.sources = new DataSources(this);
    this.references = new References(this);
  }

  /** Work to begin once the server is ready, and to end before the stores are closed. */
  readonly starting: Array<() => Promise<void>> = [];
  readonly stopping: Array<() => Promise<void>> = [];
  onStart(work: () => Promise<void>): void {
    this.starting.push(work);
  }
  onStop(work: () => Promise<void>): void {
    this.stopping.push(work);
  }

  /** The ledger as the journal's head has it. */
  read(call: Call): Promise<ReadContext> {
    return this.footing.read(call.account.id, 'revenue');
  }

  /** What figures follow now. */
  async settings(call: Pick<Call, 'account'>): Promise<RevenueSettings> {
    return revenueSettingsAsOf(this.footing.engines.pg, call.account.id, Number.MAX_SAFE_INTEGER);
  }

  /** The account as figures see it: in the currency and time zone of its settings. */
  async asSettled(account: Account): Promise<Account> {
    const { currency, timeZone } = await this.settings({ account });
    return { ...account, currency: currency ?? account.currency, timeZone };
  }

  /** The ledger as it is, without waiting for what was stated last. */
  async present(call: Call): Promise<ReadContext> {
    const { engines, ledger } = this.footing;
    const seq = await ledger.posted(call.account.id, 'revenue');
    return { engines, accountId: call.account.id, database: await ledger.database(call.account.id), seq };
  }

  /**
   * States an entry that creates what has external ids of its own, and with it `more`. Taken is what an entry claimed, or what the ledger holds
   * (`exists`, which may say which claim that is) because it came without a claim: that is looked up, and waited for, only where such records may
   * be there, of the stream in one of the `sources`. A claim whose object the ledger no longer holds was left behind by a deletion of another
   * kind: it is taken over.
   */
  async claiming(call: Call, creation: Creation): Promise<number> {
    const { entry, claims, taken, exists, unclaimed, more = [] } = creation;
    const { id } = call.account;
    const looked = async (upTo: number) => {
      const { ledger } = this.footing;
      if (upTo > (await ledger.posted(id, 'revenue'))) await ledger.caughtUp(id, 'revenue', upTo);
      const found = await exists();
      if (found !== false) throw taken(found === true ? claims[0]! : found);
    };
    const marks = unclaimed?.sources.flatMap((source) => unclaimedMarks(unclaimed.stream, source)) ?? [];
    let unless = Object.fromEntries(marks.map((mark) => [mark, this.#marked.get(`${id}/${mark}`) ?? 0]));
    if (!unclaimed || lastOf(unless) > 0) await looked(lastOf(unless));
    const releases: string[] = [];
    for (let looks = 0; ; ) {
      try {
        const own = { ...entry, claims, releases, unless };
        return (await this.stateAll(call, [own, ...more.map((part) => ({ claims: [], ...part }))]))[0]!;
      } catch (error) {
        if (heldClaim(error, marks) !== undefined) {
          looks += 1;
          if (looks > LOOKS_MAX) throw beingFilled(unclaimed!.sources);
          unless = await lastMarked(this.footing.engines.pg, id, marks);
          this.#keepMarked(id, unless);
          await looked(lastOf(unless));
          continue;
        }
        const held = heldClaim(error, claims);
        if (held === undefined) throw error;
        if (releases.includes(held) || (await claimStands(this, call, held))) throw taken(held);
        releases.push(held);
      }
    }
  }

  #keepMarked(accountId: number, marks: Readonly<Record<string, number>>): void {
    if (this.#marked.size >= MARKED_KEPT_MAX) this.#marked.clear();
    for (const [mark, seq] of Object.entries(marks)) if (seq > 0) this.#marked.set(`${accountId}/${mark}`, seq);
  }

  /** Gives up claims of what is no more; should it fail, they are taken over when they are claimed next. */
  async releaseQuietly(call: Call, claims: readonly string[]): Promise<void> {
    const { pg, log } = this.footing.engines;
    await pg
      .query('DELETE FROM claims WHERE account_id = $1 AND claim = ANY ($2)', [call.account.id, claims])
      .catch((err) => log.warn({ err }, 'claims not released'));
  }

  /** States several entries: all or none (of very many, some hundreds at a time). */
  async stateAll(call: Call, parts: readonly Part[]): Promise<number[]> {
    const seqs: number[] = [];
    for (let i = 0; i < parts.length; i += PARTS_AT_ONCE) {
      const inputs = parts.slice(i, i + PARTS_AT_ONCE).map((part) => ({ actor: call.actor, ...part }));
      const stated = await this.footing.journal.appendAll(call.account.id, inputs);
      seqs.push(...stated.map(({ entry }) => entry.seq));
    }
    return seqs;
  }

  /** The entry that deletes, changes or creates a stated object, for {@link stateAll}. */
  part(call: Call, entryKind: string, payload: object, options: ChangeOptions = {}): Part {
    return statedEntry(call.account.id, call.actor, entryKind, payload, options);
  }

  /** States an entry; a claim that is held is answered by `taken`, an error of its own. */
  async state(
    call: Call,
    entry: { kind: string; payload: Json; claims?: readonly string[]; releases?: readonly string[] },
    taken?: () => ApiError,
  ): Promise<number> {
    try {
      const { entry: stated } = await this.footing.journal.append(call.account.id, { actor: call.actor, ...entry });
      return stated.seq;
    } catch (error) {
      if (taken && error instanceof FootingError && error.code === 'conflict') throw taken();
      throw error;
    }
  }
}

/** What creates something with external ids of its own; see {@link ApiContext.claiming}. */
export interface Creation {
  entry: { kind: string; payload: Json };
  claims: readonly string[];
  taken: (claim: string) => ApiError;
  exists: () => Promise<boolean | string>;
  /** Where records without claims are looked for; absent: always. */
  unclaimed?: { stream: string; sources: readonly string[] };
  more?: readonly Part[];
}
const MARKED_KEPT_MAX = 10_000;

/** Records may come in lots faster than they are looked at. */
const LOOKS_MAX = 20;
const beingFilled = (sources: readonly string[]): FootingError =>
  new FootingError(
    'busy',
    `Records of ${sources.map((name) => `"${shown(name)}"`).join(', ')} are being stated in lots`,
    {
      remedy: 'Whether the external id is taken cannot be told meanwhile. Repeat the request.',
    },
  );

const lastOf = (marks: Readonly<Record<string, number>>): number => Math.max(0, ...Object.values(marks));

/** Entries of one request that are stated in one transaction. */
export type Part = Omit<AppendInput, 'actor'> & { actor?: string };

/** Parts that go into one transaction; a request with more of them takes several, one after the other. */
const PARTS_AT_ONCE = 500;

/** The claim that a conflict speaks of; undefined for other errors. */
function heldClaim(error: unknown, claims: readonly string[]): string | undefined {
  if (!(error instanceof FootingError) || error.code !== 'conflict') return undefined;
  const value = error.problems[0]?.value;
  return value === undefined ? undefined : claims.find((claim) => shown(claim) === value);
}

/** Runs a change of a stated object; when it is gone meanwhile: 404; when its claim is held: `taken`. */
export async function changing<Result>(
  work: Promise<Result>,
  missing: () => ApiError,
  taken?: () => ApiError,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FootingError && error.code === 'not_found') throw missing();
    if (taken && error instanceof FootingError && error.code === 'conflict') throw taken();
    throw error;
  }
}
