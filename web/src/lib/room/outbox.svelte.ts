/**
 * One's own posts on their way: shown at once, sent in order, sent again with their old keys after
 * a lost connection, held back by a rate limit, failed when no answer came in time.
 */

import type { Clock } from '../connection';
import type { ClientFrame, Message, ServerFrame } from '../protocol.gen';
import {
  expire,
  maySend,
  newKey,
  nextExpiry,
  PENDING_MAX,
  type Attached,
  type PendingPost,
  type Previewing,
} from './pending';

/** What a post says. */
export interface Draft {
  text: string;
  replyTo?: number | null;
  file?: Attached | null;
  /** A preview under way; the post waits for it, but not for long. */
  preview?: Promise<Previewing | null> | null;
}

/** How long a post waits for its preview. */
export const PREVIEW_WAIT_MS = 1_500;
/** Posts without an answer at a time: fewer than the server takes at once. */
export const IN_FLIGHT_MAX = 8;
/** Posts that one press of Send can make: one for each file. */
const FILES_MAX = 10;
/** The wait where the server refused by rate without naming one. */
const HOLD_MS = 2_000;

export class Outbox {
  pending = $state.raw<readonly PendingPost[]>([]);
  /** Until when a rate limit holds posts back; null without one. */
  heldUntil = $state<number | null>(null);

  readonly #send: (frame: ClientFrame) => boolean;
  readonly #nextId: () => number;
  readonly #clock: Clock;
  readonly #previews = new Map<string, Promise<Previewing | null>>();
  /** The keys by the ids under which they went out on this connection. */
  readonly #flying = new Map<number, string>();
  /** Keys that were answered but not shown yet, or refused for a passing reason. */
  readonly #parked = new Set<string>();
  #live = false;
  #pumping = false;
  #holdTimer: number | null = null;
  #expiryTimer: number | null = null;

  constructor(send: (frame: ClientFrame) => boolean, nextId: () => number, clock: Clock) {
    this.#send = send;
    this.#nextId = nextId;
    this.#clock = clock;
  }

