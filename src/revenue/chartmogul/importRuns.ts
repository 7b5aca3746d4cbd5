/**
 * Imports by JSON after their request was answered: `queued` until it is their turn, `processing` while their sections are stated, then
 * `completed`. What was handed in is evidence of the entry that states the import, so one that was stopped, by the end of the server too,
 * goes on with the section that was not done. A section's records and the word that it is done are one transaction.
 */
import type { Json } from '../../journal/types.ts';
import { FootingError } from '../../kernel/errors.ts';
import type { Fields as StatedFields } from '../stated/apply.ts';
import type { StatedObject } from '../stated/store.ts';
import type { ApiContext, Call } from './context.ts';
import type { JsonObject } from './fields.ts';
import { placeOf } from './ids.ts';
import { readSection, SECTIONS } from './importItems.ts';

export const IMPORT_KIND = 'json_import';

export class ImportRuns {
  readonly #context: ApiContext;
  readonly #waiting = new Map<string, Call>();
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /** Runs the import once those before it are done, unless it waits already. */
  schedule(call: Call, id: string): void {
    if (this.#stopped || this.#waiting.has(id)) return;
    this.#waiting.set(id, call);
    this.#running ??= this.#drain();
  }

  /** Goes on with what an earlier server left. */
  async resume(): Promise<void> {
    const { engines, accounts } = this.#context.footing;
    const { rows } = await engines.pg.query<{ account_id: number; id: string }>(
      `SELECT account_id, id
       FROM stated_objects
       WHERE kind = $1 AND body ->> 'status' IN ('queued', 'processing')
       ORDER BY account_id, created_seq`,
      [IMPORT_KIND],
    );
    for (const { account_id: accountId, id } of rows) {
      const account = await this.#context.asSettled(await accounts.get(accountId));
      this.schedule({ account, actor: 'system', params: {}, query: {}, body: {}, origin: '' }, id);
    }
  }

  /** Lets the section that runs be done; what is left goes on with the next server. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    for (const [id, call] of this.#waiting) {
      if (this.#stopped) break;
      await this.#alone(call, id).catch((err) => {
        this.#context.footing.engines.log.error({ err, import: id }, 'an import by JSON was interrupted');
      });
      this.#waiting.delete(id);
    }
    this.#running = null;
  }

  /** One server at a time works on an import. */
  async #alone(call: Call, id: string): Promise<void> {
    const lock = await this.#context.footing.engines.pg.connect();
    const name = BigInt.asIntN(64, BigInt(placeOf(IMPORT_KIND, id))).toString();
    try {
      const { rows } = await lock.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1) AS free', [name]);
      if (!rows[0]!.free) return;
      await this.#run(call, id);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [name]).catch(() => {});
      lock.release();
    }
  }

  async #run(anyone: Call, id: string): Promise<void> {
    const { stated, sources, footing } = this.#context;
    const found = await stated.get(anyone.account.id, IMPORT_KIND, id);
    if (!found || found.body.status === 'completed') return;
    const entry = await footing.journal.get(anyone.account.id, found.createdSeq);
    const call: Call = { ...anyone, actor: entry.actor, params: {}, query: {} };
    const source = await sources.find(call, String(found.body.data_source_uuid));
    // Deleted meanwhile, it went with its imports.
    if (!source || entry.evidence === null) return;
    const body = await handedIn(footing.engines.evidence.read(entry.evidence));
    const details: JsonObject = { ...(found.body.status_details as JsonObject) };
    await this.#update(call, found, { status: 'processing' });
    for (const section of SECTIONS) {
      if (this.#stopped) return;
      const items = body[section];
      if (!Array.isArray(items) || items.length === 0 || details[section] !== undefined) continue;
      const { entries, outcome } = await readSection(this.#context, call, { importId: id, source, section, items });
      details[section] = outcome;
      const done = this.#context.part(call, `${IMPORT_KIND}.update`, {
        id,
        changes: { status_details: { ...details } },
      });
      await this.#context.stateAll(call, [...entries, done]);
    }
    await this.#update(call, found, { status: 'completed' });
  }

  async #update(call: Call, { id }: StatedObject, changes: StatedFields): Promise<void> {
    await this.#context.stated.update(call.account.id, call.actor, IMPORT_KIND, id, changes);
  }
}

async function handedIn(stream: AsyncIterable<unknown>): Promise<JsonObject> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  const body = JSON.parse(Buffer.concat(parts).toString()) as Json;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new FootingError('corrupt', 'The evidence of an import by JSON holds no object');
}
