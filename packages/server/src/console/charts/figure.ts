import { type Box, type Plot, plot, type Series } from './plot.ts';

/** Drawn twice, as words in a drawing that is made smaller cannot be read: a screen shows the one that fits it. */
const NARROW: Box = { width: 290, height: 210, left: 34, right: 94, top: 10, bottom: 26, named: 2 };
const WIDE: Box = { width: 640, height: 240, left: 44, right: 96, top: 10, bottom: 26, named: 4 };

export interface Cell {
  readonly name: string;
  readonly values: readonly (number | string)[];
}

/** A chart with all that says the same: a sentence, and the figures in a table. */
export interface Figure {
  /** Of the page's own; begins the ids within. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** Without any where nothing is known. */
  readonly plots: readonly { readonly size: 'narrow' | 'wide'; readonly plot: Plot }[];
  readonly table: { readonly of: string; readonly columns: readonly string[]; readonly rows: readonly Cell[] };
}

interface Drawn extends Omit<Figure, 'plots'> {
  readonly series: readonly Series[];
  /** The name of each step of the axis. */
  readonly names: readonly string[];
}

export function figureOf({ series, names, ...told }: Drawn): Figure {
  const isKnown = series.some(({ values }) => values.some((value) => value !== null));
  if (!isKnown) return { ...told, plots: [] };
  return {
    ...told,
    plots: [
      { size: 'wide', plot: plot(series, names, WIDE) },
      { size: 'narrow', plot: plot(series, names, NARROW) },
    ],
  };
}
