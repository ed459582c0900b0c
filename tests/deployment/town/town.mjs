// A town: networks, nodes on them, and a browser that comes in from the public one.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { openChromium, Person } from '../../browser/cast/person.mjs';
import { docker } from './engine.mjs';
import { Node } from './node.mjs';

const TAG = process.env.INSTANTCHAT_TAG;

/** Who is told of alerts: they must go somewhere, and where they arrive is tested elsewhere. */
export const NOBODY = 'http://127.0.0.1:9/';

export class Town {
  #networks = [];
  #nodes = [];

  /** Call it at the top of a file: the town stands while its tests run. */
  static found(name, networks) {
    const town = new Town();
    town.name = `${TAG}-${name}`;
    before(async () => {
      town.folder = await mkdtemp(join(tmpdir(), 'instantchat-deployment-'));
      for (const network of networks) {
        await docker('network', 'create', town.network(network));
        town.#networks.push(network);
      }
      town.browser = await openChromium();
    });
    after(() => town.#end());
    return town;
  }

  network(name) {
    return `${this.name}-${name}`;
  }

  async node(name, networks) {
    const node = await Node.bare(this, name, networks);
    this.#nodes.push(node);
    return node;
  }

  /** A person in a window, at the site of a gateway. */
  async arrive(site) {
    return Person.arrive(this.browser, site, { ignoreHTTPSErrors: true });
  }

  async #end() {
    await this.browser?.close();
    await Promise.all(this.#nodes.map((node) => node.end()));
    for (const network of this.#networks) await docker('network', 'rm', this.network(network));
    await rm(this.folder, { recursive: true, force: true });
  }
}
