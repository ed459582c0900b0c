// What every journey begins with: a server and a browser, ended with the file's tests.

import { after, before } from 'node:test';

import { Cable } from './cable.mjs';
import { openChromium, Person } from './person.mjs';
import { Server } from './server.mjs';

/** Call it at the top of a journey; its fields are there once the tests run. */
export function setTheStage() {
  const stage = {
    arrive: (options) => Person.arrive(stage.browser, stage.server, options),
    cable: () => Cable.to(stage.server.port),
    arriveBy: (cable, options) => Person.arrive(stage.browser, cable, options),
  };
  before(async () => {
    stage.server = await Server.start();
    stage.browser = await openChromium();
  });
  after(async () => {
    await stage.browser?.close();
    await stage.server?.end();
  });
  return stage;
}
