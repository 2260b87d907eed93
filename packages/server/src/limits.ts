import Type from 'typebox';

const Whole = (minimum: number, maximum: number, example: number, of = 'a whole number') =>
  Type.Integer({ minimum, maximum, description: `${of} from ${minimum} to ${maximum}`, examples: [example] });
const Milliseconds = (example: number) => Whole(100, 600_000, example, 'milliseconds');

/** `limits` of the settings. */
export const LimitsFile = Type.Object(
  {
    checkInsInHand: Type.Optional(Whole(1, 10_000, 256)),
    mebibytesInHand: Type.Optional(Whole(4, 4096, 64)),
    checkInsWaiting: Type.Optional(Whole(0, 100_000, 512)),
    connections: Type.Optional(Whole(16, 100_000, 8192)),
    streams: Type.Optional(Whole(0, 100_000, 6000)),
    headersMs: Type.Optional(Milliseconds(15_000)),
    bodyMs: Type.Optional(Milliseconds(30_000)),
    patienceMs: Type.Optional(Milliseconds(2000)),
    idleMs: Type.Optional(Milliseconds(60_000)),
  },
  { additionalProperties: false },
);

/** How much the server takes on at a time, and how long it waits for whom. */
export interface Limits {
  /** Check-ins that are read or worked on at a time, and the MiB that their bodies may hold together. */
  readonly checkInsInHand: number;
  readonly mebibytesInHand: number;
  /** Check-ins that may wait for that; who comes when there are as many is sent away with 503. */
  readonly checkInsWaiting: number;
  /** Of anybody. */
  readonly connections: number;
  /** Of those, devices that listen for orders; whoever is beyond hears of them at the next check-in. */
  readonly streams: number;
  /** Until the headers of a request, and until its body, are there whole. */
  readonly headersMs: number;
  readonly bodyMs: number;
  /** The same of a body while others wait for its place. */
  readonly patienceMs: number;
  /** A connection on which nothing happens is ended. */
  readonly idleMs: number;
}

export const DEFAULT_LIMITS: Limits = Object.freeze({
  checkInsInHand: 256,
  mebibytesInHand: 64,
  checkInsWaiting: 512,
  connections: 8192,
  streams: 6000,
  headersMs: 15_000,
  bodyMs: 30_000,
  patienceMs: 2_000,
  idleMs: 60_000,
});
