/** People, picks and search, in Russian. */

import type { panel as en } from '../en/panel';
import type { Translation } from '../en/index';

const here = { one: '{n} здесь', few: '{n} здесь', many: '{n} здесь', other: '{n} здесь' };

export const panel: Translation<typeof en> = {
  'panel.label': 'Люди и избранное',
  'panel.people': 'Люди',
  'panel.picks': 'Избранное',
  'panel.close': 'Закрыть панель',
  'people.here': 'Сейчас здесь: {n}',
  'people.were': 'Были здесь: {n}',
  'people.away': 'был здесь',
  'people.online': 'сейчас здесь',
  'people.made': 'создатель комнаты',
  'people.youRename': 'вы, сменить имя',
  'people.writing': 'пишет',
  'people.mention': 'Упомянуть {name}',
  'people.crowd': here,
  'people.writers': 'Кто писал последним',
  'people.search': 'Найти людей',
  'people.found': 'Найдено: {n}',
  'people.none': 'Нет никого, чьё имя начинается с «{text}».',
  'people.moreAway': { one: 'ещё {n}', few: 'ещё {n}', many: 'ещё {n}', other: 'ещё {n}' },

  'picks.heading': 'Избранное, по голосам',
  'picks.empty': 'Проголосуйте за сообщение, и оно соберётся здесь.',
  'picks.votes': '{up} за, {down} против',
  'picks.goTo': 'К сообщению ({name})',
  'picks.drawing': 'Рисунок',

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
