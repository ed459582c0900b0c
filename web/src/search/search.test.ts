/** What a search finds, and where. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../lib/protocol.gen';
import { excerptOf, findMessages, rangesOf } from './search';

function message(seq: number, text: string, change: Partial<Message> = {}): Message {
  return {
    seq,
    at: '2026-11-21T09:00:00.000Z',
    by: 'm1',
    name: 'Jonas',
    text,
    replyTo: null,
    file: null,
    preview: null,
    up: 0,
    down: 0,
    mine: 'none',
    rev: seq,
    editedAt: null,
    deleted: false,
    ...change,
  };
}

const file = {
  id: 'f',
  url: '/files/f',
  name: 'hollen-lake.gpx',
  type: 'x',
  size: 1,
  width: null,
  height: null,
  thumbnail: null,
  drawing: false,
};

function marked(text: string, query: string): string[] {
  return rangesOf(text, query).map(([start, end]) => text.slice(start, end));
}

test('case and diacritics make no difference, in either direction', () => {
  expect(marked('Un Café, un CAFE', 'café')).toEqual(['Café', 'CAFE']);
  expect(marked('Cafe\u0301 x', 'cafe')).toEqual(['Cafe\u0301']);
  expect(marked('Ёлка и елка', 'елка')).toEqual(['Ёлка', 'елка']);
  expect(marked('STRASSE', 'strasse')).toEqual(['STRASSE']);
  expect(marked('ﬁne', 'fi')).toEqual(['ﬁ']);
});

test('white space is white space', () => {
  expect(marked('one\ntwo', 'one  two')).toEqual(['one\ntwo']);
  expect(marked('x', '   ')).toEqual([]);
});

test('signs of search languages are plain signs', () => {
  expect(marked('a.b (c) [d] $1 \\', '.b (c) [d] $1 \\')).toEqual(['.b (c) [d] $1 \\']);
});

test('text, author and file name are searched, deleted messages are not', () => {
  const messages = [
    message(1, 'by the lake'),
    message(2, 'no', { name: 'Lakeman' }),
    message(3, '', { file }),
    message(4, 'lake', { deleted: true }),
    message(5, 'nothing'),
  ];
  expect(findMessages(messages, 'LAKE').map((one) => one.seq)).toEqual([1, 2, 3]);
  expect(findMessages(messages, '')).toEqual([]);
  // A hit does not reach from the name into the text.
  expect(findMessages([message(6, 'x')], 'jonas x')).toEqual([]);
});

test('an excerpt begins near the hit, at a word', () => {
  const text =
    'Wind is fine, ice is not. I would skip the north loop and come down by the lake: 14 km';
  expect(excerptOf(message(1, text), 'lake')).toEqual({
    before: '…and come down by the ',
    hit: 'lake',
    after: ': 14 km',
  });
  expect(excerptOf(message(2, '', { file }), 'lake').before).toBe('hollen-');
  expect(excerptOf(message(3, 'hello'), 'jonas')).toEqual({ before: 'hello', hit: '', after: '' });
});

test('ranges never overlap, lie in the text and hold what was looked for', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      (text, query) => {
        let last = 0;
        for (const [start, end] of rangesOf(text, query)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
          last = end;
        }
      },
    ),
  );
});
