// The ways into a room: the first page with its hints, passwords, names that do not work.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const stage = setTheStage();

test('the first page says what a name would open', async () => {
  const hosts = [];
  for (const name of ['Ada', 'Ben', 'Eve', 'Kim']) hosts.push(await Peer.join(stage.server, 'busy-room', { name }));
  hosts.push(await Peer.join(stage.server, 'locked-room', { name: 'Ada', password: 'secret' }));
  const ada = await stage.arrive();
  // The server is asked about names that cannot be, too.
  ada.expects(/status of 4\d\d/);
  await ada.page.goto(ada.site);
  await ada.page.getByRole('heading', { level: 1, name: /Name a room and you are in it/ }).waitFor();
  const field = ada.page.getByLabel('Name of the room');
  for (const [name, hint] of [
    ['a-free-one', 'Free. You will be the first one in.'],
    ['busy-room', '4 people are in there now.'],
    ['locked-room', 'It has a password.'],
    ['a/b/c', '3 to 100 letters'],
    ['about', 'That name is taken by the site itself.'],
  ]) {
    await field.fill(name);
    await ada.page.getByText(hint).first().waitFor();
  }
  await field.fill('');
  await field.pressSequentially('saturday ridge');
  assert.equal(await field.inputValue(), 'saturday-ridge', 'spaces become hyphens');
  await field.press('Enter');
  await ada.isLive();
  assert.equal(new URL(ada.page.url()).pathname, '/saturday-ridge');
  await ada.leave();
  for (const host of hosts) host.leave();
});

test('asking about a room does not make it', async () => {
  const ada = await stage.arrive();
  await ada.page.goto(ada.site);
  await ada.page.getByLabel('Name of the room').fill('never-opened');
  await ada.page.getByText('Free. You will be the first one in.').waitFor();
  const answer = await (await fetch(`${stage.server.plain}/api/rooms/never-opened`)).json();
  assert.equal(answer.exists, false);
  await ada.leave();
});

test('the rooms one was in are offered, and can be forgotten', async () => {
  const ada = await stage.arrive();
  await ada.open('choir-tenors');
  await ada.say('la');
  await ada.page.goto(ada.site);
  await ada.page.getByText('Where you were').waitFor();
  const link = ada.page.getByRole('link', { name: /choir-tenors/ });
  await link.waitFor();
  await ada.page.getByRole('button', { name: /^Forget/ }).first().click();
  await link.waitFor({ state: 'detached' });
  await ada.leave();
});

test('a password keeps strangers out and offers them four free names', async () => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  await ada.enter('flat-12b', { password: 'the old cat' });
  await ada.say('the rent is due');
  await ada.header.getByTitle('The room has a password').waitFor();

  await ben.page.goto(`${ben.site}/flat-12b`);
  await ben.page.getByText('This room has a password.').waitFor();
  const chips = ben.page.getByRole('link', { name: /flat-12b/ });
  await until('four names are offered', async () => (await chips.count()) === 4);
  const offered = (await chips.allInnerTexts()).map((text) => text.replace(/^\s*\/\s*/, '').trim());
  for (const name of offered) {
    const answer = await (await fetch(`${stage.server.plain}/api/rooms/${name}`)).json();
    assert.equal(answer.exists, false, `${name} is free`);
  }
  await ben.page.getByLabel('Password', { exact: true }).fill('the old dog');
  await ben.button('Come in').click();
  await ben.page.getByText('That is not the password. Try again.').first().waitFor();
  await ben.page.getByLabel('Password', { exact: true }).fill('the old cat');
  await ben.button('Come in').click();
  await ben.isLive();
  await ben.sees('the rent is due');

  await ben.page.reload();
  await ben.isLive();
  await ada.leave();
  await ben.leave();
});

test('too many wrong passwords must wait', async () => {
  const host = await Peer.join(stage.server, 'vault-room', { name: 'Ada', password: 'right' });
  const eve = await stage.arrive();
  await eve.page.goto(`${eve.site}/vault-room`);
  const field = eve.page.getByLabel('Password', { exact: true });
  await field.waitFor();
  await until('the guesses are stopped', async () => {
    if (await eve.page.getByText(/Too many tries\. Again in/).count()) return true;
    if (await eve.button('Come in').isEnabled()) {
      await field.fill('wrong');
      await eve.button('Come in').click();
      await eve.page.getByText(/That is not the password|Too many tries/).first().waitFor();
    }
    return false;
  }, { deadlineMs: 40_000 });
  host.leave();
  await eve.leave();
});

test('a name that does not work says why and offers one that does', async () => {
  const ada = await stage.arrive();
  ada.expects(/Failed to load resource/);
  await ada.page.goto(`${ada.site}/a%2Fb`);
  await ada.page.getByRole('heading', { name: 'This name does not work' }).waitFor();
  await ada.page.goto(`${ada.site}/ab`);
  await ada.page.getByRole('heading', { name: 'This name does not work' }).waitFor();
  await ada.leave();
});

test('names of other scripts, capitals and blanks lead to one room', async () => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  await ada.open('берёза-дача');
  await ben.page.goto(`${ben.site}/${encodeURIComponent('Берёза Дача')}`);
  await ben.isLive();
  await ada.say('мы оба здесь');
  await ben.sees('мы оба здесь');
  await ada.leave();
  await ben.leave();
});

test('the page about what is kept answers from the configuration', async () => {
  const ada = await stage.arrive();
  await ada.page.goto(`${ada.site}/about`);
  for (const heading of ['What this is', 'What is kept', 'What is never done', 'How a room ends', 'Other doors', 'Who runs this server']) {
    await ada.page.getByRole('heading', { name: heading }).waitFor();
  }
  await ada.page.getByText(/12 hours/).first().waitFor();
  await ada.leave();
});
