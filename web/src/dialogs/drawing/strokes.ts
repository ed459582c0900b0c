/** A drawing as the steps that made it, with undo and redo. Pure: nothing here paints. */

/** The canvas, in its own units; a drawing is sent at this size. */
export const CANVAS_WIDTH = 1600;
export const CANVAS_HEIGHT = 1000;
/** The width of the dialog for which the brushes are named: 4 is 4 CSS pixels there. */
const NOMINAL_WIDTH = 936;

export const WIDTHS = [4, 8, 14, 24] as const;

/** The colours, by their names in the catalogue. They look the same in both themes, like the paper. */
export const COLOURS = [
  { name: 'ink', value: '#241f18' },
  { name: 'brick', value: '#a5301c' },
  { name: 'orange', value: '#d97a1e' },
  { name: 'marigold', value: '#f4b52e' },
  { name: 'moss', value: '#447523' },
  { name: 'lagoon', value: '#087479' },
  { name: 'sky', value: '#106eab' },
  { name: 'iris', value: '#665fb0' },
] as const;

/** Paper, which is also what the eraser leaves. */
export const PAPER = '#fffef9';

/** Steps that can be undone. */
export const STEPS_MAX = 100;

export type Tool = 'brush' | 'eraser';

/** Where the pen was, in units of the canvas, and how hard it pressed, from 0 to 1. */
export type Point = readonly [x: number, y: number, pressure: number];

export interface Stroke {
  readonly tool: Tool;
  readonly colour: number;
  /** One of WIDTHS. */
  readonly width: number;
  /** Whether the pressure is a pen's; other pointers do not press. */
  readonly pen: boolean;
  readonly points: readonly Point[];
}

/** What is done at once and undone at once: a stroke, or the wish for an empty canvas. */
export type Step = Stroke | 'clear';

export interface Drawing {
  /** Older steps than can be undone. */
  readonly settled: readonly Step[];
  /** Steps that can be undone, the last one last. */
  readonly done: readonly Step[];
  /** Steps that can be done again, the next one last. */
  readonly undone: readonly Step[];
}

export const EMPTY: Drawing = { settled: [], done: [], undone: [] };

/** The drawing with one step more; what was undone can no longer be done again. */
export function withStep(drawing: Drawing, step: Step): Drawing {
  const done = [...drawing.done, step];
  const over = done.length - STEPS_MAX;
  if (over <= 0) return { ...drawing, done, undone: [] };
  const settled = sinceClear([...drawing.settled, ...done.slice(0, over)]);
  return { settled, done: done.slice(over), undone: [] };
}

export function undo(drawing: Drawing): Drawing {
  const step = drawing.done.at(-1);
  if (step === undefined) return drawing;
  return { ...drawing, done: drawing.done.slice(0, -1), undone: [...drawing.undone, step] };
}

export function redo(drawing: Drawing): Drawing {
  const step = drawing.undone.at(-1);
  if (step === undefined) return drawing;
  return { ...drawing, done: [...drawing.done, step], undone: drawing.undone.slice(0, -1) };
}

/** What is to be seen: the strokes since the last clear, and whether the picture under them is. */
export function visible(drawing: Drawing): { strokes: readonly Stroke[]; base: boolean } {
  const steps = [...drawing.settled, ...drawing.done];
  const cleared = steps.lastIndexOf('clear');
  return {
    strokes: steps.slice(cleared + 1).filter((step) => step !== 'clear'),
    base: cleared < 0,
  };
}

/** Whether leaving would lose something. */
export function hasStrokes(drawing: Drawing): boolean {
  return visible(drawing).strokes.length > 0;
}

/** The width of a stroke in units of the canvas. */
export function canvasWidth(width: number): number {
  return (width * CANVAS_WIDTH) / NOMINAL_WIDTH;
}

/** The next width up or down; the ends stay. */
export function otherWidth(width: number, step: 1 | -1): number {
  const index = WIDTHS.findIndex((one) => one === width) + step;
  return WIDTHS[Math.min(Math.max(index, 0), WIDTHS.length - 1)] ?? width;
}

/** What came before the last clear is hidden for good; the clear itself hides the picture below. */
function sinceClear(steps: readonly Step[]): readonly Step[] {
  const cleared = steps.lastIndexOf('clear');
  return cleared < 0 ? steps : steps.slice(cleared);
}
