import Type, { type Static } from 'typebox';
import { IsoTime, Link } from '../findings/finding.ts';
import { PublicJwk } from './keys.ts';

const closed = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Position = Type.Object({ sequence: Count, link: Link }, closed);

/** The first line of a check-in; each line after it is the body of a finding or of a gap record, in sequence. */
export const CheckInHeader = Type.Object(
  {
    protocol: Type.Integer({ minimum: 1 }),
    generation: Type.Integer({ minimum: 1 }),
    sentAt: IsoTime,
    /** Where the chain stood before the first body. */
    previous: Position,
    /** The digest of the current states as they are once `sequence` is the head (`stateDigest`). */
    state: Type.Object({ sequence: Count, digest: Link }, closed),
    agent: Type.Object(
      {
        version: Type.String({ minLength: 1, maxLength: 40 }),
        platform: Type.Enum(['linux', 'win32', 'darwin']),
        release: Type.String({ minLength: 1, maxLength: 120 }),
        outbox: Type.Object({ pending: Count, bytes: Count, dropped: Count }, closed),
      },
      closed,
    ),
    /** The serial of the policy document that the device has; 0 where it has none. */
    policySerial: Type.Integer({ minimum: 0, maximum: 2 ** 48 }),
    onCouncilNetwork: Type.Union([Type.Boolean(), Type.Null()]),
    /** Facts that have changed since the server last had them, by check; one row a check, overwritten. */
    facts: Type.Record(
      Type.String({ pattern: '^[a-z][a-z-]{0,39}$' }),
      Type.Object({ at: IsoTime, facts: Type.Unknown() }, closed),
      {
        maxProperties: 40,
        additionalProperties: false,
      },
    ),
  },
  closed,
);
export type CheckInHeader = Static<typeof CheckInHeader>;

export const CheckInAnswer = Type.Object(
  {
    protocol: Type.Integer({ minimum: 1 }),
    serverTime: IsoTime,
    /** Where the server's chain of this generation stands now; what is at or before it need not be sent again. */
    head: Position,
    /**
     * The last sequence of this batch that the server holds with the same link; null where it holds none of it. Where
     * it is not the batch's last and the head is not in the device's chain, the chain is broken: send a gap record.
     */
    matched: Type.Union([Count, Type.Null()]),
    /** The states differ: send each current state again as a finding. */
    restate: Type.Boolean(),
    documents: Type.Array(Type.String({ maxLength: 4_000_000 }), { maxItems: 20 }),
    /** When to check in next if nothing happens before. */
    nextCheckInSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
    /** The key by which the server speaks from now on, told to a device that named a former one. */
    serverKey: Type.Optional(PublicJwk),
  },
  closed,
);
export type CheckInAnswer = Static<typeof CheckInAnswer>;
