import { type Canvas, heightOf, type Part, partOf, type Style, WIDTH } from './canvas.ts';
import type { Fact, Table } from './document.ts';

const BODY: Style = { face: 'regular', size: 9.5 };
const HEAD: Style = { face: 'bold', size: 9.5 };
const GAP = 10;
const PADDING = 4;

interface Column {
  readonly x: number;
  readonly width: number;
}

interface Cell {
  readonly lines: readonly string[];
  readonly part: Part;
  readonly style: Style;
  readonly column: Column;
}

function columnsOf(shares: readonly number[]): Column[] {
  const all = shares.reduce((sum, share) => sum + share, 0);
  const open = WIDTH - GAP * (shares.length - 1);
  let x = 0;
  return shares.map((share) => {
    const column = { x, width: (open * share) / all };
    x += column.width + GAP;
    return column;
  });
}

const lineHeight = heightOf(BODY);
const linesLeft = (canvas: Canvas): number => Math.floor((canvas.room() - 2 * PADDING) / lineHeight);

/** A row, on as many pages as it needs; `again` repeats the head of the table where a page begins. */
function drawRow(canvas: Canvas, cells: readonly Cell[], again: () => void): void {
  const height = Math.max(1, ...cells.map(({ lines }) => lines.length));
  const turn = () => {
    canvas.turn();
    again();
  };
  // Not torn apart for a few lines, unless it is longer than half a page.
  if (linesLeft(canvas) < Math.min(height, 24)) turn();
  for (let at = 0; at < height; ) {
    const take = Math.min(height - at, Math.max(1, linesLeft(canvas)));
    canvas.down(PADDING);
    for (const { lines, part, style, column } of cells) {
      const some = lines.slice(at, at + take);
      if (some.length > 0) canvas.put(part, some, column.x, style);
    }
    canvas.down(take * lineHeight + PADDING);
    at += take;
    if (at < height) turn();
  }
  canvas.rule();
}

function openTable(canvas: Canvas, parent: Part, caption: string): Part {
  const table = partOf(canvas, parent, 'Table');
  const lines = canvas.lines(caption, WIDTH, HEAD);
  if (canvas.room() < (lines.length + 4) * lineHeight) canvas.turn();
  canvas.put(partOf(canvas, table, 'Caption'), lines, 0, HEAD);
  canvas.down(lines.length * lineHeight + PADDING);
  return table;
}

/** A table with a head, which is heard once and seen on each page. */
export function* drawTable(
  canvas: Canvas,
  parent: Part,
  { caption, head, rows, shares, rowHeads }: Table,
): Iterable<void> {
  const columns = columnsOf(shares ?? head.map(() => 1));
  const table = openTable(canvas, parent, caption);
  const heads = columns.map((column, at) => canvas.lines(head[at] ?? '', column.width, HEAD));
  const tall = Math.max(...heads.map(({ length }) => length));
  const headRow = partOf(canvas, partOf(canvas, table, 'THead'), 'TR');
  const headCells = columns.map((column, at) => ({
    lines: heads[at] ?? [],
    part: partOf(canvas, headRow, 'TH', { scope: 'Column' }),
    style: HEAD,
    column,
  }));
  drawRow(canvas, headCells, () => undefined);
  const again = () => {
    canvas.down(PADDING);
    for (const [at, column] of columns.entries()) canvas.decorate(heads[at] ?? [], column.x, HEAD);
    canvas.down(tall * lineHeight + PADDING);
    canvas.rule();
  };
  const body = partOf(canvas, table, 'TBody');
  for (const row of rows) {
    const line = partOf(canvas, body, 'TR');
    const cells = columns.map((column, at) => {
      const isHead = rowHeads === true && at === 0;
      const style = isHead ? HEAD : BODY;
      const part = isHead ? partOf(canvas, line, 'TH', { scope: 'Row' }) : partOf(canvas, line, 'TD');
      return { lines: canvas.lines(row[at] ?? '', column.width, style), part, style, column };
    });
    drawRow(canvas, cells, again);
    yield;
  }
  table.element.end();
}

/** Facts as a table whose rows have heads: what it is, what is known of it. */
export function* drawFacts(
  canvas: Canvas,
  parent: Part,
  { caption, facts }: { readonly caption: string; readonly facts: readonly Fact[] },
): Iterable<void> {
  const [left, right] = columnsOf([2, 5]);
  if (left === undefined || right === undefined) return;
  const table = openTable(canvas, parent, caption);
  const body = partOf(canvas, table, 'TBody');
  for (const { name, value } of facts) {
    const row = partOf(canvas, body, 'TR');
    const head = partOf(canvas, row, 'TH', { scope: 'Row' });
    const cell = partOf(canvas, row, 'TD');
    const cells = [
      { lines: canvas.lines(name, left.width, HEAD), part: head, style: HEAD, column: left },
      { lines: canvas.lines(value, right.width, BODY), part: cell, style: BODY, column: right },
    ];
    drawRow(canvas, cells, () => undefined);
    yield;
  }
  table.element.end();
}
