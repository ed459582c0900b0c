/** Where arrow keys lead in the grid of emoji. */

import { expect, test } from 'vitest';
import { cellAfter, rowsOf, type Cell } from './grid';

const sections = [
  { title: 'used', rows: rowsOf(['a', 'b', 'c', 'd'], 3) },
  { title: 'smileys', rows: rowsOf(['e', 'f', 'g'], 3) },
];

const at = (section: number, row: number, column: number): Cell => ({ section, row, column });

test.each([
  [at(0, 0, 0), 'ArrowRight', at(0, 0, 1)],
  [at(0, 0, 2), 'ArrowRight', at(0, 1, 0)],
  [at(0, 1, 0), 'ArrowRight', at(1, 0, 0)],
  [at(1, 0, 2), 'ArrowRight', at(1, 0, 2)],
  [at(1, 0, 0), 'ArrowLeft', at(0, 1, 0)],
  [at(0, 1, 0), 'ArrowLeft', at(0, 0, 2)],
  [at(0, 0, 0), 'ArrowLeft', at(0, 0, 0)],
  [at(0, 0, 2), 'ArrowDown', at(0, 1, 0)],
  [at(1, 0, 2), 'ArrowDown', at(1, 0, 2)],
  [at(0, 0, 1), 'ArrowUp', 'above'],
  [at(1, 0, 1), 'Home', at(1, 0, 0)],
  [at(1, 0, 1), 'End', at(1, 0, 2)],
  [at(1, 0, 1), 'x', null],
])('%o %s leads to %o', (from, key, to) => {
  expect(cellAfter(sections, from, key)).toEqual(to);
});
