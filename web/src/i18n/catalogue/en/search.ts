/** The search. */

import type { Messages } from '../../message';

export const search = {
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
