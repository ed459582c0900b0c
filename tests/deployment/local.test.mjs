// A fleet with two backends on one machine's bridge network: `init local`, `docker compose up`.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';

import { inspect } from './town/engine.mjs';
import { Town } from './town/town.mjs';

const town = Town.found('local', ['public']);

test('a fleet on one machine', async (t) => {
  const node = await town.node('laptop', ['public']);
  const [https, http, admin] = await Promise.all([freePort(), freePort(), freePort()]);
  const site = { url: `https://localhost:${https}` };

  await t.test('every container becomes healthy', async () => {
    await node.init('local');
    await node.set({ HTTPS_PORT: https, HTTP_PORT: http, ADMIN_PORT: admin });
    await node.up();
    await node.isHealthy();
    assert.equal((await node.states()).length, 5);
  });

  await t.test('nothing is published beyond this machine', async () => {
    for (const id of await node.containers()) {
      const bindings = JSON.parse(await inspect(id, '{{json .HostConfig.PortBindings}}')) ?? {};
      for (const { HostIp } of Object.values(bindings).flat()) assert.equal(HostIp, '127.0.0.1');
    }
  });

  await t.test('port 80 leads to TLS, and two people talk', async () => {
    const redirect = await fetch(`http://localhost:${http}/a-room`, { redirect: 'manual' });
    assert.equal(redirect.headers.get('location'), `${site.url}/a-room`);
    const [ada, ben] = [await town.arrive(site), await town.arrive(site)];
    await ada.enter('kitchen', { name: 'Ada' });
    await ben.open('kitchen');
    await ada.say('The kettle is on.');
    await ben.sees('The kettle is on.');
    await ada.leave();
    await ben.leave();
  });
});

/** A port that nobody has at the moment. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
