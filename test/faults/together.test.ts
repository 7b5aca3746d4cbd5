/** Imports that run at once, and two servers on one folder. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command } from './commands.ts';
import { commandsOf, Twins } from './support.ts';

let twins: Twins;
beforeAll(async () => {
  twins = await Twins.make();
}, 300_000);
afterAll(() => twins.server.remove(), 300_000);

test('imports at once, of one stream with the same keys and of both books, give what one after the other gives', async () => {
  const { server } = twins;
  const build = [
    await commandsOf('import', 1, server.base),
    await commandsOf('import', 2, server.base),
    await commandsOf('post', 3, server.base),
  ];
  const commands = build.flatMap((make) => make('struck'));
  // Every one twice: the second of two equal requests at once must be told of the first.
  const answers = await Promise.all([...commands, ...commands].map((command) => server.told(command)));
  for (const [i, command] of commands.entries()) {
    const pair = [answers[i]!, answers[i + commands.length]!];
    expect(pair[0]!.seq, JSON.stringify(command)).toBe(pair[1]!.seq);
    expect(pair.filter((answer) => answer.replayed === true || answer.state === 'already')).toHaveLength(1);
  }
  const order = commands.map((command, i) => ({ command, seq: answers[i]!.seq! })).sort((a, b) => a.seq - b.seq);
  expect(new Set(order.map(({ seq }) => seq)).size).toBe(commands.length);
  for (const { command } of order) {
    await server.told({ ...command, slug: 'plain' } as Command);
    await server.told({ do: 'caught-up', slug: 'plain' });
  }
  await twins.agree();
  await twins.verify();
}, 300_000);

test('a second server on the folder is refused, and the first one goes on', async () => {
  const before = await twins.server.pids();
  expect(await twins.server.second()).toMatchObject({
    error: 'conflict',
    message: expect.stringContaining(String(before.server)),
  });
  expect(await twins.server.pids()).toEqual(before);
  const commands = await commandsOf('post', 9, twins.server.base);
  for (const slug of ['struck', 'plain']) for (const command of commands(slug)) await twins.server.told(command);
  await twins.agree();
}, 300_000);
