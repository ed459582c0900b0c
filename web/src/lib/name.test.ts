/** Names of rooms and the paths that mean them. */

import { describe, expect, it } from 'vitest';
import { normalise, problemOf, repaired } from './name';
import { pageOf, roomPath } from './path';

describe('names', () => {
  it('are shown in their normal form', () => {
    expect(normalise('  Saturday  Ridge\tHike ')).toBe('saturday-ridge-hike');
    expect(normalise('БЕРЁЗА')).toBe('берёза');
  });

  it('say what is wrong with them', () => {
    expect(problemOf('abc')).toBeNull();
    expect(problemOf('ab')).toBe('short');
    expect(problemOf('a/b')).toBe('slash');
    expect(problemOf('what?')).toBe('signs');
    expect(problemOf('a'.repeat(101))).toBe('long');
  });

  it('are repaired where something is left', () => {
    expect(repaired('a/b')).toBe('a-b');
    expect(repaired('what? no!')).toBe('what-no!');
    expect(repaired('?')).toBeNull();
  });
});

describe('paths', () => {
  it('mean pages', () => {
    expect(pageOf('/')).toEqual({ page: 'home' });
    expect(pageOf('/about')).toEqual({ page: 'about' });
    expect(pageOf('/room/')).toEqual({ page: 'room', name: 'room' });
    expect(pageOf('/a/b')).toEqual({ page: 'room', name: 'a/b' });
    expect(pageOf('/100%')).toEqual({ page: 'room', name: '100%' });
  });

  it('hold any name', () => {
    for (const name of ['берёза-дача', '100%25', 'a~b']) {
      expect(pageOf(roomPath(name))).toEqual({ page: 'room', name });
    }
  });
});
