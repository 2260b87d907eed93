import {
  type Connector,
  type Expected,
  type Facility,
  type Kept,
  NeedsPerson,
  type Subject,
} from '../../src/withdrawals/connector.ts';

export type Doing = 'find' | 'withdraw' | 'prove' | 'restore';

export interface Directory {
  readonly connector: Connector;
  /** What each account may use, by `ACCOUNT FACILITY`. */
  readonly access: Map<string, boolean>;
  /** What has been changed in it, in order. */
  readonly changes: string[];
  /** Called before and after each act has had its effect; what it throws is the system's answer. */
  fault: (doing: Doing, moment: 'before' | 'after', key: string) => Promise<void> | void;
}

const keyOf = ({ account }: Subject, facility: Facility): string => `${account ?? ''} ${facility}`;

/** A system in memory that remembers who may use what, and whose every act can be made to fail. */
export function createDirectory(
  name = 'directory',
  facilities: readonly Facility[] = ['network', 'remote-access'],
): Directory {
  const access = new Map<string, boolean>();
  const changes: string[] = [];
  const set = (key: string, allowed: boolean) => {
    if (access.get(key) === allowed) return;
    access.set(key, allowed);
    changes.push(`${allowed ? 'gave' : 'took'} ${key}`);
  };
  const through = async <T>(doing: Doing, key: string, act: () => T): Promise<T> => {
    await directory.fault(doing, 'before', key);
    const done = act();
    await directory.fault(doing, 'after', key);
    return done;
  };
  const connector: Connector = {
    name,
    facilities,
    enabled: true,
    find: (subject, facility) =>
      through('find', keyOf(subject, facility), () => {
        const allowed = access.get(keyOf(subject, facility));
        if (allowed === undefined) throw new NeedsPerson(`The directory has no account ${subject.account}.`);
        return { before: { allowed }, changes: allowed ? [`Take ${keyOf(subject, facility)}`] : [] };
      }),
    withdraw: (subject, facility) =>
      through('withdraw', keyOf(subject, facility), () => set(keyOf(subject, facility), false)),
    restore: (subject, facility, before: Kept) =>
      through('restore', keyOf(subject, facility), () => {
        const key = keyOf(subject, facility);
        if (!access.has(key)) return { left: [`${key} is not there any more`] };
        set(key, before['allowed'] === true);
        return { left: [] };
      }),
    prove: (subject, facility, before, expected: Expected) =>
      through('prove', keyOf(subject, facility), () => {
        const allowed = access.get(keyOf(subject, facility));
        const holds =
          expected === 'withdrawn' ? allowed === false : (allowed ?? before['allowed']) === before['allowed'];
        return { readings: [{ where: 'dc1', at: 0, found: allowed === true ? 'enabled' : 'disabled', holds }] };
      }),
    test: async () => [{ what: 'reachable', ok: true, detail: '' }],
  };
  const directory: Directory = { connector, access, changes, fault: () => undefined };
  return directory;
}
