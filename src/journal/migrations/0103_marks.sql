-- A mark is a claim that any number of entries make, for what holds of the account from then on; it has the seq of the last of them.
-- What names one thing has none.

ALTER TABLE claims ADD COLUMN seq bigint;

-- Whatever accounts stated before marks were made may be what a mark would tell.
INSERT INTO claims (account_id, claim, seq)
SELECT id, 'before marks', head_seq
FROM accounts;
