// The whole way without a mouse: from the first page into a room, through its messages
// and back to writing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const stage = setTheStage();

test('with the keyboard alone', async (t) => {
  const ada = await stage.arrive();
  const keys = ada.page.keyboard;
  await ada.page.goto(ada.site);
  await until('the field has the focus', () =>
    ada.page.getByLabel('Name of the room').evaluate((field) => field === document.activeElement));
  await keys.type('keyboard-room');
  await keys.press('Enter');
  await ada.isLive();
  const jonas = await Peer.join(stage.server, 'keyboard-room', { name: 'Jonas' });
  const older = await jonas.post('the older message');
  await jonas.post('the newer message');
  await ada.sees('the newer message');

  await t.test('the composer has the focus, and Shift Enter breaks the line', async () => {
    await isFocused(ada.composer);
    await keys.type('first');
    await keys.press('Shift+Enter');
    await keys.type('second');
    await keys.press('Enter');
    await ada.sees('second');
    assert.match(await ada.message('second').innerText(), /first\nsecond/);
  });

  await t.test('arrows walk the messages, letters act on them', async () => {
    const feed = ada.feed;
    await until('Shift Tab or F6 reaches the conversation', async () => {
      if (await feed.evaluate((list) => list.contains(document.activeElement))) return true;
      await keys.press('F6');
      return false;
    });
    await keys.press('End');
    await keys.press('ArrowUp');
    await keys.press('ArrowUp');
    await isFocused(ada.message('the older message'));
    await keys.press('+');
    await until('the vote counts', () => jonas.events.some(({ event }) =>
      event.kind === 'voted' && event.message === older && event.up === 1));
    await keys.press('r');
    await isFocused(ada.composer);
    await keys.type('a reply by keys');
    await keys.press('Enter');
    await ada.message('a reply by keys').getByTitle('To the original from Jonas').waitFor();
  });

  await t.test('an own message is edited, and Escape leaves it as it was', async () => {
    await keys.press('ArrowUp');
    await until('the text is there', async () => (await ada.composer.inputValue()) === 'a reply by keys');
    await keys.press('Escape');
    await until('the composer is empty', async () => (await ada.composer.inputValue()) === '');
  });

  await t.test('a letter typed over the conversation goes to the composer', async () => {
    await until('F6 reaches the conversation', async () => {
      if (await ada.feed.evaluate((list) => list.contains(document.activeElement))) return true;
      await keys.press('F6');
      return false;
    });
    await keys.press('w');
    await isFocused(ada.composer);
    assert.equal(await ada.composer.inputValue(), 'w');
    await ada.composer.fill('');
  });

  await t.test('dialogs open, close with Escape, and give the focus back', async () => {
    const share = ada.button('Share', ada.header);
    await share.focus();
    await keys.press('Enter');
    await ada.dialog('Share this room').waitFor();
    await keys.press('Escape');
    await ada.dialog('Share this room').waitFor({ state: 'detached' });
    await isFocused(share);
  });

  await t.test('Control F searches here', async () => {
    await keys.press('Control+f');
    const field = ada.page.getByLabel('Search the messages');
    await isFocused(field);
    await keys.press('Escape');
    await field.waitFor({ state: 'detached' });
  });

  await t.test('the first stop is the way to the composer', async () => {
    await ada.page.evaluate(() => {
      document.activeElement?.blur();
      document.body.tabIndex = -1;
      document.body.focus();
    });
    await keys.press('Tab');
    await isFocused(ada.page.getByRole('link', { name: 'To the composer' }));
  });

  jonas.leave();
  await ada.leave();
});

async function isFocused(locator) {
  await locator.first().waitFor({ state: 'attached' });
  await until(`${locator} has the focus`, () =>
    locator.first().evaluate((element) => element === document.activeElement || element.contains(document.activeElement)));
}
