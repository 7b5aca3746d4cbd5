/** What the derivation depends on besides records: settings and exchange rates, as of the entries that are posted. */
import type { Entry } from '../journal/types.ts';
import type { PostContext, ReadContext } from '../ledger/index.ts';
import { RATE_KINDS, type RateTable, rateTable } from '../rates/index.ts';
import { billedInSeveral, billedOtherwise } from './concerned.ts';
import { needsTransactions, type Rate, type RevenueSettings } from './rules/index.ts';
import {
  revenueSettingsAsOf,
  SETTINGS_KIND,
  type SettingsHistory,
  type SettingsPayload,
  settingsHistory,
} from './settings/index.ts';

export const statesSettings = (entry: Entry): boolean => entry.kind === SETTINGS_KIND;
export const statesRates = (entry: Entry): boolean => (RATE_KINDS as readonly string[]).includes(entry.kind);

/** The settings that a ledger's postings were derived by, as of the entry that is read. */
export function postedSettings(read: ReadContext): Promise<RevenueSettings> {
  return revenueSettingsAsOf(read.engines.pg, read.accountId, read.seq);
}

/** Circumstances of the entries `first` to `last`. */
export class Circumstances {
  private readonly context: PostContext;
  private readonly history: SettingsHistory;
  private readonly tried: readonly SettingsPayload[];
  private readonly known = new Map<number, RevenueSettings>();

  private constructor(context: PostContext, history: SettingsHistory, tried: readonly SettingsPayload[]) {
    this.context = context;
    this.history = history;
    this.tried = tried;
  }

  /** Reads what was stated up to entry `last`. `tried` are settings that nobody stated: what if? */
  static async upTo(
    context: PostContext,
    last: number,
    tried: readonly SettingsPayload[] = [],
  ): Promise<Circumstances> {
    return new Circumstances(context, await settingsHistory(context.engines.pg, context.accountId, last), tried);
  }

  settings(seq: number): RevenueSettings {
    let found = this.known.get(seq);
    if (found === undefined) {
      found = this.tried.length === 0 ? this.history.asOf(seq) : this.history.asOfWith(seq, this.tried);
      this.known.set(seq, found);
    }
    return found;
  }

  /** Whether the entry's settings make movements other than they were; some settings are matters of reports alone. */
  settingsMatter(seq: number): boolean {
    return inDerivation(this.settings(seq)) !== inDerivation(this.settings(seq - 1));
  }

  /** Whether payments have a say in MRR just before or just after the entry. */
  needTransactions(seq: number): boolean {
    return needsTransactions(this.settings(seq)) || needsTransactions(this.settings(seq - 1));
  }

  /** Rates into the account's currency as of each of two entries, from any of `currencies`. */
  async rates(before: number, after: number, currencies: readonly string[]): Promise<(seq: number) => Rate> {
    const into = [this.settings(before).currency, this.settings(after).currency].filter((each) => each !== null);
    if (into.length === 0) return () => () => null;
    const wanted = [...new Set([...into, ...currencies])];
    const table = (seq: number) => rateTable(this.context.engines.pg, this.context.accountId, seq, wanted);
    const [first, last] = await Promise.all([table(before), table(after)]);
    const [old, now] = [rateOf(first), rateOf(last)];
    return (seq) => (seq <= before ? old : now);
  }
}

/** Looked up once per pair and day. */
function rateOf(table: RateTable): Rate {
  const known = new Map<string, ReturnType<Rate>>();
  return (from, to, day) => {
    const key = `${from}${to}${day}`;
    let found = known.get(key);
    if (found === undefined) {
      found = table.rate(from, to, day)?.rate ?? null;
      known.set(key, found);
    }
    return found;
  };
}

function inDerivation({ weekStartOn: _, ltvChurnWindow: __, ...settings }: RevenueSettings): string {
  return JSON.stringify(settings);
}

/**
 * Whether the derivation by SQL knows the settings; under others all customers are derived by the rules in TypeScript. Some customers it
 * does not know under settings that it knows: see {@link leftToRules}. What is looked at is what can make movements otherwise.
 */
export function sqlKnows(settings: RevenueSettings): boolean {
  return (
    !needsTransactions(settings) &&
    [settings, ...Object.values(settings.sources)].every(({ autoChurnDays }) => (autoChurnDays ?? null) === null)
  );
}

/**
 * Condition over `customer_hash`: customers whom the rules in TypeScript derive. Those who were ever billed in another currency than that of
 * the account, and, where a cancellation ends MRR with the service period, those who were billed in several. Null: nobody. `bucket` is a range
 * of hashes.
 */
export function leftToRules({ currency, churnRecognition }: RevenueSettings, bucket: string): string | null {
  const parts = [
    ...(currency === null ? [] : [billedOtherwise(currency, bucket)]),
    ...(churnRecognition === 'end_of_service_period' ? [billedInSeveral(bucket)] : []),
  ];
  return parts.length === 0 ? null : `customer_hash IN (${parts.join('\nUNION ALL\n')})`;
}
