-- Secrets by which webhooks prove where they come from. The webhook itself is stated in the journal; its secret is not. It must be kept
-- as it is, because the signature is computed with it.
CREATE TABLE webhook_secrets (
  account_id integer NOT NULL REFERENCES accounts (id),
  -- The id in the webhook's address: computed from account and data source, so it says whose it is.
  id         uuid    NOT NULL UNIQUE,
  secret     text    NOT NULL CHECK (length(secret) BETWEEN 8 AND 200),
  PRIMARY KEY (account_id, id)
);
