import { sized } from '../sized.ts';

/** How large the council is. */
export const SIZES = {
  /** Of devices, most of them enrolled. */
  devices: sized('devices', 2000),
  findings: sized('findings', 5_000_000),
  breaches: sized('breaches', 20_000),
  /** Of the breaches, those that nobody has closed and no device has ended. */
  open: sized('open', 300),
  /** Of the one breach that comes again and again. */
  recurrences: sized('recurrences', 30_000),
  people: sized('people', 2500),
  authorisations: sized('authorisations', 2000),
  acts: sized('acts', 200_000),
  /** Requests that are measured of each address, after as many as warm it up. */
  rounds: sized('rounds', 15),
} as const;

export const DAY_MS = 86_400_000;
export const YEAR_MS = 365 * DAY_MS;
/** The moment at which all of it is looked at. */
export const NOW = Date.now();
