import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { isFootingError } from '../kernel/errors.ts';
import { canonicalJson, openAccounts, openJournal, sha256, verifyChain } from './index.ts';
import type { Account, Journal, Json } from './types.ts';

let engines: Engines;
let journal: Journal;
let accounts: ReturnType<typeof openAccounts>;
let number = 0;

beforeAll(async () => {
  engines = await testEngines();
  journal = openJournal(engines.pg, engines.evidence);
  accounts = openAccounts(engines.pg, journal);
});
afterAll(() => engines.close());

const newAccount = (): Promise<Account> => {
  number += 1;
  return accounts.create({ slug: `company-${number}`, name: `Company ${number}` }, 'test');
};
const note = (text: string) => ({ kind: 'note.add', actor: 'test', payload: { text } });
const requestHash = (text: string) => sha256(text).toString('hex');

describe('append', () => {
  it('numbers entries without gaps and links each to the one before', async () => {
    const { id } = await newAccount();
    for (const text of ['a', 'b', 'c']) await journal.append(id, note(text));
    const entries = await journal.list(id, { limit: 10 });
    expect(entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4]);
    expect(entries[0]!.previousHash).toBe('0'.repeat(64));
    for (let i = 1; i < entries.length; i += 1) expect(entries[i]!.previousHash).toBe(entries[i - 1]!.hash);
    expect((await journal.head(id)).hash).toBe(entries.at(-1)!.hash);
    expect((await verifyChain(engines.pg, id)).finding).toBeNull();
  });

  it('keeps the order and loses nothing when a thousand entries are stated at once for two accounts', async () => {
    const [one, two] = [await newAccount(), await newAccount()];
    const appended = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => journal.append(i % 2 ? one.id : two.id, note(`entry ${i}`))),
    );
    for (const account of [one, two]) {
      const entries = await journal.list(account.id, { limit: 1000 });
      expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 501 }, (_, i) => i + 1));
      const mine = appended.filter(({ entry }) => entry.accountId === account.id);
      for (const { entry } of mine) expect(entries[entry.seq - 1]).toEqual(entry);
      expect((await verifyChain(engines.pg, account.id)).finding).toBeNull();
    }
  });

  it('answers a repeated request with the first entry, and refuses another request under the same key', async () => {
    const { id } = await newAccount();
    const first = await journal.append(id, { ...note('a'), idempotency: { key: 'k1', requestHash: requestHash('a') } });
    const again = await journal.append(id, { ...note('a'), idempotency: { key: 'k1', requestHash: requestHash('a') } });
    expect(again).toEqual({ entry: first.entry, replayed: true });
    await expect(
      journal.append(id, { ...note('b'), idempotency: { key: 'k1', requestHash: requestHash('b') } }),
    ).rejects.toSatisfy((error) => isFootingError(error, 'conflict'));
    expect((await journal.head(id)).seq).toBe(first.entry.seq);
  });

  it('states several entries together or none of them, whatever their neighbours do', async () => {
    const { id } = await newAccount();
    const claiming = (text: string) => ({ ...note(text), claims: [text] });
    const answers = await Promise.allSettled([
      journal.append(id, claiming('taken')),
      journal.appendAll(id, [note('a'), claiming('b')]),
      journal.appendAll(id, [note('c'), claiming('taken'), note('d')]),
      journal.append(id, note('e')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const entries = await journal.list(id, { limit: 10, after: 1 });
    expect(entries.map(({ payload }) => (payload as { text: string }).text)).toEqual(['taken', 'a', 'b', 'e']);
    expect(await journal.appendAll(id, [])).toEqual([]);
  });

  it('decides a race of equal keys for one entry', async () => {
    const { id } = await newAccount();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        journal.append(id, { ...note('same'), idempotency: { key: 'race', requestHash: requestHash('same') } }),
      ),
    );
    expect(new Set(answers.map(({ entry }) => entry.seq)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it('does not state a group again whose commit was done and whose answer was lost', async () => {
    const { id } = await newAccount();
    let cut = true;
    const pool = new Proxy(engines.pg, {
      get(target, name) {
        if (name !== 'connect') return Reflect.get(target, name);
        return async () => {
          const client = await target.connect();
          const lossy = async (text: string, values?: unknown[]) => {
            const result = await client.query(text, values);
            if (text !== 'COMMIT' || !cut) return result;
            cut = false;
            throw new Error('Connection terminated unexpectedly');
          };
          return { query: lossy, release: (broken?: boolean) => client.release(broken) };
        };
      },
    });
    const own = openJournal(pool, engines.evidence);
    const alone = own.append(id, note('first'));
    await expect(alone).rejects.toSatisfy((error) => isFootingError(error, 'unavailable'));
    cut = true;
    // The first one is on its way while the others gather behind it.
    const kept = await Promise.allSettled(['a', 'b', 'c', 'd'].map((text) => own.append(id, note(text))));
    expect(kept.some(({ status }) => status === 'rejected')).toBe(true);
    cut = true;
    const group = Array.from({ length: 20 }, (_, i) =>
      own.append(id, { ...note(`e${i}`), idempotency: { key: `e${i}`, requestHash: requestHash(`e${i}`) } }),
    );
    await Promise.allSettled(group);
    const stated = (await journal.list(id, { limit: 100 })).map(({ payload }) => (payload as { text?: string }).text);
    const texts = stated.filter((text) => text !== undefined);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).toEqual(expect.arrayContaining(['first', 'a', 'b', 'c', 'd']));
  });

  it('rolls back the entry with its effects, and its neighbours are not harmed', async () => {
    const { id } = await newAccount();
    const failing = journal.append(id, {
      ...note('never'),
      effects: async (tx, seq) => {
        await tx.query('UPDATE accounts SET name = $2 WHERE id = $1', [id, `changed by ${seq}`]);
        throw new Error('effect failed');
      },
    });
    const good = journal.append(id, note('kept'));
    await expect(failing).rejects.toThrow('effect failed');
    expect((await good).entry.seq).toBe(2);
    expect((await accounts.get(id)).name).toBe(`Company ${number}`);
    expect((await verifyChain(engines.pg, id)).finding).toBeNull();
  });

  it('gives a claim to one entry only, also in a race, and again after its release', async () => {
    const { id } = await newAccount();
    const claim = ['invoice/default/INV-1'];
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => journal.append(id, { ...note(`race ${i}`), claims: claim })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(isFootingError(answer.reason, 'conflict')).toBe(true);
    }
    await expect(journal.append(id, { ...note('still held'), claims: claim })).rejects.toThrow('INV-1');
    await journal.append(id, { ...note('deleted'), releases: claim });
    await journal.append(id, { ...note('created again'), claims: claim });
    expect((await verifyChain(engines.pg, id)).finding).toBeNull();
  });

  it('lets any number of entries make a mark, and refuses what is stated on condition that there is none', async () => {
    const { id } = await newAccount();
    const marking = { ...note('marks'), marks: ['came/in/lots'] };
    const onCondition = { ...note('on condition'), unless: { 'came/in/lots': 0, 'came/otherwise': 0 } };
    await journal.append(id, { ...onCondition, claims: ['a'] });
    const [first, beside] = await Promise.allSettled([journal.append(id, marking), journal.append(id, onCondition)]);
    expect([first!.status, beside!.status]).toEqual(['fulfilled', 'rejected']);
    await journal.append(id, marking);
    const refused = journal.append(id, { ...onCondition, claims: ['b'] });
    await expect(refused).rejects.toMatchObject({ code: 'conflict', problems: [{ value: 'came/in/lots' }] });
    // Nothing of what was refused is there: its claim is free.
    await journal.append(id, { ...note('free'), claims: ['b'] });
    // Who knows of the last entry that made it may go on, until the next one.
    const { seq } = (await journal.append(id, marking)).entry;
    const knowing = { ...note('knowing'), unless: { 'came/in/lots': seq } };
    await journal.append(id, knowing);
    await journal.append(id, marking);
    await expect(journal.append(id, knowing)).rejects.toThrow('came/in/lots');
    const entries = await journal.list(id, { limit: 10, after: 1 });
    expect(entries.map(({ payload }) => (payload as { text: string }).text)).toEqual([
      ...['on condition', 'marks', 'marks', 'free', 'marks', 'knowing', 'marks'],
    ]);
  });

  it('forgets a mark whose entry was not stated', async () => {
    const { id } = await newAccount();
    const effects = async () => {
      throw new Error('effect failed');
    };
    const marking = { ...note('marks'), marks: ['came/in/lots'] };
    await expect(journal.append(id, { ...marking, effects })).rejects.toThrow('effect failed');
    await journal.append(id, { ...note('on condition'), unless: { 'came/in/lots': 0 } });
    await journal.append(id, marking);
    await expect(journal.append(id, { ...note('on condition'), unless: { 'came/in/lots': 0 } })).rejects.toThrow(
      'in/lots',
    );
  });

  it.each([
    ['evidence that is not stored', { ...note('x'), evidence: 'ab'.repeat(32) }, 'not_found'],
    ['a fraction in the payload', { ...note('x'), payload: { amount: 0.1 } }, 'invalid'],
    ['NUL in the payload', note('a\u0000b'), 'invalid'],
    ['half a surrogate pair', note('\ud800'), 'invalid'],
    ['an empty kind', { ...note('x'), kind: '' }, 'invalid'],
    ['a kind of 201 characters', { ...note('x'), kind: 'k'.repeat(201) }, 'invalid'],
  ] as const)('refuses %s', async (_, input, code) => {
    const { id } = await newAccount();
    await expect(journal.append(id, input)).rejects.toSatisfy((error) => isFootingError(error, code));
    expect((await journal.head(id)).seq).toBe(1);
  });

  it('refuses changes to its rows', async () => {
    await newAccount();
    await expect(engines.pg.query('UPDATE journal_entries SET actor = actor')).rejects.toThrow('append-only');
    await expect(engines.pg.query('DELETE FROM journal_entries')).rejects.toThrow('append-only');
    await expect(engines.pg.query('TRUNCATE journal_entries')).rejects.toThrow('append-only');
  });
});

describe('verifyChain', () => {
  /** Changes rows as somebody would who has the database's password and sets out to. */
  async function tamper(sql: string, values: unknown[]): Promise<void> {
    const tx = await engines.pg.connect();
    try {
      await tx.query("SET session_replication_role = 'replica'");
      await tx.query(sql, values);
    } finally {
      await tx.query("SET session_replication_role = 'origin'");
      tx.release();
    }
  }

  const flip = (column: string) => `set_byte(${column}, 7, (get_byte(${column}, 7) + 1) % 256)`;
  it.each([
    ['kind', `kind = kind || 'x'`],
    ['actor', `actor = 'somebody else'`],
    ['recorded_at', `recorded_at = recorded_at + interval '1 microsecond'`],
    ['payload', `payload = replace(payload, 'b', 'c')`],
    ['payload_hash', `payload_hash = ${flip('payload_hash')}`],
    ['evidence', `evidence = ${flip('evidence')}`],
    ['evidence removed', `evidence = NULL`],
    ['idempotency_key', `idempotency_key = 'other'`],
    ['request_hash', `request_hash = ${flip('request_hash')}`],
    ['previous_hash', `previous_hash = ${flip('previous_hash')}`],
    ['hash', `hash = ${flip('hash')}`],
    ['seq', `seq = 99`],
  ])('finds a changed %s and names entry 3', async (_, change) => {
    const { id } = await newAccount();
    const { sha256: evidence } = await engines.evidence.put(Buffer.from(`bill ${id}`));
    await journal.append(id, note('a'));
    await journal.append(id, { ...note('b'), evidence, idempotency: { key: 'k', requestHash: requestHash('b') } });
    await journal.append(id, note('c'));
    expect((await verifyChain(engines.pg, id)).finding).toBeNull();
    await tamper(`UPDATE journal_entries SET ${change} WHERE account_id = $1 AND seq = 3`, [id]);
    expect((await verifyChain(engines.pg, id)).finding?.where).toContain('entry 3');
  });

  it('finds a removed tail and a re-written head', async () => {
    const { id } = await newAccount();
    await journal.append(id, note('a'));
    await tamper('DELETE FROM journal_entries WHERE account_id = $1 AND seq = 2', [id]);
    expect((await verifyChain(engines.pg, id)).finding?.where).toBe('entry 2');
    await tamper('UPDATE accounts SET head_seq = 1 WHERE id = $1', [id]);
    expect((await verifyChain(engines.pg, id)).finding?.where).toBe('head of the chain');
  });
});

describe('canonical JSON', () => {
  const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger().map((n) => n + 0),
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\u0000')),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

  it('says the value, and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(value);
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  function reversed(value: Json): Json {
    if (Array.isArray(value)) return value.map(reversed);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, inner]) => [key, reversed(inner)]),
    );
  }
});
