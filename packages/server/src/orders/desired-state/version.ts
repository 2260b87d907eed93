/** Later than any clock will say while this is in use; a device that says it holds more is not believed. */
export const HIGHEST_VERSION = 2 ** 48;

interface Versions {
  /** Of the last document that was made. */
  readonly version: number;
  /** What the device says it holds: more than `version` where the server was put back from an older copy since. */
  readonly held: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The next version of a device's desired state: above all that was signed for it. Were it only one more than the last, a
 * server that was put back could give anew the version of a document that it no longer knows of.
 */
export const nextVersion = ({ version, held, now }: Versions): number => Math.max(now, version + 1, held + 1);
