/**
 * Faults that the agent expects of its surroundings, by code. A code is never reused; what decides is the code, never
 * the words.
 */
export const FAULTS = {
  'disk-full': 'The disk is full: free some space. Nothing that was kept is lost, and new findings are tried again.',
  'read-only': 'The data folder cannot be written: let the agent write to it, or give another with --data.',
  corrupt: 'The store of findings is damaged. It is set aside, a new one is made, and the loss is reported.',
  busy: 'The store of findings is in use by another program.',
  broken: 'The store of findings cannot be used.',
} as const;
export type Fault = keyof typeof FAULTS;

const BY_SQLITE_CODE: readonly (readonly [prefix: string, fault: Fault])[] = [
  ['SQLITE_FULL', 'disk-full'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_CANTOPEN', 'read-only'],
  ['SQLITE_PERM', 'read-only'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EROFS', 'read-only'],
  ['EACCES', 'read-only'],
  ['EPERM', 'read-only'],
  ['SQLITE_', 'broken'],
];

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** The fault of the store or its folder that `error` is; undefined where it is none, and so a bug. */
export function faultOf(error: unknown): Fault | undefined {
  const code = codeOf(error);
  return BY_SQLITE_CODE.find(([prefix]) => code.startsWith(prefix))?.[1];
}

/** A command was used wrongly, or cannot be carried out as things stand: its message says what to do. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
