// A server of the tests: a network namespace with addresses of its own, and a copy of
// deployment/ that `init` has made a node of. Its containers share the namespace, as those of a
// real one share the machine's network.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from '../../browser/cast/waiting.mjs';
import { compose, docker, inspect, run } from './engine.mjs';

const DEPLOYMENT = fileURLToPath(new URL('../../../deployment', import.meta.url));
const SERVICE = '{{index .Config.Labels "com.docker.compose.service"}}';
const TAG = process.env.INSTANTCHAT_TAG;
// A start takes seconds; a machine that tests everything at once is slow.
const HEALTHY_WITHIN_MS = 90_000;
// Prometheus asks every 15 s who is there, and everybody every 5 s.
const HEARD_WITHIN_MS = 60_000;

export class Node {
  /** A bare server on the networks; `folder` is its disk. */
  static async bare(town, name, networks) {
    const node = new Node();
    node.name = name;
    node.project = `${town.name}-${name}`;
    node.pause = `${node.project}-pause`;
    node.disk = join(town.folder, name);
    await mkdir(node.disk);
    await cp(DEPLOYMENT, join(node.disk, 'deployment'), { recursive: true });
    await docker('run', '--detach', '--name', node.pause, '--network', town.network(networks[0]), '--init', 'debian:bookworm-slim', 'sleep', 'infinity');
    for (const network of networks.slice(1)) await docker('network', 'connect', town.network(network), node.pause);
    node.address = {};
    for (const network of networks) {
      const name = town.network(network);
      node.address[network] = await inspect(node.pause, `{{(index .NetworkSettings.Networks "${name}").IPAddress}}`);
    }
    return node;
  }

  /** Whether its processes share its namespace; `local` has a network of its own. */
  get isServer() {
    return this.role !== 'local';
  }

  /** Makes it a node, as the operator does; resolves with what `init` said. */
  async init(role, ...args) {
    this.role = role;
    const nodes = ['gateway', 'backend', 'monitoring'];
    this.layout = join(this.disk, 'deployment', nodes.includes(role) ? `multi-node/${role}` : role);
    const said = await run(join(this.disk, 'deployment/init'), [role, '--files-only', ...args]);
    await this.set({
      COMPOSE_PROJECT_NAME: this.project,
      INSTANTCHAT_VERSION: TAG,
      // The tests' machine may let nobody raise limits of descriptors.
      ...(this.isServer && { COMPOSE_FILE: 'compose.yml', NODE_NETWORK: `container:${this.pause}` }),
    });
    return said;
  }

  /** Sets lines of .env. */
  async set(values) {
    const file = join(this.layout, '.env');
    let text = await readFile(file, 'utf8');
    for (const [name, value] of Object.entries(values)) {
      text = `${text.replace(new RegExp(`^${name}=.*\n`, 'm'), '')}${name}=${value}\n`;
    }
    await writeFile(file, text);
  }

  /** What .env says. */
  async setting(name) {
    const text = await readFile(join(this.layout, '.env'), 'utf8');
    return text.match(new RegExp(`^${name}=(.*)$`, 'm'))?.[1];
  }

  async up() {
    await compose(this.layout, 'up', '--detach', '--no-build');
  }

  /** Stops; resolves with how each process ended, but for exporters: they keep nothing, and end as they like. */
  async stop() {
    const processes = [];
    for (const id of await this.containers()) {
      if (!(await inspect(id, SERVICE)).endsWith('-exporter')) processes.push(id);
    }
    await compose(this.layout, 'stop');
    return Promise.all(processes.map(async (id) => ({
      code: await inspect(id, '{{.State.ExitCode}}'),
      said: await docker('logs', '--tail', '20', id),
    })));
  }

  /** Resolves once all its containers are healthy. */
  async isHealthy() {
    await until(`${this.name} is healthy`, async () => (await this.states()).every(([, state]) => state === 'healthy'), {
      deadlineMs: HEALTHY_WITHIN_MS,
      instead: async () => `${JSON.stringify(await this.states())}\n${await this.logs()}`,
    });
  }

  async containers() {
    const ids = await compose(this.layout, 'ps', '--quiet');
    return ids.split('\n').filter(Boolean);
  }

  /** What the node's Prometheus hears, as `job address`. */
  async watches() {
    const query = ['promtool', 'query', 'instant', 'http://127.0.0.1:9090', 'up == 1'];
    const answer = await docker('exec', await this.container('prometheus'), ...query);
    const heard = answer.split('\n').map((line) => [/job="([^"]*)"/, /instance="([^"]*)"/].map((label) => line.match(label)?.[1]).join(' '));
    return heard.sort();
  }

  /** Resolves once its Prometheus hears exactly these. */
  async hears(expected) {
    const wanted = [...expected, 'prometheus 127.0.0.1:9090', 'alertmanager 127.0.0.1:9093'].sort().join('\n');
    await until(`${this.name} hears\n${wanted}`, async () => (await this.watches()).join('\n') === wanted, {
      deadlineMs: HEARD_WITHIN_MS,
      instead: async () => (await this.watches()).join('\n'),
    });
  }

  /** Service and health of each container. */
  async states() {
    const ids = await this.containers();
    const template = `${SERVICE} {{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}`;
    return Promise.all(ids.map(async (id) => (await inspect(id, template)).split(' ')));
  }

  async logs() {
    return compose(this.layout, 'logs', '--no-color', '--tail', '40');
  }

  async container(service) {
    return compose(this.layout, 'ps', '--quiet', service);
  }

  /** Addresses that something listens on, as `address:port`, of both families. */
  async listening() {
    const tables = await docker('exec', this.pause, 'cat', '/proc/net/tcp', '/proc/net/tcp6');
    const lines = tables.split('\n').map((line) => line.trim().split(/\s+/));
    return [...new Set(lines.filter((fields) => fields[3] === '0A').map((fields) => plain(fields[1])))].sort();
  }

  async end() {
    if (this.layout) await compose(this.layout, 'down', '--volumes', '--timeout', '1').catch((error) => console.error(error.message));
    await docker('rm', '--force', this.pause);
  }
}

/** The kernel writes addresses as words of 32 bits, each in the machine's order. */
function plain(entry) {
  const [address, port] = entry.split(':');
  const words = address.match(/.{8}/g).map((word) => word.match(/../g).reverse());
  const bytes = words.flat();
  const text = bytes.length === 4
    ? bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
    : `[${bytes.join('').match(/.{4}/g).join(':')}]`;
  return `${text}:${Number.parseInt(port, 16)}`;
}
