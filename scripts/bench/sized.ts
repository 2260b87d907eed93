/** How much is measured, which the environment may say: `BEADLE_BENCH_FINDINGS=50000`. */
export const sized = (name: string, otherwise: number): number =>
  Number(process.env[`BEADLE_BENCH_${name.toUpperCase()}`] ?? otherwise);
