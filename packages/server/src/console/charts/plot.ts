/**
 * The geometry of a chart of lines: points in, places out. Everything lies within the box, and what is not known is a gap
 * in the line and never a zero. Lengths are in the units of the drawing, which has its origin at the top left.
 */
export interface Series {
  readonly name: string;
  /** One for each step of the axis; null, and any number that cannot be drawn, where nothing is known. */
  readonly values: readonly (number | null)[];
}

export interface Box {
  readonly width: number;
  readonly height: number;
  /** What is left free around the lines, for words. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** How many steps of the axis are named, at most. */
  readonly named: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly name: string;
  /** Commands of an SVG path; a new `M` behind each gap. Empty where nothing is known. */
  readonly path: string;
  readonly marks: readonly Place[];
  /** Where its name stands: beside its end, or `apart` from it, with a mark of its own. Null where there is no line. */
  readonly label: (Place & { readonly apart: boolean }) | null;
}

export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly area: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly grid: readonly { readonly y: number; readonly text: string }[];
  readonly steps: readonly { readonly x: number; readonly text: string; readonly anchor: 'start' | 'middle' | 'end' }[];
  readonly lines: readonly Line[];
}

const GRID_LINES = 4;
/** Up to so many steps each point has its mark; beyond, only what would not be seen without one. */
const MARKED_STEPS = 30;
const LABEL_GAP = 18;
const BESIDE = 8;

const isDrawn = (value: number | null): value is number =>
  value !== null && value >= 0 && value <= Number.MAX_SAFE_INTEGER;

const round = (length: number): number => Math.round(length * 10) / 10;

/** The least of 1, 2, 5, 10, 20… of which at most `GRID_LINES` reach the highest value. */
export function stepOf(highest: number): number {
  for (let ten = 1; ; ten *= 10)
    for (const step of [ten, 2 * ten, 5 * ten]) if (step * GRID_LINES >= highest) return step;
}

function gridOf(series: readonly Series[]): number[] {
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.filter(isDrawn)));
  const step = stepOf(highest);
  return Array.from({ length: Math.max(1, Math.ceil(highest / step)) + 1 }, (_, index) => index * step);
}

/** Runs of points that follow on one another. */
function runsOf(points: readonly (Place | null)[]): Place[][] {
  const runs: Place[][] = [];
  let open = false;
  for (const point of points) {
    if (point !== null && open) runs.at(-1)?.push(point);
    else if (point !== null) runs.push([point]);
    open = point !== null;
  }
  return runs;
}

const pathOf = (runs: readonly (readonly Place[])[]): string =>
  runs.flatMap((run) => run.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`)).join('');

/** A point between two gaps has no line, and the last one is what is looked for. */
function marksOf(runs: readonly (readonly Place[])[], steps: number): Place[] {
  if (steps <= MARKED_STEPS) return runs.flat();
  const alone = runs.slice(0, -1).filter((run) => run.length === 1);
  return [...alone, runs.at(-1)?.slice(-1) ?? []].flat();
}

/** Moves names that would lie upon each other apart, and none of them out of the box. */
export function spread(wanted: readonly number[], { top, bottom }: { readonly top: number; readonly bottom: number }) {
  const order = wanted.map((y, index) => ({ y, index })).toSorted((a, b) => a.y - b.y);
  const gap = Math.min(LABEL_GAP, (bottom - top) / Math.max(1, order.length - 1));
  const placed: number[] = [];
  let least = top;
  for (const [rank, { y, index }] of order.entries()) {
    const most = bottom - (order.length - 1 - rank) * gap;
    const at = Math.min(Math.max(y, least), most);
    placed[index] = round(at);
    least = at + gap;
  }
  return placed;
}

function stepsOf(names: readonly string[], named: number, xOf: (index: number) => number): Plot['steps'] {
  const last = names.length - 1;
  const wanted = Array.from({ length: named }, (_, index) => Math.round((index * last) / Math.max(1, named - 1)));
  return [...new Set(wanted)]
    .filter((index) => index >= 0 && index <= last)
    .map((index) => ({
      x: xOf(index),
      text: names[index] ?? '',
      anchor: last === 0 ? 'middle' : index === 0 ? 'start' : index === last ? 'end' : 'middle',
    }));
}

/** `names` has one name for each step of the axis, such as its day. */
export function plot(series: readonly Series[], names: readonly string[], box: Box): Plot {
  const area = { left: box.left, right: box.width - box.right, top: box.top, bottom: box.height - box.bottom };
  const grid = gridOf(series);
  const highest = grid.at(-1) ?? 1;
  const last = Math.max(1, names.length - 1);
  const xOf = (index: number) =>
    round(names.length === 1 ? (area.left + area.right) / 2 : area.left + ((area.right - area.left) * index) / last);
  const yOf = (value: number) => round(area.bottom - ((area.bottom - area.top) * value) / highest);
  const drawn = series.map(({ name, values }) => {
    const points = names.map((_, index): Place | null => {
      const value = values[index] ?? null;
      return isDrawn(value) ? { x: xOf(index), y: yOf(value) } : null;
    });
    return { name, runs: runsOf(points) };
  });
  const ends = drawn.flatMap(({ runs }) => runs.at(-1)?.at(-1) ?? []);
  const heights = spread(
    ends.map(({ y }) => y),
    area,
  );
  const labelOf = (runs: readonly (readonly Place[])[]): Line['label'] => {
    const end = runs.at(-1)?.at(-1);
    if (end === undefined) return null;
    const y = heights[ends.indexOf(end)] ?? end.y;
    return { x: area.right + BESIDE, y, apart: end.x < area.right || y !== end.y };
  };
  return {
    width: box.width,
    height: box.height,
    area,
    grid: grid.map((value) => ({ y: yOf(value), text: value.toLocaleString('en-GB') })),
    steps: stepsOf(names, box.named, xOf),
    lines: drawn.map(({ name, runs }) => ({
      name,
      path: pathOf(runs),
      marks: marksOf(runs, names.length),
      label: labelOf(runs),
    })),
  };
}
