-- Objects of the revenue book that are few and edited: data sources, plan groups, contacts, notes, opportunities, tasks, subscription
-- events, imports by JSON, settings, segments. Their present state; every change is an entry of the journal, made in its transaction.

CREATE TABLE stated_objects (
  account_id   integer     NOT NULL REFERENCES accounts (id),
  -- Noun of the entries that change it: data_source, contact …
  kind         text        NOT NULL,
  id           text        NOT NULL,
  created_seq  bigint      NOT NULL,
  -- Time of that entry.
  created_at   timestamptz NOT NULL,
  updated_seq  bigint      NOT NULL,
  updated_at   timestamptz NOT NULL,
  body         jsonb       NOT NULL,
  PRIMARY KEY (account_id, kind, id)
);

CREATE INDEX stated_objects_newest ON stated_objects (account_id, kind, created_seq DESC, id DESC);
CREATE INDEX stated_objects_customer ON stated_objects (account_id, kind, (body ->> 'customer_uuid'))
  WHERE body ? 'customer_uuid';
CREATE INDEX stated_objects_external ON stated_objects (account_id, kind, (body ->> 'external_id'))
  WHERE body ? 'external_id';
