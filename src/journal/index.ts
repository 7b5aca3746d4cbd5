export { ACCOUNT_CREATED, openAccounts } from './accounts.ts';
export { canonicalJson, sha256 } from './canonical.ts';
export { checkEvidenceStore } from './evidenceStore.ts';
export { openJournal } from './journal.ts';
export type { Account, Appended, AppendInput, Entry, Journal, Json } from './types.ts';
export { verifyChain } from './verify.ts';
