/** What a page knows of a room, as fields that components read: who, what, and since when. */

import { roomPath } from '../path';
import type {
  Event,
  Joined,
  MemberState,
  Message,
  Room,
  ServerFrame,
  You,
} from '../protocol.gen';
import { afterChange, afterPresence, membersOf, type Members } from './members';
import { Timeline, type Line } from './timeline';

/** A room counts as nearly full from this share of its messages. */
const NEARLY_FULL = 0.95;

/** What the operator said to everybody, and when it came. */
export interface Notice {
  text: string;
  at: number;
}

export class RoomView {
  readonly name: string;
  room = $state.raw<Room | null>(null);
  you = $state.raw<You | null>(null);
  members = $state.raw<Members>(new Map());
  online = $state(0);
  crowded = $state(false);
  messages = $state.raw<readonly Message[]>([]);
  lines = $state.raw<readonly Line[]>([]);
  /** Whether the room keeps older messages than the page has. */
  more = $state(false);
  /** The oldest message from which on nothing is missing. */
  oldest = $state<number | null>(null);

  /** The newest notice that was not closed. */
  notice = $state.raw<Notice | null>(null);

  protected readonly timeline = new Timeline();

  constructor(name: string) {
    this.name = name;
  }

  /** The address without its scheme, for people. */
  get address(): string {
    return `${location.host}/${this.name}`;
  }

  /** The address to copy. */
  get link(): string {
    return `${location.origin}${roomPath(this.name)}`;
  }

  /** The message of that number, if the page has it. */
  message(seq: number): Message | undefined {
    void this.messages;
    return this.timeline.message(seq);
  }

  /** The notice was read. */
  closeNotice(): void {
    this.notice = null;
  }

  /** Shows what the timeline holds; once per pass, however much changed. */
  protected publish(): void {
    this.messages = this.timeline.messages;
    this.lines = this.timeline.lines;
    this.more = this.timeline.more;
    this.oldest = this.timeline.oldest;
  }

  /** Takes the answer to `join`. */
  protected showJoined(frame: Joined, awayMs: number): void {
    this.timeline.joined(frame, awayMs);
    this.room = frame.room;
    this.you = frame.you;
    this.members = membersOf(frame);
    this.online = frame.online;
    this.crowded = frame.crowded;
  }

  /** Takes a word of the operator, in place of the last one. */
  protected showNotice(text: string, at: number): void {
    this.notice = { text, at };
  }

  /** Takes a change of who is here. */
  protected showPresence(frame: ServerFrame & { type: 'presence' }): void {
    this.members = afterPresence(this.members, frame);
    this.online = frame.online;
    this.crowded = frame.crowded;
  }

  /** Takes what an event says of the room and its members; the messages are the timeline's. */
  protected showEvent({ at, by, name, event }: Event): void {
    if (event.kind === 'renamed') {
      this.#change(event.member, { name: event.name });
      if (this.you?.member === event.member) this.you = { ...this.you, name: event.name };
    } else if (by) {
      this.#change(by, { name, ...(event.kind === 'posted' ? { lastPostAt: at } : {}) });
    }
    if (event.kind === 'described' && this.room) {
      this.room = { ...this.room, description: event.text };
    }
  }

  /** Counts a message; tells whether the room became nearly full by it. */
  protected countMessage(): boolean {
    if (!this.room) return false;
    const { kept, keptMax } = this.room;
    const now = Math.min(kept + 1, keptMax);
    const full = Math.floor(keptMax * NEARLY_FULL);
    this.room = { ...this.room, kept: now };
    return kept < full && now >= full;
  }

  #change(member: string, change: Partial<MemberState> & { name: string }): void {
    this.members = afterChange(this.members, member, change);
  }
}
