/**
 * The conversation as a text file: all that the server keeps, in the order of the room.
 * What people wrote is isolated line by line, so that no text turns the lines around it.
 */

import '../i18n/later';
import { isolate, isolateLines } from '../i18n/bidi';
import { format, t } from '../i18n/i18n.svelte';
import type { Message } from './protocol.gen';

/** Characters of a quoted text. */
const QUOTE_CHARS_MAX = 60;
/** How long a link to the file lives after the press; the browser has read it by then. */
const LINK_MS = 10_000;

/** What a saved file is made of. */
export interface Conversation {
  readonly name: string;
  readonly messages: readonly Message[];
  /** Whether older messages are on the server. */
  readonly more: boolean;
}

/** A conversation whose older pages can be fetched. */
export interface FetchedConversation extends Conversation {
  loadAll(): Promise<void>;
}

/** Fetches what is missing and hands the file to the browser. Tells whether all is in it. */
export async function saveAsText(room: FetchedConversation): Promise<boolean> {
  let complete = true;
  try {
    await room.loadAll();
  } catch {
    complete = false;
  }
  const text = conversationText(room, new Date(), location.origin);
  // The byte order mark tells Windows that this is UTF-8.
  offer(
    new Blob(['\ufeff', text], { type: 'text/plain;charset=utf-8' }),
    fileName(room.name, new Date()),
  );
  return complete && !room.more;
}

/** The file's content. */
export function conversationText(room: Conversation, now: Date, origin: string): string {
  const bySeq = new Map(room.messages.map((message) => [message.seq, message]));
  const lines = [
    t('export.title', { room: room.name }),
    t('export.saved', { date: format().full(now) }),
    '',
  ];
  if (room.more) lines.push(t('export.failed'), '');
  let day = '';
  for (const message of room.messages) {
    const at = new Date(message.at);
    // The whole date: a file is read on other days than it was saved.
    const thisDay = format().date(at);
    if (thisDay !== day) {
      if (day !== '') lines.push('');
      lines.push(`— ${thisDay} —`, '');
      day = thisDay;
    }
    lines.push(...messageLines(message, at, bySeq, origin));
  }
  return `${lines.join('\n')}\n`;
}

/** "saturday-ridge-hike 2026-11-21.txt", without the signs that file systems refuse. */
export function fileName(room: string, now: Date): string {
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  const safe = room.replaceAll(/[\\/:*?"<>|\p{Cc}\p{Cf}]/gu, '-').replace(/^\.+/, '');
  return `${safe || 'room'} ${date}.txt`;
}

function messageLines(
  message: Message,
  at: Date,
  bySeq: ReadonlyMap<number, Message>,
  origin: string,
): string[] {
  const head = `[${format().clock(at)}] ${isolate(message.name)}:`;
  if (message.deleted) return [`${head} (${t('export.deleted')})`];
  const lines: string[] = [];
  const original = message.replyTo === null ? undefined : bySeq.get(message.replyTo);
  if (original) {
    lines.push(`    (${t('export.reply', { name: original.name, text: excerpt(original) })})`);
  }
  if (message.text !== '') lines.push(...isolateLines(message.text).split('\n').map(indented));
  if (message.file) {
    const { drawing, name, size, url } = message.file;
    const address = new URL(url, origin).href;
    lines.push(
      drawing
        ? `    ${t('export.drawing', { url: address })}`
        : `    ${t('export.file', { file: name, size: format().bytes(size) })} ${address}`,
    );
  }
  if (message.editedAt !== null) lines.push(`    (${t('export.edited')})`);
  // A text of one line stands beside the name; anything more hangs below it.
  if (lines.length === 1 && message.text !== '') return [`${head} ${lines[0]?.trimStart() ?? ''}`];
  return [head, ...lines];
}

function excerpt(message: Message): string {
  const text = message.deleted ? t('export.deleted') : message.text || (message.file?.name ?? '');
  const chars = [...text.replaceAll(/\s+/g, ' ')];
  return chars.length > QUOTE_CHARS_MAX
    ? `${chars.slice(0, QUOTE_CHARS_MAX).join('')}…`
    : chars.join('');
}

function indented(line: string): string {
  return line === '' ? '' : `    ${line}`;
}

function offer(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), LINK_MS);
}
