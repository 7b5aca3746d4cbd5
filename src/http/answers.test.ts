import { expect, test } from 'vitest';
import { Answers } from './answers.ts';

const MIB = 1024 * 1024;

test('an answer is given again as it was; the ones asked for least lately make room', () => {
  const answers = new Answers();
  const text = (letter: string) => letter.repeat(15 * MIB);
  expect(answers.get('a')).toBeUndefined();
  expect(answers.keep('a', text('a')).toString()).toBe(text('a'));
  answers.keep('b', text('b'));
  answers.keep('c', text('c'));
  expect(answers.get('a')?.subarray(0, 3).toString()).toBe('aaa');
  answers.keep('d', text('d'));
  expect(['a', 'b', 'c', 'd'].filter((etag) => answers.get(etag) !== undefined)).toEqual(['a', 'c', 'd']);
});

test('an answer that would push out the others is given and not kept', () => {
  const answers = new Answers();
  answers.keep('small', 'x');
  expect(answers.keep('large', 'y'.repeat(17 * MIB))).toHaveLength(17 * MIB);
  expect(answers.get('large')).toBeUndefined();
  expect(answers.get('small')?.toString()).toBe('x');
});
