import type { Pool, PoolClient } from 'pg';
import type { EvidenceStore } from '../engines/types.ts';
import { FootingError, invariant, shown } from '../kernel/errors.ts';
import { faultPoint } from '../kernel/faults.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import { entryHash } from './hash.ts';
import type { Appended, AppendInput, Entry, Journal, Json } from './types.ts';

/** Entries committed in one transaction at most: bounds its time and memory. */
export const GROUP_ENTRIES_MAX = 512;
/** Entries waiting for one account at most; more are refused with `busy` rather than queued without end. */
export const QUEUE_ENTRIES_MAX = 20_000;
/** Canonical payload of one entry. Larger statements are evidence. */
export const PAYLOAD_BYTES_MAX = 32 * 1024 * 1024;
const GROUP_PAYLOAD_BYTES_MAX = 32 * 1024 * 1024;
const NAME_CHARACTERS_MAX = 200;

interface Member {
  input: AppendInput;
  payload: string;
}

/** What one caller waits for: an entry, or several that are all stated or none. */
interface Waiting {
  members: readonly Member[];
  bytes: number;
  resolve(appended: Appended[]): void;
  reject(error: unknown): void;
}

export interface EntryRow {
  account_id: number;
  seq: string;
  kind: string;
  actor: string;
  recorded_at: string;
  payload: string;
  payload_hash: Buffer;
  evidence: Buffer | null;
  idempotency_key: string | null;
  request_hash: Buffer | null;
  previous_hash: Buffer;
  hash: Buffer;
}

/** Columns of an entry; recorded_at in exactly the text that is hashed. */
export const ENTRY_COLUMNS = `
  account_id, seq, kind, actor,
  to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at,
  payload, payload_hash, evidence, idempotency_key, request_hash, previous_hash, hash`;

/**
 * Opens the journal on a migrated database.
 *
 * How an append goes, and what a crash between two steps means:
 *  1. the evidence is in the store and synced (checked here). Crash: evidence that no entry names; harmless, stored again on retry.
 *  2. entries that wait for the account are put into one transaction: account row locked, idempotency looked up, chain
 *     computed, rows inserted, head moved, effects on stated tables run. Crash: nothing of it is there.
 *  3. commit (synchronous). Crash after it: the entries are there although nobody was told; the client retries with
 *     its idempotency key and gets the first answer.
 *  4. the callers are answered and listeners are told. Crash: the posting loop finds the entries at its next start.
 */
