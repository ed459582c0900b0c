/**
 * Where rows stand: heights are measured once per width and remembered, the others are guessed.
 * Pure.
 */

import type { Row } from './rows';

/** Heights and places of all rows, in pixels. */
export interface Layout {
  /** The top of each row, and the end of the last one. */
  readonly tops: readonly number[];
  readonly total: number;
}

/** The rows that are rendered: from the first to before the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const LINE_PX = 24;
/** The most rows that are rendered, whatever their heights. */
export const ROWS_MAX = 110;

/** Places the rows. */
export function layoutOf(
  rows: readonly Row[],
  measured: ReadonlyMap<string, number>,
  width: number,
): Layout {
  const tops: number[] = [];
  let top = 0;
  for (const row of rows) {
    tops.push(top);
    top += measured.get(row.key) ?? guess(row, width);
  }
  tops.push(top);
  return { tops, total: top };
}

/** The rows of the view, with one screen above and below. */
export function rangeOf(layout: Layout, viewTop: number, viewHeight: number): Range {
  const count = layout.tops.length - 1;
  const from = rowAt(layout, viewTop - viewHeight);
  const to = Math.min(count, rowAt(layout, viewTop + 2 * viewHeight) + 1);
  if (to - from <= ROWS_MAX) return { from, to };
  const middle = rowAt(layout, viewTop + viewHeight / 2);
  const start = Math.max(from, middle - ROWS_MAX / 2);
  return { from: start, to: Math.min(to, start + ROWS_MAX) };
}

/** The row at a place. */
export function rowAt(layout: Layout, place: number): number {
  const last = layout.tops.length - 2;
  let low = 0;
  let high = Math.max(0, last);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((layout.tops[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A height before it is measured: near enough that a scrollbar does not jump. */
function guess(row: Row, width: number): number {
  const charsPerLine = Math.max(20, Math.min(width, 528) / 7.6);
  let height = row.leads.length * 52 + (row.first ? 12 : 0) + (width < 560 && row.first ? 20 : 0);
  if (row.body.kind === 'lines') return height;
  if (row.body.kind === 'deleted') return height + LINE_PX + 8;
  const { text } = row.body.kind === 'message' ? row.body.message : row.body.post;
  for (const line of text.split('\n', 24)) {
    height += LINE_PX * Math.max(1, Math.ceil(line.length / charsPerLine));
  }
  if (row.body.kind !== 'message') return height + 8;
  const { file, preview, replyTo, up, down } = row.body.message;
  if (file?.width && file.height) height += Math.min(320, file.height) + 8;
  else if (file) height += 64;
  if (preview) height += 104;
  if (replyTo !== null) height += 24;
  if (up + down > 0) height += 36;
  return height + 8;
}
