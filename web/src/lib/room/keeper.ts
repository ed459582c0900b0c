/** Writes a room's draft and unsent posts down on this device: soon after a key, at once after a post. */

import type { Clock } from '../connection';
import { writeKept, type Kept } from './storage';

/** How long after the last writing the next one may come. */
const AFTER_MS = 300;

export class Keeper {
  readonly #room: string;
  readonly #what: () => Kept;
  readonly #clock: Clock;
  #timer: number | null = null;

  constructor(room: string, what: () => Kept, clock: Clock) {
    this.#room = room;
    this.#what = what;
    this.#clock = clock;
  }

  soon(): void {
    this.#timer ??= this.#clock.setTimeout(() => this.now(), AFTER_MS);
  }

  now(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    writeKept(this.#room, this.#what());
  }
}
