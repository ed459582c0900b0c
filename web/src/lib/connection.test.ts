/** The connection comes back: with jitter, after the server's wait, from silence, from offline. */

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  BACKOFF_MAX_MS,
  Connection,
  HANDSHAKE_MS,
  OFFLINE_RETRY_MS,
  SILENCE_MS,
  type Link,
  type Verdict,
} from './connection';
import { FakeClock, FakeSocket } from './testing';

function setUp(verdict: Verdict = { retry: true }, random = () => 0.5) {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const links: Link[] = [];
  const closes: number[] = [];
  const connection = new Connection({
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    clock,
    random,
    onopen: () => {},
    onmessage: () => {},
    onclose: (code) => {
      closes.push(code);
      return verdict;
    },
    onlink: (link) => links.push(link),
  });
  const last = () => sockets.at(-1) as FakeSocket;
  return { clock, sockets, links, closes, connection, last };
}

describe('connection', () => {
  it('tries again within bounds that double up to ten seconds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (random) => {
        const { clock, sockets, connection, last, links } = setUp({ retry: true }, () => random);
        connection.start();
        for (let attempt = 1; attempt <= 12; attempt += 1) {
          last().closed(1006);
          const link = links.at(-1);
          const wait = link?.state === 'waiting' ? link.until - clock.now() : Number.NaN;
          expect(wait).toBeLessThanOrEqual(Math.min(BACKOFF_MAX_MS, 100 * 2 ** attempt));
          clock.advance(wait);
          expect(sockets).toHaveLength(attempt + 1);
        }
      }),
    );
  });

  it('waits exactly as long as the server says', () => {
    const { clock, sockets, connection, last } = setUp({ retry: true, afterMs: 180 });
    connection.start();
    last().opened();
    last().closed(1012);
    clock.advance(179);
    expect(sockets).toHaveLength(1);
    clock.advance(1);
    expect(sockets).toHaveLength(2);
  });

  it('begins with the shortest wait again once it served', () => {
    const { clock, connection, last, links } = setUp({ retry: true }, () => 0.999);
    connection.start();
    for (let round = 0; round < 6; round += 1) {
      last().closed(1006);
      clock.advance(BACKOFF_MAX_MS);
    }
    last().opened();
    connection.settled();
    last().closed(1006);
    const link = links.at(-1);
    expect(link?.state === 'waiting' && link.until - clock.now()).toBeLessThan(100);
  });

  it('gives up a connection that is open but silent', () => {
    const { clock, sockets, connection, last, closes } = setUp();
    connection.start();
    last().opened();
    clock.advance(SILENCE_MS - 1);
    last().received('{}');
    clock.advance(SILENCE_MS - 1);
    expect(closes).toHaveLength(0);
    clock.advance(1);
    expect(closes).toEqual([1006]);
    expect(sockets[0]?.isClosed).toBe(true);
  });

  it('gives up a handshake that does not end', () => {
    const { clock, connection, closes } = setUp();
    connection.start();
    clock.advance(HANDSHAKE_MS);
    expect(closes).toEqual([1006]);
  });

  it('stops when the owner says so', () => {
    const { clock, sockets, connection, last, links } = setUp({ retry: false });
    connection.start();
    last().closed(4002);
    clock.advance(60_000);
    expect(sockets).toHaveLength(1);
    expect(links.at(-1)).toEqual({ state: 'stopped' });
  });

  it('drops the connection when the browser goes offline, and comes back at once', () => {
    const { clock, sockets, connection, last, links } = setUp();
    connection.start();
    last().opened();
    connection.setOnline(false);
    expect(links.at(-1)).toEqual({ state: 'offline' });
    clock.advance(OFFLINE_RETRY_MS - 1);
    expect(sockets).toHaveLength(1);
    connection.setOnline(true);
    expect(sockets).toHaveLength(2);
  });

  it('still asks now and then while the browser believes that it is offline', () => {
    const { clock, sockets, connection, last, links } = setUp();
    connection.start();
    last().opened();
    connection.setOnline(false);
    clock.advance(OFFLINE_RETRY_MS);
    expect(sockets).toHaveLength(2);
    last().opened();
    expect(links.at(-1)).toEqual({ state: 'open' });
  });

  it('hears nothing from a socket that it gave up', () => {
    const { connection, sockets, closes } = setUp();
    connection.start();
    const first = sockets[0] as FakeSocket;
    connection.start();
    first.closed(1006);
    expect(closes).toHaveLength(0);
  });
});
