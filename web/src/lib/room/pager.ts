/** Fetches older messages page by page, no faster than the server answers. */

import { RoomError } from '../api';
import type { Clock } from '../connection';
import type { Answer, Question } from './requests';
import type { Timeline } from './timeline';

/** Messages asked for at a time. */
const PAGE = 100;
/** A page costs the server's patience: one in this time, after a burst of so many. */
const PAGE_EVERY_MS = 600;
const PAGES_AT_ONCE = 2;
/** How often a page is asked for after a rate limit. */
const TRIES_MAX = 3;

export class Pager {
  readonly #timeline: Timeline;
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #clock: Clock;
  #running: Promise<void> | null = null;
  #nextAt = 0;

  constructor(timeline: Timeline, ask: (question: Question) => Promise<Answer>, clock: Clock) {
    this.#timeline = timeline;
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Fetches a page; whoever asks meanwhile waits for the same one. */
  fetch(): Promise<void> {
    this.#running ??= this.#fetch().finally(() => (this.#running = null));
    return this.#running;
  }

  async #fetch(): Promise<void> {
    const before = this.#timeline.oldest;
    const incarnation = this.#timeline.cursor?.incarnation;
    const question = { type: 'history', limit: PAGE } as const;
    const answer = await this.#patiently(before === null ? question : { ...question, before });
    // A room that began anew meanwhile has nothing to do with the page.
    if (answer.type !== 'history' || this.#timeline.cursor?.incarnation !== incarnation) return;
    this.#timeline.page(answer.messages, answer.more);
  }

  async #patiently(question: Question): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const now = this.#clock.now();
      const early = now - PAGES_AT_ONCE * PAGE_EVERY_MS;
      this.#nextAt = Math.max(this.#nextAt, early) + PAGE_EVERY_MS;
      await this.#sleep(this.#nextAt - now);
      try {
        return await this.#ask(question);
      } catch (error) {
        const limited = error instanceof RoomError && error.code === 'rate_limited';
        if (!limited || tries === TRIES_MAX) throw error;
        await this.#sleep(error.retryAfterMs ?? PAGE_EVERY_MS);
      }
    }
  }

  #sleep(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => this.#clock.setTimeout(() => resolve(), ms));
  }
}
