import { isKnown, type Known, known, type Observation, unknown, type Volume } from '@beadle/shared';
import { apfs, externalDisks, filevault } from '../../sources/macos/storage.ts';
import { outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import {
  type ApfsContainer,
  type ApfsState,
  type ApfsVolume,
  diskOf,
  hasRole,
  isSystemsOwn,
  readApfs,
} from '../macos/apfs.ts';
import { readExternalDisks } from '../macos/external-disks.ts';
import { type FileVault, readFileVault } from './filevault.ts';

const MOST_VOLUMES = 200;

interface Layout {
  /** What people's files of a system lie on: more than one where more than one system is installed. */
  readonly systems: readonly ApfsVolume[];
  readonly others: readonly { readonly volume: ApfsVolume; readonly isInternal: boolean }[];
}

/** Before 10.15 a system has one volume without a role, beside the one that it starts from. */
const isOfOldSystem = (container: ApfsContainer): boolean =>
  hasRole(container, 'Preboot') && !hasRole(container, 'System', 'Data', 'xART', 'Hardware');

/** Apple silicon keeps what it starts from in a container of its own. */
const isFirmwares = (container: ApfsContainer): boolean =>
  hasRole(container, 'xART', 'Hardware') && !hasRole(container, 'System', 'Data');

const isPersons = (volume: ApfsVolume): boolean => !isSystemsOwn(volume) && !volume.roles.includes('System');

/** `external` are the names of whole disks; where they are not known, only a system's container is surely internal. */
function layoutOf(containers: readonly ApfsContainer[], external: ReadonlySet<string> | undefined): Layout {
  const isExternal = ({ stores }: ApfsContainer) => stores.some((store) => external?.has(diskOf(store)) === true);
  const internal = containers.filter((container) => !isExternal(container) && !isFirmwares(container));
  const parts = internal.map((container) => {
    const ofSystem = (volume: ApfsVolume) =>
      isPersons(volume) && (volume.roles.includes('Data') || (isOfOldSystem(container) && volume.roles.length === 0));
    const isInternal = external !== undefined || hasRole(container, 'System', 'Data') || isOfOldSystem(container);
    const others = container.volumes.filter((volume) => isPersons(volume) && !ofSystem(volume));
    return { systems: container.volumes.filter(ofSystem), others: others.map((volume) => ({ volume, isInternal })) };
  });
  return { systems: parts.flatMap(({ systems }) => systems), others: parts.flatMap(({ others }) => others) };
}

const volumeOf = (
  name: string,
  role: Volume['role'],
  state: Known<ApfsState>,
  percent: number | null = null,
): Volume => ({
  name: name.slice(0, 300),
  role,
  state: told(state),
  method: null,
  percent,
});

/** What the disk's own flags say of the system that runs; undefined where there is nothing of the kind. */
function flagsOf(systems: readonly ApfsVolume[], isAsked: boolean): Known<ApfsState> | undefined {
  const [first] = systems;
  if (systems.length <= 1) return first?.state;
  // With more than one system it is not told here which of them runs.
  if (!isAsked) return unknown('not-told', 'more than one system is installed');
  return systems.find(({ state }) => isKnown(state) && state.known === 'on')?.state ?? first?.state;
}

/** fdesetup decides, unless the disk contradicts it; one of the two alone is enough. */
function systemState(said: Known<FileVault>, flags: Known<ApfsState> | undefined): Known<ApfsState> {
  if (!isKnown(said)) return flags !== undefined && isKnown(flags) ? flags : said;
  const { state } = said.known;
  if (flags === undefined || !isKnown(flags) || state === 'encrypting' || state === 'decrypting') return known(state);
  if (flags.known === 'decrypting') return flags;
  if (state === 'off') return known('off');
  return flags.known === 'off' ? unknown('not-understood', 'fdesetup says on, and the disk off') : flags;
}

function volumesOf(said: Known<FileVault>, { systems, others }: Layout): Known<Volume[]> {
  const state = systemState(said, flagsOf(systems, isKnown(said)));
  const root = volumeOf('/', 'system', state, isKnown(said) ? said.known.percent : null);
  const otherSystems =
    systems.length > 1 ? systems.filter((one) => !isKnown(one.state) || one.state.known !== 'on') : [];
  const data = [...otherSystems.map((volume) => ({ volume, isInternal: true })), ...others].map(
    ({ volume, isInternal }) => {
      const isSure = isInternal || (isKnown(volume.state) && volume.state.known === 'on');
      const why = unknown('not-told', 'whether it is built in was not told');
      return volumeOf(`/Volumes/${volume.name}`, 'data', isSure ? volume.state : why);
    },
  );
  return data.length >= MOST_VOLUMES ? unknown('output-too-large', 'too many volumes') : known([root, ...data]);
}

/** Clause 5.9 on macOS: FileVault of the system, and each other volume of the built-in disks. */
export const diskEncryptionMacos: Collector = {
  check: 'disk-encryption',
  sources: [filevault, apfs, externalDisks],
  collect(outputs): Observation {
    const said = readFileVault(outputOf(outputs, filevault));
    const containers = readApfs(outputOf(outputs, apfs));
    const disks = readExternalDisks(outputOf(outputs, externalDisks));
    const external = isKnown(disks) ? new Set(disks.known.map(({ name }) => name)) : undefined;
    const layout = isKnown(containers) ? layoutOf(containers.known, external) : { systems: [], others: [] };
    return { facts: known({ volumes: volumesOf(said, layout) }), events: [] };
  },
};
