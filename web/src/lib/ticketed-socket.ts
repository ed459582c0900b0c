/**
 * A WebSocket to the server that has the room, on a host of its own: each connection first asks for
 * its address and a ticket. A refused ticket is told as the door tells a refusal, so that whoever
 * holds the socket need not know the difference.
 */

import { RoomError } from './api';
import type { Socket } from './connection';
import {
  CloseCode,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
  type ServerFrame,
  type TicketAnswer,
} from './protocol.gen';

export interface Doors {
  ask(signal: AbortSignal): Promise<TicketAnswer>;
  open(url: string, protocols: string[]): Socket;
}

export class TicketedSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;

  readonly #doors: Doors;
  readonly #asking = new AbortController();
  #socket: Socket | null = null;

  constructor(doors: Doors) {
    this.#doors = doors;
    void this.#begin();
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  close(): void {
    this.#asking.abort();
    this.#socket?.close();
  }

  async #begin(): Promise<void> {
    const { signal } = this.#asking;
    let socket: Socket;
    try {
      const { url, ticket } = await this.#doors.ask(signal);
      // Closed meanwhile: a second connection must not come of it.
      if (signal.aborted) return;
      const protocols = ticket ? [TICKET_SUBPROTOCOL_PREFIX + ticket] : [];
      socket = this.#doors.open(url, [SUBPROTOCOL, ...protocols]);
    } catch (error) {
      // An answer that nothing can be opened with is none.
      if (!signal.aborted) this.#refused(error);
      return;
    }
    this.#socket = socket;
    socket.onopen = () => this.onopen?.();
    socket.onmessage = (event) => this.onmessage?.(event);
    socket.onclose = (event) => this.onclose?.(event);
  }

  #refused(error: unknown): void {
    const { code, retryAfterMs, message } =
      error instanceof RoomError ? error : new RoomError('unavailable');
    const frame: ServerFrame = { type: 'error', id: null, code, detail: message, retryAfterMs };
    this.onmessage?.({ data: JSON.stringify(frame) });
    this.onclose?.({ code: CloseCode.policy, reason: code });
  }
}
