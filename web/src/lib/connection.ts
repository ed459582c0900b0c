/**
 * A socket that comes back: full jitter from 100 ms to 10 s, or the server's own wait; a watchdog
 * for connections that are open but dead; the browser's online and offline. Knows nothing of
 * rooms: what a close means is the owner's verdict.
 */

/** The part of a WebSocket that is used here. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** Time, so that tests have their own. */
export interface Clock {
  now(): number;
  setTimeout(run: () => void, ms: number): number;
  clearTimeout(id: number): void;
}

/** What follows a close: try again (after so many milliseconds, if the server said so) or stop. */
export type Verdict = { retry: true; afterMs?: number } | { retry: false };

/** How the connection is. `until` is when the next try begins. */
export type Link =
  | { state: 'idle' | 'open' | 'offline' | 'stopped' }
  | { state: 'connecting'; attempt: number }
  | { state: 'waiting'; attempt: number; until: number; since: number };

export interface ConnectionOptions {
  connect(): Socket;
  clock: Clock;
  random(): number;
  onopen(): void;
  onmessage(text: string): void;
  onclose(code: number, reason: string): Verdict;
  onlink(link: Link): void;
}

/** The shortest and the longest bound of the jitter between two tries. */
export const BACKOFF_MIN_MS = 100;
export const BACKOFF_MAX_MS = 10_000;
/** Silence after which a connection counts as dead: a heartbeat comes every 25 s. */
export const SILENCE_MS = 35_000;
/** How long a handshake may take. */
export const HANDSHAKE_MS = 10_000;
/** While the browser says that it is offline, it is still asked this often: it may be wrong. */
export const OFFLINE_RETRY_MS = 10_000;
/** The code that stands for "nothing was heard" where no close frame came. */
export const CLOSE_SILENT = 1006;

export class Connection {
  readonly #options: ConnectionOptions;
  #socket: Socket | null = null;
  #open = false;
  #attempt = 0;
  #since = 0;
  #offline = false;
  #timer: number | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Begins, or tries again at once. */
  start(): void {
    this.#drop();
    this.#connect();
  }

  /** Ends, until `start`. */
  stop(): void {
    this.#drop();
    this.#attempt = 0;
    this.#options.onlink({ state: 'stopped' });
  }

  /** Says that the connection serves: the next loss begins with the shortest wait. */
  settled(): void {
    this.#attempt = 0;
  }

  /** Gives the present connection up as dead and begins a new one. */
  restart(): void {
    if (this.#open) this.#closed(CLOSE_SILENT, '');
  }

  /** Sends, if there is a connection. */
  send(text: string): boolean {
    if (!this.#open || !this.#socket) return false;
    this.#socket.send(text);
    return true;
  }

  /** The browser's word on whether there is a network. */
  setOnline(online: boolean): void {
    this.#offline = !online;
    if (online && !this.#open) this.start();
    else if (!online && this.#open) this.#closed(CLOSE_SILENT, 'offline');
    else if (!online && this.#timer !== null) this.#wait({});
  }

  #connect(): void {
    this.#attempt += 1;
    if (this.#attempt === 1) this.#since = this.#options.clock.now();
    if (!this.#offline) this.#options.onlink({ state: 'connecting', attempt: this.#attempt });
    const socket = this.#options.connect();
    this.#socket = socket;
    socket.onopen = () => {
      this.#open = true;
      this.#offline = false;
      this.#watch(SILENCE_MS);
      this.#options.onlink({ state: 'open' });
      this.#options.onopen();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data !== 'string') return;
      this.#watch(SILENCE_MS);
      this.#options.onmessage(data);
    };
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.#watch(HANDSHAKE_MS);
  }

  #closed(code: number, reason: string): void {
    this.#drop();
    const verdict = this.#options.onclose(code, reason);
    if (verdict.retry) this.#wait(verdict);
    else this.stop();
  }

  #wait(verdict: { afterMs?: number }): void {
    const { clock, random, onlink } = this.#options;
    const bound = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#attempt);
    const wait = this.#offline ? OFFLINE_RETRY_MS : (verdict.afterMs ?? random() * bound);
    const now = clock.now();
    if (this.#attempt === 0) this.#since = now;
    this.#arm(() => this.#connect(), wait);
    if (this.#offline) onlink({ state: 'offline' });
    else onlink({ state: 'waiting', attempt: this.#attempt, until: now + wait, since: this.#since });
  }

  /** Gives the connection up when nothing comes for so long. */
  #watch(ms: number): void {
    this.#arm(() => this.#closed(CLOSE_SILENT, ''), ms);
  }

  #arm(run: () => void, ms: number): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = null;
      run();
    }, ms);
  }

  #drop(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#open = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
