/** Time and sockets for tests: nothing happens until the test says so. */

import type { Clock, Socket } from './connection';

interface Timer {
  id: number;
  at: number;
  run: () => void;
}

export class FakeClock implements Clock {
  #now = 1_000_000;
  #next = 1;
  #timers: Timer[] = [];

  now = (): number => this.#now;

  setTimeout = (run: () => void, ms: number): number => {
    const id = this.#next;
    this.#next += 1;
    this.#timers.push({ id, at: this.#now + Math.max(0, ms), run });
    return id;
  };

  clearTimeout = (id: number): void => {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  };

  /** Lets time pass, running what falls due in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!due) break;
      this.clearTimeout(due.id);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = end;
  }
}

export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: string[] = [];
  isClosed = false;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
  }

  opened(): void {
    this.onopen?.();
  }

  received(data: string): void {
    this.onmessage?.({ data });
  }

  closed(code: number, reason = ''): void {
    this.onclose?.({ code, reason });
  }
}
