/**
 * Posts that the server has not acknowledged: what they say, how they stand, and when they may be
 * sent again. Pure: the time is an argument.
 */

import type { ErrorCode, File, Preview } from '../protocol.gen';

/** How a post stands. `held` waits for its turn after a rate limit. */
export type PendingState = 'new' | 'sent' | 'held' | 'failed';

/** What an upload gave: what a message shows, and what a post carries. */
export interface Attached {
  file: File;
  descriptor: string;
}

/** What a link's preview gave. */
export interface Previewing {
  preview: Preview;
  descriptor: string;
}

export interface PendingPost {
  readonly key: string;
  readonly text: string;
  readonly replyTo: number | null;
  readonly file: Attached | null;
  readonly preview: Previewing | null;
  readonly createdAt: number;
  readonly state: PendingState;
  /** When it was first sent; null before. */
  readonly sentAt: number | null;
  /** Why it failed; null when no answer came. */
  readonly code: ErrorCode | null;
}

/** A post older than this is never sent again on its own. */
export const RESEND_MS = 60_000;
/** A post that was never sent waits this long for a connection, reloads included. */
export const FIRST_SEND_MS = 60 * 60_000;
/** Posts that wait, at most. */
export const PENDING_MAX = 50;

const KEY_BYTES = 12;

/** A new key: 24 hexadecimal digits. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether the post may still go out without being asked for. */
export function maySend(post: PendingPost, now: number): boolean {
  if (post.state === 'failed' || post.state === 'held') return false;
  return post.sentAt === null
    ? now - post.createdAt < FIRST_SEND_MS
    : now - post.sentAt < RESEND_MS;
}

/** The posts, with those failed that got no answer in time. */
export function expire(posts: readonly PendingPost[], now: number): readonly PendingPost[] {
  const late = (post: PendingPost) =>
    (post.state === 'new' || post.state === 'sent') && !maySend(post, now);
  if (!posts.some(late)) return posts;
  return posts.map((post) => (late(post) ? { ...post, state: 'failed', code: null } : post));
}

/** Milliseconds until the next of them expires. */
export function nextExpiry(posts: readonly PendingPost[], now: number): number | null {
  const waits = posts
    .filter((post) => post.state === 'sent' && post.sentAt !== null)
    .map((post) => (post.sentAt ?? 0) + RESEND_MS - now);
  return waits.length === 0 ? null : Math.max(0, Math.min(...waits));
}
