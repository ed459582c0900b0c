// Servers of a fleet die, and the chat goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

// The browser itself reports what it could not reach.
const LOST = /net::ERR_|WebSocket connection|Failed to load resource/;
// Three seconds for the fleet to see the death and to place the room, and the pages' own
// waits between two tries, which double in the meantime.
const HEALED_MS = 8_000;

const stage = setTheStage();

test('a killed backend: its room comes up elsewhere, protected, and says what is gone', async (t) => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  for (const person of [ada, ben]) person.expects(LOST);
  await ada.enter('phoenix', { name: 'Ada', password: 'open sesame' });
  await ada.say('before the death');
  await ben.page.goto(`${ben.site}/phoenix`);
  await ben.page.getByLabel('Password', { exact: true }).fill('open sesame');
  await ben.button('Come in').click();
  await ben.isLive();
  await ben.sees('before the death');

  const victim = await until('the admin page knows the room', () => stage.server.backendOf('phoenix'));
  await ben.composer.fill('half a thought');
  const start = Date.now();
  await stage.server.order(`kill ${victim}`);
  for (const person of [ada, ben]) await person.feed.getByText(/the server started anew/).last().waitFor();
  await ada.isLive();
  await ben.isLive();
  const healed = Date.now() - start;
  t.diagnostic(`both were in again after ${healed} ms`);
  assert.ok(healed <= HEALED_MS, `it took ${healed} ms`);
  assert.equal(await ada.page.getByRole('dialog').count(), 0);
  assert.equal(await ben.composer.inputValue(), 'half a thought');
  assert.notEqual(await until('the room is known again', () => stage.server.backendOf('phoenix')), victim);

  await ada.say('after the death');
  await ben.sees('after the death');
  assert.equal(await ben.message('before the death').count(), 0);
  await assert.rejects(Peer.join(stage.server, 'phoenix', { name: 'Stranger' }), /wrong_password/);
  await stage.server.order(`start ${victim}`);
  await ada.leave();
  await ben.leave();
});

test('a backend that is ended takes leave, and its room moves', async () => {
  const ada = await stage.arrive();
  ada.expects(LOST);
  await ada.open('farewell');
  await ada.say('before the end');
  const ending = await until('the admin page knows the room', () => stage.server.backendOf('farewell'));
  await stage.server.order(`end ${ending}`);
  await ada.feed.getByText(/the server started anew/).last().waitFor();
  await ada.isLive();
  await ada.say('after the end');
  await stage.server.order(`start ${ending}`);
  await ada.leave();
});

test('a backend that is restarted at once says that the history is gone', async () => {
  const ada = await stage.arrive();
  ada.expects(LOST);
  await ada.open('blink');
  await ada.say('before the blink');
  const blinking = await until('the admin page knows the room', () => stage.server.backendOf('blink'));
  await stage.server.order(`kill ${blinking}`);
  await stage.server.order(`start ${blinking}`);
  await ada.feed.getByText(/the server started anew/).last().waitFor();
  await ada.isLive();
  await ada.say('after the blink');
  await ada.leave();
});

test('without file servers a file waits, and goes when one is back', async () => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  for (const person of [ada, ben]) person.expects(LOST);
  await ada.enter('filing', { name: 'Ada' });
  await ben.open('filing');
  await stage.server.order('kill file-srv-1');
  await stage.server.order('kill file-srv-2');
  const bytes = await ada.page.screenshot({ clip: { x: 0, y: 0, width: 320, height: 200 } });
  const choosing = ada.page.waitForEvent('filechooser');
  await ada.button('Attach a file', ada.form).click();
  await (await choosing).setFiles({ name: 'cabin.png', mimeType: 'image/png', buffer: bytes });
  await ada.form.getByText(/^Stopped at/).waitFor();
  await ben.say('show us the cabin');
  await ada.sees('show us the cabin');
  await stage.server.order('start file-srv-2');
  await until('the file is there', async () => {
    const again = ada.button('Try again', ada.form);
    if (await again.isVisible()) await again.click();
    return (await ada.form.getByText(/^Ready, /).count()) > 0;
  });
  await ada.composer.press('Enter');
  await ben.isShown(/Image cabin\.png from Ada/);
  await stage.server.order('start file-srv-1');
  await ada.leave();
  await ben.leave();
});

test('without aux-srv a chat goes on, and who comes new is asked to wait', async () => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  const eve = await stage.arrive();
  for (const person of [ada, ben, eve]) person.expects(LOST);
  await ada.enter('going-on', { name: 'Ada' });
  await ben.open('going-on');
  await eve.page.goto(eve.site);
  await eve.page.getByLabel('Name of the room').waitFor();
  await stage.server.order('kill aux-srv');

  await ada.say('is anybody there');
  await ben.sees('is anybody there');
  await ben.say('I am');
  await ada.sees('I am');
  await eve.page.getByLabel('Name of the room').fill('going-on');
  await eve.page.getByText('No answer yet, asking again.', { exact: false }).first().waitFor();
  const newcomer = await stage.arrive();
  newcomer.expects(LOST);
  await newcomer.page.goto(`${newcomer.site}/going-on`);
  assert.equal(await newcomer.composer.count(), 0);
  await newcomer.picture(`unavailable-${stage.server.mode}`);

  await stage.server.order('start aux-srv');
  await eve.page.getByText('2 people are in there now.').first().waitFor();
  await newcomer.isLive();
  await ada.say('welcome');
  await newcomer.sees('welcome');
  assert.equal(await ben.feed.getByText(/the server started anew/).count(), 0);
  for (const person of [ada, ben, eve, newcomer]) await person.leave();
});
