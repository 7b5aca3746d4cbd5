import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row, type TestServer, testServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

const READINGS = '/api/records/readings';
const post = (rows: unknown[], headers: Record<string, string> = {}) =>
  server.call(READINGS, { json: { rows }, headers });

describe('records', () => {
  it('of a stream that there is not are answered with the streams that there are', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await server.call('/api/records/nope', {
        method,
        ...(method === 'POST' && { json: { rows: [] } }),
      });
      expect(answer.status).toBe(404);
      expect(answer.json.remedy).toMatch(/readings/);
    }
  });

  it('answer HEAD as GET, without a body', async () => {
    const [get, head] = [await server.call(READINGS), await server.call(READINGS, { method: 'HEAD' })];
    expect([head.status, head.text]).toEqual([200, '']);
    for (const name of ['etag', 'content-type', 'content-length', 'footing-seq'])
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    expect((await server.call(READINGS, { method: 'HEAD', key: null })).status).toBe(401);
  });

  it('are readable in the next request, exactly as they were written', async () => {
    for (let i = 0; i < 20; i++) {
      const posted = await server.call(READINGS, {
        body: `{"rows":[{"external_id":"exact-${i}","quantity":12345678901234567890.123456789012}]}`,
        headers: { 'content-type': 'application/json' },
      });
      expect(posted.status).toBe(201);
      const read = await server.call(`${READINGS}?external_id=exact-${i}`);
      expect(read.json.rows).toHaveLength(1);
      expect(read.json.rows[0].quantity).toBe('12345678901234567890.123456789012');
      expect(Number(read.headers.get('footing-seq'))).toBeGreaterThanOrEqual(posted.json.seq);
    }
  });

  it('keep SQL in every text field as text', async () => {
    const nasty = `'); DROP TABLE readings; -- " \\ \` {x:String} %s $1`;
    const posted = await server.call(READINGS, {
      json: { source: `o'source; --`, rows: [{ external_id: nasty, notes: nasty, 'attributes.a': nasty }] },
    });
    expect(posted.status).toBe(201);
    const query = new URLSearchParams({ external_id: nasty, source: `o'source; --` });
    const read = await server.call(`${READINGS}?${query}`);
    expect(read.json.rows.map((r: { notes: string; attributes: object }) => [r.notes, r.attributes])).toEqual([
      [nasty, { a: nasty }],
    ]);
    const imported = await server.call(`/api/imports/readings?file_name=${encodeURIComponent("'; DROP TABLE x")}`, {
      body: `external_id,notes\n"${nasty.replaceAll('"', '""')}",n\n`,
    });
    expect(imported.status).toBe(202);
    for (const path of ['kind', 'cursor']) {
      const answer = await server.call(`/api/journal?${new URLSearchParams({ [path]: nasty })}`);
      expect([200, 422]).toContain(answer.status);
    }
    expect((await server.call('/api/journal')).status).toBe(200);
  });

  it('are superseded, deleted, and still there as of before', async () => {
    const first = await post([row('life', { notes: 'one' })]);
    const second = await post([row('life', { notes: 'two' })]);
    const gone = await server.call(READINGS, { method: 'DELETE', json: { keys: [{ external_id: 'life' }] } });
    expect([first.status, second.status, gone.status]).toEqual([201, 201, 200]);
    const notes = async (asOf?: number) =>
      (await server.call(`${READINGS}?external_id=life${asOf === undefined ? '' : `&as_of=${asOf}`}`)).json.rows.map(
        (r: { notes: string }) => r.notes,
      );
    expect(await notes(first.json.seq - 1)).toEqual([]);
    expect(await notes(first.json.seq)).toEqual(['one']);
    expect(await notes(second.json.seq)).toEqual(['two']);
    expect(await notes()).toEqual([]);
    // What is not there is not taken back, nor anything beside it; a request that was done is answered as before.
    const both = { keys: [{ external_id: 'stays' }, { external_id: 'life' }] };
    await post([row('stays')]);
    const unknown = await server.call(READINGS, { method: 'DELETE', json: both });
    expect([unknown.status, unknown.json.problems]).toMatchObject([
      404,
      [{ row: 2, field: 'external_id', value: 'life' }],
    ]);
    const one = {
      method: 'DELETE',
      json: { keys: [{ external_id: 'stays' }] },
      headers: { 'idempotency-key': 'gone' },
    } as const;
    const [taken, replayed] = [await server.call(READINGS, one), await server.call(READINGS, one)];
    expect([taken.status, replayed.status, replayed.json.seq]).toEqual([200, 200, taken.json.seq]);
    const ahead = await server.call(`${READINGS}?as_of=${gone.json.seq + 1000}`);
    expect([ahead.status, ahead.json.problems[0].field]).toEqual([422, 'as_of']);
  });

  it('takes 10,000 rows and refuses one more', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => row(`many-${i}`));
    const taken = await post(rows);
    expect([taken.status, taken.json.rows]).toEqual([201, 10_000]);
    const refused = await post([...rows, row('one-more')]);
    expect([refused.status, refused.json.code]).toEqual([422, 'invalid']);
    expect((await server.call(`${READINGS}?external_id=one-more`)).json.rows).toEqual([]);
    expect((await server.call(`${READINGS}?external_id=many-9999`)).json.rows).toHaveLength(1);
  });
});

