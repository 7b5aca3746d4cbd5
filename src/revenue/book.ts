import type { Book } from '../ledger/index.ts';
import { concernsRevenue, postRevenue } from './posting.ts';
import { REVENUE_TABLE_NAMES, REVENUE_TABLES } from './tables.ts';
import { revenueTotals } from './totals.ts';

/** The revenue book's part in the ledger. */
export const revenueBook: Book = {
  name: 'revenue',
  schemaVersion: 7,
  tables: REVENUE_TABLES,
  tableNames: REVENUE_TABLE_NAMES,
  concerns: concernsRevenue,
  post: postRevenue,
  totals: revenueTotals,
};
