// The conversation of the pictures: five people plan a walk.

import { Peer } from './peer.mjs';
import { until } from './waiting.mjs';

/** Fills `room` and brings `person` in as Calm Otter; resolves with the others. */
export async function conversation(server, person, room) {
  const cast = {};
  for (const name of ['Mara', 'Jonas', 'Женя', 'Pia', 'Sam']) {
    cast[name] = await Peer.join(server, room, { name });
  }
  const { Mara, Jonas, Женя: Zhenya, Pia, Sam } = cast;
  await Mara.ask({ type: 'describe', text: 'Hollen to Birkfell, 21 November. Train 7:40, platform 3.' });
  const plan = await Mara.post('Saturday: the ridge walk from Hollen to Birkfell. Train at 7:40, trailhead by nine. Who is in?');
  for (const peer of [Jonas, Zhenya, Pia, Sam]) await peer.vote(plan, 'up');
  const weather = await Jonas.post('In. What does the weather say?');
  await Sam.post('I cannot, but take a picture at the hut.');
  Sam.leave();
  await person.enter(room, { name: 'Calm Otter' });
  await person.tool('What does the weather say', 'Reply');
  await person.say('Wind is fine, ice is not. I would skip the north loop and come down by the lake: 14 km, 620 m up, back for the 16:20.');
  await Zhenya.post('Я за озеро. Мост у мельницы закрыт до весны, обход такой:');
  await Zhenya.post('', { file: await pictured(Zhenya, person, 'drawing') });
  await Mara.post('Good to know.', { replyTo: weather });
  const mistake = await Jonas.post('Wrong room, sorry.');
  await Jonas.ask({ type: 'delete', message: mistake });
  await Jonas.post('Then the lake it is. I bring the stove and the big pot.');
  const track = await Pia.upload(Buffer.from('<gpx/>'.repeat(14_000)), 'hollen-lake-birkfell.gpx', 'application/gpx+xml');
  await Pia.post('The track for your phones:', { file: track.descriptor });
  await person.sees('The track for your phones:');
  // Signs of writing are given once a second at most, whoever writes.
  await until('Pia is seen to write', async () => {
    Pia.typing();
    return /Pia is writing/.test(await person.line.innerText());
  });
  return [Mara, Jonas, Zhenya, Pia];
}

/** Draws a map in the page, uploads it, and gives the descriptor for a post. */
async function pictured(peer, person, kind) {
  const base64 = await person.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1600, 1000];
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fffdf8';
    pen.fillRect(0, 0, 1600, 1000);
    pen.lineWidth = 14;
    pen.lineJoin = pen.lineCap = 'round';
    const line = (colour, points) => {
      pen.strokeStyle = colour;
      pen.beginPath();
      for (const [x, y] of points) pen.lineTo(x, y);
      pen.stroke();
    };
    line('#241f18', [[130, 700], [380, 300], [480, 430], [640, 200], [860, 560]]);
    line('#a5301c', [[440, 620], [540, 730]]);
    line('#a5301c', [[540, 620], [440, 730]]);
    line('#a5301c', [[150, 880], [330, 850], [480, 680], [620, 800], [900, 900], [1200, 860], [1300, 600], [1240, 360]]);
    pen.strokeStyle = '#0d6bb0';
    pen.beginPath();
    pen.ellipse(960, 690, 260, 130, 0, 0, Math.PI * 2);
    pen.stroke();
    return canvas.toDataURL('image/png').split(',')[1];
  });
  const file = await peer.upload(Buffer.from(base64, 'base64'), 'drawing.png', 'image/png', kind);
  return file.descriptor;
}
