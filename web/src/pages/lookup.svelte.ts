/**
 * What the server knows of a name that is being typed: asked after a pause, remembered for a while.
 * A server that does not answer is asked again, ever more seldom.
 */

import { RoomError, roomInfo } from '../lib/api';
import type { Clock } from '../lib/connection';
import type { RoomInfo } from '../lib/protocol.gen';

export type Answer =
  | { state: 'known'; room: RoomInfo }
  | { state: 'bad' | 'reserved' | 'unknown' };

/** What it needs, so that tests have their own. */
export interface Surroundings {
  ask(name: string, signal: AbortSignal): Promise<RoomInfo>;
  clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  random(): number;
}

/** The pause after the last key. */
export const PAUSE_MS = 250;
/** The shortest and the longest wait before a server that does not answer is asked again. */
export const AGAIN_MIN_MS = 1_000;
export const AGAIN_MAX_MS = 30_000;

const browser: Surroundings = {
  ask: roomInfo,
  clock: {
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (id) => window.clearTimeout(id),
  },
  random: Math.random,
};

export class Lookup {
  #answer = $state.raw<{ name: string; answer: Answer } | null>(null);
  readonly #around: Surroundings;
  #timer: number | null = null;
  #running: AbortController | null = null;

  constructor(around: Surroundings = browser) {
    this.#around = around;
  }

  /** What is known of the name; null while it is asked. */
  of(name: string): Answer | null {
    return this.#answer?.name === name ? this.#answer.answer : null;
  }

  /** Asks about a name after a pause; about none with null. */
  ask(name: string | null): void {
    if (this.#timer !== null) this.#around.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#running?.abort();
    if (name !== null) this.#askIn(PAUSE_MS, name, 1);
  }

  close(): void {
    this.ask(null);
  }

  #askIn(ms: number, name: string, attempt: number): void {
    this.#timer = this.#around.clock.setTimeout(() => void this.#fetch(name, attempt), ms);
  }

  async #fetch(name: string, attempt: number): Promise<void> {
    const { signal } = (this.#running = new AbortController());
    let answer: Answer;
    let afterMs: number | null = null;
    try {
      answer = { state: 'known', room: await this.#around.ask(name, signal) };
    } catch (error) {
      answer = { state: stateOf(error) };
      afterMs = error instanceof RoomError ? error.retryAfterMs : null;
    }
    if (signal.aborted) return;
    this.#answer = { name, answer };
    if (answer.state === 'unknown') this.#askIn(afterMs ?? this.#wait(attempt), name, attempt + 1);
  }

  /** Half of the wait is by chance, so that many pages do not come back at once. */
  #wait(attempt: number): number {
    const bound = Math.min(AGAIN_MAX_MS, AGAIN_MIN_MS * 2 ** attempt);
    return bound / 2 + (this.#around.random() * bound) / 2;
  }
}

function stateOf(error: unknown): 'bad' | 'reserved' | 'unknown' {
  if (!(error instanceof RoomError)) return 'unknown';
  if (error.code === 'reserved_name') return 'reserved';
  return error.code === 'bad_name' ? 'bad' : 'unknown';
}
