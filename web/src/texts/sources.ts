import { count, n } from './words.ts';

export const sources = {
  title: 'Data sources',
  note: 'Where the records of the revenue book come from: what each source has brought, when last, and how its connection stands.',
  name: 'Source',
  system: 'System',
  records: { customers: 'Customers', plans: 'Plans', invoices: 'Invoice lines', transactions: 'Payments' } as Record<
    string,
    string
  >,
  last: 'Last entry',
  never: 'none yet',
  created: 'Since',
  emptyTitle: 'No records have come in yet',
  emptyText: 'Import a file, post records over the API, or connect Stripe below.',
  stripe: 'Stripe',
  stripeNote:
    'Stripe can send its events here as they happen. Everything that it had before is read once, by the command line, so that its key stays with you.',
  objects: (objects: number) => `${count(objects, 'object', 'objects')} known`,
  held: (held: number) => `${count(held, 'object', 'objects')} held back`,
  heldNone: 'nothing held back',
  webhook: 'Events',
  webhookSince: (at: string) => `are received since ${at}`,
  noWebhook: 'are not received',
  sync: 'Reading of all objects',
  neverSynced: 'not yet run',
  complete: (at: string) => `complete as of ${at}`,
  unfinished: (resource: string) => `begun, now at ${resource}; it goes on with the next run`,
  error: 'Stopped by',
  setUp: 'Receive events of Stripe',
  source: 'Data source',
  secret: 'Signing secret',
  secretNote: 'Stripe shows it with the endpoint; it begins with whsec_. It is kept by the server and in no entry.',
  metered: 'Lines of metered prices count',
  meteredChoices: { one_time: 'as one-time revenue', subscription: 'as MRR until the next line' } as Record<
    string,
    string
  >,
  state: 'Set up',
  steps: [
    'In Stripe, add an endpoint with the address below, for all events of customers, subscriptions, invoices, charges and refunds.',
    'Copy its signing secret into this form.',
    'Read what Stripe had before: footing connect stripe sync',
  ],
  address: 'Address for Stripe',
  addressLater: 'The address is shown here when it is set up.',
  done: (source: string) => `Events for “${source}” are received from now on.`,
  remove: 'Stop receiving',
  removeSure: (source: string) => `Stop receiving events for “${source}”? What was received stays.`,
  copyAddress: 'Copy the address',
  reason: 'Why it is held back',
  object: 'Object',
  heldListed: (source: string, listed: number, total: number) =>
    `${source}: ${n(listed)} of ${n(total)} objects that could not be taken`,
  notAdmin: 'Connections are set up with a key that may do everything; yours may not.',
};
