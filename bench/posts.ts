/**
 * Load client, run as a process of its own: one invoice per request, every answer awaited on its connection.
 *   node bench/posts.ts <url> <key> <connections> <seconds>
 * Prints JSON: requests answered 201 in the measured time, their rate, latency percentiles in milliseconds, failures.
 */
import { Agent, request } from 'node:http';

const [url, key, connections, seconds] = process.argv.slice(2);
if (url === undefined || key === undefined)
  throw new Error('Usage: node bench/posts.ts <url> <key> <connections> <seconds>');
const WARM_UP_MS = 2000;

const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const latencies: number[] = [];
const failures = new Map<string, number>();
let number = 0;
const begin = performance.now() + WARM_UP_MS;
const end = begin + Number(seconds) * 1000;

await Promise.all(Array.from({ length: Number(connections) }, connection));
agent.destroy();
latencies.sort((a, b) => a - b);
const at = (share: number): number => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
process.stdout.write(
  JSON.stringify({
    answered: latencies.length,
    perSecond: Math.round(latencies.length / Number(seconds)),
    p50: at(0.5),
    p99: at(0.99),
    max: at(0.9999),
    failures: Object.fromEntries(failures),
  }),
);

async function connection(): Promise<void> {
  while (performance.now() < end) {
    const start = performance.now();
    const problem = await post(JSON.stringify({ source: 'load', rows: [invoice(++number)] }));
    const now = performance.now();
    if (problem !== undefined) failures.set(problem, (failures.get(problem) ?? 0) + 1);
    else if (start >= begin && now <= end) latencies.push(now - start);
  }
}

/** The first month of a customer of its own. */
function invoice(n: number): Record<string, unknown> {
  return {
    customer_external_id: `load-${n}`,
    invoice_external_id: `load-${n}`,
    date: '2025-06-01',
    currency: 'EUR',
    external_id: `load-${n}-1`,
    type: 'subscription',
    subscription_external_id: `load-${n}`,
    plan_external_id: 'basic-month',
    service_period_start: '2025-06-01T00:00:00Z',
    service_period_end: '2025-07-01T00:00:00Z',
    amount_in_cents: 4900,
    quantity: 1,
    tax_amount_in_cents: 0,
  };
}

/** Undefined when the invoice was taken, else what was answered. */
function post(body: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sent = request(
      `${url}/api/records/invoices`,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => {
          if (answer.statusCode !== 201) text += piece;
        });
        answer.on('end', () =>
          resolve(answer.statusCode === 201 ? undefined : `${answer.statusCode} ${text.slice(0, 300)}`),
        );
        answer.on('error', (error) => resolve(error.message));
      },
    );
    sent.on('error', (error) => resolve(error.message));
    sent.end(body);
  });
}
