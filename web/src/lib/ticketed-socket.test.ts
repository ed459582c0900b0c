/** A ticket for every connection, a refusal that reads like the door's, and never a second socket. */

import { describe, expect, it } from 'vitest';
import { RoomError } from './api';
import { Connection, type Link, type Verdict } from './connection';
import { CloseCode, SUBPROTOCOL, type TicketAnswer } from './protocol.gen';
import { verdictOf } from './room/status';
import { FakeClock, FakeSocket } from './testing';
import { TicketedSocket } from './ticketed-socket';

const URL = 'wss://b1.direct.example/api/rooms/tea/ws';
const flush = () => new Promise((resolve) => setTimeout(resolve, 0));

interface Question {
  signal: AbortSignal;
  answer(answer: TicketAnswer): void;
  refuse(error: RoomError): void;
}

/** A connection whose tickets and sockets the test gives out. */
function setUp(verdict?: Verdict) {
  const clock = new FakeClock();
  const questions: Question[] = [];
  const opened: { url: string; protocols: string[]; socket: FakeSocket }[] = [];
  const heard: string[] = [];
  const closes: [number, string][] = [];
  const links: Link[] = [];
  const connection = new Connection({
    connect: () =>
      new TicketedSocket({
        ask: (signal) =>
          new Promise((answer, refuse) => questions.push({ signal, answer, refuse })),
        open: (url, protocols) => {
          if (!url.startsWith('wss:')) throw new SyntaxError('no address of a WebSocket');
          const socket = new FakeSocket();
          opened.push({ url, protocols, socket });
          return socket;
        },
      }),
    clock,
    random: () => 0.5,
    onopen: () => {},
    onmessage: (text) => heard.push(text),
    onclose: (code, reason) => {
      closes.push([code, reason]);
      const refusal = heard.map((text) => JSON.parse(text)).at(-1) ?? null;
      return verdict ?? verdictOf({ code, reason, refusal, moveAfterMs: null, wasIn: true }).verdict;
    },
    onlink: (link) => links.push(link),
  });
  connection.start();
  const last = <T>(list: T[]) => list.at(-1) as T;
  return { clock, connection, questions, opened, heard, closes, links, last };
}

describe('a ticketed socket', () => {
  it('goes where the ticket says, and carries it as a subprotocol', async () => {
    const { connection, questions, opened, last, links } = setUp();
    expect(opened).toHaveLength(0);
    last(questions).answer({ url: URL, ticket: 'pass.1' });
    await flush();
    expect(last(opened)).toMatchObject({ url: URL, protocols: [SUBPROTOCOL, 'ticket.pass.1'] });
    last(opened).socket.opened();
    expect(links.at(-1)).toEqual({ state: 'open' });
    expect(connection.send('hello')).toBe(true);
    expect(last(opened).socket.sent).toEqual(['hello']);
  });

  it('asks for a fresh ticket for every connection', async () => {
    const { clock, questions, opened, last } = setUp();
    for (const ticket of ['one', 'two', 'three']) {
      last(questions).answer({ url: URL, ticket });
      await flush();
      last(opened).socket.opened();
      last(opened).socket.closed(1006);
      clock.advance(1_000);
    }
    expect(opened.map(({ protocols }) => protocols[1])).toEqual([
      'ticket.one',
      'ticket.two',
      'ticket.three',
    ]);
    expect(questions).toHaveLength(4);
  });

  it('comes back with another ticket when one was refused or is over', async () => {
    const { clock, questions, opened, closes, last } = setUp();
    last(questions).answer({ url: URL, ticket: 'old' });
    await flush();
    last(opened).socket.opened();
    last(opened).socket.closed(CloseCode.policy, 'bad_ticket');
    clock.advance(1_000);
    expect(questions).toHaveLength(2);
    // A handshake that is refused by its status is no more than a lost connection to a browser.
    last(questions).answer({ url: URL, ticket: 'new' });
    await flush();
    last(opened).socket.closed(1006);
    clock.advance(1_000);
    expect(closes).toEqual([
      [CloseCode.policy, 'bad_ticket'],
      [1006, ''],
    ]);
    expect(questions).toHaveLength(3);
  });

  it('tells a refused question as the door would', async () => {
    const { questions, heard, closes, last } = setUp({ retry: false });
    last(questions).refuse(new RoomError('reserved_name', null, 'taken'));
    await flush();
    expect(JSON.parse(heard[0] ?? '')).toEqual({
      type: 'error',
      id: null,
      code: 'reserved_name',
      detail: 'taken',
      retryAfterMs: null,
    });
    expect(closes).toEqual([[CloseCode.policy, 'reserved_name']]);
  });

  it('waits as long as the refusal says before it asks again', async () => {
    const { clock, questions, last } = setUp();
    last(questions).refuse(new RoomError('unavailable', 700));
    await flush();
    clock.advance(699);
    expect(questions).toHaveLength(1);
    clock.advance(1);
    expect(questions).toHaveLength(2);
  });

  it('takes an answer that makes no sense for none', async () => {
    for (const answer of [null, { url: 'nowhere', ticket: 'x' }]) {
      const { clock, questions, opened, closes, last } = setUp();
      last(questions).answer(answer as TicketAnswer);
      await flush();
      expect(closes).toEqual([[CloseCode.policy, 'unavailable']]);
      expect(opened).toHaveLength(0);
      clock.advance(1_000);
      expect(questions).toHaveLength(2);
    }
  });

  it('gives up a question that is not answered in time', () => {
    const { clock, questions, closes } = setUp();
    clock.advance(10_000);
    expect(closes).toEqual([[1006, '']]);
    expect(questions[0]?.signal.aborted).toBe(true);
  });

  it('opens nothing for an answer that comes after it was closed', async () => {
    const { connection, questions, opened } = setUp();
    connection.start();
    questions[0]?.answer({ url: URL, ticket: 'late' });
    questions[1]?.answer({ url: URL, ticket: 'now' });
    await flush();
    expect(opened.map(({ protocols }) => protocols[1])).toEqual(['ticket.now']);
    connection.stop();
    expect(opened[0]?.socket.isClosed).toBe(true);
  });

  it('goes by the gateway when it is sent there', async () => {
    const { questions, opened, last } = setUp();
    last(questions).answer({ url: 'wss://chat.example/api/rooms/tea/ws', ticket: null });
    await flush();
    expect(last(opened).protocols).toEqual([SUBPROTOCOL]);
  });
});
