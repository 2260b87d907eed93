import type { Source } from '../source.ts';
import { fields, only } from './masks.ts';
import { windowsSource } from './powershell.ts';

const SAVER = fields('ScreenSaveActive ScreenSaverIsSecure ScreenSaveTimeOut ScreenSaver');

/**
 * JSON `{InactivityTimeoutSecs, MaxInactivityTimeDeviceLock, Policy, User}`.
 *
 * - `InactivityTimeoutSecs`: seconds until Windows locks, for everyone; null or 0 is not set.
 * - `MaxInactivityTimeDeviceLock`: minutes, set by a device management; null or 0 is not set.
 * - `Policy` and `User`: `{ScreenSaveActive, ScreenSaverIsSecure, ScreenSaveTimeOut, ScreenSaver}` of the person at the
 *   console, from their own hive: what group policy sets, which wins, and what they chose. Texts as the registry holds
 *   them, `"0"` or `"1"` and seconds; null where absent. `ScreenSaver` is a boolean, whether a saver is chosen at all:
 *   without one nothing locks.
 *
 * Both are null where nobody is signed in at the console.
 */
export const screenLock: Source = windowsSource({
  name: 'screen-lock',
  what: 'time until the screen locks: for all, by policy, and as the person at the console has set it (registry)',
  privilege: 'root',
  timeLimitMs: 15_000,
  outputLimitBytes: 65_536,
  why: 'Says whether the screen locks by itself, and after how long.',
  masked: only(fields('InactivityTimeoutSecs MaxInactivityTimeDeviceLock', { Policy: SAVER, User: SAVER })),
});

/**
 * JSON array `{Name, Sid}`, a row for each member of the group S-1-5-32-544, whatever it is called. `Name` is
 * `LAPTOP-1\dave` or `COUNCIL\Domain Admins`, null where Windows cannot tell whose SID it is, as with roles of Entra
 * (S-1-12-1-…). The account that Windows came with ends in -500. An empty array says nothing: the group is never empty.
 */
export const localAdministrators: Source = windowsSource({
  name: 'local-administrators',
  what: 'the members of the group S-1-5-32-544 (ADSI)',
  privilege: 'root',
  timeLimitMs: 30_000,
  outputLimitBytes: 1_048_576,
  why: 'Lists who may change this device’s settings and programs.',
  masked: only([fields('Name Sid')]),
});

/**
 * JSON array `{Name, Sid, Disabled}` of the accounts made on this device itself (`Win32_UserAccount`, local only). `Name`
 * as in `windows/local-administrators`; `Disabled` a boolean or null. The guest ends in -501, the built-in administrator
 * in -500, the default account in -503, WDAGUtilityAccount in -504, each in every language. An empty array says nothing.
 */
export const localAccounts: Source = windowsSource({
  name: 'local-accounts',
  what: 'Win32_UserAccount: accounts of this device itself and whether each is disabled',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 1_048_576,
  why: 'Notices an account that was made on this device itself, and whether a guest may sign in.',
  masked: only([fields('Name Sid Disabled')]),
});
