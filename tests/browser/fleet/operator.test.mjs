// What an operator does, as visitors see it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const stage = setTheStage();

test('a notice reaches the rooms of all backends', async () => {
  const people = [];
  for (let i = 0; i < 4; i += 1) {
    const person = await stage.arrive({ locale: i === 0 ? 'ru-RU' : 'en-GB' });
    await person.page.goto(`${person.site}/noticed-${i}`);
    people.push(person);
  }
  for (const i of people.keys()) {
    await until('the room is known', () => stage.server.backendOf(`noticed-${i}`));
  }
  const told = await stage.server.admin('/notice', { text: 'Restarting in a minute.' });
  assert.ok(told.rooms >= people.length);
  for (const [i, person] of people.entries()) {
    const label = i === 0 ? 'Объявление сервера' : 'Notice from the server';
    await person.page.getByRole('region', { name: label }).getByText('Restarting in a minute.').waitFor();
    await person.leave();
  }
});

test('a deleted room is over, and can be made anew', async () => {
  const ada = await stage.arrive();
  await ada.open('deleted-room');
  await ada.say('the last words');
  const backend = await until('the room is known', () => stage.server.addressOf('deleted-room'));
  await stage.server.admin(`/rooms/${encodeURIComponent(backend)}/delete`, { room: 'deleted-room' });
  await ada.page.getByRole('heading', { name: 'The room has ended.' }).waitFor();
  await ada.page.getByText('Its messages are gone. You can make it anew.').waitFor();
  await ada.button('Make it anew').click();
  await ada.isLive();
  assert.equal(await ada.message('the last words').count(), 0);
  await ada.say('the first words');
  await ada.leave();
});
