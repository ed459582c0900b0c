// Which way a page and its WebSockets take through a fleet.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

// The browser itself reports what the test refuses.
const REFUSED = /Failed to load resource|WebSocket connection/;
const ROOMS = 6;

const stage = setTheStage();

test('pages come by HTTP/2 and TLS, and WebSockets go where the mode says', async () => {
  const ada = await stage.arrive();
  await ada.open('routes-room');
  await ada.say('hello');
  assert.equal(await ada.protocol(), 'h2');
  const parts = await ada.page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ nextHopProtocol }) => nextHopProtocol));
  assert.ok(parts.length > 3);
  assert.deepEqual([...new Set(parts)], ['h2'], 'everything of the page comes by HTTP/2');
  const site = new URL(stage.server.url);
  const direct = stage.server.mode === 'direct';
  assert.ok(ada.sockets.length > 0);
  for (const { protocol, host, href } of ada.sockets) {
    assert.equal(protocol, 'wss:');
    assert.doesNotMatch(href, /ticket|\?/, 'no ticket stands in an address');
    if (direct) assert.match(host, /^b\d\.direct\.test:\d+$/);
    else assert.equal(host, site.host);
  }
  assert.equal(await ada.page.locator('meta[name="instantchat-direct"][content="1"]').count(), direct ? 1 : 0);
  await ada.leave();
});

test('rooms are spread over the backends, and visitors of one room meet', async () => {
  const backends = new Set();
  for (let i = 0; i < ROOMS; i += 1) {
    const room = `spread-${i}`;
    const ada = await stage.arrive();
    await ada.open(room);
    const jonas = await Peer.join(stage.server, room, { name: 'Jonas' });
    await jonas.post('found you');
    await ada.sees('found you');
    backends.add(await until('the admin page knows the room', () => stage.server.backendOf(room)));
    jonas.leave();
    await ada.leave();
  }
  assert.ok(backends.size > 1, `all ${ROOMS} rooms are on ${[...backends]}`);
});

test('a refused ticket leads to a fresh one, and nobody is told', { skip: process.env.STAGE !== 'direct' }, async () => {
  const ada = await stage.arrive();
  ada.expects(REFUSED);
  await ada.page.addInitScript(spoilTickets);
  await ada.open('ticket-room');
  const tried = () => ada.page.evaluate(() => window.tried);
  assert.deepEqual(await tried(), ['forged', 'good'], 'a ticket that nobody gave is refused');
  await ada.say('in all the same');
  await ada.page.evaluate(() => window.socket.close());
  await until('a used ticket is refused, and the next is good', async () =>
    (await tried()).join() === 'forged,good,used,good');
  await ada.isLive();
  await ada.say('and once more');
  assert.equal(await ada.page.getByRole('dialog').count(), 0);
  await ada.leave();
});

/** Makes every other connection begin with a bad ticket; runs in the page. */
function spoilTickets() {
  const Real = window.WebSocket;
  let used = null;
  window.tried = [];
  window.WebSocket = class extends Real {
    constructor(url, [protocol, ticket]) {
      const bad = window.tried.length % 2 === 0;
      const spoilt = used ?? 'ticket.forged';
      super(url, [protocol, bad ? spoilt : ticket]);
      window.tried.push(bad ? (used ? 'used' : 'forged') : 'good');
      if (!bad) used = ticket;
      window.socket = this;
    }
  };
}
