// Home and room in both themes at both widths: axe finds nothing serious, nothing sticks
// out, and the pictures are left to be laid beside the design.

import { test } from 'node:test';

import { conversation } from '../cast/conversation.mjs';
import { isSound } from '../cast/soundness.mjs';
import { setTheStage } from '../cast/stage.mjs';

const WIDTHS = [[1440, 900], [360, 740]];
const THEMES = ['light', 'dark'];
// Each picture has a room of its own, named as people name rooms.
const DAYS = { 'light-1440': 'saturday', 'dark-1440': 'sunday', 'light-360': 'friday', 'dark-360': 'monday' };

const stage = setTheStage();

for (const theme of THEMES) {
  for (const [width, height] of WIDTHS) {
    const options = { viewport: { width, height }, colorScheme: theme, hasTouch: width < 640 };

    test(`home, ${theme}, ${width} px`, async () => {
      const ada = await stage.arrive(options);
      await ada.page.goto(ada.site);
      await ada.page.getByLabel('Name of the room').fill('saturday-ridge-hike');
      await ada.page.getByText(/Free\.|in there now/).first().waitFor();
      await ada.picture(`home-${theme}-${width}`);
      await isSound(ada);
      await ada.leave();
    });

    test(`a room, ${theme}, ${width} px`, async () => {
      const ada = await stage.arrive(options);
      const cast = await conversation(stage.server, ada, `${DAYS[`${theme}-${width}`]}-ridge-hike`);
      await ada.picture(`room-${theme}-${width}`);
      await isSound(ada);
      for (const peer of cast) peer.leave();
      await ada.leave();
    });
  }

  test(`an empty room and the dialogs, ${theme}`, async () => {
    const ada = await stage.arrive({ colorScheme: theme });
    await ada.open(`empty-${theme}`);
    await ada.page.getByText('You are the first one here.').waitFor();
    await ada.picture(`empty-${theme}-1440`);
    await isSound(ada);
    await ada.button('Share', ada.header).click();
    await ada.dialog('Share this room').waitFor();
    await isSound(ada);
    await ada.page.keyboard.press('Escape');
    await ada.button('Draw', ada.form).click();
    await ada.dialog('Drawing').waitFor();
    await ada.picture(`drawing-${theme}-1440`);
    await isSound(ada);
    await ada.page.keyboard.press('Escape');
    await ada.page.goto(`${ada.site}/about`);
    await ada.page.getByRole('heading', { name: 'What is kept' }).waitFor();
    await ada.picture(`about-${theme}-1440`);
    await isSound(ada);
    await ada.leave();
  });
}
