/**
 * From ids to records: which customer, plan or invoice an id means, and whether an external id is taken. What is found is kept for some
 * seconds; what is not found is looked for again once the ledger holds everything that was stated before the question.
 */
import { select } from '../../ledger/index.ts';
import type { ApiContext, Call } from './context.ts';
import { customerId, partsOf, placeOf, planId } from './ids.ts';
import { currentRecords, inTexts, Together } from './ledgerReads.ts';

export interface Reference {
  source: string;
  externalId: string;
}

type Table = 'customers' | 'plans';
const KEPT_MS = 5_000;
const KEPT_MAX = 50_000;
/** Of many creations in parallel, the look-ups of about so long are made together. */
const GATHER_MS = 20;
const ID_OF = { customers: customerId, plans: planId };
const PREFIX = { customers: 'cus', plans: 'pl' } as const;

interface Kept {
  until: number;
  reference: Reference;
}

export class References {
  readonly #context: ApiContext;
  readonly #kept = new Map<string, Kept>();
  readonly #lookups = new Map<string, Together<string, Reference[]>>();
  readonly #invoices = new Map<number, Together<Reference, boolean>>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  customer(call: Call, id: string): Promise<Reference | undefined> {
    return this.#find(call, 'customers', id);
  }

  plan(call: Call, id: string): Promise<Reference | undefined> {
    return this.#find(call, 'plans', id);
  }

  /** Keeps what was just created, so that the next request need not wait for the ledger to know of it. */
  keep(call: Call, table: Table, reference: Reference): string {
    const id = ID_OF[table](reference.source, reference.externalId);
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    this.#kept.set(`${call.account.id}/${id}`, { until: performance.now() + KEPT_MS, reference });
    return id;
  }

  forget(call: Call, id: string): void {
    this.#kept.delete(`${call.account.id}/${id}`);
  }

  forgetAll(): void {
    this.#kept.clear();
  }

  async #find(call: Call, table: Table, id: string): Promise<Reference | undefined> {
    const parts = partsOf(PREFIX[table], id);
    if (!parts) return undefined;
    const known = this.#kept.get(`${call.account.id}/${id}`);
    if (known && known.until > performance.now()) return known.reference;
    const is = ({ source, externalId }: Reference) => ID_OF[table](source, externalId) === id;
    const found =
      (await this.#lookup(call, table).answer(parts.place)).find(is) ??
      (await this.#afterAll(call, () => this.#lookup(call, table).answer(parts.place))).find(is);
    if (found) this.keep(call, table, found);
    return found;
  }

  /** The answer once the ledger holds what the journal holds now. */
  async #afterAll<Answer>(call: Call, ask: () => Promise<Answer>): Promise<Answer> {
    await this.#context.footing.ledger.caughtUp(call.account.id, 'revenue');
    return ask();
  }

  #lookup(call: Call, table: Table): Together<string, Reference[]> {
    const key = `${call.account.id}/${table}`;
    let lookup = this.#lookups.get(key);
    if (!lookup) {
      lookup = new Together(
        async (places: string[]) => {
          const read = await this.#context.present(call);
          const where = `key_hash IN (${[...new Set(places)].join(', ')})`;
          const rows = await select<{ place: string; source: string; external_id: string }>(
            read.engines,
            read.database,
            // A record that is current was stated once more often than it was reversed: one look where a subselect takes two.
            `SELECT toString(key_hash) AS place, source, external_id
             FROM ${table}
             WHERE seq <= {seq:UInt64} AND ${where}
             GROUP BY key_hash, source, external_id
             HAVING sum(sign) > 0
             SETTINGS max_threads = 1`,
            { seq: read.seq },
          );
          const byPlace = Map.groupBy(rows, (row) => row.place);
          return places.map((place) =>
            (byPlace.get(place) ?? []).map((row) => ({ source: row.source, externalId: row.external_id })),
          );
        },
        { gatherMs: GATHER_MS },
      );
      this.#lookups.set(key, lookup);
    }
    return lookup;
  }

  /** True when the ledger has a current record of the customer or plan, as of everything that was stated before. */
  async exists(call: Call, table: Table, reference: Reference): Promise<boolean> {
    const is = ({ source, externalId }: Reference) =>
      source === reference.source && externalId === reference.externalId;
    const ask = async () =>
      (await this.#lookup(call, table).answer(placeOf(reference.source, reference.externalId))).some(is);
    // Found may mean: not yet known to be deleted.
    return (await ask()) && this.#afterAll(call, ask);
  }

  /** True when the ledger has current lines of the customer's invoice, as of everything that was stated before. */
  async invoiceExists(call: Call, customer: Reference, invoice: string): Promise<boolean> {
    let together = this.#invoices.get(call.account.id);
    if (!together) {
      together = new Together(
        async (questions: Reference[]) => {
          const read = await this.#context.present(call);
          const names = [...new Set(questions.map(({ externalId }) => externalId.split('\u0000')[1]!))];
          const hashes = [
            ...new Set(questions.map(({ source, externalId }) => placeOf(source, externalId.split('\u0000')[0]!))),
          ];
          const where = `customer_hash IN (${hashes.join(', ')}) AND invoice_external_id IN (${inTexts(names)})`;
          const rows = await select<{ source: string; name: string }>(
            read.engines,
            read.database,
            `SELECT source, customer_external_id || '\\0' || invoice_external_id AS name
             FROM invoices
             WHERE seq <= {seq:UInt64} AND ${where}
             GROUP BY source, customer_external_id, invoice_external_id
             HAVING sum(sign) > 0
             SETTINGS max_threads = 1`,
            { seq: read.seq },
          );
          const found = new Set(rows.map((row) => `${row.source}\u0000${row.name}`));
          return questions.map(({ source, externalId }) => found.has(`${source}\u0000${externalId}`));
        },
        { gatherMs: GATHER_MS },
      );
      this.#invoices.set(call.account.id, together);
    }
    const asking = together;
    const ask = () => asking.answer({ source: customer.source, externalId: `${customer.externalId}\u0000${invoice}` });
    return (await ask()) && this.#afterAll(call, ask);
  }
}

const CLAIMED: Record<string, { table: string; column: string }> = {
  customer: { table: 'customers', column: 'external_id' },
  plan: { table: 'plans', column: 'external_id' },
  invoice: { table: 'invoices', column: 'invoice_external_id' },
  line: { table: 'invoices', column: 'external_id' },
  transaction: { table: 'transactions', column: 'external_id' },
};

/** True when the ledger, as of everything that was stated before, holds what the claim stands for. */
export async function claimStands(context: ApiContext, call: Call, claim: string): Promise<boolean> {
  const [kind, source, ...name] = claim.split('/') as [string, string, ...string[]];
  const claimed = CLAIMED[kind];
  if (!claimed) return true;
  const rows = await currentRecords(await context.read(call), claimed.table, {
    columns: 'origin_seq',
    where: `source = {source:String} AND ${claimed.column} = {name:String}`,
    parameters: { source: decodeURIComponent(source), name: name.join('/') },
    orderBy: 'origin_seq',
    limit: 1,
  });
  return rows.length > 0;
}
