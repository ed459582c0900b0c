// A page outlives the server that it came from: it shows the operator's notices, offers to
// be loaded anew when it is old, and loses nothing by it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { isSound } from '../cast/soundness.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const MESSAGES = 60;
// The browser itself reports what it could not fetch.
const MISSING = /Failed to load resource|Failed to fetch dynamically imported module/;

const stage = setTheStage();

for (const [theme, width, height] of [['light', 1440, 900], ['dark', 1440, 900], ['light', 360, 740], ['dark', 360, 740]]) {
  test(`a notice stands over the room until it is closed, ${theme}, ${width} px`, async () => {
    const ada = await stage.arrive({ colorScheme: theme, viewport: { width, height }, hasTouch: width < 640 });
    const say = await wiretap(ada);
    await ada.open(`notice-${theme}-${width}`);
    for (const text of ['The lake it is.', 'I bring the stove.', 'And the big pot.']) await ada.say(text);
    await old(ada);
    say({ type: 'notice', text: 'Restarting in ten minutes.' });
    const notice = ada.page.getByRole('region', { name: 'Notice from the server' });
    await notice.getByText('Restarting in ten minutes.').waitFor();
    const text = 'Restarting in a minute. <b>Nothing is lost</b>, your page comes back by itself.';
    say({ type: 'notice', text });
    await notice.getByText(text).waitFor();
    assert.equal(await notice.count(), 1, 'the newest takes the place of the one before');
    await ada.seesStatus(/There is a newer version of this page/);
    await ada.picture(`notice-${theme}-${width}`);
    await isSound(ada);
    await ada.button('Close the notice').click();
    await notice.waitFor({ state: 'detached' });
    await ada.leave();
  });
}

test('an old page is loaded anew, and one is where one was', async () => {
  const ada = await stage.arrive();
  await ada.enter('renewal-room', { name: 'Ada' });
  const jonas = await Peer.join(stage.server, 'renewal-room', { name: 'Jonas' });
  await ada.say('an own message');
  for (let i = 0; i < MESSAGES; i += 1) await jonas.post(`line ${i}: ${'the ridge and the lake. '.repeat(6)}`);
  await ada.sees(`line ${MESSAGES - 1}:`);
  await ada.message('line 20:').or(ada.articles.first()).first().waitFor();
  await until('line 20 is in view', async () => {
    await ada.page.mouse.move(700, 400);
    await ada.page.mouse.wheel(0, -400);
    return inView(ada, 'line 20:');
  });
  await ada.composer.fill('half a thought');
  await old(ada);
  const before = await topOf(ada, 'line 20:');
  const loaded = ada.page.waitForEvent('load');
  await ada.button('Reload').click();
  await loaded;
  await ada.isLive();
  await until('line 20 stands where it stood', async () => {
    if ((await ada.message('line 20:').count()) === 0) return false;
    return Math.abs((await topOf(ada, 'line 20:')) - before) <= 2;
  }, { instead: () => topOf(ada, 'line 20:').then((top) => `${top}, not ${before}`) });
  assert.equal(await ada.composer.inputValue(), 'half a thought');
  assert.equal(await ada.page.getByText('newer version').count(), 0, 'the new page is not old');
  jonas.leave();
  await ada.leave();
});

test('an edit goes on after the page was loaded anew', async () => {
  const ada = await stage.arrive();
  await ada.open('edit-room');
  await ada.say('the first wording');
  await ada.composer.press('ArrowUp');
  await ada.form.getByText(/^Editing your message from/).waitFor();
  await ada.composer.fill('the second wor');
  await ada.page.reload();
  await ada.isLive();
  await ada.form.getByText(/^Editing your message from/).waitFor();
  assert.equal(await ada.composer.inputValue(), 'the second wor');
  await ada.composer.press('Escape');
  assert.equal(await ada.composer.inputValue(), '', 'the draft is as it was');
  await ada.leave();
});

test('a part of an old page that is no longer there leads to the offer', async () => {
  const ada = await stage.arrive();
  ada.expects(MISSING);
  await ada.open('parts-room');
  await ada.page.route(/\/assets\/(Share|EmojiPopup|SearchBar)-.*\.js/, (route) => route.fulfill({ status: 404 }));
  await ada.button('Share', ada.header).click();
  await ada.seesStatus(/A part of this page did not load/);
  await old(ada);
  await ada.button('Emoji', ada.form).click();
  await ada.seesStatus(/There is a newer version of this page/);
  await ada.button('Search', ada.header).click();
  await ada.button('Search', ada.header).waitFor();
  assert.equal(await ada.page.getByRole('dialog').count(), 0);
  await ada.leave();
});

test('a server that does not answer is no reason to load the page anew', async () => {
  const ada = await stage.arrive();
  ada.expects(MISSING);
  await ada.open('silent-room');
  await ada.page.route(/\/assets\/Share-.*\.js|\/api\/site$/, (route) => route.abort());
  await ada.button('Share', ada.header).click();
  await ada.seesStatus(/The server cannot do this at the moment/);
  assert.equal(await ada.button('Reload').count(), 0);
  await ada.leave();
});

test('the first page is fetched anew where its old part is gone', async () => {
  const ada = await stage.arrive();
  ada.expects(MISSING);
  await ada.open('leaving-room');
  await ada.page.route(/\/assets\/Home-.*\.js/, (route) => route.fulfill({ status: 404 }), { times: 2 });
  await old(ada, { times: 3 });
  await ada.menu('Leave');
  await ada.page.getByRole('heading', { level: 1, name: /Name a room and you are in it/ })
    .or(ada.button('Try again')).first().waitFor();
  await until('the first page is there', async () => {
    const again = ada.button('Try again');
    if (await again.isVisible().catch(() => false)) await again.click().catch(() => {});
    return ada.page.getByLabel('Name of the room').isVisible();
  });
  await ada.leave();
});

test('the first page asks again while nobody answers', async () => {
  const ada = await stage.arrive();
  ada.expects(MISSING);
  await ada.page.goto(ada.site);
  await ada.page.route(/\/api\/rooms\/patience$/, (route) => route.fulfill({ status: 502, body: '<html>' }));
  await ada.page.getByLabel('Name of the room').fill('patience');
  await ada.page.getByText('No answer yet, asking again. You can open the room all the same.').first().waitFor();
  await ada.page.unroute(/\/api\/rooms\/patience$/);
  await ada.page.getByText('Free. You will be the first one in.').first().waitFor();
  await ada.leave();
});

/** Lets the test speak as the server does, in between what the server says. */
async function wiretap(person) {
  let wire;
  await person.page.routeWebSocket(/\/api\/rooms\//, (near) => {
    wire = near;
    const far = near.connectToServer();
    near.onMessage((text) => far.send(text));
    far.onMessage((text) => near.send(text));
  });
  return (frame) => wire.send(JSON.stringify(frame));
}

/** Makes the page old: the server has another build from now on. */
async function old(person, options) {
  const path = /\/api\/site$/;
  await person.page.route(path, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), build: 'another' } });
  }, options);
  // The page asks when it is told that it is looked at after a long time.
  await person.page.evaluate(() => {
    const now = Date.now();
    Date.now = () => now + 3_600_000;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  if (options === undefined) {
    await person.seesStatus(/There is a newer version of this page/);
    await person.page.unroute(path);
  }
}

const topOf = async (person, text) => (await person.message(text).boundingBox())?.y ?? Number.NaN;

async function inView(person, text) {
  if ((await person.message(text).count()) === 0) return false;
  const top = await topOf(person, text);
  return top > 80 && top < 700;
}
