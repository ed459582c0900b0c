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
  const others = [];
  const stage = {
    arrive: (options) => Person.arrive(stage.browser, stage.server, options),
    cable: () => Cable.to(stage.server),
    arriveBy: async (cable, options) => {
      // Where names lead is told to a whole browser.
      const browser = cable.chromium ? await openChromium(cable.chromium) : stage.browser;
      if (browser !== stage.browser) others.push(browser);
      return Person.arrive(browser, cable, options);
    },
  };
  before(async () => {
    stage.server = mode ? await Fleet.start(mode) : await Server.start();
    stage.browser = await openChromium(stage.server.chromium);
  });
  after(async () => {
    for (const browser of [stage.browser, ...others]) await browser?.close();
    await stage.server?.end();
  });
  return stage;
}
