import Type, { type Static } from 'typebox';
import { IsoTime, type Judgement, Subject } from '../findings/finding.ts';
import { isKnown, KnownOf, type Severity } from '../findings/verdict.ts';
import { matchesAny } from '../patterns.ts';
import { cannotTell, type CheckInput, defineCheck, state } from './check.ts';

const Queue = Type.Object(
  {
    name: Subject,
    /** The port, device URI or `\\server\queue` that patterns are held against, without any password in it. */
    target: Type.String({ maxLength: 500 }),
    /** Whatever else a policy may call the same printer by, such as the port of a host: never a name that may be chosen. */
    aliases: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 8 })),
    /** Decided by the port or URI, never by the queue's name, which anyone may choose. */
    reach: Type.Enum(['file', 'local', 'network']),
  },
  { additionalProperties: false },
);
export type Queue = Static<typeof Queue>;

/** A finished job: never its document's name, nor what was in it (invariant 10). */
const Job = Type.Object(
  {
    at: IsoTime,
    /** The scheduler's number of the job. */
    id: Type.Integer({ minimum: 0 }),
    /** The queue as it was when the job was seen; unknown where it has been removed since. */
    queue: Subject,
    target: KnownOf(Queue),
    sheets: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  },
  { additionalProperties: false },
);
export type Job = Static<typeof Job>;

const Facts = Type.Object(
  {
    queues: KnownOf(Type.Array(Queue, { maxItems: 500 })),
    /** Known where the system tells of every finished job. */
    jobs: KnownOf(Type.Literal('told')),
  },
  { additionalProperties: false },
);

const Patterns = Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { description: 'a list of patterns' });
const Require = Type.Object(
  {
    councilPrinters: Type.Optional(Patterns),
    permittedPrinters: Type.Optional(Patterns),
    homePrinting: Type.Optional(Type.Enum(['deny', 'declare', 'allow'], { description: 'deny, declare or allow' })),
    unknownQueues: Type.Optional(Type.Enum(['ignore', 'record', 'fail'], { description: 'ignore, record or fail' })),
  },
  { additionalProperties: false },
);

type Input = CheckInput<Static<typeof Facts>, Job, Static<typeof Require>>;
type PrinterClass = 'file' | 'council' | 'permitted' | 'other';

function classify(input: Input, queue: Queue): PrinterClass {
  if (queue.reach === 'file') return 'file';
  const called = [queue.target, ...(queue.aliases ?? [])];
  if (called.some((target) => matchesAny(input.require.councilPrinters, target))) return 'council';
  return called.some((target) => matchesAny(input.require.permittedPrinters, target)) ? 'permitted' : 'other';
}

/**
 * A printer on the device itself, or on a network that is not the council's, is most likely at home: the rule's own
 * severity. One on the council's network is most likely the council's and not yet classified: low.
 */
function jobSeverity(input: Input, queue: Queue): Severity {
  if (queue.reach === 'local') return input.severity;
  const { onCouncilNetwork } = input.device;
  return isKnown(onCouncilNetwork) && onCouncilNetwork.known ? 'low' : input.severity;
}

function judgeJob(input: Input, job: Job): Judgement {
  const event = { subject: job.queue, kind: 'event', at: Date.parse(job.at), severity: input.severity } as const;
  if (!isKnown(job.target)) {
    return { ...event, verdict: 'unknown', reason: job.target.unknown, observed: { sheets: job.sheets } };
  }
  const queue = job.target.known;
  const printer = classify(input, queue);
  const observed = { printer, reach: queue.reach, target: queue.target, sheets: job.sheets };
  const allowed = printer === 'other' ? (input.require.homePrinting ?? 'allow') : 'allow';
  switch (allowed) {
    case 'allow':
      return { ...event, verdict: 'pass', observed };
    case 'declare':
      return { ...event, verdict: 'fail', severity: 'low', observed: { ...observed, declarationNeeded: true } };
    case 'deny':
      return { ...event, verdict: 'fail', severity: jobSeverity(input, queue), observed };
  }
}

/** A queue on which nothing has been printed: recorded unless the policy fails it. */
function judgeQueue(input: Input, queue: Queue): Judgement | undefined {
  const printer = classify(input, queue);
  const rest = { subject: queue.name, observed: { printer, reach: queue.reach, target: queue.target } };
  const mode = input.require.unknownQueues ?? 'record';
  if (printer !== 'other') return state(input, 'pass', rest);
  if (mode === 'fail') return state(input, 'fail', { ...rest, severity: 'low' });
  const { jobs } = input.facts;
  const jobsMatter = input.require.homePrinting === 'deny' || input.require.homePrinting === 'declare';
  if (!isKnown(jobs) && jobsMatter) return state(input, 'unknown', { ...rest, reason: jobs.unknown });
  return mode === 'ignore' ? undefined : state(input, 'pass', rest);
}

/** Clause 5.14: nothing is printed on a home printer; printing to a file always passes. */
export const printing = defineCheck({
  name: 'printing',
  facts: Facts,
  event: Job,
  require: Require,
  timed: () => [],
  identify: (job) => ({ key: `${job.queue}/${job.id}`, subject: job.queue, at: Date.parse(job.at) }),
  evaluate(input) {
    const { queues, jobs } = input.facts;
    const printed = input.events.map((job) => judgeJob(input, job));
    if (!isKnown(queues)) return [cannotTell(input, queues), ...printed];
    const listed = queues.known.flatMap((queue) => judgeQueue(input, queue) ?? []);
    if (listed.length > 0 || printed.length > 0) return [...listed, ...printed];
    return [
      isKnown(jobs) ? state(input, 'pass', { observed: { queues: queues.known.length } }) : cannotTell(input, jobs),
    ];
  },
});
