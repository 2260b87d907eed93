import {
  CHECKS,
  CheckInAnswer,
  CheckInHeader,
  DesiredState,
  EffectsReport,
  EnrolmentAnswer,
  EnrolmentPending,
  EnrolmentRequest,
  FindingBody,
  GapBody,
  PolicyForDevice,
} from '../packages/shared/src/index.ts';

/** The JSON Schema of every message of the agent protocol, by the name that docs/protocol.md has for it. */
export const schemas = {
  CheckInHeader,
  FindingBody,
  GapBody,
  CheckInAnswer,
  EnrolmentRequest,
  EnrolmentAnswer,
  EnrolmentPending,
  PolicyForDevice,
  DesiredState,
  EffectsReport,
  facts: Object.fromEntries(CHECKS.map(({ name, facts }) => [name, facts])),
};
