/** How the connection to a room is, and what a close means. Pure. */

import type { Link, Verdict } from '../connection';
import { CloseCode, type ErrorCode } from '../protocol.gen';

/** How the connection is, as the status line tells it. */
export type ConnectionStatus =
  | { state: 'connecting' | 'live' | 'trying' | 'offline' | 'moving' | 'replaced' | 'closed' }
  | { state: 'waiting'; until: number; attempt: number; since: number }
  | { state: 'refused'; code: ErrorCode; retryAfterMs: number | null };

export interface Situation {
  link: Link;
  /** Whether the page is in the room now, and whether it ever was. */
  entered: boolean;
  wasIn: boolean;
  /** Whether the server said that the room moves. */
  moving: boolean;
}

/** A refusal, as its `error` frame told it. */
export interface Refusal {
  code: ErrorCode;
  retryAfterMs: number | null;
}

export interface Close {
  code: number;
  reason: string;
  refusal: Refusal | null;
  moveAfterMs: number | null;
  wasIn: boolean;
}

/** Refusals that say no more than that the room is to be looked for anew. */
const ELSEWHERE: ReadonlySet<ErrorCode> = new Set(['moved', 'bad_ticket'] satisfies ErrorCode[]);

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'moved',
  'unavailable',
  'bad_ticket',
  'rate_limited',
  'bad_frame',
] satisfies ErrorCode[]);

/** The connection's status, unless it has ended. */
export function statusOf({ link, entered, wasIn, moving }: Situation): ConnectionStatus {
  if (link.state === 'open' && entered) return { state: 'live' };
  if (link.state === 'offline') return { state: 'offline' };
  if (moving && link.state !== 'idle') return { state: 'moving' };
  if (link.state === 'waiting') return { ...link };
  const again = wasIn || (link.state === 'connecting' && link.attempt > 1);
  return { state: again && link.state !== 'idle' ? 'trying' : 'connecting' };
}

export interface Judged {
  verdict: Verdict;
  /** Where it ended, if it is not tried again. */
  ending: ConnectionStatus | null;
  /** Whether the room is elsewhere now, which is no loss to speak of. */
  moving: boolean;
}

/** Whether to try again after a close, and where it ended otherwise. */
export function verdictOf(close: Close): Judged {
  const end = (ending: ConnectionStatus): Judged => ({
    verdict: { retry: false },
    ending,
    moving: false,
  });
  const again = (afterMs: number | null, moving = false): Judged => ({
    verdict: afterMs === null ? { retry: true } : { retry: true, afterMs },
    ending: null,
    moving,
  });
  const { code, reason, moveAfterMs, wasIn } = close;
  if (code === CloseCode.replaced) return end({ state: 'replaced' });
  if (code === CloseCode.roomClosed) return end({ state: 'closed' });
  if (code === CloseCode.moving) return again(moveAfterMs, true);
  if (code !== CloseCode.policy) return again(null);
  const refusal = close.refusal ?? { code: reason as ErrorCode, retryAfterMs: null };
  // Who was never in is told to wait by the page; who was in waits quietly.
  const passes = PASSING.has(refusal.code) && (wasIn || refusal.code !== 'rate_limited');
  return passes ? again(refusal.retryAfterMs, ELSEWHERE.has(refusal.code)) : end({ state: 'refused', ...refusal });
}
