/** The conversation, in Russian. */

import type { conversation as en } from '../en/conversation';
import type { Translation } from '../en/index';

const newMessages = {
  one: '{n} новое сообщение',
  few: '{n} новых сообщения',
  many: '{n} новых сообщений',
  other: '{n} нового сообщения',
};

export const conversation: Translation<typeof en> = {
  'line.new': newMessages,
  'line.gap.messages': 'Сообщений {from}–{to} больше нет:',
  'line.gap.keeps': 'хранится {max} последних.',
  'line.gap.before': 'Всего до {time} больше нет:',
  'line.gap.anew': 'сервер запущен заново.',
  'line.gap.ended': 'Комнаты больше нет:',
  'line.gap.nobody': 'здесь никого не было {span}.',
  'line.renamed': '{before} теперь {after}',
  'line.described': 'Описание комнаты изменено ({name})',
  'line.loading': 'Загружаем старые сообщения',

  'jump.new': newMessages,
  'jump.newest': 'К последним',

  'message.label': '{name}, {time}',
  'message.sending': 'Отправляем',
  'message.waiting': 'Ждёт связи',
  'message.failed': 'Не отправлено: нет ответа {n} с.',
  'message.failedCode': 'Не отправлено:',
  'message.failedOld': 'Не отправлено: ждало слишком долго.',
  'message.edited': 'изменено',
  'message.editedAt': 'Изменено: {time}',
  'message.number': '{time}, сообщение {seq}',
  'message.deleted': 'Сообщение удалено ({name})',
  'message.deletedMany': {
    one: 'Удалено {n} сообщение',
    few: 'Удалено {n} сообщения',
    many: 'Удалено {n} сообщений',
    other: 'Удалено {n} сообщения',
  },
  'message.showAll': 'Показать целиком, строк: {n}',
  'message.showLess': 'Свернуть',
  'message.original.gone': 'Исходного больше нет',
  'message.toOriginal': 'К исходному сообщению ({name})',

  'message.tools': 'Что сделать с сообщением',
  'message.reply': 'Ответить',
  'message.voteFor': 'Голос за',
  'message.voteAgainst': 'Голос против',
  'message.votesFor': 'Голос за, уже {n}',
  'message.votesAgainst': 'Голос против, уже {n}',
  'message.ownVote': 'За своё сообщение голосовать нельзя',
  'message.more': 'Ещё',
  'message.copyText': 'Скопировать текст',
  'message.copyLink': 'Скопировать ссылку',
  'message.edit': 'Изменить',
  'message.delete': 'Удалить',
  'message.deleteSure': 'Удалить? Нажмите ещё раз',
  'message.drawOver': 'Рисовать поверх',

  'media.drawing': 'Рисунок, автор {name}',
  'media.image': 'Изображение {file}, автор {name}',
  'media.open': 'Открыть изображение',
  'media.gone': 'Этого изображения больше нет',
  'file.download': 'Скачать {file}',
  'preview.label': 'Страница на {host}',

  'spoken.message': '{name}: {text}',
  'spoken.drawing': '{name}: рисунок',
  'spoken.file': '{name}: файл {file}',
  'spoken.many': newMessages,

  'empty.title': 'Вы здесь первый.',
  'empty.text': 'Отправьте эту ссылку тем, кого ждёте. Учётная запись не нужна.',
};
