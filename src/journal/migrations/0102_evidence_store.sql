-- Which evidence store the journal's entries refer to: every server on this database must have the same one.

CREATE TABLE evidence_store (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id        text    NOT NULL
);
