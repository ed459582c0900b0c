/** What a finger meant by its way. Pure. */

/** Less is a tap or a tremble. */
const WAY_MIN_PX = 48;

export type Swipe = 'next' | 'previous' | 'away' | null;

/** Sideways turns the page, downwards puts away; a slanted way means nothing. */
export function swipeOf(dx: number, dy: number): Swipe {
  if (Math.abs(dx) >= WAY_MIN_PX && Math.abs(dx) > 2 * Math.abs(dy))
    return dx < 0 ? 'next' : 'previous';
  if (dy >= WAY_MIN_PX && dy > 2 * Math.abs(dx)) return 'away';
  return null;
}
