/** Where one was outlives a page that is loaded anew, once, and for its room only. */

import { beforeEach, expect, it, vi } from 'vitest';
import { takeLeft, writeLeft } from './return';

const NOTHING = { place: null, editing: null };
const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});

it('tells the place and the edit once', () => {
  const left = { place: { seq: 7, offset: -12 }, editing: { seq: 5, text: 'half an ed' } };
  writeLeft('tea', left);
  expect(takeLeft('tea')).toEqual(left);
  expect(takeLeft('tea')).toEqual(NOTHING);
});

it('keeps nothing of the end of a conversation, nor for another room', () => {
  writeLeft('tea', { place: { seq: 7, offset: 0 }, editing: null });
  writeLeft('tea', NOTHING);
  expect(kept.size).toBe(0);
  writeLeft('tea', { place: { seq: 7, offset: 0 }, editing: null });
  expect(takeLeft('milk')).toEqual(NOTHING);
});

it('passes over what it did not write, and a browser that keeps nothing', () => {
  kept.set('instantchat.left', '{"room":"tea","place":{"seq":"7"},"editing":3}');
  expect(takeLeft('tea')).toEqual(NOTHING);
  vi.stubGlobal('sessionStorage', undefined);
  writeLeft('tea', { place: { seq: 7, offset: 0 }, editing: null });
  expect(takeLeft('tea')).toEqual(NOTHING);
});
