/** From what the rooms hold to what the API says: field names in snake_case, nothing that is only of use inside. */
import type { ImportStatus, VerifyReport } from '../footing.ts';
import type { Account, Entry } from '../journal/types.ts';
import type { ExplanationNode, Progress } from '../ledger/types.ts';
import type { ResolvedReadOptions } from '../streams/types.ts';
import type { Job } from './jobs.ts';
import type { ApiKey } from './keys.ts';

export const accountView = (account: Account) => ({
  slug: account.slug,
  name: account.name,
  currency: account.currency,
  time_zone: account.timeZone,
  created_at: account.createdAt,
});

/** Names of keys by what the journal calls them, `key:<id>`. */
export type ActorNames = ReadonlyMap<string, string>;

export const entrySummaryView = (entry: Entry, names: ActorNames) => ({
  seq: entry.seq,
  kind: entry.kind,
  actor: entry.actor,
  actor_name: names.get(entry.actor) ?? null,
  recorded_at: entry.recordedAt,
  stream: textAt(entry.payload, 'stream'),
  file_name: textAt(entry.payload, 'file', 'name'),
  evidence: entry.evidence,
  idempotency_key: entry.idempotencyKey,
  payload_hash: entry.payloadHash,
  previous_hash: entry.previousHash,
  hash: entry.hash,
});

export const entryView = (entry: Entry, names: ActorNames) => ({
  ...entrySummaryView(entry, names),
  payload: entry.payload,
});

/** The text at a place in a payload, or null: kinds of entries differ in what they state. */
function textAt(payload: unknown, ...path: string[]): string | null {
  let at = payload;
  for (const name of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : null;
  return typeof at === 'string' ? at : null;
}

export const progressView = (progress: Progress) => ({
  stage: progress.stage,
  rows: progress.rows,
  rows_total: progress.rowsTotal,
  bytes: progress.bytes,
  bytes_total: progress.bytesTotal,
});

export const importView = (status: ImportStatus) => ({
  seq: status.seq,
  stream: status.stream,
  source: status.source,
  file_name: status.fileName,
  evidence: status.evidence,
  bytes: status.bytes,
  recorded_at: status.recordedAt,
  actor: status.actor,
  state: status.state,
  progress: status.progress ? progressView(status.progress) : null,
  counts: status.counts,
  error: status.error,
  rejected: status.rejected,
});

export const readOptionsView = (options: ResolvedReadOptions) => ({
  format: options.format,
  compression: options.compression,
  encoding: options.encoding,
  delimiter: options.delimiter,
  quote: options.quote,
  decimal: options.decimal,
  date_order: options.dateOrder,
  amounts: options.amounts ?? null,
  sheet: options.sheet,
  mapping: options.mapping,
});

export const keyView = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  role: key.role,
  created_at: key.createdAt,
  created_by: key.createdBy,
  revoked_at: key.revokedAt,
});

export const jobView = (job: Job) => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  started_at: job.startedAt,
  finished_at: job.finishedAt,
  progress: job.progress,
  result: job.result,
  problem: job.problem,
});

export const verifyView = (report: VerifyReport) => ({
  agrees: report.findings.length === 0,
  seq: report.seq,
  entries: report.entries,
  evidence: report.evidence,
  totals: report.totals,
  findings: report.findings,
  seconds: report.seconds,
});

export interface ExplanationView {
  kind: string;
  ref: string | null;
  title: string;
  value: string | null;
  unit: string | null;
  words: string | null;
  facts: string[][];
  children: ExplanationView[];
  children_total: number;
}

export const explanationView = (node: ExplanationNode): ExplanationView => ({
  kind: node.kind,
  ref: node.ref,
  title: node.title,
  value: node.value,
  unit: node.unit,
  words: node.words,
  facts: node.facts.map(([label, value]) => [label, value]),
  children: node.children.map(explanationView),
  children_total: node.childrenTotal,
});
