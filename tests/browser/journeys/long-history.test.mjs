// A thousand messages: only what is looked at stands in the page, and scrolling stays
// smooth. What a frame costs is counted as the processor time of the page's main thread,
// painting without a GPU included, so that other work on the machine does not count.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../cast/peer.mjs';
import { setTheStage } from '../cast/stage.mjs';
import { until } from '../cast/waiting.mjs';

const MESSAGES = 1_000;
const WRITERS = 25;
const NODES_MAX = 120;
const FRAMES = 12;
const SLOW_FRAME_MS = 16;

const stage = setTheStage();

test('a thousand messages scroll smoothly in a page of few', async (t) => {
  const writers = [];
  for (let i = 0; i < WRITERS; i += 1) {
    writers.push(await Peer.join(stage.server, 'long-room', { name: `Writer ${i}`, from: `127.0.0.${2 + (i % 5)}` }));
  }
  await Promise.all(writers.map(async (writer, i) => {
    for (let n = i; n < MESSAGES; n += WRITERS) {
      await writer.post(`number ${n}: ${'the ridge, the lake and the hut. '.repeat(1 + (n % 7))}`);
    }
  }));

  const ada = await stage.arrive();
  await ada.open('long-room');
  await ada.articles.first().waitFor();
  const thread = await mainThread(ada);
  const times = [];
  let most = 0;
  const reachedTop = async () => {
    const before = await thread();
    await ada.feed.evaluate(scrollUp, FRAMES);
    times.push(((await thread()) - before) / FRAMES);
    most = Math.max(most, await ada.articles.count());
    const first = ada.articles.first();
    // The size is -1 as long as the server has older ones.
    return (await first.getAttribute('aria-posinset')) === '1' && (await first.getAttribute('aria-setsize')) !== '-1';
  };
  await until('the first message is reached', reachedTop, { deadlineMs: 90_000 });
  assert.ok(most <= NODES_MAX, `${most} message nodes at once`);
  const sorted = times.sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor((sorted.length - 1) * share)];
  t.diagnostic(`${sorted.length * FRAMES} frames: median ${at(0.5).toFixed(1)} ms, 95 % ${at(0.95).toFixed(1)} ms, ` +
    `most ${at(1).toFixed(1)} ms; ${most} message nodes at most`);
  assert.ok(at(0.95) <= SLOW_FRAME_MS, `95 % of the frames within ${SLOW_FRAME_MS} ms`);

  await ada.button(/To the newest|new message/).last().click();
  await until('the newest is in view', async () => {
    const last = ada.articles.last();
    return (await last.getAttribute('aria-posinset')) === (await last.getAttribute('aria-setsize'));
  });
  for (const writer of writers) writer.leave();
  await ada.leave();
});

/** Scrolls up an eighth of a view in each of so many frames; runs in the page. */
async function scrollUp(feed, frames) {
  let scroller = feed;
  while (scroller && getComputedStyle(scroller).overflowY !== 'auto' && getComputedStyle(scroller).overflowY !== 'scroll') {
    scroller = scroller.parentElement;
  }
  for (let i = 0; i < frames; i += 1) {
    scroller.scrollTop -= scroller.clientHeight / 8;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** Resolves with what tells how many milliseconds of work the page's main thread has done. */
async function mainThread(person) {
  const page = await person.context.newCDPSession(person.page);
  await page.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await page.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000;
  };
}
