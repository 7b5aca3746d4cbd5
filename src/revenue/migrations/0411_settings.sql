-- Settings of the revenue book: only added to. The latest statement of a name up to an entry holds as of that entry; null is the default again.

CREATE TABLE revenue_settings (
  account_id  integer NOT NULL REFERENCES accounts (id),
  -- Data source that it is about; '' for the account.
  source      text    NOT NULL,
  name        text    NOT NULL,
  -- Entry that states it.
  seq         bigint  NOT NULL,
  value       jsonb,
  PRIMARY KEY (account_id, source, name, seq)
);
