/** Measures what the first page loads, ends the build when that is too much, and writes compressed copies of the files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

interface Options {
  /** Pages that are counted to the first load although they are chunks of their own: names of files under src/pages. */
  firstPages: readonly string[];
  gzipBytesMax: number;
}

const COMPRESSIBLE = /\.(js|css|svg|html)$/;
const BROTLI_QUALITY = 9;

export function pageWeight({ firstPages, gzipBytesMax }: Options): Plugin {
  return {
    name: 'page-weight',
    apply: 'build',
    writeBundle(options, bundle) {
      const chunks = new Map(
        Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])),
      );
      const first = new Set<string>();
      const take = (name: string): void => {
        const chunk = chunks.get(name);
        if (!chunk || first.has(name)) return;
        first.add(name);
        chunk.imports.forEach(take);
      };
      for (const chunk of chunks.values()) {
        if (chunk.isEntry || firstPages.includes(chunk.name)) take(chunk.fileName);
      }
      let total = 0;
      for (const name of first) total += gzipSync(chunks.get(name)!.code).length;
      const folder = options.dir!;
      for (const name of Object.keys(bundle).filter((file) => COMPRESSIBLE.test(file))) {
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes));
        writeFileSync(
          join(folder, `${name}.br`),
          brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
        );
      }
      const all = [...chunks.values()].reduce((sum, { code }) => sum + gzipSync(code).length, 0);
      const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
      console.log(
        `Script, gzip: ${kB(total)} for the first page (limit ${kB(gzipBytesMax)}), ${kB(all)} in all ${chunks.size} files`,
      );
      if (total > gzipBytesMax) {
        throw new Error(`The first page loads ${kB(total)} of script; the limit is ${kB(gzipBytesMax)}.`);
      }
    },
  };
}
