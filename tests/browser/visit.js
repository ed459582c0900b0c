// Two people meet at a site that is already there, and chat. Ends with 0 if all went as
// expected, with 1 and the reason otherwise.
//
//   node visit.js https://chat.example [flags]
//
//   --room NAME       the room; otherwise one of a name of its own
//   --http2           the page must come by HTTP/2
//   --gateway         WebSockets must go to the site's own host
//   --direct          WebSockets must go to another host
//   --pictures        a picture is sent and seen, too
//   --password WORD   the room is made with this password, and the second person needs it
//   --hosts RULES     Chromium's host resolver rules: `MAP chat.example 127.0.0.1`
//   --insecure        any certificate will do
//   --hold            goes on as standard input tells, one line each, answered by a line:
//                       talk   both say something, and hear each other
//                       gone   waits until both are told that the history is gone
//                       away   waits until both are told that the connection is lost
//                       leave  both leave (so does the end of the input)
//
// CHROMIUM names the browser; tests/setup/chromium installs one.

import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { openChromium, Person } from './cast/person.mjs';
import { until } from './cast/waiting.mjs';

// While servers come and go, the browser itself reports what it could not reach.
const LOST = /net::ERR_|WebSocket connection|Failed to load resource/;
const HEALING_MS = 60_000;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    room: { type: 'string', default: `visit-${Date.now().toString(36)}` },
    http2: { type: 'boolean', default: false },
    gateway: { type: 'boolean', default: false },
    direct: { type: 'boolean', default: false },
    pictures: { type: 'boolean', default: false },
    password: { type: 'string' },
    hosts: { type: 'string' },
    insecure: { type: 'boolean', default: false },
    hold: { type: 'boolean', default: false },
  },
});
if (positionals.length !== 1) {
  console.error('usage: node visit.js <base-url> [flags]');
  process.exit(1);
}
const site = { url: positionals[0].replace(/\/$/, '') };
let said = 0;

const browser = await openChromium({ hosts: flags.hosts });
try {
  await visit();
  console.log('all is well');
} catch (error) {
  console.error(error.stack ?? error);
  process.exitCode = 1;
} finally {
  await browser.close();
}

async function visit() {
  const options = { ignoreHTTPSErrors: flags.insecure };
  const ada = await Person.arrive(browser, site, options);
  const ben = await Person.arrive(browser, site, options);
  if (flags.hold) for (const person of [ada, ben]) person.expects(LOST);
  await ada.enter(flags.room, { name: 'Ada', password: flags.password });
  await comeIn(ben);
  await talk(ada, ben);
  if (flags.pictures) await show(ada, ben);
  if (flags.http2) assert.equal(await ben.protocol(), 'h2', 'the page comes by HTTP/2');
  if (flags.gateway || flags.direct) isRouted([ada, ben]);
  if (flags.hold) await hold(ada, ben);
  await ada.leave();
  await ben.leave();
}

async function comeIn(person) {
  await person.page.goto(`${site.url}/${encodeURIComponent(flags.room)}`);
  if (flags.password) {
    await person.page.getByLabel('Password', { exact: true }).fill(flags.password);
    await person.button('Come in').click();
  }
  await person.isLive();
}

/** Each says something, and the other hears it. */
async function talk(ada, ben) {
  said += 1;
  for (const [speaker, listener, text] of [[ada, ben, `question ${said}`], [ben, ada, `answer ${said}`]]) {
    await speaker.say(text);
    await listener.sees(text);
  }
}

/** A picture goes through the site's upload, and is seen on the other side. */
async function show(ada, ben) {
  const bytes = await ada.page.screenshot({ clip: { x: 0, y: 0, width: 320, height: 200 } });
  const choosing = ada.page.waitForEvent('filechooser');
  await ada.button('Attach a file', ada.form).click();
  await (await choosing).setFiles({ name: 'cabin.png', mimeType: 'image/png', buffer: bytes });
  await ada.form.getByText(/^Ready, /).waitFor();
  await ada.composer.press('Enter');
  await ben.isShown(/Image cabin\.png from Ada/);
}

function isRouted(people) {
  const own = new URL(site.url).host;
  for (const { sockets } of people) {
    assert.ok(sockets.length > 0, 'a WebSocket was opened');
    for (const { protocol, host } of sockets) {
      assert.equal(protocol, site.url.startsWith('https:') ? 'wss:' : 'ws:');
      assert.equal(host === own, flags.gateway, `a WebSocket went to ${host}`);
    }
  }
}

async function hold(ada, ben) {
  const people = [ada, ben];
  const told = (pattern) => (person) =>
    person.feed.getByText(pattern).last().waitFor({ timeout: HEALING_MS });
  const orders = {
    talk: async () => {
      for (const person of people) await until('the room is live again', isLive(person), { deadlineMs: HEALING_MS });
      await talk(ada, ben);
    },
    gone: () => Promise.all(people.map(told(/the server started anew/))),
    away: () => Promise.all(people.map((person) =>
      until('the loss is told', isAway(person), { deadlineMs: HEALING_MS }))),
  };
  console.log('holding');
  for await (const line of createInterface({ input: process.stdin })) {
    const order = line.trim();
    if (order === 'leave') return;
    assert.ok(Object.hasOwn(orders, order), `"${order}" is none of ${Object.keys(orders)}`);
    await orders[order]();
    console.log(order);
  }
}

function isAway(person) {
  return async () =>
    ['trying', 'lost', 'moving', 'connecting'].includes(await person.line.getAttribute('data-state'));
}

function isLive(person) {
  return async () => !(await isAway(person)());
}
