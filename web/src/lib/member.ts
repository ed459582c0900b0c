/** What follows from a member's number: its colour and its shape, the same for everybody. */

import type { Member } from './protocol.gen';

const COLOURS = 10;
const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'half', 'plus'] as const;

export type Shape = (typeof SHAPES)[number];

/** The number in "m7". */
export function memberNumber(member: Member): number {
  return Number.parseInt(member.slice(1), 10) || 0;
}

/** The class that sets `--c` to the member's colour. */
export function colourClass(member: Member): string {
  return `m${memberNumber(member) % COLOURS}`;
}

/** The member's shape. */
export function shapeOf(member: Member): Shape {
  return SHAPES[memberNumber(member) % SHAPES.length] ?? 'circle';
}
