import type { Engines } from '../engines/types.ts';
import { canonicalJson } from '../journal/canonical.ts';
import { ACCOUNT_CREATED, type Journal, verifyChain } from '../journal/index.ts';
import type { Entry, Json } from '../journal/types.ts';
import { isFootingError } from '../kernel/errors.ts';
import type { LedgerService } from './ledger.ts';
import { IMPORT_KIND, PAGE_ENTRIES_MAX } from './posting.ts';
import type { ImportPayload } from './records.ts';
import type { Book, PostContext } from './types.ts';

export interface VerifyFinding {
  what: 'chain' | 'evidence' | 'stated' | 'ledger';
  /** For example "entry 17: hash", "evidence 3fa…", "carbon emissions: co2_fossil". */
  where: string;
  expected: string;
  found: string;
}

export interface VerifyReport {
  accountId: number;
  seq: number;
  entries: number;
  evidence: { files: number; bytes: number };
  /** What the rebuild into a scratch ledger gave, compared with the live one. */
  totals: Array<{ book: Book['name']; name: string; live: string; rebuilt: string; agrees: boolean }>;
  /** Empty when everything agrees; the first is the first thing that does not. */
  findings: VerifyFinding[];
  seconds: number;
}

const POSTED_POLL_MS = 2_000;

/** What a table in PostgreSQL says otherwise than the journal. */
export interface StatedDifference {
  where: string;
  expected: string;
  found: string;
}

/** Compares tables of a room above this one, such as those of API keys, with the account's journal. */
export type StatedCheck = (accountId: number) => Promise<StatedDifference[]>;

export type VerifyProgress = (stage: string, done: number, total: number | null) => void;

/**
 * Re-performs an account's books: the whole chain, every evidence hash, what the account states of itself, and, from a rebuild into
 * a scratch ledger, every total. A broken chain or evidence ends it there: a rebuild from them would prove nothing.
 */
export async function verifyAccount(
  engines: Engines,
  journal: Journal,
  ledger: LedgerService,
  books: readonly Book[],
  accountId: number,
  tell: VerifyProgress = () => {},
  checks: readonly StatedCheck[] = [],
): Promise<VerifyReport> {
  const onProgress: VerifyProgress = (...step) => {
    ledger.stopping.throwIfAborted();
    tell(...step);
  };
  const started = performance.now();
  const findings: VerifyFinding[] = [];
  const totals: VerifyReport['totals'] = [];
  const chain = await verifyChain(engines.pg, accountId, (done, total) => onProgress('chain', done, total));
  if (chain.finding) findings.push({ what: 'chain', ...chain.finding });

  let bytes = 0;
  for (const [i, sha256] of chain.evidence.entries()) {
    onProgress('evidence', i, chain.evidence.length);
    const before = bytes;
    const agrees = await engines.evidence.verify(sha256, (read) => {
      bytes = before + read;
    });
    if (!agrees) {
      findings.push({
        what: 'evidence',
        where: `evidence ${sha256}`,
        expected: sha256,
        found: 'other bytes, or no file',
      });
    }
  }

  if (findings.length === 0) {
    onProgress('stated facts', 0, null);
    findings.push(...(await verifyStated(engines, journal, accountId)));
    const differing = [await mappingDifferences(engines, journal, accountId)];
    for (const check of checks) differing.push(await check(accountId));
    findings.push(...differing.flat().map((difference) => ({ what: 'stated' as const, ...difference })));
    for (const book of books) {
      const differences = (await book.verifyStated?.(engines, journal, accountId)) ?? [];
      findings.push(...differences.map((difference) => ({ what: 'stated' as const, ...difference })));
    }
  }
  const { seq } = await journal.head(accountId);
  if (findings.length === 0) {
    for (const book of books) await postedUpTo(ledger, accountId, book.name, seq, onProgress);
    const live: PostContext = { engines, journal, accountId, database: await ledger.database(accountId) };
    const scratch = await ledger.scratch(accountId);
    try {
      await ledger.replayInto(scratch, seq, (_book, at) => onProgress('rebuild', at, seq));
      for (const book of books) {
        onProgress(`totals of the ${book.name} book`, 0, null);
        const found = await book.totals(live, seq);
        const expected = await book.totals({ ...live, database: scratch.database }, seq);
        for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
          const pair = { live: found[name] ?? 'missing', rebuilt: expected[name] ?? 'missing' };
          const agrees = pair.live === pair.rebuilt;
          totals.push({ book: book.name, name, ...pair, agrees });
          if (!agrees) {
            findings.push({ what: 'ledger', where: `${book.name} ${name}`, expected: pair.rebuilt, found: pair.live });
          }
        }
      }
    } finally {
      await ledger.drop(scratch);
    }
  }
  return {
    accountId,
    seq,
    entries: chain.entries,
    evidence: { files: chain.evidence.length, bytes },
    totals,
    findings,
    seconds: (performance.now() - started) / 1000,
  };
}

