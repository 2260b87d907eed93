/** What one step of a run did. */
export interface Step {
  readonly erased: number;
  /** JSON of the place after which the next one goes on; null at the end of the phase. */
  readonly next: string | null;
}

interface Done {
  readonly erased: number;
  /** How many were looked at, and how many would have been at most. */
  readonly looked: number;
  readonly atOnce: number;
  readonly next: unknown;
}

export const stepOf = ({ erased, looked, atOnce, next }: Done): Step => ({
  erased,
  next: looked < atOnce || next === undefined ? null : JSON.stringify(next),
});
