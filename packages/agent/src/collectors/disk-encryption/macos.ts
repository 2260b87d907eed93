import { isKnown, type Known, known, mapKnown, type Observation, unknown, type Volume } from '@beadle/shared';
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

/** Without fdesetup the disk's own flags tell: of one system they tell enough. */
function systemState(said: Known<FileVault>, systems: readonly ApfsVolume[]): Known<ApfsState> {
  if (isKnown(said)) return known(said.known.state);
  const [only, ...more] = systems;
  // With more than one it is not told here which of them runs.
  return only !== undefined && more.length === 0 && isKnown(only.state) ? only.state : said;
}

const isOn = ({ state }: ApfsVolume): boolean => isKnown(state) && state.known === 'on';

/**
 * Systems whose flag is not on although fdesetup says so of the one that runs: another system that is installed, a
 * conversion that it does not tell of, or one of the two is wrong.
 */
const contradicting = (said: Known<FileVault>, systems: readonly ApfsVolume[]): readonly ApfsVolume[] =>
  (isKnown(said) && said.known.state === 'on') || systems.length > 1 ? systems.filter((volume) => !isOn(volume)) : [];

/** Where volumes appear; by itself it stands for those of which no more can be said. */
const VOLUMES = '/Volumes';

function volumesOf(said: Known<FileVault>, layout: Known<Layout>): Known<Volume[]> {
  const systems = isKnown(layout) ? layout.known.systems : [];
  const percent = isKnown(said) ? said.known.percent : null;
  const root = volumeOf('/', 'system', systemState(said, systems), percent);
  // Whether there are other volumes, and what they are, is in the list that could not be read.
  if (!isKnown(layout)) return known([root, volumeOf(VOLUMES, 'data', layout)]);
  const systemData = contradicting(said, systems).map((volume, index) =>
    volumeOf(index === 0 ? '/System/Volumes/Data' : `${VOLUMES}/${volume.name}`, 'data', volume.state),
  );
  const others = layout.known.others.map(({ volume, isInternal }) =>
    isInternal
      ? volumeOf(`${VOLUMES}/${volume.name}`, 'data', volume.state)
      : volumeOf(
          VOLUMES,
          'data',
          isOn(volume) ? volume.state : unknown('not-told', 'whether it is built in was not told'),
        ),
  );
  const all = [root, ...systemData, ...others];
  return all.length > MOST_VOLUMES ? unknown('output-too-large', 'too many volumes') : known(all);
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
    const layout = mapKnown(containers, (list) => known(layoutOf(list, external)));
    return { facts: known({ volumes: volumesOf(said, layout) }), events: [] };
  },
};
