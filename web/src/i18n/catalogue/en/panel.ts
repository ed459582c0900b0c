/** People, picks and search. */

import type { Messages } from '../../message';

export const panel = {
  'panel.label': 'People and picks',
  'panel.people': 'People',
  'panel.picks': 'Picks',
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

  'search.label': 'Search in the room',
  'search.field': 'Search the messages',
  'search.count': '{n} of {total}',
  'search.none': {
    one: 'Nothing with “{text}” in the {n} message kept.',
    other: 'Nothing with “{text}” in the {n} messages kept.',
  },
  'search.previous': 'Previous',
  'search.next': 'Next',
  'search.close': 'Close the search',
  'search.older': 'Fetching older messages',
  'search.partial': 'Older messages could not be fetched.',
  'search.hint': {
    one: 'Searches the {n} message that is kept. Enter: next, Shift Enter: previous.',
    other: 'Searches the {n} messages that are kept. Enter: next, Shift Enter: previous.',
  },
} as const satisfies Messages;
