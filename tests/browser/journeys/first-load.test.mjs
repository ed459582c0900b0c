// The first load is small, complete from this site alone, and pushes nothing around.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setTheStage } from '../cast/stage.mjs';

const BUDGET_BYTES = 120 * 1024;
// A second script's font, for names in it, and the QR code of an empty room come later.
const LAZY = /cyrillic|\/Qr-/;

const stage = setTheStage();

for (const [name, path] of [['the first page', '/'], ['a room', '/budget-room']]) {
  test(`${name} loads within its budget`, async (t) => {
    const ada = await stage.arrive();
    const network = await ada.context.newCDPSession(ada.page);
    const sizes = new Map();
    const urls = new Map();
    network.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
    await network.send('Network.enable');
    await ada.page.goto(ada.site + path, { waitUntil: 'networkidle' });
    let total = 0;
    for (const [id, size] of sizes) {
      const { pathname } = new URL(urls.get(id));
      const lazy = LAZY.test(pathname);
      if (!lazy) total += size;
      t.diagnostic(`${String(size).padStart(7)}  ${pathname}${lazy ? ' (lazy)' : ''}`);
    }
    t.diagnostic(`${(total / 1024).toFixed(1)} KB in all`);
    assert.ok(sizes.size >= 3, 'the page, its script and its style were counted');
    assert.ok(total <= BUDGET_BYTES, `${total} bytes, and ${BUDGET_BYTES} are the budget`);
    await ada.leave();
  });
}

test('a first visit in Russian is set in one typeface', async () => {
  const zhenya = await stage.arrive({ locale: 'ru-RU' });
  await zhenya.page.goto(zhenya.site);
  const heading = zhenya.page.getByRole('heading', { level: 1 });
  await heading.waitFor();
  const inspector = await zhenya.context.newCDPSession(zhenya.page);
  await inspector.send('DOM.enable');
  await inspector.send('CSS.enable');
  const { root } = await inspector.send('DOM.getDocument');
  const { nodeId } = await inspector.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'h1' });
  const { fonts } = await inspector.send('CSS.getPlatformFontsForNode', { nodeId });
  const strangers = fonts.map(({ familyName }) => familyName).filter((name) => !name.startsWith('Commissioner'));
  assert.deepEqual(strangers, []);
  await zhenya.leave();
});

test('nothing moves while a room loads and fills', async (t) => {
  const ada = await stage.arrive();
  await ada.context.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await ada.open('steady-room');
  await ada.composer.pressSequentially('a line');
  const shift = await ada.page.evaluate(() => window.shift);
  t.diagnostic(`cumulative layout shift ${shift.toFixed(4)}`);
  assert.ok(shift < 0.02, `shifted by ${shift}`);
  await ada.leave();
});

test('no inline script or style could run', async () => {
  const answer = await fetch(`${stage.server.plain}/any-room`);
  const policy = answer.headers.get('content-security-policy') ?? '';
  assert.match(policy, /script-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  const ada = await stage.arrive();
  ada.expects(/Content Security Policy|TrustedScript|^console: CSP/);
  await ada.open('policy-room');
  const ran = await ada.page.evaluate(() => {
    try {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
    } catch {
      // Trusted Types refuse the text already.
    }
    return 'ran' in window;
  });
  assert.equal(ran, false);
  await ada.leave();
});
