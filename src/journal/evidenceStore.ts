import type { Pool } from 'pg';
import type { EvidenceStore } from '../engines/types.ts';
import { FootingError } from '../kernel/errors.ts';

/**
 * Makes sure that this process has the evidence which the journal's entries refer to, and not a folder of its own: another process
 * could not post what this one took in. The first process on a database decides which store it is.
 * Errors: `conflict` when the database belongs to another evidence store.
 */
export async function checkEvidenceStore(pg: Pool, evidence: EvidenceStore): Promise<void> {
  const mine = await evidence.id();
  await pg.query('INSERT INTO evidence_store (id) VALUES ($1) ON CONFLICT DO NOTHING', [mine]);
  const result = await pg.query<{ id: string }>('SELECT id FROM evidence_store');
  const { id } = result.rows[0]!;
  if (id === mine) return;
  throw new FootingError('conflict', `The database's entries refer to the evidence store ${id}; this one is ${mine}.`, {
    problems: [
      { field: 'FOOTING_EVIDENCE', reason: 'is not the evidence folder of the other servers on this database' },
    ],
    remedy:
      'Set FOOTING_EVIDENCE to the folder that all servers on this database share. The file store-id in it says which store it is.',
  });
}
