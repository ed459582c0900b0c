/** The time for countdowns: ticks once a second, only while something counts. */

import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 1_000;
/** Fine enough that the last second is not skipped. */
const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, TICK_MS);
  return () => clearInterval(timer);
});

/** Whole seconds until a moment, at least 0; follows the time where it is read. */
export function secondsUntil(until: number): number {
  subscribe();
  return Math.max(0, Math.ceil((until - Date.now()) / TICK_MS));
}