  /** Takes back what a reload found. A held post was a post like any other. */
  restore(posts: readonly PendingPost[]): void {
    const back = posts.map((post) => ({
      ...post,
      state: post.state === 'held' ? ('new' as const) : post.state,
    }));
    this.pending = expire(back.slice(0, PENDING_MAX), this.#clock.now());
  }

  /** Whether so many posts wait that another one is not taken. */
  get full(): boolean {
    return this.pending.length + FILES_MAX > PENDING_MAX;
  }

  /** Takes a post; false when too many wait already. */
  post(draft: Draft): boolean {
    if (this.pending.length >= PENDING_MAX) return false;
    const post: PendingPost = {
      key: newKey(),
      text: draft.text,
      replyTo: draft.replyTo ?? null,
      file: draft.file ?? null,
      preview: null,
      createdAt: this.#clock.now(),
      state: 'new',
      sentAt: null,
      code: null,
    };
    if (draft.preview) this.#previews.set(post.key, draft.preview);
    this.pending = [...this.pending, post];
    void this.#pump();
    return true;
  }

  /** The connection serves: what has no answer goes out again. */
  joined(): void {
    this.#live = true;
    this.#flying.clear();
    this.#parked.clear();
    void this.#pump();
  }

  /** There is no connection. */
  lost(): void {
    this.#live = false;
  }

  /** Sends a failed post again, under its old key: the server knows it, or takes it anew. */
  retry(key: string): void {
    const now = this.#clock.now();
    this.#update(key, { state: 'new', sentAt: null, code: null, createdAt: now });
    void this.#pump();
  }

  /** Forgets a post. */
  discard(key: string): void {
    this.pending = this.pending.filter((post) => post.key !== key);
    this.#previews.delete(key);
    this.#parked.delete(key);
    void this.#pump();
  }

  /** Takes the held posts out, for the composer; their texts come back. */
  takeHeld(): string {
    const held = this.pending.filter((post) => post.state === 'held');
    this.pending = this.pending.filter((post) => post.state !== 'held');
    this.#release();
    return held.map((post) => post.text).join('\n');
  }

  /** An event showed the post of this key in the conversation. */
  posted(key: string): void {
    if (this.pending.some((post) => post.key === key)) this.discard(key);
  }

  /** Takes an answer; false when it belongs to no post. `held` tells whether a message is shown. */
  answer(
    frame: ServerFrame & { type: 'ok' | 'error' },
    held: (seq: number) => Message | undefined,
  ): boolean {
    const key = frame.id === null ? undefined : this.#flying.get(frame.id);
    if (key === undefined || frame.id === null) return false;
    this.#flying.delete(frame.id);
    if (frame.type === 'ok') {
      // The event removes it; a post that was sent twice is already in the history.
      if (frame.seq === null || held(frame.seq)) this.discard(key);
      else this.#parked.add(key);
    } else if (frame.code === 'rate_limited') {
      this.#update(key, { state: 'held' });
      this.#hold(frame.retryAfterMs ?? HOLD_MS);
    } else if (frame.code === 'moved' || frame.code === 'unavailable') {
      this.#park(key);
    } else {
      this.#update(key, { state: 'failed', code: frame.code });
    }
    void this.#pump();
    return true;
  }

  /** Ends all timers. */
  close(): void {
    this.#live = false;
    if (this.#holdTimer !== null) this.#clock.clearTimeout(this.#holdTimer);
    if (this.#expiryTimer !== null) this.#clock.clearTimeout(this.#expiryTimer);
  }

  async #pump(): Promise<void> {
    this.#watchExpiry();
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let post = this.#due(); post; post = this.#due()) {
        const preview = this.#previews.get(post.key);
        if (preview) {
          this.#update(post.key, { preview: await this.#within(preview) });
          this.#previews.delete(post.key);
        } else if (!this.#fly(post)) break;
      }
    } finally {
      this.#pumping = false;
    }
    this.#watchExpiry();
  }

  /** The next post that may go out now. */
  #due(): PendingPost | undefined {
    if (!this.#live || this.heldUntil !== null || this.#flying.size >= IN_FLIGHT_MAX) return;
    const flying = new Set(this.#flying.values());
    const now = this.#clock.now();
    return this.pending.find(
      (post) => !flying.has(post.key) && !this.#parked.has(post.key) && maySend(post, now),
    );
  }

  #fly(post: PendingPost): boolean {
    const id = this.#nextId();
    const sent = this.#send({
      type: 'post',
      id,
      key: post.key,
      text: post.text,
      ...(post.replyTo === null ? {} : { replyTo: post.replyTo }),
      ...(post.file ? { file: post.file.descriptor } : {}),
      ...(post.preview ? { preview: post.preview.descriptor } : {}),
    });
    if (!sent) return false;
    this.#flying.set(id, post.key);
    this.#update(post.key, { state: 'sent', sentAt: post.sentAt ?? this.#clock.now() });
    return true;
  }

  #within(preview: Promise<Previewing | null>): Promise<Previewing | null> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(() => resolve(null), PREVIEW_WAIT_MS);
      const settle = (value: Previewing | null) => {
        this.#clock.clearTimeout(timer);
        resolve(value);
      };
      preview.then(settle, () => settle(null));
    });
  }

  /** Lets a post rest for a moment, or until the next connection. */
  #park(key: string): void {
    this.#parked.add(key);
    this.#clock.setTimeout(() => {
      this.#parked.delete(key);
      void this.#pump();
    }, HOLD_MS);
  }

  #hold(ms: number): void {
    const until = this.#clock.now() + ms;
    if (this.heldUntil !== null && this.heldUntil >= until) return;
    this.heldUntil = until;
    if (this.#holdTimer !== null) this.#clock.clearTimeout(this.#holdTimer);
    this.#holdTimer = this.#clock.setTimeout(() => this.#release(), ms);
  }

  #release(): void {
    if (this.#holdTimer !== null) this.#clock.clearTimeout(this.#holdTimer);
    this.#holdTimer = null;
    this.heldUntil = null;
    this.pending = this.pending.map((post) =>
      post.state === 'held' ? { ...post, state: 'new' } : post,
    );
    void this.#pump();
  }

  /** Marks posts without an answer as failed when their time is over. */
  #watchExpiry(): void {
    this.pending = expire(this.pending, this.#clock.now());
    const wait = nextExpiry(this.pending, this.#clock.now());
    if (this.#expiryTimer !== null) this.#clock.clearTimeout(this.#expiryTimer);
    this.#expiryTimer =
      wait === null ? null : this.#clock.setTimeout(() => this.#watchExpiry(), wait + 1);
  }

  #update(key: string, change: Partial<PendingPost>): void {
    this.pending = this.pending.map((post) => (post.key === key ? { ...post, ...change } : post));
  }
}
