/** Swipes. */

import { expect, test } from 'vitest';
import { swipeOf } from './swipe';

test.each([
  [-60, 5, 'next'],
  [60, -5, 'previous'],
  [5, 90, 'away'],
  [60, 60, null],
  [20, 0, null],
  [0, -90, null],
])('%i, %i is %s', (dx, dy, meant) => {
  expect(swipeOf(dx, dy)).toBe(meant);
});
