import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { IsoTime } from '../findings/finding.ts';
import type { VerifyingKey } from './keys.ts';
import { type DocumentRefusal, openDocument } from './signed-document.ts';

/**
 * The desired state of one device: what it is to be restricted to, whole, in one signed document. A higher version
 * replaces a lower one whole, so that what was missed while a device was away never has to be made up for.
 */
export const DESIRED_STATE_TYPE = 'beadle-desired-state+jws';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[A-Za-z0-9_-]{1,80}$' });
const Words = (most: number) => Type.String({ minLength: 1, maxLength: most });

/** What a device may be restricted to; a closed list (invariant 6). */
export const RESTRICTIONS = ['lock', 'sign-out', 'isolate', 'block-removable-media', 'lost-mode'] as const;
export type RestrictionKind = (typeof RESTRICTIONS)[number];

/**
 * `until` is when it lapses by itself, null where only a later version lifts it. `lock` locks each session and `sign-out`
 * ends each, again at each sign-in while it holds; `isolate` leaves the network to the server and `allow`; `lost-mode` is
 * `lock` with a notice for whoever finds the device.
 */
export const Restriction = Type.Object(
  {
    id: Id,
    kind: Type.Enum([...RESTRICTIONS]),
    until: Type.Union([IsoTime, Type.Null()]),
    /** For the worker: why, in plain words, and whom to call. */
    notice: Type.Union([Words(500), Type.Null()]),
    telephone: Type.Union([Words(40), Type.Null()]),
    /** Of `isolate`: addresses (`192.0.2.1`, `2001:db8::/32`) and ports that stay reachable beside the server. */
    allow: Type.Optional(
      Type.Array(Type.Object({ address: Words(60), port: Type.Integer({ minimum: 1, maximum: 65_535 }) }, closed), {
        maxItems: 50,
      }),
    ),
    /** By which it can be ended with no network: salt and slow hash of the one-time code (`releaseHash`). */
    release: Type.Union([
      Type.Object({ salt: Type.String({ maxLength: 60 }), hash: Type.String({ maxLength: 120 }) }, closed),
      Type.Null(),
    ]),
  },
  closed,
);
export type Restriction = Static<typeof Restriction>;

/** Done once; one whose `until` has passed before the device saw it is not done, and that is reported. */
export const OneOff = Type.Union([
  Type.Object({ id: Id, kind: Type.Literal('message'), until: IsoTime, text: Words(2000) }, closed),
  /** Beadle's own sources and current states, sent again; never files. */
  Type.Object({ id: Id, kind: Type.Literal('resend'), until: IsoTime }, closed),
]);
export type OneOff = Static<typeof OneOff>;

/** ICT has paused Beadle on the device; the moments are of the server's clock. `pauseAt` tells whether it holds. */
export const Pause = Type.Object({ since: IsoTime, until: IsoTime }, closed);
export type Pause = Static<typeof Pause>;

export const DesiredState = Type.Object(
  {
    device: Words(80),
    /** Rises with each change; never lower than the milliseconds at which it was made. */
    version: Type.Integer({ minimum: 1 }),
    issuedAt: IsoTime,
    restrictions: Type.Array(Restriction, { maxItems: 50 }),
    oneOffs: Type.Array(OneOff, { maxItems: 50 }),
    /** Absent where nothing is paused. */
    paused: Type.Optional(Pause),
  },
  closed,
);
export type DesiredState = Static<typeof DesiredState>;

/** Whoever pauses a device says anew after so many milliseconds that it is to go on. */
export const MOST_PAUSE_MS = 30 * 86_400_000;

/**
 * The pause of a desired state, where that holds at `now` (milliseconds since the epoch), with the moment at which it ends
 * by itself: never later than `MOST_PAUSE_MS` after the document was made, whatever that says.
 */
export function pauseAt(
  state: Pick<DesiredState, 'paused' | 'issuedAt'> | undefined,
  now: number,
): { readonly since: number; readonly until: number } | undefined {
  if (state?.paused === undefined) return undefined;
  const until = Math.min(Date.parse(state.paused.until), Date.parse(state.issuedAt) + MOST_PAUSE_MS);
  return until > now ? { since: Date.parse(state.paused.since), until } : undefined;
}

/**
 * Accepts a desired state for `device`: signed by the pinned key, of the closed form, and not older than `atLeast`. It has
 * no end of its own: lifting never expires, and each restriction ends by its own `until`.
 */
export function openDesiredState(
  jws: string,
  key: VerifyingKey,
  expected: { readonly device: string; readonly atLeast: number },
): DesiredState | DocumentRefusal {
  const payload = openDocument(jws, DESIRED_STATE_TYPE, key);
  if (payload === undefined) return 'signature-differs';
  if (!Value.Check(DesiredState, payload)) return 'not-of-this-form';
  if (payload.device !== expected.device) return 'for-another-device';
  return payload.version < expected.atLeast ? 'older' : payload;
}

/** How one order stands on the device, as it was observed there and not as it was asked for. */
export const EFFECTS = [
  'in-force',
  'lifted',
  'lapsed',
  'released',
  'shown',
  'sent',
  'too-late',
  'failed',
  'unsupported',
] as const;

export const Effect = Type.Object(
  {
    id: Id,
    effect: Type.Enum([...EFFECTS]),
    at: IsoTime,
    /** What was observed, or why it could not be done, in words for ICT: "nftables drops all but 192.0.2.1:443". */
    observed: Words(500),
  },
  closed,
);
export type Effect = Static<typeof Effect>;

/** What a device reports after it has taken up a desired state, and whenever an effect changes. */
export const EffectsReport = Type.Object(
  {
    protocol: Type.Integer({ minimum: 1 }),
    /** The version that the device holds to. */
    version: Type.Integer({ minimum: 0 }),
    effects: Type.Array(Effect, { maxItems: 200 }),
    /** Documents that were refused since the last report, by why; each is a finding of `agent-health` besides. */
    refused: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20 }),
  },
  closed,
);
export type EffectsReport = Static<typeof EffectsReport>;

/** What the server answers a report with, signed as each answer is. */
export const EffectsAnswer = Type.Object({ protocol: Type.Integer({ minimum: 1 }), serverTime: IsoTime }, closed);
export type EffectsAnswer = Static<typeof EffectsAnswer>;
