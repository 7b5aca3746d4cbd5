import pino from 'pino';
import { expect, test } from 'vitest';
import { Keeper, type Running } from './keeper.ts';

const log = pino({ level: 'silent' });
const quick = { pauseMin: 20, pauseMax: 40 };

/** A store whose starts fail as often as it is told, and whose runs end when told. */
class Store {
  starts = 0;
  failing = 0;
  end: (reason: string) => void = () => {};

  start = async (): Promise<Running> => {
    this.starts += 1;
    if (this.failing > 0) {
      this.failing -= 1;
      throw new Error('no room for it');
    }
    return {
      ended: new Promise((resolve) => {
        this.end = resolve;
      }),
    };
  };
}

test('a start that fails at the beginning is the caller’s, and is not repeated', async () => {
  const store = new Store();
  store.failing = 1;
  await expect(new Keeper('Store', store.start, 'Help it.', log, quick).begin()).rejects.toThrow('no room for it');
  expect(store.starts).toBe(1);
});

test('restarts that fail are repeated until one succeeds; meanwhile callers are told why', async () => {
  const store = new Store();
  const keeper = new Keeper('Store', store.start, 'Help it.', log, quick);
  await keeper.begin();
  store.failing = 3;
  store.end('SIGKILL');
  await expect.poll(() => store.starts).toBeGreaterThanOrEqual(3);
  await expect(keeper.ready()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/Store does not run \(tried \d times, and again by itself\): .*no room for it/),
    remedy: 'Help it.',
  });
  await expect.poll(() => store.starts).toBe(5);
  await keeper.ready();
  store.end('SIGKILL');
  await expect.poll(() => store.starts).toBe(6);
  await keeper.ready();
  await keeper.stop();
});

test('one that ends again and again is started more and more rarely, and never given up', async () => {
  const store = new Store();
  const keeper = new Keeper('Store', store.start, 'Help it.', log, quick);
  await keeper.begin();
  for (let ends = 1; ends <= 12; ends++) {
    store.end('SIGSEGV');
    await expect.poll(() => store.starts, { interval: 5 }).toBe(ends + 1);
  }
  await keeper.ready();
  await keeper.stop();
});

test('a stop ends a pause, and nothing is started after it', async () => {
  const store = new Store();
  const keeper = new Keeper('Store', store.start, 'Help it.', log, { pauseMin: 60_000, pauseMax: 60_000 });
  await keeper.begin();
  store.failing = 9;
  store.end('SIGKILL');
  const state = () =>
    keeper.ready().then(
      () => 'up',
      () => 'away',
    );
  await expect.poll(state).toBe('away');
  const { starts } = store;
  await keeper.stop();
  expect(store.starts).toBe(starts);
});
