/** Who is known in a room, and who of them is here. Pure. */

import type { Joined, MemberState, ServerFrame } from '../protocol.gen';

type Presence = ServerFrame & { type: 'presence' };

export type Members = ReadonlyMap<string, MemberState>;

/** Everybody whom `joined` tells. */
export function membersOf(joined: Joined): Members {
  return new Map(joined.members.map((member) => [member.member, member]));
}

/** The members after a change of presence. A crowd is told as counts only: nobody is known to leave. */
export function afterPresence(members: Members, presence: Presence): Members {
  const next = new Map(members);
  if (presence.snapshot) {
    for (const member of members.values()) {
      if (member.online) next.set(member.member, { ...member, online: false });
    }
  }
  for (const member of presence.joined) next.set(member.member, { ...member, online: true });
  for (const id of presence.left) {
    const member = next.get(id);
    if (member) next.set(id, { ...member, online: false });
  }
  return next;
}

/** The members after one of them did something. Unknown ones become known by it. */
export function afterChange(
  members: Members,
  id: string,
  change: Partial<MemberState> & { name: string },
): Members {
  const held = members.get(id);
  const unknown = { member: id, online: true, creator: false, lastPostAt: null };
  return new Map(members).set(id, { ...(held ?? unknown), ...change });
}
