/** The way back to where one was in a room before the page was loaded anew. */

import type { ComposerState } from '../composer/state.svelte';
import type { RoomState } from '../lib/room/state.svelte';
import { takeLeft, writeLeft, type Left, type Place } from '../lib/room/return';

/** What of the conversation is needed. */
export interface Stream {
  place(): Place | null;
  comeTo(place: Place): Promise<boolean>;
  fetch(seq: number): Promise<boolean>;
}

export class ComingBack {
  readonly #room: RoomState;
  readonly #composer: ComposerState;
  /** Where one was; null once one is there again. */
  #left: Left | null;

  constructor(room: RoomState, composer: ComposerState) {
    this.#room = room;
    this.#composer = composer;
    this.#left = takeLeft(room.name);
  }

  /** Goes there; once. */
  async restore(stream: Stream): Promise<void> {
    const left = this.#left;
    this.#left = null;
    if (left?.place) await stream.comeTo(left.place);
    if (!left?.editing) return;
    const { seq, text } = left.editing;
    await stream.fetch(seq);
    const message = this.#room.message(seq);
    const own = message && !message.deleted && message.by === this.#room.you?.member;
    if (own) this.#composer.edit(message);
    // A message that is gone cannot be edited; what was written is kept all the same.
    const before = own || this.#composer.text === '' ? '' : `${this.#composer.text}\n`;
    this.#composer.text = before + text;
    if (!own) this.#composer.typed();
  }

  /** Keeps where one is, while the page goes. */
  keep(stream: Stream | undefined): void {
    const { editing, text } = this.#composer;
    writeLeft(this.#room.name, this.#left ?? {
      place: stream?.place() ?? null,
      editing: editing ? { seq: editing.seq, text } : null,
    });
  }
}
