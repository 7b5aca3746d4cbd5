import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEvidence } from './evidence.ts';
import type { EvidenceStore } from './types.ts';

let home: string;
let store: EvidenceStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'footing-evidence-'));
  store = await openEvidence(home);
});
afterEach(() => rm(home, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const temporaries = () => readdir(join(home, 'evidence', 'tmp'));

test('what is put in comes out, under its hash, however it is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 })), async (chunks) => {
      const whole = Buffer.concat(chunks);
      const stored = await store.put(Readable.from(chunks.filter((c) => c.length > 0).map((c) => Buffer.from(c))));
      expect(stored).toMatchObject({ sha256: sha256(whole), bytes: whole.length });
      expect(await buffer(store.read(stored.sha256))).toEqual(whole);
      expect(await store.verify(stored.sha256)).toBe(true);
    }),
    { numRuns: 25 },
  );
  expect(await temporaries()).toEqual([]);
});

test('the same bytes twice are stored once, at the same moment too', async () => {
  const bytes = randomBytes(3_000_000);
  const [a, b] = await Promise.all([store.put(Readable.from([bytes])), store.put(bytes)]);
  expect(a.sha256).toBe(b.sha256);
  expect(await store.put(bytes)).toMatchObject({ existed: true });
  const listed = [];
  for await (const item of store.list()) listed.push(item);
  expect(listed).toEqual([{ sha256: a.sha256, bytes: 3_000_000 }]);
  expect(await temporaries()).toEqual([]);
});

test('files are private and read-only', async () => {
  const { sha256: name } = await store.put(Buffer.from('x'));
  expect((await stat(await store.path(name))).mode & 0o777).toBe(0o400);
  expect((await stat(join(home, 'evidence'))).mode & 0o777).toBe(0o700);
});

test('an upload that breaks off leaves nothing', async () => {
  const source = new PassThrough();
  const storing = store.put(source);
  source.write(randomBytes(2_000_000));
  setTimeout(() => source.destroy(new Error('cut')), 20);
  await expect(storing).rejects.toThrow('cut');
  expect(await temporaries()).toEqual([]);
});

test('an upload that is too large is refused and leaves nothing', async () => {
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(100_000, 1);
    })(),
  );
  await expect(store.put(endless, { bytesMax: 1_000_000 })).rejects.toMatchObject({ code: 'too_large' });
  expect(await temporaries()).toEqual([]);
});

test('one changed byte is found by a whole read and by verify', async () => {
  const { sha256: name } = await store.put(Buffer.from('twelve tonnes'));
  const path = await store.path(name);
  const bytes = await readFile(path);
  bytes[3]! ^= 1;
  await chmod(path, 0o600);
  await writeFile(path, bytes);
  await expect(buffer(store.read(name))).rejects.toMatchObject({ code: 'corrupt' });
  expect(await store.verify(name)).toBe(false);
  // Handing the document in again heals it.
  await store.put(Buffer.from('twelve tonnes'));
  expect(await store.verify(name)).toBe(true);
});

test('a part can be read; what is not there is not found', async () => {
  const { sha256: name } = await store.put(Buffer.from('0123456789'));
  expect(String(await buffer(store.read(name, { start: 2, end: 4 })))).toBe('234');
  await expect(buffer(store.read('0'.repeat(64)))).rejects.toMatchObject({ code: 'not_found' });
  await expect(store.path('../../../etc/passwd')).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.verify('f'.repeat(64))).toBe(false);
});

test('leftovers of a killed run are removed at the next start', async () => {
  await writeFile(join(home, 'evidence', 'tmp', 'leftover'), 'half');
  await openEvidence(home);
  expect(await temporaries()).toEqual([]);
});

test('a shared folder is one store, and nobody removes what another server is receiving', async () => {
  const folder = join(home, 'shared');
  const [one, two] = [await openEvidence(join(home, 'a'), folder), await openEvidence(join(home, 'b'), folder)];
  const ids = await Promise.all([one.id(), two.id(), one.id(), two.id()]);
  expect(new Set(ids).size).toBe(1);
  expect(await store.id()).not.toBe(ids[0]);
  const upload = new PassThrough();
  const putting = one.put(upload);
  upload.write('first half, ');
  await openEvidence(join(home, 'b'), folder);
  upload.end('second half');
  const { sha256: hash } = await putting;
  expect(String(await buffer(two.read(hash)))).toBe('first half, second half');
});
