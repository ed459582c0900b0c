/** What a room needs from the browser, so that tests have their own. */

import type { Clock, Socket } from '../connection';

export interface Surroundings {
  connect(url: string, protocol: string): Socket;
  clock: Clock;
  random(): number;
  /** Runs soon, once per frame that is painted. */
  schedule(run: () => void): void;
}

/** A frame that is not painted within this time counts as never painted. */
const FRAME_MS = 100;

/** The browser. A hidden page paints no frames, so a timer stands in. */
export function browser(): Surroundings {
  return {
    connect: (url, protocol) => new WebSocket(url, protocol) as Socket,
    clock: {
      now: () => Date.now(),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
      clearTimeout: (id) => window.clearTimeout(id),
    },
    random: Math.random,
    schedule: (run) => {
      let done = false;
      const once = () => {
        if (!done) run();
        done = true;
      };
      if (!document.hidden) requestAnimationFrame(once);
      setTimeout(once, document.hidden ? 0 : FRAME_MS);
    },
  };
}
