/**
 * One room as a page sees it: the connection, what it told, and what one does in it. Components
 * read the fields and call the actions; the logic of merging is in timeline, members and pending.
 */

import { Connection, type Link, type Verdict } from '../connection';
import {
  CloseCode,
  type ClientFrame,
  type Event,
  type Joined,
  type MemberState,
  type Message,
  type ServerFrame,
  type VoteValue,
} from '../protocol.gen';
import { Attention } from './attention.svelte';
import { Epochs } from './epochs';
import { Grants } from './grant';
import { Keeper } from './keeper';
import { Outbox, type Draft } from './outbox.svelte';
import { Pager } from './pager';
import { Passing, type Remark } from './passing.svelte';
import { Requests } from './requests';
import { statusOf, verdictOf, type ConnectionStatus, type Refusal } from './status';
import { readKept, rememberRoom } from './storage';
import { browser, type Surroundings } from './surroundings';
import { TypingSign } from './typing-sign';
import { RoomView } from './view.svelte';

/** With what one enters. */
export interface Entry {
  name?: string;
  password?: string;
}

/** How long a typing sign counts. */
export const TYPING_MS = 4_000;
/** How long a remark stands. */
export const REMARK_MS = 4_000;

export class RoomState extends RoomView {
  readonly attention = new Attention();
  readonly outbox: Outbox;

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

  readonly connection = $derived.by(
    (): ConnectionStatus =>
      this.#ending ??
      statusOf({
        link: this.#link,
        entered: this.#entered,
        wasIn: this.joins > 0,
        moving: this.#moving,
      }),
  );
  readonly live = $derived(this.connection.state === 'live');
  readonly pending = $derived.by(() => this.outbox.pending);
  readonly unread = $derived.by(() => this.attention.unread);

  readonly #around: Surroundings;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #pager: Pager;
  readonly #grants: Grants;
  readonly #keeper: Keeper;
  readonly #sign: TypingSign;
  readonly #typing: Passing<readonly string[]>;
  readonly #remark: Passing<Remark | null>;
  readonly #epochs = new Epochs();
  readonly #listeners = new Set<(message: Message) => void>();
  #entry: Entry;
  #keep: string | null = null;
  #refusal: Refusal | null = null;
  #moveAfterMs: number | null = null;
  #lostAt: number | null = null;
  #missed: { upTo: number; count: number } | null = null;
  #queue: ServerFrame[] = [];
  #scheduled = false;
  /** How many connections have ended. */
  #connections = 0;

