/**
 * The conversation as rows: messages grouped by author, day and time, the lines that stand before
 * them, deleted ones folded, one's own unsent posts at the end. Pure.
 */

import type { Line } from '../lib/room/timeline';
import type { PendingPost } from '../lib/room/pending';
import type { Message } from '../lib/protocol.gen';

/** What stands above a message, across the text. */
export type Lead =
  | { kind: 'older' }
  | { kind: 'day'; at: string }
  | { kind: 'new'; count: number }
  | { kind: 'line'; line: Line };

/** What a row says. `first`: shows its author; `last`: the group ends here. */
export type Body =
  | { kind: 'message'; message: Message }
  | { kind: 'deleted'; messages: readonly Message[] }
  | { kind: 'pending'; post: PendingPost }
  | { kind: 'lines' };

export interface Row {
  readonly key: string;
  readonly leads: readonly Lead[];
  readonly body: Body;
  readonly first: boolean;
  readonly last: boolean;
}

export interface Content {
  messages: readonly Message[];
  lines: readonly Line[];
  pending: readonly PendingPost[];
  /** Whether older messages can be fetched, above the message of `oldest`. */
  more: boolean;
  oldest: number | null;
  divider: number | null;
  dividerCount: number;
  you: string;
}

/** Messages further apart than this are of different groups. */
export const GROUP_MS = 5 * 60_000;

interface Draft {
  key: string;
  leads: Lead[];
  body: Body;
  first: boolean;
  last: boolean;
}

/** Builds the rows. */
export function rowsOf(content: Content): readonly Row[] {
  const rows: Draft[] = [];
  const lines = [...content.lines];
  let leads: Lead[] = [];
  let before: Message | null = null;
  const oldest = content.more ? (content.oldest ?? content.messages[0]?.seq ?? null) : null;

  for (const message of content.messages) {
    while (lines[0] && lines[0].seq < message.seq) leads.push({ kind: 'line', line: take(lines) });
    if (message.seq === oldest) leads.push({ kind: 'older' });
    if (!before || !sameDay(before.at, message.at)) leads.push({ kind: 'day', at: message.at });
    if (message.seq === content.divider) leads.push({ kind: 'new', count: content.dividerCount });
    const last = rows.at(-1);
    if (message.deleted && leads.length === 0 && last?.body.kind === 'deleted') {
      last.body = { kind: 'deleted', messages: [...last.body.messages, message] };
      before = message;
      continue;
    }
    const joins = before !== null && leads.length === 0 && sameGroup(before, message);
    const folded = last?.body.kind === 'deleted' && !oneAuthor(last.body.messages);
    rows.push({
      key: `m${message.seq}`,
      leads,
      body: message.deleted ? { kind: 'deleted', messages: [message] } : { kind: 'message', message },
      first: !joins || folded === true,
      last: true,
    });
    if (last) last.last = !joins || folded === true;
    leads = [];
    before = message;
  }
  for (const line of lines) leads.push({ kind: 'line', line });
  return addPending(rows, leads, before, content);
}

function addPending(
  rows: Draft[],
  leads: Lead[],
  before: Message | null,
  content: Content,
): readonly Row[] {
  let own = before !== null && before.by === content.you;
  let at = before ? Date.parse(before.at) : 0;
  let day = before ? Date.parse(before.at) : null;
  for (const post of content.pending) {
    if (day === null || !sameDay(new Date(day).toISOString(), new Date(post.createdAt).toISOString())) {
      leads.push({ kind: 'day', at: new Date(post.createdAt).toISOString() });
    }
    const joins = own && leads.length === 0 && post.createdAt - at < GROUP_MS;
    const last = rows.at(-1);
    if (last) last.last = !joins;
    rows.push({
      key: `p${post.key}`,
      leads,
      body: { kind: 'pending', post },
      first: !joins,
      last: true,
    });
    leads = [];
    own = true;
    at = post.createdAt;
    day = post.createdAt;
  }
  if (leads.length > 0) {
    rows.push({ key: 'end', leads, body: { kind: 'lines' }, first: false, last: true });
  }
  return rows;
}

/** The messages of a row; none of a pending post or of lines. */
export function messagesOf(row: Row): readonly Message[] {
  if (row.body.kind === 'message') return [row.body.message];
  return row.body.kind === 'deleted' ? row.body.messages : [];
}

/** The index of the row that shows a message, or −1. */
export function rowOf(rows: readonly Row[], seq: number): number {
  return rows.findIndex((row) => messagesOf(row).some((message) => message.seq === seq));
}

/** Whether deleted messages have one author, who can then be named. */
export function oneAuthor(messages: readonly Message[]): boolean {
  return messages.every((message) => message.by === messages[0]?.by);
}

function take(lines: Line[]): Line {
  return lines.shift() as Line;
}

function sameGroup(before: Message, message: Message): boolean {
  return (
    before.by === message.by && Date.parse(message.at) - Date.parse(before.at) < GROUP_MS
  );
}

function sameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
