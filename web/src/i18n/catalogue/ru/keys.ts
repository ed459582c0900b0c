/** The list of keys, in Russian. */

import type { keys as en } from '../en/keys';
import type { Translation } from '../en/index';

export const keys: Translation<typeof en> = {
  'keys.title': 'Клавиши',
  'keys.composer': 'Когда вы пишете',
  'keys.conversation': 'В разговоре',
  'keys.anywhere': 'Везде',
  'keys.search': 'Когда вы ищете',
  'keys.drawing': 'Когда вы рисуете',
  'keys.send': 'Отправить',
  'keys.line': 'Новая строка',
  'keys.editLast': 'Изменить своё последнее сообщение, если ничего не написано',
  'keys.leaveReply': 'Оставить ответ или правку',
  'keys.sendAlways': 'Отправить в любом случае',
  'keys.moveMessage': 'К предыдущему, следующему сообщению',
  'keys.firstNewest': 'К первому, к последнему',
  'keys.reply': 'Ответить',
  'keys.vote': 'Голос за, против',
  'keys.edit': 'Изменить',
  'keys.delete': 'Удалить',
  'keys.copy': 'Скопировать текст',
  'keys.menu': 'Что ещё с ним можно сделать',
  'keys.toComposer': 'Вернуться к письму',
  'keys.find': 'Поиск здесь; ещё раз: поиск браузера',
  'keys.region': 'К следующей области',
  'keys.list': 'Этот список',
  'keys.nextHit': 'Следующее, предыдущее',
  'keys.closeSearch': 'Закрыть и остаться на найденном',
  'keys.brush': 'Кисть',
  'keys.eraser': 'Ластик',
  'keys.width': 'Тоньше, толще',
  'keys.colour': 'Цвет',
  'keys.undo': 'Отменить, вернуть',
  'keys.sendDrawing': 'Отправить рисунок',
  'keys.leaveDrawing': 'Выйти',
};
