import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, rowsAt } from '../answers.ts';
import { plistOf } from './plist.ts';

export type ApfsState = 'on' | 'off' | 'encrypting' | 'decrypting';

export interface ApfsVolume {
  readonly name: string;
  readonly roles: readonly string[];
  /** By its owner's password: `Encryption` alone is the hardware's own key, which is given to whoever starts the Mac. */
  readonly state: Known<ApfsState>;
}

export interface ApfsContainer {
  /** The partitions it lies on, such as `disk0s2`. */
  readonly stores: readonly string[];
  readonly volumes: readonly ApfsVolume[];
}

/** `Locked` is true of volumes that are in use, and says nothing. */
function stateOf({ FileVault, CryptoMigrationOn }: Fields): Known<ApfsState> {
  if (typeof FileVault !== 'boolean') return unknown('not-understood', 'FileVault was not told of a volume');
  if (CryptoMigrationOn === true) return known(FileVault ? 'encrypting' : 'decrypting');
  return known(FileVault ? 'on' : 'off');
}

const textsOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;

function volumeOf(row: Fields): ApfsVolume | undefined {
  const roles = textsOf(row.Roles ?? []);
  if (roles === undefined) return undefined;
  const name = typeof row.Name === 'string' && row.Name.trim() !== '' ? row.Name.trim() : String(row.DeviceIdentifier);
  return { name, roles, state: stateOf(row) };
}

function containerOf(row: Fields): ApfsContainer | undefined {
  const stores = rowsAt(row, 'PhysicalStores')?.map((store) => store.DeviceIdentifier);
  const volumes = rowsAt(row, 'Volumes')?.map(volumeOf);
  const names = textsOf(stores);
  const understood = volumes?.filter((volume) => volume !== undefined);
  if (names === undefined || understood === undefined || understood.length !== volumes?.length) return undefined;
  return { stores: names, volumes: understood };
}

/** `diskutil apfs list -plist`. */
export const readApfs = (result: SourceResult | undefined): Known<readonly ApfsContainer[]> =>
  mapKnown(plistOf(result), (value) => {
    const containers = rowsAt(value, 'Containers')?.map(containerOf);
    const understood = containers?.filter((container) => container !== undefined);
    return understood === undefined || understood.length !== containers?.length
      ? unknown('not-understood', 'not a list of APFS containers')
      : known(understood);
  });

/** They start the system and hold nothing of a person's, and are never encrypted. */
const SYSTEMS_OWN = new Set(['Preboot', 'Recovery', 'VM', 'Update', 'xART', 'Hardware', 'Prelogin', 'Baseband']);

export const isSystemsOwn = ({ roles, name }: ApfsVolume): boolean =>
  roles.some((role) => SYSTEMS_OWN.has(role)) || name === 'iSCPreboot';

export const hasRole = ({ volumes }: ApfsContainer, ...roles: readonly string[]): boolean =>
  volumes.some((volume) => volume.roles.some((role) => roles.includes(role)));

/** The whole disk of a partition: `disk4` of `disk4s2`. */
export const diskOf = (partition: string): string => /^disk\d+/.exec(partition)?.[0] ?? partition;
