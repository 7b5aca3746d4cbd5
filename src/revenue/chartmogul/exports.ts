/**
 * Exports of activities. An export is a question as of an entry, kept in memory for a week or until the server stops; its file is
 * written while it is fetched, so nothing is stored. The address of the file carries a secret of its own, because clients fetch it without key.
 */
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { Zip, ZipDeflate } from 'fflate';
import type { Account } from '../../journal/types.ts';
import type { ReadContext } from '../../ledger/index.ts';
import { type Activity, type ActivityQuery, activities } from '../metrics/index.ts';
import type { MovementType } from '../statement.ts';
import { customerId, dataSourceId } from './ids.ts';
import { activityId } from './metricAnswers.ts';
import { seconds, zoned } from './times.ts';

/** Exports kept per account; the oldest goes first. */
export const EXPORTS_MAX = 100;
const DAYS_KEPT = 7;
const PAGE_ROWS = 1_000;
const FILE_NAME = 'activities.csv';

export interface ActivityExport {
  id: string;
  account: Account;
  secret: string;
  createdAt: number;
  expiresAt: number;
  question: { from: string | undefined; to: string | undefined; type: MovementType | undefined; seq: number };
}

export class ActivityExports {
  readonly #kept = new Map<string, ActivityExport>();

  add(account: Account, question: ActivityExport['question']): ActivityExport {
    const now = Date.now();
    for (const { id, expiresAt } of this.#kept.values()) if (expiresAt <= now) this.#kept.delete(id);
    const own = [...this.#kept.values()].filter((each) => each.account.id === account.id);
    for (const { id } of own.slice(0, Math.max(0, own.length - EXPORTS_MAX + 1))) this.#kept.delete(id);
    const made: ActivityExport = {
      id: randomUUID(),
      account,
      secret: randomBytes(24).toString('base64url'),
      createdAt: now,
      expiresAt: now + DAYS_KEPT * 86_400_000,
      question,
    };
    this.#kept.set(made.id, made);
    return made;
  }

  get(id: string): ActivityExport | undefined {
    const found = this.#kept.get(id);
    return found && found.expiresAt > Date.now() ? found : undefined;
  }

  /** The export, when the secret is the one in the address of its file. */
  withSecret(id: string, secret: string): ActivityExport | undefined {
    const found = this.get(id);
    const [a, b] = [Buffer.from(found?.secret ?? ''), Buffer.from(secret)];
    return found && a.length === b.length && timingSafeEqual(a, b) ? found : undefined;
  }
}

/** `origin`: scheme and host as the client named them. */
export function describeExport(each: ActivityExport, origin: string) {
  const { from, to, type } = each.question;
  return {
    id: each.id,
    status: 'succeeded',
    file_url: `${origin}/v1/activities_export/${each.id}/${each.secret}/activities.zip`,
    params: {
      kind: 'activities',
      params: { activity_type: type ?? null, start_date: from ?? null, end_date: to ?? null },
    },
    expires_at: seconds(new Date(each.expiresAt).toISOString()),
    created_at: seconds(new Date(each.createdAt).toISOString()),
  };
}

const COLUMNS = [
  'uuid',
  'date',
  'type',
  'description',
  'activity_mrr_movement',
  'activity_mrr',
  'activity_arr',
  'currency',
  'customer_name',
  'customer_uuid',
  'customer_external_id',
  'subscription_external_id',
  'plan_external_id',
  'billing_connector_uuid',
];

/** The export as a zip of one CSV file (UTF-8, RFC 4180, money in minor units), oldest first, a page at a time. */
export async function* exportFile(each: ActivityExport, read: ReadContext): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
  });
  const file = new ZipDeflate(FILE_NAME, { level: 6 });
  zip.add(file);
  file.push(Buffer.from(csvLine(COLUMNS)));
  const { from, to, type } = each.question;
  for (let after: string | undefined, more = true; more; ) {
    const page = await activities(read, {
      from: from as ActivityQuery['from'],
      to: to as ActivityQuery['to'],
      type,
      timeZone: each.account.timeZone,
      after,
      limit: PAGE_ROWS,
    });
    if (page.activities.length > 0) {
      file.push(Buffer.from(page.activities.map((row) => csvLine(cells(each.account, row))).join('')));
    }
    after = page.activities.at(-1)?.position;
    more = page.more;
    yield* chunks;
    chunks = [];
  }
  file.push(new Uint8Array(0), true);
  zip.end();
  yield* chunks;
}

function cells(account: Account, row: Activity): string[] {
  return [
    activityId(row),
    zoned(Date.parse(row.date), account.timeZone),
    row.type,
    row.description,
    row.movement,
    row.mrr,
    row.arr,
    row.currency,
    row.customerName,
    customerId(row.source, row.customerExternalId),
    row.customerExternalId,
    row.subscriptionExternalId,
    row.planExternalId,
    dataSourceId(account.id, row.source),
  ];
}

const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
