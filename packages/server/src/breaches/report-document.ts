import Type, { type Static } from 'typebox';
import { seenBy } from '../people/fields.ts';
import { Decided } from './report-decided.ts';
import { ReportEncryption } from './report-encryption.ts';
import { Clocks, Moments } from './report-moments.ts';
import { nullable } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

const Text = Type.String();
const Time = Type.String({ description: 'ISO 8601 in UTC' });
const Count = Type.Integer({ minimum: 0 });

/** One finding of the history, with both clocks and what is needed to hold it against the chain. */
export const ReportFinding = Type.Object(
  {
    id: Text,
    generation: Count,
    sequence: Count,
    observedAt: Type.String({ description: "ISO 8601 in UTC, by the device's clock" }),
    receivedAt: Type.String({ description: "ISO 8601 in UTC, by the server's clock" }),
    verdict: Text,
    reason: nullable(Text),
    reasonInWords: nullable(Text),
    severity: Text,
    subject: Text,
    policyVersion: Text,
    bodyHash: Text,
    link: Text,
    bodyHeld: Type.Boolean({ description: 'false where the body has been erased; its hash still stands in the chain' }),
  },
  closed,
);

export const ReportDevice = Type.Object(
  {
    assetTag: Text,
    serialNumber: nullable(Text),
    kind: Text,
    holder: nullable(
      Type.String({ description: "null where nobody is registered, and where the breach is ICT's to put right" }),
    ),
    platform: nullable(Text),
    agentVersion: nullable(Text),
    clockSkewSeconds: nullable(Type.Integer()),
    chain: nullable(Type.Object({ generation: Count, sequence: Count, link: Text }, closed)),
  },
  closed,
);

/** What a person said who reported it; null where they did not say. */
const Reported = Type.Object(
  {
    by: seenBy('breach.reporter', nullable(Text)),
    title: Text,
    description: nullable(Text),
    certainty: nullable(Text),
    discoveredAt: nullable(Time),
    lastSeenAt: nullable(Time),
    place: nullable(Text),
    information: nullable(Text),
    personalData: nullable(Text),
    done: nullable(Text),
    policeReference: nullable(Text),
  },
  closed,
);

const Notified = Type.Object(
  { role: Text, channel: Text, status: Text, madeAt: Time, sentAt: nullable(Time), attempts: Count },
  closed,
);

/** The document about a breach that goes to the Information Security Team Leader (clause 4.2). */
export const BreachReport = Type.Object(
  {
    marking: Text,
    council: Text,
    writtenAt: Time,
    reference: Text,
    title: Type.String({ description: 'what happened: as `appears` until a person has confirmed it' }),
    appears: Type.String({
      description: 'what appears to have happened; nothing is certain before a person confirms it',
    }),
    confirmed: Type.Boolean({ description: 'whether a person has decided that it is a breach' }),
    status: Text,
    openedAt: Time,
    endedAt: nullable(Time),
    acknowledgedAt: nullable(Time),
    acknowledgedBy: nullable(Text),
    clause: Text,
    says: Text,
    rule: Text,
    check: Text,
    policyVersion: Text,
    duty: Text,
    remedy: nullable(Text),
    severity: Type.Object(
      { byPolicy: Text, assessed: nullable(Type.String({ description: "a person's; null while nobody has" })) },
      closed,
    ),
    moments: Moments,
    clocks: Clocks,
    decided: Decided,
    encryption: nullable(ReportEncryption),
    device: nullable(ReportDevice),
    subject: Text,
    kind: Text,
    count: Count,
    firstSeen: Time,
    lastSeen: Time,
    seen: Type.Array(
      Type.Object({ name: Text, value: Type.Unknown({ description: 'as the device told it' }) }, closed),
    ),
    reported: nullable(Reported),
    history: Type.Array(ReportFinding, { description: 'the newest first' }),
    historyIsWhole: Type.Boolean(),
    historyInAll: Count,
    timeline: Type.Array(
      Type.Object(
        { at: Time, actor: Text, type: Text, detail: Type.Unknown({ description: 'as it was recorded' }) },
        closed,
      ),
      { description: 'the newest first' },
    ),
    timelineInAll: Count,
    notified: Type.Array(Notified),
    notifiedInAll: Count,
    notKnown: Type.Array(Text),
  },
  closed,
);
export type BreachReport = Static<typeof BreachReport>;
