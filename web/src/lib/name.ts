/**
 * Names of rooms as the visitor's side sees them: for showing what is wrong before the server is
 * asked. The server's own check counts.
 */

import { ROOM_NAME_CHARS_MAX, ROOM_NAME_CHARS_MIN } from './protocol.gen';

export type NameProblem = 'short' | 'long' | 'slash' | 'signs';

const SIGNS = '!@$*()_\\-,.~\\[\\]';
const ALLOWED = new RegExp(`^[\\p{Alphabetic}\\p{M}\\p{N}${SIGNS}]+$`, 'u');
const FORBIDDEN = new RegExp(`[^\\p{Alphabetic}\\p{M}\\p{N}${SIGNS}]+`, 'gu');

/** The normal form: NFC, lower case, trimmed, white space as `-`. */
export function normalise(text: string): string {
  return text.trim().split(/\s+/u).join('-').normalize('NFC').toLowerCase().normalize('NFC');
}

/** What is wrong with a name in its normal form; null when nothing is seen. */
export function problemOf(name: string): NameProblem | null {
  const count = [...name].length;
  if (name.includes('/')) return 'slash';
  if (!ALLOWED.test(name)) return name === '' ? 'short' : 'signs';
  if (count < ROOM_NAME_CHARS_MIN) return 'short';
  return count > ROOM_NAME_CHARS_MAX ? 'long' : null;
}

/** A name like this one that works; null when nothing is left of it. */
export function repaired(name: string): string | null {
  const clean = name
    .replace(FORBIDDEN, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-+|-+$/g, '');
  const short = [...clean].slice(0, ROOM_NAME_CHARS_MAX).join('');
  return problemOf(short) === null ? short : null;
}
