/** The revenue book: its streams, its postings, its statements. */
export { revenueBook } from './book.ts';
export { DEFAULT_SETTINGS, type RevenueSettings } from './derivation.ts';
export { customers, invoices, plans, revenueStreams, transactions } from './streams.ts';
