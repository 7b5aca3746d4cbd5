/** Clients that are slow, cut off, or never done. */
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row, type TestServer, testServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({
    // Long enough for a busy machine to take what was sent in time.
    jsonBodyMsMax: 1_000,
    uploadWindowMs: 1_000,
    uploadWindowBytesMin: 1_000,
    headersMsMax: 1_000,
    connectionsCheckMs: 100,
    jsonBytesMax: 100_000,
    uploadBytesMax: 5_000_000,
    heartbeatMs: 100,
    eventStreamsMax: 3,
  });
});
afterAll(() => server.close());

/** Speaks raw HTTP: sends `head`, then `drip` every 50 ms until the server hangs up; returns what came back. */
function speak(head: string, drip = ''): Promise<string> {
  const { port, hostname } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(head));
    const timer = setInterval(() => drip !== '' && socket.writable && socket.write(drip), 50);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve(text);
    });
  });
}

/** A stream of events that has begun: its first piece, and what comes until its end. */
async function begun(path: string): Promise<{ first: string; rest(): Promise<string> }> {
  const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${server.keys.a}` } });
  const pieces = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  return {
    first: (await pieces.read()).value ?? '',
    async rest() {
      let text = '';
      for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) text += piece.value;
      return text;
    },
  };
}

const headOf = (method: string, path: string, ...lines: string[]) =>
  [`${method} ${path} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${server.keys.a}`, ...lines, '', ''].join('\r\n');

async function evidenceFiles(): Promise<string[]> {
  const entries = await readdir(join(server.engines.config.home, 'evidence'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('a request that does not arrive', () => {
  it('is cut with 408 when a JSON body never ends', async () => {
    const head = headOf('POST', '/api/records/readings', 'Content-Type: application/json', 'Content-Length: 90000');
    const answer = await speak(head, ' ');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code": "timeout"');
  });

  it('is cut with 408 when an upload drips, and nothing of it is kept', async () => {
    const [head, files] = [await server.footing.journal.head(server.accounts.a), await evidenceFiles()];
    const answer = await speak(headOf('POST', '/api/imports/readings', 'Transfer-Encoding: chunked'), '1\r\nx\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code": "timeout"');
    expect(await evidenceFiles()).toEqual(files);
    expect(await server.footing.journal.head(server.accounts.a)).toEqual(head);
  });

  it('is cut with 408 when its header lines never end', async () => {
    expect(await speak('GET /api/health HTTP/1.1\r\nHost: x\r\n', 'a: b\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('gets a problem document when it is no HTTP, or has header lines without end', async () => {
    const garbage = await speak('\u0016\u0003\u0001 hello\r\n\r\n');
    expect(garbage).toMatch(/^HTTP\/1\.1 400 /);
    expect(garbage).toContain('application/problem+json');
    expect(await speak(`GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('leaves nothing behind when an upload is cut', async () => {
    const [head, files] = [await server.footing.journal.head(server.accounts.a), await evidenceFiles()];
    await new Promise<void>((resolve) => {
      const upload = request(`${server.url}/api/imports/readings`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.keys.a}`, 'content-length': 1_000_000 },
      });
      upload.on('error', () => resolve());
      upload.write('external_id,notes\n1,x\n2,y\n'.repeat(1_000));
      setTimeout(() => upload.destroy(), 100);
    });
    // First the server has to notice; then nothing may be left.
    await expect.poll(evidenceFiles, { timeout: 20_000 }).toEqual(files);
    expect(await server.footing.journal.head(server.accounts.a)).toEqual(head);
    const whole = await server.call('/api/imports/readings', { body: 'external_id\nafter-the-cut\n' });
    expect(whole.status).toBe(202);
  });
});

describe('a request that is too large', () => {
  it('is refused with 413, as JSON and as an upload', async () => {
    const json = await server.call('/api/records/readings', {
      json: { rows: [row('x', { notes: 'n'.repeat(150_000) })] },
    });
    expect([json.status, json.json.code]).toEqual([413, 'too_large']);
    const upload = await speak(headOf('POST', '/api/imports/readings', 'Content-Length: 6000000'));
    expect(upload).toMatch(/^HTTP\/1\.1 413 /);
    expect(upload).toContain('"code": "too_large"');
  });
});

describe('imports', () => {
  it('answers 202, then the same file again 200, and counts', async () => {
    const file = 'external_id,day,quantity\nI-1,2025-01-01,5\nI-2,2025-02-30,5\nI-3,2025-01-03,7.25\n';
    const first = await server.call('/api/imports/readings?file_name=m.csv', { body: file });
    expect([first.status, first.json.outcome]).toEqual([202, 'stated']);
    const location = first.headers.get('location')!;
    const again = await server.call('/api/imports/readings?file_name=m.csv', { body: file });
    expect([again.status, again.json.outcome, again.json.import.seq]).toEqual([200, 'already', first.json.import.seq]);
    const events = await server.call(`${location}/events`);
    expect(events.text).toContain('event: posted');
    const { json } = await server.call(location);
    expect(json.counts).toEqual({ rows: 3, accepted: 2, rejected: 1, superseded: 0 });
    expect(json.rejected[0].problems[0]).toMatchObject({ column: 'day', value: '2025-02-30' });
    const rejects = await server.call(`${location}/rejects.csv`);
    expect(rejects.headers.get('content-type')).toContain('text/csv');
    expect(rejects.text).toContain('I-2');
    expect(rejects.text).not.toContain('I-3');
  });

  it('says what a dry run finds and refuses a bad file as a whole when asked to', async () => {
    const head = await server.footing.journal.head(server.accounts.a);
    const file = 'external_id,day\nD-1,2025-01-01\nD-2,yesterday\n';
    const dry = await server.call('/api/imports/readings?mode=dry-run', { body: file });
    expect([dry.status, dry.json.counts]).toEqual([200, { rows: 2, accepted: 1, rejected: 1, superseded: 0 }]);
    const all = await server.call('/api/imports/readings?mode=all', { body: file });
    expect([all.status, all.json.code, all.json.problems[0].row]).toEqual([422, 'invalid', 2]);
    const headerless = await server.call('/api/imports/readings', { body: 'who,what\n1,2\n' });
    expect(headerless.status).toBe(422);
    const unknown = await server.call('/api/imports/nothing', { body: file });
    expect(unknown.status).toBe(404);
    expect(await server.footing.journal.head(server.accounts.a)).toEqual(head);
  });

  it('matches headers by a mapping', async () => {
    const mapping = JSON.stringify({ Kennung: 'external_id', Bemerkung: null });
    const answer = await server.call(`/api/imports/readings?${new URLSearchParams({ mapping })}`, {
      body: 'Kennung;Bemerkung\nK-1;egal\n',
    });
    expect(answer.status).toBe(202);
    expect((await server.call('/api/records/readings?external_id=K-1')).json.rows).toHaveLength(1);
    const bad = await server.call('/api/imports/readings?mapping=nonsense', { body: 'a\n1\n' });
    expect([bad.status, bad.json.problems[0].field]).toEqual([422, 'mapping']);
  });
});

describe('event streams', () => {
  it('number their events, go on after Last-Event-ID, and end with the outcome', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `E-${i},2025-01-01`).join('\n');
    const { json } = await server.call('/api/imports/readings', { body: `external_id,day\n${rows}\n` });
    const path = `/api/imports/${json.import.seq}/events`;
    const all = (await server.call(path)).text;
    const ids = [...all.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    expect(ids).toEqual(ids.map((_, i) => i + 1));
    expect(all).toMatch(/event: posted\ndata: .*"accepted":20000/);
    const rest = (await server.call(path, { headers: { 'last-event-id': String(ids.length - 1) } })).text;
    expect([...rest.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))).toEqual([ids.length]);
    expect((await server.call(path, { headers: { 'last-event-id': String(ids.length) } })).text).not.toContain(
      'event:',
    );
  });

  it('send heartbeats while nothing happens, and are limited in number', async () => {
    let finish = () => {};
    const original = server.footing.verify;
    server.footing.verify = () =>
      new Promise((_resolve, reject) => {
        finish = () => reject(new Error('ended by the test'));
      });
    try {
      const job = (await server.call('/api/verify', { method: 'POST' })).json;
      expect((await server.call('/api/verify', { method: 'POST' })).status).toBe(409);
      const streams = await Promise.all(Array.from({ length: 3 }, () => begun(`/api/jobs/${job.id}/events`)));
      for (const { first } of streams) expect(first).toMatch(/^: still here\n\n/);
      expect((await server.call(`/api/jobs/${job.id}/events`)).status).toBe(503);
      finish();
      for (const { rest } of streams) {
        const text = await rest();
        expect(text).toContain('event: failed');
        expect(text).not.toContain('ended by the test');
      }
    } finally {
      server.footing.verify = original;
    }
  });

  it('follow a verification to its report', async () => {
    const started = await server.call('/api/verify', { method: 'POST' });
    expect(started.status).toBe(202);
    await server.call(`${started.headers.get('location')}/events`);
    const { json } = await server.call(started.headers.get('location')!);
    expect(json.state).toBe('done');
    expect(json.result).toMatchObject({ agrees: true, findings: [] });
  });
});
