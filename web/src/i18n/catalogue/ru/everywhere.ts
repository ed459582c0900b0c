/** Words that several places share, in Russian. */

import type { everywhere as en } from '../en/everywhere';
import type { Translation } from '../en/index';

export const everywhere: Translation<typeof en> = {
  'app.name': 'instantchat',

  'action.close': 'Закрыть',
  'action.cancel': 'Отмена',
  'action.save': 'Сохранить',
  'action.open': 'Открыть',
  'action.tryAgain': 'Повторить',
  'action.tryNow': 'Сейчас',
  'action.retry': 'Повторить',
  'action.discard': 'Убрать',
  'action.keep': 'Сохранить',
  'action.reload': 'Обновить',
  'action.download': 'Скачать',
  'action.copied': 'Скопировано',
  'action.copyLink': 'Скопировать ссылку',
  'action.sendWith': 'Отправить через…',
  'action.show': 'Показать',
  'action.hide': 'Скрыть',

  'day.today': 'Сегодня',
  'day.yesterday': 'Вчера',
  'ago.now': 'только что',
  'ago.minutes': '{n} мин назад',
  'ago.hours': '{n} ч назад',
  'span.seconds': {
    one: '{n} секунду',
    few: '{n} секунды',
    many: '{n} секунд',
    other: '{n} секунды',
  },
  'span.minutes': { one: '{n} минуту', few: '{n} минуты', many: '{n} минут', other: '{n} минуты' },
  'span.hours': { one: '{n} час', few: '{n} часа', many: '{n} часов', other: '{n} часа' },
  'span.days': { one: '{n} день', few: '{n} дня', many: '{n} дней', other: '{n} дня' },
  'size.bytes': 'Б',
  'size.kb': 'КБ',
  'size.mb': 'МБ',
  'size.gb': 'ГБ',

  'theme.label': 'Тема',
  'theme.system': 'Как в системе',
  'theme.light': 'Светлая',
  'theme.dark': 'Тёмная',
  'theme.switch': 'Тема: {theme}. Сменить',

  'kept.line': {
    one: '{n} сообщение, хранятся {max} последних. Комната исчезнет через {span} после последнего использования.',
    few: '{n} сообщения, хранятся {max} последних. Комната исчезнет через {span} после последнего использования.',
    many: '{n} сообщений, хранятся {max} последних. Комната исчезнет через {span} после последнего использования.',
    other:
      '{n} сообщения, хранятся {max} последних. Комната исчезнет через {span} после последнего использования.',
  },
  'kept.memory':
    'Сообщения хранятся только в памяти, {max} последних. Комната исчезнет через {span} после последнего использования.',
  'kept.what': 'Что хранится',

  'error.bad_name': 'Такое имя для комнаты не подходит.',
  'error.reserved_name': 'Это имя занято самим сайтом.',
  'error.wrong_password': 'Пароль не тот. Попробуйте ещё раз.',
  'error.room_full': 'В комнате нет места.',
  'error.name_taken': 'Здесь уже есть такое имя или похожее на него.',
  'error.bad_member_name': 'Такое имя не подходит. Нужно от 1 до 80 букв, цифр или знаков.',
  'error.not_author': 'Это может только автор.',
  'error.not_creator': 'Это может только создатель комнаты.',
  'error.not_found': 'Этого больше нет.',
  'error.own_vote': 'За своё сообщение голосовать нельзя',
  'error.no_file': 'Файла больше нет. Прикрепите его снова.',
  'error.empty': 'Отправлять нечего.',
  'error.bad_text': 'В тексте есть символы, которые нельзя отправить.',
  'error.too_long': 'Это слишком длинно.',
  'error.rate_limited': 'Слишком быстро. Подождите немного.',
  'error.unavailable': 'Сервер сейчас не может этого сделать.',
  'error.bad_file': 'Файл не читается как то, чем он назван.',
  'error.too_large': 'Файл больше, чем разрешено.',
  'error.quota_exceeded': 'Места для файлов здесь не осталось.',
  'error.other': 'Сервер отказал: {code}.',

  'qr.label': 'QR-код для {address}',
  'skip.composer': 'К полю сообщения',
};
