-- Exports of activities that were asked for over the ChartMogul-compatible API: a question as of an entry, kept for some days. No figure and
-- nothing that anyone states, so no entry of the journal.

CREATE TABLE activity_exports (
  account_id  integer     NOT NULL REFERENCES accounts (id),
  id          uuid        NOT NULL,
  -- In the address of the file, which is fetched without key.
  secret      text        NOT NULL,
  -- In which the file writes days: that of the settings when it was asked for.
  time_zone   text        NOT NULL,
  -- YYYY-MM-DD; null: from the first movement, until the day of the question.
  first_day   text,
  last_day    text,
  -- Of movement; null: all.
  type        text,
  -- As of which entry it is answered.
  seq         bigint      NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, id)
);

CREATE UNIQUE INDEX activity_exports_id ON activity_exports (id);
