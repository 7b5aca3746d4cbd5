/**
 * Customers who count as others (merged, or with connected subscriptions). They are few, and the rules in TypeScript join them; the derivation by SQL
 * leaves out everyone whom a merge or a connection ever named. A *unit* is all customers that are linked with each other by any statement, current
 * or not.
 */
import type { Entry } from '../journal/types.ts';
import { type PostContext, select } from '../ledger/index.ts';
import { compact, isCurrent, type Span, spans } from './incrementalReads.ts';
import { CONNECTED } from './linkedSql.ts';
import { type CustomerName, keyOf, type Links, type SubscriptionName } from './rules/index.ts';
import { streamsOf } from './touched.ts';

interface StoredLink extends Span {
  kind: 'merge' | 'connection';
  fromHash: string;
  intoHash: string;
  own: SubscriptionName;
  into: SubscriptionName;
}

/** Links of one unit. */
export interface UnitLinks {
  all: readonly StoredLink[];
  asOf(seq: number): Links;
  /** Hash of a customer of the unit. */
  hashOf(source: string, customer: string): string | undefined;
}

export interface LinkedCustomers {
  /** Whether cancellations are stated apart from lines anywhere in the book. */
  cancellations: boolean;
  /** Whether any customers are linked. */
  any: boolean;
  /** Hashes of all customers that a link ever named, unit by unit. */
  units: ReadonlyArray<readonly string[]>;
  /** Name of the unit that a customer belongs to: the customer's own hash where it is linked to none. */
  unit(customerHash: string): string;
  ofUnit(unit: string): UnitLinks | null;
  /** A condition over `customer_hash`, widened to the whole units of the customers that it means. */
  widened(context: PostContext, where: string): Promise<string>;
}

const WITHOUT_LINKS = {
  any: false,
  units: [],
  unit: (hash: string) => hash,
  ofUnit: () => null,
  widened: async (_: PostContext, where: string) => where,
};

/** Which of the streams of links and cancellations hold anything, by ledger database: asked once, and again after entries of these streams. */
const inUse = new WeakMap<object, Map<string, InUse>>();

/** To be called when entries were loaded, before {@link linkedCustomers}. */
export function linksMayHaveChanged(context: PostContext, entries: readonly Entry[]): void {
  const streams = ['customer_merges', 'subscription_connections', 'subscription_cancellations'];
  if (entries.some((entry) => streamsOf(entry).some((stream) => streams.includes(stream)))) {
    inUse.get(context.engines)?.delete(context.database);
  }
}

/** Links stated by entries up to `last`. */
export async function linkedCustomers(context: PostContext, last: number): Promise<LinkedCustomers> {
  return linkedAmong(context, last, await streamsInUse(context));
}

/** The same, with nothing kept from one time to the next: for whoever reads what others post. */
export async function linkedCustomersRead(context: PostContext, last: number): Promise<LinkedCustomers> {
  return linkedAmong(context, last, await readStreamsInUse(context));
}

interface InUse {
  links: boolean;
  cancellations: boolean;
}

async function linkedAmong(
  context: PostContext,
  last: number,
  { links, cancellations }: InUse,
): Promise<LinkedCustomers> {
  return links ? { ...unitsOf(await readLinks(context, last)), cancellations } : { ...WITHOUT_LINKS, cancellations };
}

async function streamsInUse(context: PostContext): Promise<InUse> {
  const ofEngines = inUse.get(context.engines) ?? new Map<string, InUse>();
  inUse.set(context.engines, ofEngines);
  const known = ofEngines.get(context.database);
  if (known) return known;
  const found = await readStreamsInUse(context);
  ofEngines.set(context.database, found);
  return found;
}

async function readStreamsInUse(context: PostContext): Promise<InUse> {
  const [row] = await select<{ links: string; cancellations: string }>(
    context.engines,
    context.database,
    `SELECT
       (SELECT count() FROM customer_merges) + (SELECT count() FROM subscription_connections) AS links,
       (SELECT count() FROM subscription_cancellations) AS cancellations`,
  );
  return { links: Number(row?.links ?? 0) > 0, cancellations: Number(row?.cancellations ?? 0) > 0 };
}