it('reads a column that was not stated as null, never as a zero or a first day', async () => {
  await post([{ external_id: 'bare' }]);
  const { json } = await server.call(`${READINGS}?external_id=bare`);
  expect(json.rows[0]).toMatchObject({ external_id: 'bare', day: null, quantity: null, notes: '' });
});

describe('Idempotency-Key', () => {
  it('does a request once, repeats its answer, and refuses another request', async () => {
    const key = { 'idempotency-key': 'order-17' };
    const first = await post([row('once')], key);
    const head = (await server.call('/api/account')).json.seq;
    const again = await post([row('once')], key);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect([again.status, again.json]).toEqual([first.status, first.json]);
    const other = await post([row('twice')], key);
    expect([other.status, other.json.code]).toEqual([409, 'conflict']);
    const otherRoute = await server.call(READINGS, { method: 'DELETE', json: { rows: [row('once')] }, headers: key });
    expect(otherRoute.status).not.toBe(200);
    expect((await server.call('/api/account')).json.seq).toBe(head);
  });

  it('holds for requests at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post([row('race')], { 'idempotency-key': 'race' })),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.json.seq)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true')).toHaveLength(19);
  });

  it('is a matter of each account', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const a = await post([row('mine')], headers);
    const b = await server.call(READINGS, { key: server.keys.b, json: { rows: [row('yours')] }, headers });
    expect([a.status, b.status]).toEqual([201, 201]);
    expect(b.headers.get('idempotency-replayed')).toBeNull();
  });
});

describe('pages', () => {
  it('cover the journal exactly once in both directions, while others write', async () => {
    for (const order of ['newest', 'oldest']) {
      const head = (await server.call('/api/account')).json.seq;
      const seqs: number[] = [];
      let cursor = '';
      do {
        const page = await server.call(`/api/journal?order=${order}&limit=7${cursor && `&cursor=${cursor}`}`);
        seqs.push(...page.json.entries.map((entry: { seq: number }) => entry.seq));
        cursor = page.json.next ?? '';
        await post([row(`while-${seqs.length}`)]);
      } while (cursor);
      const expected = Array.from({ length: head }, (_, i) => i + 1);
      expect(seqs).toEqual(order === 'oldest' ? expected : expected.reverse());
    }
  });

  it('cover the records exactly once', async () => {
    await post(Array.from({ length: 25 }, (_, i) => row(`p-${i}`)));
    const ids: string[] = [];
    let cursor = '';
    do {
      const page = await server.call(`${READINGS}?limit=1000${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.json.rows.map((r: { external_id: string; source: string }) => `${r.source}/${r.external_id}`));
      cursor = page.json.next ?? '';
    } while (cursor);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.startsWith('default/p-'))).toHaveLength(25);
    expect(ids.length).toBeGreaterThan(10_000);
  });

  it('refuse a cursor that was changed, made up, or given out for something else', async () => {
    const { next } = (await server.call('/api/journal?limit=1')).json;
    const middle = Math.floor(next.length / 2);
    const changed = next.slice(0, middle) + (next[middle] === 'A' ? 'B' : 'A') + next.slice(middle + 1);
    const forged = Buffer.concat([Buffer.alloc(16), Buffer.from('{"seq":1,"asOf":9}')]).toString('base64url');
    for (const cursor of [changed, forged, `${next}A`, 'x', '']) {
      const answer = await server.call(`/api/journal?limit=1&cursor=${cursor}`);
      expect([answer.status, answer.json.code], cursor).toEqual([422, 'invalid']);
    }
    expect((await server.call(`/api/journal?limit=1&cursor=${next}`)).status).toBe(200);
    expect((await server.call(`/api/journal?limit=1&order=oldest&cursor=${next}`)).status).toBe(422);
    expect((await server.call(`/api/imports?cursor=${next}`)).status).toBe(422);
    expect((await server.call(`/api/journal?limit=1&cursor=${next}`, { key: server.keys.b })).status).toBe(422);
  });
});

describe('ETag', () => {
  it('saves the second answer until something is stated, and differs by parameters and account', async () => {
    const first = await server.call(READINGS);
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"\d+-\d+-[\w-]+"$/);
    const ask = (path: string, key = server.keys.a) => server.call(path, { key, headers: { 'if-none-match': etag } });
    const same = await ask(READINGS);
    expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', etag]);
    expect((await ask(`${READINGS}?limit=5`)).status).toBe(200);
    expect((await ask(READINGS, server.keys.b)).status).toBe(200);
    expect((await server.call(READINGS, { headers: { 'if-none-match': `W/${etag}, "other"` } })).status).toBe(304);
    const seq = Number(first.headers.get('footing-seq'));
    await post([row('changes')]);
    expect((await ask(READINGS)).status).toBe(200);
    const asOf = await server.call(`${READINGS}?as_of=${seq}&limit=1000`);
    await post([row('changes again')]);
    const later = await server.call(`${READINGS}?as_of=${seq}&limit=1000`, {
      headers: { 'if-none-match': asOf.headers.get('etag')! },
    });
    expect(later.status).toBe(304);
  });
});
