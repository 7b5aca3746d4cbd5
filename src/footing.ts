/**
 * The composition: opens the stores, brings the schema up to date, starts the posting loops and offers the rooms' services as
 * one object. The HTTP server and the command line are built on this and on nothing below it.
 *
 * API keys are kept by src/http (they are how HTTP knows an account), not here.
 */
import { fileURLToPath } from 'node:url';
import { carbonBook, openingEntries as carbonOpening, carbonStreams, heldForecast } from './carbon/index.ts';
import { migrate, openEngines } from './engines/index.ts';
import type { Config, Engines } from './engines/types.ts';
import { sha256 } from './journal/canonical.ts';
import { checkEvidenceStore, openAccounts, openJournal } from './journal/index.ts';
import type { Account, Journal } from './journal/types.ts';
import { FootingError } from './kernel/errors.ts';
import {
  type Book,
  type Imports,
  type LedgerService,
  markingUnclaimed,
  openImports,
  openLedger,
  openRecords,
  type ReadContext,
  type StatedCheck,
  type VerifyProgress,
  type VerifyReport,
  verifyAccount,
} from './ledger/index.ts';
import { verifyRates } from './rates/index.ts';
import { revenueBook, revenueStreams, verifySettings, verifyStated } from './revenue/index.ts';
import type { StreamDefinition } from './streams/types.ts';

export type {
  ImportOutcome,
  ImportRequest,
  ImportStatus,
  Imports,
  VerifyFinding,
  VerifyReport,
} from './ledger/index.ts';

export interface Accounts {
  /** Creates the account and states what every account begins with (the shipped emission-factor releases). */
  create(input: { slug: string; name: string; currency?: string; timeZone?: string }, actor: string): Promise<Account>;
  list(): Promise<Account[]>;
  /** By slug or id; `not_found` when there is none. */
  get(slugOrId: string | number): Promise<Account>;
}

export type Records = ReturnType<typeof openRecords>;

export interface Footing {
  config: Config;
  engines: Engines;
  journal: Journal;
  ledger: LedgerService;
  accounts: Accounts;
  imports: Imports;
  records: Records;
  books: readonly Book[];
  streams: readonly StreamDefinition[];
  /**
   * A context to read the book's statements from, once the book has posted entry `asOf` (default: the journal's head now).
   * Errors: `invalid` for an asOf after the head, `busy` when the book is too far behind.
   */
  read(accountId: number, book: Book['name'], asOf?: number): Promise<ReadContext>;
  /** `checks` compare the tables of rooms above this one too. */
  verify(accountId: number, onProgress?: VerifyProgress, checks?: readonly StatedCheck[]): Promise<VerifyReport>;
  /** Stops the posting loops, then the stores. Idempotent. */
  close(): Promise<void>;
}

export const BOOKS: readonly Book[] = [
  {
    ...revenueBook,
    async verifyStated(engines, journal, accountId) {
      const differences = await verifyStated(engines.pg, journal, accountId);
      const found = differences.map(({ kind, id, what }) => ({
        where: `${kind} ${id}`,
        expected: what === 'extra' ? 'nothing' : 'what the journal states',
        found: what === 'missing' ? 'nothing' : 'something else',
      }));
      return [
        ...found,
        ...(await verifyRates(engines, journal, accountId)),
        ...(await verifySettings(engines, journal, accountId)),
      ];
    },
  },
  carbonBook,
];
export const STREAMS: readonly StreamDefinition[] = [...revenueStreams, ...carbonStreams];

/** Folders with migrations, in the order of the rooms. */
export const MIGRATIONS: readonly string[] = ['journal', 'ledger', 'rates', 'revenue', 'carbon', 'http'].map((room) =>
  fileURLToPath(new URL(`./${room}/migrations`, import.meta.url)),
);

/** Opens everything that `config` names and keeps it running until `close`. */
export async function openFooting(config: Config): Promise<Footing> {
  return footingOn(await openEngines(config));
}

/** The same on engines that are open; when it fails they are closed. */
export async function footingOn(engines: Engines): Promise<Footing> {
  try {
    await migrate(engines.pg, [...MIGRATIONS]);
    await checkEvidenceStore(engines.pg, engines.evidence);
    return await composeFooting(engines);
  } catch (error) {
    await engines.close();
    throw error;
  }
}

/** The same on engines that are migrated already; `close` closes them too. */
export async function composeFooting(engines: Engines): Promise<Footing> {
  const journal = markingUnclaimed(openJournal(engines.pg, engines.evidence));
  const accounts = openAccounts(engines.pg, journal);
  const ledger = await openLedger(engines, journal, BOOKS, engines.config.ledgerPrefix);
  const imports = openImports(engines, journal, ledger, STREAMS, { activities: heldForecast });
  const records = openRecords(engines, journal, STREAMS);
  let closing: Promise<void> | undefined;

  /** What every account's books begin with. Done once, however often and by how many processes it is tried. */
  async function stateOpening(accountId: number, actor: string): Promise<void> {
    for (const [i, entry] of (await carbonOpening(actor)).entries()) {
      const key = `opening:${i + 1}`;
      await journal.append(accountId, { ...entry, idempotency: { key, requestHash: sha256(key).toString('hex') } });
    }
  }

  // A crash between an account's first entry and the opening ones leaves an account without them.
  const unopened = await engines.pg.query<{ id: number }>('SELECT id FROM accounts WHERE head_seq = 1');
  for (const { id } of unopened.rows) await stateOpening(id, 'system');

  return {
    config: engines.config,
    engines,
    journal,
    ledger,
    imports,
    records,
    books: BOOKS,
    streams: STREAMS,

    accounts: {
      ...accounts,
      async create(input, actor) {
        const account = await accounts.create(input, actor);
        await stateOpening(account.id, actor);
        return account;
      },
    },

    async read(accountId, book, asOf) {
      const head = await journal.head(accountId);
      if (asOf !== undefined && asOf > head.seq) {
        throw new FootingError('invalid', `The journal ends at entry ${head.seq}`, {
          problems: [{ field: 'as_of', value: String(asOf), reason: `It is after the last entry, ${head.seq}.` }],
        });
      }
      const seq = asOf ?? head.seq;
      for (;;) {
        await ledger.caughtUp(accountId, book, seq);
        const database = await ledger.database(accountId);
        // Not so when another ledger, built anew from the beginning, has taken the place of the one that had caught up.
        if ((await ledger.posted(accountId, book)) >= seq) return { engines, accountId, database, seq };
      }
    },

    verify: (accountId, onProgress, checks) =>
      verifyAccount(engines, journal, ledger, BOOKS, accountId, onProgress, checks),

    close() {
      closing ??= ledger.close().then(() => engines.close());
      return closing;
    },
  };
}
