/**
 * Where one was in a room, kept for this tab while the page is loaded anew: the place in the
 * conversation and the message that was being edited. Drafts are kept by storage, for longer.
 */

/** A place in the conversation: a message, and how far below the top of the view it stands. */
export interface Place {
  seq: number;
  offset: number;
}

export interface Left {
  /** Null at the end of the conversation. */
  place: Place | null;
  /** Null when nothing was being edited. */
  editing: { seq: number; text: string } | null;
}

const KEY = 'instantchat.left';

/** Keeps where one was in a room, while there is something to keep. */
export function writeLeft(room: string, left: Left): void {
  try {
    if (left.place || left.editing) sessionStorage.setItem(KEY, JSON.stringify({ room, ...left }));
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing comes back to the end.
  }
}

/** Where one was in this room before the page was loaded anew; told once. */
export function takeLeft(room: string): Left {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as (Left & { room: string }) | null;
    sessionStorage.removeItem(KEY);
    if (kept?.room !== room) return { place: null, editing: null };
    const { place, editing } = kept;
    const held = typeof place?.seq === 'number' && typeof place.offset === 'number';
    const edited = typeof editing?.seq === 'number' && typeof editing.text === 'string';
    return { place: held ? place : null, editing: edited ? editing : null };
  } catch {
    return { place: null, editing: null };
  }
}
