/**
 * Evidence that a dry run or a refused upload brought and that no entry names is removed when the request ends.
 *
 * Bytes are shared: another upload of the same bytes may have found them stored and be about to name them. So nothing is removed
 * while any upload of this process is under way; what is to go waits for the last of them to end, and uploads that come in during a
 * removal wait for it. A folder that several servers share is left alone, because the others' uploads cannot be seen from here.
 * A crash before the removal leaves evidence that no entry names: harmless, and taken up again when the same file is handed in.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engines } from '../engines/types.ts';

export interface UnnamedEvidence {
  /** Runs an upload. `discard` says that these bytes, stored by this upload, came to nothing. */
  during<T>(upload: (discard: (sha256: string) => void) => Promise<T>): Promise<T>;
}

export function openUnnamedEvidence(engines: Engines): UnnamedEvidence {
  const shared = engines.config.evidence !== join(engines.config.home, 'evidence');
  const waiting = new Set<string>();
  let uploads = 0;
  let removal: Promise<void> | undefined;

  async function remove(): Promise<void> {
    for (const sha256 of waiting) {
      waiting.delete(sha256);
      try {
        const { rowCount } = await engines.pg.query(
          "SELECT 1 FROM journal_entries WHERE evidence = decode($1, 'hex') LIMIT 1",
          [sha256],
        );
        if (rowCount === 0) await rm(await engines.evidence.path(sha256), { force: true });
      } catch (error) {
        engines.log.warn({ err: error, evidence: sha256 }, 'evidence that no entry names could not be removed');
      }
    }
  }

  return {
    async during(upload) {
      while (removal) await removal;
      uploads++;
      try {
        return await upload((sha256) => {
          if (!shared) waiting.add(sha256);
        });
      } finally {
        uploads--;
        if (uploads === 0 && waiting.size > 0) {
          removal = remove().finally(() => {
            removal = undefined;
          });
          await removal;
        }
      }
    },
  };
}
