/**
 * Finds a text in messages, whatever its case and diacritics: "cafe" finds "Café",
 * "елка" finds "Ёлка". Pure.
 */

import type { Message } from '../lib/protocol.gen';

/** A text made comparable, with the place in the original of each of its units. */
interface Folded {
  readonly text: string;
  /** For each unit of `text` where its letter begins in the original, and the end of it. */
  readonly at: readonly number[];
}

/** From where to where, in units of the original text. */
export type Range = readonly [start: number, end: number];

/** A hit's surroundings, for a list. */
export interface Excerpt {
  readonly before: string;
  readonly hit: string;
  readonly after: string;
}

/** Characters before a hit in an excerpt. */
const BEFORE_MAX = 24;
/** Characters after it; the list cuts what does not fit. */
const AFTER_MAX = 160;

/** The text as it is compared. */
export function fold(text: string): Folded {
  let folded = '';
  const at: number[] = [];
  let place = 0;
  for (const char of text) {
    const plain = char.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
    for (let unit = 0; unit < plain.length; unit += 1) at.push(place);
    folded += plain;
    place += char.length;
  }
  at.push(place);
  return { text: folded, at };
}

/** What is looked for, or an empty text: nothing. Runs of white space count as one. */
export function foldQuery(query: string): string {
  return fold(query).text.trim().replaceAll(/\s+/g, ' ');
}

/** Every place of the query in a text. */
export function rangesOf(text: string, query: string): Range[] {
  const wanted = foldQuery(query);
  if (wanted === '') return [];
  const { text: folded, at } = fold(text.replaceAll(/\s/g, ' '));
  const ranges: Range[] = [];
  for (
    let from = folded.indexOf(wanted);
    from >= 0;
    from = folded.indexOf(wanted, from + wanted.length)
  ) {
    ranges.push([at[from] ?? 0, endOf(text, at, from + wanted.length)]);
  }
  return ranges;
}

const folds = new WeakMap<Message, string>();

/** The messages in which the query stands: in the text, the author's name or the file's. */
export function findMessages(messages: readonly Message[], query: string): Message[] {
  const wanted = foldQuery(query);
  if (wanted === '') return [];
  return messages.filter((message) => !message.deleted && searched(message).includes(wanted));
}

/** The first hit in a message with what stands around it. */
export function excerptOf(message: Message, query: string): Excerpt {
  for (const text of [message.text, message.file?.name ?? '']) {
    const range = rangesOf(text, query)[0];
    if (range) return around(text, range);
  }
  // The author's name is the hit, and stands beside it anyway.
  return {
    before: oneLine(message.text || (message.file?.name ?? '')).slice(0, AFTER_MAX),
    hit: '',
    after: '',
  };
}

/** What a message is searched in, folded once per state of the message. */
function searched(message: Message): string {
  let text = folds.get(message);
  if (text === undefined) {
    const parts = [message.name, message.text, message.file?.name ?? ''];
    text = parts.map((part) => fold(part.replaceAll(/\s/g, ' ')).text).join('\n');
    folds.set(message, text);
  }
  return text;
}

function around(text: string, [start, end]: Range): Excerpt {
  const before = oneLine(text.slice(0, start));
  const chars = [...before];
  return {
    before:
      chars.length > BEFORE_MAX
        ? `…${chars
            .slice(-BEFORE_MAX)
            .join('')
            .replace(/^\S*\s+/, '')}`
        : before,
    hit: text.slice(start, end),
    after: oneLine(text.slice(end, end + AFTER_MAX)),
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** Where a folded stretch ends in the original, with the marks that belong to its last letter. */
function endOf(text: string, at: readonly number[], folded: number): number {
  let end = at[folded] ?? text.length;
  while (end < text.length && /\p{M}/u.test(text.charAt(end))) end += 1;
  return end;
}
