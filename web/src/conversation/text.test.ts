/** Links, mentions, large emoji. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstLink, isLargeEmoji, piecesOf } from './text';

const links = (text: string) =>
  piecesOf(text, '').flatMap((piece) => (piece.kind === 'link' ? [piece.text] : []));

describe('text', () => {
  it('loses nothing of what was written', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, path, name) => {
        const text = `${before} https://a.example/${path}) @${name}`;
        expect(piecesOf(text, name).map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });

  it('finds links without the punctuation around them', () => {
    expect(links('see https://a.example/b, or (http://c.example/d_(e)).')).toEqual([
      'https://a.example/b',
      'http://c.example/d_(e)',
    ]);
    expect(links('ftp://a.example javascript:alert(1) HTTPS://A.EXAMPLE/x!')).toEqual([
      'HTTPS://A.EXAMPLE/x',
    ]);
  });

  it('shows the real host, in punycode when its letters are of several scripts', () => {
    const host = (text: string) => {
      const piece = piecesOf(text, '')[0];
      return piece?.kind === 'link' ? piece.host : null;
    };
    expect(host('https://user@evil.example/')).toBe('evil.example');
    expect(host('https://пример.рф/')).toBe('пример.рф');
    expect(host('https://pаypal.com/')).toBe('xn--pypal-4ve.com');
  });

  it('marks mentions of oneself', () => {
    expect(piecesOf('hey @Ada L. now', 'Ada L.').map(({ kind }) => kind)).toEqual([
      'text',
      'mention',
      'text',
    ]);
  });

  it('takes the first link for the preview', () => {
    expect(firstLink('a https://one.example b https://two.example')).toBe('https://one.example/');
    expect(firstLink('none')).toBeNull();
  });

  it('shows up to three emoji large, and nothing else', () => {
    for (const text of ['😀', '👍🏽 🎉', '👨‍👩‍👧', '🇨🇭', '❤️']) expect(isLargeEmoji(text)).toBe(true);
    for (const text of ['', 'a', '1', '12', '😀a', '😀😀😀😀', '#', '…']) {
      expect(isLargeEmoji(text)).toBe(false);
    }
  });
});
