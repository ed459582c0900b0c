/**
 * A message's text in pieces: plain, links, mentions of oneself. Texts are never markup. Pure.
 */

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'mention'; text: string }
  | { kind: 'link'; text: string; href: string; host: string };

const LINK = /\bhttps?:\/\/[^\s<>"`{}|\\^\u2066-\u2069\u202a-\u202e]+/giu;
const TRAILING = /[.,:;!?'"»”’]+$/u;
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3/u;
/** Emoji that stand alone are shown large up to this many. */
const LARGE_EMOJI_MAX = 3;
/** Longer texts are not looked at. */
const LARGE_EMOJI_UNITS_MAX = 48;

/** The pieces of a text. `you` is the name whose mentions count. */
export function piecesOf(text: string, you: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const link = trimmed(match[0]);
    const url = parse(link);
    if (!url) continue;
    plain(pieces, text.slice(at, match.index), you);
    pieces.push({ kind: 'link', text: link, href: url.href, host: hostOf(link, url) });
    at = match.index + link.length;
  }
  plain(pieces, text.slice(at), you);
  return pieces;
}

/** The first link of a text. */
export function firstLink(text: string): string | null {
  const link = piecesOf(text, '').find((piece) => piece.kind === 'link');
  return link?.kind === 'link' ? link.href : null;
}

/** Whether the text is one to three emoji and nothing else. */
export function isLargeEmoji(text: string): boolean {
  const signs = text.replace(/\s/gu, '');
  if (signs === '' || signs.length > LARGE_EMOJI_UNITS_MAX) return false;
  const graphemes = [...new Intl.Segmenter().segment(signs)].map(({ segment }) => segment);
  return (
    graphemes.length <= LARGE_EMOJI_MAX &&
    graphemes.every((grapheme) => EMOJI.test(grapheme) && !/^[\p{L}\p{N}]$/u.test(grapheme))
  );
}

/** The host as it really is: in punycode when its letters are of several scripts. */
export function hostOf(text: string, url: URL): string {
  const written = /^https?:\/\/(?:[^/?#]*@)?([^/?#:]+)/iu.exec(text)?.[1] ?? '';
  return isMixed(written) || !/[^\x00-\x7f]/u.test(written) ? url.hostname : written;
}

function isMixed(host: string): boolean {
  return host
    .split('.')
    .some((label) => SCRIPTS.filter((script) => script.test(label)).length > 1);
}

const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

function plain(pieces: Piece[], text: string, you: string): void {
  if (text === '') return;
  const mention = `@${you}`;
  let rest = text;
  while (you !== '' && rest.includes(mention)) {
    const at = rest.indexOf(mention);
    if (at > 0) pieces.push({ kind: 'text', text: rest.slice(0, at) });
    pieces.push({ kind: 'mention', text: mention });
    rest = rest.slice(at + mention.length);
  }
  if (rest !== '') pieces.push({ kind: 'text', text: rest });
}

/** The link without the punctuation of the sentence around it. */
function trimmed(link: string): string {
  let end = link.replace(TRAILING, '');
  for (const [open, close] of ['()', '[]']) {
    while (end.endsWith(close as string) && count(end, close) > count(end, open)) {
      end = end.slice(0, -1).replace(TRAILING, '');
    }
  }
  return end;
}

function count(text: string, char: string | undefined): number {
  return text.split(char ?? '').length - 1;
}

function parse(link: string): URL | null {
  try {
    const url = new URL(link);
    return url.hostname === '' ? null : url;
  } catch {
    return null;
  }
}
