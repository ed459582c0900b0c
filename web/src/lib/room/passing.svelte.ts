/** What stands for a moment and goes by itself: who is writing, what just happened. */

import type { Clock } from '../connection';

/** What is said after something happened to the connection or the room. */
export type Remark = { kind: 'back'; missed: number } | { kind: 'slowReader' | 'nearlyFull' };

/** A value that falls back to what it was at rest. */
export class Passing<T> {
  #value: T;
  readonly #rest: T;
  readonly #clock: Clock;
  readonly #ms: number;
  #timer: number | null = null;

  constructor(rest: T, ms: number, clock: Clock) {
    this.#rest = rest;
    this.#value = $state.raw(rest);
    this.#clock = clock;
    this.#ms = ms;
  }

  get value(): T {
    return this.#value;
  }

  /** Stands from now on, for its time. */
  show(value: T): void {
    this.rest();
    this.#value = value;
    this.#timer = this.#clock.setTimeout(() => this.rest(), this.#ms);
  }

  /** Changes what stands without giving it more time. */
  change(change: (value: T) => T): void {
    this.#value = change(this.#value);
  }

  /** Goes. */
  rest(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#value = this.#rest;
  }
}
