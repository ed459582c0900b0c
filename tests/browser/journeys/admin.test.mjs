// The operator's page: who gets in, what it shows, and that what it does reaches the rooms.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { isSound } from '../cast/soundness.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const stage = setTheStage();

/** Somebody at the operator's page, signed in. */
async function operator(options) {
  const { url, token } = stage.server.door;
  const anna = await stage.arriveBy({ url }, options);
  // Before the token is shown there is no session, which the browser notes.
  anna.expects(/401/);
  await anna.page.goto(url);
  await anna.page.getByLabel('Admin token').fill(token);
  await anna.page.keyboard.press('Enter');
  await anna.page.getByRole('heading', { name: 'Backends' }).waitFor();
  return anna;
}

const row = (anna, room) => anna.page.locator('.room').filter({ hasText: room });

test('only the token opens the page, and leaving closes it', async () => {
  const { url } = stage.server.door;
  const anna = await stage.arriveBy({ url });
  anna.expects(/401/);
  await anna.page.goto(url);
  await anna.page.getByLabel('Admin token').fill('not the token');
  await anna.button('Sign in').click();
  await anna.page.getByText('That is not the token.').waitFor();
  await anna.leave();
  const bea = await operator();
  await bea.page.reload();
  await bea.page.getByRole('heading', { name: 'Backends' }).waitFor();
  await bea.button('Sign out').click();
  await bea.page.getByLabel('Admin token').waitFor();
  assert.equal(await bea.page.locator('.backend').count(), 0);
  await bea.leave();
});

test('a room is found and deleted, and its people are told', async () => {
  const anna = await operator();
  const peers = [];
  for (const room of ['admin-garden', 'admin-meadow']) peers.push(await Peer.join(stage.server, room));
  await anna.page.getByLabel('Part of a name').fill('admin-gar');
  await row(anna, 'admin-garden').waitFor();
  assert.equal(await anna.page.locator('.room').count(), 1);
  await anna.button('Delete admin-garden').click();
  const dialog = anna.dialog('Delete “admin-garden”?');
  await dialog.getByText('1 person').waitFor();
  await anna.button('Delete', dialog).click();
  await until('the room is gone', async () => (await anna.page.locator('.room').count()) === 0);
  await until('its peer is sent away', () => peers[0].closeCode === 4003);
  assert.equal(peers[1].closeCode, undefined);
  await anna.page.getByLabel('Part of a name').fill('');
  await row(anna, 'admin-meadow').waitFor();
  await anna.leave();
  peers[1].leave();
});

test('a notice is told to everybody, after a question', async () => {
  const peer = await Peer.join(stage.server, 'admin-noticed');
  const anna = await operator();
  await anna.page.getByRole('textbox', { name: 'Notice to all rooms' }).fill('We restart in a minute.');
  await anna.button('Tell all rooms').click();
  assert.deepEqual(peer.notices, []);
  await anna.button('Tell them').click();
  await anna.page.getByText(/^Told \d+ p\w+ in \d+ rooms?\.$/).waitFor();
  await until('the peer is told', () => peer.notices.includes('We restart in a minute.'));
  await anna.leave();
  peer.leave();
});

test('a backend is drained and takes rooms again', async () => {
  const peer = await Peer.join(stage.server, 'admin-drained');
  const anna = await operator();
  const backends = anna.page.locator('#backends .backend');
  const count = await backends.count();
  for (let i = 0; i < count; i += 1) {
    await backends.nth(i).getByRole('button', { name: 'Drain' }).click();
    await anna.page.locator('dialog').getByRole('button', { name: 'Drain' }).click();
    await backends.nth(i).getByText(/lose its history|lose their history|loses its history|Drained/).waitFor();
  }
  await anna.page.getByText(`0 of ${count} backend`).waitFor();
  for (let i = 0; i < count; i += 1) {
    await backends.nth(i).getByRole('button', { name: 'Take new rooms again' }).click();
  }
  await until('all take rooms again', async () =>
    (await anna.page.locator('#summary').innerText()).startsWith(`${count} backend`));
  await anna.leave();
  peer.leave();
});

for (const colorScheme of ['light', 'dark']) {
  for (const [width, height] of [[1440, 900], [360, 740]]) {
    test(`the page is sound, ${colorScheme}, ${width} px`, async () => {
      const peer = await Peer.join(stage.server, `admin-looks-${colorScheme}-${width}`);
      const anna = await operator({ viewport: { width, height }, colorScheme, hasTouch: width < 640 });
      await row(anna, `admin-looks-${colorScheme}-${width}`).waitFor();
      await isSound(anna);
      await anna.picture(`admin-${colorScheme}-${width}`);
      await anna.page.locator('#backends').getByRole('button').first().click();
      await isSound(anna);
      await anna.picture(`admin-question-${colorScheme}-${width}`);
      await anna.leave();
      peer.leave();
    });
  }
}
