/**
 * One room as a page sees it: the connection, what it told, and what one does in it. Components
 * read the fields and call the actions; the logic of merging is in timeline, members and pending.
 */

import { RoomError } from '../api';
import { Connection, type Clock, type Link, type Socket, type Verdict } from '../connection';
import { roomPath, roomSocket } from '../path';
import {
  CloseCode,
  GRANT_MS,
  SUBPROTOCOL,
  type ClientFrame,
  type ErrorCode,
  type Event,
  type Joined,
  type MemberState,
  type Message,
  type Room,
  type ServerFrame,
  type VoteValue,
  type You,
} from '../protocol.gen';
import { Attention } from './attention.svelte';
import { afterChange, afterPresence, membersOf, type Members } from './members';
import { Outbox, type Draft } from './outbox.svelte';
import { Requests, type Answer, type Question } from './requests';
import { readKept, rememberRoom, writeKept } from './storage';
import { Timeline, type Line } from './timeline';

/** How the connection is, as the status line tells it. */
export type ConnectionStatus =
  | { state: 'connecting' | 'live' | 'trying' | 'offline' | 'moving' | 'replaced' | 'closed' }
  | { state: 'waiting'; until: number; attempt: number; since: number }
  | { state: 'refused'; code: ErrorCode; retryAfterMs: number | null };

/** What is said for a moment after something happened to the connection. */
export type Remark = { kind: 'back'; missed: number } | { kind: 'slowReader' | 'nearlyFull' };

/** With what one enters. */
export interface Entry {
  name?: string;
  password?: string;
}

/** What a room needs from the browser, so that tests have their own. */
export interface Surroundings {
  connect(url: string, protocol: string): Socket;
  clock: Clock;
  random(): number;
  /** Runs soon, once per frame that is painted. */
  schedule(run: () => void): void;
}

/** How long a typing sign counts. */
export const TYPING_MS = 4_000;
/** The shortest time between two of one's own typing signs. */
export const TYPING_EVERY_MS = 2_000;
/** How long a remark stands. */
export const REMARK_MS = 4_000;
/** Messages asked for at a time. */
const PAGE = 100;
/** A page of history costs the server's patience: one in this time, after a burst of this many. */
const PAGE_EVERY_MS = 600;
const PAGES_AT_ONCE = 2;
/** How often a page is asked for again after a rate limit. */
const PAGE_TRIES = 3;
/** A grant is used until this long before it ends. */
const GRANT_MARGIN_MS = 60_000;
/** A room counts as nearly full from this share of its messages. */
const NEARLY_FULL = 0.95;
/** How long after the last key the draft is written down. */
const KEEP_AFTER_MS = 300;

export class RoomState {
  readonly name: string;
  readonly attention = new Attention();
  readonly outbox: Outbox;

  room = $state.raw<Room | null>(null);
  you = $state.raw<You | null>(null);
  members = $state.raw<Members>(new Map());
  online = $state(0);
  crowded = $state(false);
  messages = $state.raw<readonly Message[]>([]);
  lines = $state.raw<readonly Line[]>([]);
  more = $state(false);
  /** The oldest message from which on nothing is missing. */
  oldest = $state<number | null>(null);
  typing = $state.raw<readonly string[]>([]);
  remark = $state.raw<Remark | null>(null);
  draft = $state('');
  replyTo = $state<number | null>(null);
  /** How often this page has entered the room. */
  joins = $state(0);
  /** How many passwords were tried in vain. */
  tries = $state(0);

  #link = $state.raw<Link>({ state: 'idle' });
  #entered = $state(false);
  #ending = $state.raw<ConnectionStatus | null>(null);
  #moving = $state(false);

