/** One measurement: what was measured beside its reference of the same run, and beside what is aimed at. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The reference, in the same unit. */
  readonly against: number;
  /** What the reference is. */
  readonly reference: string;
  readonly target?: number;
  /** What is aimed at, as a ratio. */
  readonly targetRatio?: number;
  /** What a reader needs beside it. */
  readonly note?: string;
}

const rounded = (value: number) => Number(value.toPrecision(4));

export function print({ name, value, unit, against, ...rest }: Result): void {
  const ratio = against === 0 ? null : rounded(value / against);
  console.log(JSON.stringify({ name, value: rounded(value), unit, against: rounded(against), ratio, ...rest }));
}

export const progress = (text: string): void => void process.stderr.write(`${text}\n`);

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}
