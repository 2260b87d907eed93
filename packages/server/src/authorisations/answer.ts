import { AuthorisationScope } from '@beadle/shared';
import Type from 'typebox';
import { seenBy } from '../people/fields.ts';
import { Paper, PAPER_OUTCOMES } from './paper.ts';
import { SafetyReview, STATUSES, Subject } from './schema.ts';
import { nullable } from '../shapes.ts';

const Time = Type.String({ description: 'ISO 8601 in UTC' });

export const AuthorisationAnswer = Type.Object({
  ref: Type.String(),
  kind: Type.String(),
  clauses: Type.Array(Type.String()),
  status: Type.Enum([...STATUSES]),
  version: Type.Integer({ description: 'rises with every act' }),
  subject: Subject,
  subjectInWords: Type.String(),
  scope: AuthorisationScope,
  purpose: Type.String(),
  risks: Type.String(),
  acceptedAt: nullable(Time),
  acceptedBy: nullable(Type.String()),
  acceptanceRecordedBy: nullable(Type.String()),
  requestedBy: Type.String(),
  requestedRole: Type.String(),
  requestedAt: Time,
  recordedFromPaper: Type.Boolean({ description: 'it was approved on paper, and recorded by whoever asked' }),
  approverRole: Type.String({ description: 'the role that is asked to decide' }),
  approver: nullable(Type.Object({ name: Type.String(), role: nullable(Type.String()) })),
  approvedAt: nullable(Time),
  decidedAt: nullable(Time),
  reason: nullable(Type.String()),
  conditions: Type.Array(Type.String()),
  validFrom: Time,
  validTo: Time,
  reviewAt: Time,
  revokedAt: nullable(Time),
  revokedBy: nullable(Type.String()),
  revokedReason: nullable(Type.String()),
  incident: nullable(Type.String()),
  safetyReview: seenBy('authorisation.safety-review', nullable(SafetyReview)),
  paper: nullable(Paper),
  paperDueBy: nullable(
    Type.String({ description: 'it has ended: by when somebody has to say what became of the paper' }),
  ),
  paperOutcome: nullable(
    Type.Object({
      outcome: Type.String({ description: `one of ${PAPER_OUTCOMES.join(', ')}` }),
      how: nullable(Type.String()),
      saidBy: nullable(Type.String()),
      saidAt: nullable(Time),
    }),
  ),
});

/** How many days of a kind are left to those whom a request is for, where the policy caps them. */
const DaysInYear = nullable(
  Type.Array(
    Type.Object({
      who: Type.String({ description: 'a person, or a device by its asset tag' }),
      daysInYear: Type.Integer({ description: 'how many days of any 365 the policy allows' }),
      from: Type.String({ description: 'the first day that is asked for' }),
      left: Type.Integer({ description: 'how many days on end can still be given from that day on' }),
      taken: Type.Array(
        Type.Object({ ref: Type.String(), from: Type.String(), to: Type.String(), days: Type.Integer() }),
      ),
    }),
    { description: 'of a request that nobody has decided, where the policy caps the days in a year; else null' },
  ),
);

export const AuthorisationAsked = Type.Object({ ...AuthorisationAnswer.properties, daysInYear: DaysInYear });

const Event = Type.Object({ at: Time, actor: Type.String(), type: Type.String(), detail: Type.Unknown() });

export const AuthorisationWhole = Type.Object({
  ...AuthorisationAsked.properties,
  devices: Type.Array(Type.String(), { description: 'the asset tags of the devices that it concerns now' }),
  history: Type.Array(Event, { description: 'the newest first' }),
});

export const IncidentAnswer = Type.Object({
  ref: Type.String(),
  title: Type.String(),
  description: Type.String(),
  populations: nullable(Type.Array(Type.String())),
  declaredAt: Time,
  declaredBy: Type.String(),
  declaredRole: Type.String(),
  endedAt: nullable(Time),
  endedBy: nullable(Type.String()),
  endReason: nullable(Type.String()),
});
