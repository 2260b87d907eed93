import type { Files } from '../../host/source.ts';

const MOUNTS = '/proc/self/mountinfo';
/** A system that runs from a stick is not to be pulled from under itself. */
const OF_SYSTEM = /^\/(|boot(\/efi)?|efi|usr|var|home)$/;

export interface SystemDevices {
  /** Whether the system runs from any of these disks, through whatever is layered between. */
  isOn(disks: readonly string[]): Promise<boolean>;
}

const listed = (files: Files, path: string): Promise<readonly string[]> => files.list(path).catch(() => []);
const text = (files: Files, path: string): Promise<string | undefined> =>
  files.readText(path).then(
    (found) => found.trim(),
    () => undefined,
  );

/** Numbers (`8:1`) and sources (`/dev/mapper/root`) of what the system is mounted from (proc(5)). */
function mountedFrom(mountinfo: string): ReadonlySet<string> {
  const rows = mountinfo.split('\n').map((line) => line.split(' '));
  const ofSystem = rows.filter(([, , , , target]) => target !== undefined && OF_SYSTEM.test(target));
  return new Set(ofSystem.flatMap((row) => [row[2] ?? '', row[row.indexOf('-') + 2] ?? '']));
}

/** How a block device may be named in a list of mounts. */
async function namesOf(files: Files, folder: string, name: string): Promise<readonly string[]> {
  const [number, mapped] = [await text(files, `${folder}/dev`), await text(files, `${folder}/dm/name`)];
  return [number, `/dev/${name}`, mapped === undefined ? undefined : `/dev/mapper/${mapped}`].filter(
    (one) => one !== undefined,
  );
}

/** A disk, its partitions, and what is made of them: LUKS, LVM. */
async function allNamesOf(files: Files, folder: string, name: string, depth = 0): Promise<readonly string[]> {
  if (depth > 6) return [];
  const parts = (await listed(files, folder)).filter((inside) => inside.startsWith(name));
  const holders = await listed(files, `${folder}/holders`);
  const below = await Promise.all([
    namesOf(files, folder, name),
    ...parts.map((part) => allNamesOf(files, `${folder}/${part}`, part, depth + 1)),
    ...holders.map((holder) => allNamesOf(files, `/sys/block/${holder}`, holder, depth + 1)),
  ]);
  return below.flat();
}

export async function systemDevices(files: Files): Promise<SystemDevices> {
  const mounted = mountedFrom((await text(files, MOUNTS)) ?? '');
  return {
    async isOn(disks) {
      const names = await Promise.all(disks.map((disk) => allNamesOf(files, `/sys/block/${disk}`, disk)));
      return names.flat().some((name) => mounted.has(name));
    },
  };
}
