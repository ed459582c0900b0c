// Waiting for conditions with deadlines, in place of sleeping.

import { setTimeout as pause } from 'node:timers/promises';

export const DEADLINE_MS = 30_000;
const POLL_MS = 50;

/**
 * Resolves with the first truthy answer of `condition`; fails after the deadline, with what
 * `instead` tells of the state at that moment.
 */
export async function until(what, condition, { deadlineMs = DEADLINE_MS, instead } = {}) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > end) {
      const found = instead ? `; instead: ${await instead()}` : '';
      throw new Error(`not within ${deadlineMs} ms: ${what}${found}`);
    }
    await pause(POLL_MS);
  }
}

/** Resolves once `ms` have gone by since `start`: where the time itself is the test. */
export async function elapsed(start, ms) {
  await pause(Math.max(0, start + ms - Date.now()));
}
