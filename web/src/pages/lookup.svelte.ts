/** What the server knows of a name that is being typed: asked after a pause, remembered for a while. */

import { RoomError, roomInfo } from '../lib/api';
import type { RoomInfo } from '../lib/protocol.gen';

export type Answer =
  | { state: 'known'; room: RoomInfo }
  | { state: 'bad' | 'reserved' | 'unknown' };

/** The pause after the last key. */
const PAUSE_MS = 250;

export class Lookup {
  #answer = $state.raw<{ name: string; answer: Answer } | null>(null);
  #timer: number | undefined;
  #running: AbortController | null = null;

  /** What is known of the name; null while it is asked. */
  of(name: string): Answer | null {
    return this.#answer?.name === name ? this.#answer.answer : null;
  }

  /** Asks about a name after a pause; about none with null. */
  ask(name: string | null): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    if (name !== null) this.#timer = window.setTimeout(() => void this.#fetch(name), PAUSE_MS);
  }

  close(): void {
    this.ask(null);
  }

  async #fetch(name: string): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    let answer: Answer;
    try {
      answer = { state: 'known', room: await roomInfo(name, running.signal) };
    } catch (error) {
      answer = { state: stateOf(error) };
    }
    if (!running.signal.aborted) this.#answer = { name, answer };
  }
}

function stateOf(error: unknown): 'bad' | 'reserved' | 'unknown' {
  if (!(error instanceof RoomError)) return 'unknown';
  if (error.code === 'reserved_name') return 'reserved';
  return error.code === 'bad_name' ? 'bad' : 'unknown';
}
