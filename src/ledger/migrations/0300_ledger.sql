-- Which ClickHouse database holds an account's ledger, and how far each book has posted. All of it is derived: dropping these
-- rows and the databases leads to a rebuild from the journal.

CREATE TABLE ledgers (
  account_id      integer     NOT NULL REFERENCES accounts (id),
  generation      integer     NOT NULL,
  database        text        NOT NULL UNIQUE,
  -- Tables and rules of the books that filled it; another version is rebuilt beside and switched.
  schema_version  text        NOT NULL,
  -- building: being filled; live: read and kept up; retired: to be dropped.
  state           text        NOT NULL CHECK (state IN ('building', 'live', 'retired')),
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, generation)
);

CREATE UNIQUE INDEX ledgers_one_live ON ledgers (account_id) WHERE state = 'live';

CREATE TABLE ledger_heads (
  account_id  integer NOT NULL,
  generation  integer NOT NULL,
  book        text    NOT NULL,
  -- Entries up to this one are posted; rows with a greater seq are a load that did not finish.
  posted_seq  bigint  NOT NULL DEFAULT 0,
  -- What stopped the last attempt to post the next entries, for people.
  error       text,
  PRIMARY KEY (account_id, generation, book),
  FOREIGN KEY (account_id, generation) REFERENCES ledgers (account_id, generation) ON DELETE CASCADE
);

-- What an import amounted to; written when its entry is posted, the same at every replay.
CREATE TABLE import_results (
  account_id  integer NOT NULL,
  seq         bigint  NOT NULL,
  rows        bigint  NOT NULL,
  accepted    bigint  NOT NULL,
  rejected    bigint  NOT NULL,
  superseded  bigint  NOT NULL,
  -- The first rejected rows, for people; all of them are found again by reading the evidence.
  rejects     text    NOT NULL,
  -- Byte offsets by row, so that one row of a large file is found quickly.
  row_index   text    NOT NULL,
  PRIMARY KEY (account_id, seq)
);

-- Column mappings that a user gave and the account remembers.
CREATE TABLE remembered_mappings (
  account_id  integer NOT NULL REFERENCES accounts (id),
  stream      text    NOT NULL,
  source      text    NOT NULL,
  mapping     text    NOT NULL,
  seq         bigint  NOT NULL,
  PRIMARY KEY (account_id, stream, source)
);
