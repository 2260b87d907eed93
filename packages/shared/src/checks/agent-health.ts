import Type, { type Static } from 'typebox';
import { DEVICE_SUBJECT, IsoTime, type Judgement } from '../findings/finding.ts';
import { isKnown, KnownOf } from '../findings/verdict.ts';
import { Duration } from '../duration.ts';
import { type CheckInput, defineCheck, state, stateOfParts } from './check.ts';
import type { Part } from './combine.ts';

/** What keeps the agent's scripts from being run, by ICT's settings or by a broken installation. */
const HINDRANCES = [
  'constrained-language',
  'scripts-blocked',
  'scripts-changed',
  'scripts-missing',
  'powershell-32-bit',
  'powershell-not-started',
] as const;
export type Hindrance = (typeof HINDRANCES)[number];

export const OverBudget = Type.Object(
  {
    /** A source that is not read until the window ends, or `agent` for what the agent uses in all. */
    name: Type.String({ minLength: 1, maxLength: 80 }),
    /** Whose budget: the source's own, or that of everything. */
    budgetOf: Type.Enum(['source', 'agent']),
    resource: Type.Enum(['processor', 'memory', 'disk', 'network']),
    window: Type.Enum(['hour', 'day']),
    /** Seconds of a processor, and MiB of all else, both of them. */
    used: Type.Number({ minimum: 0 }),
    budget: Type.Number({ minimum: 0 }),
  },
  { additionalProperties: false },
);
export type OverBudget = Readonly<Static<typeof OverBudget>>;

/** More than these are not told. */
export const MOST_OVER_BUDGET = 20;

const Facts = Type.Object(
  {
    enrolled: Type.Boolean(),
    /** Findings dropped because a bound was reached, since enrolment. */
    dropped: KnownOf(Type.Integer({ minimum: 0 })),
    /** This device's clock less the server's, in milliseconds, by the server's last signed time. */
    clockSkewMs: KnownOf(Type.Number()),
    /** Absent where nothing hinders: most systems have nothing of the sort. */
    hindered: Type.Optional(Type.Enum([...HINDRANCES])),
    /** What was stopped today or the day before for what it used; absent where nothing was. */
    overBudget: Type.Optional(Type.Array(OverBudget, { minItems: 1, maxItems: MOST_OVER_BUDGET })),
  },
  { additionalProperties: false },
);

/** A break in the chain that leaves no gap: the server had been put back from an older copy and was sent again. */
const ChainBreak = Type.Object(
  { at: IsoTime, cause: Type.Enum(['server-restored']), from: Type.Integer(), to: Type.Integer() },
  { additionalProperties: false },
);
export type ChainBreak = Static<typeof ChainBreak>;

/** A desired state that the device did not take: replayed, older, altered, of another key or for another device. */
const OrderRefused = Type.Object(
  { at: IsoTime, cause: Type.Enum(['order-refused']), why: Type.String({ maxLength: 40 }) },
  { additionalProperties: false },
);
type OrderRefused = Static<typeof OrderRefused>;

const Require = Type.Object(
  {
    chain: Type.Optional(Type.Enum(['intact'], { description: 'intact' })),
    clockSkewAtMost: Type.Optional(Duration),
    dropped: Type.Optional(Type.Enum(['none'], { description: 'none' })),
  },
  { additionalProperties: false },
);

type Event = ChainBreak | OrderRefused;
type Input = CheckInput<Static<typeof Facts>, Event, Static<typeof Require>>;

function skewPart(input: Input): Part | undefined {
  const { clockSkewMs } = input.facts;
  const limit = input.require.clockSkewAtMost;
  if (limit === undefined) return undefined;
  if (!isKnown(clockSkewMs)) return { verdict: 'unknown', reason: clockSkewMs.unknown };
  const within =
    Math.abs(clockSkewMs.known) <=
    Temporal.Duration.from(limit).total({ unit: 'milliseconds', relativeTo: '2026-01-01' });
  return {
    verdict: within ? 'pass' : 'fail',
    observed: within ? {} : { clockSkewSeconds: Math.round(clockSkewMs.known / 1000) },
  };
}

function droppedPart(input: Input): Part | undefined {
  const { dropped } = input.facts;
  if (input.require.dropped === undefined) return undefined;
  if (!isKnown(dropped)) return { verdict: 'unknown', reason: dropped.unknown };
  return { verdict: dropped.known === 0 ? 'pass' : 'fail', observed: { dropped: dropped.known } };
}

/** Without its scripts the agent can tell nothing of a device: no rule has to ask for it. */
const hinderedPart = ({ facts: { hindered } }: Input): Part | undefined =>
  hindered === undefined ? undefined : { verdict: 'fail', observed: { hindered } };

/** Such as `linux/apt-pending: 61.2 of 60 s of processor time in an hour`. */
export function overBudgetInWords({ name, budgetOf, resource, window, used, budget }: OverBudget): string {
  const unit = resource === 'processor' ? 's of processor time' : `MiB of ${resource}`;
  const whose = budgetOf === 'agent' && name !== 'agent' ? ', by everything together' : '';
  return `${name}: ${used} of ${budget} ${unit} in ${window === 'hour' ? 'an hour' : 'a day'}${whose}`;
}

/** What the agent has stopped cannot be told for a time, and something on the device is not as it should be. */
const budgetPart = ({ facts: { overBudget } }: Input): Part | undefined =>
  overBudget === undefined
    ? undefined
    : { verdict: 'fail', observed: { overBudget: overBudget.map(overBudgetInWords) } };

const isRefusal = (event: Event): event is OrderRefused => event.cause === 'order-refused';
const isBreak = (event: Event): event is ChainBreak => event.cause === 'server-restored';

const eventOf = (input: Input, at: string, observed: Judgement['observed']): Judgement => ({
  subject: DEVICE_SUBJECT,
  kind: 'event',
  at: Date.parse(at),
  verdict: 'fail',
  severity: input.severity,
  observed,
});

/** The agent's own state; applies without a rule and cannot be switched off. A gap is told by the gap record itself. */
export const agentHealth = defineCheck({
  name: 'agent-health',
  facts: Facts,
  event: Type.Union([ChainBreak, OrderRefused]),
  require: Require,
  timed: () => [],
  identify: (event) => ({
    key: isRefusal(event) ? `${event.cause}/${event.why}` : `${event.cause}/${event.from}`,
    subject: DEVICE_SUBJECT,
    at: Date.parse(event.at),
  }),
  evaluate(input) {
    if (!input.facts.enrolled) return [state(input, 'not-applicable', { reason: 'not-enrolled' })];
    const parts = [skewPart(input), droppedPart(input), hinderedPart(input), budgetPart(input)].filter(
      (part) => part !== undefined,
    );
    const health = stateOfParts(input, parts);
    // No rule has to ask for it: somebody may be trying to command the device.
    const refused = input.events.filter(isRefusal).map(({ at, cause, why }) => eventOf(input, at, { cause, why }));
    const breaks = input.events
      .filter(isBreak)
      .map(({ at, cause, from, to }) => eventOf(input, at, { cause, from, to }));
    return [health, ...refused, ...(input.require.chain === undefined ? [] : breaks)];
  },
});
