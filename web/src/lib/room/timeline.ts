/**
 * What a page knows of a room's events: messages and the lines between them. Pages of history and
 * live events merge in any order, because a message carries the `rev` of its last change. Pure;
 * holds no more than the room keeps, and lines up to a bound.
 */

import type { Event, EventKind, Joined, Message, Timestamp, VoteValue } from '../protocol.gen';

/** What stands between messages; `seq` is its place: behind the message of that number. */
export type Line =
  | { kind: 'renamed'; seq: number; at: Timestamp; member: string; before: string; after: string }
  | { kind: 'described'; seq: number; at: Timestamp; name: string }
  | { kind: 'trimmed'; seq: number; from: number; to: number }
  | { kind: 'restarted'; seq: number; before: Timestamp; ended: boolean };

/** Where a copy of the room ends. */
export interface Cursor {
  incarnation: string;
  epoch: number;
  seq: number;
}

/** What became of an event: a hole means that others before it never came. */
export type Outcome = 'applied' | 'known' | 'hole';

/** Lines beyond this many go, the oldest first. */
export const LINES_MAX = 200;

export class Timeline {
  #messages: Message[] = [];
  #lines: Line[] = [];
  #cursor: Cursor | null = null;
  #epoch = 0;
  #more = false;
  /** Whether the next `joined` is told as a room that began anew. */
  #lost = false;

  /** The messages, oldest first. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** The lines between them, oldest first. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Whether the room keeps messages that are older than the oldest of the newest stretch. */
  get more(): boolean {
    return this.#more;
  }

  /** Where this copy ends; null before the first `joined`. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  /** The oldest message from which on nothing is missing: older ones are asked for before it. */
  get oldest(): number | null {
    const trimmed = this.#lines.findLast((line) => line.kind === 'trimmed');
    const from = trimmed?.seq ?? 0;
    return this.#messages.find((message) => message.seq > from)?.seq ?? null;
  }

  /** The message of that number. */
  message(seq: number): Message | undefined {
    const index = this.#place(seq);
    const message = this.#messages[index];
    return message?.seq === seq ? message : undefined;
  }

