/**
 * A server that does nothing: answers what chartmogul-node reads when it sends invoices, from ready-made texts. What the client does against it is
 * the most that it can do on this machine with a server beside it.
 *   node bench/empty-server.ts        prints its address
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Id of whatever is made, and the answer to an invoice, as long as the real one is. */
const MADE = JSON.stringify({ uuid: 'cus_00000000-0000-8000-8000-000000000000' });
const INVOICE = JSON.stringify({
  invoices: [
    {
      uuid: 'inv_00000000-0000-8000-8000-000000000000',
      external_id: 'load-1',
      date: '2015-01-01T00:00:00.000Z',
      due_date: null,
      currency: 'EUR',
      line_items: [
        {
          uuid: 'li_00000000-0000-8000-8000-000000000000',
          external_id: null,
          type: 'subscription',
          subscription_uuid: 'sub_00000000-0000-8000-8000-000000000000',
          subscription_external_id: 's1',
          plan_uuid: 'pl_00000000-0000-8000-8000-000000000000',
          prorated: false,
          service_period_start: '2015-01-01T00:00:00.000Z',
          service_period_end: '2015-02-01T00:00:00.000Z',
          amount_in_cents: 4900,
          quantity: 1,
          discount_code: null,
          discount_amount_in_cents: 0,
          tax_amount_in_cents: 0,
        },
      ],
      transactions: [],
    },
  ],
});

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(201, { 'content-type': 'application/json; charset=utf-8' });
    response.end(request.url?.endsWith('/invoices') ? INVOICE : MADE);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
