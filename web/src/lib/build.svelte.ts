/**
 * Whether this page is old: the build that it came from is compared with the one that the server
 * has now, after each connection and now and then while the page is looked at. An old page goes on;
 * it only offers to be loaded anew.
 */

import { serverBuild } from './api';

/** How often a page that is looked at asks. */
export const ASK_EVERY_MS = 15 * 60_000;

/** `partial`: a part of the page could not be fetched although the page is the server's. */
export type BuildState = 'same' | 'newer' | 'partial';

/** What it needs, so that tests have their own. */
export interface Surroundings {
  /** The build of this page; empty where it was not built. */
  own(): string;
  ask(): Promise<string>;
  now(): number;
}

export class Build {
  state = $state<BuildState>('same');

  readonly #around: Surroundings;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Asks; tells whether the server answered. */
  async check(): Promise<boolean> {
    this.#askedAt = this.#around.now();
    const own = this.#around.own();
    try {
      const served = await this.#around.ask();
      if (own !== '' && served !== '' && served !== own) this.state = 'newer';
      return true;
    } catch {
      return false;
    }
  }

  /** Asks if it is time; for a page that is looked at. */
  async checkAgain(): Promise<void> {
    if (this.#around.now() - this.#askedAt >= ASK_EVERY_MS) await this.check();
  }

  /** A part of the page could not be fetched; tells whether the server answers at all. */
  async lost(): Promise<boolean> {
    const answers = await this.check();
    if (answers && this.state === 'same') this.state = 'partial';
    return answers;
  }
}

/** Stands in the page of a server that builds nothing. */
const UNBUILT = '%BUILD%';

export const build = new Build({
  own: () => {
    const own = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? '';
    return own === UNBUILT ? '' : own;
  },
  ask: serverBuild,
  now: () => Date.now(),
});

/** How often it is looked whether it is time. */
const LOOK_EVERY_MS = 60_000;

/** Asks now and then, while the page is looked at; until the answer is called. */
export function watchBuild(): () => void {
  const look = () => {
    if (!document.hidden) void build.checkAgain();
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', look);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
  };
}
