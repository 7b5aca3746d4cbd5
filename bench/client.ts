/**
 * The official client of ChartMogul, unmodified, run as a process of its own: one invoice per call, `parallel` calls at a time.
 *   node bench/client.ts <url> <key> <parallel> <seconds>
 * Prints JSON as posts.ts does.
 */
import { createRequire } from 'node:module';

const [url, key, parallel, seconds] = process.argv.slice(2);
if (url === undefined || key === undefined)
  throw new Error('Usage: node bench/client.ts <url> <key> <parallel> <seconds>');
const WARM_UP_MS = 2000;
const CUSTOMERS = 500;

// biome-ignore lint/suspicious/noExplicitAny: the client has no types
const ChartMogul: any = createRequire(import.meta.url)('chartmogul-node');
const config = new ChartMogul.Config(key, url);
config.retries = 0;

const { uuid: source } = await ChartMogul.DataSource.create(config, { name: 'Load' });
const { uuid: plan } = await ChartMogul.Plan.create(config, {
  data_source_uuid: source,
  name: 'Basic',
  interval_count: 1,
  interval_unit: 'month',
  external_id: 'basic',
});
const customers: string[] = [];
for (let i = 0; i < CUSTOMERS; i++) {
  const { uuid } = await ChartMogul.Customer.create(config, {
    data_source_uuid: source,
    external_id: `c${i}`,
    name: 'C',
  });
  customers.push(uuid);
}

const latencies: number[] = [];
const failures = new Map<string, number>();
let number = 0;
const begin = performance.now() + WARM_UP_MS;
const end = begin + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(parallel) }, caller));
latencies.sort((a, b) => a - b);
const at = (share: number): number => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
process.stdout.write(
  JSON.stringify({
    answered: latencies.length,
    perSecond: Math.round(latencies.length / Number(seconds)),
    p50: at(0.5),
    p99: at(0.99),
    failures: Object.fromEntries(failures),
  }),
);
process.exit(0);

async function caller(): Promise<void> {
  while (performance.now() < end) {
    const n = ++number;
    const start = performance.now();
    try {
      await ChartMogul.Invoice.create(config, customers[n % CUSTOMERS], { invoices: [invoice(n)] });
      const now = performance.now();
      if (start >= begin && now <= end) latencies.push(now - start);
    } catch (error) {
      const problem = String((error as Error).message).slice(0, 200);
      failures.set(problem, (failures.get(problem) ?? 0) + 1);
    }
  }
}

/** A month of a subscription: later invoices of a customer bill later months. */
function invoice(n: number): Record<string, unknown> {
  const month = Math.floor(n / CUSTOMERS) % 120;
  const day = (m: number) => `${2015 + Math.floor(m / 12)}-${String((m % 12) + 1).padStart(2, '0')}-01 00:00:00`;
  return {
    external_id: `load-${n}`,
    date: day(month),
    currency: 'EUR',
    line_items: [
      {
        type: 'subscription',
        subscription_external_id: `s${n % CUSTOMERS}`,
        plan_uuid: plan,
        service_period_start: day(month),
        service_period_end: day(month + 1),
        amount_in_cents: 4900,
        quantity: 1,
      },
    ],
  };
}
