import { readPlist } from './plist.ts';

/** What recordings of a Mac keep of its lists: not the names that people gave to disks, nor who they are to Apple. */

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const rowsOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter((row) => isFields(row)) : [];

const NAMED_BY_PEOPLE = '/Volumes/';
const withoutName = (mountPoint: string): string =>
  mountPoint.startsWith(NAMED_BY_PEOPLE) ? `${NAMED_BY_PEOPLE}volume` : mountPoint;

/** The text of each `<string>` that follows one of these keys. */
const changeStrings = (text: string, keys: string, change: (value: string) => string): string =>
  text.replaceAll(
    new RegExp(`(<key>(?:${keys})</key>\\s*<string>)([^<]*)`, 'g'),
    (_all, before: string, value: string) => before + change(value),
  );

/** `diskutil list -plist`: that there is a name, and that a volume is in use, is looked at; what they are is not. */
export function maskDisks(text: string): string {
  readPlist(text);
  const unnamed = changeStrings(text, 'VolumeName', (name) => (name.trim() === '' ? '' : 'volume'));
  const unmounted = changeStrings(unnamed, 'MountPoint', withoutName);
  return unmounted.replace(
    /<key>VolumesFromDisks<\/key>\s*<array>[^]*?<\/array>/,
    '<key>VolumesFromDisks</key><array/>',
  );
}

/** Names of volumes of a system tell which is meant; those of other disks are nobody's business. */
const OF_A_SYSTEM = new Set(['System', 'Data', 'Preboot', 'xART', 'Hardware']);

/** `diskutil apfs list -plist`. */
export function maskApfs(text: string): string {
  const list = readPlist(text);
  const containers = rowsOf(isFields(list) ? list.Containers : undefined).map(({ Volumes }) => rowsOf(Volumes));
  const rolesOf = (volume: Fields) => (Array.isArray(volume.Roles) ? (volume.Roles as readonly unknown[]) : []);
  const others = containers.filter(
    (volumes) => !volumes.some((volume) => rolesOf(volume).some((role) => OF_A_SYSTEM.has(String(role)))),
  );
  const names = new Set(others.flat().map(({ Name }) => Name));
  return changeStrings(text, 'Name', (name) => (names.has(unescaped(name)) ? 'volume' : name));
}

const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');

function maskVolume(volume: Fields): Fields {
  const { bsd_name, iocontent, mount_point, optical_media_type } = volume;
  return {
    bsd_name,
    iocontent,
    ...(typeof mount_point === 'string' ? { mount_point: withoutName(mount_point) } : {}),
    ...(optical_media_type === undefined ? {} : { optical_media_type }),
  };
}

/** What there is of rows below, without the names of the volumes on them. */
const maskDevice = (device: Fields): Fields => ({
  ...device,
  ...(device._items === undefined ? {} : { _items: rowsOf(device._items).map(maskDevice) }),
  ...(device.Media === undefined ? {} : { Media: rowsOf(device.Media).map(maskDevice) }),
  ...(device.volumes === undefined ? {} : { volumes: rowsOf(device.volumes).map(maskVolume) }),
  ...(device.volumes_anonymous === undefined ? {} : { volumes_anonymous: [] }),
});

/** `system_profiler -json` of USB devices or card readers. */
export function maskDevices(text: string): string {
  const lists: unknown = JSON.parse(text);
  if (!isFields(lists)) throw new Error('not lists of devices');
  return JSON.stringify(
    Object.fromEntries(Object.entries(lists).map(([kind, rows]) => [kind, rowsOf(rows).map(maskDevice)])),
  );
}

/** `dscl -plist … -readall /Users`: an account may hold its owner's number at Apple as another name of its own. */
export function maskAccounts(text: string): string {
  readPlist(text);
  return text.replaceAll(/<string>(?:com\.apple\.idms|[^<]*@)[^<]*<\/string>/g, '');
}
