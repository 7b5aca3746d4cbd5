/** Stripe: its objects as records of the book. */
export { StripeConnections, type SyncState, type Webhook } from './connection.ts';
export {
  FILE_BYTES_MAX as STRIPE_FILE_BYTES_MAX,
  type Handed,
  StripeConnector,
  type StripeFooting,
  type StripeOutcome,
} from './service.ts';
export { NO_POSITION, STRIPE_URL, type SyncPosition, syncStripe } from './sync.ts';
export { refusalOf as webhookRefusal, signatureOf as webhookSignature } from './webhook.ts';
