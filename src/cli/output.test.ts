import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth, table } from './output.ts';

const word = fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 1, maxLength: 12 });
const sentence = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));

test('a column of sentences is broken so that the table fits the terminal, and no word is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, sentence, sentence), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 80, max: 200 }),
      (rows, width) => {
        const columns = [{ title: 'Name' }, { title: 'What', wraps: true }, { title: 'Why', wraps: true }];
        const text = table(columns, rows, { width });
        for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        const told = text.split(/\s+/).sort();
        for (const cells of rows)
          for (const each of cells.join(' ').split(' ').filter(Boolean)) expect(told).toContain(each);
      },
    ),
  );
});

test('a table that fits is left as it is', () => {
  const columns = [
    { title: 'Lines', align: 'right' as const },
    { title: 'Why', wraps: true },
  ];
  expect(table(columns, [['12', 'no factor goes by this name']], { width: 80 })).toBe(
    ['Lines  Why', '─────  ───────────────────────────', '   12  no factor goes by this name'].join('\n'),
  );
});