export function openJournal(pg: Pool, evidence: EvidenceStore): Journal {
  const queues = new Map<number, Waiting[]>();
  const running = new Set<number>();
  const listeners = new Set<(accountId: number, seq: number) => void>();

  async function append(accountId: number, input: AppendInput): Promise<Appended> {
    return (await appendAll(accountId, [input]))[0]!;
  }

  async function appendAll(accountId: number, inputs: readonly AppendInput[]): Promise<Appended[]> {
    if (inputs.length === 0) return [];
    if (inputs.length > GROUP_ENTRIES_MAX) {
      throw new FootingError(
        'too_large',
        `${inputs.length} entries are to be stated at once; at most ${GROUP_ENTRIES_MAX} are taken`,
        {
          remedy: 'State less in one request.',
        },
      );
    }
    const members = inputs.map((input): Member => ({ input, payload: payloadOf(input) }));
    // Entries without evidence are queued at once, in the order in which they are asked for.
    if (inputs.some((input) => input.evidence !== undefined)) await evidenceIsThere(inputs);
    const queue = queues.get(accountId) ?? [];
    queues.set(accountId, queue);
    if (queue.length >= QUEUE_ENTRIES_MAX) {
      throw new FootingError('busy', `${QUEUE_ENTRIES_MAX} entries are waiting for this account`, {
        remedy: 'Send less at once, or send a file.',
      });
    }
    const bytes = members.reduce((sum, { payload }) => sum + payload.length, 0);
    return new Promise<Appended[]>((resolve, reject) => {
      queue.push({ members, bytes, resolve, reject });
      if (!running.has(accountId)) void drain(accountId, queue);
    });
  }

  async function evidenceIsThere(inputs: readonly AppendInput[]): Promise<void> {
    for (const { evidence: hash } of inputs) {
      if (hash === undefined || (await evidence.has(hash))) continue;
      throw new FootingError('not_found', `There is no evidence ${hash}`, { remedy: 'Store the file first.' });
    }
  }

  async function drain(accountId: number, queue: Waiting[]): Promise<void> {
    running.add(accountId);
    try {
      while (queue.length > 0) {
        const group = takeGroup(queue);
        const failure = await commitAndAnswer(accountId, group);
        if (failure === undefined) continue;
        // One bad member must not fail its neighbours: they are tried again one by one. Not so when the store failed: the commit may
        // have been done although its answer was lost, and to try again would state the entries twice.
        if (group.length === 1 || isOfStore(failure.error)) {
          for (const member of group) member.reject(translate(failure.error));
          continue;
        }
        for (const member of group) {
          const alone = await commitAndAnswer(accountId, [member]);
          if (alone) member.reject(translate(alone.error));
        }
      }
    } finally {
      running.delete(accountId);
      if (queue.length === 0) queues.delete(accountId);
    }
  }

  /** Answers every member of a group that was committed; otherwise returns why it was not, and answers nobody. */
  async function commitAndAnswer(accountId: number, group: Waiting[]): Promise<{ error: unknown } | undefined> {
    let answers: Appended[];
    try {
      answers = await commitGroup(
        pg,
        accountId,
        group.flatMap(({ members }) => members),
      );
    } catch (error) {
      return { error };
    }
    let answered = 0;
    for (const { members, resolve } of group) {
      resolve(answers.slice(answered, answered + members.length));
      answered += members.length;
    }
    const last = answers.findLast((answer) => !answer.replayed);
    if (last) for (const listener of listeners) listener(accountId, last.entry.seq);
    return undefined;
  }

  return {
    append,
    appendAll,

    async head(accountId) {
      const result = await pg.query<{ head_seq: string; head_hash: Buffer }>(
        'SELECT head_seq, head_hash FROM accounts WHERE id = $1',
        [accountId],
      );
      const row = result.rows[0];
      if (!row) throw noAccount(accountId);
      return { seq: Number(row.head_seq), hash: row.head_hash.toString('hex') };
    },

    async get(accountId, seq) {
      const result = await pg.query<EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM journal_entries WHERE account_id = $1 AND seq = $2`,
        [accountId, seq],
      );
      const row = result.rows[0];
      if (!row) throw new FootingError('not_found', `There is no entry ${seq} in this journal`);
      return toEntry(row);
    },

    async list(accountId, { after, before, limit, kinds, descending, payloadBytesMax }) {
      const order = descending ? 'DESC' : 'ASC';
      const result = await pg.query<EntryRow>(
        `SELECT ${ENTRY_COLUMNS}
         FROM (
           SELECT *, sum(octet_length(payload)) OVER (ORDER BY seq ${order} ROWS UNBOUNDED PRECEDING) AS payload_bytes,
                  row_number() OVER (ORDER BY seq ${order}) AS position
           FROM (
             SELECT *
             FROM journal_entries
             WHERE account_id = $1
               AND seq > $2
               AND seq < $3
               AND ($4::text[] IS NULL OR kind = ANY ($4))
             ORDER BY seq ${order}
             LIMIT $5
           ) AS page
         ) AS measured
         WHERE position = 1 OR payload_bytes <= $6
         ORDER BY seq ${order}`,
        [
          accountId,
          after ?? 0,
          before ?? Number.MAX_SAFE_INTEGER,
          kinds ?? null,
          limit,
          payloadBytesMax ?? Number.MAX_SAFE_INTEGER,
        ],
      );
      return result.rows.map(toEntry);
    },

    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The entry's payload as it is stored. */
function payloadOf(input: AppendInput): string {
  checkName('kind', input.kind);
  checkName('actor', input.actor);
  if (input.idempotency) checkName('Idempotency-Key', input.idempotency.key);
  const payload = canonicalJson(input.payload);
  if (Buffer.byteLength(payload) > PAYLOAD_BYTES_MAX) {
    throw new FootingError('too_large', `The entry's payload has more than ${PAYLOAD_BYTES_MAX} bytes`, {
      remedy: 'Import it as a file.',
    });
  }
  return payload;
}

