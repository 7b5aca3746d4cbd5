import { expect, test } from 'vitest';
import { Together } from './ledgerReads.ts';

test('questions that come while one is asked are asked together, and after many of them a moment is waited for more', async () => {
  const groups: number[][] = [];
  const together = new Together(
    async (questions: number[]) => {
      groups.push(questions);
      return questions.map((question) => question * 2);
    },
    { gatherMs: 1_500 },
  );
  const ask = (from: number, count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => together.answer(from + i)));
  expect(await ask(0, 12)).toEqual(Array.from({ length: 12 }, (_, i) => i * 2));
  expect(await ask(100, 3)).toEqual([200, 202, 204]);
  expect(groups.map(({ length }) => length)).toEqual([1, 11, 3]);
  // Few are no reason to wait: the next is asked at once.
  const before = groups.length;
  expect(await ask(200, 1)).toEqual([400]);
  expect(groups.length).toBe(before + 1);
});

test('an answer that fails fails all who asked for it, and no others', async () => {
  const together = new Together(async (questions: string[]) => {
    if (questions.includes('bad')) throw new Error('no');
    return questions;
  });
  const first = together.answer('good');
  const second = together.answer('bad');
  expect(await first).toBe('good');
  await expect(second).rejects.toThrow('no');
  expect(await together.answer('later')).toBe('later');
});
