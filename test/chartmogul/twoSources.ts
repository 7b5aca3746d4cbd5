/**
 * A live server for a test file, and two data sources with a plan in each for every test of it, in an account that the others' customers
 * are in too. `book` is filled before each test.
 */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Any, type LiveServer, liveServer } from './support.ts';

export interface TwoSources {
  server: LiveServer;
  C: Any;
  config: Any;
  /** Number of the test: the data sources are `A<number>` and `B<number>`. */
  number: number;
  a: string;
  b: string;
  planA: string;
  planB: string;
}

/** Hands each test what it has to work with. */
export function withTwoSources(fill: (book: TwoSources) => void): void {
  let server: LiveServer;
  let number = 0;
  beforeAll(async () => {
    server = await liveServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    number++;
    const { ChartMogul: C, config } = server;
    const source = async (name: string): Promise<[source: string, plan: string]> => {
      const { uuid } = await C.DataSource.create(config, { name: `${name}${number}` });
      const plan = await C.Plan.create(config, {
        data_source_uuid: uuid,
        external_id: 'm',
        name: 'Monthly',
        interval_count: 1,
        interval_unit: 'month',
      });
      return [uuid, plan.uuid];
    };
    const [a, planA] = await source('A');
    const [b, planB] = await source('B');
    fill({ server, C, config, number, a, b, planA, planB });
  });
}

/** A line of an invoice as the client states it. */
export const line = (
  plan: string,
  subscription: string,
  start: string,
  end: string,
  amount: number,
  more: object = {},
) => ({
  type: 'subscription',
  subscription_external_id: subscription,
  plan_uuid: plan,
  service_period_start: start,
  service_period_end: end,
  amount_in_cents: amount,
  ...more,
});
type Client = Pick<TwoSources, 'C' | 'config'>;

export const customerOf = async ({ C, config }: Client, ds: string, external_id: string): Promise<string> =>
  (await C.Customer.create(config, { data_source_uuid: ds, external_id })).uuid;

export const invoiceOf = async (
  { C, config }: Client,
  customer: string,
  id: string,
  lines: object[],
  more: object = {},
): Promise<Any> =>
  (
    await C.Invoice.create(config, customer, {
      invoices: [
        {
          external_id: id,
          date: (lines[0] as Any)?.service_period_start ?? '2026-01-01',
          currency: 'EUR',
          line_items: lines,
          ...more,
        },
      ],
    })
  ).invoices[0];
