// Texts and names that attack the page are shown as what they are: text.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const TEXTS = [
  '%',
  '100 % %zz %E0%A4%A %00 %2e%2e%2f',
  '<img src=x onerror="window.owned = true">',
  '<script>window.owned = true</script>',
  '{{constructor.constructor("window.owned = true")()}} ${window.owned = true}',
  '\u202Eevil right to left override\u202C and after',
  '\u2066\u2067isolates that never end',
  'zero\u200Bwidth\u200Djoin\uFEFFer',
  'javascript:window.owned=true and data:text/html,<script>window.owned=true</script>',
  'Z\u0351\u0354\u036B\u0352a\u0323\u0329\u033Bl\u0331\u0339g\u0316\u0317\u0318o'.repeat(20),
  '👩‍👩‍👧‍👦🏳️‍🌈'.repeat(200),
  'w'.repeat(10_000),
  'line\n'.repeat(400),
  '../../etc/passwd %s %n \\u0041 \\x41',
];
const WIDE = 1440;
const NARROW = 360;

const stage = setTheStage();

for (const width of [WIDE, NARROW]) {
  test(`hostile texts are inert at ${width} px`, async () => {
    const room = `texts-${width}`;
    const ada = await stage.arrive({ viewport: { width, height: 900 } });
    await ada.open(room);
    const eve = await Peer.join(stage.server, room, { name: '<b onmouseover=alert(1)>Eve</b>' });
    for (const text of TEXTS) {
      await eve.post(text);
      await until(`the page shows ${JSON.stringify(text.slice(0, 30))}`, () =>
        ada.feed.evaluate((feed, start) => feed.textContent.includes(start), text.trim().slice(0, 20).split('\n')[0]));
      const { overflow, owned } = await ada.page.evaluate(() => ({
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        owned: 'owned' in window,
      }));
      assert.equal(owned, false, text.slice(0, 40));
      assert.ok(overflow <= 0, `nothing sticks out sideways: ${text.slice(0, 40)}`);
    }
    assert.equal(await ada.feed.locator('img[src="x"], script').count(), 0);
    assert.equal(await ada.feed.locator('a[href^="javascript:"], a[href^="data:"]').count(), 0);
    await ada.say('the room is well');
    eve.leave();
    await ada.leave();
  });
}

test('links are made of addresses only, and open without a way back', async () => {
  const ada = await stage.arrive();
  // There is no preview of a site that this machine cannot reach.
  ada.expects(/status of 4\d\d/);
  await ada.open('links-room');
  await ada.say('see https://example.org/a?b=c%20d#e and mail me');
  const link = ada.feed.getByRole('link', { name: /example\.org/ }).last();
  assert.equal(await link.getAttribute('href'), 'https://example.org/a?b=c%20d#e');
  assert.match((await link.getAttribute('rel')) ?? '', /noopener/);
  await ada.leave();
});
