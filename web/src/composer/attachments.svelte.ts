/** Files on their way into a message: uploaded at once, shown as cards, sent when they are there. */

import { RoomError, siteInfo, upload, type Upload } from '../lib/api';
import type { ErrorCode } from '../lib/protocol.gen';
import type { Attached } from '../lib/room/pending';

export interface Attachment {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly kind: 'drawing' | 'file';
  /** Goes as a message of its own as soon as it is there; nothing waits for it. */
  readonly alone: boolean;
  readonly blob: Blob;
  readonly state: 'uploading' | 'ready' | 'stopped';
  /** Bytes that went. */
  readonly sent: number;
  readonly result: Attached | null;
  /** Why it stopped. */
  readonly code: ErrorCode | null;
}

/** Why a file was not taken at all. */
export type Refusal =
  | { kind: 'tooBig'; name: string; size: number; max: number }
  | { kind: 'empty'; name: string }
  | { kind: 'many'; max: number };

/** Files of one draft. */
export const FILES_MAX = 10;
/** Uploads under way at a time: as many as the server takes of one address. */
const UPLOADS_MAX = 3;
/** The limit of a file where the server did not tell its own. */
const FILE_BYTES_MAX = 25 << 20;

export class Attachments {
  items = $state.raw<readonly Attachment[]>([]);
  readonly underWay = $derived(this.items.some(({ state, alone }) => state === 'uploading' && !alone));
  readonly stopped = $derived(this.items.some(({ state, alone }) => state === 'stopped' && !alone));

  /** Whether there is a file that goes with the text. */
  readonly attached = $derived(this.items.some(({ alone }) => !alone));

  readonly #grant: () => Promise<string>;
  readonly #onalone: (attached: Attached) => void;
  readonly #uploads = new Map<number, Upload | null>();
  #next = 1;

  constructor(grant: () => Promise<string>, onalone: (attached: Attached) => void) {
    this.#grant = grant;
    this.#onalone = onalone;
  }

  /** Takes files and begins to upload them; tells the first that it did not take. */
  async add(files: readonly File[], alone = false): Promise<Refusal | null> {
    const kind = alone ? 'drawing' : 'file';
    const site = await siteInfo().catch(() => null);
    const max =
      (kind === 'drawing' ? site?.drawingBytesMax : site?.fileBytesMax) ?? FILE_BYTES_MAX;
    let refusal: Refusal | null = null;
    for (const file of files) {
      const { name, size } = file;
      if (size === 0) refusal ??= { kind: 'empty', name };
      else if (size > max) refusal ??= { kind: 'tooBig', name, size, max };
      else if (this.items.length >= FILES_MAX) refusal ??= { kind: 'many', max: FILES_MAX };
      else this.#take(file, kind, alone);
    }
    return refusal;
  }

  /** Leaves a file out. */
  remove(id: number): void {
    this.items = this.items.filter((item) => item.id !== id);
    this.#uploads.get(id)?.abort();
    this.#uploads.delete(id);
    this.#pump();
  }

  /** Uploads a stopped file again. */
  retry(id: number): void {
    this.#update(id, { state: 'uploading', sent: 0, code: null });
    this.#pump();
  }

  /** Hands over what is ready, and is empty then. */
  take(): Attached[] {
    const ready = this.items.flatMap(({ alone, result }) => (result && !alone ? [result] : []));
    this.items = this.items.filter(({ alone }) => alone);
    return ready;
  }

  /** Ends every upload. */
  close(): void {
    for (const running of this.#uploads.values()) running?.abort();
    this.#uploads.clear();
  }

  #take(file: File, kind: 'drawing' | 'file', alone: boolean): void {
    const id = this.#next;
    this.#next += 1;
    const { name, size } = file;
    this.items = [
      ...this.items,
      {
        id,
        name,
        size,
        kind,
        alone,
        blob: file,
        state: 'uploading',
        sent: 0,
        result: null,
        code: null,
      },
    ];
    this.#pump();
  }

  #pump(): void {
    for (const item of this.items) {
      if (this.#uploads.size >= UPLOADS_MAX) return;
      if (item.state === 'uploading' && !this.#uploads.has(item.id)) void this.#run(item);
    }
  }

  async #run(item: Attachment): Promise<void> {
    this.#uploads.set(item.id, null);
    try {
      const grant = await this.#grant();
      if (!this.#uploads.has(item.id)) return;
      const running = upload(item.blob, item.name, item.kind, grant, (sent) =>
        this.#update(item.id, { sent: Math.min(sent, item.size) }),
      );
      this.#uploads.set(item.id, running);
      const { descriptor, ...file } = await running.answer;
      const result = { file, descriptor };
      if (item.alone) {
        this.items = this.items.filter(({ id }) => id !== item.id);
        this.#onalone(result);
      } else {
        this.#update(item.id, { state: 'ready', sent: item.size, result });
      }
    } catch (error) {
      const code = error instanceof RoomError ? error.code : 'unavailable';
      this.#update(item.id, { state: 'stopped', code });
    } finally {
      this.#uploads.delete(item.id);
      this.#pump();
    }
  }

  #update(id: number, change: Partial<Attachment>): void {
    this.items = this.items.map((item) => (item.id === id ? { ...item, ...change } : item));
  }
}
