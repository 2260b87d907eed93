import type { Facility } from '../../facilities.ts';
import type { ActiveDirectorySettings, Carried } from '../../settings-connectors.ts';
import { type Connector, NeedsPerson } from '../connector.ts';
import { restoreAccount, withdrawAccount } from './active-directory/change.ts';
import { ldapOpen, onOne, type Open } from './active-directory/connect.ts';
import { findAccount } from './active-directory/find.ts';
import { beforeOf } from './active-directory/kept.ts';
import { testDirectory } from './active-directory/look.ts';
import { proveAccount } from './active-directory/prove.ts';

export interface ActiveDirectoryDeps {
  readonly now: () => number;
  /** How a controller is asked, if not over LDAP. */
  readonly open?: Open;
}

/** What is given back is what was there, whatever the settings say by then. */
const NOTHING: Carried = { disableAccount: false, groups: [] };

function carriedOf({ facilities }: ActiveDirectorySettings, facility: Facility): Carried {
  const carried = facilities.get(facility);
  if (carried !== undefined) return carried;
  throw new NeedsPerson(
    `connectors.activeDirectory.facilities of the settings no longer says what carries ${facility}: put it back there, or act by hand.`,
  );
}

/**
 * Disables the account and takes it out of groups in Active Directory. Changes are made on the first controller that answers,
 * and read on every one: how soon they arrive there is the directory's own replication.
 */
export function activeDirectoryConnector(
  settings: ActiveDirectorySettings,
  { now, open = ldapOpen(settings) }: ActiveDirectoryDeps,
): Connector {
  const { servers, facilities, enabled } = settings;
  return {
    name: 'active-directory',
    facilities: [...facilities.keys()],
    enabled,
    find: async (subject, facility, signal) =>
      onOne(servers, open, signal, (directory) => findAccount(directory, subject, carriedOf(settings, facility))),
    withdraw: async (_subject, _facility, before, signal) =>
      onOne(servers, open, signal, (directory) => withdrawAccount(directory, beforeOf(before))),
    prove: async (_subject, facility, before, expected, signal) =>
      proveAccount(
        { open, servers, now },
        expected === 'restored' ? NOTHING : carriedOf(settings, facility),
        beforeOf(before),
        expected,
        signal,
      ),
    restore: async (_subject, _facility, before, signal) =>
      onOne(servers, open, signal, (directory) => restoreAccount(directory, beforeOf(before))),
    test: (signal) => testDirectory({ open, now }, settings, signal),
  };
}
