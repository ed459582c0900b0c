// What stands around the conversation: search, people, picks, names, sharing, pictures,
// saving, themes, languages, and the count in the title.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const stage = setTheStage();

test('search finds, goes on and back, and says when there is nothing', async () => {
  const ada = await stage.arrive();
  await ada.open('search-room');
  for (const text of ['the lake is cold', 'the hill is steep', 'a boat on the lake', 'Lake again']) await ada.say(text);
  await ada.button('Search', ada.header).click();
  const field = ada.page.getByLabel('Search the messages');
  await field.fill('lake');
  await ada.page.getByText(/^\d of 3$/).waitFor();
  const first = await ada.page.getByText(/^\d of 3$/).innerText();
  await field.press('Enter');
  await until('the next hit is another one', async () =>
    (await ada.page.getByText(/^\d of 3$/).innerText()) !== first);
  await field.press('Shift+Enter');
  await until('and back', async () => (await ada.page.getByText(/^\d of 3$/).innerText()) === first);
  await field.fill('glacier');
  await ada.page.getByText(/Nothing with “.*glacier.*” in the 4 messages kept/).waitFor();
  await field.press('Escape');
  await field.waitFor({ state: 'detached' });
  await ada.leave();
});

test('people are listed as here or gone, and a press on a name mentions', async () => {
  const ada = await stage.arrive();
  const jonas = await Peer.join(stage.server, 'people-room', { name: 'Jonas' });
  await ada.open('people-room');
  await jonas.post('hello from Jonas');
  await ada.panel.getByText('Here now, 2').waitFor();
  await ada.panel.getByText('made this room').waitFor();
  await ada.panel.getByRole('button', { name: /Jonas/ }).click();
  assert.match(await ada.composer.inputValue(), /@Jonas/);
  jonas.leave();
  await ada.panel.getByText('Were here, 1').waitFor();
  await ada.leave();
});

test('picks collect what was voted for, and lead to it', async () => {
  const ada = await stage.arrive();
  await ada.open('picks-room');
  const jonas = await Peer.join(stage.server, 'picks-room', { name: 'Jonas' });
  await ada.panel.getByRole('tab', { name: /Picks/ }).click();
  await ada.panel.getByText('Vote for a message, and it is collected here.').waitFor();
  await ada.say('take the ferry');
  const seq = await jonas.post('take the bridge');
  await ada.sees('take the bridge');
  await ada.tool('take the bridge', 'Vote for');
  await ada.panel.getByText('take the bridge').waitFor();
  assert.equal((await jonas.vote(seq, 'up')).code, 'own_vote');
  await ada.panel.getByText('take the bridge').click();
  jonas.leave();
  await ada.leave();
});

test('one renames oneself and the maker describes the room, and both are told', async () => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  await ada.enter('naming-room', { name: 'Ada' });
  await ben.open('naming-room');
  await ada.menu('Rename yourself');
  await ada.page.getByLabel('Your name', { exact: true }).fill('Ada Lovelace');
  await ada.button('Save').last().click();
  await ben.feed.getByText(/Ada\u2069? is now .*Ada Lovelace/).first().waitFor();
  await ada.menu('Describe the room');
  await ada.page.getByLabel(/What it is about/).fill('Train 7:40, platform 3.');
  await ada.button('Save').last().click();
  await ben.header.getByText('Train 7:40, platform 3.').waitFor();
  await ada.leave();
  await ben.leave();
});

test('the link is shared by copying and by a QR code', async () => {
  const ada = await stage.arrive();
  await ada.open('sharing-room');
  await ada.say('come in');
  await ada.button('Share', ada.header).click();
  const popup = ada.dialog('Share this room');
  await popup.getByRole('img', { name: /QR code/ }).waitFor();
  await popup.getByText('Anyone with the link can come in.').waitFor();
  await ada.button('Copy link', popup).click();
  await popup.getByText('Copied').waitFor();
  const copied = await ada.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, `${ada.site}/sharing-room`);
  await ada.page.keyboard.press('Escape');
  await popup.waitFor({ state: 'detached' });
  await ada.leave();
});

