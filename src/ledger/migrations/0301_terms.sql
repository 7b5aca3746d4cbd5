-- Whose turn it is to post: raised by every process that takes an account over. `posted_seq` moves only for the present term,
-- so a process that lost the right to post without noticing it changes nothing any more.
ALTER TABLE ledger_heads ADD COLUMN term bigint NOT NULL DEFAULT 0;

-- True when the process of that term said that none of its statements was under way any more.
ALTER TABLE ledger_heads ADD COLUMN ended_well boolean NOT NULL DEFAULT true;

-- The name that the database is being given when an account is taken over from a process that may still be writing to it.
ALTER TABLE ledgers ADD COLUMN renamed_to text;
