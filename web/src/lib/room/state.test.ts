/** A room over a connection that a test holds in its hands. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CloseCode, type ClientFrame, type Joined, type ServerFrame } from '../protocol.gen';
import { FakeClock, FakeSocket } from '../testing';
import { RESEND_MS } from './pending';
import { RoomState } from './state.svelte';

const AT = '2026-11-21T09:00:00.000Z';

class Server {
  readonly clock = new FakeClock();
  readonly sockets: FakeSocket[] = [];
  readonly room: RoomState;

  constructor(entry = {}) {
    this.room = new RoomState('the-room', entry, {
      connect: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      clock: this.clock,
      random: () => 0.5,
      schedule: (run) => run(),
    });
    this.room.start();
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }

  /** The frames of the present connection. */
  get sent(): ClientFrame[] {
    return this.socket.sent.map((text) => JSON.parse(text) as ClientFrame);
  }

  last<T extends ClientFrame['type']>(type: T): ClientFrame & { type: T } {
    return this.sent.findLast((frame) => frame.type === type) as ClientFrame & { type: T };
  }

  say(frame: ServerFrame): void {
    this.socket.received(JSON.stringify(frame));
  }

  join(change: Partial<Joined> = {}): void {
    this.socket.opened();
    this.say({ type: 'joined', ...joined(), ...change });
  }

  posted(seq: number, text: string, by: string, key = 'other'): void {
    const event = { kind: 'posted', key, text, replyTo: null, file: null, preview: null } as const;
    this.say({ type: 'event', seq, at: AT, by, name: 'Bo', event });
  }

  lose(): void {
    this.socket.closed(1006);
    this.clock.advance(100);
  }
}

function joined(): Joined {
  return {
    room: {
      name: 'the-room',
      description: '',
      protected: false,
      createdAt: AT,
      creator: null,
      kept: 0,
      keptMax: 1000,
      expiresAfterMs: 43_200_000,
    },
    you: { member: 'm1', name: 'Ada', creator: false },
    incarnation: 'i1',
    epoch: 1,
    seq: 0,
    members: [],
    online: 1,
    crowded: false,
    history: [],
    more: false,
    resumed: false,
    gap: null,
    keep: 'k1',
  };
}

