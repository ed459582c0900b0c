/** About, in Russian. */

import type { about as en } from '../en/about';
import type { Translation } from '../en/index';

export const about: Translation<typeof en> = {
  'about.title': 'О сервере',
  'about.pageTitle': 'Что такое instantchat и что он хранит',
  'about.loading': 'Спрашиваем сервер',
  'about.failed': 'Сервер не сказал, что он хранит.',

  'about.what.title': 'Что это',
  'about.what.text':
    'Комната для разговора за ссылкой. Кто открыл ссылку, тот в комнате: без учётной записи и без установки. Кто пришёл первым, тот её создал и может дать ей пароль и описание.',
  'about.what.limits':
    'В сообщении до {chars} символов. Файл — до {file}, рисунок или изображение — до {drawing}.',

  'about.kept.title': 'Что хранится',
  'about.kept.what': 'Что',
  'about.kept.where': 'Где',
  'about.kept.howLong': 'Как долго',
  'about.kept.texts': 'Сообщения, голоса',
  'about.kept.textsWhere': 'В памяти сервера, никогда на диске',
  'about.kept.textsLong': '{max} последних в каждой комнате, пока есть комната',
  'about.kept.names': 'Имена людей и комнат',
  'about.kept.namesLong': 'Пока есть комната',
  'about.kept.drawings': 'Рисунки, изображения, файлы',
  'about.kept.folder': 'В папке сервера',
  'about.kept.objectStore': 'В хранилище объектов',
  'about.kept.filesLong': 'Пока есть их сообщение или комната',
  'about.kept.addresses': 'Сетевые адреса',
  'about.kept.addressesMemory': 'В памяти, чтобы сдерживать наплыв',
  'about.kept.addressesMemoryLong': 'Пока они нужны',
  'about.kept.addressesLog': 'В памяти и в журнале сервера',
  'about.kept.addressesLogLong': 'Сколько владелец хранит журналы',
  'about.kept.cookie': 'Один файл cookie: он говорит, что это снова вы',
  'about.kept.cookieWhere': 'В вашем браузере',
  'about.kept.cookieLong': { one: '{n} день', few: '{n} дня', many: '{n} дней', other: '{n} дня' },
  'about.kept.device': 'Тема, язык, недавние комнаты, черновики',
  'about.kept.deviceWhere': 'В вашем браузере, никуда не отправляется',
  'about.kept.deviceLong': 'Пока вы их не сотрёте',

  'about.never.title': 'Чего никогда не бывает',
  'about.never.text':
    'Нет учётных записей, рекламы и слежки. Тексты и имена не пишутся ни в какой журнал. Ваш браузер ничего не загружает с других сайтов: шрифты, картинки ссылок и эмодзи приходят отсюда.',

  'about.ends.title': 'Как комната заканчивается',
  'about.ends.text':
    'Комната исчезает через {span} после последнего использования, со всем, что в ней. Перезапуск сервера её тоже заканчивает. Удалённое сообщение исчезает сразу, вместе с файлом.',

  'about.doors.title': 'Другие двери',
  'about.doors.text': 'Страница — один из входов. Протокол открыт:',
  'about.doors.lookup': 'Есть ли комната?',
  'about.doors.socket': 'WebSocket в комнату',
  'about.doors.copy': 'Скопировать строку',

  'about.who.title': 'Чей это сервер',
  'about.who.unknown': 'Владелец сервера не представился.',
  'about.who.version': 'instantchat {version}',
};
