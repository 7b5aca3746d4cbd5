/** What is known of customers beside their own record, as records of their own: adding and removing need no read before the write. */
import type { StreamDefinition } from '../streams/types.ts';
import { stripeObjects } from './stripe/streams.ts';

const customer = {
  name: 'customer_external_id',
  type: 'text',
  required: true,
  charactersMax: 255,
  description: 'Key of the customer',
  example: 'cus_0042',
} as const;

export const customerTags: StreamDefinition = {
  name: 'customer_tags',
  book: 'revenue',
  title: 'Tags of customers',
  key: ['customer_external_id', 'tag'],
  kept: 'record',
  columns: [
    customer,
    {
      name: 'tag',
      type: 'text',
      required: true,
      charactersMax: 255,
      lowCardinality: true,
      description: 'The tag',
      example: 'enterprise',
    },
  ],
};

export const ATTRIBUTE_TYPES = ['String', 'Integer', 'Decimal', 'Timestamp', 'Boolean'] as const;

export const customerAttributes: StreamDefinition = {
  name: 'customer_attributes',
  book: 'revenue',
  title: 'Custom attributes of customers',
  key: ['customer_external_id', 'name'],
  kept: 'record',
  columns: [
    customer,
    {
      name: 'name',
      type: 'text',
      required: true,
      charactersMax: 255,
      lowCardinality: true,
      description: 'Name of the attribute',
      example: 'channel',
    },
    {
      name: 'type',
      type: 'enum',
      required: true,
      values: [...ATTRIBUTE_TYPES],
      description: 'Type of the value',
      example: 'String',
    },
    {
      name: 'value',
      type: 'text',
      charactersMax: 255,
      lowCardinality: true,
      description: 'The value: decimals as digits, instants in RFC 3339, true or false',
      example: 'partner',
    },
  ],
};

export const customerMerges: StreamDefinition = {
  name: 'customer_merges',
  book: 'revenue',
  title: 'Customers that are the same as another',
  key: ['customer_external_id'],
  kept: 'record',
  columns: [
    customer,
    {
      name: 'into_source',
      type: 'text',
      required: true,
      charactersMax: 100,
      lowCardinality: true,
      description: 'Data source of the customer that it belongs to',
      example: 'default',
    },
    {
      name: 'into_external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      description: 'Key of that customer',
      example: 'cus_0001',
    },
  ],
};

export const subscriptionConnections: StreamDefinition = {
  name: 'subscription_connections',
  book: 'revenue',
  title: 'Subscriptions that continue another',
  key: ['customer_external_id', 'subscription_external_id'],
  kept: 'record',
  columns: [
    customer,
    {
      name: 'subscription_external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      description: 'Key of the subscription',
      example: 'sub_7',
    },
    {
      name: 'into_subscription_external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      description: 'Key of the subscription that it counts as',
      example: 'sub_9',
    },
    {
      name: 'into_source',
      type: 'text',
      charactersMax: 100,
      lowCardinality: true,
      description: 'Data source of that subscription; empty: the same',
      example: 'default',
    },
    {
      name: 'into_customer_external_id',
      type: 'text',
      charactersMax: 255,
      description: 'Key of the customer of that subscription there; empty: the same',
      example: 'cus_0042',
    },
  ],
};

/** Cancellations that no line item carries: what a billing system says of the subscription itself. */
export const subscriptionCancellations: StreamDefinition = {
  name: 'subscription_cancellations',
  book: 'revenue',
  title: 'Cancellations of subscriptions',
  key: ['customer_external_id', 'subscription_external_id', 'cancelled_at'],
  kept: 'record',
  columns: [
    customer,
    {
      name: 'subscription_external_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      description: 'Key of the subscription',
      example: 'sub_7',
    },
    {
      name: 'cancelled_at',
      type: 'datetime',
      required: true,
      description: 'When the cancellation takes effect',
      example: '2025-06-15T12:00:00Z',
    },
    {
      name: 'scheduled_at',
      type: 'datetime',
      description: 'When it was decided; empty: when it takes effect',
      example: '2025-06-01T09:00:00Z',
    },
  ],
};

export const customerStreams: readonly StreamDefinition[] = [
  customerTags,
  customerAttributes,
  customerMerges,
  subscriptionConnections,
  subscriptionCancellations,
  stripeObjects,
];
