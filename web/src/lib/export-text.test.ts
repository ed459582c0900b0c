/** What a saved conversation holds. */

import { expect, test } from 'vitest';
import { conversationText, fileName } from './export-text';
import type { Message } from './protocol.gen';

const now = new Date(2026, 10, 21, 18, 0);

function message(seq: number, at: Date, change: Partial<Message>): Message {
  return {
    seq,
    at: at.toISOString(),
    by: 'm1',
    name: 'Jonas',
    text: '',
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

function saved(messages: Message[], more = false): string {
  return conversationText({ name: 'ridge', messages, more }, now, 'https://chat.example');
}

test('days, times, names and texts stand in the order of the room', () => {
  const text = saved([
    message(1, new Date(2026, 10, 19, 18, 2), { name: 'Mara', text: 'The ridge walk.' }),
    message(2, new Date(2026, 10, 21, 9, 20), { text: 'Two\nlines', replyTo: 1 }),
  ]);
  expect(text.split('\n').slice(3)).toEqual([
    '— Thursday, 19 November 2026 —',
    '',
    '[18:02] Mara: The ridge walk.',
    '',
    '— Saturday, 21 November 2026 —',
    '',
    '[9:20] Jonas:',
    '    (in reply to Mara: The ridge walk.)',
    '    Two',
    '    lines',
    '',
  ]);
});

test('deleted, edited and files are said', () => {
  const at = new Date(2026, 10, 21, 9, 20);
  const file = {
    id: 'f',
    url: '/files/f',
    name: 'map.gpx',
    type: 'x',
    size: 84 * 1024,
    width: null,
    height: null,
    thumbnail: null,
    drawing: false,
  };
  const text = saved([
    message(1, at, { deleted: true }),
    message(2, at, { text: 'new', editedAt: at.toISOString() }),
    message(3, at, { file }),
    message(4, at, { file: { ...file, drawing: true } }),
  ]).replaceAll('\u00a0', ' ');
  expect(text).toContain('[9:20] Jonas: (message deleted)');
  expect(text).toContain('    new\n    (edited)');
  expect(text).toContain('file: map.gpx, 84 KB https://chat.example/files/f');
  expect(text).toContain('drawing: https://chat.example/files/f');
});

test('no text turns the lines around it', () => {
  const at = new Date(2026, 10, 21, 9, 20);
  const text = saved([message(1, at, { name: 'a\u202eb', text: 'c\u202ed\ne' })]);
  expect(text).toContain(
    '[9:20] \u2068a\u202eb\u202c\u2069:\n    \u2068c\u202ed\u202c\u2069\n    e',
  );
});

test('what could not be fetched is said', () => {
  expect(saved([], true)).toContain('Older messages could not be fetched.');
});

test('a file is named after room and day, without signs that file systems refuse', () => {
  expect(fileName('берёза-дача', now)).toBe('берёза-дача 2026-11-21.txt');
  expect(fileName('..a*b', now)).toBe('a-b 2026-11-21.txt');
  expect(fileName('...', now)).toBe('room 2026-11-21.txt');
});
