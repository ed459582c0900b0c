/** Where the arrow keys lead in a grid of sections. Pure. */

export interface Section {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

export interface Cell {
  readonly section: number;
  readonly row: number;
  readonly column: number;
}

/** Breaks a list into rows. */
export function rowsOf(emoji: readonly string[], columns: number): string[][] {
  const rows: string[][] = [];
  for (let start = 0; start < emoji.length; start += columns)
    rows.push(emoji.slice(start, start + columns));
  return rows;
}

/**
 * The cell that a key leads to: `above` from the first row upwards, null when the key is none of
 * the grid's. Left and right go on in the row before and after; up and down cross sections.
 */
export function cellAfter(
  sections: readonly Section[],
  from: Cell,
  key: string,
): Cell | 'above' | null {
  const rows = sections.flatMap(({ rows: own }, section) =>
    own.map((cells, row) => ({ section, row, cells })),
  );
  const at = rows.findIndex((one) => one.section === from.section && one.row === from.row);
  const current = rows[at];
  if (!current) return null;
  const cell = (row: number, column: number): Cell | null => {
    const found = rows[row];
    if (!found) return null;
    const last = found.cells.length - 1;
    return { section: found.section, row: found.row, column: Math.min(column, last) };
  };
  switch (key) {
    case 'ArrowRight':
      return from.column + 1 < current.cells.length
        ? cell(at, from.column + 1)
        : (cell(at + 1, 0) ?? from);
    case 'ArrowLeft':
      return from.column > 0 ? cell(at, from.column - 1) : (cell(at - 1, Infinity) ?? from);
    case 'ArrowDown':
      return cell(at + 1, from.column) ?? from;
    case 'ArrowUp':
      return cell(at - 1, from.column) ?? 'above';
    case 'Home':
      return cell(at, 0);
    case 'End':
      return cell(at, Infinity);
    default:
      return null;
  }
}
