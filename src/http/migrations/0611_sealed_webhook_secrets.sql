-- Secrets of webhooks are kept sealed with a key that is not in this database. Those that an earlier version kept as they are get sealed
-- when the server starts.
ALTER TABLE webhook_secrets ALTER COLUMN secret DROP NOT NULL;
ALTER TABLE webhook_secrets ADD COLUMN sealed bytea CHECK (length(sealed) > 28);
ALTER TABLE webhook_secrets ADD CONSTRAINT webhook_secret_is_there CHECK (secret IS NOT NULL OR sealed IS NOT NULL);
