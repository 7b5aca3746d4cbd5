/** What an import of billing data, and the statement of it, say about lines that are kept and make no MRR. */
import type { ApiClient } from './client.ts';
import { counted, print, wrapped } from './output.ts';

/** Warnings that mean that a line is in no figure of recurring revenue. */
const CODES = ['line-plan-unknown', 'line-invalid-period', 'line-mrr-out-of-range'];

interface Found {
  warnings: Array<{ words: string }>;
  total: number;
}

export async function printLinesWithoutMrr(client: ApiClient, asOf?: number): Promise<void> {
  for (const code of CODES) {
    const { warnings, total } = await client.get<Found>('/api/reports/warnings', { code, limit: 1, as_of: asOf });
    if (total === 0) continue;
    const words = warnings[0]?.words ?? '';
    print(wrapped(`${counted(total, 'warning')}: ${words} See: footing report warnings --code ${code}`, ''));
  }
}
