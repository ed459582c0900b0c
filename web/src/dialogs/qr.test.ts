/** A QR code's path. */

import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { qrPath } from './qr';

test('runs of dark modules become rectangles', () => {
  expect(
    qrPath([
      [true, true, false],
      [false, false, false],
      [true, false, true],
    ]),
  ).toBe('M0 0h2v1h-2zM0 2h1v1h-1zM2 2h1v1h-1z');
});

test('the longest address of a room still makes a code', () => {
  const link = `https://instantchat.example/${encodeURIComponent('ё'.repeat(100))}`;
  const { size, data } = encode(link, { ecc: 'M', border: 0 });
  expect(data).toHaveLength(size);
  expect(qrPath(data).length).toBeGreaterThan(1_000);
});
