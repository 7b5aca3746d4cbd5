/** SQL of who is linked with whom. */

/** Hash of the customer whose subscription another one is connected to. */
export const CONNECTED = `cityHash64(
  if(into_source = '', source, into_source),
  if(into_customer_external_id = '', customer_external_id, into_customer_external_id)
)`;

/** SQL of the hashes of all customers that a link ever named: those whom the derivation by SQL leaves out. */
export const LINKED_SQL = `
  SELECT cityHash64(source, customer_external_id) FROM customer_merges
  UNION ALL SELECT cityHash64(into_source, into_external_id) FROM customer_merges
  UNION ALL SELECT cityHash64(source, customer_external_id) FROM subscription_connections
  UNION ALL SELECT ${CONNECTED} FROM subscription_connections`;
