/** What can be completed at the caret: a member after `@`, an emoji after `:`. Pure. */

import type { MemberState } from '../lib/protocol.gen';

export interface Trigger {
  readonly kind: 'member' | 'emoji';
  /** What was typed after the sign. */
  readonly query: string;
  /** Where the sign stands. */
  readonly from: number;
}

/** One thing that can be chosen. */
export interface Choice {
  readonly key: string;
  /** What is put in place of what was typed. */
  readonly insert: string;
  readonly label: string;
  readonly sign: { emoji: string } | { member: string; online: boolean };
}

/** Choices shown at a time. */
export const CHOICES_MAX = 8;
/** Letters after `:` from which emoji are offered. */
const EMOJI_QUERY_MIN = 2;
const QUERY_MAX = 40;

/** What the text before the caret asks for. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const before = text.slice(0, caret);
  const emoji = /(?:^|[\s(])(:([\p{L}\p{N}_+-]+))$/u.exec(before);
  if (emoji?.[1] && emoji[2] && emoji[2].length >= EMOJI_QUERY_MIN) {
    return { kind: 'emoji', query: emoji[2].toLowerCase(), from: caret - emoji[1].length };
  }
  const at = before.lastIndexOf('@');
  if (at < 0 || before.length - at > QUERY_MAX) return null;
  const query = before.slice(at + 1);
  if (/[\n@]|\s\s/u.test(query) || (at > 0 && !/[\s(]/u.test(before[at - 1] ?? ''))) return null;
  return { kind: 'member', query: query.toLowerCase(), from: at };
}

/** Members whose name begins so: those who are here first, then who wrote last. */
export function memberChoices(
  members: Iterable<MemberState>,
  query: string,
  you: string,
): Choice[] {
  return [...members]
    .filter(({ member, name }) => member !== you && name.toLowerCase().startsWith(query))
    .sort(
      (a, b) =>
        Number(b.online) - Number(a.online) ||
        (b.lastPostAt ?? '').localeCompare(a.lastPostAt ?? '') ||
        a.name.localeCompare(b.name),
    )
    .slice(0, CHOICES_MAX)
    .map(({ member, name, online }) => ({
      key: member,
      insert: `@${name} `,
      label: name,
      sign: { member, online },
    }));
}
