/** What can be done with a message; Conversation and its rows share it. */

import type { Message, VoteValue } from '../lib/protocol.gen';

export interface MessageActions {
  reply(message: Message): void;
  vote(message: Message, value: VoteValue): void;
  /** Opens the menu of everything; a sheet on a phone. */
  menu(message: Message, anchor: HTMLElement): void;
  go(seq: number): void;
  open(message: Message): void;
  mention(name: string): void;
  expand(seq: number, open: boolean): void;
  retry(key: string): void;
  discard(key: string): void;
}
