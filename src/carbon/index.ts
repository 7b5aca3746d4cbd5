/** The carbon book: activities, factors, matching, emissions, inventory. */
export { carbonBook, openingEntries } from './book.ts';
export { ADOPT_KIND, type AdoptPayload, starterReleases } from './matching.ts';
export { activities, carbonStreams, entities, PERIOD_DAYS_MAX } from './streams.ts';