/** The next entries to commit together. */
function takeGroup(queue: Waiting[]): Waiting[] {
  const group: Waiting[] = [];
  const keys = new Set<string>();
  let [entries, bytes] = [0, 0];
  for (const waiting of queue) {
    const own = waiting.members.flatMap(({ input }) => input.idempotency?.key ?? []);
    if (entries > 0 && entries + waiting.members.length > GROUP_ENTRIES_MAX) break;
    if (entries > 0 && bytes + waiting.bytes > GROUP_PAYLOAD_BYTES_MAX) break;
    // The second bearer of a key must see the first one committed.
    if (own.some((key) => keys.has(key))) break;
    group.push(waiting);
    entries += waiting.members.length;
    bytes += waiting.bytes;
    for (const key of own) keys.add(key);
  }
  queue.splice(0, group.length);
  return group;
}

async function commitGroup(pg: Pool, accountId: number, group: Member[]): Promise<Appended[]> {
  const tx = await pg.connect();
  let broken: Error | undefined;
  try {
    await tx.query('BEGIN');
    const answers = await appendGroup(tx, accountId, group);
    await faultPoint('journal.inserted');
    await tx.query('COMMIT');
    await faultPoint('journal.committed');
    return answers;
  } catch (error) {
    await tx.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    tx.release(broken);
  }
}

async function appendGroup(tx: PoolClient, accountId: number, group: Member[]): Promise<Appended[]> {
  const locked = await tx.query<{ head_seq: string; head_hash: Buffer; now: string }>(
    `SELECT head_seq, head_hash, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now
     FROM accounts
     WHERE id = $1
     FOR UPDATE`,
    [accountId],
  );
  const account = locked.rows[0];
  if (!account) throw noAccount(accountId);

  const replays = await findReplays(tx, accountId, group);
  await takeClaims(
    tx,
    accountId,
    group.filter((_, i) => !replays.has(i)),
  );
  let seq = Number(account.head_seq);
  let previousHash = account.head_hash;
  const marks = new Map<string, number>();
  const fresh: Array<{ entry: Entry; payload: string; rows: Buffer[]; requestHash: Buffer | null }> = [];
  const answers: Appended[] = [];
  for (const [i, waiting] of group.entries()) {
    const replay = replays.get(i);
    if (replay) {
      answers.push({ entry: replay, replayed: true });
      continue;
    }
    seq += 1;
    const { input, payload } = waiting;
    const payloadHash = sha256(payload);
    const evidence = input.evidence === undefined ? null : Buffer.from(input.evidence, 'hex');
    const requestHash = input.idempotency ? Buffer.from(input.idempotency.requestHash, 'hex') : null;
    const idempotencyKey = input.idempotency?.key ?? null;
    const hash = entryHash({
      accountId,
      seq,
      kind: input.kind,
      actor: input.actor,
      recordedAt: account.now,
      payloadHash,
      evidence,
      idempotencyKey,
      requestHash,
      previousHash,
    });
    const entry: Entry = {
      accountId,
      seq,
      kind: input.kind,
      actor: input.actor,
      recordedAt: account.now,
      payload: input.payload,
      evidence: input.evidence ?? null,
      idempotencyKey,
      payloadHash: payloadHash.toString('hex'),
      previousHash: previousHash.toString('hex'),
      hash: hash.toString('hex'),
    };
    fresh.push({ entry, payload, rows: [payloadHash, previousHash, hash], requestHash });
    answers.push({ entry, replayed: false });
    for (const each of input.marks ?? []) marks.set(each, seq);
    previousHash = hash;
  }
  if (fresh.length === 0) return answers;

  await tx.query(
    `WITH stated AS (
       INSERT INTO journal_entries
         (account_id, seq, kind, actor, recorded_at, payload, payload_hash, evidence, idempotency_key, request_hash,
          previous_hash, hash)
       SELECT $1, seq, kind, actor, $2::timestamptz, payload, payload_hash, evidence, idempotency_key, request_hash,
              previous_hash, hash
       FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bytea[], $9::text[], $10::bytea[],
                   $11::bytea[], $12::bytea[])
         AS t (seq, kind, actor, payload, payload_hash, evidence, idempotency_key, request_hash, previous_hash, hash)
     )
     UPDATE accounts
     SET head_seq = $13, head_hash = $14
     WHERE id = $1`,
    [
      accountId,
      account.now,
      fresh.map(({ entry }) => entry.seq),
      fresh.map(({ entry }) => entry.kind),
      fresh.map(({ entry }) => entry.actor),
      fresh.map(({ payload }) => payload),
      fresh.map(({ rows }) => rows[0]),
      fresh.map(({ entry }) => (entry.evidence === null ? null : Buffer.from(entry.evidence, 'hex'))),
      fresh.map(({ entry }) => entry.idempotencyKey),
      fresh.map(({ requestHash }) => requestHash),
      fresh.map(({ rows }) => rows[1]),
      fresh.map(({ rows }) => rows[2]),
      seq,
      previousHash,
    ],
  );
  await mark(tx, accountId, marks);
  for (const [i, waiting] of group.entries()) {
    const answer = answers[i]!;
    if (waiting.input.effects && !answer.replayed) await waiting.input.effects(tx, answer.entry.seq);
  }
  return answers;
}

