/**
 * What a reload must not lose: the draft and the unsent posts of a room, kept on this device until
 * they are sent. And the rooms where one was, for the first page.
 */

import type { PendingPost } from './pending';

export interface Kept {
  draft: string;
  replyTo: number | null;
  pending: readonly PendingPost[];
}

/** A room where one was. */
export interface Recent {
  room: string;
  at: number;
}

/** Rooms remembered for the first page. */
export const RECENT_MAX = 6;

const KEPT = 'instantchat.room.';
const RECENT = 'instantchat.recent';

/** What was kept of a room. */
export function readKept(room: string): Kept {
  const kept = read(KEPT + room) as Partial<Kept> | null;
  return {
    draft: typeof kept?.draft === 'string' ? kept.draft : '',
    replyTo: typeof kept?.replyTo === 'number' ? kept.replyTo : null,
    pending: Array.isArray(kept?.pending) ? kept.pending : [],
  };
}

/** Keeps a room's draft and unsent posts, or nothing when there are none. */
export function writeKept(room: string, kept: Kept): void {
  if (kept.draft === '' && kept.pending.length === 0) remove(KEPT + room);
  else write(KEPT + room, kept);
}

/** The rooms where one was, the newest first. */
export function readRecent(): Recent[] {
  const recent = read(RECENT);
  if (!Array.isArray(recent)) return [];
  return recent.filter((entry): entry is Recent => typeof entry?.room === 'string');
}

/** Remembers a room as the newest. */
export function rememberRoom(room: string, at: number): void {
  const others = readRecent().filter((entry) => entry.room !== room);
  write(RECENT, [{ room, at }, ...others].slice(0, RECENT_MAX));
}

/** Forgets a room, and what was kept of it. */
export function forgetRoom(room: string): void {
  write(RECENT, readRecent().filter((entry) => entry.room !== room));
  remove(KEPT + room);
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still chats.
  }
}

function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
