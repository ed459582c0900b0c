/** Strokes become shapes, and a drawing becomes a picture. */

import { getStroke } from 'perfect-freehand';
import {
  CANVAS_HEIGHT,
  CANVAS_WIDTH,
  COLOURS,
  PAPER,
  canvasWidth,
  visible,
  type Drawing,
  type Stroke,
} from './strokes';

/**
 * A pen draws from 0.4 to 1.2 of the width: perfect-freehand's diameter is
 * size × (1 − thinning + 2 × thinning × pressure), hence these two.
 */
const PEN_SIZE = 0.8;
const PEN_THINNING = 0.5;
const SMOOTHING = 0.5;
const STREAMLINE = 0.35;

/** What can be painted upon: a canvas of the page, or one of no page. */
type Surface = Pick<
  CanvasRenderingContext2D,
  'fillStyle' | 'fill' | 'fillRect' | 'drawImage' | 'save' | 'restore' | 'imageSmoothingQuality'
>;

/** A picture with its size. */
export type Picture = HTMLImageElement | ImageBitmap;

/** The outline of a stroke as SVG path data, in units of the canvas. */
export function outline(stroke: Stroke, last: boolean): string {
  const width = canvasWidth(stroke.width);
  const points = getStroke(stroke.points as [number, number, number][], {
    size: stroke.pen ? width * PEN_SIZE : width,
    thinning: stroke.pen ? PEN_THINNING : 0,
    smoothing: SMOOTHING,
    streamline: STREAMLINE,
    simulatePressure: false,
    last,
  });
  return closedPath(points);
}

const shapes = new WeakMap<Stroke, Path2D>();

/** Paints one stroke. A finished one is outlined once and remembered. */
export function paintStroke(surface: Surface, stroke: Stroke, last: boolean): void {
  let shape = last ? shapes.get(stroke) : undefined;
  if (!shape) {
    shape = new Path2D(outline(stroke, last));
    if (last) shapes.set(stroke, shape);
  }
  surface.fillStyle =
    stroke.tool === 'eraser' ? PAPER : (COLOURS[stroke.colour]?.value ?? COLOURS[0].value);
  surface.fill(shape);
}

/** Paints the whole drawing: paper, the picture under it, the strokes. */
export function paintDrawing(surface: Surface, drawing: Drawing, base: Picture | null): void {
  surface.fillStyle = PAPER;
  surface.fillRect(0, 0, CANVAS_WIDTH, CANVAS_HEIGHT);
  const { strokes, base: baseSeen } = visible(drawing);
  if (base && baseSeen) {
    const { x, y, width, height } = fitted(base.width, base.height);
    surface.imageSmoothingQuality = 'high';
    surface.drawImage(base, x, y, width, height);
  }
  for (const stroke of strokes) paintStroke(surface, stroke, true);
}

/** Where a picture stands on the canvas: whole, in the middle, as large as it fits. */
export function fitted(
  width: number,
  height: number,
): { x: number; y: number; width: number; height: number } {
  const scale = Math.min(CANVAS_WIDTH / width, CANVAS_HEIGHT / height);
  const fit = { width: width * scale, height: height * scale };
  return { x: (CANVAS_WIDTH - fit.width) / 2, y: (CANVAS_HEIGHT - fit.height) / 2, ...fit };
}

/** The drawing as PNG, at the size of the canvas. */
export async function toPng(drawing: Drawing, base: Picture | null): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = CANVAS_WIDTH;
  canvas.height = CANVAS_HEIGHT;
  const surface = canvas.getContext('2d', { alpha: false });
  if (!surface) throw new Error('no canvas to paint on');
  paintDrawing(surface, drawing, base);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png');
  });
}

/** A closed path through the middles between the points, which makes every corner round. */
function closedPath(points: readonly number[][]): string {
  const [first] = points;
  if (!first || points.length < 2) return '';
  let path = `M${place(first)}Q`;
  for (const [index, point] of points.entries()) {
    const next = points[(index + 1) % points.length] ?? first;
    const middle = [((point[0] ?? 0) + (next[0] ?? 0)) / 2, ((point[1] ?? 0) + (next[1] ?? 0)) / 2];
    path += `${place(point)} ${place(middle)} `;
  }
  return `${path.trimEnd()}Z`;
}

function place(point: readonly number[]): string {
  return `${(point[0] ?? 0).toFixed(1)},${(point[1] ?? 0).toFixed(1)}`;
}
