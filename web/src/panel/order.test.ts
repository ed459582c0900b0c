/** Who stands where, and what is picked. */

import { expect, test } from 'vitest';
import type { MemberState, Message } from '../lib/protocol.gen';
import { WRITERS_MAX, away, here, picks, writers } from './order';

function member(number: number, name: string, change: Partial<MemberState> = {}): MemberState {
  return { member: `m${number}`, name, online: true, creator: false, lastPostAt: null, ...change };
}

function message(seq: number, up: number, down: number, deleted = false): Message {
  return {
    seq,
    at: '2026-11-21T09:00:00.000Z',
    by: 'm1',
    name: 'Jonas',
    text: 'x',
    replyTo: null,
    file: null,
    preview: null,
    up,
    down,
    mine: 'none',
    rev: seq,
    editedAt: null,
    deleted,
  };
}

const names = (members: MemberState[]) => members.map((one) => one.name);

test('the maker is first, you are second, the others by name', () => {
  const people = [
    member(3, 'Pia'),
    member(1, 'Jonas'),
    member(5, 'Calm Otter'),
    member(0, 'Zoe', { creator: true }),
  ];
  expect(names(here(people, 'm5'))).toEqual(['Zoe', 'Calm Otter', 'Jonas', 'Pia']);
  expect(names(here(people, 'm0'))).toEqual(['Zoe', 'Calm Otter', 'Jonas', 'Pia']);
});

test('those who were here come by their last message, silent ones by name at the end', () => {
  const gone = { online: false };
  const people = [
    member(1, 'Silent', gone),
    member(2, 'Tomas', { ...gone, lastPostAt: '2026-11-20T09:00:00.000Z' }),
    member(3, 'Brave Finch', { ...gone, lastPostAt: '2026-11-21T09:00:00.000Z' }),
    member(4, 'Here'),
  ];
  expect(names(away(people))).toEqual(['Brave Finch', 'Tomas', 'Silent']);
});

test('a crowd lists those who wrote last, and not more than fifty', () => {
  const people = Array.from({ length: 80 }, (_, n) =>
    member(n, `n${n}`, { lastPostAt: new Date(1_800_000_000_000 + n).toISOString() }),
  );
  const listed = writers([...people, member(99, 'Silent')]);
  expect(listed).toHaveLength(WRITERS_MAX);
  expect(listed[0]?.name).toBe('n79');
});

test('picks go by votes for minus against, without deleted ones', () => {
  const messages = [
    message(1, 1, 3),
    message(2, 5, 0),
    message(3, 0, 0),
    message(4, 4, 1),
    message(5, 9, 0, true),
    message(6, 3, 0),
  ];
  expect(picks(messages).map((one) => one.seq)).toEqual([2, 4, 6, 1]);
});
