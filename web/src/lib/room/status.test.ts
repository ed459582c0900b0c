/** What a close means, and what the status line is told. */

import { describe, expect, it } from 'vitest';
import { CloseCode } from '../protocol.gen';
import { statusOf, verdictOf, type Close } from './status';

const close = (change: Partial<Close>): Close => ({
  code: 1006,
  reason: '',
  refusal: null,
  moveAfterMs: null,
  wasIn: true,
  ...change,
});

describe('verdict', () => {
  it('comes back after a loss, a slow reader, an idle peer and a stop of the server', () => {
    const codes = [1006, CloseCode.goingAway, CloseCode.slowReader, CloseCode.idle, CloseCode.failed];
    for (const code of codes) expect(verdictOf(close({ code })).verdict).toEqual({ retry: true });
  });

  it('comes back to a moving room when the server said', () => {
    const { verdict } = verdictOf(close({ code: CloseCode.moving, moveAfterMs: 180 }));
    expect(verdict).toEqual({ retry: true, afterMs: 180 });
  });

  it('says that the room moves where it is elsewhere now, and nowhere else', () => {
    const moves = (change: Partial<Close>) => verdictOf(close(change)).moving;
    expect(moves({ code: CloseCode.moving })).toBe(true);
    for (const code of ['moved', 'bad_ticket'] as const) {
      const refusal = { code, retryAfterMs: null };
      expect(moves({ code: CloseCode.policy, refusal })).toBe(true);
    }
    expect(moves({ code: CloseCode.goingAway })).toBe(false);
    expect(moves({ code: CloseCode.policy, reason: 'unavailable' })).toBe(false);
  });

  it('leaves the room to another tab, and a closed room', () => {
    expect(verdictOf(close({ code: CloseCode.replaced })).ending).toEqual({ state: 'replaced' });
    expect(verdictOf(close({ code: CloseCode.roomClosed })).ending).toEqual({ state: 'closed' });
  });

  it('stops at a refusal that does not pass, by frame or by reason', () => {
    const refusal = { code: 'room_full', retryAfterMs: 14_000 } as const;
    const byFrame = verdictOf(close({ code: CloseCode.policy, refusal }));
    expect(byFrame.ending).toEqual({ state: 'refused', ...refusal });
    const byReason = verdictOf(close({ code: CloseCode.policy, reason: 'wrong_password' }));
    expect(byReason.ending).toMatchObject({ state: 'refused', code: 'wrong_password' });
  });

  it('waits out a rate limit in a room, and tells it to who was never in', () => {
    const limited = { code: CloseCode.policy, refusal: { code: 'rate_limited', retryAfterMs: 900 } } as const;
    expect(verdictOf(close(limited)).verdict).toEqual({ retry: true, afterMs: 900 });
    expect(verdictOf(close({ ...limited, wasIn: false })).ending?.state).toBe('refused');
  });
});

describe('status', () => {
  const situation = { entered: false, wasIn: false, moving: false };

  it('is live only in the room', () => {
    expect(statusOf({ ...situation, link: { state: 'open' } }).state).toBe('connecting');
    expect(statusOf({ ...situation, link: { state: 'open' }, entered: true }).state).toBe('live');
  });

  it('tells a first try from a later one', () => {
    const first = { state: 'connecting', attempt: 1 } as const;
    expect(statusOf({ ...situation, link: first }).state).toBe('connecting');
    expect(statusOf({ ...situation, link: first, wasIn: true }).state).toBe('trying');
    expect(statusOf({ ...situation, link: { ...first, attempt: 2 } }).state).toBe('trying');
  });

  it('says that the room moves, whatever the link does meanwhile', () => {
    const waiting = { state: 'waiting', attempt: 1, until: 0, since: 0 } as const;
    expect(statusOf({ ...situation, moving: true, link: waiting }).state).toBe('moving');
    expect(statusOf({ ...situation, link: waiting }).state).toBe('waiting');
  });
});
