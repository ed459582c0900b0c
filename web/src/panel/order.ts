/** Who stands where in the list of people, and which messages are picks. Pure. */

import type { Member, MemberState, Message } from '../lib/protocol.gen';

/** Writers that a crowded room lists. */
export const WRITERS_MAX = 50;
/** Members who were here that the list shows. */
export const AWAY_MAX = 100;

/** The maker first, you second, then by name. */
export function here(members: Iterable<MemberState>, you: Member | null): MemberState[] {
  const weight = (one: MemberState) => (one.creator ? 0 : one.member === you ? 1 : 2);
  return [...members]
    .filter((one) => one.online)
    .sort((one, other) => weight(one) - weight(other) || byName(one, other));
}

/** Those who left, the last to write first. */
export function away(members: Iterable<MemberState>): MemberState[] {
  return [...members].filter((one) => !one.online).sort(byLastPost);
}

/** Those who wrote last, here or not. */
export function writers(members: Iterable<MemberState>): MemberState[] {
  return [...members]
    .filter((one) => one.lastPostAt !== null)
    .sort(byLastPost)
    .slice(0, WRITERS_MAX);
}

/** Messages with votes: by votes for minus against, then by age. */
export function picks(messages: readonly Message[]): Message[] {
  return messages
    .filter((message) => !message.deleted && message.up + message.down > 0)
    .sort((one, other) => votes(other) - votes(one) || one.seq - other.seq);
}

export function votes(message: Message): number {
  return message.up - message.down;
}

function byLastPost(one: MemberState, other: MemberState): number {
  return (other.lastPostAt ?? '').localeCompare(one.lastPostAt ?? '') || byName(one, other);
}

function byName(one: MemberState, other: MemberState): number {
  return one.name.localeCompare(other.name) || one.member.localeCompare(other.member);
}