  constructor(name: string, entry: Entry, around: Surroundings = browser()) {
    super(name);
    this.#entry = entry;
    this.#around = around;
    this.#typing = new Passing([], TYPING_MS, around.clock);
    this.#remark = new Passing<Remark | null>(null, REMARK_MS, around.clock);
    const send = (frame: ClientFrame) => this.#send(frame);
    this.#requests = new Requests(send, around.clock);
    this.outbox = new Outbox(send, () => this.#requests.nextId(), around.clock);
    const ask = this.#requests.ask.bind(this.#requests);
    this.#pager = new Pager(this.timeline, ask, around.clock);
    this.#grants = new Grants(ask, around.clock);
    this.#sign = new TypingSign(() => send({ type: 'typing' }), around.clock);
    const unsent = () => ({ draft: this.draft, replyTo: this.replyTo, pending: this.outbox.pending });
    this.#keeper = new Keeper(name, unsent, around.clock);
    this.#connection = new Connection({
      connect: () => around.connect(name),
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

  /** Who is writing now, without oneself. */
  get typing(): readonly string[] {
    return this.#typing.value;
  }

  /** What just happened, for a moment. */
  get remark(): Remark | null {
    return this.#remark.value;
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
    this.#typing.rest();
    this.#remark.rest();
    this.#sign.done();
  }

  /** Tries at once; after a refusal with what has changed. */
  retry(entry: Entry = {}, anew = false): void {
    this.#entry = { ...this.#entry, ...entry };
    if (anew) this.#forget(false);
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

  /** Says something; false when too much waits already. */
  post(draft: Draft): boolean {
    const taken = this.outbox.post(draft);
    this.#sign.done();
    if (taken) this.keepNow();
    return taken;
  }

  async edit(message: number, text: string): Promise<void> {
    await this.#requests.ask({ type: 'edit', message, text });
  }

  async delete(message: number): Promise<void> {
    await this.#requests.ask({ type: 'delete', message });
  }

  async vote(message: number, value: VoteValue): Promise<void> {
    await this.#requests.ask({ type: 'vote', message, value });
    this.timeline.voted(message, value);
    this.publish();
  }

  async rename(name: string): Promise<void> {
    await this.#requests.ask({ type: 'rename', name });
  }

  async describe(text: string): Promise<void> {
    await this.#requests.ask({ type: 'describe', text });
  }

  /** Tells the others that one writes, but not a crowd. */
  signTyping(): void {
    if (this.live && !this.crowded) this.#sign.written();
  }

  /** Fetches a page of older messages; tells whether there are more. */
  async loadOlder(): Promise<boolean> {
    if (!this.more) return false;
    await this.#pager.fetch();
    this.publish();
    return this.more;
  }

  /** Fetches all older messages. */
  async loadAll(): Promise<void> {
    while (await this.loadOlder());
  }

  /** Members whose name begins so. */
  async requestMembers(prefix: string): Promise<MemberState[]> {
    const answer = await this.#requests.ask({ type: 'members', prefix });
    return answer.type === 'members' ? answer.members : [];
  }

  /** The right to upload and to preview. */
  grant(): Promise<string> {
    return this.#grants.get();
  }

  /** The draft changed: it is written down soon. */
  keepSoon(): void {
    this.#keeper.soon();
  }

  /** Writes the draft and the unsent posts down on this device. */
  keepNow(): void {
    this.#keeper.now();
  }

  /** The next join is as if one had never been there. */
  #forget(lost: boolean): void {
    this.#keep = null;
    this.timeline.forget(lost);
  }

  #send(frame: ClientFrame): boolean {
    if (!this.#entered && frame.type !== 'join') return false;
    return this.#connection.send(JSON.stringify(frame));
  }

  #join(): void {
    const cursor = this.timeline.cursor;
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
    const connection = this.#connections;
    // What follows in a connection that was given up counts no more.
    for (const frame of frames) if (connection === this.#connections) this.#take(frame);
    this.publish();
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case 'joined':
        return this.#joined(frame);
      case 'event':
        return this.#event(frame);
      case 'presence':
        return this.showPresence(frame);
      case 'typing':
        return this.#typing.show(frame.members.filter((member) => member !== this.you?.member));
      case 'heartbeat':
        if (frame.seq > (this.timeline.cursor?.seq ?? 0)) this.#connection.restart();
        return;
      case 'notice':
        return this.showNotice(frame.text, this.#around.clock.now());
      case 'moving':
        this.#moveAfterMs = frame.retryAfterMs;
        return;
      case 'ok':
      case 'error':
        if (this.outbox.answer(frame, (seq) => this.timeline.message(seq))) this.keepSoon();
        else if (!this.#requests.answer(frame) && frame.type === 'error') this.#refused(frame);
        return;
      default:
        this.#requests.answer(frame);
    }
  }

  #joined(frame: Joined): void {
    const met = this.#epochs.meet(frame.epoch);
    if (met === 'believed') this.#forget(true);
    if (met !== 'newest') return this.#connection.restart();
    const now = this.#around.clock.now();
    const cursor = this.timeline.cursor;
    const before = cursor?.seq ?? 0;
    const name = this.you?.name ?? frame.you.name;
    this.showJoined(frame, this.#lostAt === null ? 0 : now - this.#lostAt);
    this.#typing.rest();
    this.#keep = frame.keep;
    this.#grants.forget();
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
    // A room that began anew knows nobody's name; one's own is asked for again.
    if (cursor && cursor.incarnation !== frame.incarnation && name !== frame.you.name) {
      this.rename(name).catch(() => {});
    }
  }

  #event(event: Event): void {
    const you = this.you?.member ?? '';
    const outcome = this.timeline.event(event, you);
    if (outcome === 'hole') this.#connection.restart();
    if (outcome !== 'applied') return;
    this.showEvent(event);
    if (event.event.kind === 'posted') this.#posted(event, event.event.key);
    this.#tellMissed();
  }

  #posted(event: Event, key: string): void {
    if (this.countMessage()) this.#remark.show({ kind: 'nearlyFull' });
    this.#typing.change((typing) => typing.filter((member) => member !== event.by));
    if (event.by === this.you?.member) {
      this.outbox.posted(key);
      this.keepSoon();
      return;
    }
    if (this.#missed) this.#missed.count += 1;
    const message = this.timeline.message(event.seq);
    if (!message) return;
    this.attention.arrived(message);
    for (const listener of this.#listeners) listener(message);
  }

  /** Says how much came once all of what was missed is there. */
  #tellMissed(): void {
    if (!this.#missed || (this.timeline.cursor?.seq ?? 0) < this.#missed.upTo) return;
    this.#remark.show({ kind: 'back', missed: this.#missed.count });
    this.#missed = null;
  }

  /** An error that answers nothing in particular: before `joined` it is the refusal of `join`. */
  #refused(frame: ServerFrame & { type: 'error' }): void {
    if (!this.#entered) this.#refusal = { code: frame.code, retryAfterMs: frame.retryAfterMs };
  }

  #closed(code: number, reason: string): Verdict {
    this.#flush();
    this.#connections += 1;
    const entered = this.#entered;
    this.#entered = false;
    this.outbox.lost();
    this.#typing.rest();
    if (entered) this.#lostAt = this.#around.clock.now();
    const refusal = this.#refusal;
    const wasIn = this.joins > 0;
    const moveAfterMs = this.#moveAfterMs;
    const { verdict, ending, moving } = verdictOf({ code, reason, refusal, moveAfterMs, wasIn });
    this.#ending = ending;
    this.#refusal = null;
    this.#moveAfterMs = null;
    this.#moving = moving;
    const refused = ending?.state === 'refused' ? ending.code : null;
    if (refused === 'wrong_password' && this.#entry.password) this.tries += 1;
    if (code === CloseCode.slowReader) this.#remark.show({ kind: 'slowReader' });
    return verdict;
  }
}
