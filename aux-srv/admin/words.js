// Numbers and times as people read them.

const count = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const hundredths = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

export const number = (value) => count.format(value);

/** `1 room`, `2 rooms`. */
export const many = (value, one, more = `${one}s`) => `${number(value)} ${value === 1 ? one : more}`;

export const people = (value) => many(value, 'person', 'people');

export function bytes(value) {
  let unit = 0;
  let left = value;
  while (left >= 1_000 && unit < UNITS.length - 1) {
    left /= 1_000;
    unit += 1;
  }
  return `${short.format(left)} ${UNITS[unit]}`;
}

export const cores = (thousandths) => hundredths.format(thousandths / 1_000);

/** A span of time in its largest unit, in two where one is too coarse. */
export function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 9) return `${days} days`;
  if (days > 0) return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
  if (hours > 0) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  if (minutes > 0) return `${minutes} min`;
  return `${seconds} s`;
}

export function signed(ms) {
  const sign = ms < 0 ? '−' : '+';
  return `${sign}${number(Math.abs(ms))} ms`;
}
