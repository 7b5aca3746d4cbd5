import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HttpClickHouse } from './client.ts';

/** Ends the connection when the head and a part of the rows have been sent. */
const cut = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
  response.write('{"n":"1"}\n', () => response.destroy());
};
const whole = (response: ServerResponse): void => {
  response.writeHead(200);
  response.end('{"n":"1"}\n{"n":"2"}\n');
};

const closing: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that gives the answers in turn, the last one for ever. */
async function served(...answers: Array<(response: ServerResponse) => void>) {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    answers[Math.min(asked, answers.length) - 1]!(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clickhouse = new HttpClickHouse({ url: `http://u:p@127.0.0.1:${port}`, ready: async () => {} });
  closing.push(async () => {
    await clickhouse.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client: clickhouse.client('default'), asked: () => asked };
}

const query = { query: 'SELECT n', format: 'JSONEachRow' } as const;

test('an answer that is cut after its head is asked for again', async () => {
  const { client, asked } = await served(cut, cut, whole);
  expect(await (await client.query(query)).json()).toEqual([{ n: '1' }, { n: '2' }]);
  expect(asked()).toBe(3);
  expect(await (await client.query(query)).text()).toBe('{"n":"1"}\n{"n":"2"}\n');
});

test('one that is read as a stream ends with an error, never early', async () => {
  const { client } = await served(cut);
  const stream = (await client.query(query)).stream();
  await expect(
    (async () => {
      for await (const rows of stream) for (const row of rows) row.text;
    })(),
  ).rejects.toThrow(/aborted/);
});
