/** The composer. */

import type { Messages } from '../../message';

export const composer = {
  'composer.placeholder': 'Write a message',
  'composer.first': 'Write the first message',
  'composer.off': 'Not connected in this tab',
  'composer.send': 'Send',
  'composer.sendLater': 'Send when the connection is back',
  'composer.save': 'Save',
  'composer.wait': '{n} s',
  'composer.attach': 'Attach a file',
  'composer.photo': 'Photo',
  'composer.file': 'File',
  'composer.draw': 'Draw',
  'composer.emoji': 'Emoji',
  'composer.add': 'Add',
  'composer.enterHint': 'Enter sends, Shift Enter breaks the line',
  'composer.editHint': 'Esc leaves it as it was',
  'composer.editing': 'Editing your message from {time}',
  'composer.leaveReply': 'Leave the reply',
  'composer.leaveEdit': 'Leave the edit',
  'composer.count': '{n} of {max}',
  'composer.drop': 'Drop to attach',
  'composer.mentions': 'Mention',
  'composer.emojiList': 'Emoji',
  'composer.rename': 'You are {name}. Rename yourself',

  'upload.progress': '{done} of {total}',
  'upload.ready': 'Ready, {size}',
  'upload.stopped': 'Stopped at {n} %.',
  'upload.tooBig': '{file} is {size}. The limit is {max}.',
  'upload.empty': '{file} is empty.',
  'upload.remove': 'Remove {file}',
  'upload.tooMany': {
    one: 'No more than {n} file at a time.',
    other: 'No more than {n} files at a time.',
  },
  'upload.asFile': 'Send it as a file',
} as const satisfies Messages;