  /** Takes the answer to `join`. `awayMs`: how long the page was gone, for the words of a restart. */
  joined(frame: Joined, awayMs: number): void {
    this.#epoch = frame.epoch;
    if (frame.resumed && this.#cursor) return;
    const before = this.#cursor;
    this.#cursor = { incarnation: frame.incarnation, epoch: frame.epoch, seq: frame.seq };
    this.#more = frame.more;
    const anew = frame.gap?.reason === 'restarted' || before?.incarnation !== frame.incarnation;
    const restarted = this.#lost || (before !== null && anew);
    this.#lost = false;
    if (restarted) {
      const ended = awayMs > frame.room.expiresAfterMs;
      this.#messages = [...frame.history];
      this.#lines = [{ kind: 'restarted', seq: frame.history.length > 0 ? frame.seq : 0,
        before: frame.room.createdAt, ended }];
    } else if (frame.gap && frame.gap.from !== null && frame.gap.to !== null) {
      const { from, to } = frame.gap;
      this.#messages = [...this.#messages.filter((message) => message.seq < from), ...frame.history];
      this.#addLine({ kind: 'trimmed', seq: to, from, to });
    } else {
      this.#messages = [...frame.history];
      this.#lines = this.#lines.filter((line) => line.seq >= (frame.history[0]?.seq ?? 0));
    }
  }

  /** Forgets everything: the room is entered anew. `lost`: the visitor is told that it is gone. */
  forget(lost: boolean): void {
    this.#lost = lost;
    this.#messages = [];
    this.#lines = [];
    this.#cursor = null;
    this.#more = false;
  }

  /** Takes an event. Those that are known already change nothing. */
  event(event: Event, you: string): Outcome {
    const cursor = this.#cursor;
    if (!cursor || event.seq > cursor.seq + 1) return 'hole';
    if (event.seq <= cursor.seq) return 'known';
    this.#apply(event, you);
    this.#cursor = { ...cursor, epoch: this.#epoch, seq: event.seq };
    return 'applied';
  }

  /** Takes a page of older messages. */
  page(messages: readonly Message[], more: boolean): void {
    this.#more = more;
    const merged = new Map(this.#messages.map((message) => [message.seq, message]));
    for (const message of messages) {
      const held = merged.get(message.seq);
      if (!held || message.rev > held.rev) merged.set(message.seq, message);
    }
    this.#messages = [...merged.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Remembers one's own vote, which events do not tell. */
  voted(seq: number, mine: VoteValue): void {
    this.#change(seq, null, () => ({ mine }));
  }

  #apply(event: Event, you: string): void {
    const kind = event.event;
    switch (kind.kind) {
      case 'posted':
        this.#insert(messageOf(event, kind));
        break;
      case 'edited':
        this.#change(kind.message, event.seq, () => ({ text: kind.text, editedAt: event.at }));
        break;
      case 'deleted':
        this.#change(kind.message, event.seq, () => ({
          text: '',
          file: null,
          preview: null,
          deleted: true,
        }));
        break;
      case 'voted':
        this.#change(kind.message, event.seq, () => ({ up: kind.up, down: kind.down }));
        break;
      case 'renamed':
        this.#renamed(event, kind, you);
        break;
      case 'described':
        this.#addLine({ kind: 'described', seq: event.seq, at: event.at, name: event.name });
        break;
      case 'trimmed':
        this.#trimmed(kind.before);
        break;
    }
  }

  /** A page that was faster than the event may have brought the message already. */
  #insert(message: Message): void {
    const index = this.#place(message.seq);
    if (this.#messages[index]?.seq === message.seq) return;
    this.#messages = this.#messages.toSpliced(index, 0, message);
  }

  #renamed(event: Event, kind: EventKind & { kind: 'renamed' }, you: string): void {
    const { member, name } = kind;
    const before = event.name;
    this.#messages = this.#messages.map((message) =>
      message.by === member && message.name !== name ? { ...message, name } : message,
    );
    if (member === you || before === name || before === '') return;
    this.#addLine({ kind: 'renamed', seq: event.seq, at: event.at, member, before, after: name });
  }

  #trimmed(before: number): void {
    const first = this.#messages[0]?.seq ?? before;
    const gone = this.#lines.find((line) => line.kind === 'trimmed');
    const from = Math.min(first, gone?.kind === 'trimmed' ? gone.from : first);
    if (first >= before) {
      // None of ours went. What is left to fetch may be less, but the answer tells.
      return;
    }
    this.#messages = this.#messages.filter((message) => message.seq >= before);
    this.#lines = this.#lines.filter((line) => line.seq >= before);
    this.#more = false;
    this.#addLine({ kind: 'trimmed', seq: before - 1, from, to: before - 1 });
  }

  #addLine(line: Line): void {
    const lines = [...this.#lines, line].sort((a, b) => a.seq - b.seq);
    this.#lines = lines.slice(-LINES_MAX);
  }

  /** Changes a message, unless it already carries a later change. */
  #change(seq: number, rev: number | null, change: () => Partial<Message>): void {
    const index = this.#place(seq);
    const message = this.#messages[index];
    if (message?.seq !== seq || (rev !== null && message.rev >= rev)) return;
    const messages = [...this.#messages];
    messages[index] = { ...message, ...change(), ...(rev === null ? {} : { rev }) };
    this.#messages = messages;
  }

  /** The index of the first message that is not below `seq`. */
  #place(seq: number): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#messages[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function messageOf(event: Event, kind: EventKind & { kind: 'posted' }): Message {
  return {
    seq: event.seq,
    at: event.at,
    by: event.by ?? '',
    name: event.name,
    text: kind.text,
    replyTo: kind.replyTo,
    file: kind.file,
    preview: kind.preview,
    up: 0,
    down: 0,
    mine: 'none',
    rev: event.seq,
    editedAt: null,
    deleted: false,
  };
}
