/** Signs of writing: seldom enough, and never missing. */

import { expect, it } from 'vitest';
import { FakeClock } from '../testing';
import { SIGN_EVERY_MS, TypingSign } from './typing-sign';

it('signs at once, then once per wait, and anew after a post', () => {
  const clock = new FakeClock();
  let signs = 0;
  const sign = new TypingSign(() => (signs += 1), clock);
  sign.written();
  expect(signs).toBe(1);
  sign.written();
  sign.written();
  expect(signs).toBe(1);
  clock.advance(SIGN_EVERY_MS);
  expect(signs).toBe(2);
  sign.written();
  sign.done();
  clock.advance(SIGN_EVERY_MS);
  expect(signs).toBe(2);
  sign.written();
  expect(signs).toBe(3);
});
