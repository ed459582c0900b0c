/**
 * The moving window over the rows: which of them are rendered, and where the view stands. At the
 * end it follows; elsewhere the row at its top keeps its place, whatever grows above it.
 */

import { layoutOf, rangeOf, rowAt, type Layout, type Range } from './layout';
import type { Row } from './rows';

/** Within this distance of the end the view follows. */
export const FOLLOW_PX = 48;
/** Beyond this distance the way back is offered. */
export const FAR_PX = 200;

/** The toolbar of a message stands out above it by so much. */
const TOOLS_PX = 24;

/** The row that keeps its place, and its distance from the top of the view. */
interface Anchor {
  key: string;
  offset: number;
}

export class Viewport {
  range = $state.raw<Range>({ from: 0, to: 0 });
  /** Where the rendered rows begin, and how high all of them are. */
  top = $state(0);
  total = $state(0);
  following = $state(true);
  far = $state(false);

  #scroller: HTMLElement | null = null;
  #rows: readonly Row[] = [];
  #layout: Layout = { tops: [0], total: 0 };
  #anchor: Anchor | null = null;
  #width = 0;
  #height = 0;
  readonly #heights = new Map<string, number>();
  readonly #observer: ResizeObserver;
  readonly #keys = new WeakMap<Element, string>();
  readonly #onmove: () => void;

  /** `onmove` is called after sizes changed; it must bring the page up to date at once. */
  constructor(onmove: () => void) {
    this.#onmove = onmove;
    this.#observer = new ResizeObserver((entries) => this.#resized(entries));
  }

  /** Takes the scrolling element. */
  attach(scroller: HTMLElement): () => void {
    this.#scroller = scroller;
    this.#observer.observe(scroller);
    return () => this.#observer.disconnect();
  }

  /** Watches the height of a rendered row. */
  watch(element: HTMLElement, key: string): () => void {
    this.#keys.set(element, key);
    this.#observer.observe(element);
    return () => this.#observer.unobserve(element);
  }

  /** Takes new rows. */
  show(rows: readonly Row[]): void {
    this.#rows = rows;
    this.#relayout();
  }

  /** Puts the view where it belongs; called after the page is up to date. */
  settle(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const end = scroller.scrollHeight - scroller.clientHeight;
    const wanted = this.following ? end : this.#anchored();
    if (wanted !== null && Math.abs(scroller.scrollTop - wanted) >= 1) scroller.scrollTop = wanted;
    this.#look();
  }

  /** The visitor scrolled. */
  scrolled(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    this.following = left <= FOLLOW_PX;
    this.far = left > FAR_PX;
    this.#remember();
    this.#look();
  }

  /** Goes to the end: smoothly when it is near. */
  toEnd(smooth: boolean): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    if (smooth && left <= 2 * scroller.clientHeight) {
      scroller.scrollTo({ top: scroller.scrollHeight, behavior: 'smooth' });
      return;
    }
    this.following = true;
    this.far = false;
    this.#range(this.#layout.total - this.#height);
    this.#onmove();
    this.settle();
  }

  /** The row at the top of the view, and how far below it; null at the end. */
  get place(): Readonly<Anchor> | null {
    return this.following ? null : this.#anchor;
  }

  /** Brings a row to the middle of the view, or so far below its top. */
  toRow(index: number, offset?: number): void {
    const row = this.#rows[index];
    if (!row || !this.#scroller) return;
    const height = (this.#layout.tops[index + 1] ?? 0) - (this.#layout.tops[index] ?? 0);
    this.following = false;
    const middle = Math.max(16, (this.#height - height) / 2);
    this.#anchor = { key: row.key, offset: offset ?? middle };
    this.#range((this.#layout.tops[index] ?? 0) - this.#anchor.offset);
    this.#onmove();
    this.settle();
  }

  /** Makes sure that a row is in the view, moving as little as it takes. */
  reveal(index: number): void {
    const scroller = this.#scroller;
    const row = this.#rows[index];
    if (!scroller || !row) return;
    const top = (this.#layout.tops[index] ?? 0) + this.#slack();
    const bottom = (this.#layout.tops[index + 1] ?? 0) + this.#slack();
    const last = index === this.#rows.length - 1;
    if (top - TOOLS_PX < scroller.scrollTop) scroller.scrollTop = top - TOOLS_PX;
    else if (bottom > scroller.scrollTop + this.#height) {
      scroller.scrollTop = bottom - this.#height + (last ? FOLLOW_PX : 8);
    }
    this.scrolled();
    this.#onmove();
  }

  /** The rows of one screen. */
  get screen(): { width: number; height: number } {
    return { width: this.#width, height: this.#height };
  }

  #resized(entries: readonly ResizeObserverEntry[]): void {
    let changed = false;
    for (const entry of entries) {
      if (entry.target === this.#scroller) changed = this.#viewResized(entry) || changed;
      else changed = this.#rowResized(entry) || changed;
    }
    if (!changed) return;
    this.#relayout();
    this.#onmove();
    this.settle();
  }

  #viewResized(entry: ResizeObserverEntry): boolean {
    const { clientWidth, clientHeight } = entry.target;
    if (clientWidth === this.#width && clientHeight === this.#height) return false;
    // What is at the bottom of the view stays there.
    if (this.#anchor) this.#anchor.offset += clientHeight - this.#height;
    if (clientWidth !== this.#width) this.#heights.clear();
    this.#width = clientWidth;
    this.#height = clientHeight;
    return true;
  }

  #rowResized(entry: ResizeObserverEntry): boolean {
    const key = this.#keys.get(entry.target);
    const height = entry.borderBoxSize[0]?.blockSize ?? 0;
    if (key === undefined || height === 0 || this.#heights.get(key) === height) return false;
    this.#heights.set(key, height);
    return true;
  }

  #relayout(): void {
    this.#layout = layoutOf(this.#rows, this.#heights, this.#width);
    this.total = this.#layout.total;
    const anchored = this.following ? null : this.#anchored();
    this.#range(anchored ?? (this.following ? this.total - this.#height : this.#viewTop()));
  }

  /** Renders what the view needs, if that changed. */
  #range(viewTop: number): void {
    const next = rangeOf(this.#layout, viewTop, this.#height);
    if (next.from !== this.range.from || next.to !== this.range.to) this.range = next;
    this.top = this.#layout.tops[next.from] ?? 0;
  }

  #look(): void {
    this.#range(this.#viewTop());
    const scroller = this.#scroller;
    if (!scroller) return;
    this.far = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop > FAR_PX;
  }

  #remember(): void {
    const index = rowAt(this.#layout, this.#viewTop());
    const row = this.#rows[index];
    if (!row) return;
    this.#anchor = { key: row.key, offset: (this.#layout.tops[index] ?? 0) - this.#viewTop() };
  }

  /** The scroll position that keeps the anchor in its place. */
  #anchored(): number | null {
    const anchor = this.#anchor;
    const index = anchor ? this.#rows.findIndex((row) => row.key === anchor.key) : -1;
    if (!anchor || index < 0) return null;
    return (this.#layout.tops[index] ?? 0) - anchor.offset + this.#slack();
  }

  #viewTop(): number {
    return (this.#scroller?.scrollTop ?? 0) - this.#slack();
  }

  /** What stands above the rows: the empty space of a short conversation, and the padding. */
  #slack(): number {
    const scroller = this.#scroller;
    return scroller ? Math.max(0, scroller.scrollHeight - this.#layout.total - PADDING_BOTTOM) : 0;
  }
}

/** The space under the last row. */
export const PADDING_BOTTOM = 4;
