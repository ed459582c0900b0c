// A person at a browser window. Finds things as a screen reader does, by role and name,
// and watches what must never happen: errors in the console, violations of the Content
// Security Policy, requests to other sites.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { DEADLINE_MS, until } from './waiting.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// So much of a page is told where something else was expected.
const SHOWN_CHARS = 400;

// States of the line above the composer while nothing can be sent.
const CUT_OFF = ['connecting', 'moving', 'trying', 'lost', 'offline', 'replaced'];

/**
 * Chromium. `hosts` are rules that lead names to addresses (`MAP *.direct.test 127.0.0.1`), `keyPin`
 * is the public key of a server that is trusted without a known authority.
 */
export async function openChromium({ hosts, keyPin } = {}) {
  const flags = [...FLAGS];
  if (hosts) flags.push(`--host-resolver-rules=${hosts}`);
  if (keyPin) flags.push(`--ignore-certificate-errors-spki-list=${keyPin}`);
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: !process.env.HEADED,
    args: flags,
  });
}

export class Person {
  #wrong = [];
  /** The addresses of the WebSockets that the window opened. */
  sockets = [];
  #expected = [];

  /** A new window with its own cookies. `options` are those of a Playwright context. */
  static async arrive(browser, site, options = {}) {
    const person = new Person();
    person.site = site.url;
    person.touches = options.hasTouch === true;
    person.context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    person.context.setDefaultTimeout(DEADLINE_MS);
    await person.context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) =>
        console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    person.context.on('page', (page) => person.#watch(page));
    person.page = await person.context.newPage();
    return person;
  }

  #watch(page) {
    page.on('console', (line) => {
      if (line.type() === 'error') this.#wrong.push(`console: ${line.text()} ${line.location().url}`);
    });
    page.on('websocket', (socket) => this.sockets.push(new URL(socket.url())));
    page.on('pageerror', (error) => this.#wrong.push(`page: ${error.stack ?? error}`));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      const own = ['data:', 'blob:'].includes(protocol) || origin === new URL(this.site).origin;
      if (!own) this.#wrong.push(`request to another site: ${request.url()}`);
    });
  }

  /** Lines of the console that this journey brings about on purpose. */
  expects(pattern) {
    this.#expected.push(pattern);
  }

  /** Leaves, and fails if anything went wrong in the window. */
  async leave() {
    await this.context.close();
    const wrong = this.#wrong.filter((line) => !this.#expected.some((known) => known.test(line)));
    assert.deepEqual(wrong, [], 'the window stays free of errors');
  }

  // Coming in.

  /** Opens the link of a room, and waits until one can write there. */
  async open(room) {
    await this.page.goto(`${this.site}/${encodeURIComponent(room)}`);
    await this.isLive();
  }

  /** Comes in by the first page. */
  async enter(room, { name, password } = {}) {
    await this.page.goto(this.site);
    await this.page.getByLabel('Name of the room').fill(room);
    if (password) {
      await this.button('Set a password').click();
      await this.page.getByLabel('Password of the room').fill(password);
    }
    if (name) {
      await this.button('Choose your name').click();
      await this.page.getByLabel('Your name', { exact: true }).fill(name);
    }
    await this.button('Open').click();
    await this.isLive();
  }

  /** Live: a place to write, and a name of one's own beside it. */
  async isLive() {
    const isLive = async () => {
      const named = await this.page.getByTitle(/^You are /).count();
      return named > 0 && !CUT_OFF.includes(await this.line.getAttribute('data-state'));
    };
    await until('the room is live', isLive, {
      instead: async () => (await this.page.locator('body').innerText()).slice(0, SHOWN_CHARS),
    });
  }

  /** The protocol by which the page came: `h2`, `http/1.1`. */
  protocol() {
    return this.page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol);
  }

  // Finding.

  get form() {
    return this.page.getByRole('form', { name: 'Write a message' });
  }

  get composer() {
    return this.form.locator('textarea');
  }

  get feed() {
    return this.page.getByRole('feed');
  }

  get articles() {
    return this.feed.getByRole('article');
  }

  get header() {
    return this.page.getByRole('banner');
  }

  get panel() {
    return this.page.getByRole('complementary', { name: 'People and picks' });
  }

  /** The line above the composer. */
  get line() {
    return this.page.locator('[data-state]');
  }

  dialog(name) {
    return this.page.getByRole('dialog', { name });
  }

  button(name, within = this.page) {
    return within.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** The newest message that says this; those that quote it do not count. */
  message(text) {
    const said = this.page.locator('[dir="auto"]', { hasText: text });
    return this.articles.filter({ has: said }).last();
  }

  async sees(text) {
    await this.message(text).waitFor();
  }

  /** The picture with this name has come, and is one. */
  async isShown(name) {
    const picture = this.feed.getByRole('button', { name }).last().locator('img');
    await picture.waitFor();
    await until(`${name} is decoded`, () => picture.evaluate((image) => image.naturalWidth > 100));
  }

  async seesStatus(pattern) {
    const says = () => this.line.innerText();
    await until(`the line above the composer says ${pattern}`, async () => pattern.test(await says()), {
      instead: says,
    });
  }

  /** What matches `pattern` in the messages, in the order on the page. */
  async said(pattern) {
    const texts = await this.articles.allInnerTexts();
    return texts.flatMap((text) => text.match(pattern) ?? []);
  }

  // Doing.

  /** Writes a message, sends it, and waits until it stands in the room. */
  async say(text) {
    await this.composer.fill(text);
    // On a touch keyboard Enter breaks the line.
    if (this.touches) await this.button('Send', this.form).tap();
    else await this.composer.press('Enter');
    await this.sees(text);
  }

  /** Presses a tool of a message: Reply, Vote for, Vote against; More where there is a mouse. */
  async tool(text, name) {
    const message = this.message(text);
    if (this.touches) {
      await message.locator('[dir="auto"]').last().tap();
      await this.page.getByRole('menuitem', { name }).tap();
      return;
    }
    await message.hover();
    await this.button(name, message.getByRole('group', { name: 'What to do with the message' })).click();
  }

  /** Chooses from the header's menu. */
  async menu(name) {
    await this.button('More', this.header).click();
    await this.page.getByRole('menuitem', { name }).click();
  }

  /** Leaves a picture of the window beside the other artifacts. */
  async picture(name) {
    const folder = process.env.TEST_ARTIFACTS ?? new URL('../../artifacts', import.meta.url).pathname;
    await mkdir(folder, { recursive: true });
    await this.page.evaluate(() => document.fonts.ready);
    // Nothing is pointed at in a picture.
    await this.page.mouse.move(1, 1);
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }
}
