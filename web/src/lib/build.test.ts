/** An old page learns that it is old, and a part that cannot be fetched leads to the same offer. */

import { describe, expect, it } from 'vitest';
import { ASK_EVERY_MS, Build } from './build.svelte';

function setUp(own: string) {
  const server = { build: own as string | null, asked: 0, now: 1_000 };
  const build = new Build({
    own: () => own,
    ask: async () => {
      server.asked += 1;
      if (server.build === null) throw new Error('no answer');
      return server.build;
    },
    now: () => server.now,
  });
  return { server, build };
}

describe('build', () => {
  it('is old once the server has another one', async () => {
    const { server, build } = setUp('a');
    expect(await build.check()).toBe(true);
    expect(build.state).toBe('same');
    server.build = 'b';
    await build.check();
    expect(build.state).toBe('newer');
  });

  it('says nothing where the server does not answer or the page was not built', async () => {
    const { server, build } = setUp('a');
    server.build = null;
    expect(await build.check()).toBe(false);
    expect(build.state).toBe('same');
    const unbuilt = setUp('');
    unbuilt.server.build = 'b';
    await unbuilt.build.check();
    expect(unbuilt.build.state).toBe('same');
  });

  it('asks again when it is time, and not before', async () => {
    const { server, build } = setUp('a');
    await build.checkAgain();
    server.now += ASK_EVERY_MS - 1;
    await build.checkAgain();
    expect(server.asked).toBe(1);
    server.now += 1;
    await build.checkAgain();
    expect(server.asked).toBe(2);
  });

  it('tells a lost part of an old page from one of the present page, and from a silent server', async () => {
    const old = setUp('a');
    old.server.build = 'b';
    expect(await old.build.lost()).toBe(true);
    expect(old.build.state).toBe('newer');
    const present = setUp('a');
    expect(await present.build.lost()).toBe(true);
    expect(present.build.state).toBe('partial');
    const silent = setUp('a');
    silent.server.build = null;
    expect(await silent.build.lost()).toBe(false);
    expect(silent.build.state).toBe('same');
  });
});
