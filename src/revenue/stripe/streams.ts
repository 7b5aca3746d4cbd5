/** What is known of Stripe's objects beside the records that they amount to. */
import type { StreamDefinition } from '../../streams/types.ts';

export const stripeObjects: StreamDefinition = {
  name: 'stripe_objects',
  book: 'revenue',
  title: "Stripe's objects that were handed in",
  key: ['object_id'],
  kept: 'record',
  attributes: true,
  columns: [
    {
      name: 'object_id',
      type: 'text',
      required: true,
      charactersMax: 255,
      description: "Stripe's id of the object",
      example: 'in_1PExample',
    },
    {
      name: 'object',
      type: 'text',
      required: true,
      charactersMax: 100,
      lowCardinality: true,
      description: 'What it is',
      example: 'invoice',
    },
    {
      name: 'as_of',
      type: 'datetime',
      required: true,
      description: 'When Stripe had it so',
      example: '2025-04-01T09:30:00Z',
    },
    {
      name: 'digest',
      type: 'text',
      charactersMax: 64,
      description: 'SHA-256 of what it said; empty where only others speak of it',
      example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  ],
};
