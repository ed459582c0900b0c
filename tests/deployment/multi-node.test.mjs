// A gateway and backends on servers of their own: each has an address on the private network
// and one on the public one, where nothing but the edge may be reached. A backend is added as
// README.md of deployment/ tells, another one dies, and two people go on talking.

import assert from 'node:assert/strict';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { Peer } from '../browser/cast/peer.mjs';
import { until } from '../browser/cast/waiting.mjs';
import { docker } from './town/engine.mjs';
import { NOBODY, Town } from './town/town.mjs';

// Every port of the fleet, those of nginx, and those of the exporters.
const FLEET_PORTS = [8100, 8101, 8102, 8110, 8111, 8112, 8120, 8121, 8122, 8180, 9100, 9113];
// Until a new line counts, on a busy machine; process tests hold the router to its 2 s.
const ADDED_WITHIN_MS = 10_000;
// Rooms of a dead backend are usable elsewhere within 3 s; the rest is for the browsers.
const HEALED_WITHIN_MS = 20_000;

const town = Town.found('multi', ['public', 'private']);

test('a gateway and backends', async (t) => {
  const gateway = await town.node('gateway', ['public', 'private']);
  const site = { url: `https://${gateway.address.public}` };
  const fleetFile = join(town.folder, 'instantchat.fleet');
  const backends = [];

  /** What README.md tells to do on a backend's server. */
  async function makeBackend(node, ...options) {
    const carried = join(node.disk, 'instantchat.fleet');
    await copyFile(fleetFile, carried);
    await node.init('backend', '--join', carried, '--address', node.address.private,
      '--name', node.name, ...options);
    await node.up();
    backends.push(node);
  }

  /** What it tells to do on the gateway: one line under `backendInstances`. */
  async function addLine(node) {
    const file = join(gateway.layout, 'config/aux-srv/app-config.yml');
    const before = await readFile(file, 'utf8');
    const line = `  - ${node.address.private}:8112\n`;
    // As editors save: a new file takes the old one's name.
    await writeFile(`${file}.new`, before.replace(/^backendInstances:\n(  - .*\n)*/m, (list) => list + line));
    await rename(`${file}.new`, file);
  }

  /** Asks the admin API of the gateway. */
  async function admin(path, method = 'GET') {
    const token = await gateway.setting('ADMIN_TOKEN');
    const address = `http://${gateway.address.private}:8101/api/admin/${path}`;
    const answer = await fetch(address, { method, headers: { Authorization: `Bearer ${token}` } });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  }

  /** What it says of a backend. */
  async function phase(node) {
    const { backends } = await admin('fleet');
    return backends.find(({ name }) => name === `${node.address.private}:8112`)?.phase;
  }

  await t.test('the nodes come up healthy', async () => {
    const first = await town.node('b1', ['private', 'public']);
    const second = await town.node('b2', ['private', 'public']);
    await gateway.init('gateway', '--address', gateway.address.private, '--host', gateway.address.public,
      '--backend', first.address.private, '--backend', second.address.private, '--fleet-file', fleetFile);
    await Promise.all([makeBackend(first), makeBackend(second), gateway.up()]);
    await Promise.all([gateway, ...backends].map((node) => node.isHealthy()));
  });

  const watcher = await town.node('watcher', ['private']);
  /** What a node that watches hears of the others. */
  const everybody = () => [
    ...[8101, 8121].map((port) => `instantchat ${gateway.address.private}:${port}`),
    ...backends.map((node) => `instantchat ${node.address.private}:8111`),
    'host 127.0.0.1:9100',
    ...[gateway, ...backends].map((node) => `host ${node.address.private}:9100`),
    `edge ${gateway.address.private}:9113`,
  ];

  await t.test('a node of its own watches the processes, the machines and the edge', async () => {
    const carried = join(watcher.disk, 'instantchat.fleet');
    await copyFile(fleetFile, carried);
    await watcher.init('monitoring', '--join', carried, '--address', watcher.address.private);
    await watcher.set({ WEBHOOK_URL: NOBODY });
    await watcher.up();
    await Promise.all([gateway, ...backends].map(addExporters));
    await watcher.isHealthy();
    await watcher.hears(everybody());
  });

  await t.test('the public network reaches the edge and nothing else', async () => {
    for (const node of [gateway, ...backends]) {
      const allowed = node === gateway ? ['80', '443'] : [];
      const loose = (await node.listening()).filter((address) => {
        const [, host, port] = address.match(/^(.*):(\d+)$/);
        const inside = host.startsWith('127.') || host === node.address.private || host === '[0000:0000:0000:0000:0000:0000:0000:0001]';
        // The kernel's own resolver of the engine listens on loopback.
        return !inside && !allowed.includes(port);
      });
      assert.deepEqual(loose, [], `${node.name} listens beyond loopback and the private network`);
      for (const port of FLEET_PORTS) {
        assert.ok(!(await accepts(node.address.public, port)), `${node.name} accepts ${port} from outside`);
      }
    }
    assert.ok(await accepts(gateway.address.public, 443));
  });

  const [ada, ben] = [await town.arrive(site), await town.arrive(site)];
  await t.test('two people talk through the gateway', async () => {
    await ada.enter('lighthouse', { name: 'Ada' });
    await ben.open('lighthouse');
    await ada.say('Is the light on?');
    await ben.sees('Is the light on?');
  });

  await t.test('a backend is added by one line while they talk', async () => {
    const third = await town.node('b3', ['private', 'public']);
    // With the nginx of direct mode, to which no browser is sent as long as aux-srv has no directDomain.
    await makeBackend(third, '--direct-host', 'b3.direct.test');
    await third.isHealthy();
    assert.deepEqual((await third.states()).map(([service]) => service).sort(), ['backend', 'direct']);
    assert.ok(await accepts(third.address.public, 443));
    await ben.say('It has been on since five.');
    await addLine(third);
    await until('the admin page shows the new backend as up', async () => (await phase(third)) === 'up', {
      deadlineMs: ADDED_WITHIN_MS,
      instead: () => gateway.logs(),
    });
    // Nearly empty, the three differ by noise alone; drained, the other two leave no choice.
    const others = backends.filter((node) => node !== third);
    const each = (action) => Promise.all(others.map((node) =>
      admin(`backends/${node.address.private}:8112/${action}`, 'POST')));
    await each('drain');
    const peer = await Peer.join(site, 'boathouse', { name: 'Cas', from: null });
    assert.equal(await metric(third, 'instantchat_rooms'), 1);
    peer.leave();
    await each('undrain');
    await addExporters(third);
    await watcher.hears(everybody());
    await ada.sees('It has been on since five.');
    await ada.say('Good.');
    await ben.sees('Good.');
  });

  await t.test('a backend dies, and the chat heals', async () => {
    const owner = await until('the two are the only ones left', () => ownerOf(backends, 2));
    // The browser tells in its console that the connection ended.
    for (const person of [ada, ben]) person.expects(/WebSocket connection to|Failed to load resource/);
    await docker('kill', await owner.container('backend'));
    await until('Ada can write again', async () => {
      await ada.isLive();
      return true;
    }, { deadlineMs: HEALED_WITHIN_MS });
    await ada.say('Are you still there?');
    await ben.sees('Are you still there?');
    await ben.say('I am.');
    await ada.sees('I am.');
    backends.splice(backends.indexOf(owner), 1);
  });

  await t.test('a stop ends every process by itself', async () => {
    await ada.leave();
    await ben.leave();
    const ended = await Promise.all([gateway, ...backends, watcher].map((node) => node.stop()));
    for (const { code, said } of ended.flat()) assert.equal(code, '0', said);
  });
});

/** What README.md of the monitoring node tells to do on every other node. */
async function addExporters(node) {
  await node.set({ COMPOSE_FILE: 'compose.yml:compose.exporters.yml' });
  await node.up();
  await node.isHealthy();
}

/** Whether anything accepts a connection there. */
function accepts(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

async function metric(node, name) {
  const answer = await fetch(`http://${node.address.private}:8111/metrics`);
  const line = (await answer.text()).match(new RegExp(`^${name} (\\S+)$`, 'm'));
  return Number(line?.[1] ?? Number.NaN);
}

/** The backend with this many connections. */
async function ownerOf(backends, peers) {
  for (const node of backends) if ((await metric(node, 'instantchat_peers')) === peers) return node;
}

