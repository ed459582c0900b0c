/** The right to upload and to preview: asked for when needed, used until it is nearly over. */

import { RoomError } from '../api';
import type { Clock } from '../connection';
import { GRANT_MS } from '../protocol.gen';
import type { Answer, Question } from './requests';

/** A grant is used until this long before it ends. */
const MARGIN_MS = 60_000;

export class Grants {
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #clock: Clock;
  #held: { grant: string; until: number } | null = null;

  constructor(ask: (question: Question) => Promise<Answer>, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  async get(): Promise<string> {
    const now = this.#clock.now();
    if (this.#held && now < this.#held.until) return this.#held.grant;
    const answer = await this.#ask({ type: 'grant' });
    if (answer.type !== 'grant') throw new RoomError('unavailable');
    this.#held = { grant: answer.grant, until: now + GRANT_MS - MARGIN_MS };
    return answer.grant;
  }

  /** A new connection may be to a new owner, who signs anew. */
  forget(): void {
    this.#held = null;
  }
}
