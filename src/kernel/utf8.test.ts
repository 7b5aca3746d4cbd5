import { expect, test } from 'vitest';
import type { FootingError } from './errors.ts';
import { utf8Text } from './utf8.ts';

test('text in UTF-8 is read as it is, without a byte order mark', () => {
  expect(utf8Text(new TextEncoder().encode('\uFEFFname\ncafé �\n'), 'a.csv')).toBe('name\ncafé �\n');
});

test.each([
  ['Latin-1', Buffer.from('name\nfine\ncafé,1\n', 'latin1'), 'line 3, byte 14 of the file', '0xE9'],
  [
    'an unreadable byte after a replacement character that was meant',
    Buffer.from([0xef, 0xbf, 0xbd, 0xff]),
    'line 1, byte 4 of the file',
    '0xFF',
  ],
  ['a character that ends too early', Buffer.from([0x61, 0xc3]), 'line 1, byte 2 of the file', '0xC3'],
])('%s is refused with the byte and its line', (_, bytes, field, value) => {
  let found: FootingError | undefined;
  try {
    utf8Text(bytes, 'a.csv');
  } catch (error) {
    found = error as FootingError;
  }
  expect(found).toMatchObject({ code: 'malformed', problems: [{ field, value, reason: 'is not UTF-8' }] });
});
