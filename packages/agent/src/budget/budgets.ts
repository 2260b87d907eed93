/**
 * How a program's use is measured: the processor time that the system counts, or, where it tells none of a program that has
 * ended (Windows, macOS), the time from its start to its end, which is mostly more.
 */
export type Measure = 'processor' | 'elapsed';

export interface Budget {
  /** Of one source. */
  readonly source: { readonly hourMs: number; readonly dayMs: number };
  /** Of everything that the agent does and runs. */
  readonly all: { readonly dayMs: number };
}

/**
 * In milliseconds. The dearest source that was measured (`linux/apt-pending`) took 3.7 s, and a day of the whole agent comes
 * to 150 s (docs/decisions/0052-self-limits.md): what reaches these is not as it should be.
 */
export const BUDGETS: Readonly<Record<Measure, Budget>> = {
  processor: { source: { hourMs: 60_000, dayMs: 300_000 }, all: { dayMs: 900_000 } },
  elapsed: { source: { hourMs: 180_000, dayMs: 1_200_000 }, all: { dayMs: 3_600_000 } },
};

export const MIB = 1_048_576;

/** Resident memory of a program that is run and of what it starts: beyond it the program is ended. */
export const SOURCE_MEMORY_BYTES = 384 * MIB;

/** Of the agent itself, a day where it is not memory: beyond them it looks less often, and drops nothing. */
export const AGENT_BUDGET_BYTES = { memory: 256 * MIB, disk: 64 * MIB, network: 64 * MIB } as const;
