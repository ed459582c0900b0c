/** The emoji that a conversation uses, the most frequent first. Pure. */

import type { Message } from '../lib/protocol.gen';

/** Emoji told at most. */
export const USED_MAX = 16;
/** Messages that are looked at, the newest. */
const LOOKED_AT_MAX = 300;

const EMOJI = /\p{Emoji_Presentation}(?:\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic}|\ufe0f)*|\p{Extended_Pictographic}\ufe0f/gu;

/** The emoji of the newest messages. */
export function usedEmoji(messages: readonly Pick<Message, 'text'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { text } of messages.slice(-LOOKED_AT_MAX)) {
    for (const [emoji] of text.matchAll(EMOJI)) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, USED_MAX)
    .map(([emoji]) => emoji);
}
