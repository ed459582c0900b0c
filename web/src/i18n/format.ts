/** Numbers, times, sizes and spans in a language. Pure: `now` is an argument. */

import type { Language } from './language';

/** The words that formats need; a catalogue has them under these keys. */
export type WordKey =
  | 'day.today'
  | 'day.yesterday'
  | 'ago.now'
  | 'ago.minutes'
  | 'ago.hours'
  | 'span.seconds'
  | 'span.minutes'
  | 'span.hours'
  | 'span.days'
  | 'size.bytes'
  | 'size.kb'
  | 'size.mb'
  | 'size.gb';

/** Looks a word up, with the number that it counts. */
export type Words = (key: WordKey, n?: number) => string;

const SIZES = ['size.bytes', 'size.kb', 'size.mb', 'size.gb'] as const;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Everything that a language formats, made once per language. */
export class Format {
  readonly #words: Words;
  readonly #plural: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;
  readonly #decimal: Intl.NumberFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #weekday: Intl.DateTimeFormat;
  readonly #dayMonth: Intl.DateTimeFormat;
  readonly #dayMonthYear: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;
  readonly #relative: Intl.RelativeTimeFormat;

  constructor(language: Language, words: Words) {
    // British dates: the day before the month, and 24 hours.
    const locale = language === 'en' ? 'en-GB' : language;
    this.#words = words;
    this.#plural = new Intl.PluralRules(language);
    // Russian groups from five digits on: "1000", "10 000".
    this.#number = new Intl.NumberFormat(locale, {
      useGrouping: language === 'ru' ? 'min2' : 'always',
      maximumFractionDigits: 1,
    });
    this.#decimal = new Intl.NumberFormat(locale, {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    this.#clock = new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    this.#weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
    this.#dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' });
    this.#dayMonthYear = new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'long',
      year: 'numeric',
    });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  }

  readonly plural = (n: number): Intl.LDMLPluralRule => this.#plural.select(n);

  readonly number = (n: number): string => this.#number.format(n);

  /** "9:15", "18:02". */
  clock(at: Date): string {
    return this.#clock.format(at).replace(/^0(?=\d)/, '');
  }

  /** "Today", "Yesterday", "Thursday, 19 November"; with the year when it is another one. */
  day(at: Date, now: Date): string {
    const days = daysBetween(at, now);
    if (days === 0) return this.#words('day.today');
    if (days === 1) return this.#words('day.yesterday');
    const sameYear = at.getFullYear() === now.getFullYear();
    const date = (sameYear ? this.#dayMonth : this.#dayMonthYear).format(at);
    return capitalised(`${this.#weekday.format(at)}, ${date}`);
  }

  /** "Thursday, 19 November 2026". */
  date(at: Date): string {
    return capitalised(`${this.#weekday.format(at)}, ${this.#dayMonthYear.format(at)}`);
  }

  /** The whole date with seconds, for tooltips. */
  full(at: Date): string {
    return capitalised(this.#full.format(at));
  }

  /** "8 min ago", "1 h ago", "yesterday", "3 days ago". */
  ago(at: Date, now: Date): string {
    const past = Math.max(0, now.getTime() - at.getTime());
    const days = daysBetween(at, now);
    if (past < MINUTE_MS) return this.#words('ago.now');
    if (past < HOUR_MS) return this.#words('ago.minutes', Math.floor(past / MINUTE_MS));
    if (days <= 0 || past < 6 * HOUR_MS)
      return this.#words('ago.hours', Math.floor(past / HOUR_MS));
    return this.#relative.format(-days, 'day');
  }

  /** "12 hours", "30 minutes", "3 days": the largest unit that says it without a fraction. */
  span(ms: number): string {
    if (ms >= 2 * DAY_MS && ms % DAY_MS === 0) return this.#words('span.days', ms / DAY_MS);
    if (ms >= HOUR_MS && ms % HOUR_MS === 0) return this.#words('span.hours', ms / HOUR_MS);
    if (ms >= MINUTE_MS && ms % MINUTE_MS === 0) return this.#words('span.minutes', ms / MINUTE_MS);
    return this.#words('span.seconds', Math.ceil(ms / SECOND_MS));
  }

  /** "84 KB", "4.8 MB". */
  bytes(bytes: number): string {
    const unit = unitOf(bytes);
    return `${this.#scaled(bytes, unit)}\u00a0${this.#words(SIZES[unit])}`;
  }

  /** The first of two sizes in the unit of the second, without it: the "3.1" of "3.1 of 4.8 MB". */
  bytesIn(bytes: number, total: number): string {
    return this.#scaled(bytes, unitOf(total));
  }

  #scaled(bytes: number, unit: Unit): string {
    const value = bytes / 1024 ** unit;
    // One digit after the point where it tells something: "4.8 MB", but "25 MB" and "84 KB".
    return unit >= 2 && value < 10 && !Number.isInteger(value)
      ? this.#decimal.format(value)
      : this.#number.format(Math.round(value));
  }
}

type Unit = 0 | 1 | 2 | 3;

function unitOf(bytes: number): Unit {
  if (bytes < 1024) return 0;
  if (bytes < 1024 ** 2) return 1;
  return bytes < 1024 ** 3 ? 2 : 3;
}

/** Midnights between two moments, in the visitor's time zone. */
function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(later) - midnight(earlier)) / DAY_MS);
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
