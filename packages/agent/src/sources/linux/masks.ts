/** What recordings keep of the sources of Linux: all that is looked at, and no more (invariant 10). */

type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

function rowsAt(value: unknown, key: string): readonly Row[] {
  const rows = isRow(value) ? value[key] : undefined;
  if (!Array.isArray(rows) || !rows.every(isRow)) throw new Error(`not a list of ${key}`);
  return rows;
}

/** What a stick was called by its owner, as the desktops mount it below the owner's name. */
const withoutLabel = (target: unknown): unknown =>
  typeof target === 'string' ? target.replace(/^(\/(?:run\/)?media\/[^/]+)\/.*$/s, '$1/volume') : target;

function maskDevice(row: Row): Row {
  const { children, mountpoints, mountpoint } = row;
  return {
    ...row,
    ...(mountpoint === undefined ? {} : { mountpoint: withoutLabel(mountpoint) }),
    ...(Array.isArray(mountpoints) ? { mountpoints: mountpoints.map(withoutLabel) } : {}),
    ...(children === undefined ? {} : { children: rowsAt(row, 'children').map(maskDevice) }),
  };
}

export const maskBlockDevices = (text: string): string =>
  JSON.stringify({ blockdevices: rowsAt(JSON.parse(text), 'blockdevices').map(maskDevice) });

/** Shares, their servers and the names they are used under are no disks of this laptop. */
const isOfDisk = ({ source, target, fstype }: Row): boolean =>
  target === '/' || (typeof source === 'string' && source.startsWith('/dev/')) || fstype === 'zfs';

const subvolumeOnly = (options: unknown): string =>
  typeof options === 'string'
    ? options
        .split(',')
        .filter((one) => /^(ro|rw|subvol=.*)$/.test(one))
        .join(',')
    : '';

const flat = (rows: readonly Row[]): readonly Row[] =>
  rows.flatMap(({ children, ...row }) => [
    row,
    ...(children === undefined ? [] : flat(rowsAt({ children }, 'children'))),
  ]);

export function maskMounts(text: string): string {
  const kept = flat(rowsAt(JSON.parse(text), 'filesystems')).filter(isOfDisk);
  const filesystems = kept.map(({ source, target, fstype, options }) => ({
    source,
    target: withoutLabel(target),
    fstype,
    options: subvolumeOnly(options),
  }));
  return JSON.stringify({ filesystems });
}

const UDEV_DEVICES = /^E: SUBSYSTEM=(block|mmc)$|^E: DEVTYPE=usb_device$/m;
const UDEV_LINES =
  /^(P: |N: |E: (SUBSYSTEM|DEVTYPE|MMC_TYPE|ID_BUS|ID_TYPE|ID_FS_TYPE|ID_(USB_)?(SERIAL_SHORT|VENDOR|VENDOR_ID|MODEL|MODEL_ID|INTERFACES|DRIVER)|ID_NAME|ID_MTP_DEVICE|ID_GPHOTO2)=)/;

/** Labels of file systems, and every device that stores nothing, are left out. */
export function maskUdev(text: string): string {
  if (text.trim() !== '' && !/^P: /m.test(text)) throw new Error('not a device database');
  return text
    .split(/\n\s*\n/)
    .filter((block) => UDEV_DEVICES.test(block))
    .map(
      (block) =>
        `${block
          .split('\n')
          .filter((line) => UDEV_LINES.test(line))
          .join('\n')}\n\n`,
    )
    .join('');
}

const MICROSECONDS = 1000;
/** Of USB, disks and memory cards; the kernel says much else, names of files and networks among it. */
const OF_STORAGE = /^(usb \d|usb-storage |scsi (host)?\d|sd \d|mmc\d|mmcblk\d)/;

/** journalctl's JSON: the message and its time; of a cursor nothing but that it is one. */
export function kernelLogAfter(text: string, since: number): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      if (line.startsWith('-- cursor: ')) return [line];
      const row: unknown = JSON.parse(line);
      if (!isRow(row)) throw new Error('not a line of the journal');
      const { MESSAGE, __REALTIME_TIMESTAMP } = row;
      const isLater = Number(__REALTIME_TIMESTAMP) / MICROSECONDS > since;
      const isKept = isLater && typeof MESSAGE === 'string' && OF_STORAGE.test(MESSAGE);
      return isKept ? [JSON.stringify({ __REALTIME_TIMESTAMP, MESSAGE })] : [];
    })
    .map((line) => `${line}\n`)
    .join('');
}

export function jobsAfter(text: string, since: number): string {
  const value: unknown = JSON.parse(text);
  const jobs = rowsAt(value, 'Jobs').filter((job) => Date.parse(String(job['CompletedAt'])) > since);
  return JSON.stringify({ ...(isRow(value) ? value : {}), Jobs: jobs });
}

const PAGE = /^(\S+) .*?(\d+) (\[(\d{2})\/(\w{3})\/(\d{4}):([\d:]{8}) ([+-]\d{2})(\d{2})\]) (total \d+|\d+ \d+)/;

const pageTime = ([, , , , day, month, year, time, hours, minutes]: readonly (string | undefined)[]): number =>
  Date.parse(`${day} ${month} ${year} ${time} GMT${hours}${minutes}`);

/** Without who printed and what it was called. A line of another form is thrown away, not kept as it is. */
export const maskPageLog = (text: string): string =>
  text
    .split('\n')
    .map((line) => PAGE.exec(line))
    .flatMap((match) => (match === null ? [] : [`${match[1]} - ${match[2]} ${match[3]} ${match.at(-1)} - localhost\n`]))
    .join('');

export const pageLogAfter = (text: string, since: number): string =>
  text
    .split('\n')
    .filter((line) => {
      const match = PAGE.exec(line);
      return match !== null && pageTime(match) > since;
    })
    .map((line) => `${line}\n`)
    .join('');

/** Some URIs have no `//`, and a name or password may itself hold an `@`. */
export const withoutPassword = (uri: string): string => uri.replace(/^([^:/]+:(?:\/\/)?)[^/]*@/, '$1');

export const maskPrinters = (text: string): string =>
  text.replaceAll(/^(device for \S+: )(\S+)/gm, (_line, head: string, uri: string) => `${head}${withoutPassword(uri)}`);

/** passwd(5) without full names, telephone numbers and homes. */
export const maskAccounts = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.split(':'))
    .map((fields) => (fields.length === 7 ? [...fields.slice(0, 4), '', '/', fields[6]].join(':') : ''))
    .join('\n');

const HEALTH = [
  'healthy',
  'realTimeProtectionEnabled',
  'passiveModeEnabled',
  'definitionsStatus',
  'definitionsUpdated',
];

/** Without the numbers by which Microsoft knows the machine and its organisation. */
export function maskHealth(text: string): string {
  const value: unknown = JSON.parse(text);
  if (!isRow(value)) throw new Error('not the health of Defender');
  return JSON.stringify(Object.fromEntries(Object.entries(value).filter(([name]) => HEALTH.includes(name))));
}
