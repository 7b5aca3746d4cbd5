-- API keys: how a request says on whose behalf it comes.
CREATE TABLE api_keys (
  -- The public part of the key. It alone is the primary key, because it is what tells the account.
  id          text        PRIMARY KEY CHECK (id ~ '^[a-z0-9]{12}$'),
  -- NULL: a key of the instance. It manages accounts and sees no account's data.
  account_id  integer     REFERENCES accounts (id),
  name        text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  role        text        NOT NULL CHECK (role IN ('read', 'write', 'admin')),
  -- SHA-256 of the secret part. The secret has 256 random bits, so there is nothing that a slow hash would protect.
  secret_hash bytea       NOT NULL CHECK (octet_length(secret_hash) = 32),
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text        NOT NULL,
  revoked_at  timestamptz
);

CREATE INDEX api_keys_account ON api_keys (account_id, created_at);

-- What every server of this instance must share, such as the key under which paging cursors are sealed.
CREATE TABLE http_secrets (
  name   text  PRIMARY KEY,
  secret bytea NOT NULL
);