/** A long import may be on its way: it is waited for as long as it makes headway, not for the time that a read waits. */
async function postedUpTo(
  ledger: LedgerService,
  accountId: number,
  book: Book['name'],
  seq: number,
  onProgress: VerifyProgress,
): Promise<void> {
  for (;;) {
    try {
      await ledger.caughtUp(accountId, book, seq, POSTED_POLL_MS);
      return;
    } catch (error) {
      if (!isFootingError(error, 'busy') || (await ledger.failure(accountId, book)) !== null) throw error;
      onProgress(`waiting for the ${book} book`, await ledger.posted(accountId, book), seq);
    }
  }
}

/** The account's row must say what its first entry stated. */
async function verifyStated(engines: Engines, journal: Journal, accountId: number): Promise<VerifyFinding[]> {
  const [created] = await journal.list(accountId, { limit: 1, kinds: [ACCOUNT_CREATED] });
  const row = await engines.pg.query<Record<string, string>>(
    'SELECT slug, name, currency, time_zone AS "timeZone" FROM accounts WHERE id = $1',
    [accountId],
  );
  const stated = (created?.payload ?? {}) as Record<string, string>;
  const findings: VerifyFinding[] = [];
  for (const [field, found] of Object.entries(row.rows[0] ?? {})) {
    const expected = stated[field] ?? 'nothing';
    if (expected !== found) findings.push({ what: 'stated', where: `account: ${field}`, expected, found });
  }
  return findings;
}

/** The mappings that are remembered must be those that imports said were to be. */
async function mappingDifferences(engines: Engines, journal: Journal, accountId: number): Promise<StatedDifference[]> {
  const stated = new Map<string, string>();
  for await (const { payload, seq } of entriesOfKinds(journal, accountId, [IMPORT_KIND])) {
    const { stream, source, options, rememberMapping } = payload as unknown as ImportPayload & {
      rememberMapping?: boolean;
    };
    if (rememberMapping)
      stated.set(`${stream} of ${source}`, `${canonicalJson(options.mapping as Json)} of entry ${seq}`);
  }
  const { rows } = await engines.pg.query<{ stream: string; source: string; mapping: string; seq: string }>(
    'SELECT stream, source, mapping, seq FROM remembered_mappings WHERE account_id = $1',
    [accountId],
  );
  const kept = new Map(
    rows.map(({ stream, source, mapping, seq }) => [
      `${stream} of ${source}`,
      `${canonicalJson(JSON.parse(mapping) as Json)} of entry ${seq}`,
    ]),
  );
  return differences('mapping', stated, kept);
}

/** What two states of a table differ in, by name. */
export function differences(
  table: string,
  stated: ReadonlyMap<string, string>,
  kept: ReadonlyMap<string, string>,
): StatedDifference[] {
  const found: StatedDifference[] = [];
  for (const name of new Set([...stated.keys(), ...kept.keys()])) {
    const [expected, there] = [stated.get(name) ?? 'nothing', kept.get(name) ?? 'nothing'];
    if (expected !== there) found.push({ where: `${table} ${name}`, expected, found: there });
  }
  return found;
}

/** Entries of some kinds, ascending, page by page. */
export async function* entriesOfKinds(
  journal: Journal,
  accountId: number,
  kinds: readonly string[],
): AsyncGenerator<Entry> {
  let after = 0;
  for (;;) {
    const page = await journal.list(accountId, { after, limit: PAGE_ENTRIES_MAX, kinds: [...kinds] });
    yield* page;
    if (page.length < PAGE_ENTRIES_MAX) return;
    after = page.at(-1)!.seq;
  }
}
