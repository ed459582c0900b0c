/** A conversation that is saved as text. */

import type { Messages } from '../../message';

export const saved = {
  'export.title': 'Conversation in {room}',
  'export.saved': 'Saved on {date}',
  'export.deleted': 'message deleted',
  'export.edited': 'edited',
  'export.file': 'file: {file}, {size}',
  'export.drawing': 'drawing: {url}',
  'export.reply': 'in reply to {name}: {text}',
  'export.failed': 'Older messages could not be fetched. The file holds what the page has.',
} as const satisfies Messages;
