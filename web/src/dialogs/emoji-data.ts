/**
 * Emoji with their names, fetched when they are first needed. Searched by the words of the page's
 * language and always by the English ones, which people know from other chats.
 */

import type { Language } from '../i18n/language';
import { language } from '../i18n/i18n.svelte';

export const GROUPS = [
  'smileys',
  'people',
  'nature',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const;

export type Group = (typeof GROUPS)[number];

/** Emojibase's numbers of these groups; 2 would be skin tones. */
const GROUP_NUMBERS: readonly Group[] = ['smileys', 'people', 'people', ...GROUPS.slice(2)];

export interface Emoji {
  readonly emoji: string;
  readonly group: Group;
  /** In the page's language. */
  readonly name: string;
  /** What a search may begin with, in order of weight: words of names, then tags. */
  readonly words: readonly string[];
}

/** More words than an emoji has: what only begins with the text comes after what is it. */
const WORDS_MAX = 100;
/** Emoji that a completion offers. */
const COMPLETIONS_MAX = 8;

const loaded = new Map<Language, Promise<readonly Emoji[]>>();

/** All emoji, in the order of Unicode. */
export function loadEmoji(wanted: Language = language()): Promise<readonly Emoji[]> {
  let emoji = loaded.get(wanted);
  if (!emoji) {
    emoji = fetchEmoji(wanted);
    loaded.set(wanted, emoji);
    // The next popup tries again.
    emoji.catch(() => loaded.delete(wanted));
  }
  return emoji;
}

/** Emoji whose names begin with the prefix, for completion after a colon. */
export async function search(
  prefix: string,
  limit: number = COMPLETIONS_MAX,
): Promise<{ emoji: string; name: string }[]> {
  const found = findEmoji(await loadEmoji(), prefix).slice(0, limit);
  return found.map(({ emoji, name }) => ({ emoji, name }));
}

/** The emoji that fit a text: every word of it begins one of theirs. Best first. */
export function findEmoji(all: readonly Emoji[], text: string): Emoji[] {
  const wanted = wordsOf(text);
  if (wanted.length === 0) return [];
  const ranked: { emoji: Emoji; rank: number }[] = [];
  for (const emoji of all) {
    let rank = 0;
    for (const word of wanted) rank += rankOf(emoji.words, word);
    if (rank < Infinity) ranked.push({ emoji, rank });
  }
  // The sort is stable: equals stay in Unicode's order, where the usual ones come first.
  return ranked.sort((one, other) => one.rank - other.rank).map(({ emoji }) => emoji);
}

/** Reads the lines of scripts/emoji-data.mjs, with the words of a second language for search. */
export function parseEmoji(lines: string, alsoLines: string | null): Emoji[] {
  const also = new Map(
    alsoLines?.split('\n').map((line) => [line.slice(0, line.indexOf('\t')), line]),
  );
  return lines.split('\n').map((line) => {
    const [emoji = '', group = '', name = '', tags = ''] = line.split('\t');
    const [, , otherName = '', otherTags = ''] = (also.get(emoji) ?? '').split('\t');
    return {
      emoji,
      group: GROUP_NUMBERS[Number(group)] ?? 'symbols',
      name,
      words: [name, otherName, tags, otherTags].flatMap((words) => wordsOf(words)),
    };
  });
}

async function fetchEmoji(wanted: Language): Promise<readonly Emoji[]> {
  const english = import('virtual:emoji/en');
  if (wanted === 'en') return parseEmoji((await english).default, null);
  const own = await import('virtual:emoji/ru');
  return parseEmoji(own.default, (await english).default);
}

/** Less is better: a whole word before a beginning, an early word before a late one. */
function rankOf(words: readonly string[], wanted: string): number {
  const whole = words.indexOf(wanted);
  if (whole >= 0) return whole;
  const begun = words.findIndex((word) => word.startsWith(wanted));
  return begun < 0 ? Infinity : begun + WORDS_MAX;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .split(/[^\p{L}\p{N}+-]+/u)
    .filter((word) => word !== '');
}
