import Type, { type Static } from 'typebox';
import { isKnown, KnownOf } from '../findings/verdict.ts';
import { after, Duration, Moment } from '../duration.ts';
import { type CheckInput, defineCheck, stateOfParts } from './check.ts';
import type { Part } from './combine.ts';

const UPDATE_SEVERITIES = ['critical', 'high', 'medium', 'low', 'unknown'] as const;

const Update = Type.Object(
  {
    /** A package, advisory or KB number: what does not change while the update is missing. */
    id: Type.String({ minLength: 1, maxLength: 120 }),
    title: Type.String({ maxLength: 200 }),
    severity: Type.Enum([...UPDATE_SEVERITIES]),
    /** False only where the system says that it mends no vulnerability: such an update has no limit. */
    security: Type.Boolean(),
    /** Milliseconds since the epoch; null where no date is told. */
    releasedAt: Type.Union([Moment, Type.Null()]),
  },
  { additionalProperties: false },
);
export type Update = Static<typeof Update>;

const SystemSupport = Type.Object(
  {
    label: Type.String({ maxLength: 80 }),
    /** The last day of free support, as `2028-06-30`; null where no end has been set. */
    ends: Type.Union([Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), Type.Null()]),
  },
  { additionalProperties: false },
);
export type SystemSupport = Static<typeof SystemSupport>;

const Facts = Type.Object(
  {
    missing: KnownOf(Type.Array(Update, { maxItems: 5000 })),
    /** When the lists of updates were last fetched, in milliseconds since the epoch. */
    listsUpdatedAt: KnownOf(Moment),
    restartRequired: KnownOf(Type.Boolean()),
    system: KnownOf(SystemSupport),
  },
  { additionalProperties: false },
);

const InstallWithin = Type.Object(
  {
    critical: Type.Optional(Duration),
    high: Type.Optional(Duration),
    medium: Type.Optional(Duration),
    low: Type.Optional(Duration),
    unknown: Type.Optional(Duration),
  },
  {
    additionalProperties: false,
    description: 'a map of severities (critical, high, medium, low, unknown) to durations',
  },
);
const Require = Type.Object(
  {
    installWithin: Type.Optional(InstallWithin),
    restartWithin: Type.Optional(Duration),
    supportedSystem: Type.Optional(Type.Enum(['required'], { description: 'required' })),
  },
  { additionalProperties: false },
);

type Input = CheckInput<Static<typeof Facts>, never, Static<typeof Require>>;

/** Lists older than this say nothing about what is missing today. */
export const LISTS_FRESH_FOR = 'P7D';
const TITLES_SHOWN = 10;

function isOverdue(input: Input, update: Update): boolean {
  const within = update.security ? input.require.installWithin?.[update.severity] : undefined;
  if (within === undefined) return false;
  const from = update.releasedAt ?? input.since.get(`update/${update.id}`) ?? input.now;
  return input.now > after(from, within);
}

function updatesPart(input: Input): Part | undefined {
  const { missing, listsUpdatedAt } = input.facts;
  if (input.require.installWithin === undefined) return undefined;
  if (!isKnown(missing)) return { verdict: 'unknown', reason: missing.unknown };
  const overdue = missing.known.filter((update) => isOverdue(input, update));
  const observed = { missing: missing.known.length, overdue: overdue.length };
  if (overdue.length > 0) {
    const titles = overdue.slice(0, TITLES_SHOWN).map((update) => update.title);
    return { verdict: 'fail', observed: { ...observed, overdueUpdates: titles } };
  }
  if (!isKnown(listsUpdatedAt)) return { verdict: 'unknown', reason: listsUpdatedAt.unknown, observed };
  const listsFrom = { listsFrom: new Date(listsUpdatedAt.known).toISOString() };
  if (input.now > after(listsUpdatedAt.known, LISTS_FRESH_FOR)) {
    return { verdict: 'unknown', reason: 'stale', observed: { ...observed, ...listsFrom } };
  }
  return { verdict: 'pass', observed };
}

function restartPart(input: Input): Part | undefined {
  const { restartRequired } = input.facts;
  if (input.require.restartWithin === undefined) return undefined;
  if (!isKnown(restartRequired)) return { verdict: 'unknown', reason: restartRequired.unknown };
  if (!restartRequired.known) return { verdict: 'pass', observed: { restartRequired: false } };
  const since = input.since.get('restart') ?? input.now;
  const late = input.now > after(since, input.require.restartWithin);
  return { verdict: late ? 'fail' : 'pass', observed: { restartRequiredSince: new Date(since).toISOString() } };
}

function supportPart(input: Input): Part | undefined {
  const { system } = input.facts;
  if (input.require.supportedSystem === undefined) return undefined;
  if (!isKnown(system)) return { verdict: 'unknown', reason: system.unknown };
  const { label, ends } = system.known;
  const ended = ends !== null && new Date(input.now).toISOString().slice(0, 10) > ends;
  return { verdict: ended ? 'fail' : 'pass', observed: { system: label, supportEnds: ends } };
}

/** Clause 5.5, and Cyber Essentials' 14 days: the three parts are about the device as a whole. */
export const patches = defineCheck({
  name: 'patches',
  facts: Facts,
  event: Type.Never(),
  require: Require,
  timed: (facts) => [
    ...(isKnown(facts.missing) ? facts.missing.known.map((update) => `update/${update.id}`) : []),
    ...(isKnown(facts.restartRequired) && facts.restartRequired.known ? ['restart'] : []),
  ],
  evaluate(input) {
    const parts = [updatesPart(input), restartPart(input), supportPart(input)].filter((part) => part !== undefined);
    return [stateOfParts(input, parts)];
  },
});
