// One server: `init single-node`, `docker compose up`, and two people talk.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Peer } from '../browser/cast/peer.mjs';
import { docker, inspect } from './town/engine.mjs';
import { NOBODY, Town } from './town/town.mjs';

const town = Town.found('single', ['public']);

test('one server', async (t) => {
  const node = await town.node('only', ['public']);
  const site = { url: `https://${node.address.public}` };

  await t.test('init writes everything once', async () => {
    const first = await node.init('single-node', '--host', node.address.public);
    assert.match(first, /changes made/);
    const secret = await node.setting('FLEET_SECRET');
    assert.match(secret, /^[0-9a-f]{64}$/);
    assert.equal(await node.init('single-node', '--host', node.address.public), 'Nothing to change.');
    assert.equal(await node.setting('FLEET_SECRET'), secret);
  });

  await t.test('every container becomes healthy', async () => {
    await node.up();
    await node.isHealthy();
    assert.deepEqual((await node.states()).map(([service]) => service).sort(),
      ['aux-srv', 'backend', 'edge', 'file-srv']);
  });

  await t.test('containers have a version, no root, and nothing to write to', async () => {
    for (const id of await node.containers()) {
      const version = '{{index .Config.Labels "org.opencontainers.image.version"}}';
      assert.equal(await inspect(id, version), process.env.INSTANTCHAT_TAG);
      assert.equal(await docker('exec', id, 'id', '-u'), '10001');
      const capabilities = await docker('exec', id, 'grep', 'CapBnd', '/proc/1/status');
      assert.match(capabilities, /\t0+$/);
      await assert.rejects(docker('exec', id, 'touch', '/usr/written'), /Read-only file system/);
    }
  });

  await t.test('two people talk, and a file goes from one to the other', async () => {
    const [ada, ben] = [await town.arrive(site), await town.arrive(site)];
    await ada.enter('harbour', { name: 'Ada' });
    await ben.open('harbour');
    await ada.say('Is anybody at the harbour?');
    await ben.sees('Is anybody at the harbour?');
    const cas = await Peer.join(site, 'harbour', { name: 'Cas', from: null });
    const file = await cas.upload(Buffer.from('tide table'), 'tides.txt', 'text/plain');
    await cas.post('When the boats leave:', { file: file.descriptor });
    await ben.sees('When the boats leave:');
    cas.leave();
    await ada.leave();
    await ben.leave();
  });

  await t.test('it watches itself', async () => {
    await node.set({ COMPOSE_FILE: 'compose.yml:compose.monitoring.yml', WEBHOOK_URL: NOBODY });
    await node.up();
    await node.isHealthy();
    await node.hears([
      ...[8101, 8111, 8121].map((port) => `instantchat 127.0.0.1:${port}`),
      'host 127.0.0.1:9100',
      'edge 127.0.0.1:9113',
    ]);
  });

  await t.test('only the edge listens beyond loopback', async () => {
    const beyond = (await node.listening()).filter((address) => !/^127\.|^\[0{4}(:0{4}){6}:0001\]/.test(address));
    assert.deepEqual(ports(beyond), [80, 443], beyond.join(' '));
  });

  await t.test('a stop ends every process by itself', async () => {
    for (const { code, said } of await node.stop()) assert.equal(code, '0', said);
  });
});

function ports(addresses) {
  const found = addresses.map((address) => Number(address.split(':').at(-1))).sort((a, b) => a - b);
  return [...new Set(found)];
}
