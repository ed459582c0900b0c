/** The list of completions: what it offers, and which one is chosen. */

import type { RoomState } from '../lib/room/state.svelte';
import { CHOICES_MAX, memberChoices, triggerAt, type Choice, type Trigger } from './completion';

export class Completer {
  trigger = $state.raw<Trigger | null>(null);
  chosen = $state(0);
  readonly choices = $derived.by((): readonly Choice[] => this.#choicesNow());

  #found = $state.raw<readonly Choice[]>([]);
  readonly #room: RoomState;

  constructor(room: RoomState) {
    this.#room = room;
  }

  /** Looks at the text before the caret; with a selection there is nothing to complete. */
  look(text: string, start: number, end: number): void {
    const next = start === end ? triggerAt(text, start) : null;
    if (next?.kind === this.trigger?.kind && next?.query === this.trigger?.query) return;
    this.trigger = next;
    this.#found = [];
    this.chosen = 0;
    if (next?.kind === 'emoji') void this.#findEmoji(next);
    else if (next && this.#room.crowded && this.#room.live) void this.#findMembers(next);
  }

  close(): void {
    this.trigger = null;
  }

  /** Moves in the list, closes it, or picks; false when the key is not the list's. */
  key(name: string, pick: (choice: Choice) => void): boolean {
    const count = this.choices.length;
    const choice = this.choices[this.chosen];
    if (count === 0) return false;
    if (name === 'ArrowDown') this.chosen = (this.chosen + 1) % count;
    else if (name === 'ArrowUp') this.chosen = (this.chosen + count - 1) % count;
    else if ((name === 'Enter' || name === 'Tab') && choice) pick(choice);
    else if (name === 'Escape') this.close();
    else return false;
    return true;
  }

  #choicesNow(): readonly Choice[] {
    if (this.trigger?.kind !== 'member') return this.trigger ? this.#found : [];
    const you = this.#room.you?.member ?? '';
    const own = memberChoices(this.#room.members.values(), this.trigger.query, you);
    const keys = new Set(own.map(({ key }) => key));
    return [...own, ...this.#found.filter(({ key }) => !keys.has(key))].slice(0, CHOICES_MAX);
  }

  async #findEmoji(wanted: Trigger): Promise<void> {
    const hits = await import('../dialogs/emoji-data')
      .then(({ search }) => search(wanted.query))
      // Without them one writes on as if there were none.
      .catch(() => []);
    if (this.trigger !== wanted) return;
    this.#found = hits.slice(0, CHOICES_MAX).map(({ emoji, name }) => ({
      key: emoji,
      insert: `${emoji} `,
      label: name,
      sign: { emoji },
    }));
  }

  async #findMembers(wanted: Trigger): Promise<void> {
    const members = await this.#room.requestMembers(wanted.query).catch(() => []);
    if (this.trigger !== wanted) return;
    this.#found = memberChoices(members, wanted.query, this.#room.you?.member ?? '');
  }
}
