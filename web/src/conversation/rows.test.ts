/** Grouping, days, folding of deleted messages, and the place of every line. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../lib/protocol.gen';
import { newKey, type PendingPost } from '../lib/room/pending';
import { layoutOf, rangeOf, rowAt, ROWS_MAX } from './layout';
import { GROUP_MS, messagesOf, rowOf, rowsOf, type Content } from './rows';

const NOON = new Date(2026, 10, 21, 12).getTime();

function message(seq: number, change: Partial<Message> & { ms?: number } = {}): Message {
  const { ms = seq * 1_000, ...rest } = change;
  return {
    seq,
    at: new Date(NOON + ms).toISOString(),
    by: 'm2',
    name: 'Bo',
    text: `text ${seq}`,
    replyTo: null,
    file: null,
    preview: null,
    up: 0,
    down: 0,
    mine: 'none',
    rev: seq,
    editedAt: null,
    deleted: false,
    ...rest,
  };
}

function content(messages: Message[], change: Partial<Content> = {}): Content {
  const nothing = { lines: [], pending: [], more: false, oldest: null };
  return { messages, ...nothing, divider: null, dividerCount: 0, you: 'm1', ...change };
}

function post(change: Partial<PendingPost> = {}): PendingPost {
  return {
    key: newKey(),
    text: 'mine',
    replyTo: null,
    file: null,
    preview: null,
    createdAt: NOON + 60_000,
    state: 'new',
    sentAt: null,
    code: null,
    ...change,
  };
}

describe('rows', () => {
  it('groups messages of one author within five minutes', () => {
    const rows = rowsOf(
      content([
        message(1, { ms: 0 }),
        message(2, { ms: GROUP_MS - 1 }),
        message(3, { ms: 2 * GROUP_MS }),
        message(4, { ms: 2 * GROUP_MS + 1, by: 'm3' }),
      ]),
    );
    expect(rows.map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it('begins a new group behind a day, a divider and a line', () => {
    const day = 24 * 60 * 60_000;
    const rows = rowsOf(
      content([message(1, { ms: 0 }), message(2, { ms: 1 }), message(3, { ms: 2 }), message(4, { ms: day })], {
        divider: 2,
        dividerCount: 2,
        lines: [{ kind: 'trimmed', seq: 2, from: 2, to: 2 }],
      }),
    );
    expect(rows.map(({ leads }) => leads.map(({ kind }) => kind))).toEqual([
      ['day'],
      ['new'],
      ['line'],
      ['day'],
    ]);
    expect(rows.every(({ first }) => first)).toBe(true);
  });

  it('folds deleted messages that stand together', () => {
    const deleted = { deleted: true, text: '' };
    const rows = rowsOf(
      content([message(1), message(2, deleted), message(3, { ...deleted, by: 'm3' }), message(4)]),
    );
    expect(rows.map((row) => messagesOf(row).length)).toEqual([1, 2, 1]);
    expect(rowOf(rows, 3)).toBe(1);
    expect(rows[2]?.first).toBe(true);
  });

  it('puts unsent posts at the end, into the group of what one said last', () => {
    const rows = rowsOf(content([message(1, { by: 'm1' })], { pending: [post(), post()] }));
    expect(rows.map(({ first }) => first)).toEqual([true, false, false]);
    expect(rows.map(({ last }) => last)).toEqual([false, false, true]);
  });

  it('offers older messages above the newest stretch', () => {
    const rows = rowsOf(content([message(1), message(9)], { more: true, oldest: 9 }));
    expect(rows[1]?.leads.map(({ kind }) => kind)).toEqual(['older']);
  });

  it('keeps lines behind the last message', () => {
    const rows = rowsOf(
      content([], { lines: [{ kind: 'restarted', seq: 0, before: '', ended: true }] }),
    );
    expect(rows.map(({ body }) => body.kind)).toEqual(['lines']);
  });

  it('shows every message exactly once, in order', () => {
    const lives = fc.array(
      fc.record({ by: fc.constantFrom('m1', 'm2', 'm3'), deleted: fc.boolean(), gap: fc.nat(GROUP_MS * 2) }),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(lives, (life) => {
        let ms = 0;
        const messages = life.map(({ gap, ...rest }, index) => message(index + 1, { ...rest, ms: (ms += gap) }));
        const rows = rowsOf(content(messages));
        expect(rows.flatMap(messagesOf)).toEqual(messages);
        expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
      }),
    );
  });
});

describe('layout', () => {
  it('renders what is seen, and a bounded number of rows', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(sizes, fc.nat(), fc.integer({ min: 100, max: 1_500 }), (heights, at, height) => {
        const rows = rowsOf(content(heights.map((_, index) => message(index + 1))));
        const measured = new Map(rows.map((row, index) => [row.key, heights[index] ?? 1]));
        const layout = layoutOf(rows, measured, 528);
        const viewTop = at % Math.max(1, layout.total);
        const range = rangeOf(layout, viewTop, height);
        expect(range.to - range.from).toBeLessThanOrEqual(ROWS_MAX);
        const middle = rowAt(layout, viewTop);
        expect(range.from).toBeLessThanOrEqual(middle);
        expect(range.to).toBeGreaterThan(middle);
      }),
    );
  });
});
