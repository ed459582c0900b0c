/** The composer, in Russian. */

import type { composer as en } from '../en/composer';
import type { Translation } from '../en/index';

export const composer: Translation<typeof en> = {
  'composer.placeholder': 'Напишите сообщение',
  'composer.first': 'Напишите первое сообщение',
  'composer.off': 'В этой вкладке нет связи',
  'composer.send': 'Отправить',
  'composer.sendLater': 'Отправить, когда появится связь',
  'composer.save': 'Сохранить',
  'composer.wait': '{n} с',
  'composer.attach': 'Прикрепить файл',
  'composer.photo': 'Фото',
  'composer.file': 'Файл',
  'composer.draw': 'Нарисовать',
  'composer.emoji': 'Эмодзи',
  'composer.add': 'Добавить',
  'composer.enterHint': 'Enter отправляет, Shift Enter переносит строку',
  'composer.editHint': 'Esc оставит всё как было',
  'composer.editing': 'Вы меняете сообщение от {time}',
  'composer.leaveReply': 'Не отвечать',
  'composer.leaveEdit': 'Не менять',
  'composer.count': '{n} из {max}',
  'composer.drop': 'Отпустите, чтобы прикрепить',
  'composer.mentions': 'Упомянуть',
  'composer.emojiList': 'Эмодзи',
  'composer.rename': 'Вы — {name}. Сменить имя',

  'upload.progress': '{done} из {total}',
  'upload.ready': 'Готово, {size}',
  'upload.stopped': 'Остановлено на {n} %.',
  'upload.tooBig': '{file} — {size}. Предел — {max}.',
  'upload.empty': 'Файл {file} пуст.',
  'upload.remove': 'Убрать {file}',
  'upload.tooMany': {
    one: 'Не больше {n} файла за раз.',
    few: 'Не больше {n} файлов за раз.',
    many: 'Не больше {n} файлов за раз.',
    other: 'Не больше {n} файла за раз.',
  },
  'upload.asFile': 'Отправить файлом',
};
