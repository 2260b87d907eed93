import { readPlist } from '../../sources/macos/plist.ts';

export interface Person {
  readonly uid: number;
  readonly isLocked: boolean;
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Accounts below this are the system's, such as that of the setup assistant. */
const FIRST_PERSON = 500;

/**
 * `IOConsoleUsers` of the registry's root, as `ioreg -a` writes it: each session with `kCGSSessionUserIDKey`, and
 * `CGSSessionScreenIsLocked` where its screen is locked. Undefined where it is not of its form.
 */
export function peopleIn(plist: string): readonly Person[] | undefined {
  try {
    const root = readPlist(plist);
    const users = isFields(root) ? root['IOConsoleUsers'] : undefined;
    if (!Array.isArray(users)) return undefined;
    return users.filter(isFields).flatMap((user) => {
      const uid = Number(user['kCGSSessionUserIDKey'] ?? Number.NaN);
      return uid >= FIRST_PERSON ? [{ uid, isLocked: user['CGSSessionScreenIsLocked'] === true }] : [];
    });
  } catch {
    return undefined;
  }
}
