/** Load on an empty book: single posts, and ChartMogul's own client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atLeast, below, note } from './results.ts';
import { type Bench, run, withFooting } from './tools.ts';

export const POST_PARTS = ['posts', 'client'] as const;

const CONNECTIONS = 32;
const CLIENT_PARALLEL = 64;
const SECONDS = 15;

export async function posting(bench: Bench): Promise<void> {
  await withFooting(bench, 'posts', undefined, async (footing) => {
    if (bench.wants('posts')) {
      await footing.post('/api/records/plans', {
        source: 'load',
        rows: [{ external_id: 'basic-month', name: 'Basic', interval_count: 1, interval_unit: 'month' }],
      });
      const output = await run('bench/posts.ts', [footing.url, footing.key, String(CONNECTIONS), String(SECONDS)]);
      const { perSecond, p50, p99, failures } = JSON.parse(output);
      note(`posts: median ${p50} ms; failures ${JSON.stringify(failures)}`);
      atLeast(`single-invoice posts, ${CONNECTIONS} connections, durable`, perSecond, '/s', 1000);
      below('single-invoice posts, p99', p99, 'ms', 150);
    }
    if (bench.wants('client')) {
      const { perSecond, p50, p99, failures } = await client(footing.url, footing.key);
      note(`client: median ${p50} ms, p99 ${p99} ms; failures ${JSON.stringify(failures)}`);
      atLeast(`invoices by chartmogul-node, ${CLIENT_PARALLEL} parallel`, perSecond, '/s', 1000);
    }
  });
  if (bench.wants('client')) note(`ceiling: chartmogul-node against an empty server ${await ceiling()} /s`);
}

async function client(
  url: string,
  key: string,
): Promise<{ perSecond: number; p50: number; p99: number; failures: Record<string, number> }> {
  return JSON.parse(await run('bench/client.ts', [url, key, String(CLIENT_PARALLEL), String(SECONDS)]));
}

/** Calls a second against a server that does nothing: what the client itself can do on this machine. */
async function ceiling(): Promise<number> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'empty-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [address] = await once(server.stdout, 'data');
    return (await client(String(address).trim(), 'none')).perSecond;
  } finally {
    server.kill();
  }
}
