/** How counts, names, times and sizes read in each language. */
import { expect, test } from 'vitest';
import { en } from './catalogue/en/index';
import { ru } from './catalogue/ru/index';
import { Format, type WordKey } from './format';
import { chooseLanguage } from './language';
import { partsOf, type Message } from './message';
import { isolate, isolateLines } from './bidi';

function formatOf(language: 'en' | 'ru'): Format {
  const messages: Record<WordKey, Message> = language === 'en' ? en : ru;
  const format: Format = new Format(language, (key, n = 0) => say(messages[key], { n }, format));
  return format;
}

function say(message: Message, params: Record<string, string | number>, format: Format): string {
  return partsOf(message, params, format)
    .map((part) => part.text)
    .join('');
}

const english = formatOf('en');
const russian = formatOf('ru');

test('a count takes the form of its language', () => {
  expect(say(en['line.new'], { n: 1 }, english)).toBe('1 new message');
  expect(say(en['line.new'], { n: 1200 }, english)).toBe('1,200 new messages');
  expect(say(ru['line.new'], { n: 1 }, russian)).toBe('1 новое сообщение');
  expect(say(ru['line.new'], { n: 3 }, russian)).toBe('3 новых сообщения');
  expect(say(ru['line.new'], { n: 11 }, russian)).toBe('11 новых сообщений');
});

test('parts tell the values from the words', () => {
  expect(partsOf(en['line.renamed'], { before: 'Brave Finch', after: 'Nina' }, english)).toEqual([
    { text: 'Brave Finch', param: 'before' },
    { text: ' is now ', param: null },
    { text: 'Nina', param: 'after' },
  ]);
});

test('a name that could turn the sentence is isolated, others stay as they are', () => {
  expect(isolate('Женя')).toBe('Женя');
  expect(isolate('שרה')).toBe('\u2068שרה\u2069');
  expect(isolate('a\u202eb')).toBe('\u2068a\u202eb\u202c\u2069');
  expect(isolate('a\u2069b')).toBe('\u2068ab\u2069');
  expect(isolate('\u2067\u202e\u2069x')).toBe('\u2068\u2067\u202e\u2069x\u2069');
  expect(isolateLines('a\u202eb\nc')).toBe('\u2068a\u202eb\u202c\u2069\nc');
});

test('days are named as one says them', () => {
  const now = new Date(2026, 10, 21, 9, 30);
  expect(english.day(new Date(2026, 10, 21, 0, 1), now)).toBe('Today');
  expect(english.day(new Date(2026, 10, 20, 23, 59), now)).toBe('Yesterday');
  expect(english.day(new Date(2026, 10, 19, 12, 0), now)).toBe('Thursday, 19 November');
  expect(english.day(new Date(2025, 10, 19, 12, 0), now)).toBe('Wednesday, 19 November 2025');
  expect(russian.day(new Date(2026, 10, 19, 12, 0), now)).toBe('Четверг, 19 ноября');
});

test('times and spans are short', () => {
  const now = new Date(2026, 10, 21, 9, 30);
  expect(english.clock(new Date(2026, 10, 21, 9, 5))).toBe('9:05');
  expect(english.clock(new Date(2026, 10, 21, 0, 5))).toBe('0:05');
  expect(english.clock(new Date(2026, 10, 21, 18, 2))).toBe('18:02');
  expect(english.ago(new Date(2026, 10, 21, 9, 22), now)).toBe('8 min ago');
  expect(english.ago(new Date(2026, 10, 21, 8, 20), now)).toBe('1 h ago');
  expect(english.ago(new Date(2026, 10, 20, 8, 20), now)).toBe('yesterday');
  expect(russian.ago(new Date(2026, 10, 20, 8, 20), now)).toBe('вчера');
  expect(english.ago(new Date(2026, 10, 21, 9, 31), now)).toBe('just now');
  expect(english.span(12 * 3_600_000)).toBe('12 hours');
  expect(english.span(48 * 3_600_000)).toBe('2 days');
  expect(english.span(1_500)).toBe('2 seconds');
  expect(russian.span(12 * 3_600_000)).toBe('12 часов');
  expect(russian.span(60_000)).toBe('1 минуту');
});

test('sizes have one digit where it matters', () => {
  const plain = (text: string) => text.replaceAll('\u00a0', ' ');
  expect(plain(english.bytes(84 * 1024))).toBe('84 KB');
  expect(plain(english.bytes(4.8 * 1024 ** 2))).toBe('4.8 MB');
  expect(plain(english.bytes(25 * 1024 ** 2))).toBe('25 MB');
  expect(plain(russian.bytes(4.8 * 1024 ** 2))).toBe('4,8 МБ');
  expect(plain(english.bytes(0))).toBe('0 B');
  expect(english.bytesIn(3.1 * 1024 ** 2, 4.8 * 1024 ** 2)).toBe('3.1');
});

test('a language is chosen by memory, then by the browser, then English', () => {
  expect(chooseLanguage('ru', ['en-US'])).toBe('ru');
  expect(chooseLanguage(null, ['de', 'ru-RU', 'en'])).toBe('ru');
  expect(chooseLanguage('xx', ['de'])).toBe('en');
});
