import type { Pool } from 'pg';
import { sha256 } from './canonical.ts';
import { entryHash, GENESIS_HASH } from './hash.ts';
import { ENTRY_COLUMNS, type EntryRow } from './journal.ts';

const PAGE_ENTRIES = 1_000;

export interface ChainFinding {
  where: string;
  expected: string;
  found: string;
}

/**
 * Re-computes an account's chain from its rows up to the head that the account row states. Returns the first disagreement,
 * or null. Every stored byte of an entry is an input of its hash (payload by its own hash), so one changed byte is found;
 * a missing or added row is found by the sequence, a cut tail by the head.
 */
export async function verifyChain(
  pg: Pool,
  accountId: number,
  onProgress?: (entries: number, total: number) => void,
): Promise<{ finding: ChainFinding | null; entries: number; evidence: string[] }> {
  // One snapshot: entries appended meanwhile are not looked at.
  const account = await pg.query<{ head_seq: string; head_hash: Buffer }>(
    'SELECT head_seq, head_hash FROM accounts WHERE id = $1',
    [accountId],
  );
  const head = Number(account.rows[0]?.head_seq ?? 0);
  const evidence = new Set<string>();
  let previousHash = GENESIS_HASH;
  let seq = 0;
  const fail = (where: string, expected: string, found: string) => ({
    finding: { where, expected, found },
    entries: seq,
    evidence: [...evidence],
  });

  while (seq < head) {
    const page = await pg.query<EntryRow>(
      `SELECT ${ENTRY_COLUMNS}
       FROM journal_entries
       WHERE account_id = $1 AND seq > $2 AND seq <= $3
       ORDER BY seq
       LIMIT ${PAGE_ENTRIES}`,
      [accountId, seq, head],
    );
    if (page.rows.length === 0) return fail(`entry ${seq + 1}`, 'present', 'missing');
    for (const row of page.rows) {
      seq += 1;
      if (Number(row.seq) !== seq) return fail(`entry ${seq}`, 'present', `missing; the next is entry ${row.seq}`);
      const payloadHash = sha256(row.payload);
      if (!payloadHash.equals(row.payload_hash)) {
        return fail(`entry ${seq}: payload`, row.payload_hash.toString('hex'), payloadHash.toString('hex'));
      }
      if (!previousHash.equals(row.previous_hash)) {
        return fail(`entry ${seq}: previous hash`, previousHash.toString('hex'), row.previous_hash.toString('hex'));
      }
      const hash = entryHash({
        accountId,
        seq,
        kind: row.kind,
        actor: row.actor,
        recordedAt: row.recorded_at,
        payloadHash,
        evidence: row.evidence,
        idempotencyKey: row.idempotency_key,
        requestHash: row.request_hash,
        previousHash,
      });
      if (!hash.equals(row.hash)) return fail(`entry ${seq}: hash`, hash.toString('hex'), row.hash.toString('hex'));
      if (row.evidence) evidence.add(row.evidence.toString('hex'));
      previousHash = hash;
    }
    onProgress?.(seq, head);
  }
  const stated = account.rows[0]?.head_hash ?? GENESIS_HASH;
  if (!previousHash.equals(stated))
    return fail('head of the chain', stated.toString('hex'), previousHash.toString('hex'));
  const beyond = await pg.query(
    'SELECT 1 FROM journal_entries WHERE account_id = $1 AND seq > $2 AND seq > (SELECT head_seq FROM accounts WHERE id = $1)',
    [accountId, head],
  );
  if (beyond.rows.length > 0) return fail(`after entry ${head}`, 'no entry', 'entries that the head does not know');
  return { finding: null, entries: seq, evidence: [...evidence] };
}
