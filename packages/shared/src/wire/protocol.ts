/**
 * The versions of the agent protocol that this code speaks, newest first. Each side names what it speaks; the server
 * chooses the newest that both do, and refuses with `unsupported-protocol` where there is none (docs/protocol.md).
 */
export const PROTOCOL_VERSIONS = [1] as const;

export function negotiate(offered: readonly number[]): number | undefined {
  return PROTOCOL_VERSIONS.find((version) => offered.includes(version));
}

export const PATHS = {
  enrolments: '/agent/v1/enrolments',
  checkIns: '/agent/v1/check-ins',
  /** One long-lived answer, a line of JSON for each desired state and an empty line to say that it lives. */
  stream: '/agent/v1/stream',
  effects: '/agent/v1/effects',
} as const;

/** On the stream an empty line comes at least this often; a device that hears nothing for twice as long opens it anew. */
export const STREAM_BEAT_SECONDS = 30;

/** A check-in is newline-delimited: a header, then the bodies of the findings as they were written. */
export const CHECK_IN_TYPE = 'application/x-ndjson';

/** Limits that both sides keep; what is over them is refused with 413, or waits for the next check-in. */
export const LIMITS = {
  findingsPerCheckIn: 500,
  bodyBytes: 16 * 1024,
  checkInBytes: 4 * 1024 * 1024,
  factsBytes: 1024 * 1024,
} as const;