/** Each mark with the last entry of the group that makes it. */
async function mark(tx: PoolClient, accountId: number, made: ReadonlyMap<string, number>): Promise<void> {
  if (made.size === 0) return;
  await tx.query(
    `INSERT INTO claims (account_id, claim, seq)
     SELECT $1, claim, seq FROM unnest($2::text[], $3::bigint[]) AS t (claim, seq)
     ON CONFLICT (account_id, claim) DO UPDATE SET seq = EXCLUDED.seq`,
    [accountId, [...made.keys()], [...made.values()]],
  );
}

/**
 * Takes and releases the group's claims. One that is held fails the group with `conflict`; its members are then tried alone. So does a mark
 * that a member is not to meet, and one that another member of the group is about to make.
 */
async function takeClaims(tx: PoolClient, accountId: number, group: Member[]): Promise<void> {
  const released = group.flatMap(({ input }) => input.releases ?? []);
  if (released.length > 0) {
    await tx.query('DELETE FROM claims WHERE account_id = $1 AND claim = ANY ($2)', [accountId, released]);
  }
  const claims = group.flatMap(({ input }) => input.claims ?? []);
  const unless = group.flatMap(({ input }) => Object.entries(input.unless ?? {}));
  const marks = new Set(group.flatMap(({ input }) => input.marks ?? []));
  const met = unless.find(([claim]) => marks.has(claim));
  if (met) throw heldError(met[0]);
  if (claims.length === 0 && unless.length === 0) return;
  const answer = await tx.query<{ claim: string; taken: boolean }>(
    `WITH
       held AS (
         SELECT claim
         FROM claims
         JOIN unnest($3::text[], $4::bigint[]) AS t (claim, known) USING (claim)
         WHERE account_id = $1
           AND seq > known
       ),
       taken AS (
         INSERT INTO claims (account_id, claim)
         SELECT $1, claim FROM unnest($2::text[]) AS t (claim)
         ON CONFLICT DO NOTHING
         RETURNING claim
       )
     SELECT claim, true AS taken FROM taken
     UNION ALL
     SELECT claim, false FROM held`,
    [accountId, claims, unless.map(([claim]) => claim), unless.map(([, known]) => known)],
  );
  const refused = answer.rows.find(({ taken }) => !taken);
  if (refused) throw heldError(refused.claim);
  if (answer.rows.length === claims.length) return;
  const free = new Set(answer.rows.map(({ claim }) => claim));
  throw heldError(claims.find((claim, i) => !free.has(claim) || claims.indexOf(claim) !== i));
}