test('a picture opens over the room and closes again', async () => {
  const ada = await stage.arrive();
  await ada.open('gallery-room');
  const jonas = await Peer.join(stage.server, 'gallery-room', { name: 'Jonas' });
  for (const [name, x] of [['left.png', 0], ['right.png', 200]]) {
    const bytes = await ada.page.screenshot({ clip: { x, y: 0, width: 300, height: 200 } });
    const file = await jonas.upload(bytes, name, 'image/png');
    await jonas.post('', { file: file.descriptor });
  }
  const picture = ada.feed.getByRole('button', { name: /Image right\.png/ });
  await picture.click();
  const box = ada.dialog(/^Image (left|right)\.png/);
  await box.getByText('2 of 2').waitFor();
  await box.getByRole('link', { name: 'Download' }).waitFor();
  await ada.page.keyboard.press('ArrowLeft');
  await box.getByText('1 of 2').waitFor();
  await ada.page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  jonas.leave();
  await ada.leave();
});

test('the conversation is saved as a text file', async () => {
  const ada = await stage.arrive();
  await ada.enter('export-room', { name: 'Ada' });
  await ada.say('first line');
  await ada.say('second line');
  const saving = ada.page.waitForEvent('download');
  await ada.menu('Save as text');
  const saved = await saving;
  assert.match(saved.suggestedFilename(), /export-room.*\.txt$/);
  const text = await readFile(await saved.path(), 'utf8');
  assert.match(text, /Ada[\s\S]*first line[\s\S]*second line/);
  await ada.leave();
});

test('the theme is chosen, is there before the first paint, and stays', async () => {
  const ada = await stage.arrive({ colorScheme: 'light' });
  await ada.page.goto(ada.site);
  const theme = () => ada.page.evaluate(() => 
    getComputedStyle(document.documentElement).getPropertyValue('--paper'));
  const light = await theme();
  const dark = await until('the theme turns', async () => {
    await ada.page.getByRole('button', { name: /^Theme/ }).click();
    const now = await theme();
    return now !== light && now;
  });
  await ada.page.reload();
  assert.equal(await theme(), dark);
  await ada.leave();
});

test('the app speaks Russian, and remembers it', async () => {
  const ada = await stage.arrive();
  await ada.page.goto(ada.site);
  await ada.page.getByRole('button', { name: 'Русский' }).or(ada.page.getByRole('link', { name: 'Русский' })).first().click();
  await ada.page.getByText('Назовите комнату').first().waitFor();
  assert.equal(await ada.page.evaluate(() => document.documentElement.lang), 'ru');
  await ada.page.reload();
  await ada.page.getByText('Назовите комнату').first().waitFor();
  await ada.page.goto(`${ada.site}/russian-room`);
  await ada.page.getByPlaceholder('Напишите', { exact: false }).waitFor();
  await ada.leave();

  const zhenya = await stage.arrive({ locale: 'ru-RU' });
  await zhenya.page.goto(zhenya.site);
  await zhenya.page.getByText('Назовите комнату').first().waitFor();
  await zhenya.leave();
});

test('messages unseen are counted in the title and marked in the room', async () => {
  const ada = await stage.arrive();
  await ada.open('title-room');
  await ada.say('I look away now');
  const jonas = await Peer.join(stage.server, 'title-room', { name: 'Jonas' });
  await look(ada, 'hidden');
  for (const text of ['one', 'two', 'three']) await jonas.post(text);
  await until('the title counts', async () => /^\(3\)/.test(await ada.page.title()));
  await look(ada, 'visible');
  await ada.feed.getByText('3 new messages').waitFor();
  await until('the title forgets', async () => !/^\(/.test(await ada.page.title()));
  jonas.leave();
  await ada.leave();
});

/** Headless windows are never hidden, so the page is told. */
async function look(person, state) {
  await person.page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    Object.defineProperty(document, 'hidden', { value: visibility === 'hidden', configurable: true });
    document.hasFocus = () => visibility === 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    dispatchEvent(new Event(visibility === 'hidden' ? 'blur' : 'focus'));
  }, state);
}
