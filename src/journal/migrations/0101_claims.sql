-- External ids that an entry claimed for itself, so that two requests that create the same thing at the same time cannot both be
-- answered with yes. Only what is created one by one (over an API) claims; what comes in files supersedes by key.

CREATE TABLE claims (
  account_id  integer NOT NULL REFERENCES accounts (id),
  -- Kind, data source and external id in one text, as the room that claims writes it.
  claim       text    NOT NULL,
  PRIMARY KEY (account_id, claim)
);