async function readLinks(context: PostContext, last: number): Promise<StoredLink[]> {
  type Row = [
    seq: string,
    sign: number,
    originSeq: string,
    originRow: number,
    fromHash: string,
    intoHash: string,
    source: string,
    customer: string,
    subscription: string,
    intoSource: string,
    intoCustomer: string,
    intoSubscription: string,
  ];
  const own = 'cityHash64(source, customer_external_id)';
  const [merges, connections] = await Promise.all([
    compact<Row>(
      context,
      `SELECT seq, sign, origin_seq, origin_row, ${own}, cityHash64(into_source, into_external_id),
         source, customer_external_id, '', into_source, into_external_id, ''
       FROM customer_merges`,
    ),
    compact<Row>(
      context,
      `SELECT seq, sign, origin_seq, origin_row, ${own}, ${CONNECTED},
         source, customer_external_id, subscription_external_id,
         if(into_source = '', source, into_source),
         if(into_customer_external_id = '', customer_external_id, into_customer_external_id),
         into_subscription_external_id
       FROM subscription_connections`,
    ),
  ]);
  const read = (rows: readonly Row[], kind: StoredLink['kind']) =>
    spans(
      rows,
      last,
      (row, span): StoredLink => ({
        ...span,
        kind,
        fromHash: row[4],
        intoHash: row[5],
        own: { source: row[6], customer: row[7], subscription: row[8] },
        into: { source: row[9], customer: row[10], subscription: row[11] },
      }),
    );
  return [...read(merges, 'merge'), ...read(connections, 'connection')];
}

function unitsOf(links: readonly StoredLink[]): Omit<LinkedCustomers, 'cancellations'> {
  const parents = new Map<string, string>();
  const rootOf = (hash: string): string => {
    let root = hash;
    for (let above = parents.get(root); above !== undefined && above !== root; above = parents.get(root)) root = above;
    return root;
  };
  for (const { fromHash, intoHash } of links) {
    for (const hash of [fromHash, intoHash]) if (!parents.has(hash)) parents.set(hash, hash);
    parents.set(rootOf(fromHash), rootOf(intoHash));
  }
  const units = [...Map.groupBy(parents.keys(), rootOf)];
  const linksOf = Map.groupBy(links, ({ fromHash }) => rootOf(fromHash));
  return {
    any: true,
    units: units.map(([, hashes]) => hashes),
    unit: (hash) => (parents.has(hash) ? `unit ${rootOf(hash)}` : hash),
    ofUnit: (unit) => {
      const ofUnit = linksOf.get(unit.replace(/^unit /, ''));
      return ofUnit && unit.startsWith('unit ') ? unitLinks(ofUnit) : null;
    },
    async widened(context, where) {
      const touched = await compact<[hash: string]>(
        context,
        `SELECT DISTINCT customer_hash FROM (SELECT arrayJoin([fromHash, intoHash]) AS customer_hash FROM (${PAIRS_SQL})) WHERE ${where}`,
      );
      const roots = new Set(touched.map(([hash]) => rootOf(hash)));
      const hashes = units.filter(([root]) => roots.has(root)).flatMap(([, members]) => members);
      return hashes.length === 0 ? where : `(${where} OR customer_hash IN (${hashes.join(', ')}))`;
    },
  };
}

const PAIRS_SQL = `
  SELECT cityHash64(source, customer_external_id) AS fromHash, cityHash64(into_source, into_external_id) AS intoHash FROM customer_merges
  UNION ALL SELECT cityHash64(source, customer_external_id) AS fromHash, ${CONNECTED} AS intoHash FROM subscription_connections`;

function unitLinks(all: readonly StoredLink[]): UnitLinks {
  const hashes = new Map<string, string>();
  for (const { own, into, fromHash, intoHash } of all) {
    hashes.set(keyOf(own.source, own.customer), fromHash);
    hashes.set(keyOf(into.source, into.customer), intoHash);
  }
  return {
    all,
    asOf(seq) {
      const current = all.filter((link) => isCurrent(link, seq));
      const customers = new Map<string, CustomerName>();
      const subscriptions = new Map<string, SubscriptionName>();
      for (const { kind, own, into } of current) {
        if (kind === 'merge') {
          customers.set(keyOf(own.source, own.customer), { source: into.source, customer: into.customer });
        } else subscriptions.set(keyOf(own.source, own.customer, own.subscription), into);
      }
      return { customers, subscriptions };
    },
    hashOf: (source, customer) => hashes.get(keyOf(source, customer)),
  };
}
