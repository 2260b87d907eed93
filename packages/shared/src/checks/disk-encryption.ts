import Type, { type Static } from 'typebox';
import { Subject } from '../findings/finding.ts';
import { isKnown, KnownOf } from '../findings/verdict.ts';
import { after, Duration } from '../duration.ts';
import { matchesAny } from '../patterns.ts';
import { cannotTell, type CheckInput, defineCheck, state } from './check.ts';

const VOLUME_STATES = ['on', 'off', 'suspended', 'encrypting', 'decrypting'] as const;

const Volume = Type.Object(
  {
    /** `C:`, a mount point, or a swap device by its path. */
    name: Subject,
    role: Type.Enum(['system', 'data', 'swap']),
    state: KnownOf(Type.Enum([...VOLUME_STATES])),
    method: Type.Union([Type.String({ maxLength: 80 }), Type.Null()]),
    percent: Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()]),
  },
  { additionalProperties: false },
);
export type Volume = Static<typeof Volume>;

const Facts = Type.Object({ volumes: KnownOf(Type.Array(Volume, { maxItems: 200 })) }, { additionalProperties: false });

const Require = Type.Object(
  {
    volumes: Type.Optional(Type.Enum(['fixed', 'system'], { description: 'fixed or system' })),
    protection: Type.Optional(Type.Enum(['on'], { description: 'on' })),
    methods: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { description: 'a list of methods such as XTS-AES-256' }),
    ),
    suspendedAtMost: Type.Optional(Duration),
    encryptingAtMost: Type.Optional(Duration),
  },
  { additionalProperties: false },
);

type Input = CheckInput<Static<typeof Facts>, never, Static<typeof Require>>;

const timedState = (volume: Volume) =>
  isKnown(volume.state) && (volume.state.known === 'suspended' || volume.state.known === 'encrypting')
    ? `${volume.name}/${volume.state.known}`
    : undefined;

function judgeMethod(input: Input, volume: Volume) {
  const observed = { state: 'on', method: volume.method };
  if (input.require.methods === undefined) return state(input, 'pass', { subject: volume.name, observed });
  if (volume.method === null) return state(input, 'unknown', { subject: volume.name, reason: 'not-told', observed });
  const allowed = matchesAny(input.require.methods, volume.method);
  return state(input, allowed ? 'pass' : 'fail', { subject: volume.name, observed });
}

/** Suspension and encryption under way have as long as the rule allows, and no time where it allows none. */
function judgeTransient(input: Input, volume: Volume, kind: 'suspended' | 'encrypting') {
  const allowed = kind === 'suspended' ? input.require.suspendedAtMost : input.require.encryptingAtMost;
  const since = input.since.get(`${volume.name}/${kind}`) ?? input.now;
  const within = allowed !== undefined && input.now <= after(since, allowed);
  const observed = {
    state: kind,
    method: volume.method,
    percent: volume.percent,
    since: new Date(since).toISOString(),
  };
  return state(input, within ? 'pass' : 'fail', { subject: volume.name, observed });
}

function judgeVolume(input: Input, volume: Volume) {
  if (!isKnown(volume.state)) return cannotTell(input, volume.state, volume.name);
  const now = volume.state.known;
  if (input.require.protection === undefined) {
    return now === 'on'
      ? judgeMethod(input, volume)
      : state(input, 'pass', { subject: volume.name, observed: { state: now } });
  }
  switch (now) {
    case 'on':
      return judgeMethod(input, volume);
    case 'suspended':
    case 'encrypting':
      return judgeTransient(input, volume, now);
    case 'off':
    case 'decrypting':
      return state(input, 'fail', { subject: volume.name, observed: { state: now, percent: volume.percent } });
  }
}

/** Clause 5.9: laptops must be encrypted. Presence of an encrypted volume elsewhere proves nothing about this one. */
export const diskEncryption = defineCheck({
  name: 'disk-encryption',
  facts: Facts,
  event: Type.Never(),
  require: Require,
  timed: (facts) => (isKnown(facts.volumes) ? facts.volumes.known.flatMap((volume) => timedState(volume) ?? []) : []),
  evaluate(input) {
    const { volumes } = input.facts;
    if (!isKnown(volumes)) return [cannotTell(input, volumes)];
    const judged = volumes.known.filter((volume) => input.require.volumes !== 'system' || volume.role === 'system');
    if (judged.length === 0) return [cannotTell(input, { unknown: 'not-understood', detail: 'no volume was found' })];
    return judged.map((volume) => judgeVolume(input, volume));
  },
});
