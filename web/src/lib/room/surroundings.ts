/** What a room needs from the browser, so that tests have their own. */

import { roomTicket } from '../api';
import type { Clock, Socket } from '../connection';
import { roomSocket } from '../path';
import { SUBPROTOCOL } from '../protocol.gen';
import { TicketedSocket } from '../ticketed-socket';

export interface Surroundings {
  /** A connection to the server that has the room of this name. */
  connect(room: string): Socket;
  clock: Clock;
  random(): number;
  /** Runs soon, once per frame that is painted. */
  schedule(run: () => void): void;
}

/** A frame that is not painted within this time counts as never painted. */
const FRAME_MS = 100;

const open = (url: string, protocols: string[]) => new WebSocket(url, protocols) as Socket;

/** Whether the pages of this site say that WebSockets go to other hosts. */
const isDirect = () => document.querySelector('meta[name="instantchat-direct"][content="1"]') !== null;

/** The browser. A hidden page paints no frames, so a timer stands in. */
export function browser(): Surroundings {
  return {
    connect: (room) =>
      isDirect()
        ? new TicketedSocket({ ask: (signal) => roomTicket(room, signal), open })
        : open(roomSocket(room, location), [SUBPROTOCOL]),
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
