/**
 * Exports of activities. An export is a question as of an entry, kept for a week; its file is written while it is fetched, so nothing else
 * is stored. The address of the file carries a secret of its own, because clients fetch it without key.
 */
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { Zip, ZipDeflate } from 'fflate';
import type { Pool } from 'pg';
import type { Account } from '../../journal/types.ts';
import { dayOfInstant } from '../../kernel/dates.ts';
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
  accountId: number;
  /** Of the account's settings when it was asked for. */
  timeZone: string;
  secret: string;
  createdAt: number;
  expiresAt: number;
  question: { from: string | undefined; to: string | undefined; type: MovementType | undefined; seq: number };
}

interface ExportRow {
  id: string;
  account_id: number;
  secret: string;
  time_zone: string;
  first_day: string | null;
  last_day: string | null;
  type: MovementType | null;
  seq: string;
  created_at: Date;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** In PostgreSQL, so that any server of the instance answers, also after a restart. */
export class ActivityExports {
  readonly #pg: Pool;

  constructor(pg: Pool) {
    this.#pg = pg;
  }

  async add(account: Account, { from, to, type, seq }: ActivityExport['question']): Promise<ActivityExport> {
    await this.#pg.query(
      `DELETE FROM activity_exports
       WHERE created_at <= now() - make_interval(days => $2)
         OR (account_id, id) IN (
           SELECT account_id, id
           FROM activity_exports
           WHERE account_id = $1
           ORDER BY created_at DESC, id
           OFFSET $3
         )`,
      [account.id, DAYS_KEPT, EXPORTS_MAX - 1],
    );
    const { rows } = await this.#pg.query<ExportRow>(
      `INSERT INTO activity_exports (account_id, id, secret, time_zone, first_day, last_day, type, seq)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       RETURNING *`,
      [account.id, randomUUID(), randomBytes(24).toString('base64url'), account.timeZone, from, to, type, seq],
    );
    return exportOf(rows[0]!);
  }

  async get(id: string): Promise<ActivityExport | undefined> {
    if (!UUID.test(id)) return undefined;
    const { rows } = await this.#pg.query<ExportRow>(
      'SELECT * FROM activity_exports WHERE id = $1 AND created_at > now() - make_interval(days => $2)',
      [id, DAYS_KEPT],
    );
    return rows[0] && exportOf(rows[0]);
  }

  /** The export, when the secret is the one in the address of its file. */
  async withSecret(id: string, secret: string): Promise<ActivityExport | undefined> {
    const found = await this.get(id);
    const [a, b] = [Buffer.from(found?.secret ?? ''), Buffer.from(secret)];
    return found && a.length === b.length && timingSafeEqual(a, b) ? found : undefined;
  }
}

function exportOf(row: ExportRow): ActivityExport {
  const createdAt = row.created_at.getTime();
  return {
    id: row.id,
    accountId: row.account_id,
    timeZone: row.time_zone,
    secret: row.secret,
    createdAt,
    expiresAt: createdAt + DAYS_KEPT * 86_400_000,
    question: {
      from: row.first_day ?? undefined,
      to: row.last_day ?? undefined,
      type: row.type ?? undefined,
      seq: Number(row.seq),
    },
  };
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
      // What is scheduled has not moved anything yet: without an end the day on which it was asked for is the last.
      to: (to ?? dayOfInstant(each.createdAt, each.timeZone)) as ActivityQuery['to'],
      type,
      timeZone: each.timeZone,
      after,
      limit: PAGE_ROWS,
    });
    if (page.activities.length > 0) {
      file.push(Buffer.from(page.activities.map((row) => csvLine(cells(each, row))).join('')));
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

function cells({ accountId, timeZone }: ActivityExport, row: Activity): string[] {
  return [
    activityId(row),
    zoned(Date.parse(row.date), timeZone),
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
    dataSourceId(accountId, row.source),
  ];
}

const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
