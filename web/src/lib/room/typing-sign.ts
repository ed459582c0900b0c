/** Tells the others that one writes: at once, then not too often, and never after it was sent. */

import type { Clock } from '../connection';

/** The shortest time between two signs. */
export const SIGN_EVERY_MS = 2_000;

export class TypingSign {
  readonly #send: () => void;
  readonly #clock: Clock;
  #last = Number.NEGATIVE_INFINITY;
  #timer: number | null = null;

  constructor(send: () => void, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Something was written. What comes too soon is told at the end of the wait. */
  written(): void {
    if (this.#timer !== null) return;
    const wait = this.#last + SIGN_EVERY_MS - this.#clock.now();
    if (wait <= 0) this.#tell();
    else this.#timer = this.#clock.setTimeout(() => this.#tell(), wait);
  }

  /** What was written went out, or was dropped: there is nothing to tell until more is written. */
  done(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#last = Number.NEGATIVE_INFINITY;
  }

  #tell(): void {
    this.#timer = null;
    this.#last = this.#clock.now();
    this.#send();
  }
}
