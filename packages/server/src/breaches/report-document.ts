import Type, { type Static } from 'typebox';

const nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);
const Text = Type.String();
const Time = Type.String({ description: 'ISO 8601 in UTC' });
const Count = Type.Integer({ minimum: 0 });

/** One finding of the history, with both clocks and what is needed to hold it against the chain. */
export const ReportFinding = Type.Object({
  id: Text,
  generation: Count,
  sequence: Count,
  observedAt: Time,
  receivedAt: Time,
  verdict: Text,
  reason: nullable(Text),
  reasonInWords: nullable(Text),
  severity: Text,
  subject: Text,
  policyVersion: Text,
  bodyHash: Text,
  link: Text,
  bodyHeld: Type.Boolean({ description: 'false where the body has been erased; its hash still stands in the chain' }),
});

export const ReportDevice = Type.Object({
  assetTag: Text,
  serialNumber: nullable(Text),
  kind: Text,
  holder: nullable(
    Type.String({ description: "null where nobody is registered, and where the breach is ICT's to put right" }),
  ),
  platform: nullable(Text),
  agentVersion: nullable(Text),
  clockSkewSeconds: nullable(Type.Integer()),
  chain: nullable(Type.Object({ generation: Count, sequence: Count, link: Text })),
});

/** The document about a breach that goes to the Information Security Team Leader (clause 4.2). */
export const BreachReport = Type.Object({
  marking: Text,
  council: Text,
  writtenAt: Time,
  reference: Text,
  appears: Type.String({
    description: 'what appears to have happened; nothing is certain before a person confirms it',
  }),
  confirmed: Type.Boolean({ description: 'whether a person has decided that it is a breach' }),
  triage: nullable(Type.String({ description: 'what a person decided that it is; null while nobody has' })),
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
  severity: Type.Object({ byPolicy: Text, assessed: nullable(Text) }),
  device: nullable(ReportDevice),
  subject: Text,
  kind: Text,
  count: Count,
  firstSeen: Time,
  lastSeen: Time,
  seen: Type.Array(Type.Object({ name: Text, value: Type.Unknown() })),
  reported: nullable(Type.Unknown()),
  history: Type.Array(ReportFinding),
  historyIsWhole: Type.Boolean(),
  timeline: Type.Array(Type.Object({ at: Time, actor: Text, type: Text, detail: Type.Unknown() })),
  notified: Type.Array(
    Type.Object({
      role: Text,
      channel: Text,
      status: Text,
      madeAt: Time,
      sentAt: nullable(Time),
      attempts: Count,
    }),
  ),
  notKnown: Type.Array(Text),
});
export type BreachReport = Static<typeof BreachReport>;
