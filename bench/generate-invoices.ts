/**
 * Invoice lines of many customers over 36 months, in the order in which a billing system would hand them in (month by month).
 *   node bench/generate-invoices.ts <folder> [lines]     default 20,000,000 lines, about 20 per customer
 * Lives as in sections 1, 2 and 4 of the revenue specification: renewals, price changes, prorated upgrades, pauses, discounts,
 * trials, one-time lines, cancellations, returns, second subscriptions, plan switches within the window, tax, three currencies.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { numbers, RowFile } from './output.ts';

export const INVOICE_HEADER =
  'customer_external_id,invoice_external_id,date,due_date,currency,external_id,type,subscription_external_id,plan_external_id,service_period_start,service_period_end,amount_in_cents,quantity,discount_code,discount_amount_in_cents,tax_amount_in_cents,prorated,proration_type,event_order,cancelled_at,description'.split(
    ',',
  );
const PLANS = [
  ['basic-month', 1, 'month'],
  ['basic-quarter', 3, 'month'],
  ['basic-year', 1, 'year'],
  ['pro-month', 1, 'month'],
  ['pro-quarter', 3, 'month'],
  ['pro-year', 1, 'year'],
] as const;
const MONTHS = 36;
export const LINES_PER_CUSTOMER = 20.6;
const CURRENCIES = ['EUR', 'EUR', 'GBP', 'USD'] as const;
const MS_PER_DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2023, 0, 1) / MS_PER_DAY;
/** A subscription that has not begun or has ended for good. */
const NEVER = 127;

/** Writes `invoices.csv` and `plans.csv`; stops after exactly `lines` lines. */
export function generateInvoices(folder: string, lines: number): void {
  mkdirSync(folder, { recursive: true });
  const plans = new RowFile(join(folder, 'plans.csv'), ['external_id', 'name', 'interval_count', 'interval_unit']);
  for (const [id, count, unit] of PLANS) plans.write(`${id},${id},${count},${unit}`);
  plans.close();
  const out = new RowFile(join(folder, 'invoices.csv'), INVOICE_HEADER);
  writeLines(out, lines, Math.max(1, Math.round(lines / LINES_PER_CUSTOMER)));
  out.close();
}

/** Writes `customers.csv`: whose lines these are, with a country, a city and an attribute. */
export function generateCustomers(folder: string, customers: number): void {
  const random = numbers(1_000_003);
  const header = [
    'external_id',
    'name',
    'email',
    'company',
    'country',
    'city',
    'lead_created_at',
    'attributes.segment',
  ];
  const out = new RowFile(join(folder, 'customers.csv'), header);
  const countries = ['DE', 'FR', 'GB', 'US', 'NL', 'ES', 'IT', 'SE', 'PL', 'AT'];
  const segments = ['enterprise', 'midmarket', 'small', 'small', 'self-service'];
  for (let c = 0; c < customers; c++) {
    const id = `C${pad(c, 7)}`;
    const country = countries[Math.floor(random() * random() * countries.length)]!;
    const segment = segments[Math.floor(random() * segments.length)]!;
    out.write(
      `${id},Customer ${c},billing@${id.toLowerCase()}.example,Company ${c},${country},City ${c % 300},2022-11-0${1 + (c % 9)}T09:00:00Z,${segment}`,
    );
  }
  out.close();
}

