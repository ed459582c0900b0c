// The product's main job: two people in two browsers, one room, everything a message
// can be.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const stage = setTheStage();

test('two people talk, reply, edit, vote, draw and show pictures', async (t) => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  await ada.enter('saturday-ridge-hike', { name: 'Ada' });
  await ben.open('saturday-ridge-hike');

  await t.test('a line of text arrives, and the page of the first visitor goes', async () => {
    await ada.say('The ridge walk: who is in?');
    await ben.sees('The ridge walk: who is in?');
    assert.match(await ben.message('The ridge walk').getAttribute('aria-label') ?? '', /Ada/);
    await until('nobody is told to be the first one', async () =>
      (await ada.page.getByText('You are the first one here.').count()) === 0);
  });

  await t.test('an emoji from the picker', async () => {
    await ben.button('Emoji', ben.form).click();
    const picker = ben.dialog('Emoji');
    await picker.getByLabel('Search emoji').fill('mountain');
    await picker.getByRole('button', { name: /mountain/ }).first().click();
    await until('the emoji stands in the composer', async () =>
      /\p{Extended_Pictographic}/u.test(await ben.composer.inputValue()));
    const text = await ben.composer.inputValue();
    await ben.composer.press('Enter');
    await ada.sees(text);
  });

  await t.test('a reply quotes, and its quote leads to the original', async () => {
    await ben.tool('The ridge walk', 'Reply');
    await ben.say('In. I bring the stove.');
    const reply = ada.message('I bring the stove');
    await reply.waitFor();
    const quote = reply.getByTitle('To the original from Ada');
    assert.match(await quote.innerText(), /The ridge walk/);
    await quote.click();
  });

  await t.test('arrow up edits the last own message', async () => {
    await ben.composer.press('ArrowUp');
    await until('the message is back in the composer', async () =>
      (await ben.composer.inputValue()) === 'In. I bring the stove.');
    await ben.form.getByText(/^Editing your message from/).waitFor();
    await ben.composer.fill('In. I bring the stove and the pot.');
    await ben.composer.press('Enter');
    await ada.sees('the stove and the pot');
    await ada.message('the stove and the pot').getByText('edited').waitFor();
  });

  await t.test('typing is seen while somebody writes', async () => {
    // Signs are given now and then, so one goes on writing until one is seen.
    await until('Ben sees that Ada is writing', async () => {
      await ada.composer.pressSequentially('wait ');
      return /Ada is writing/.test(await ben.line.innerText());
    });
    await ada.composer.fill('');
  });

  await t.test('a vote counts, switches and is taken back', async () => {
    await ben.tool('The ridge walk', 'Vote for');
    const tally = (name) => ada.message('The ridge walk').getByRole('button', { name });
    await tally('Vote for, 1 so far').waitFor();
    const mine = ben.message('The ridge walk').getByRole('button', { name: /^Vote for, 1/ });
    assert.equal(await mine.getAttribute('aria-pressed'), 'true');
    await ben.tool('The ridge walk', 'Vote against');
    await tally('Vote against, 1 so far').waitFor();
    await ben.message('The ridge walk').getByRole('button', { name: /^Vote against, 1/ }).click();
    await tally(/so far/).first().waitFor({ state: 'detached' });
  });

  await t.test('a drawing', async () => {
    await ada.button('Draw', ada.form).click();
    const editor = ada.dialog('Drawing');
    const box = await editor.locator('canvas').last().boundingBox();
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    await ada.page.mouse.move(...at(0.2, 0.8));
    await ada.page.mouse.down();
    for (const [x, y] of [[0.35, 0.3], [0.45, 0.6], [0.6, 0.2], [0.8, 0.8]]) {
      await ada.page.mouse.move(...at(x, y), { steps: 8 });
    }
    await ada.page.mouse.up();
    await editor.getByTitle(/^Sky/).click();
    await ada.page.mouse.move(...at(0.1, 0.9));
    await ada.page.mouse.down();
    await ada.page.mouse.move(...at(0.9, 0.9), { steps: 8 });
    await ada.page.mouse.up();
    await ada.button('Undo', editor).click();
    await ada.button('Redo', editor).click();
    await ada.button('Send drawing', editor).click();
    await editor.waitFor({ state: 'detached' });
    await ben.isShown('Drawing by Ada');
  });

  await t.test('an image by the file chooser', async () => {
    const bytes = await ada.page.screenshot({ clip: { x: 0, y: 0, width: 320, height: 200 } });
    const choosing = ada.page.waitForEvent('filechooser');
    await ada.button('Attach a file', ada.form).click();
    await (await choosing).setFiles({ name: 'cabin.png', mimeType: 'image/png', buffer: bytes });
    await ada.form.getByText(/^Ready, /).waitFor();
    await ada.composer.fill('The cabin:');
    await ada.composer.press('Enter');
    await ben.isShown(/Image cabin\.png from Ada/);
  });

  await t.test('the author deletes, and the place stays', async () => {
    await ada.say('This was a mistake.');
    await ada.tool('This was a mistake.', 'More');
    const remove = ada.page.getByRole('menuitem', { name: /^Delete/ });
    await remove.click();
    await ada.page.getByRole('menuitem', { name: 'Delete it? Press again' }).click();
    await ben.feed.getByText('Message deleted by Ada').waitFor();
    assert.equal(await ben.message('This was a mistake.').count(), 0);
  });

  await ada.leave();
  await ben.leave();
});
