// A whole fleet behind nginx, over TLS and HTTP/2: what `tests/src/bin/fleet.rs` starts.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { Peer } from './peer.mjs';

/** How long the fleet may take to do what it was told. */
const ANSWER_MS = 120_000;

export class Fleet {
  #child;
  #answers;
  #errors = '';
  #where;

  /** Starts one; `mode` is the way of room traffic, `gateway` or `direct`. */
  static async start(mode) {
    const binary = process.env.FLEET_BIN;
    if (!binary) throw new Error('FLEET_BIN names no binary');
    const fleet = new Fleet();
    fleet.#child = spawn(binary, mode === 'direct' ? ['--direct'] : [], { stdio: 'pipe' });
    fleet.#child.stderr.setEncoding('utf8').on('data', (text) => (fleet.#errors += text));
    fleet.#answers = createInterface({ input: fleet.#child.stdout })[Symbol.asyncIterator]();
    await fleet.#hear();
    // A router that has just come up places rooms a little later.
    (await Peer.join(fleet, 'warming-up')).leave();
    return fleet;
  }

  /** Tells it to do something with a process, and waits until it is done: `kill backend-1`. */
  async order(line) {
    this.#child.stdin.write(`${line}\n`);
    await this.#hear();
  }

  async #hear() {
    // A fleet that says nothing for so long is ended, and then says why.
    const late = setTimeout(() => this.#child.kill('SIGKILL'), ANSWER_MS);
    const { value, done } = await this.#answers.next();
    clearTimeout(late);
    if (done) throw new Error(`the fleet ended: ${this.#errors}`);
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(`the fleet says: ${answer.error}`);
    this.#where = answer;
  }

  /** Where visitors come. */
  get url() {
    return this.#where.url;
  }

  /** The same for those that speak no TLS: something in between speaks it for them. */
  get plain() {
    return `http://${this.#where.plain}`;
  }

  get mode() {
    return this.#where.mode;
  }

  /** The names with ports that browsers open, and where they really are. */
  get addresses() {
    const { url, https, directHosts } = this.#where;
    return [[new URL(url).host, https], ...Object.entries(directHosts)];
  }

  /** What a browser must know to find this fleet at these addresses, and to trust it. */
  chromiumBy(addresses) {
    const rules = addresses.map(([name, address]) => `MAP ${name} ${address}`);
    return { hosts: rules.join(', '), keyPin: this.#where.keyPin };
  }

  get chromium() {
    return this.chromiumBy(this.addresses);
  }

  /** The names of its backends. */
  get backends() {
    return Object.keys(this.#where.processes).filter((name) => name.startsWith('backend-'));
  }

  /** The operator's page, and what opens it. */
  get door() {
    const { processes, adminToken } = this.#where;
    return { url: `http://${processes['aux-srv'].admin}/admin/`, token: adminToken };
  }

  /** Asks the admin API; with a body it tells. */
  async admin(path, body) {
    const { processes, adminToken } = this.#where;
    const answer = await fetch(`http://${processes['aux-srv'].admin}/api/admin${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** The address of the backend that has a room, as operators know it. */
  async addressOf(room) {
    const { rooms } = await this.admin(`/rooms?filter=${encodeURIComponent(room)}`);
    return rooms.find((known) => known.room === room)?.backend;
  }

  /** The name of the backend that has a room. */
  async backendOf(room) {
    const address = await this.addressOf(room);
    return this.backends.find((name) => this.#where.processes[name].fleet === address);
  }

  /** Ends every backend as an operator does. */
  async stop() {
    for (const name of this.backends) await this.order(`end ${name}`);
  }

  /** Starts them again: their rooms are gone. */
  async startAgain() {
    for (const name of this.backends) await this.order(`start ${name}`);
  }

  async end() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin.end();
    await ended;
  }
}
