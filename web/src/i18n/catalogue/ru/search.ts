/** The search, in Russian. */

import type { search as en } from '../en/search';
import type { Translation } from '../en/index';

export const search: Translation<typeof en> = {
  'search.label': 'Поиск в комнате',
  'search.field': 'Искать в сообщениях',
  'search.count': '{n} из {total}',
  'search.none': {
    one: 'Ничего с «{text}» в {n} сообщении, которое хранится.',
    few: 'Ничего с «{text}» в {n} сообщениях, которые хранятся.',
    many: 'Ничего с «{text}» в {n} сообщениях, которые хранятся.',
    other: 'Ничего с «{text}» в {n} сообщения, которые хранятся.',
  },
  'search.previous': 'Предыдущее',
  'search.next': 'Следующее',
  'search.close': 'Закрыть поиск',
  'search.older': 'Загружаем старые сообщения',
  'search.partial': 'Старые сообщения загрузить не удалось.',
  'search.hint': {
    one: 'Ищет в {n} сообщении, которое хранится. Enter: следующее, Shift Enter: предыдущее.',
    few: 'Ищет в {n} сообщениях, которые хранятся. Enter: следующее, Shift Enter: предыдущее.',
    many: 'Ищет в {n} сообщениях, которые хранятся. Enter: следующее, Shift Enter: предыдущее.',
    other: 'Ищет в {n} сообщения, которые хранятся. Enter: следующее, Shift Enter: предыдущее.',
  },
};
