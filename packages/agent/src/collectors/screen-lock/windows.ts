import { isKnown, type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import { screenLock } from '../../sources/windows/session.ts';
import { type Fields, isFields, jsonOf, outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

const MINUTE = 60;

/** A number, or digits as the registry holds them; `null` where it is absent, undefined where it is neither. */
function amount(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null;
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined;
}

/** What a person's own settings come to, with those of group policy above them. */
interface Saver {
  /** Seconds until it starts, and `null` where it never does. */
  readonly starts: Known<number | null>;
  /** `null` where nobody has ever said. */
  readonly asks: Known<boolean | null>;
}

interface Settings {
  /** Seconds until the device locks whoever sits at it; `null` where nothing of the sort is set. */
  readonly machine: Known<number | null>;
  readonly saver: Saver;
}

const odd = (): Known<never> => unknown('not-understood', 'not a setting of a screen saver');

/** `0` is no limit. The shorter of what group policy and a device management ask for holds. */
function machineOf(value: Fields): Known<number | null> {
  if (value.InactivityTimeoutSecs === undefined) return unknown('not-told');
  const [seconds, minutes] = [amount(value.InactivityTimeoutSecs), amount(value.MaxInactivityTimeDeviceLock)];
  if (seconds === undefined || minutes === undefined) return odd();
  const set = [seconds ?? 0, (minutes ?? 0) * MINUTE].filter((limit) => limit > 0);
  return known(set.length === 0 ? null : Math.min(...set));
}

/** Without a chosen saver nothing starts, whatever its time. */
const hasSaver = (layers: readonly Fields[]): boolean => {
  const said = layers.map((layer) => layer.ScreenSaver).filter((one) => typeof one === 'boolean');
  return said.length === 0 || said.includes(true);
};

function startsAfter(active: number | null, time: number | null, isChosen: boolean): Known<number | null> {
  if (!isChosen || active === 0 || time === 0 || time === null) return known(null);
  return active === 1 ? known(time) : unknown('not-told', 'whether the screen saver is on');
}

function saverOf(policy: Fields, user: Fields): Saver {
  const setting = (name: string) => amount(policy[name] ?? user[name]);
  const [active, secure, time] = ['ScreenSaveActive', 'ScreenSaverIsSecure', 'ScreenSaveTimeOut'].map(setting);
  const isOdd = active === undefined || secure === undefined || time === undefined;
  if (isOdd || (active ?? 0) > 1 || (secure ?? 0) > 1) return { starts: odd(), asks: odd() };
  return {
    starts: startsAfter(active, time, hasSaver([policy, user])),
    asks: known(secure === null ? null : secure === 1),
  };
}

function settingsOf(value: unknown): Known<Settings> {
  if (!isFields(value)) return unknown('not-understood', 'not the settings of a screen');
  const { Policy: policy, User: user } = value;
  const nobody = unknown('nobody-signed-in');
  if (policy == null && user === null)
    return known({ machine: machineOf(value), saver: { starts: nobody, asks: nobody } });
  const isWhole = isFields(user) && (isFields(policy) || policy === null);
  const saver = isWhole ? saverOf(policy ?? {}, user) : { starts: odd(), asks: odd() };
  return known({ machine: machineOf(value), saver });
}

/** A saver that asks for no password locks nothing, and neither does one that never starts. */
const saverLocks = ({ starts, asks }: Saver): Known<number | null> =>
  mapKnown(starts, (seconds) => mapKnown(asks, (secure) => known(secure === true ? seconds : null)));

/** The sooner of the two. What the device itself sets holds also where the person's own settings are not known. */
function locksAfter({ machine, saver }: Settings): Known<number | null> {
  const own = saverLocks(saver);
  return mapKnown(machine, (limit) => {
    if (limit === null) return own;
    return known(isKnown(own) && own.known !== null ? Math.min(limit, own.known) : limit);
  });
}

/** Of a saver that runs its own setting decides; otherwise only a lock of the device's own asks. */
function asksPassword({ machine, saver }: Settings): Known<boolean> {
  const asks = mapKnown(saver.starts, (seconds) =>
    mapKnown(saver.asks, (secure) => known(seconds === null ? undefined : secure === true)),
  );
  if (isKnown(asks) && asks.known !== undefined) return known(asks.known);
  return mapKnown(machine, (limit): Known<boolean> => {
    if (limit !== null) return known(true);
    if (!isKnown(asks)) return asks;
    return isKnown(saver.asks) && saver.asks.known === false
      ? known(false)
      : unknown('not-told', 'nothing that runs asks for a password');
  });
}

/** Cyber Essentials' device locking on Windows, as it is for the person at the console. */
export const screenLockWindows: Collector = {
  check: 'screen-lock',
  sources: [screenLock],
  collect(outputs): Observation {
    const settings = mapKnown(jsonOf(outputOf(outputs, screenLock)), settingsOf);
    const locksAfterSeconds = told(mapKnown(settings, locksAfter));
    return { facts: known({ locksAfterSeconds, asksPassword: told(mapKnown(settings, asksPassword)) }), events: [] };
  },
};
