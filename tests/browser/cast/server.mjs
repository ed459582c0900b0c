// The real instantchat as a process, on free ports, with a folder of its own.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from './waiting.mjs';

export class Server {
  #child;
  #output = '';
  #token = crypto.randomUUID();

  /** Starts one and resolves when it is ready. */
  static async start() {
    const server = new Server();
    server.dataDir = await mkdtemp(join(tmpdir(), 'instantchat-browser-'));
    await server.#spawn('127.0.0.1:0');
    return server;
  }

  async #spawn(listen) {
    const binary = process.env.INSTANTCHAT_BIN;
    if (!binary) throw new Error('INSTANTCHAT_BIN names no binary');
    const flags = ['--listen', listen, '--admin-listen', '127.0.0.1:0', '--data-dir', this.dataDir];
    this.#output = '';
    const env = { ...process.env, ADMIN_TOKEN: this.#token };
    this.#child = spawn(binary, flags, { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.dataDir, env });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#output += text));
    }
    this.url = await until('instantchat prints its address', () => {
      if (this.#child.exitCode !== null) throw new Error(`instantchat ended: ${this.#output}`);
      return this.#output.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
    });
    await until('the pages answer', () => fetch(this.url).then((answer) => answer.ok, () => false));
  }

  /** The same address: there is no TLS here. */
  get plain() {
    return this.url;
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  /** The operator's page, and what opens it. */
  get door() {
    const [, url] = this.#output.match(/admin\s+(http:\/\/\S+)/);
    return { url: `${url}/admin/`, token: this.#token };
  }

  /** What it said on its two outputs since it was started. */
  get output() {
    return this.#output;
  }

  /** Stops it; the address is refused from then on. */
  async stop(signal = 'SIGTERM') {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill(signal);
      await ended;
    }
  }

  /** Starts it anew on the same address, with the same folder: its rooms are gone. */
  async startAgain() {
    await this.#spawn(`127.0.0.1:${this.port}`);
  }

  async end() {
    await this.stop('SIGKILL');
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
