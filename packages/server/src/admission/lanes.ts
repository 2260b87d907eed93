import type { Clock } from '@beadle/shared';
import { Counter, Gauge } from 'prom-client';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import { Admission, type AdmissionLimits } from './admission.ts';

export interface Lanes {
  readonly checkIns: Admission;
  readonly enrolments: Admission;
}

interface LaneOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly pressed: () => boolean;
  readonly connections: () => number;
}

const MEBIBYTE = 1024 * 1024;
/** An agent gives up after 30 s: who waits and is worked on has its answer well before that. */
const WAIT_MS = 10_000;
/** Of SQLite those are written by one commit that are worked on together (db/together.ts); PostgreSQL serves several at once. */
const WORKING = 8;

function limitsOfCheckIns({ settings: { limits } }: LaneOptions): AdmissionLimits {
  return {
    inHand: limits.checkInsInHand,
    bytes: limits.mebibytesInHand * MEBIBYTE,
    waiting: limits.checkInsWaiting,
    working: WORKING,
    waitMs: WAIT_MS,
    bodyMs: limits.bodyMs,
    patienceMs: limits.patienceMs,
  };
}

/** Enrolments are small and rare, and whoever floods them proves nothing first: a few at a time, in nobody's way. */
const limitsOfEnrolments = (options: LaneOptions): AdmissionLimits => ({
  ...limitsOfCheckIns(options),
  inHand: 64,
  bytes: MEBIBYTE,
  waiting: 256,
  working: 1,
});

/** Of each what happens once in this time is said in the log; the counts are in the metrics. */
const SAY_EVERY_MS = 60_000;

function measure({ registry }: Metrics, lanes: Lanes): void {
  const registers = [registry];
  const labelNames = ['lane'] as const;
  const each = (keep: (lane: { lane: string }, figures: ReturnType<Admission['figures']>) => void) => {
    keep({ lane: 'check-ins' }, lanes.checkIns.figures());
    keep({ lane: 'enrolments' }, lanes.enrolments.figures());
  };
  const gauge = (name: string, help: string, of: 'inHand' | 'most' | 'bytes' | 'waiting') => {
    const made: Gauge<'lane'> = new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect: () => each((lane, figures) => made.set(lane, figures[of])),
    });
  };
  gauge('beadle_in_hand', 'Requests of devices that are being read or worked on', 'inHand');
  gauge('beadle_in_hand_most', 'The most of them at a time since the start', 'most');
  gauge('beadle_in_hand_bytes', 'What their bodies may hold together', 'bytes');
  gauge('beadle_waiting', 'Requests of devices that wait, unread', 'waiting');
  const shed: Counter<'lane'> = new Counter({
    name: 'beadle_shed_total',
    help: 'Requests of devices that were sent away with 503, to come again later',
    labelNames,
    registers,
    collect: () => {
      shed.reset();
      each((lane, figures) => shed.inc(lane, figures.shed));
    },
  });
}

/** The two ways in for devices, apart from each other and from people's. */
export function createLanes(options: LaneOptions): Lanes {
  const { clock, metrics, log, pressed, connections } = options;
  const now = () => clock.monotonic();
  let saidAt = Number.NEGATIVE_INFINITY;
  const shed = () => {
    if (now() - saidAt < SAY_EVERY_MS) return;
    saidAt = now();
    log.warn('more devices come than can be taken in hand: some are told to come again later');
  };
  const given = { now, pressed, connections, shed };
  const lanes = {
    checkIns: new Admission({ ...given, limits: limitsOfCheckIns(options) }),
    enrolments: new Admission({ ...given, limits: limitsOfEnrolments(options) }),
  };
  measure(metrics, lanes);
  return lanes;
}
