/** People and picks, in Russian. */

import type { panel as en } from '../en/panel';
import type { Translation } from '../en/index';

const here = { one: '{n} здесь', few: '{n} здесь', many: '{n} здесь', other: '{n} здесь' };

export const panel: Translation<typeof en> = {
  'panel.label': 'Люди и избранное',
  'panel.people': 'Люди',
  'panel.picks': 'Избранное',
  'panel.saving': 'Загружаем старые сообщения',
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
};
