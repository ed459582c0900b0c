// The truth about the connection: what was missed comes, what was written is kept, and
// loss is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { elapsed, until } from '../cast/waiting.mjs';

const OFFLINE_MS = 10_000;
const MISSED = 20;
// The browser itself reports what the cut cable brings about.
const LOST = /net::ERR_|WebSocket connection|Failed to load resource/;

const stage = setTheStage();

test('ten seconds offline, and exactly the twenty messages that were missed', async () => {
  const cable = await stage.cable();
  const ada = await stage.arrive();
  const ben = await stage.arriveBy(cable);
  ben.expects(LOST);
  await ada.enter('mountain-hut', { name: 'Ada' });
  await ben.open('mountain-hut');
  await ada.say('before-0');
  await ben.sees('before-0');

  const start = Date.now();
  await ben.context.setOffline(true);
  cable.cut();
  await ben.seesStatus(/offline|Connection lost/);
  for (let i = 1; i <= MISSED; i += 1) await ada.say(`missed-${String(i).padStart(2, '0')}`);
  await ben.composer.fill('written while away');
  await ben.composer.press('Enter');
  await ben.message('written while away').getByText('Waiting for the connection').waitFor();
  await elapsed(start, OFFLINE_MS);
  assert.equal((await ben.said(/missed-\d+/g)).length, 0, 'nothing came by another way');
  cable.mend();
  await ben.context.setOffline(false);

  await ben.sees(`missed-${MISSED}`);
  await ben.seesStatus(/Back. 20 messages came while you were away/);
  const expected = Array.from({ length: MISSED }, (_, i) => `missed-${String(i + 1).padStart(2, '0')}`);
  assert.deepEqual(await ben.said(/missed-\d+/g), expected);
  await ada.sees('written while away');
  await until('what waited is sent, once', async () =>
    (await ben.said(/Waiting for the connection/g)).length === 0);
  assert.equal((await ada.said(/written while away/g)).length, 1);

  await ada.leave();
  await ben.leave();
  await cable.end();
});

test('a cut while a post is under way does not double it', async () => {
  const cable = await stage.cable();
  const ada = await stage.arriveBy(cable);
  const ben = await stage.arrive();
  ada.expects(LOST);
  await ada.open('narrow-bridge');
  await ben.open('narrow-bridge');
  for (let i = 0; i < 5; i += 1) {
    await ada.composer.fill(`crossing-${i}`);
    await ada.composer.press('Enter');
    cable.cut();
    cable.mend();
  }
  await ben.sees('crossing-4');
  await until('nothing is pending', async () =>
    (await ada.said(/Sending|Waiting for the connection|Not sent/g)).length === 0);
  assert.deepEqual(await ben.said(/crossing-\d/g), [0, 1, 2, 3, 4].map((i) => `crossing-${i}`));
  assert.deepEqual(await ada.said(/crossing-\d/g), [0, 1, 2, 3, 4].map((i) => `crossing-${i}`));
  await ada.leave();
  await ben.leave();
  await cable.end();
});

test('text that was not sent survives a reload, each room with its own', async () => {
  const ada = await stage.arrive();
  await ada.open('draft-room');
  await ada.composer.fill('half a thought');
  await ada.page.reload();
  await ada.isLive();
  await until('the text is back', async () => (await ada.composer.inputValue()) === 'half a thought');
  await ada.open('another-room');
  assert.equal(await ada.composer.inputValue(), '');
  await ada.leave();
});

test('a second tab takes the room over, and the first can take it back', async () => {
  const ada = await stage.arrive();
  await ada.open('two-tabs');
  const first = ada.page;
  const second = await ada.context.newPage();
  await second.goto(`${ada.site}/two-tabs`);
  await first.getByText('This room went on in another tab.').first().waitFor();
  assert.equal(await ada.composer.isDisabled(), true);
  await first.getByRole('button', { name: 'Use it here' }).click();
  await second.getByText('This room went on in another tab.').first().waitFor();
  await ada.isLive();
  await ada.say('here I am');
  await ada.leave();
});

test('a restart is told as a gap, and a protected room stays protected', async () => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  for (const person of [ada, ben]) person.expects(LOST);
  await ada.enter('safe-house', { name: 'Ada', password: 'open sesame' });
  await ada.say('before the restart');
  await stage.server.stop();
  await ada.seesStatus(/Connection lost|Trying again/);
  await stage.server.startAgain();
  await ada.feed.getByText(/the server started anew/).waitFor();
  await ada.isLive();
  assert.equal(await ada.message('before the restart').count(), 0);
  await ada.say('after the restart');

  await ben.page.goto(`${ben.site}/safe-house`);
  await ben.page.getByText('This room has a password.').waitFor();
  const stranger = Peer.join(stage.server, 'safe-house', { name: 'Stranger' });
  await assert.rejects(stranger, /wrong_password/);
  await ada.leave();
  await ben.leave();
});