  readonly connection = $derived.by((): ConnectionStatus => this.#status());
  readonly live = $derived(this.connection.state === 'live');
  readonly pending = $derived.by(() => this.outbox.pending);
  readonly unread = $derived.by(() => this.attention.unread);

  readonly #around: Surroundings;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #timeline = new Timeline();
  readonly #listeners = new Set<(message: Message) => void>();
  #entry: Entry;
  #keep: string | null = null;
  #refusal: { code: ErrorCode; retryAfterMs: number | null } | null = null;
  #moveAfterMs: number | null = null;
  #lostAt: number | null = null;
  #missed: { upTo: number; count: number } | null = null;
  #queue: ServerFrame[] = [];
  #scheduled = false;
  #typingTimer: number | null = null;
  #typedAt = 0;
  #remarkTimer: number | null = null;
  #keepTimer: number | null = null;
  #grant: { value: string; until: number } | null = null;
  #older: Promise<boolean> | null = null;
  #nextPageAt = 0;

  constructor(name: string, entry: Entry, around: Surroundings = browser()) {
    this.name = name;
    this.#entry = entry;
    this.#around = around;
    const send = (frame: ClientFrame) => this.#send(frame);
    this.#requests = new Requests(send, around.clock);
    this.outbox = new Outbox(send, () => this.#requests.nextId(), around.clock);
    this.#connection = new Connection({
      connect: () => around.connect(roomSocket(name, location), SUBPROTOCOL),
      clock: around.clock,
      random: around.random,
      onopen: () => this.#join(),
      onmessage: (text) => this.#receive(text),
      onclose: (code, reason) => this.#closed(code, reason),
      onlink: (link) => (this.#link = link),
    });
    const kept = readKept(name);
    this.draft = kept.draft;
    this.replyTo = kept.replyTo;
    this.outbox.restore(kept.pending);
  }

  /** The address without its scheme, for people. */
  get address(): string {
    return `${location.host}/${this.name}`;
  }

  /** The address to copy. */
  get link(): string {
    return `${location.origin}${roomPath(this.name)}`;
  }

  /** Enters, and stays in until `stop`. */
  start(): void {
    this.#connection.start();
  }

  /** Leaves. */
  stop(): void {
    this.keepNow();
    this.#connection.stop();
    this.#requests.close();
    this.outbox.close();
    for (const timer of [this.#typingTimer, this.#remarkTimer, this.#keepTimer]) {
      if (timer !== null) this.#around.clock.clearTimeout(timer);
    }
  }

  /** Tries at once; after a refusal with what has changed. */
  retry(entry: Entry = {}, anew = false): void {
    this.#entry = { ...this.#entry, ...entry };
    if (anew) this.#keep = null;
    if (anew) this.#timeline.forget();
    this.#ending = null;
    this.#refusal = null;
    this.#connection.start();
  }

  /** The browser's word on whether there is a network. */
  setOnline(online: boolean): void {
    if (this.#ending === null) this.#connection.setOnline(online);
  }

  /** Calls back for every message of another member as it comes. */
  onmessage(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The message of that number, if the page has it. */
  message(seq: number): Message | undefined {
    void this.messages;
    return this.#timeline.message(seq);
  }

  /** Says something; false when too much waits already. */
  post(draft: Draft): boolean {
    const taken = this.outbox.post(draft);
    if (taken) this.keepNow();
    return taken;
  }

  async edit(message: number, text: string): Promise<void> {
    await this.#ask({ type: 'edit', message, text });
  }

  async delete(message: number): Promise<void> {
    await this.#ask({ type: 'delete', message });
  }

  async vote(message: number, value: VoteValue): Promise<void> {
    await this.#ask({ type: 'vote', message, value });
    this.#timeline.voted(message, value);
    this.#publish();
  }

  async rename(name: string): Promise<void> {
    await this.#ask({ type: 'rename', name });
  }

  async describe(text: string): Promise<void> {
    await this.#ask({ type: 'describe', text });
  }

  /** Tells the others that one writes, not too often, and not in a crowd. */
  signTyping(): void {
    const now = this.#around.clock.now();
    if (!this.live || this.crowded || now - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = now;
    this.#send({ type: 'typing' });
  }

  /** Fetches a page of older messages; tells whether there are more. */
  loadOlder(): Promise<boolean> {
    if (!this.more) return Promise.resolve(false);
    this.#older ??= this.#fetchOlder().finally(() => (this.#older = null));
    return this.#older;
  }

  /** Fetches all older messages. */
  async loadAll(): Promise<void> {
    while (await this.loadOlder());
  }

  /** Members whose name begins so. */
  async requestMembers(prefix: string): Promise<MemberState[]> {
    const answer = await this.#ask({ type: 'members', prefix });
    return answer.type === 'members' ? answer.members : [];
  }

  /** The right to upload and to preview. */
  async grant(): Promise<string> {
    const now = this.#around.clock.now();
    if (this.#grant && now < this.#grant.until) return this.#grant.value;
    const answer = await this.#ask({ type: 'grant' });
    if (answer.type !== 'grant') throw new RoomError('unavailable');
    this.#grant = { value: answer.grant, until: now + GRANT_MS - GRANT_MARGIN_MS };
    return answer.grant;
  }

  /** The draft changed: it is written down soon. */
  keepSoon(): void {
    if (this.#keepTimer !== null) return;
    this.#keepTimer = this.#around.clock.setTimeout(() => this.keepNow(), KEEP_AFTER_MS);
  }

  /** Writes the draft and the unsent posts down on this device. */
  keepNow(): void {
    if (this.#keepTimer !== null) this.#around.clock.clearTimeout(this.#keepTimer);
    this.#keepTimer = null;
    const { draft, replyTo } = this;
    writeKept(this.name, { draft, replyTo, pending: this.outbox.pending });
  }

  #status(): ConnectionStatus {
    if (this.#ending) return this.#ending;
    const link = this.#link;
    switch (link.state) {
      case 'open':
        if (this.#entered) return { state: 'live' };
        return { state: this.#moving ? 'moving' : this.joins > 0 ? 'trying' : 'connecting' };
      case 'waiting':
        if (this.#moving) return { state: 'moving' };
        return { ...link };
      case 'offline':
        return { state: 'offline' };
      case 'connecting':
        if (this.#moving) return { state: 'moving' };
        return { state: link.attempt > 1 || this.joins > 0 ? 'trying' : 'connecting' };
      default:
        return { state: 'connecting' };
    }
  }

  #send(frame: ClientFrame): boolean {
    if (!this.#entered && frame.type !== 'join') return false;
    return this.#connection.send(JSON.stringify(frame));
  }

  #ask(question: Question): Promise<Answer> {
    return this.#requests.ask(question);
  }

  #join(): void {
    const cursor = this.#timeline.cursor;
    const keep = this.#keep;
    this.#send({
      type: 'join',
      ...(this.#entry.name ? { name: this.#entry.name } : {}),
      ...(this.#entry.password ? { password: this.#entry.password } : {}),
      ...(cursor ? { resume: { ...cursor, ...(keep === null ? {} : { keep }) } } : {}),
    });
  }

  #receive(text: string): void {
    this.#queue.push(JSON.parse(text) as ServerFrame);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#around.schedule(() => this.#flush());
  }

  /** Applies everything that came since the last frame, in one pass. */
  #flush(): void {
    this.#scheduled = false;
    const frames = this.#queue;
    this.#queue = [];
    if (frames.length === 0) return;
    for (const frame of frames) this.#take(frame);
    this.#publish();
  }

  #publish(): void {
    this.messages = this.#timeline.messages;
    this.lines = this.#timeline.lines;
    this.more = this.#timeline.more;
    this.oldest = this.#timeline.oldest;
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case 'joined':
        return this.#joined(frame);
      case 'event':
        return this.#event(frame);
      case 'presence':
        this.members = afterPresence(this.members, frame);
        this.online = frame.online;
        this.crowded = frame.crowded;
        return;
      case 'typing':
        return this.#typing(frame.members);
      case 'heartbeat':
        if (frame.seq > (this.#timeline.cursor?.seq ?? 0)) this.#connection.restart();
        return;
      case 'moving':
        this.#moveAfterMs = frame.retryAfterMs;
        return;
      case 'ok':
      case 'error':
        if (this.outbox.answer(frame, (seq) => this.#timeline.message(seq))) this.keepSoon();
        else if (!this.#requests.answer(frame) && frame.type === 'error') this.#refused(frame);
        return;
      default:
        this.#requests.answer(frame);
    }
  }

  #joined(frame: Joined): void {
    const now = this.#around.clock.now();
    const before = this.#timeline.cursor?.seq ?? 0;
    this.#timeline.joined(frame, this.#lostAt === null ? 0 : now - this.#lostAt);
    this.room = frame.room;
    this.you = frame.you;
    this.members = membersOf(frame);
    this.online = frame.online;
    this.crowded = frame.crowded;
    this.typing = [];
    this.#keep = frame.keep;
    this.#grant = null;
    this.#entry = { ...(this.#entry.password ? { password: this.#entry.password } : {}) };
    this.#entered = true;
    this.#moving = false;
    this.#refusal = null;
    this.#connection.settled();
    rememberRoom(frame.room.name, now);
    if (this.joins > 0 && this.#lostAt !== null) {
      const came = frame.history.filter(({ seq, by }) => seq > before && by !== frame.you.member);
      this.#missed = { upTo: frame.seq, count: came.length };
      this.#tellMissed();
    }
    this.joins += 1;
    this.#lostAt = null;
    this.outbox.joined();
    this.#requests.askAgain();
  }

  #event(event: Event): void {
    const you = this.you?.member ?? '';
    const outcome = this.#timeline.event(event, you);
    if (outcome === 'hole') this.#connection.restart();
    if (outcome !== 'applied') return;
    const kind = event.event;
    if (event.by && kind.kind !== 'renamed') {
      const lastPostAt = kind.kind === 'posted' ? { lastPostAt: event.at } : {};
      this.members = afterChange(this.members, event.by, { name: event.name, ...lastPostAt });
    }
    if (kind.kind === 'posted') this.#posted(event, kind.key);
    else if (kind.kind === 'renamed') this.#renamed(kind.member, kind.name);
    else if (kind.kind === 'described' && this.room) {
      this.room = { ...this.room, description: kind.text };
    }
    this.#tellMissed();
  }

  #posted(event: Event, key: string): void {
    if (this.room) this.#kept(this.room);
    this.typing = this.typing.filter((member) => member !== event.by);
    if (event.by === this.you?.member) {
      this.outbox.posted(key);
      this.keepSoon();
      return;
    }
    if (this.#missed) this.#missed.count += 1;
    const message = this.#timeline.message(event.seq);
    if (!message) return;
    this.attention.arrived(message);
    for (const listener of this.#listeners) listener(message);
  }

  #kept(room: Room): void {
    const kept = Math.min(room.kept + 1, room.keptMax);
    const full = Math.floor(room.keptMax * NEARLY_FULL);
    if (room.kept < full && kept >= full) this.#remarkOn({ kind: 'nearlyFull' });
    this.room = { ...room, kept };
  }

  #renamed(member: string, name: string): void {
    this.members = afterChange(this.members, member, { name });
    if (this.you?.member === member) this.you = { ...this.you, name };
  }

  #typing(members: readonly string[]): void {
    this.typing = members.filter((member) => member !== this.you?.member);
    if (this.#typingTimer !== null) this.#around.clock.clearTimeout(this.#typingTimer);
    this.#typingTimer = this.#around.clock.setTimeout(() => (this.typing = []), TYPING_MS);
  }

  /** Says how much came once all of what was missed is there. */
  #tellMissed(): void {
    if (!this.#missed || (this.#timeline.cursor?.seq ?? 0) < this.#missed.upTo) return;
    this.#remarkOn({ kind: 'back', missed: this.#missed.count });
    this.#missed = null;
  }

  #remarkOn(remark: Remark): void {
    this.remark = remark;
    if (this.#remarkTimer !== null) this.#around.clock.clearTimeout(this.#remarkTimer);
    this.#remarkTimer = this.#around.clock.setTimeout(() => (this.remark = null), REMARK_MS);
  }

  /** An error that answers nothing in particular: before `joined` it is the refusal of `join`. */
  #refused(frame: ServerFrame & { type: 'error' }): void {
    if (!this.#entered) this.#refusal = { code: frame.code, retryAfterMs: frame.retryAfterMs };
  }

  #closed(code: number, reason: string): Verdict {
    this.#flush();
    const entered = this.#entered;
    this.#entered = false;
    this.outbox.lost();
    this.typing = [];
    if (entered) this.#lostAt = this.#around.clock.now();
    const verdict = this.#verdict(code, reason);
    this.#moving = code === CloseCode.moving;
    this.#moveAfterMs = null;
    if (code === CloseCode.slowReader) this.#remarkOn({ kind: 'slowReader' });
    return verdict;
  }

  #verdict(code: number, reason: string): Verdict {
    if (code === CloseCode.replaced) return this.#end({ state: 'replaced' });
    if (code === CloseCode.roomClosed) return this.#end({ state: 'closed' });
    if (code === CloseCode.moving && this.#moveAfterMs !== null) {
      return { retry: true, afterMs: this.#moveAfterMs };
    }
    const refusal = this.#refusal ?? { code: reason as ErrorCode, retryAfterMs: null };
    this.#refusal = null;
    if (code !== CloseCode.policy) return { retry: true };
    const { retryAfterMs } = refusal;
    if (refusal.code === 'wrong_password' && this.#entry.password) this.tries += 1;
    if (PASSING.has(refusal.code) && !(refusal.code === 'rate_limited' && this.joins === 0)) {
      return retryAfterMs === null ? { retry: true } : { retry: true, afterMs: retryAfterMs };
    }
    return this.#end({ state: 'refused', ...refusal });
  }

  #end(status: ConnectionStatus): Verdict {
    this.#ending = status;
    return { retry: false };
  }

  async #fetchOlder(): Promise<boolean> {
    const before = this.#timeline.oldest;
    const incarnation = this.#timeline.cursor?.incarnation;
    const question = { type: 'history', limit: PAGE } as const;
    const answer = await this.#askPage(before === null ? question : { ...question, before });
    if (answer.type === 'history' && this.#timeline.cursor?.incarnation === incarnation) {
      this.#timeline.page(answer.messages, answer.more);
      this.#publish();
    }
    return this.more;
  }

  /** Asks for a page no faster than the server answers. */
  async #askPage(question: Question): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const now = this.#around.clock.now();
      const early = now - PAGES_AT_ONCE * PAGE_EVERY_MS;
      this.#nextPageAt = Math.max(this.#nextPageAt, early) + PAGE_EVERY_MS;
      await this.#sleep(this.#nextPageAt - now);
      try {
        return await this.#ask(question);
      } catch (error) {
        const limited = error instanceof RoomError && error.code === 'rate_limited';
        if (!limited || tries === PAGE_TRIES) throw error;
        await this.#sleep(error.retryAfterMs ?? PAGE_EVERY_MS);
      }
    }
  }

  #sleep(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => this.#around.clock.setTimeout(() => resolve(), ms));
  }
}

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'moved',
  'unavailable',
  'bad_ticket',
  'rate_limited',
  'bad_frame',
] satisfies ErrorCode[]);

/** The browser, as a room needs it. A hidden page paints no frames, so a timer stands in. */
function browser(): Surroundings {
  return {
    connect: (url, protocol) => new WebSocket(url, protocol) as Socket,
    clock: {
      now: () => Date.now(),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
      clearTimeout: (id) => window.clearTimeout(id),
    },
    random: Math.random,
    schedule: (run) => {
      let done = false;
      const once = () => {
        if (!done) run();
        done = true;
      };
      if (!document.hidden) requestAnimationFrame(once);
      setTimeout(once, document.hidden ? 0 : 100);
    },
  };
}
