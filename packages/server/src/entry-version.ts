import { hash } from 'node:crypto';
import Type from 'typebox';
import { problem } from './errors.ts';

const Version = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'the version that you read; where it has changed since, nothing is done',
  }),
);
/** Part of the body of every change, and the query of what takes something out. */
export const WithVersion = { version: Version } as const;
export const VersionQuery = Type.Object(WithVersion, { additionalProperties: false });

/**
 * The version of one entry: the hash of what it says, as a register's own is. Whoever changes an entry may send the
 * version that they read, so that nothing is overwritten that they have not seen.
 */
export const entryVersion = (entry: Readonly<Record<string, unknown>>): string =>
  hash('sha256', JSON.stringify(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1))), 'hex').slice(0, 16);

/** Throws `conflict` where what is there now is not what was read; a version that was not sent asks for nothing. */
export function requireVersion(sent: string | undefined, now: string): void {
  if (sent !== undefined && sent !== now)
    throw problem(
      'conflict',
      `This has changed since you read it: read it again (it is at version ${now}). Nothing was changed.`,
    );
}
