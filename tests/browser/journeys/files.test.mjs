// Files: by pasting and by dropping, refused when they are too big, and harmless however
// they are called.

import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const stage = setTheStage();

test('a picture is pasted', async () => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  await ada.enter('paste-room', { name: 'Ada' });
  await ben.open('paste-room');
  const bytes = await ada.page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 120 } });
  await give(ada, 'paste', ada.composer, bytes, 'pasted.png', 'image/png');
  await ada.form.getByText(/^Ready, /).waitFor();
  await ada.composer.press('Enter');
  await ben.feed.getByRole('button', { name: /pasted\.png from Ada/ }).waitFor();
  await ada.leave();
  await ben.leave();
});

test('a file is dropped, and downloads under its name', async () => {
  const ada = await stage.arrive();
  const ben = await stage.arrive();
  await ada.open('drop-room');
  await ben.open('drop-room');
  const track = Buffer.from('<gpx>the track</gpx>');
  await give(ada, 'dragenter', ada.page.getByRole('main'), track, 'hollen-lake.gpx', 'application/gpx+xml');
  await ada.page.getByText('Drop to attach').waitFor();
  await give(ada, 'drop', ada.page.getByRole('main'), track, 'hollen-lake.gpx', 'application/gpx+xml');
  await ada.form.getByText(/^Ready, /).waitFor();
  await ada.composer.fill('The track for your phones:');
  await ada.composer.press('Enter');
  const link = ben.feed.getByRole('link', { name: 'Download hollen-lake.gpx' });
  await link.waitFor();
  const saving = ben.page.waitForEvent('download');
  await link.click();
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), 'hollen-lake.gpx');
  await ada.leave();
  await ben.leave();
});

test('a file over the limit is refused before it is sent', async () => {
  const ada = await stage.arrive();
  await ada.open('heavy-room');
  const choosing = ada.page.waitForEvent('filechooser');
  await ada.button('Attach a file', ada.form).click();
  // Of zeros that no disk holds, and by its path: so large a file takes its time through the pipe.
  const folder = await mkdtemp(join(tmpdir(), 'instantchat-browser-'));
  const film = join(folder, 'ridge.mov');
  await writeFile(film, '');
  await truncate(film, 26 * 1024 * 1024);
  await (await choosing).setFiles(film);
  await until('the limit is told', async () => /ridge\.mov.* is 26\sMB\. The limit is 25\sMB\./.test(await ada.line.innerText()), {
    instead: () => ada.line.innerText(),
  });
  await ada.leave();
  await rm(folder, { recursive: true });
});

test('an upload that the edge refuses says why, and can be tried again', async () => {
  const ada = await stage.arrive();
  ada.expects(/status of (413|429|502)/);
  await ada.open('edge-room');
  const problem = (status, code) => ({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: '', status, detail: '', code }),
  });
  const path = /\/api\/files\?/;
  let answer = problem(413, 'too_large');
  await ada.page.route(path, (route) => route.fulfill(answer));
  const choosing = ada.page.waitForEvent('filechooser');
  await ada.button('Attach a file', ada.form).click();
  await (await choosing).setFiles({ name: 'track.gpx', mimeType: 'application/gpx+xml', buffer: Buffer.from('<gpx/>') });
  await ada.form.getByText('The file is larger than the limit.').waitFor();
  for (const [next, text] of [
    [problem(429, 'rate_limited'), 'That was quick. Wait a moment.'],
    [{ status: 502, contentType: 'text/html', body: '<html>' }, /^Stopped at \d+ %\./],
  ]) {
    answer = next;
    await ada.button('Try again', ada.form).click();
    await ada.form.getByText(text).first().waitFor();
  }
  await ada.page.unroute(path);
  await ada.button('Try again', ada.form).click();
  await ada.form.getByText(/^Ready, /).waitFor();
  await ada.leave();
});

test('HTML and SVG are files to download, never pages', async () => {
  const ada = await stage.arrive();
  await ada.open('hostile-files');
  const eve = await Peer.join(stage.server, 'hostile-files', { name: 'Eve' });
  for (const [name, type, text] of [
    ['page.html', 'text/html', '<script>parent.postMessage("owned", "*")</script>'],
    ['image.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['photo.png', 'image/png', '<html><script>alert(1)</script></html>'],
  ]) {
    const file = await eve.upload(Buffer.from(text), name, type).catch((refusal) => refusal);
    if (file instanceof Error) continue;
    const answer = await fetch(new URL(file.url, stage.server.plain));
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment/, name);
    assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/, name);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.doesNotMatch(answer.headers.get('content-type') ?? '', /html|svg/, name);
  }
  eve.leave();
  await ada.leave();
});

/** Pastes or drops a file as the system would. */
async function give(person, type, target, bytes, name, mime) {
  const transfer = await person.page.evaluateHandle(
    ([base64, fileName, fileType]) => {
      const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const given = new DataTransfer();
      given.items.add(new File([raw], fileName, { type: fileType }));
      return given;
    },
    [bytes.toString('base64'), name, mime],
  );
  if (type !== 'paste') {
    await target.dispatchEvent(type, { dataTransfer: transfer });
    return;
  }
  await target.evaluate((element, clipboardData) => {
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    element.dispatchEvent(event);
  }, transfer);
}
