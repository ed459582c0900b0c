/**
 * A drawing that was left for later: one per room, in this tab until it is closed.
 * It survives a reload when it fits into the session storage.
 */

import {
  CANVAS_HEIGHT,
  CANVAS_WIDTH,
  COLOURS,
  EMPTY,
  WIDTHS,
  type Drawing,
  type Point,
  type Step,
} from './strokes';

/** Characters of a drawing that the session storage is given. */
export const KEPT_CHARS_MAX = 1_000_000;
const KEY = 'instantchat.drawing.';

export interface Base {
  readonly src: string;
  readonly author: string;
}

export interface Kept {
  readonly drawing: Drawing;
  readonly base: Base | null;
}

const kept = new Map<string, Kept>();

/** Keeps a drawing for the room, in place of an older one. */
export function keepDrawing(room: string, left: Kept): void {
  kept.set(room, left);
  try {
    const text = JSON.stringify({ ...left, drawing: { ...left.drawing, undone: [] } });
    if (text.length <= KEPT_CHARS_MAX) sessionStorage.setItem(KEY + room, text);
    else sessionStorage.removeItem(KEY + room);
  } catch {
    // In memory, then.
  }
}

/** The drawing kept for the room. */
export function keptDrawing(room: string): Kept | null {
  const found = kept.get(room);
  if (found) return found;
  try {
    return parseKept(sessionStorage.getItem(KEY + room));
  } catch {
    return null;
  }
}

/** Forgets it: it was sent or discarded. */
export function forgetDrawing(room: string): void {
  kept.delete(room);
  try {
    sessionStorage.removeItem(KEY + room);
  } catch {
    // Nothing was stored there.
  }
}

/** Reads a stored drawing; anything that is not exactly one counts as none. */
export function parseKept(text: string | null): Kept | null {
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || !isRecord(value['drawing'])) return null;
  const { settled, done } = value['drawing'];
  if (!isSteps(settled) || !isSteps(done)) return null;
  const base = value['base'];
  const known =
    isRecord(base) && typeof base['src'] === 'string' && typeof base['author'] === 'string';
  return {
    drawing: { ...EMPTY, settled, done },
    base: known ? { src: base['src'] as string, author: base['author'] as string } : null,
  };
}

function isSteps(value: unknown): value is Step[] {
  return Array.isArray(value) && value.every((step) => step === 'clear' || isStroke(step));
}

function isStroke(value: unknown): boolean {
  return (
    isRecord(value) &&
    (value['tool'] === 'brush' || value['tool'] === 'eraser') &&
    typeof value['colour'] === 'number' &&
    value['colour'] in COLOURS &&
    WIDTHS.some((width) => width === value['width']) &&
    typeof value['pen'] === 'boolean' &&
    Array.isArray(value['points']) &&
    value['points'].every(isPoint)
  );
}

function isPoint(value: unknown): value is Point {
  return (
    Array.isArray(value) && value.length === 3 && value.every(Number.isFinite) && nearCanvas(value)
  );
}

/** A stroke may leave the canvas, but not the world. */
function nearCanvas([x, y]: number[]): boolean {
  return Math.abs(x ?? 0) <= 4 * CANVAS_WIDTH && Math.abs(y ?? 0) <= 4 * CANVAS_HEIGHT;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