function writeLines(out: RowFile, lines: number, customers: number): void {
  const random = numbers(20_230_101);
  const days = dayNames();
  const monthStart = Array.from({ length: MONTHS + 13 }, (_, m) => Date.UTC(2023, m, 1) / MS_PER_DAY - FIRST_DAY);
  // Two subscriptions per customer at most; what each is doing now.
  const due = new Int8Array(customers * 2).fill(NEVER);
  const plan = new Uint8Array(customers * 2);
  const cents = new Int32Array(customers * 2);
  const anchor = new Uint8Array(customers * 2);
  const fresh = new Uint8Array(customers * 2).fill(1);
  for (let c = 0; c < customers; c++) begin(c);

  let invoice = 0;
  for (let month = 0; month < MONTHS; month++) {
    for (let slot = 0; slot < customers * 2; slot++) {
      if (due[slot] === month) renew(slot, month);
      if (out.rows >= lines) return;
    }
  }

  function begin(c: number): void {
    const first = random() < 0.35 ? 0 : Math.floor(random() * (MONTHS - 2));
    for (let s = 0; s < 2; s++) {
      const slot = c * 2 + s;
      if (s === 1 && random() > 0.14) continue;
      const start = s === 0 ? first : Math.min(MONTHS - 1, first + Math.floor(random() * 6));
      due[slot] = start;
      anchor[slot] = s === 1 && start === first ? anchor[slot - 1]! : 1 + Math.floor(random() * 28);
      const kind = random();
      plan[slot] = (kind < 0.84 ? 0 : kind < 0.9 ? 1 : 2) + (random() < 0.4 ? 3 : 0);
      cents[slot] = (s === 0 ? 1900 : 500) + Math.floor(random() * random() * 90_000);
    }
  }

  function renew(slot: number, month: number): void {
    const c = slot >> 1;
    const months = [1, 3, 12][plan[slot]! % 3]!;
    const start = monthStart[month]! + anchor[slot]! - 1;
    const end = monthStart[month + months]! + anchor[slot]! - 1;
    const head = `C${pad(c, 7)},I${pad(++invoice, 8)},${days[start]},${days[start + 14]},${CURRENCIES[c & 3]},I${pad(invoice, 8)}-`;
    const sub = `S${pad(c, 7)}-${(slot & 1) + 1}`;
    const chance = random();
    if (fresh[slot] === 1) {
      fresh[slot] = 0;
      if (chance < 0.2)
        out.write(`${head}9,one_time,,,,,${14_900 + Math.floor(random() * 60_000)},1,,0,0,false,,,,Set-up`);
      if (chance > 0.8 && start >= 14)
        out.write(
          `${head}8,trial,${sub},${PLANS[plan[slot]!]![0]},${days[start - 14]}T00:00:00Z,${days[start]}T00:00:00Z,0,1,,0,0,false,,,,`,
        );
    } else if (chance < 0.03 * Math.min(months, 4)) cents[slot] = Math.round(cents[slot]! * (1.05 + random() * 0.4));
    else if (chance < 0.045 * Math.min(months, 4)) cents[slot] = Math.round(cents[slot]! * (0.6 + random() * 0.35));

    const full = cents[slot]! * (months === 12 ? 10 : months);
    const paused = chance > 0.996;
    const discount = chance > 0.5 && chance < 0.53 ? Math.round(full * 0.2) : 0;
    const net = paused ? 0 : full - discount;
    const tax = (c & 7) < 3 ? Math.round(net * 0.2) : 0;
    const leaves = random() < 0.017 * Math.min(months, 9);
    const leavesOn =
      start + (random() < 0.5 ? end - start : 1 + Math.floor(random() * (Math.min(31, end - start) - 1)));
    const instant = leaves ? `${days[leavesOn]}T${leavesOn === end ? '00:00:00' : '10:00:00'}Z` : '';
    out.write(
      `${head}1,subscription,${sub},${PLANS[plan[slot]!]![0]},${days[start]}T00:00:00Z,${days[end]}T00:00:00Z,${net + tax},1,${discount > 0 ? 'SAVE20' : ''},${discount},${tax},false,,,${instant},`,
    );
    if (leaves) leave(slot, month, leavesOn);
    else {
      if (random() < 0.012) upgrade(slot, head, sub, start, end, tax > 0);
      due[slot] = month + months >= MONTHS ? NEVER : month + months;
    }
  }

  /** One in five comes back; a few switch at once to another plan on a new subscription number. */
  function leave(slot: number, month: number, on: number): void {
    due[slot] = NEVER;
    const what = random();
    if (what > 0.2) return;
    const back = month + 2 + Math.floor(random() * 8);
    if (back >= MONTHS || monthStart[back]! + anchor[slot]! - 1 <= on) return;
    due[slot] = back;
    cents[slot] = Math.round(cents[slot]! * (0.8 + random() * 0.4));
  }

  /** A higher price from the middle of the period on: credit and charge, or the difference, prorated. */
  function upgrade(slot: number, head: string, sub: string, start: number, end: number, taxed: boolean): void {
    const at = start + 2 + Math.floor(random() * (end - start - 4));
    const months = [1, 3, 12][plan[slot]! % 3]!;
    const factor = months === 12 ? 10 : months;
    const before = cents[slot]! * factor;
    cents[slot] = Math.round(cents[slot]! * (1.1 + random() * 0.5));
    const part = (amount: number): number => Math.round((amount * (end - at)) / (end - start));
    const row = (line: number, net: number, order: string): void => {
      const tax = taxed ? Math.round(net * 0.2) : 0;
      out.write(
        `${head}${line},subscription,${sub},${PLANS[plan[slot]!]![0]},${days[at]}T00:00:00Z,${days[end]}T00:00:00Z,${net + tax},1,,0,${tax},true,differential,${order},,`,
      );
    };
    if (random() < 0.5) row(2, part(cents[slot]! * factor - before), '');
    else {
      row(2, -part(before), '1');
      row(3, part(cents[slot]! * factor), '2');
    }
  }
}

function dayNames(): string[] {
  return Array.from({ length: 366 * 6 }, (_, day) =>
    new Date((FIRST_DAY + day) * MS_PER_DAY).toISOString().slice(0, 10),
  );
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

if (import.meta.main) {
  const [folder, lines = '20000000'] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Usage: node bench/generate-invoices.ts <folder> [lines]');
  const start = performance.now();
  generateInvoices(folder, Number(lines));
  process.stdout.write(`${lines} lines in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
