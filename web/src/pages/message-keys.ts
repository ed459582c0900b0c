/** What a key does with the message in focus. */

import type { ErrorCode, Message } from '../lib/protocol.gen';
import type { RoomState } from '../lib/room/state.svelte';
import type { MessageDoors } from './menus';

export interface KeyDoors extends Omit<MessageDoors, 'remove'> {
  /** Asks whether to delete it. */
  ask(): void;
  menu(): void;
  fail(code: ErrorCode): void;
}

/** Does it; false when the key means nothing there. */
export function messageKey(
  key: string,
  room: RoomState,
  message: Message,
  doors: KeyDoors,
): boolean {
  const own = message.by === room.you?.member;
  if (key === 'r') doors.reply(message);
  else if (key === '+' || key === '-') {
    const value = key === '+' ? 'up' : 'down';
    if (own && !room.you?.creator) doors.fail('own_vote');
    else doors.vote(message, message.mine === value ? 'none' : value);
  } else if (key === 'e' && own) doors.edit(message);
  else if (key === 'delete' && own) doors.ask();
  else if (key === 'c') doors.copy(message.text);
  else if (key === 'enter') doors.menu();
  else return false;
  return true;
}
