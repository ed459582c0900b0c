/** What a search for emoji finds, in the real data. */

import { expect, test } from 'vitest';
import { GROUPS, findEmoji, loadEmoji, search } from './emoji-data';

test('every group has emoji, and no emoji comes twice', async () => {
  const all = await loadEmoji('en');
  expect(new Set(all.map((one) => one.group))).toEqual(new Set(GROUPS));
  expect(new Set(all.map((one) => one.emoji)).size).toBe(all.length);
  expect(all[0]).toMatchObject({ emoji: '😀', name: 'grinning face' });
});

test('short names and words find what people mean', async () => {
  const first = async (text: string) => (await search(text, 3)).map((one) => one.emoji);
  expect(await first('thumbsup')).toContain('👍');
  expect(await first('+1')).toContain('👍');
  expect(await first('taxi')).toContain('🚕');
  expect((await search('gri', 1))[0]).toEqual({ emoji: '😀', name: 'grinning face' });
  expect(await search('zzzz')).toEqual([]);
  expect(await search('  ')).toEqual([]);
});

test('a completion offers only a few', async () => {
  expect(await search('fa')).toHaveLength(8);
});

test('Russian searches by both languages and is named in its own', async () => {
  const all = await loadEmoji('ru');
  expect(findEmoji(all, 'такси').map((one) => one.emoji)).toContain('🚕');
  expect(findEmoji(all, 'taxi')[0]?.name).toBe('такси');
  expect(findEmoji(all, 'желтое такси')[0]?.emoji).toBe('🚕');
});

test('every word of a search must fit', async () => {
  const all = await loadEmoji('en');
  expect(findEmoji(all, 'cat heart').map((one) => one.emoji)).toContain('😻');
  expect(findEmoji(all, 'cat zzzz')).toEqual([]);
});
