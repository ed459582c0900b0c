/**
 * Questions to the server and their answers, matched by `id`. A question that a lost connection
 * left open is asked again on the next one, until its time is over: all of them may be asked twice.
 */

import { RoomError } from '../api';
import type { Clock } from '../connection';
import type { ClientFrame, ServerFrame } from '../protocol.gen';

/** A frame that is answered, without its `id`. */
export type Question = Exclude<ClientFrame, { type: 'join' | 'typing' }>;
/** What answers it. */
export type Answer = Extract<ServerFrame, { type: 'ok' | 'history' | 'grant' | 'members' }>;

/** How long a question may stay open. */
export const ANSWER_MS = 10_000;
/** Questions open at a time; more are refused here. */
export const QUESTIONS_MAX = 32;

interface Open {
  readonly question: Question;
  readonly timer: number;
  resolve(answer: Answer): void;
  reject(error: RoomError): void;
}

export class Requests {
  readonly #open = new Map<number, Open>();
  readonly #send: (frame: ClientFrame) => boolean;
  readonly #clock: Clock;
  #next = 1;

  constructor(send: (frame: ClientFrame) => boolean, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
  }

  /** A number that no other frame of this page carries. */
  nextId(): number {
    this.#next += 1;
    return this.#next;
  }

  /** Asks, now or when there is a connection again. */
  ask(question: Question): Promise<Answer> {
    if (this.#open.size >= QUESTIONS_MAX) return Promise.reject(new RoomError('rate_limited'));
    const id = this.nextId();
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        this.#open.delete(id);
        reject(new RoomError('unavailable'));
      }, ANSWER_MS);
      const framed = { ...question, id };
      this.#open.set(id, { question: framed, timer, resolve, reject });
      this.#send(framed);
    });
  }

  /** Asks again whatever is open, on a new connection. */
  askAgain(): void {
    for (const { question } of this.#open.values()) this.#send(question);
  }

  /** Takes an answer; false when nobody waits for it. */
  answer(frame: Answer | (ServerFrame & { type: 'error' })): boolean {
    const open = frame.id === null ? undefined : this.#open.get(frame.id);
    if (!open || frame.id === null) return false;
    this.#open.delete(frame.id);
    this.#clock.clearTimeout(open.timer);
    if (frame.type === 'error') {
      open.reject(new RoomError(frame.code, frame.retryAfterMs, frame.detail));
    } else {
      open.resolve(frame);
    }
    return true;
  }

  /** Ends every open question. */
  close(): void {
    for (const { reject, timer } of this.#open.values()) {
      this.#clock.clearTimeout(timer);
      reject(new RoomError('unavailable'));
    }
    this.#open.clear();
  }
}
