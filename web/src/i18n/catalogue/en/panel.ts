/** People and picks. */

import type { Messages } from '../../message';

export const panel = {
  'panel.label': 'People and picks',
  'panel.people': 'People',
  'panel.picks': 'Picks',
  'panel.saving': 'Fetching older messages',
  'panel.close': 'Close the panel',
  'people.here': 'Here now, {n}',
  'people.were': 'Were here, {n}',
  'people.away': 'was here',
  'people.online': 'here now',
  'people.made': 'made this room',
  'people.youRename': 'you, rename',
  'people.writing': 'writing',
  'people.mention': 'Mention {name}',
  'people.crowd': { one: '{n} here', other: '{n} here' },
  'people.writers': 'Who wrote last',
  'people.search': 'Search people',
  'people.found': 'Found, {n}',
  'people.none': 'Nobody whose name begins with “{text}”.',
  'people.moreAway': { one: '{n} more', other: '{n} more' },

  'picks.heading': 'Picks, by votes',
  'picks.empty': 'Vote for a message, and it is collected here.',
  'picks.votes': '{up} for, {down} against',
  'picks.goTo': 'To the message from {name}',
  'picks.drawing': 'Drawing',
} as const satisfies Messages;
