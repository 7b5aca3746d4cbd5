import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detect } from './detect.ts';
import { HeaderError, PREVIEW_CELL_CHARACTERS_MAX, PREVIEW_ROWS_MAX, previewFile } from './preview.ts';
import type { StreamDefinition } from './types.ts';

const DEFINITION: StreamDefinition = {
  name: 'meters',
  book: 'carbon',
  title: 'Meters',
  key: ['id'],
  kept: 'record',
  columns: [
    { name: 'id', type: 'text', required: true, charactersMax: 50, description: 'Key', example: 'M1' },
    { name: 'note', type: 'text', description: 'Note', example: '' },
  ],
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footing-preview-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function previewOf(name: string, bytes: string | Uint8Array) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const { options } = await detect(path, DEFINITION);
  return previewFile(path, options);
}

describe('the first rows of a file', () => {
  it.each([
    ['plain', 'plain.csv', 'id,note\nM1,"a, ""b"""\n\nM2,c'],
    ['of another delimiter and line end', 'semicolon.csv', 'id;note\r\nM1;"a, ""b"""\r\nM2;c\r\n'],
    ['as NDJSON', 'rows.ndjson', '{"id":"M1","note":"a, \\"b\\""}\n{"id":"M2","note":"c"}\n'],
  ])('are given as they are read: %s', async (_, name, text) => {
    const expected = {
      headers: ['id', 'note'],
      rows: [
        ['M1', 'a, "b"'],
        ['M2', 'c'],
      ],
    };
    expect(await previewOf(name, text)).toEqual(expected);
    if (name.endsWith('.csv')) expect(await previewOf(`${name}.gz`, gzipSync(text))).toEqual(expected);
  });

  it('are few, short, and no more than the header has', async () => {
    const rows = Array.from({ length: PREVIEW_ROWS_MAX + 5 }, (_, i) => `M${i},${'x'.repeat(5_000)},beyond`);
    const preview = await previewOf('long.csv', `id,note\n${rows.join('\n')}\n`);
    expect(preview.rows.length).toBe(PREVIEW_ROWS_MAX);
    for (const [i, row] of preview.rows.entries()) {
      expect(row).toEqual([`M${i}`, `${'x'.repeat(PREVIEW_CELL_CHARACTERS_MAX)}…`]);
    }
  });

  it('are none where there is only a header', async () => {
    expect(await previewOf('header.csv', 'id,note\n')).toEqual({ headers: ['id', 'note'], rows: [] });
  });

  it('can be had of a file whose header does not fit', async () => {
    const path = join(folder, 'foreign.csv');
    await writeFile(path, 'Zähler,Bemerkung\nM1,gut\n');
    const error = await detect(path, DEFINITION).then(
      () => null,
      (problem: unknown) => problem,
    );
    expect(error).toBeInstanceOf(HeaderError);
    const { headers, options } = error as HeaderError;
    expect(headers).toEqual(['Zähler', 'Bemerkung']);
    expect(await previewFile(path, options)).toEqual({ headers, rows: [['M1', 'gut']] });
  });
});
