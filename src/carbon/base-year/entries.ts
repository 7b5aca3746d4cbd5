/** What journal entries are to a base year: the cause that their kind suggests, and what they stated in words. */
import type { Entry, Journal } from '../../journal/types.ts';
import { entryStream } from '../../ledger/records.ts';
import { factors } from '../factors/stream.ts';
import { MATCHING_KINDS } from '../matching/ledger.ts';
import { ADOPT_KIND } from '../matching.ts';
import { METHODOLOGY_KINDS } from '../methodology/ledger.ts';
import { entities, ownership } from '../organisation/streams.ts';
import { IMPORT_FACTORS_KIND } from '../releases/imported.ts';
import { MONEY_KINDS } from '../spend/ledger.ts';
import type { EntryAbout } from './events.ts';

/** Entries that are read side by side. */
const READ_TOGETHER = 8;

/** Looks entries up in the journal. */
export function entriesAboutIn(journal: Pick<Journal, 'get'>, accountId: number) {
  return async (seqs: readonly number[]): Promise<Map<number, EntryAbout>> => {
    const found = new Map<number, EntryAbout>();
    for (let at = 0; at < seqs.length; at += READ_TOGETHER) {
      const some = seqs.slice(at, at + READ_TOGETHER);
      const entries = await Promise.all(some.map((seq) => journal.get(accountId, seq)));
      for (const entry of entries) found.set(entry.seq, aboutEntry(entry));
    }
    return found;
  };
}

/** Pure. */
export function aboutEntry(entry: Entry): EntryAbout {
  const about = (cause: EntryAbout['cause'], words: string, ofActivities = false): EntryAbout => ({
    kind: entry.kind,
    cause,
    words,
    day: entry.recordedAt.slice(0, 10),
    activities: ofActivities,
  });
  if (entry.kind === ADOPT_KIND) return about('factor', 'factor releases are adopted');
  if (entry.kind === IMPORT_FACTORS_KIND) return about('factor', 'a release of factors is imported');
  if (MONEY_KINDS.includes(entry.kind)) return about('factor', 'exchange rates or price indices are stated');
  if (MATCHING_KINDS.includes(entry.kind)) return about('method', 'activities are matched otherwise');
  if (METHODOLOGY_KINDS.includes(entry.kind)) return about('method', 'another methodology is adopted');
  const stream = entryStream(entry);
  if (stream === factors.name) return about('factor', 'factors of the account are stated');
  if (stream === entities.name) return about('structure', 'entities are stated');
  if (stream === ownership.name) return about('structure', 'ownership is stated');
  const name = stream === undefined ? entry.kind : stream.replaceAll('_', ' ');
  return about('error', `${name} are stated or corrected`, stream === 'activities');
}
