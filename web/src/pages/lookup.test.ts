/** The hint under the first page's field: asked after a pause, and again while nobody answers. */

import { describe, expect, it } from 'vitest';
import { RoomError } from '../lib/api';
import type { RoomInfo } from '../lib/protocol.gen';
import { FakeClock } from '../lib/testing';
import { AGAIN_MAX_MS, AGAIN_MIN_MS, Lookup, PAUSE_MS } from './lookup.svelte';

const INFO: RoomInfo = {
  room: 'tea',
  exists: false,
  protected: false,
  members: 0,
  url: 'wss://a.example/api/rooms/tea/ws',
  suggestions: [],
  direct: false,
};
const flush = () => new Promise((resolve) => setTimeout(resolve, 0));

function setUp() {
  const clock = new FakeClock();
  const server = { refusal: null as RoomError | null, asked: [] as string[] };
  const lookup = new Lookup({
    ask: async (name) => {
      server.asked.push(name);
      if (server.refusal) throw server.refusal;
      return INFO;
    },
    clock,
    random: () => 1,
  });
  /** Lets time pass, and answers arrive. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await flush();
  };
  return { server, lookup, pass };
}

describe('lookup', () => {
  it('asks about the last of the names that are typed', async () => {
    const { server, lookup, pass } = setUp();
    lookup.ask('te');
    await pass(PAUSE_MS - 1);
    lookup.ask('tea');
    await pass(PAUSE_MS);
    expect(server.asked).toEqual(['tea']);
    expect(lookup.of('tea')).toEqual({ state: 'known', room: INFO });
    expect(lookup.of('te')).toBeNull();
  });

  it('asks a silent server again, ever more seldom, until it answers', async () => {
    const { server, lookup, pass } = setUp();
    server.refusal = new RoomError('unavailable');
    lookup.ask('tea');
    await pass(PAUSE_MS);
    expect(lookup.of('tea')).toEqual({ state: 'unknown' });
    for (let wait = 2 * AGAIN_MIN_MS; wait < AGAIN_MAX_MS; wait *= 2) {
      const asked = server.asked.length;
      await pass(wait - 1);
      expect(server.asked).toHaveLength(asked);
      await pass(1);
      expect(server.asked).toHaveLength(asked + 1);
    }
    server.refusal = null;
    await pass(AGAIN_MAX_MS);
    expect(lookup.of('tea')?.state).toBe('known');
    const asked = server.asked.length;
    await pass(AGAIN_MAX_MS * 2);
    expect(server.asked).toHaveLength(asked);
  });

  it('waits as long as the server says, and stops with the page', async () => {
    const { server, lookup, pass } = setUp();
    server.refusal = new RoomError('rate_limited', 5_000);
    lookup.ask('tea');
    await pass(PAUSE_MS);
    await pass(4_999);
    expect(server.asked).toHaveLength(1);
    await pass(1);
    expect(server.asked).toHaveLength(2);
    lookup.close();
    await pass(60_000);
    expect(server.asked).toHaveLength(2);
  });

  it('does not ask again about names that cannot be', async () => {
    const { server, lookup, pass } = setUp();
    server.refusal = new RoomError('reserved_name');
    lookup.ask('about');
    await pass(PAUSE_MS);
    expect(lookup.of('about')).toEqual({ state: 'reserved' });
    await pass(60_000);
    expect(server.asked).toHaveLength(1);
  });
});
