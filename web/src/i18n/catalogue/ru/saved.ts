/** A conversation that is saved as text, in Russian. */

import type { saved as en } from '../en/saved';
import type { Translation } from '../en/index';

export const saved: Translation<typeof en> = {
  'export.title': 'Разговор в {room}',
  'export.saved': 'Сохранено: {date}',
  'export.deleted': 'сообщение удалено',
  'export.edited': 'изменено',
  'export.file': 'файл: {file}, {size}',
  'export.drawing': 'рисунок: {url}',
  'export.reply': 'в ответ {name}: {text}',
  'export.failed': 'Старые сообщения загрузить не удалось. В файле то, что есть на странице.',
};
