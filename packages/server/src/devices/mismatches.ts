import { typedKey } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import type { DeviceRow } from './read.ts';
import { stateAt } from './state.ts';

/** Where the register and the devices contradict each other, the most telling first; each with its words. */
export const MISMATCH_WORDS = {
  'serial-shared': 'The same serial number is registered for more than one device',
  'serial-differs': 'The device tells another serial number than the register',
  'enrolled-differs': 'The device told another serial number when it was enrolled than the register has',
  'never-enrolled': 'Registered and in service, but never enrolled',
  'holder-unknown': 'In use, but nobody is registered as its holder',
} as const;
export type MismatchKind = keyof typeof MISMATCH_WORDS;
export const MISMATCH_KINDS = Object.keys(MISMATCH_WORDS) as MismatchKind[];

export interface Mismatch {
  readonly kind: MismatchKind;
  readonly assetTag: string;
  /** What the register says; null for nothing. */
  readonly registered: string | null;
  /** What the device says of itself, or the other devices' tags for a shared serial number. */
  readonly found: string | null;
}

/** Devices of other kinds are in the register and run no agent. */
const WITH_AGENT: ReadonlySet<string> = new Set(['laptop', 'desktop', 'tablet']);

type Device = Pick<
  DeviceRow,
  'id' | 'asset_tag' | 'serial_number' | 'kind' | 'holder' | 'generation' | 'enrolled_serial'
> &
  Parameters<typeof stateAt>[0];

function shared(devices: readonly Device[]): Mismatch[] {
  const bySerial = Map.groupBy(
    devices.filter(({ serial_number }) => serial_number !== null),
    ({ serial_number }) => typedKey(serial_number ?? ''),
  );
  return [...bySerial.values()]
    .filter((same) => same.length > 1)
    .flatMap((same) =>
      same.map(({ id, asset_tag: assetTag, serial_number: registered }) => {
        const others = same.filter((other) => other.id !== id).map(({ asset_tag }) => asset_tag);
        return { kind: 'serial-shared', assetTag, registered, found: others.toSorted().join(', ') } as const;
      }),
    );
}

/** A device without a serial number, or a register without one, contradicts nothing. */
function differs(device: Device, kind: MismatchKind, told: string | null | undefined): Mismatch[] {
  const { asset_tag: assetTag, serial_number: registered } = device;
  if (told === null || told === undefined || registered === null || typedKey(told) === typedKey(registered)) return [];
  return [{ kind, assetTag, registered, found: told }];
}

function about(device: Device, told: string | null | undefined, now: number): Mismatch[] {
  const { asset_tag: assetTag, generation, kind, holder, enrolled_serial } = device;
  const inService = stateAt(device, now).state === 'in-service';
  const never = generation === 0 && inService && WITH_AGENT.has(kind);
  const unheld = generation > 0 && inService && holder === null;
  const now_ = differs(device, 'serial-differs', told);
  return [
    ...now_,
    ...(now_.length > 0 ? [] : differs(device, 'enrolled-differs', enrolled_serial)),
    ...(never ? [{ kind: 'never-enrolled', assetTag, registered: null, found: null } as const] : []),
    ...(unheld ? [{ kind: 'holder-unknown', assetTag, registered: null, found: null } as const] : []),
  ];
}

/** Pure: every mismatch, by kind and asset tag. `told` are the serial numbers that devices last told, by internal id. */
export function mismatchesOf(
  devices: readonly Device[],
  told: ReadonlyMap<string, string | null>,
  now: number,
): Mismatch[] {
  const all = [...shared(devices), ...devices.flatMap((device) => about(device, told.get(device.id), now))];
  return all.toSorted(
    (a, b) =>
      MISMATCH_KINDS.indexOf(a.kind) - MISMATCH_KINDS.indexOf(b.kind) ||
      (a.assetTag < b.assetTag ? -1 : Number(a.assetTag > b.assetTag)),
  );
}

/** The serial number in the facts of `asset-tag` (`Known<string | null>`); null for anything else. */
function serialIn(facts: string): string | null {
  try {
    const value: unknown = JSON.parse(facts);
    const serial = (value as { serialNumber?: { known?: unknown } } | null)?.serialNumber?.known;
    return typeof serial === 'string' ? serial : null;
  } catch {
    return null;
  }
}

export async function readMismatches(db: Db | Tx, organisation: string, now: number): Promise<Mismatch[]> {
  const devices = await db
    .selectFrom('devices')
    .select(['id', 'asset_tag', 'serial_number', 'kind', 'holder', 'generation', 'enrolled_serial'])
    .select(['state', 'state_since', 'quiet_until'])
    .where('organisation', '=', organisation)
    .execute();
  const facts = await db
    .selectFrom('facts')
    .select(['device', 'facts'])
    .where('organisation', '=', organisation)
    .where('check_name', '=', 'asset-tag')
    .execute();
  return mismatchesOf(devices, new Map(facts.map(({ device, facts: text }) => [device, serialIn(text)])), now);
}
