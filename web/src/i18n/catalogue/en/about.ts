/** About: what this server is and keeps. Figures come from its configuration. */

import type { Messages } from '../../message';

export const about = {
  'about.title': 'About',
  'about.pageTitle': 'What instantchat is, and what it keeps',
  'about.loading': 'Asking the server',
  'about.failed': 'The server did not say what it keeps.',

  'about.what.title': 'What this is',
  'about.what.text':
    'A chat room behind a link. Whoever opens the link is in the room: no account, nothing to install. The first one to come makes it, and may give it a password and a description.',
  'about.what.limits':
    'A message has up to {chars} characters. A file may be {file}, a drawing or an image {drawing}.',

  'about.kept.title': 'What is kept',
  'about.kept.what': 'What',
  'about.kept.where': 'Where',
  'about.kept.howLong': 'How long',
  'about.kept.texts': 'Messages, votes',
  'about.kept.textsWhere': 'In the memory of the server, never on its disk',
  'about.kept.textsLong': 'The newest {max} of each room, until the room ends',
  'about.kept.names': 'Names of people and rooms',
  'about.kept.namesLong': 'Until the room ends',
  'about.kept.drawings': 'Drawings, pictures, files',
  'about.kept.folder': 'In a folder of the server',
  'about.kept.objectStore': 'In an object store',
  'about.kept.filesLong': 'Until their message or their room goes',
  'about.kept.addresses': 'Network addresses',
  'about.kept.addressesMemory': 'In memory, to hold back floods',
  'about.kept.addressesMemoryLong': 'While they are in use',
  'about.kept.addressesLog': 'In memory, and in a log of the server',
  'about.kept.addressesLogLong': 'As long as the operator keeps logs',
  'about.kept.cookie': 'One cookie, which says that you are the one who was here before',
  'about.kept.cookieWhere': 'In your browser',
  'about.kept.cookieLong': { one: '{n} day', other: '{n} days' },
  'about.kept.device': 'Theme, language, recent rooms, drafts',
  'about.kept.deviceWhere': 'In your browser, never sent',
  'about.kept.deviceLong': 'Until you clear them',

  'about.never.title': 'What is never done',
  'about.never.text':
    'No account, no advertising, no measuring of what you do. Texts and names are written to no log. Nothing is fetched from other sites by your browser: fonts, pictures of links and emoji come from here.',

  'about.ends.title': 'How a room ends',
  'about.ends.text':
    'A room is gone {span} after its last use, with everything in it. A restart of the server ends it too. A deleted message goes at once, with its file.',

  'about.doors.title': 'Other doors',
  'about.doors.text': 'The page is one way in. The protocol is open:',
  'about.doors.lookup': 'Is a room there?',
  'about.doors.socket': 'A WebSocket into a room',
  'about.doors.copy': 'Copy the line',

  'about.who.title': 'Who runs this server',
  'about.who.unknown': 'The operator of this server has not said.',
  'about.who.version': 'instantchat {version}',
} as const satisfies Messages;
