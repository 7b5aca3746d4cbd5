-- The journal: one gapless, hash-chained sequence of entries per account.

CREATE TABLE accounts (
  id          integer     PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  slug        text        NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name        text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  time_zone   text        NOT NULL,
  created_at  timestamptz NOT NULL,
  -- The chain's head. The row is locked while entries are appended, so an account has one writer at a time.
  head_seq    bigint      NOT NULL DEFAULT 0,
  head_hash   bytea       NOT NULL
);

CREATE TABLE journal_entries (
  account_id      integer     NOT NULL REFERENCES accounts (id),
  seq             bigint      NOT NULL CHECK (seq > 0),
  kind            text        NOT NULL,
  actor           text        NOT NULL,
  recorded_at     timestamptz NOT NULL,
  -- Canonical JSON exactly as it was hashed; text, not jsonb, because jsonb does not keep the bytes.
  payload         text        NOT NULL,
  payload_hash    bytea       NOT NULL CHECK (octet_length(payload_hash) = 32),
  evidence        bytea       CHECK (octet_length(evidence) = 32),
  idempotency_key text,
  request_hash    bytea,
  previous_hash   bytea       NOT NULL CHECK (octet_length(previous_hash) = 32),
  hash            bytea       NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (account_id, seq)
);

CREATE UNIQUE INDEX journal_entries_idempotency ON journal_entries (account_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- Finds "was this file imported before?" and "which entries refer to this evidence?".
CREATE INDEX journal_entries_evidence ON journal_entries (account_id, evidence) WHERE evidence IS NOT NULL;

-- Append-only for everybody who does not set out to break it; who does is found by `footing verify`.
CREATE FUNCTION journal_entries_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'journal entries are append-only: % refused', TG_OP;
END
$$;

CREATE TRIGGER journal_entries_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entries
  FOR EACH STATEMENT EXECUTE FUNCTION journal_entries_refuse_change();
