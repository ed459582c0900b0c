// What every journey begins with: a server and a browser, ended with the file's tests.
// STAGE names the server: one process, or a fleet of them (`gateway`, `direct`).

import { after, before } from 'node:test';

import { Cable } from './cable.mjs';
import { Fleet } from './fleet.mjs';
import { openChromium, Person } from './person.mjs';
import { Server } from './server.mjs';

/** Call it at the top of a journey; its fields are there once the tests run. */
export function setTheStage() {
  const mode = process.env.STAGE;
  const stage = {
    arrive: (options) => Person.arrive(stage.browser, stage.server, options),
    cable: () => Cable.to(stage.server),
    arriveBy: (cable, options) => Person.arrive(stage.browser, cable, options),
  };
  before(async () => {
    stage.server = mode ? await Fleet.start(mode) : await Server.start();
    stage.browser = await openChromium(stage.server.chromium);
  });
  after(async () => {
    await stage.browser?.close();
    await stage.server?.end();
  });
  return stage;
}
