/** Drawings: steps, undo, shapes, and what is kept for later. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKept } from './kept';
import { fitted, outline, paintDrawing } from './paint';
import {
  EMPTY,
  STEPS_MAX,
  canvasWidth,
  hasStrokes,
  otherWidth,
  redo,
  undo,
  visible,
  withStep,
  type Drawing,
  type Step,
  type Stroke,
} from './strokes';

function stroke(change: Partial<Stroke> = {}): Stroke {
  return {
    tool: 'brush',
    colour: 0,
    width: 8,
    pen: false,
    points: [
      [100, 100, 0.5],
      [200, 120, 0.5],
      [300, 100, 0.5],
    ],
    ...change,
  };
}

test('undo takes back one step, redo does it again, a new step ends redoing', () => {
  const first = stroke();
  const second = stroke({ colour: 3 });
  let drawing = withStep(withStep(EMPTY, first), second);
  drawing = undo(drawing);
  expect(visible(drawing).strokes).toEqual([first]);
  drawing = redo(drawing);
  expect(visible(drawing).strokes).toEqual([first, second]);
  drawing = withStep(undo(drawing), first);
  expect(redo(drawing)).toBe(drawing);
  expect(undo(EMPTY)).toBe(EMPTY);
});

test('clearing can be undone, and hides the picture below until then', () => {
  const drawing = withStep(withStep(EMPTY, stroke()), 'clear');
  expect(visible(drawing)).toEqual({ strokes: [], base: false });
  expect(hasStrokes(drawing)).toBe(false);
  expect(visible(undo(drawing)).strokes).toHaveLength(1);
  expect(visible(undo(drawing)).base).toBe(true);
});

test('a hundred steps can be undone, older ones stay', () => {
  let drawing: Drawing = EMPTY;
  for (let step = 0; step < STEPS_MAX + 7; step += 1) drawing = withStep(drawing, stroke());
  for (let step = 0; step < STEPS_MAX + 50; step += 1) drawing = undo(drawing);
  expect(visible(drawing).strokes).toHaveLength(7);
});

test('what was settled before a clear is dropped, the clear is not', () => {
  let drawing = withStep(withStep(EMPTY, stroke()), 'clear');
  for (let step = 0; step < STEPS_MAX; step += 1) drawing = withStep(drawing, stroke());
  expect(drawing.settled).toEqual(['clear']);
  expect(visible(drawing).base).toBe(false);
});

test('any steps, undone and redone in full, give the same drawing', () => {
  const steps = fc.array(fc.constantFrom<Step>('clear', stroke(), stroke({ tool: 'eraser' })), {
    maxLength: 130,
  });
  fc.assert(
    fc.property(steps, fc.nat(STEPS_MAX), (made, back) => {
      const drawing = made.reduce(withStep, EMPTY);
      let other = drawing;
      for (let step = 0; step < back; step += 1) other = undo(other);
      for (let step = 0; step < back; step += 1) other = redo(other);
      expect(visible(other)).toEqual(visible(drawing));
      expect(other.done.length).toBeLessThanOrEqual(STEPS_MAX);
    }),
  );
});

test('a width is what it says at the nominal size; the ends of the row stay', () => {
  expect(canvasWidth(14)).toBeCloseTo((14 * 1600) / 936);
  expect(otherWidth(8, 1)).toBe(14);
  expect(otherWidth(24, 1)).toBe(24);
  expect(otherWidth(4, -1)).toBe(4);
});

/** How high a horizontal stroke is. */
function thickness(made: Stroke): number {
  const ys = [...outline(made, true).matchAll(/,(-?[\d.]+)/g)].map((match) => Number(match[1]));
  return Math.max(...ys) - Math.min(...ys);
}

function horizontal(pressure: number, pen: boolean): Stroke {
  const points = Array.from(
    { length: 40 },
    (_, index) => [100 + index * 20, 500, pressure] as const,
  );
  return stroke({ width: 24, pen, points });
}

test('a pen presses from 0.4 to 1.2 of the width, a finger always 1', () => {
  const width = canvasWidth(24);
  expect(thickness(horizontal(0.1, false)) / width).toBeCloseTo(1, 1);
  expect(thickness(horizontal(1, true)) / width).toBeCloseTo(1.2, 1);
  expect(thickness(horizontal(0.01, true)) / width).toBeCloseTo(0.4, 1);
});

test('a tap is a dot', () => {
  expect(outline(stroke({ points: [[100, 100, 0.5]] }), true)).toMatch(/^M.*Z$/);
});

test('a picture below stands whole, in the middle', () => {
  expect(fitted(1600, 1000)).toEqual({ x: 0, y: 0, width: 1600, height: 1000 });
  expect(fitted(500, 1000)).toEqual({ x: 550, y: 0, width: 500, height: 1000 });
  expect(fitted(3200, 1000)).toEqual({ x: 0, y: 250, width: 1600, height: 500 });
});

test('painting begins with paper over the whole canvas', () => {
  const calls: unknown[] = [];
  const surface = {
    fillStyle: '',
    imageSmoothingQuality: 'low' as const,
    save() {},
    restore() {},
    fill() {},
    drawImage: () => calls.push('picture'),
    fillRect: (...area: number[]) => calls.push([surface.fillStyle, ...area]),
  };
  const base = { width: 800, height: 500 } as ImageBitmap;
  paintDrawing(surface, EMPTY, base);
  paintDrawing(surface, withStep(EMPTY, 'clear'), base);
  const paper = ['#fffef9', 0, 0, 1600, 1000];
  expect(calls).toEqual([paper, 'picture', paper]);
});

test('what is kept comes back, and nothing else does', () => {
  const left = {
    drawing: { ...withStep(withStep(EMPTY, stroke()), 'clear') },
    base: { src: '/files/a', author: 'Женя' },
  };
  expect(parseKept(JSON.stringify(left))).toEqual(left);
  const bad = [
    null,
    '',
    '{',
    '[]',
    '{"drawing":{}}',
    '{"drawing":{"settled":[],"done":[{"tool":"brush"}]}}',
    JSON.stringify({ drawing: { settled: [], done: [stroke({ colour: 99 })] } }),
    JSON.stringify({ drawing: { settled: [], done: [stroke({ points: [[1e9, 0, 0]] })] } }),
  ];
  for (const text of bad) expect(parseKept(text)).toBeNull();
});
