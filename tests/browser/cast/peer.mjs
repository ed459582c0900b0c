// A member without a browser: speaks the protocol over a bare WebSocket, to fill rooms
// and to send what the page itself never would.

import WebSocket from 'ws';

import { until } from './waiting.mjs';

export class Peer {
  events = [];
  notices = [];
  #socket;
  #answers = new Map();
  #nextId = 1;

  /**
   * Joins `room`, and comes back as the protocol says while no server can take the room. `from` is
   * the loopback address that it comes from.
   */
  static async join(server, room, options = {}) {
    return until(`${options.name ?? 'a peer'} joins`, async () => {
      const peer = await Peer.#try(server, room, options);
      if (peer.joined) return peer;
      if (peer.refusal && peer.refusal.code !== 'unavailable') {
        throw new Error(`the join was refused: ${JSON.stringify(peer.refusal)}`);
      }
      return null;
    });
  }

  static async #try(server, room, { name, password, from = '127.0.0.1' }) {
    const peer = new Peer();
    peer.url = server.plain ?? server.url;
    const address = `${peer.url.replace('http', 'ws')}/api/rooms/${encodeURIComponent(room)}/ws`;
    peer.#socket = new WebSocket(address, 'instantchat.v1', { localAddress: from });
    peer.#socket.on('upgrade', (answer) => {
      peer.cookie = answer.headers['set-cookie']?.[0].split(';')[0];
    });
    await new Promise((resolve, reject) => {
      peer.#socket.once('open', resolve);
      peer.#socket.once('error', reject);
    });
    peer.#socket.on('message', (text) => peer.#take(JSON.parse(text.toString())));
    peer.#send({ type: 'join', name, password });
    let closed = false;
    peer.#socket.once('close', (code) => {
      closed = true;
      peer.closeCode = code;
    });
    await until(`${name ?? 'a peer'} is answered`, () => peer.joined ?? peer.refusal ?? closed);
    return peer;
  }

  #take(frame) {
    if (frame.type === 'joined') this.joined = frame;
    if (frame.type === 'event') this.events.push(frame);
    if (frame.type === 'notice') this.notices.push(frame.text);
    if (frame.type === 'error' && frame.id == null) this.refusal = frame;
    const waiting = this.#answers.get(frame.id);
    if (waiting) {
      this.#answers.delete(frame.id);
      waiting(frame);
    }
  }

  #send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Sends a frame with an id, and resolves with its answer. */
  ask(frame) {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#send({ ...frame, id });
    });
  }

  /** Posts, waiting as long as the rate limits say; resolves with the message's number. */
  async post(text, extra = {}) {
    const key = crypto.randomUUID();
    for (;;) {
      const answer = await this.ask({ type: 'post', key, text, ...extra });
      if (answer.type === 'ok') return answer.seq;
      if (answer.code !== 'rate_limited') throw new Error(`not posted: ${JSON.stringify(answer)}`);
      const start = Date.now();
      await until('the limit lets it pass', () => Date.now() - start >= (answer.retryAfterMs ?? 200));
    }
  }

  async vote(message, value) {
    return this.ask({ type: 'vote', message, value });
  }

  typing() {
    this.#send({ type: 'typing' });
  }

  /** Uploads bytes; resolves with what `post` carries as `file`. */
  async upload(bytes, name, type, kind = 'file') {
    const { grant } = await this.ask({ type: 'grant' });
    const form = new FormData();
    form.append('file', new Blob([bytes], { type }), name);
    const answer = await fetch(`${this.url}/api/files?kind=${kind}`, {
      method: 'POST',
      body: form,
      headers: { 'Instantchat-Grant': grant, Cookie: this.cookie ?? '' },
    });
    const body = await answer.json();
    if (answer.status !== 201) throw new Error(`not uploaded: ${JSON.stringify(body)}`);
    return body;
  }

  leave() {
    this.#socket.close();
  }
}
