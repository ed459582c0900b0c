/** The dialogs of a room: one at a time, fetched when first opened. */

import type { Component } from 'svelte';
import type { Message } from '../lib/protocol.gen';
import type { RoomState } from '../lib/room/state.svelte';
import { usedEmoji } from '../composer/used-emoji';

interface Shown {
  component: Component<never>;
  props: Record<string, unknown>;
}

/** A picture to draw over. */
export interface Base {
  src: string;
  author: string;
}

export class Dialogs {
  shown = $state.raw<Shown | null>(null);

  readonly #onlost: () => void;

  /** `onlost` is called when a dialog cannot be fetched. */
  constructor(onlost: () => void) {
    this.#onlost = onlost;
  }

  readonly close = (): void => {
    this.shown = null;
  };

  share(room: RoomState): void {
    void this.#open(import('../dialogs/Share.svelte'), { room });
  }

  drawing(room: RoomState, base: Base | undefined, send: (blob: Blob) => void): void {
    const onsend = (blob: Blob) => {
      this.close();
      send(blob);
    };
    void this.#open(import('../dialogs/Drawing.svelte'), { room: room.name, base, onsend });
  }

  emoji(room: RoomState, anchor: HTMLElement, pick: (emoji: string) => void): void {
    const used = usedEmoji(room.messages);
    const onpick = (emoji: string) => {
      this.close();
      pick(emoji);
    };
    void this.#open(import('../dialogs/EmojiPopup.svelte'), { anchor, used, onpick });
  }

  /** Shows a message's picture, with all others of the room beside it. */
  lightbox(room: RoomState, message: Message, drawOver: (base: Base) => void): void {
    const items = room.messages.flatMap(({ seq, file, name }) =>
      file?.width && file.height
        ? [
            {
              seq,
              src: file.url,
              name: file.name,
              author: name,
              width: file.width,
              height: file.height,
              drawing: file.drawing,
            },
          ]
        : [],
    );
    const index = Math.max(0, items.findIndex(({ seq }) => seq === message.seq));
    const ondrawover = ({ src, author }: Base) => {
      this.close();
      drawOver({ src, author });
    };
    void this.#open(import('../dialogs/Lightbox.svelte'), { items, index, ondrawover });
  }

  rename(room: RoomState): void {
    void this.#open(import('./NameDialog.svelte'), { room, what: 'name' });
  }

  describe(room: RoomState): void {
    void this.#open(import('./NameDialog.svelte'), { room, what: 'description' });
  }

  keys(): void {
    void this.#open(import('./KeysDialog.svelte'), {});
  }

  async #open(
    fetched: Promise<{ default: Component<never> }>,
    props: Record<string, unknown>,
  ): Promise<void> {
    try {
      const { default: component } = await fetched;
      this.shown = { component, props: { ...props, onclose: this.close } };
    } catch {
      this.#onlost();
    }
  }
}