const heldError = (held: string | undefined): FootingError =>
  new FootingError('conflict', `"${shown(held)}" exists already`, {
    problems: [{ value: shown(held), reason: 'It exists already.', remedy: 'Change it, or delete it first.' }],
  });

/** Entries of the group whose idempotency key is known: index in the group -> first entry. Other request: `conflict`. */
async function findReplays(tx: PoolClient, accountId: number, group: Member[]): Promise<Map<number, Entry>> {
  const replays = new Map<number, Entry>();
  const keys = group.flatMap(({ input }) => (input.idempotency ? [input.idempotency.key] : []));
  if (keys.length === 0) return replays;
  const result = await tx.query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM journal_entries WHERE account_id = $1 AND idempotency_key = ANY ($2)`,
    [accountId, keys],
  );
  const byKey = new Map(result.rows.map((row) => [row.idempotency_key, row]));
  for (const [i, { input }] of group.entries()) {
    const row = input.idempotency && byKey.get(input.idempotency.key);
    if (!row) continue;
    if (row.request_hash?.toString('hex') !== input.idempotency!.requestHash) {
      throw new FootingError('conflict', `The idempotency key was used for another request (entry ${row.seq})`, {
        problems: [
          {
            field: 'Idempotency-Key',
            value: shown(input.idempotency!.key),
            reason: 'It was used for a request with other content.',
            remedy: 'Use a new key for a new request.',
          },
        ],
      });
    }
    replays.set(i, toEntry(row));
  }
  return replays;
}

export function toEntry(row: EntryRow): Entry {
  return {
    accountId: row.account_id,
    seq: Number(row.seq),
    kind: row.kind,
    actor: row.actor,
    recordedAt: row.recorded_at,
    payload: JSON.parse(row.payload) as Json,
    evidence: row.evidence?.toString('hex') ?? null,
    idempotencyKey: row.idempotency_key,
    payloadHash: row.payload_hash.toString('hex'),
    previousHash: row.previous_hash.toString('hex'),
    hash: row.hash.toString('hex'),
  };
}

function checkName(field: string, value: string): void {
  if (value.length === 0 || value.length > NAME_CHARACTERS_MAX || !value.isWellFormed() || value.includes('\u0000')) {
    throw new FootingError('invalid', `${field} must have 1 to ${NAME_CHARACTERS_MAX} characters`, {
      problems: [
        { field, value: shown(value), reason: `It has ${value.length} characters or one that cannot be stored.` },
      ],
    });
  }
}

function noAccount(accountId: number): FootingError {
  return new FootingError('not_found', `There is no account ${accountId}`);
}

/** PostgreSQL itself failed, not what was stated: whether the transaction was committed may be unknown. */
function isOfStore(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    /^(53|57P|58|08|XX|ECONN|EPIPE|ENOENT|ETIMEDOUT)/.test(code ?? '') ||
    /^(unavailable|storage|busy)$/.test(code ?? '') ||
    /Connection terminated|timeout exceeded when trying to connect|not queryable/.test(message ?? '')
  );
}

/** Failures of the store itself become `unavailable` or `storage`; everything else stays what it is. */
function translate(error: unknown): unknown {
  const { code } = error as { code?: string };
  if (code === '53100') return new FootingError('storage', 'PostgreSQL has no room left on its disk', { cause: error });
  if (isOfStore(error) && !(error instanceof FootingError)) {
    return new FootingError('unavailable', 'PostgreSQL did not answer; it is unknown whether the entry was stated', {
      cause: error,
      remedy: 'Try again with the same idempotency key.',
    });
  }
  invariant(error instanceof Error, 'errors are Error objects');
  return error;
}