const flush = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('room', () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    vi.stubGlobal('location', { protocol: 'http:', host: 'a.example', origin: 'http://a.example' });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('enters with a name and a password, and comes back with what it holds', () => {
    const server = new Server({ name: 'Ada', password: 'secret' });
    server.join();
    expect(server.sent[0]).toEqual({ type: 'join', name: 'Ada', password: 'secret' });
    server.posted(1, 'hello', 'm2');
    server.lose();
    server.socket.opened();
    const resume = { incarnation: 'i1', epoch: 1, seq: 1, keep: 'k1' };
    expect(server.sent[0]).toEqual({ type: 'join', password: 'secret', resume });
  });

  it('shows a post at once, and once when the event comes', async () => {
    const server = new Server();
    server.join();
    server.room.post({ text: 'mine' });
    await flush();
    const { id, key } = server.last('post');
    expect(server.room.pending.map(({ text }) => text)).toEqual(['mine']);
    server.say({ type: 'ok', id: id ?? null, seq: 1 });
    expect(server.room.pending).toHaveLength(1);
    server.posted(1, 'mine', 'm1', key);
    expect(server.room.pending).toHaveLength(0);
    expect(server.room.messages.map(({ text }) => text)).toEqual(['mine']);
  });

  it('sends an unanswered post again with its key, and takes the first answer', async () => {
    const server = new Server();
    server.join();
    server.room.post({ text: 'mine' });
    await flush();
    const { key } = server.last('post');
    server.lose();
    server.join({ resumed: true, seq: 1 });
    server.posted(1, 'mine', 'm1', 'unknown-here');
    await flush();
    const again = server.last('post');
    expect(again.key).toBe(key);
    server.say({ type: 'ok', id: again.id ?? null, seq: 1 });
    expect(server.room.pending).toHaveLength(0);
  });

  it('never sends a post again by itself after a minute, but keeps it', async () => {
    const server = new Server();
    server.join();
    server.room.post({ text: 'mine' });
    await flush();
    const { key } = server.last('post');
    server.socket.closed(1006);
    server.clock.advance(RESEND_MS + 1);
    expect(server.room.pending[0]?.state).toBe('failed');
    server.room.retry();
    server.join({ resumed: true });
    await flush();
    expect(server.sent.map(({ type }) => type)).toEqual(['join']);
    server.room.outbox.retry(key);
    await flush();
    expect(server.last('post').key).toBe(key);
  });

  it('holds posts back after a rate limit, in order, and gives them back as a draft', async () => {
    const server = new Server();
    server.join();
    server.room.post({ text: 'first' });
    await flush();
    const { id } = server.last('post');
    const limited = { code: 'rate_limited', detail: '', retryAfterMs: 2_000 } as const;
    server.say({ type: 'error', id: id ?? null, ...limited });
    server.room.post({ text: 'second' });
    await flush();
    expect(server.sent.filter(({ type }) => type === 'post')).toHaveLength(1);
    server.clock.advance(2_000);
    await flush();
    const texts = server.sent.flatMap((frame) => (frame.type === 'post' ? [frame.text] : []));
    expect(texts).toEqual(['first', 'first', 'second']);
  });

  it('comes back when a heartbeat tells of events that never came', () => {
    const server = new Server();
    server.join();
    server.posted(1, 'one', 'm2');
    server.say({ type: 'heartbeat', epoch: 1, seq: 1 });
    expect(server.room.live).toBe(true);
    server.say({ type: 'heartbeat', epoch: 1, seq: 2 });
    expect(server.room.live).toBe(false);
  });

  it('comes back rather than show a hole', () => {
    const server = new Server();
    server.join();
    server.posted(2, 'two', 'm2');
    expect(server.room.messages).toHaveLength(0);
    expect(server.room.live).toBe(false);
  });

  it('says how much it missed', () => {
    const server = new Server();
    server.join();
    server.posted(1, 'one', 'm2');
    server.lose();
    server.join({ resumed: true, seq: 3 });
    expect(server.room.remark).toBeNull();
    server.posted(2, 'two', 'm2');
    server.posted(3, 'three', 'm2');
    expect(server.room.remark).toEqual({ kind: 'back', missed: 2 });
  });

  it('asks a question again on a new connection', async () => {
    const server = new Server();
    server.join();
    const renamed = server.room.rename('Nina');
    server.lose();
    server.join({ resumed: true });
    const { id } = server.last('rename');
    server.say({ type: 'ok', id: id ?? null, seq: null });
    await renamed;
  });

  it('asks for its name again in a room that began anew', () => {
    const server = new Server();
    server.join();
    server.lose();
    const gap = { from: null, to: null, reason: 'restarted' } as const;
    const you = { member: 'm1', name: 'Rosy Sparrow', creator: false };
    server.join({ incarnation: 'i2', gap, you });
    expect(server.last('rename').name).toBe('Ada');
    expect(server.room.lines).toMatchObject([{ kind: 'restarted' }]);
  });

  it('asks for the password, and counts the wrong ones', () => {
    const server = new Server();
    const refuse = () => {
      server.socket.opened();
      const wrong = { code: 'wrong_password', detail: '', retryAfterMs: null } as const;
      server.say({ type: 'error', id: null, ...wrong });
      server.socket.closed(CloseCode.policy, 'wrong_password');
    };
    refuse();
    expect(server.room.connection).toMatchObject({ state: 'refused', code: 'wrong_password' });
    expect(server.room.tries).toBe(0);
    server.room.retry({ password: 'wrong' });
    refuse();
    expect(server.room.tries).toBe(1);
    server.room.retry({ password: 'right' });
    server.join();
    expect(server.room.live).toBe(true);
  });

  it('keeps the draft and what was not sent over a reload', async () => {
    const server = new Server();
    server.join();
    server.room.draft = 'half a thought';
    server.socket.closed(1006);
    server.room.post({ text: 'unsent' });
    server.room.stop();
    const again = new Server();
    expect(again.room.draft).toBe('half a thought');
    again.join();
    await flush();
    expect(again.last('post').text).toBe('unsent');
  });

  it('shows the newest word of the operator until it is read', () => {
    const server = new Server();
    server.join();
    server.say({ type: 'notice', text: 'Restarting in a minute.' });
    server.clock.advance(5_000);
    server.say({ type: 'notice', text: 'Restarting now.' });
    expect(server.room.notice).toEqual({ text: 'Restarting now.', at: server.clock.now() });
    server.lose();
    server.join({ resumed: true });
    expect(server.room.notice?.text).toBe('Restarting now.');
    server.room.closeNotice();
    expect(server.room.notice).toBeNull();
  });

  it('follows a room that moves, without a word of loss, when the server said', () => {
    const server = new Server();
    server.join();
    server.say({ type: 'moving', retryAfterMs: 180 });
    server.socket.closed(CloseCode.moving, 'moving');
    expect(server.room.connection.state).toBe('moving');
    server.clock.advance(179);
    expect(server.sockets).toHaveLength(1);
    server.clock.advance(1);
    expect(server.sockets).toHaveLength(2);
    server.join({ resumed: true, epoch: 2 });
    expect(server.room.live).toBe(true);
  });

  it('looks for the room anew when the server that it asked has it no more', () => {
    for (const code of ['moved', 'bad_ticket'] as const) {
      const server = new Server();
      server.join();
      server.lose();
      server.socket.opened();
      server.say({ type: 'error', id: null, code, detail: '', retryAfterMs: null });
      server.socket.closed(CloseCode.policy, code);
      expect(server.room.connection.state).toBe('moving');
      server.clock.advance(1_000);
      server.join({ resumed: true });
      expect(server.room.live).toBe(true);
    }
  });

  it('waits while no server can take the room, and has one connection at a time', () => {
    const server = new Server();
    server.join();
    server.socket.closed(CloseCode.goingAway, 'going_away');
    for (let round = 0; round < 20; round += 1) {
      server.clock.advance(10_000);
      // A gateway without a server behind it, then one that says so.
      if (round % 2 === 0) {
        server.socket.closed(1006);
      } else {
        server.socket.opened();
        server.say({ type: 'error', id: null, code: 'unavailable', detail: '', retryAfterMs: 500 });
        server.socket.closed(CloseCode.policy, 'unavailable');
      }
      expect(['waiting', 'trying']).toContain(server.room.connection.state);
      expect(server.sockets.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(1);
    }
    server.clock.advance(10_000);
    server.join({ resumed: true });
    expect(server.room.live).toBe(true);
  });

  it('gives up an old owner, and believes it when there is no other', () => {
    const server = new Server();
    server.join({ epoch: 5 });
    server.posted(1, 'of the fifth', 'm2');
    server.lose();
    for (let met = 1; met < 3; met += 1) {
      server.join({ epoch: 4, seq: 0, resumed: true });
      server.posted(2, 'of the fourth', 'm2');
      expect(server.room.live).toBe(false);
      expect(server.room.messages.map(({ text }) => text)).toEqual(['of the fifth']);
      server.clock.advance(10_000);
      expect(server.sockets).toHaveLength(2 + met);
    }
    server.join({ epoch: 4, seq: 0, resumed: true });
    server.clock.advance(10_000);
    server.socket.opened();
    expect(server.sent).toEqual([{ type: 'join' }]);
    server.say({ type: 'joined', ...joined(), epoch: 4 });
    expect(server.room.live).toBe(true);
    expect(server.room.messages).toEqual([]);
    expect(server.room.lines).toMatchObject([{ kind: 'restarted' }]);
  });

  it('lets another tab go on, and takes the room back when told', () => {
    const server = new Server();
    server.join();
    server.socket.closed(CloseCode.replaced, 'replaced');
    server.clock.advance(60_000);
    expect(server.sockets).toHaveLength(1);
    expect(server.room.connection.state).toBe('replaced');
    server.room.retry();
    server.join({ resumed: true });
    expect(server.room.live).toBe(true);
  });
});
