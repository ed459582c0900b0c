/** What one is writing: the text, what it answers or replaces, its files, and what is wrong. */

import { t, format } from '../i18n/i18n.svelte';
import { preview, RoomError } from '../lib/api';
import { errorText } from '../lib/error-text';
import type { Message } from '../lib/protocol.gen';
import type { Previewing } from '../lib/room/pending';
import type { RoomState } from '../lib/room/state.svelte';
import { firstLink } from '../conversation/text';
import { Attachments, type Refusal } from './attachments.svelte';

/** Characters of a message. */
export const TEXT_CHARS_MAX = 10_000;
/** From here on the characters are counted. */
export const COUNTED_FROM = 9_000;
/** How long after the last key a link's preview is asked for. */
const PREVIEW_AFTER_MS = 600;

export interface InputError {
  text: string;
  action?: { label: string; run: () => void };
}

export class ComposerState {
  readonly room: RoomState;
  readonly attachments: Attachments;

  text = $state('');
  /** The message that is being edited. */
  editing = $state.raw<Message | null>(null);
  /** Whether the last message is edited as soon as it is sent. */
  wantsEdit = $state(false);
  /** Whether the message goes out as soon as its files are there. */
  waitsForFiles = $state(false);

  readonly chars = $derived(this.text.length < COUNTED_FROM ? this.text.length : [...this.text].length);
  readonly tooMany = $derived(Math.max(0, this.chars - TEXT_CHARS_MAX));
  readonly replyTo = $derived.by(() =>
    this.editing || this.room.replyTo === null ? null : this.room.message(this.room.replyTo),
  );
  readonly hasContent = $derived.by(
    () => /\S/u.test(this.text) || this.attachments.attached,
  );
  readonly error = $derived.by((): InputError | null => this.#errorNow());

  #said = $state.raw<InputError | null>(null);
  #preview: { link: string; answer: Promise<Previewing | null> } | null = null;
  #previewTimer: number | undefined;

  constructor(room: RoomState, typed: string) {
    this.room = room;
    this.attachments = new Attachments(
      () => room.grant(),
      (file) => room.post({ text: '', file }),
    );
    this.text = typed !== '' ? typed : room.draft;
    if (typed !== '') room.draft = typed;
  }

  /** The text changed by hand. */
  typed(): void {
    this.#said = null;
    this.wantsEdit = false;
    if (!this.editing) {
      this.room.draft = this.text;
      this.room.keepSoon();
    }
    if (/\S/u.test(this.text)) this.room.signTyping();
    clearTimeout(this.#previewTimer);
    this.#previewTimer = window.setTimeout(() => this.#askPreview(), PREVIEW_AFTER_MS);
  }

  /** Sends, or says why not; true when the composer is free again. */
  send(): boolean {
    if (!this.hasContent || this.tooMany > 0) return false;
    if (this.editing) {
      void this.#save(this.editing);
      return true;
    }
    if (this.attachments.underWay || this.attachments.stopped) {
      this.waitsForFiles = this.attachments.underWay;
      return false;
    }
    this.waitsForFiles = false;
    const { replyTo } = this.room;
    const text = /\S/u.test(this.text) ? this.text : '';
    const link = firstLink(text);
    const previewing = link && !this.attachments.attached ? this.#previewOf(link) : null;
    if (this.room.outbox.full) {
      this.#said = { text: errorText('rate_limited') };
      return false;
    }
    const [file = null, ...others] = this.attachments.take();
    this.room.post({ text, replyTo, file, preview: previewing });
    for (const other of others) this.room.post({ text: '', file: other });
    this.#clear();
    return true;
  }

  /** Begins an answer. */
  reply(message: Message): void {
    this.leaveEdit();
    this.room.replyTo = message.seq;
    this.room.keepSoon();
  }

  /** Begins to edit one's own message. The draft waits. */
  edit(message: Message): void {
    this.editing = message;
    this.text = message.text;
    this.#said = null;
  }

  /** Edits the last message of one's own, once it is sent; false when there is none. */
  editLast(): boolean {
    const you = this.room.you?.member;
    this.wantsEdit = this.room.pending.some(({ state }) => state !== 'failed');
    if (this.wantsEdit) return true;
    const last = this.room.messages.findLast(
      ({ by, deleted, text }) => by === you && !deleted && text !== '',
    );
    if (last) this.edit(last);
    return last !== undefined;
  }

  /** Leaves an edit or a reply; false when there was none. */
  leave(): boolean {
    if (this.editing) {
      this.leaveEdit();
      return true;
    }
    if (this.room.replyTo === null) return false;
    this.room.replyTo = null;
    this.room.keepSoon();
    return true;
  }

  leaveEdit(): void {
    if (!this.editing) return;
    this.editing = null;
    this.text = this.room.draft;
    this.#said = null;
  }

  /** Takes files. */
  async attach(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    this.leaveEdit();
    const refusal = await this.attachments.add(files);
    this.#said = refusal ? { text: refusalText(refusal) } : null;
  }

  /** Sends a drawing, as a message of its own. */
  async sendDrawing(drawing: File): Promise<void> {
    const refusal = await this.attachments.add([drawing], true);
    this.#said = refusal ? { text: refusalText(refusal) } : null;
  }

  /** Puts the text into a file of its own. */
  textAsFile = (): void => {
    const file = new File([this.text], 'message.txt', { type: 'text/plain' });
    this.text = '';
    this.typed();
    void this.attach([file]);
  };

  /** Puts held posts back into the composer. */
  keepAsDraft = (): void => {
    const held = this.room.outbox.takeHeld();
    this.text = [held, this.text].filter((part) => part !== '').join('\n');
    this.typed();
  };

  /** Says what went wrong with something that one did. */
  fail(error: unknown): void {
    const code = error instanceof RoomError ? error.code : 'unavailable';
    this.#said = { text: errorText(code) };
  }

  #errorNow(): InputError | null {
    if (this.tooMany > 0) {
      const action = this.editing
        ? undefined
        : { label: t('upload.asFile'), run: this.textAsFile };
      return { text: t('status.tooLong', { n: this.tooMany }), ...(action ? { action } : {}) };
    }
    return this.#said;
  }

  async #save(message: Message): Promise<void> {
    const text = this.text;
    this.leaveEdit();
    if (text === message.text) return;
    try {
      await this.room.edit(message.seq, text);
    } catch (error) {
      // What was written is not lost: the edit goes on where it was.
      this.edit(message);
      this.text = text;
      this.fail(error);
    }
  }

  #clear(): void {
    this.text = '';
    this.room.draft = '';
    this.room.replyTo = null;
    this.#said = null;
    this.room.keepNow();
  }

  #askPreview(): void {
    const link = firstLink(this.text);
    if (link && this.room.live && !this.editing) void this.#previewOf(link, true);
  }

  /** The preview of a link: asked for once, and used once. */
  #previewOf(link: string, keep = false): Promise<Previewing | null> {
    const known = this.#preview?.link === link ? this.#preview.answer : null;
    const answer =
      known ??
      this.room
        .grant()
        .then((grant) => preview(link, grant))
        .then(({ descriptor, ...shown }) => ({ preview: shown, descriptor }))
        .catch(() => null);
    this.#preview = keep ? { link, answer } : null;
    return answer;
  }
}

function refusalText(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'empty':
      return t('upload.empty', { file: refusal.name });
    case 'many':
      return t('upload.tooMany', { n: refusal.max });
    case 'tooBig':
      return t('upload.tooBig', {
        file: refusal.name,
        size: format().bytes(refusal.size),
        max: format().bytes(refusal.max),
      });
  }
}
