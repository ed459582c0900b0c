/** What the visitor has seen: where the new messages begin, and how many there are. */

import type { Message } from '../protocol.gen';

export class Attention {
  /** Whether the page is looked at. */
  away = $state(false);
  /** Messages of others since the page was left. */
  unread = $state(0);
  /** The first of them, kept after the return until the page is left again. */
  divider = $state<number | null>(null);
  /** How many the divider counts. */
  dividerCount = $state(0);

  /** The page was left, or is looked at again. */
  look(away: boolean): void {
    if (away === this.away) return;
    this.away = away;
    this.unread = 0;
    if (away) this.divider = null;
  }

  /** A message of another member came. */
  arrived(message: Message): void {
    if (!this.away) return;
    if (this.divider === null) {
      this.divider = message.seq;
      this.dividerCount = 0;
    }
    this.unread += 1;
    this.dividerCount += 1;
  }
}
