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
  let asked = 0;
  await ada.page.route(/\/api\/rooms\/[^/]+\/ticket$/, async (route) => {
    asked += 1;
    const answer = await route.fetch();
    const ticket = await answer.json();
    // The first is another room's or nobody's: the backend takes neither.
    await route.fulfill({ response: answer, json: asked === 1 ? { ...ticket, ticket: 'forged' } : ticket });
  });
  await ada.open('ticket-room');
  assert.equal(asked, 2);
  await ada.say('in all the same');
  assert.equal(await ada.page.getByRole('dialog').count(), 0);
  await ada.leave();
});
